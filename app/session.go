package app

import (
	"context"
	"os"
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

// openLibrary finds ONNX Runtime and checks its version.
func (p *program) openLibrary(named string) (*ort.Library, error) {
	if named == "" {
		named = os.Getenv("DESCRY_ORT")
	}
	path, _, err := ort.Find(named, executableDir(), p.dirs.Runtime())
	if err != nil {
		return nil, err
	}
	return ort.Open(path)
}

// startSession opens the library and starts a worker on it. The caller ends it
// with close.
func (p *program) startSession(ctx context.Context, f runtimeFlags) (*session, error) {
	library, err := p.openLibrary(f.ort)
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
	worker := inference.InProcess(pipeline.NewOpener(library, p.resolveToLoad))
	go func() {
		defer close(s.ended)
		_ = worker(ctx, s.in, s.out) // ctx's end is the only error, and the caller's own
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

// id gives a job ID that was never used in this session.
func (s *session) id() inference.JobID {
	s.nextID++
	return s.nextID
}
