package ort

import (
	"context"
	"errors"
	"os"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"descry/internal/failure"
	"descry/models/onnx"
)

// addGraph returns a + b for any rows of four floats.
func addGraph() *onnx.Graph {
	g := onnx.NewGraph("sum")
	a, b := g.Input("a", onnx.Float, onnx.Dims("rows", 4)), g.Input("b", onnx.Float, onnx.Dims("rows", 4))
	g.Output("sum", g.Add(a, b))
	return g
}

// towers returns a graph of depth 3×3 convolutions of 64 planes, 2.4 GMAC each.
func towers(depth int) (*onnx.Graph, []*Tensor) {
	const planes, side = 64, 256
	g := onnx.NewGraph("towers")
	x := g.Input("x", onnx.Float, onnx.Dims(1, planes, side, side))
	for i := range depth {
		kernel := make([]float32, planes*planes*9)
		for k := range kernel {
			kernel[k] = float32((k*7919+i)%13-6) / 400
		}
		x = g.Relu(g.Conv(x, g.ConstFloats(kernel, planes, planes, 3, 3), onnx.Value{}, onnx.ConvAttrs{Pad: 1}))
	}
	g.Output("y", g.ReduceMean(x, false, 1, 2, 3))
	data := make([]float32, planes*side*side)
	for i := range data {
		data[i] = float32(i%255) / 255
	}
	return g, []*Tensor{NewFloat32([]int64{1, planes, side, side}, data)}
}

func TestACancelledRunEndsWithinAnOperator(t *testing.T) {
	l := openLibrary(t)
	g, in := towers(12)
	s := newSession(t, l, g, Options{Name: "towers"})
	start := time.Now()
	if _, err := s.Run(context.Background(), in); err != nil {
		t.Fatal(err)
	}
	whole := time.Since(start)
	ctx, cancel := context.WithTimeout(context.Background(), whole/12)
	defer cancel()
	start = time.Now()
	out, err := s.Run(ctx, in)
	took := time.Since(start)
	t.Logf("whole %v, cancelled after %v: ended after %v", whole, whole/12, took)
	var f *failure.Failure
	if !errors.As(err, &f) || f.Kind != failure.Cancelled || out != nil {
		t.Errorf("outputs %v, error %v", out, err)
	}
	if took > whole/2 {
		t.Errorf("it ended after %v, the whole run takes %v", took, whole)
	}
	if _, err := s.Run(context.Background(), in); err != nil {
		t.Errorf("the next run fails: %v", err)
	}
}

func TestARunWithAnEndedContextDoesNotBegin(t *testing.T) {
	s := newSession(t, openLibrary(t), addGraph(), Options{})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := s.Run(ctx, []*Tensor{rows(1), rows(1)})
	var f *failure.Failure
	if !errors.As(err, &f) || f.Kind != failure.Cancelled {
		t.Errorf("error %v", err)
	}
}

// rows returns n rows of 0, 1, 2, …
func rows(n int64) *Tensor {
	data := make([]float32, 4*n)
	for i := range data {
		data[i] = float32(i)
	}
	return NewFloat32([]int64{n, 4}, data)
}

