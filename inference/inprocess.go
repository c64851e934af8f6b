package inference

import (
	"context"
	"slices"

	"descry/internal/failure"
)

// maxUnread is the number of unread events, the results of a handful of jobs, above
// which no further job is started.
const maxUnread = 16

// InProcess returns a worker in this process that opens its engines with open.
//
// Two goroutines share the work. The scheduler (the Worker call itself) owns the
// jobs. It is always ready to receive a command, and keeps events in an unbounded
// queue, so a slow reader delays only itself; the caller must read from out until
// it is closed. While more than maxUnread events wait, no further job is started,
// so that a reader that stops does not fill the memory with results. The executor,
// locked to its thread, owns the engines and makes one call at a time.
//
// Jobs of the picture in front (the last one named by Request.Visible or
// Command.Front) run first, the others in the order of their submission. A second
// Submit with the ID of an open job is ignored: that job's end answers both.
func InProcess(open Opener) Worker {
	return func(ctx context.Context, in <-chan Command, out chan<- Event) error {
		s := &scheduler{
			jobs:     map[JobID]*job{},
			orders:   make(chan order),
			reports:  make(chan report),
			executed: make(chan struct{}),
		}
		e := &executor{open: open, engines: map[engineKey]Engine{}, reports: s.reports}
		go func() {
			defer close(s.executed)
			e.run(s.orders)
		}()
		return s.run(ctx, in, out)
	}
}

// job is a request whose last event has not been sent, or whose call still runs.
type job struct {
	request *Request
	picture string // identity of its picture
	cancel  context.CancelFunc
	ended   bool // its last event has been queued: later events of its call are dropped
}

// order is a job for the executor, with the context of its call.
type order struct {
	ctx     context.Context
	request *Request
}

// report is an event of the running call; a nil event means that the call has
// returned.
type report struct{ event *Event }

// scheduler holds the jobs of one worker. All its fields belong to the goroutine of
// run.
type scheduler struct {
	jobs     map[JobID]*job
	waiting  []*job
	running  *job
	front    string // the picture in front
	queue    []Event
	orders   chan order
	reports  chan report
	executed chan struct{}
}

// run receives commands and sends events until in is closed and every job has
// ended, or ctx ends.
func (s *scheduler) run(ctx context.Context, in <-chan Command, out chan<- Event) error {
	defer close(out)
	done := ctx.Done()
	for in != nil || len(s.jobs) > 0 || s.running != nil {
		s.startNext(ctx)
		var next Event
		var send chan<- Event
		if len(s.queue) > 0 {
			next, send = s.queue[0], out
		}
		select {
		case c, open := <-in:
			if !open {
				in = nil
				break
			}
			s.handle(c)
		case m := <-s.reports:
			s.onReport(m)
		case send <- next:
			s.queue[0] = Event{} // do not keep its class map or masks alive
			s.queue = s.queue[1:]
		case <-done:
			done, in = nil, nil
			s.cancelAll()
		}
	}
	close(s.orders)
	<-s.executed
	for _, e := range s.queue {
		out <- e
	}
	return ctx.Err()
}

// handle carries out one command.
func (s *scheduler) handle(c Command) {
	switch {
	case c.Submit != nil:
		s.submit(c.Submit)
	case c.Cancel != 0:
		if j, open := s.jobs[c.Cancel]; open {
			s.end(j, cancelled(j.request))
		}
	case c.Front != 0:
		if j, open := s.jobs[c.Front]; open {
			s.front = j.picture
		}
	}
}

// submit queues a job, or ends it at once when the request is invalid.
func (s *scheduler) submit(r *Request) {
	if _, open := s.jobs[r.ID]; open {
		return
	}
	if f := r.check(); f != nil {
		s.queue = append(s.queue, Event{ID: r.ID, Kind: KindFailed, Failure: f})
		return
	}
	j := &job{request: r, picture: r.Picture.identity()}
	s.jobs[r.ID] = j
	s.waiting = append(s.waiting, j)
	if r.Visible {
		s.front = j.picture
	}
}

// startNext gives the next job to the executor, which is idle.
func (s *scheduler) startNext(ctx context.Context) {
	if s.running != nil || len(s.waiting) == 0 || len(s.queue) > maxUnread {
		return
	}
	at := max(0, slices.IndexFunc(s.waiting, func(j *job) bool { return j.picture == s.front }))
	j := s.waiting[at]
	s.waiting = slices.Delete(s.waiting, at, at+1)
	s.running = j
	var call context.Context
	call, j.cancel = context.WithCancel(ctx)
	s.orders <- order{call, j.request} // does not block: the executor is idle
}

// onReport handles a report of the running job.
func (s *scheduler) onReport(m report) {
	j := s.running
	if m.event == nil {
		j.cancel()
		s.running = nil
		return
	}
	if m.event.Kind == KindDevice { // concerns no job: sent even if this one was cancelled
		s.queue = append(s.queue, *m.event)
		return
	}
	if j.ended {
		return
	}
	if m.event.Kind == KindDone || m.event.Kind == KindFailed {
		s.end(j, *m.event)
		return
	}
	s.queue = append(s.queue, *m.event)
}

// end queues a job's last event and forgets the job. A running call is
// cancelled; the executor stays busy until it has returned.
func (s *scheduler) end(j *job, last Event) {
	j.ended = true
	delete(s.jobs, j.request.ID)
	s.waiting = slices.DeleteFunc(s.waiting, func(w *job) bool { return w == j })
	s.queue = append(s.queue, last)
	if s.running == j {
		j.cancel()
	}
}

// cancelAll ends every open job, in the order of their IDs.
func (s *scheduler) cancelAll() {
	ids := make([]JobID, 0, len(s.jobs))
	for id := range s.jobs {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		s.end(s.jobs[id], cancelled(s.jobs[id].request))
	}
}

// cancelled returns the last event of a job that was stopped.
func cancelled(r *Request) Event {
	return Event{ID: r.ID, Kind: KindFailed, Failure: failure.New(failure.Cancelled, string(r.Task), r.Picture.Name, "cancelled")}
}

// check returns what is wrong with a request, nil if it is valid.
func (r *Request) check() *failure.Failure {
	p := r.Picture
	bad := func(format string, args ...any) *failure.Failure {
		return failure.New(failure.Model, "submit", p.Name, format, args...)
	}
	switch {
	case r.ID == 0:
		return bad("a job needs an ID other than 0")
	case r.Task != TaskCaption && r.Task != TaskInstances && r.Task != TaskClasses:
		return bad("%q is not a task", r.Task)
	case p.Width <= 0 || p.Height <= 0 || int64(p.Width) > int64(len(p.Pix)) || int64(len(p.Pix)) != 3*int64(p.Width)*int64(p.Height):
		return bad("a picture of %d × %d pixels does not have %d bytes", p.Width, p.Height, len(p.Pix))
	}
	return nil
}

// identity returns the key by which pictures are told apart: the content hash if it
// is known, else the name.
func (p Picture) identity() string {
	if p.Key != "" {
		return p.Key
	}
	return "name:" + p.Name
}
