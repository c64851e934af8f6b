package ort

import (
	"context"
	"errors"
	"math"
	"time"

	"descry/internal/failure"
	"descry/internal/message"
	"descry/models/onnx"
)

// Trial is the result of running a small graph on a device.
type Trial struct {
	Device  string        `json:"device"`
	Load    time.Duration `json:"load_ns"` // making the session, and the first run
	Run     time.Duration `json:"run_ns"`  // the second run
	Trouble *Trouble      `json:"trouble,omitempty"`
}

// The trial's graph: a convolution and a matrix product, which models spend most of
// their time on, of values that are exact in any precision a device may use.
const (
	trialSide    = 16
	trialPlanes  = 8
	trialOutputs = 10
)

// Try runs a small graph on a device, without help from the CPU, and checks the
// output. It does not affect the device of any session, and may be called while
// they run.
func (l *Library) Try(ctx context.Context, id string) Trial {
	d, known := deviceByID(id)
	if !known {
		return Trial{Device: id, Trouble: &Trouble{Device: id, Title: id, Reason: ReasonSystem, Message: message.Sprintf("there is no such device")}}
	}
	l.mu.Lock()
	missing, closed := l.missing(d), l.closed
	l.mu.Unlock()
	if missing != nil {
		return Trial{Device: id, Trouble: missing}
	}
	t := Trial{Device: id}
	err := failure.Worded(nil, "ONNX Runtime is closed")
	if !closed {
		t.Load, t.Run, err = l.try(ctx, d)
	}
	if err != nil {
		t.Trouble = diagnose(d, DuringLoad, err)
	}
	return t
}

// try makes the session and runs it twice.
func (l *Library) try(ctx context.Context, d device) (load, run time.Duration, err error) {
	m, input, want, err := trialGraph()
	if err != nil {
		return 0, 0, err
	}
	start := time.Now()
	native, err := l.native.newSession(m, Options{Name: "trial", Threads: 1, noFallback: d.id != DeviceCPU, memory: l.memory}, d.id)
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, native.close()) }()
	s := &Session{lib: l, name: "trial"}
	once := func() error {
		out := make([]*payload, len(m.Outputs))
		if err := s.call(ctx, native, []*payload{input}, out); err != nil {
			return err
		}
		for i, got := range out[0].floats {
			if math.Abs(float64(got-want)) > 1e-3*math.Abs(float64(want)) {
				return failure.Worded(nil, "its results are wrong: output %d is %g instead of %g", i, got, want)
			}
		}
		return nil
	}
	if err := once(); err != nil {
		return 0, 0, err
	}
	load = time.Since(start)
	start = time.Now()
	err = once()
	return load, time.Since(start), err
}

// trialGraph returns the graph, its input and the expected value of every output:
// ones through a 3×3 kernel of halves (without padding: 9·planes/2 at each
// position), summed by a matrix of ones over planes and positions, times 1/1024.
func trialGraph() (onnx.Model, *payload, float32, error) {
	filled := func(n int, v float32) []float32 {
		data := make([]float32, n)
		for i := range data {
			data[i] = v
		}
		return data
	}
	const inner = trialSide - 2
	g := onnx.NewGraph("trial")
	x := g.Input("x", onnx.Float, onnx.Dims(1, trialPlanes, trialSide, trialSide))
	kernel := g.ConstFloats(filled(trialPlanes*trialPlanes*9, 0.5), trialPlanes, trialPlanes, 3, 3)
	y := g.Relu(g.Conv(x, kernel, onnx.Value{}, onnx.ConvAttrs{}))
	y = g.Reshape(y, 1, trialPlanes*inner*inner)
	weights := g.ConstFloats(filled(trialPlanes*inner*inner*trialOutputs, 1.0/1024), trialPlanes*inner*inner, trialOutputs)
	g.Output("y", g.MatMul(y, weights))
	m, err := g.Build()
	input := &payload{kind: float32s, shape: []int64{1, trialPlanes, trialSide, trialSide}, floats: filled(trialPlanes*trialSide*trialSide, 1)}
	const want = float32(9*trialPlanes) / 2 * trialPlanes * inner * inner / 1024
	return m, input, want, err
}
