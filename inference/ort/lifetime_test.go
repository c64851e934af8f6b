package ort

import (
	"context"
	"errors"
	"runtime"
	"sync/atomic"
	"testing"

	"descry/internal/failure"
	"descry/models/onnx"
)

// strictLibrary is a native library that panics on whatever would crash a real one:
// use after Close, a second Close, a call's options used after their release or for
// two runs. Its runs last until finish is closed, or they are terminated.
type strictLibrary struct {
	open    atomic.Int32 // sessions
	calls   atomic.Int32 // not released
	runs    atomic.Int32
	started chan []*payload
	finish  chan struct{}
}

func (p *strictLibrary) newSession(onnx.Model, Options, string) (nativeSession, error) {
	p.open.Add(1)
	return &strictSession{of: p}, nil
}

func (p *strictLibrary) close() error {
	if p.open.Load() > 0 {
		panic("the library is closed before its sessions")
	}
	return nil
}

type strictSession struct {
	of     *strictLibrary
	closed bool
}

func (s *strictSession) newCall() (nativeCall, error) {
	if s.closed {
		panic("a call of a closed session")
	}
	s.of.calls.Add(1)
	return &strictCall{of: s.of, ended: make(chan struct{})}, nil
}

func (s *strictSession) close() error {
	if s.closed {
		panic("a session is closed twice")
	}
	if s.of.runs.Load() > 0 || s.of.calls.Load() > 0 {
		panic("a session is closed while a call runs")
	}
	s.closed = true
	s.of.open.Add(-1)
	return nil
}

type strictCall struct {
	of             *strictLibrary
	ended          chan struct{}
	used, released atomic.Bool
}

func (c *strictCall) run(inputs, outputs []*payload) error {
	if c.released.Load() || c.used.Swap(true) {
		panic("the options of a call are used again")
	}
	c.of.runs.Add(1)
	defer c.of.runs.Add(-1)
	c.of.started <- inputs
	select {
	case <-c.of.finish:
		for i := range outputs {
			outputs[i] = inputs[0]
		}
		return nil
	case <-c.ended:
		return errors.New("terminated")
	}
}

func (c *strictCall) terminate() {
	if c.released.Load() {
		panic("a call is terminated after its release")
	}
	close(c.ended)
}

func (c *strictCall) release() {
	if c.released.Swap(true) || c.of.runs.Load() > 0 {
		panic("a call is released twice or while it runs")
	}
	c.of.calls.Add(-1)
}

// newStrict returns a session of a strictLibrary.
func newStrict(t *testing.T) (*strictLibrary, *Session) {
	t.Helper()
	p := &strictLibrary{started: make(chan []*payload), finish: make(chan struct{})}
	l := &Library{native: p}
	s, err := l.NewSession(onnx.Model{Inputs: []string{"x"}, Outputs: []string{"y"}}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return p, s
}

type outcome struct {
	out []*Tensor
	err error
}

// start runs s on x in another goroutine.
func start(ctx context.Context, s *Session, x *Tensor) chan outcome {
	ended := make(chan outcome, 1)
	go func() {
		out, err := s.Run(ctx, []*Tensor{x})
		ended <- outcome{out, err}
	}()
	return ended
}

func TestATensorDestroyedWhileACallReadsItStaysWhole(t *testing.T) {
	p, s := newStrict(t)
	x := NewFloat32([]int64{1 << 16}, make([]float32, 1<<16))
	x.Float32s()[12345] = 7
	ended := start(context.Background(), s, x)
	reading := <-p.started
	x.Destroy()
	runtime.GC()
	if reading[0].floats[12345] != 7 {
		t.Error("the call reads something else")
	}
	close(p.finish)
	if r := <-ended; r.err != nil || r.out[0].Float32s()[12345] != 7 {
		t.Errorf("error %v", r.err)
	}
	if _, err := s.Run(context.Background(), []*Tensor{x}); err == nil {
		t.Error("a destroyed tensor was taken")
	}
}

func TestCloseWaitsForTheRunningCall(t *testing.T) {
	p, s := newStrict(t)
	ended := start(context.Background(), s, rows(1))
	<-p.started
	closed := make(chan error)
	go func() { closed <- s.Close() }()
	runtime.Gosched()
	close(p.finish) // strictLibrary has caught a Close that did not wait
	if err := <-closed; err != nil {
		t.Error(err)
	}
	if r := <-ended; r.err != nil {
		t.Error(r.err)
	}
	if err := s.Close(); err == nil {
		t.Error("a second Close went well")
	}
	if _, err := s.Run(context.Background(), []*Tensor{rows(1)}); err == nil {
		t.Error("a closed session ran")
	}
	if err := s.lib.Close(); err != nil {
		t.Error(err)
	}
}

func TestEachRunHasOptionsOfItsOwnAndReleasesThem(t *testing.T) {
	p, s := newStrict(t)
	for i := range 50 {
		ctx, cancel := context.WithCancel(context.Background())
		ended := start(ctx, s, rows(1))
		<-p.started
		if i%2 == 0 {
			p.finish <- struct{}{}
		}
		cancel() // for even i, possibly just as the run returns
		r := <-ended
		var f *failure.Failure
		if r.err != nil && (!errors.As(r.err, &f) || f.Kind != failure.Cancelled) || i%2 == 1 && r.err == nil {
			t.Fatalf("run %d: %v", i, r.err)
		}
	}
	if n := p.calls.Load(); n != 0 {
		t.Errorf("%d calls were not released", n)
	}
}

func TestATensorCannotBeReadAsAnotherTypeOrOnceDestroyed(t *testing.T) {
	gone := rows(1)
	gone.Destroy()
	gone.Destroy() // a second Destroy is allowed
	for name, use := range map[string]func(){
		"another type": func() { rows(1).Int64s() },
		"elements":     func() { gone.Float32s() },
		"shape":        func() { gone.Shape() },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			use()
		}()
	}
}
