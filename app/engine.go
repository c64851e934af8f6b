package app

import (
	"context"
	"runtime"
	"sync"

	"descry/inference"
	"descry/internal/failure"
)

// engine is the window's worker: started at the first request, off the window's
// goroutines, and told what to do through a queue that never blocks.
type engine struct {
	p     *program
	flags runtimeFlags
	say   func(inference.Event)

	mu     sync.Mutex
	queue  []inference.Command
	wake   chan struct{} // holds one
	closed bool
	done   chan struct{}
}

// newEngine starts the goroutine that feeds the worker. say is called with each
// event, on a goroutine of the engine's.
func newEngine(p *program, flags runtimeFlags, say func(inference.Event)) *engine {
	e := &engine{p: p, flags: flags, say: say, wake: make(chan struct{}, 1), done: make(chan struct{})}
	go e.run()
	return e
}

// tell queues a command.
func (e *engine) tell(c inference.Command) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return
	}
	e.queue = append(e.queue, c)
	select {
	case e.wake <- struct{}{}:
	default:
	}
}

// close cancels what runs and waits for the worker's end.
func (e *engine) close() {
	e.mu.Lock()
	if !e.closed {
		e.closed = true
		close(e.wake)
	}
	e.mu.Unlock()
	<-e.done
}

func (e *engine) take() []inference.Command {
	e.mu.Lock()
	defer e.mu.Unlock()
	batch := e.queue
	e.queue = nil
	return batch
}

// run feeds the worker until close.
func (e *engine) run() {
	defer close(e.done)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var s *session
	events := make(chan struct{})
	for range e.wake {
		for _, c := range e.take() {
			e.fill(c.Submit)
			if s == nil && c.Submit != nil {
				var err error
				flags := e.flags
				flags.device = c.Submit.Device // a library for it, where there are several
				if s, err = e.p.startSession(ctx, flags); err != nil {
					s = nil
					f := *failure.Of(err, failure.Model)
					e.say(inference.Event{ID: c.Submit.ID, Kind: inference.KindFailed, Failure: &f})
					continue
				}
				go e.listen(s, events)
			}
			if s != nil {
				s.in <- c
			}
		}
	}
	cancel()
	if s != nil {
		close(s.in)
		<-events
		<-s.ended
		_ = s.library.Close() // the program ends
	}
}

// listen passes the worker's events on until it ends.
func (e *engine) listen(s *session, ended chan<- struct{}) {
	defer close(ended)
	for event := range s.out {
		e.say(event)
	}
}

// fill puts the program's choice where a request leaves one: the best models that
// have arrived, and one core less than there are, so that the window stays quick.
func (e *engine) fill(r *inference.Request) {
	if r == nil {
		return
	}
	dirs := e.p.modelDirs()
	if r.Model == "" {
		r.Model = dirs.Default()
	}
	r.Model = dirs.ForTask(r.Model, string(r.Task))
	if r.Device == "" || r.Device == "auto" {
		r.Device = e.flags.device
	}
	if r.Threads == 0 {
		r.Threads = max(1, runtime.NumCPU()-1)
		if e.flags.threads > 0 {
			r.Threads = e.flags.threads
		}
	}
}