func TestOutputsAreInputsOfOtherRuns(t *testing.T) {
	l := openLibrary(t)
	one, two := newSession(t, l, addGraph(), Options{}), newSession(t, l, addGraph(), Options{})
	x := rows(2)
	first, err := one.Run(context.Background(), []*Tensor{x, x})
	if err != nil {
		t.Fatal(err)
	}
	second, err := two.Run(context.Background(), []*Tensor{first[0], x})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := second[0].Float32s(), []float32{0, 3, 6, 9, 12, 15, 18, 21}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestAnAxisMayBeEmpty(t *testing.T) {
	g := onnx.NewGraph("cache")
	past, x := g.Input("past", onnx.Float, onnx.Dims("past", 4)), g.Input("x", onnx.Float, onnx.Dims("rows", 4))
	g.Output("present", g.Concat(0, past, x))
	g.Output("past", g.Identity(past))
	if _, err := g.Build(); err == nil {
		t.Error("an input and an output of one name were built")
	}
	g = onnx.NewGraph("cache")
	past, x = g.Input("past", onnx.Float, onnx.Dims("past", 4)), g.Input("x", onnx.Float, onnx.Dims("rows", 4))
	g.Output("present", g.Concat(0, past, x))
	g.Output("same", g.Identity(past))
	s := newSession(t, openLibrary(t), g, Options{})
	out, err := s.Run(context.Background(), []*Tensor{NewFloat32([]int64{0, 4}, nil), rows(2)})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(out[0].Shape(), []int64{2, 4}) || !slices.Equal(out[1].Shape(), []int64{0, 4}) {
		t.Errorf("shapes %v and %v", out[0].Shape(), out[1].Shape())
	}
}

func TestWrongInputsAreRefusedByName(t *testing.T) {
	s := newSession(t, openLibrary(t), addGraph(), Options{Name: "sum"})
	destroyed := rows(1)
	destroyed.Destroy()
	for name, c := range map[string]struct {
		in      []*Tensor
		message string
	}{
		"too few":         {[]*Tensor{rows(1)}, "the graph takes 2 inputs, not 1"},
		"missing":         {[]*Tensor{rows(1), nil}, `input "b": the tensor is missing`},
		"destroyed":       {[]*Tensor{destroyed, rows(1)}, `input "a": the tensor was destroyed`},
		"shape and data":  {[]*Tensor{rows(1), NewFloat32([]int64{2, 4}, make([]float32, 4))}, "the tensor of shape [2 4] has 4 elements"},
		"negative":        {[]*Tensor{rows(1), NewFloat32([]int64{-1, 4}, make([]float32, 4))}, "impossible shape"},
		"overflow":        {[]*Tensor{rows(1), NewFloat32([]int64{1 << 32, 1 << 32}, nil)}, "impossible shape"},
		"no axes":         {[]*Tensor{rows(1), NewFloat32(nil, []float32{1})}, "has no axes"},
		"of another type": {[]*Tensor{rows(1), NewInt64([]int64{1, 4}, make([]int64, 4))}, "sum"},
		"of other sizes":  {[]*Tensor{rows(1), NewFloat32([]int64{1, 3}, make([]float32, 3))}, "sum"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := s.Run(context.Background(), c.in)
			var f *failure.Failure
			if !errors.As(err, &f) || f.Kind != failure.Model || f.Subject != "sum" || !strings.Contains(err.Error(), c.message) {
				t.Errorf("error %v, want %q", err, c.message)
			}
		})
	}
}

func TestUseAfterCloseIsRefused(t *testing.T) {
	l := openLibrary(t)
	m, err := addGraph().Build()
	if err != nil {
		t.Fatal(err)
	}
	s, err := l.NewSession(m, Options{Name: "sum"})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Run(context.Background(), []*Tensor{rows(1), rows(1)}); err == nil || !strings.Contains(err.Error(), "closed") {
		t.Errorf("Run after Close: %v", err)
	}
	if err := s.Close(); err == nil {
		t.Error("a second Close went well")
	}
}

func TestRunsLeaveNoMemoryBehind(t *testing.T) {
	if resident(t) == 0 {
		t.Skip("no /proc here")
	}
	g := onnx.NewGraph("copies")
	x := g.Input("x", onnx.Float, onnx.Dims(1<<20))
	g.Output("y", g.Relu(x))
	s := newSession(t, openLibrary(t), g, Options{})
	in := []*Tensor{NewFloat32([]int64{1 << 20}, make([]float32, 1<<20))}
	run := func(n int) {
		for range n {
			out, err := s.Run(context.Background(), in)
			if err != nil {
				t.Fatal(err)
			}
			out[0].Destroy()
		}
		debug.FreeOSMemory()
	}
	run(20)
	before := resident(t)
	run(200) // 800 MB in all
	after := resident(t)
	t.Logf("resident %d MB, after 200 runs of 4 MB %d MB", before>>20, after>>20)
	if after > before+40<<20 {
		t.Errorf("200 runs left %d MB behind", (after-before)>>20)
	}
}

