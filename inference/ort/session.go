package ort

import (
	"context"
	"fmt"
	"runtime"
	"sync"

	"descry/internal/failure"
	"descry/models/onnx"
)

// Level is how far the runtime may change the graph before it runs it.
type Level int

// The levels, the usual one first.
const (
	LevelAll      Level = iota // everything, layout changes for this processor too
	LevelExtended              // fusions of several operators into one
	LevelBasic                 // constants folded, what is redundant removed
	LevelOff
)

// Options of a session. The zero value runs on the CPU, or a GPU that works, with
// all cores and without prepacking.
type Options struct {
	Name    string // the model, in errors
	Device  string // DeviceAuto (also ""), DeviceCPU or DeviceCUDA
	Threads int    // of one operator; 0: as many as there are cores
	// Prepack copies matrices into the order in which the processor likes them, at
	// the price of private memory as large as they are and of time at load; without
	// it they stay mapped pages of the file. Measured on BLIP base: the decoder's
	// step takes 12 % less time for one row and 30 % for three, for 0.5 GB and 0.4 s;
	// the vision tower (577 rows) gains nothing. Convolutions do not depend on it:
	// LevelAll reorders their kernels anyway.
	Prepack bool
	Level   Level
	Spin    bool // idle threads burn their core for a little while
}

// Session is a graph made ready to run.
type Session struct {
	lib     *Library
	native  nativeSession
	name    string
	device  string
	note    string
	threads int
	inputs  []string
	outputs []string

	mu     sync.RWMutex // read: a call runs; write: Close
	closed bool
}

// NewSession makes a graph ready. Errors are *failure.Failure of kind Model.
func (l *Library) NewSession(m onnx.Model, o Options) (*Session, error) {
	if o.Threads <= 0 {
		o.Threads = runtime.NumCPU()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil, failure.New(failure.Model, "load", o.Name, "ONNX Runtime is closed", "")
	}
	s := &Session{lib: l, name: o.Name, threads: o.Threads, inputs: m.Inputs, outputs: m.Outputs}
	if err := s.open(m, o); err != nil {
		return nil, failure.Wrap(failure.Model, "load", o.Name, err, "")
	}
	l.sessions++
	return s, nil
}

// open chooses the device and makes the native session there.
func (s *Session) open(m onnx.Model, o Options) error {
	var err error
	switch o.Device {
	case DeviceAuto, "":
		if s.lib.has(cudaProvider) {
			if s.native, err = s.lib.native.newSession(m, o, DeviceCUDA); err == nil {
				s.device = DeviceCUDA
				return nil
			}
			s.note = "CUDA cannot be used: " + err.Error()
		}
		s.device = DeviceCPU
	case DeviceCPU:
		s.device = DeviceCPU
	case DeviceCUDA:
		if !s.lib.has(cudaProvider) {
			return failure.New(failure.Model, "load", s.name, "this ONNX Runtime ("+s.lib.path+") was built without CUDA",
				"Use --device cpu, or name a GPU build of ONNX Runtime with --ort.")
		}
		s.device = DeviceCUDA
	default:
		return failure.New(failure.Model, "load", s.name, fmt.Sprintf("there is no device %q", o.Device), "Use auto, cpu or cuda.")
	}
	s.native, err = s.lib.native.newSession(m, o, s.device)
	return err
}

// Device says what runs: DeviceCPU or DeviceCUDA.
func (s *Session) Device() string { return s.device }

// Note says why it is not the device that DeviceAuto would have liked; mostly empty.
func (s *Session) Note() string { return s.note }

// Threads says how many threads work on one operator.
func (s *Session) Threads() int { return s.threads }

// Run runs the graph on inputs, in the order of the model's Inputs, and gives the
// outputs in the order of its Outputs. When ctx ends, the call ends within one
// operator and Run returns a *failure.Failure of kind Cancelled; all other errors
// are of kind Model.
func (s *Session) Run(ctx context.Context, inputs []*Tensor) ([]*Tensor, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return nil, failure.New(failure.Model, "run", s.name, "the session is closed", "")
	}
	in := make([]*payload, len(inputs))
	if len(inputs) != len(s.inputs) {
		return nil, failure.New(failure.Model, "run", s.name, fmt.Sprintf("%d inputs are given, the graph has %d", len(inputs), len(s.inputs)), "")
	}
	for i, t := range inputs {
		p, err := t.load()
		if err != nil {
			return nil, failure.Wrap(failure.Model, "run", s.name, fmt.Errorf("input %q: %w", s.inputs[i], err), "")
		}
		in[i] = p
	}
	out := make([]*payload, len(s.outputs))
	if err := s.call(ctx, in, out); err != nil {
		if ctx.Err() != nil {
			return nil, failure.New(failure.Cancelled, "run", s.name, "stopped", "")
		}
		return nil, failure.Wrap(failure.Model, "run", s.name, err, "")
	}
	outputs := make([]*Tensor, len(out))
	for i, p := range out {
		outputs[i] = newTensor(p)
	}
	return outputs, nil
}

// call makes one native call, with run options of its own, since a termination
// flag stays set. It returns when neither the call nor the terminator is at work.
func (s *Session) call(ctx context.Context, in, out []*payload) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	call, err := s.native.newCall()
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

// Close frees the session when no call runs any more.
func (s *Session) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return failure.New(failure.Model, "close", s.name, "the session is closed already", "")
	}
	s.closed = true
	err := s.native.close()
	s.lib.mu.Lock()
	s.lib.sessions--
	s.lib.mu.Unlock()
	if err != nil {
		return failure.Wrap(failure.Model, "close", s.name, err, "")
	}
	return nil
}
