package inference

import (
	"context"
	"sync"

	"descry/internal/failure"
)

// Client owns one worker on behalf of everybody who wants a model run: it starts
// the worker when the first job comes, assigns each job an ID, passes its events
// to the function that came with it, and ends the worker. None of its methods but
// Close waits for the worker, so they may be called from any goroutine.
//
// A worker that ended by itself is replaced when the next job comes; the jobs
// that it left open fail.
type Client struct {
	start func(ctx context.Context, first *Request) (Worker, error)
	watch func(Event)

	mu     sync.Mutex
	last   JobID
	queue  []Command
	jobs   map[JobID]func(Event) // the open ones
	closed bool

	wake chan struct{} // holds one; closed by Close
	done chan struct{}
}

// NewClient returns a Client that starts nothing yet. start returns the worker;
// an error fails the job that it was wanted for, and the next job tries again.
// watch sees every event before its job does, and those that are about no job; it
// may be called from two goroutines.
func NewClient(start func(ctx context.Context, first *Request) (Worker, error), watch func(Event)) *Client {
	c := &Client{start: start, watch: watch, jobs: map[JobID]func(Event){}, wake: make(chan struct{}, 1), done: make(chan struct{})}
	go c.run()
	return c
}

// Submit hands in a request, whose ID it chooses and returns. onEvent is called
// with the job's events in their order, on a goroutine of the Client, and must not
// wait for another job; the last one is Done or Failed. After Close it is called
// with a failure at once.
func (c *Client) Submit(r Request, onEvent func(Event)) JobID {
	c.mu.Lock()
	c.last++
	r.ID = c.last
	if c.closed {
		c.mu.Unlock()
		onEvent(cancelled(&r))
		return r.ID
	}
	defer c.mu.Unlock()
	c.jobs[r.ID] = onEvent
	c.tell(Command{Submit: &r})
	return r.ID
}

// Cancel ends a job. One that has ended is left alone.
func (c *Client) Cancel(id JobID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tell(Command{Cancel: id})
}

// Front says that a waiting job's picture is the one that is looked at now.
func (c *Client) Front(id JobID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tell(Command{Front: id})
}

// tell queues a command. c.mu is held.
func (c *Client) tell(command Command) {
	if c.closed {
		return
	}
	c.queue = append(c.queue, command)
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// Close cancels what is open and returns when the worker has ended.
func (c *Client) Close() {
	c.mu.Lock()
	if !c.closed {
		c.closed = true
		close(c.wake)
	}
	c.mu.Unlock()
	<-c.done
}

// running is a worker that was started.
type running struct {
	in    chan Command
	ended chan struct{} // closed when the worker has ended and all its events are told
	sent  []JobID       // of Client.mu
}

// run feeds the worker until Close.
func (c *Client) run() {
	defer close(c.done)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var w *running
	for range c.wake {
		for _, command := range c.take() {
			w = c.pass(ctx, w, command)
		}
	}
	cancel()
	if w != nil {
		close(w.in)
		<-w.ended
	}
}

// take returns what is queued.
func (c *Client) take() []Command {
	c.mu.Lock()
	defer c.mu.Unlock()
	batch := c.queue
	c.queue = nil
	return batch
}

// pass sends a command to the worker, which it starts where there is none, and
// returns the worker.
func (c *Client) pass(ctx context.Context, w *running, command Command) *running {
	if w != nil {
		select {
		case <-w.ended:
			w = nil
		default:
		}
	}
	if w == nil {
		if command.Submit == nil {
			return nil // there is no job that it could be about
		}
		worker, err := c.start(ctx, command.Submit)
		if err != nil {
			c.onEvent(Event{ID: command.Submit.ID, Kind: KindFailed, Failure: failure.Of(err, failure.Model)})
			return nil
		}
		w = c.begin(ctx, worker)
	}
	if command.Submit != nil {
		c.mu.Lock()
		w.sent = append(w.sent, command.Submit.ID)
		c.mu.Unlock()
	}
	select {
	case w.in <- command:
	case <-w.ended:
		c.abandon(w)
		return nil
	}
	return w
}

// begin runs a worker and passes on what it says.
func (c *Client) begin(ctx context.Context, worker Worker) *running {
	w := &running{in: make(chan Command), ended: make(chan struct{})}
	out := make(chan Event)
	go func() { _ = worker(ctx, w.in, out) }() // its early end is told to each open job
	go func() {
		defer close(w.ended)
		for e := range out {
			c.onEvent(e)
		}
		c.abandon(w)
	}()
	return w
}

// abandon fails the jobs that a worker left open when it ended.
func (c *Client) abandon(w *running) {
	c.mu.Lock()
	sent := w.sent
	c.mu.Unlock()
	for _, id := range sent {
		c.onEvent(Event{ID: id, Kind: KindFailed, Failure: failure.New(failure.Model, "run", "", "the process that runs the models has ended").WithHint("Try again.")})
	}
}

// onEvent passes an event to watch and to its job. What comes for a job that has
// ended is dropped.
func (c *Client) onEvent(e Event) {
	if e.Kind == KindDevice {
		c.watch(e)
		return
	}
	c.mu.Lock()
	receive, open := c.jobs[e.ID]
	if e.Kind == KindDone || e.Kind == KindFailed {
		delete(c.jobs, e.ID)
	}
	c.mu.Unlock()
	if open {
		c.watch(e)
		receive(e)
	}
}