// resident returns this process's resident memory in bytes, 0 where unknown.
func resident(t *testing.T) int64 {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	pages, err := strconv.ParseInt(strings.Fields(string(text))[1], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return pages * int64(os.Getpagesize())
}

func TestDevices(t *testing.T) {
	l := openLibrary(t)
	m, err := addGraph().Build()
	if err != nil {
		t.Fatal(err)
	}
	gpu := slices.Contains(l.Providers(), cudaProvider)
	for _, device := range []string{"", DeviceAuto, DeviceCPU} {
		s, err := l.NewSession(m, Options{Device: device, Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		if !gpu && (s.Device() != DeviceCPU || len(l.News()) > 0) || s.Threads() != 1 {
			t.Errorf("device %q: session on %q, %d threads", device, s.Device(), s.Threads())
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := l.NewSession(m, Options{Device: "abacus"}); err == nil || !strings.Contains(err.Error(), `no device "abacus"`) {
		t.Errorf("error %v", err)
	}
	if _, err := l.NewSession(m, Options{Device: DeviceCUDA}); !gpu && (err == nil || !strings.Contains(err.Error(), "cannot be used")) {
		t.Errorf("error %v", err)
	}
	if _, err := l.NewSession(onnx.Model{}, Options{}); err == nil {
		t.Error("an empty graph was taken")
	}
}

// TestAClosedSessionGivesItsMemoryBack: the C library would keep the blocks of
// weights (see trimHeap).
func TestAClosedSessionGivesItsMemoryBack(t *testing.T) {
	if resident(t) == 0 {
		t.Skip("no /proc here")
	}
	l := openLibrary(t)
	g := onnx.NewGraph("weights")
	x := g.Input("x", onnx.Float, onnx.Dims(1, 1024))
	for i := range 24 {
		w := make([]float32, 1024*1024)
		w[0] = float32(i)
		x = g.LinearT(x, g.ConstFloats(w, 1024, 1024), onnx.Value{})
	}
	g.Output("y", x)
	m, err := g.Build()
	if err != nil {
		t.Fatal(err)
	}
	use := func() {
		s, err := l.NewSession(m, Options{Prepack: true})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Run(context.Background(), []*Tensor{NewFloat32([]int64{1, 1024}, make([]float32, 1024))}); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		debug.FreeOSMemory()
	}
	debug.FreeOSMemory() // memory of building the graph
	before := resident(t)
	for range 4 {
		use()
	}
	after := resident(t)
	t.Logf("resident %d MB, after 4 sessions of 100 MB %d MB", before>>20, after>>20)
	if after > before+60<<20 {
		t.Errorf("4 closed sessions left %d MB behind", (after-before)>>20)
	}
}

// TestAScalarOutputIsAnErrorAndNoCrash: the binding takes over no tensor without axes.
func TestAScalarOutputIsAnErrorAndNoCrash(t *testing.T) {
	g := onnx.NewGraph("scalar")
	x := g.Input("x", onnx.Float, onnx.Dims("n"))
	g.Output("sum", g.Add(x, x))
	g.Output("mean", g.ReduceMean(x, false, 0))
	s := newSession(t, openLibrary(t), g, Options{Name: "scalar"})
	for range 2 {
		out, err := s.Run(context.Background(), []*Tensor{NewFloat32([]int64{3}, []float32{1, 2, 3})})
		var f *failure.Failure
		if !errors.As(err, &f) || f.Kind != failure.Model || out != nil {
			t.Errorf("%v, %v", out, err)
		}
	}
}
