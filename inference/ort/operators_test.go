package ort

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"descry/models/onnx"
)

// array is a tensor of testdata/operators.json.
type array struct {
	Type  string    `json:"type"`
	Shape []int64   `json:"shape"`
	Data  []float64 `json:"data"`
}

func (a array) tensor() *Tensor {
	if a.Type == "int64" {
		data := make([]int64, len(a.Data))
		for i, v := range a.Data {
			data[i] = int64(v)
		}
		return NewInt64(a.Shape, data)
	}
	data := make([]float32, len(a.Data))
	for i, v := range a.Data {
		data[i] = float32(v)
	}
	return NewFloat32(a.Shape, data)
}

// elements returns a tensor's elements as float64, of whatever type they are.
func elements(t *Tensor) []float64 {
	p := t.live("")
	all := make([]float64, 0, len(p.floats)+len(p.ints)+len(p.bytes))
	for _, v := range p.floats {
		all = append(all, float64(v))
	}
	for _, v := range p.ints {
		all = append(all, float64(v))
	}
	for _, v := range p.bytes {
		all = append(all, float64(v))
	}
	return all
}

type build func(g *onnx.Graph, in []onnx.Value) []onnx.Value

func unary(f func(*onnx.Graph, onnx.Value) onnx.Value) build {
	return func(g *onnx.Graph, in []onnx.Value) []onnx.Value { return []onnx.Value{f(g, in[0])} }
}

func binary(f func(*onnx.Graph, onnx.Value, onnx.Value) onnx.Value) build {
	return func(g *onnx.Graph, in []onnx.Value) []onnx.Value { return []onnx.Value{f(g, in[0], in[1])} }
}

// optional returns in[i], or the zero Value where the case has no such operand.
func optional(in []onnx.Value, i int) onnx.Value {
	if i < len(in) {
		return in[i]
	}
	return onnx.Value{}
}

func conv(at onnx.ConvAttrs) build {
	return func(g *onnx.Graph, in []onnx.Value) []onnx.Value {
		return []onnx.Value{g.Conv(in[0], in[1], optional(in, 2), at)}
	}
}

func resize(mode onnx.ResizeMode) build {
	return binary(func(g *onnx.Graph, x, sizes onnx.Value) onnx.Value { return g.Resize(x, sizes, mode) })
}

func roiAlign(ratio int, aligned bool) build {
	return func(g *onnx.Graph, in []onnx.Value) []onnx.Value {
		return []onnx.Value{g.RoiAlign(in[0], in[1], in[2], onnx.RoiAlignAttrs{Height: 3, Width: 2, SamplingRatio: ratio, Scale: 0.25, Aligned: aligned})}
	}
}

func attention(causal bool) build {
	return func(g *onnx.Graph, in []onnx.Value) []onnx.Value {
		return []onnx.Value{g.MultiHeadAttention(in[0], in[1], in[2], optional(in, 3), onnx.AttentionAttrs{Heads: 2, Causal: causal})}
	}
}

func linear(f func(g *onnx.Graph, x, w, b onnx.Value) onnx.Value) build {
	return func(g *onnx.Graph, in []onnx.Value) []onnx.Value {
		return []onnx.Value{f(g, in[0], in[1], optional(in, 2))}
	}
}

