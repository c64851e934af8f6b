package speed

import (
	"context"
	"time"

	"descry/inference/ort"
	"descry/internal/machine"
	"descry/models/onnx"
)

// The graph that is timed: 3×3 convolutions as in a backbone and matrix products as
// in a transformer, a third and two thirds of the work.
const (
	planes, side  = 64, 56
	convolutions  = 2
	rows          = 144
	inner, hidden = 512, 2048
	products      = 2 // pairs: to hidden and back
)

// gmac is what one run of the graph multiplies.
const gmac = (convolutions*9*planes*planes*side*side + products*2*rows*inner*hidden) / 1e9

// The time that is given to it: enough runs for a fast machine, few for a slow one.
const (
	enough    = 200 * time.Millisecond
	fewest    = 2
	mostTimed = 200
)

// Measure times a short graph on a device (ort.DeviceAuto: the one that models would
// run on) and returns 10⁹ multiplications with addition a second, and that device. It
// takes some 0.3 s. busy reports that the processor did not have its threads to
// itself meanwhile, so that the rate is too low.
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
	for begin, n := time.Now(), -1; n < fewest || time.Since(begin) < enough && n < mostTimed; n++ {
		start := time.Now()
		if _, err := s.Run(ctx, in); err != nil {
			return 0, "", false, err
		}
		if took := time.Since(start); n >= 0 && (best == 0 || took < best) { // the first run warms up
			best = took
		}
	}
	if now, err := machine.ProcessorTime(); err == nil && known == nil && s.Device() == ort.DeviceCPU {
		busy = now-spent < mostlyOwn*time.Since(all).Seconds()*float64(s.Threads())
	}
	return gmac / best.Seconds(), s.Device(), busy, nil
}

// mostlyOwn is the part of its threads' time that a measurement gets on a machine
// with nothing else to do; some of it is spent between the operators.
const mostlyOwn = 0.6

// constant is a weight of numbers that are neither all the same nor large.
func constant(g *onnx.Graph, seed int, dims ...int64) onnx.Value {
	n := 1
	for _, d := range dims {
		n *= int(d)
	}
	return g.ConstFloats(numbers(seed, n), dims...)
}

// numbers between −1/64 and 1/64.
func numbers(seed, n int) []float32 {
	data := make([]float32, n)
	for i := range data {
		data[i] = float32((i*7919+seed*131)%127-63) / (64 * 64)
	}
	return data
}

// Measured returns the rate of a device of this library, which it measures and saves
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
