package ort

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"

	"descry/internal/failure"
	"descry/models/onnx"
)

// Level is the degree to which the runtime may optimise a graph.
type Level int

// The levels, the default first.
const (
	LevelAll      Level = iota // all, layout changes for this processor included
	LevelExtended              // fusions of several operators into one
	LevelBasic                 // constants folded, redundant operators removed
	LevelOff
)

// Options configure a session. The zero value runs on the device that DeviceAuto
// selects, with all cores and without prepacking.
type Options struct {
	Name    string // name of the model in errors
	Device  string // DeviceAuto (also "") or another device ID
	Threads int    // for one operator; 0: one for each core
	// Prepack copies matrices into the layout that the processor prefers, at the
	// price of private memory of the same size and of load time; without it they
	// stay mapped pages of the file. Measured on BLIP base: the decoder's step
	// takes 12 % less time for one row and 30 % for three, for 0.5 GB and 0.4 s;
	// the vision tower (577 rows) gains nothing. Convolutions are not affected:
	// LevelAll reorders their kernels anyway.
	Prepack bool
	Level   Level
	// Unfolded computes what depends only on weights in each run instead of once at
	// load: half-precision weights are then cast when needed, and not kept in
	// single precision as well.
	Unfolded bool
	// Unfused keeps batch norms separate instead of folding them into the kernels
	// of their convolutions, which would be a third copy of the weights while a
	// model of many convolutions is loaded. Measured on DeepLabV3 ResNet-101: a
	// peak of 1.96 instead of 2.84 times the file, and no slower; Mask R-CNN's body
	// would save a third of its file there and take a tenth more memory in its
	// runs.
	Unfused bool
	Spin    bool // idle threads spin for a while before they sleep

	noFallback bool  // no fallback to the CPU: an operator that the device lacks is an error
	memory     int64 // limit on the card's memory, in bytes; 0: none
}

// Session is a graph that is ready to run.
type Session struct {
	lib     *Library
	name    string
	model   onnx.Model // kept while on a device other than the CPU, to fall back
	options Options
	inputs  []string
	outputs []string

	mu     sync.RWMutex // read: a call runs; write: Close, or the place changes
	at     *place
	closed bool
}

// place is where a session runs.
type place struct {
	native nativeSession
	device string
}

// NewSession makes a session of a graph. Errors are *failure.Failure of kind Model.
//
// With DeviceAuto, a device that cannot make the session is given up (News) and the
// next one is tried, the CPU last. A device that was requested by name and fails is
// an error.
func (l *Library) NewSession(m onnx.Model, o Options) (*Session, error) {
	if o.Threads <= 0 {
		o.Threads = runtime.NumCPU()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil, failure.New(failure.Model, "load", o.Name, "ONNX Runtime is closed")
	}
	o.memory = l.memory
	s := &Session{lib: l, name: o.Name, options: o, inputs: m.Inputs, outputs: m.Outputs}
	if err := s.open(m); err != nil {
		return nil, failure.Wrap(failure.Model, "load", o.Name, err, "")
	}
	l.sessions++
	return s, nil
}

// open makes the native session on the first device that can. A failed device is
// given up only if another one makes the session.
func (s *Session) open(m onnx.Model) error {
	try, err := s.lib.candidates(s.options.Device, s.name)
	if err != nil {
		return err
	}
	var failed []*Trouble
	for i, d := range try {
		native, err := s.lib.native.newSession(m, s.options, d.id)
		if err == nil {
			s.at = &place{native, d.id}
			if d.id != DeviceCPU {
				s.model = m
			}
			for _, t := range failed {
				s.lib.giveUp(*t, true)
			}
			return nil
		}
		t := diagnose(d, DuringLoad, err)
		switch {
		case d.id == DeviceCPU:
			return err
		case i == len(try)-1: // requested by name
			return t.failure(s.name)
		}
		failed = append(failed, t)
	}
	return errors.New("there is no device") // not reached: candidates returns at least one
}

// Device returns the ID of the device in use, never DeviceAuto. It changes to
// DeviceCPU when the device fails in a run.
func (s *Session) Device() string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.at.device
}