// builds are the graphs, by case; a case is named by the method and its variant.
var builds = map[string]build{
	"Add/broadcast":          binary((*onnx.Graph).Add),
	"Sub/broadcast":          binary((*onnx.Graph).Sub),
	"Mul/broadcast":          binary((*onnx.Graph).Mul),
	"Div/broadcast":          binary((*onnx.Graph).Div),
	"Div/int64 truncates":    binary((*onnx.Graph).Div),
	"Less/broadcast":         binary((*onnx.Graph).Less),
	"Equal/broadcast":        binary((*onnx.Graph).Equal),
	"Equal/int64":            binary((*onnx.Graph).Equal),
	"Where":                  binary(func(g *onnx.Graph, a, b onnx.Value) onnx.Value { return g.Where(g.Less(a, b), a, b) }),
	"Cast/float to int64":    unary(func(g *onnx.Graph, x onnx.Value) onnx.Value { return g.Cast(x, onnx.Int64) }),
	"Cast/int64 to float":    unary(func(g *onnx.Graph, x onnx.Value) onnx.Value { return g.Cast(x, onnx.Float) }),
	"Identity":               unary((*onnx.Graph).Identity),
	"Sqrt":                   unary((*onnx.Graph).Sqrt),
	"Tanh":                   unary((*onnx.Graph).Tanh),
	"Erf":                    unary((*onnx.Graph).Erf),
	"Sigmoid":                unary((*onnx.Graph).Sigmoid),
	"Relu":                   unary((*onnx.Graph).Relu),
	"Gelu":                   unary((*onnx.Graph).Gelu),
	"HardSigmoid":            unary((*onnx.Graph).HardSigmoid),
	"HardSwish":              unary((*onnx.Graph).HardSwish),
	"Softmax/last":           unary(func(g *onnx.Graph, x onnx.Value) onnx.Value { return g.Softmax(x, -1) }),
	"Softmax/axis 1":         unary(func(g *onnx.Graph, x onnx.Value) onnx.Value { return g.Softmax(x, 1) }),
	"LogSoftmax":             unary(func(g *onnx.Graph, x onnx.Value) onnx.Value { return g.LogSoftmax(x, -1) }),
	"LayerNorm":              linear(func(g *onnx.Graph, x, s, b onnx.Value) onnx.Value { return g.LayerNorm(x, s, b, 1e-5) }),
	"ReduceMean/keep":        unary(func(g *onnx.Graph, x onnx.Value) onnx.Value { return g.ReduceMean(x, true, 0, 2) }),
	"ReduceMean/drop":        unary(func(g *onnx.Graph, x onnx.Value) onnx.Value { return g.ReduceMean(x, false, -1) }),
	"ReduceMax":              unary(func(g *onnx.Graph, x onnx.Value) onnx.Value { return g.ReduceMax(x, false, 1) }),
	"ArgMax/keep":            unary(func(g *onnx.Graph, x onnx.Value) onnx.Value { return g.ArgMax(x, 1, true) }),
	"ArgMax/first of equals": unary(func(g *onnx.Graph, x onnx.Value) onnx.Value { return g.ArgMax(x, 1, false) }),
	"TopK": func(g *onnx.Graph, in []onnx.Value) []onnx.Value {
		values, indices := g.TopK(in[0], in[1], -1)
		return []onnx.Value{values, indices}
	},
	"MatMul":          binary((*onnx.Graph).MatMul),
	"LinearT/bias":    linear((*onnx.Graph).LinearT),
	"LinearT/no bias": linear((*onnx.Graph).LinearT),
	"Gemm/bias":       linear((*onnx.Graph).Gemm),
	"Gemm/no bias":    linear((*onnx.Graph).Gemm),
	"FusedMatMul/transB alpha": binary(func(g *onnx.Graph, a, b onnx.Value) onnx.Value {
		return g.FusedMatMul(a, b, onnx.FusedMatMulAttrs{TransB: true, Alpha: 0.5})
	}),
	"FusedMatMul/transA": binary(func(g *onnx.Graph, a, b onnx.Value) onnx.Value {
		return g.FusedMatMul(a, b, onnx.FusedMatMulAttrs{TransA: true})
	}),
	"MultiHeadAttention/three axes":  attention(false),
	"MultiHeadAttention/cached keys": attention(false),
	"MultiHeadAttention/bias":        attention(false),
	"MultiHeadAttention/causal":      attention(true),
	"Conv/plain":                     conv(onnx.ConvAttrs{}),
	"Conv/stride 2 pad 1":            conv(onnx.ConvAttrs{Stride: 2, Pad: 1}),
	"Conv/dilation 2 pad 2 no bias":  conv(onnx.ConvAttrs{Dilation: 2, Pad: 2}),
	"Conv/groups":                    conv(onnx.ConvAttrs{Groups: 4, Pad: 1}),
	"ConvTranspose/stride 2": linear(func(g *onnx.Graph, x, w, b onnx.Value) onnx.Value {
		return g.ConvTranspose(x, w, b, onnx.ConvAttrs{Stride: 2})
	}),
	"BatchNorm": func(g *onnx.Graph, in []onnx.Value) []onnx.Value {
		return []onnx.Value{g.BatchNorm(in[0], in[1], in[2], in[3], in[4], 1e-3)}
	},
	"MaxPool/3 2 1": unary(func(g *onnx.Graph, x onnx.Value) onnx.Value {
		return g.MaxPool(x, onnx.PoolAttrs{Kernel: 3, Stride: 2, Pad: 1})
	}),
	"MaxPool/1 2 0": unary(func(g *onnx.Graph, x onnx.Value) onnx.Value {
		return g.MaxPool(x, onnx.PoolAttrs{Kernel: 1, Stride: 2})
	}),
	"GlobalAveragePool":              unary((*onnx.Graph).GlobalAveragePool),
	"Resize/nearest 12x10":           resize(onnx.ResizeNearest),
	"Resize/nearest 11x7":            resize(onnx.ResizeNearest),
	"Resize/nearest 3x2":             resize(onnx.ResizeNearest),
	"Resize/nearest 1x1":             resize(onnx.ResizeNearest),
	"Resize/linear 12x10":            resize(onnx.ResizeLinear),
	"Resize/linear 11x7":             resize(onnx.ResizeLinear),
	"Resize/linear 3x2":              resize(onnx.ResizeLinear),
	"Resize/linear 1x1":              resize(onnx.ResizeLinear),
	"Resize/linear from 1x1":         resize(onnx.ResizeLinear),
	"RoiAlign/ratio 2 aligned False": roiAlign(2, false),
	"RoiAlign/ratio 2 aligned True":  roiAlign(2, true),
	"RoiAlign/ratio 0 aligned False": roiAlign(0, false),
	"RoiAlign/ratio 0 aligned True":  roiAlign(0, true),
	"Shape":                          unary((*onnx.Graph).Shape),
	"Dim/1":                          unary(func(g *onnx.Graph, x onnx.Value) onnx.Value { return g.Dim(x, 1) }),
	"Dim/-1":                         unary(func(g *onnx.Graph, x onnx.Value) onnx.Value { return g.Dim(x, -1) }),
	"Dim/-2":                         unary(func(g *onnx.Graph, x onnx.Value) onnx.Value { return g.Dim(x, -2) }),
	"Reshape":                        unary(func(g *onnx.Graph, x onnx.Value) onnx.Value { return g.Reshape(x, 0, -1) }),
	"ReshapeTo":                      binary((*onnx.Graph).ReshapeTo),
	"Flatten":                        unary(func(g *onnx.Graph, x onnx.Value) onnx.Value { return g.Flatten(x, 2) }),
	"Transpose":                      unary(func(g *onnx.Graph, x onnx.Value) onnx.Value { return g.Transpose(x, 2, 0, 1) }),
	"Unsqueeze":                      unary(func(g *onnx.Graph, x onnx.Value) onnx.Value { return g.Unsqueeze(x, 0, 3) }),
	"Squeeze":                        unary(func(g *onnx.Graph, x onnx.Value) onnx.Value { return g.Squeeze(x, 1) }),
	"Expand":                         binary((*onnx.Graph).Expand),
	"Concat":                         binary(func(g *onnx.Graph, a, b onnx.Value) onnx.Value { return g.Concat(1, a, b) }),
	"Split":                          func(g *onnx.Graph, in []onnx.Value) []onnx.Value { return g.Split(in[0], 1, 1, 2) },
	"Slice/middle":                   unary(func(g *onnx.Graph, x onnx.Value) onnx.Value { return g.Slice(x, 1, 1, 2) }),
	"Slice/from the end":             unary(func(g *onnx.Graph, x onnx.Value) onnx.Value { return g.Slice(x, -1, -2, onnx.End) }),
	"SliceTo":                        linear(func(g *onnx.Graph, x, from, to onnx.Value) onnx.Value { return g.SliceTo(x, 2, from, to) }),
	"Gather/axis 1":                  binary(func(g *onnx.Graph, x, i onnx.Value) onnx.Value { return g.Gather(x, i, 1) }),
	"Gather/rows":                    binary(func(g *onnx.Graph, x, i onnx.Value) onnx.Value { return g.Gather(x, i, 0) }),
	"Range": unary(func(g *onnx.Graph, n onnx.Value) onnx.Value {
		return g.Range(g.ConstInt(0), g.Squeeze(n, 0), g.ConstInt(1))
	}),
	"ConstantOfShape": unary(func(g *onnx.Graph, x onnx.Value) onnx.Value { return g.ConstantOfShape(x, -1.5) }),
	"ConstFloats": unary(func(g *onnx.Graph, x onnx.Value) onnx.Value {
		return g.Add(x, g.ConstFloats([]float32{1, 2, 3, 4, 5, 6}, 3, 2))
	}),
	"ConstInts":  unary(func(g *onnx.Graph, x onnx.Value) onnx.Value { return g.Add(x, g.ConstInts([]int64{1, 2, 3}, 3)) }),
	"ConstFloat": unary(func(g *onnx.Graph, x onnx.Value) onnx.Value { return g.Mul(x, g.ConstFloat(0.5)) }),
	"ConstInt":   unary(func(g *onnx.Graph, x onnx.Value) onnx.Value { return g.Mul(x, g.ConstInt(3)) }),
}

