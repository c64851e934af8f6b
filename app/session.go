package app

import (
	"context"
	"runtime"

	"descry/inference"
	"descry/inference/ort"
	"descry/inference/pipeline"
)

// session is a running worker: commands go in, events come out.
type session struct {
	in      chan inference.Command
	out     chan inference.Event
	ended   chan struct{}
	library *ort.Library
	threads int
	nextID  inference.JobID
}

// startSession opens the library and starts a worker on it. The caller ends it
// with close.
func (p *program) startSession(ctx context.Context, f runtimeFlags) (*session, error) {
	library, err := p.openLibrary(f)
	if err != nil {
		return nil, err
	}
	threads := f.threads
	if threads == 0 {
		threads = runtime.NumCPU()
	}
	s := &session{
		in:      make(chan inference.Command),
		out:     make(chan inference.Event),
		ended:   make(chan struct{}),
		library: library,
		threads: threads,
	}
	opener := pipeline.NewOpener(library, p.resolve)
	opener.Memory = f.memoryCheck()
	worker := inference.InProcess(opener)
	said := make(chan inference.Event)
	go func() {
		defer close(s.ended)
		go func() { _ = worker(ctx, s.in, said) }() // ctx's end is the only error, and the caller's own
		p.watch(said, s.out)
	}()
	return s, nil
}

// close ends the worker and waits until it has let go of every session.
func (s *session) close() {
	close(s.in)
	for range s.out { // what is still said is dropped
	}
	<-s.ended
	s.library.Close()
}

// id returns a job ID that was never used in this session.
func (s *session) id() inference.JobID {
	s.nextID++
	return s.nextID
}