// Threads returns the number of threads for one operator.
func (s *Session) Threads() int { return s.options.Threads }

// Run runs the graph on inputs, in the order of the model's Inputs, and returns the
// outputs in the order of its Outputs. When ctx ends, the call ends within one
// operator and Run returns a *failure.Failure of kind Cancelled; all other errors
// are of kind Model.
//
// If a device fails and the CPU then succeeds with the same inputs, the session
// stays on the CPU and the device is given up (News).
func (s *Session) Run(ctx context.Context, inputs []*Tensor) ([]*Tensor, error) {
	in := make([]*payload, len(inputs))
	if len(inputs) != len(s.inputs) {
		return nil, failure.New(failure.Model, "run", s.name, "the graph takes %d inputs, not %d", len(s.inputs), len(inputs))
	}
	for i, t := range inputs {
		p, err := t.load()
		if err != nil {
			return nil, failure.Wrap(failure.Model, "run", s.name, failure.Worded(err, "input %q: %s", s.inputs[i], err), "")
		}
		in[i] = p
	}
	out, at, err := s.runAt(ctx, in)
	if err != nil && at != nil && at.device != DeviceCPU && ctx.Err() == nil {
		out, err = s.fallBack(ctx, in, at, err)
	}
	if err != nil {
		if ctx.Err() != nil {
			return nil, failure.New(failure.Cancelled, "run", s.name, "stopped")
		}
		return nil, failure.Wrap(failure.Model, "run", s.name, err, "")
	}
	outputs := make([]*Tensor, len(out))
	for i, p := range out {
		outputs[i] = newTensor(p)
	}
	return outputs, nil
}

// runAt runs the session at its current place, and returns that place.
func (s *Session) runAt(ctx context.Context, in []*payload) ([]*payload, *place, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return nil, nil, failure.New(failure.Model, "run", s.name, "the session is closed")
	}
	out := make([]*payload, len(s.outputs))
	err := s.call(ctx, s.at.native, in, out)
	return out, s.at, err
}

// fallBack makes the session again on the CPU and runs it there. If that fails too,
// the device was not to blame: the session stays where it was and the CPU's error
// is returned.
func (s *Session) fallBack(ctx context.Context, in []*payload, from *place, cause error) ([]*payload, error) {
	s.mu.Lock()
	if s.closed || s.at != from { // closed, or another call has moved it
		s.mu.Unlock()
		out, _, err := s.runAt(ctx, in)
		return out, err
	}
	defer s.mu.Unlock()
	native, err := s.lib.native.newSession(s.model, s.options, DeviceCPU)
	if err != nil {
		return nil, fmt.Errorf("%w (and the processor cannot take over: %w)", cause, err)
	}
	out := make([]*payload, len(s.outputs))
	if err := s.call(ctx, native, in, out); err != nil {
		return nil, errors.Join(err, native.close())
	}
	s.at, s.model = &place{native, DeviceCPU}, onnx.Model{}
	_ = from.native.close() // its failure is reported already
	if d, known := deviceByID(from.device); known {
		s.lib.mu.Lock()
		s.lib.giveUp(*diagnose(d, DuringRun, cause), true)
		s.lib.mu.Unlock()
	}
	return out, nil
}

// call makes one native call, with its own run options, since a termination flag
// stays set. It returns when both the call and the terminator have ended.
func (s *Session) call(ctx context.Context, native nativeSession, in, out []*payload) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	call, err := native.newCall()
	if err != nil {
		return err
	}
	defer call.release()
	terminated := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(terminated)
		call.terminate()
	})
	err = call.run(in, out)
	if !stop() {
		<-terminated
		return context.Cause(ctx)
	}
	return err
}

// Close waits for running calls and frees the session.
func (s *Session) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return failure.New(failure.Model, "close", s.name, "the session is closed already")
	}
	s.closed = true
	err := s.at.native.close()
	s.lib.mu.Lock()
	s.lib.sessions--
	s.lib.mu.Unlock()
	if err != nil {
		return failure.Wrap(failure.Model, "close", s.name, err, "")
	}
	return nil
}