func readCases(t *testing.T) map[string]struct{ In, Out []array } {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "operators.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases map[string]struct{ In, Out []array }
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	return cases
}

// graphOf builds a case's graph and returns it with its outputs.
func graphOf(name string, arrays []array) (*onnx.Graph, []onnx.Value) {
	g := onnx.NewGraph(name)
	in := make([]onnx.Value, len(arrays))
	for i, a := range arrays {
		elem := map[string]onnx.Elem{"float32": onnx.Float, "int64": onnx.Int64}[a.Type]
		shape := make([]onnx.Dim, len(a.Shape))
		for k, n := range a.Shape {
			shape[k] = onnx.Dim{Size: n}
		}
		in[i] = g.Input(string(rune('a'+i)), elem, shape)
	}
	out := builds[name](g, in)
	for i, v := range out {
		g.Output(string(rune('A'+i)), v)
	}
	return g, out
}

// TestOperatorsAreEncodedAsTheyWere compares the hash of every case's graph with the
// recorded one.
func TestOperatorsAreEncodedAsTheyWere(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "encoded.json"))
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]string
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	for name, c := range readCases(t) {
		g, _ := graphOf(name, c.In)
		m, err := g.Build()
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprintf("%x", sha256.Sum256(m.Proto)); got != want[name] {
			t.Errorf("%q: %q, want %q", name, got, want[name])
		}
	}
}

