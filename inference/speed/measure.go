package speed

import (
	"context"
	"time"

	"descry/inference/ort"
	"descry/internal/machine"
	"descry/models/onnx"
)

// The graph that is timed: 3×3 convolutions as in a backbone, a third of the work,
// and matrix products as in a transformer.
const (
	planes, side  = 64, 56
	convolutions  = 2
	rows          = 144
	inner, hidden = 512, 2048
	products      = 2 // pairs: to hidden and back
)

// gmac is the cost of one run of the graph, in 10⁹ multiply-adds.
const gmac = (convolutions*9*planes*planes*side*side + products*2*rows*inner*hidden) / 1e9

// The duration of a measurement: many runs on a fast machine, few on a slow one.
const (
	minDuration = 200 * time.Millisecond
	minTimed    = 2
	maxTimed    = 200
)

// Measure times a short graph on a device (ort.DeviceAuto: the one that models
// would run on) and returns its rate in 10⁹ multiply-adds a second and the device
// used. It takes some 0.3 s. busy reports whether other programs were using the
// processor, so that the rate is too low.
func Measure(ctx context.Context, lib *ort.Library, device string, threads int) (gmacs float64, used string, busy bool, err error) {
	g := onnx.NewGraph("speed")
	x := g.Input("pixels", onnx.Float, onnx.Dims(1, planes, side, side))
	y := x
	for i := range convolutions {
		y = g.Relu(g.Conv(y, constant(g, i, planes, planes, 3, 3), onnx.Value{}, onnx.ConvAttrs{Pad: 1}))
	}
	g.Output("maps", g.ReduceMean(y, false, 2, 3))
	tokens := g.Input("tokens", onnx.Float, onnx.Dims(rows, inner))
	z := tokens
	for i := range products {
		z = g.Relu(g.MatMul(z, constant(g, 2*i, inner, hidden)))
		z = g.MatMul(z, constant(g, 2*i+1, hidden, inner))
	}
	g.Output("rows", g.ReduceMean(z, false, 1))
	m, err := g.Build()
	if err != nil {
		return 0, "", false, err
	}
	s, err := lib.NewSession(m, ort.Options{Name: "speed", Device: device, Threads: threads, Prepack: true})
	if err != nil {
		return 0, "", false, err
	}
	defer s.Close()
	in := []*ort.Tensor{
		ort.NewFloat32([]int64{1, planes, side, side}, numbers(0, planes*side*side)),
		ort.NewFloat32([]int64{rows, inner}, numbers(1, rows*inner)),
	}
	best := time.Duration(0)
	spent, known := machine.ProcessorTime()
	all := time.Now()
	for begin, n := time.Now(), -1; n < minTimed || time.Since(begin) < minDuration && n < maxTimed; n++ {
		start := time.Now()
		if _, err := s.Run(ctx, in); err != nil {
			return 0, "", false, err
		}
		if took := time.Since(start); n >= 0 && (best == 0 || took < best) { // the first run warms up
			best = took
		}
	}
	if now, err := machine.ProcessorTime(); err == nil && known == nil && s.Device() == ort.DeviceCPU {
		busy = now-spent < minShare*time.Since(all).Seconds()*float64(s.Threads())
	}
	return gmac / best.Seconds(), s.Device(), busy, nil
}

// minShare is the share of its threads' time that a measurement gets on an idle
// machine; some time is lost between operators.
const minShare = 0.6

// constant returns a weight of small, varied numbers.
func constant(g *onnx.Graph, seed int, dims ...int64) onnx.Value {
	n := 1
	for _, d := range dims {
		n *= int(d)
	}
	return g.ConstFloats(numbers(seed, n), dims...)
}

// numbers returns n numbers between −1/64 and 1/64.
func numbers(seed, n int) []float32 {
	data := make([]float32, n)
	for i := range data {
		data[i] = float32((i*7919+seed*131)%127-63) / (64 * 64)
	}
	return data
}

// Measured returns the rate of a device of this library, measuring and saving it
// unless the book has it. Errors are *failure.Failure.
func (b *Book) Measured(ctx context.Context, lib *ort.Library, device string, threads int) (float64, error) {
	if device != ort.DeviceAuto && device != "" {
		if gmacs, known := b.Rate(lib.Version(), device, threads); known {
			return gmacs, nil
		}
	}
	gmacs, used, busy, err := Measure(ctx, lib, device, threads)
	if err != nil {
		return 0, err
	}
	b.NoteRate(lib.Version(), used, threads, gmacs, busy)
	return gmacs, b.Save()
}