func TestEachOperatorMatchesTorch(t *testing.T) {
	cases := readCases(t)
	l := openLibrary(t)
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if builds[name] == nil {
				t.Fatal("no graph for this case")
			}
			g, inferred := graphOf(name, c.In)
			tensors := make([]*Tensor, len(c.In))
			for i, a := range c.In {
				tensors[i] = a.tensor()
			}
			out, err := newSession(t, l, g, Options{Name: name, Threads: 1}).Run(context.Background(), tensors)
			if err != nil {
				t.Fatal(err)
			}
			if len(out) != len(c.Out) {
				t.Fatalf("%d outputs, want %d", len(out), len(c.Out))
			}
			for i, want := range c.Out {
				compare(t, out[i], want)
				if err := agrees(inferred[i].Shape(), out[i].Shape(), nil); err != nil {
					t.Error(err)
				}
				if sizes, all := inferred[i].Shape().Sizes(); !all && !dependsOnData[name] {
					t.Errorf("the inferred shape %v does not hold all of %v", inferred[i].Shape(), sizes)
				}
			}
		})
	}
}

// compare allows a difference of 2e-6 of the largest element, as float32 sums
// differ with their order.
func compare(t *testing.T, got *Tensor, want array) {
	t.Helper()
	if !slices.Equal(got.Shape(), want.Shape) {
		t.Errorf("shape %v, want %v", got.Shape(), want.Shape)
		return
	}
	if string(got.live("").kind) != want.Type {
		t.Errorf("elements of %s, want %s", got.live("").kind, want.Type)
	}
	largest := 1.0
	for _, v := range want.Data {
		largest = math.Max(largest, math.Abs(v))
	}
	for i, v := range elements(got) {
		if d := math.Abs(v - want.Data[i]); !(d <= 2e-6*largest) {
			t.Errorf("element %d is %g, want %g", i, v, want.Data[i])
			return
		}
	}
}

// TestEveryOperatorMethodHasACase checks the methods of Graph that return values.
func TestEveryOperatorMethodHasACase(t *testing.T) {
	elsewhere := map[string]string{
		"Input": "every case", "Value": "models/onnx", "Inputs": "models/onnx", "Outputs": "models/onnx",
		"Weight": "weights_test.go", "WeightRows": "weights_test.go", "Rows": "weights_test.go",
	}
	covered := map[string]bool{}
	for name := range readCases(t) {
		method, _, _ := strings.Cut(name, "/")
		covered[method] = true
	}
	value := reflect.TypeFor[onnx.Value]()
	ty := reflect.TypeFor[*onnx.Graph]()
	for i := range ty.NumMethod() {
		m := ty.Method(i)
		if m.Type.NumOut() == 0 || m.Type.Out(0) != value && m.Type.Out(0) != reflect.SliceOf(value) {
			continue
		}
		if !covered[m.Name] && elsewhere[m.Name] == "" {
			t.Errorf("%s is not tested", m.Name)
		}
	}
}
