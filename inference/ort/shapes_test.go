package ort

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"descry/models/arch"
	"descry/models/onnx"
	"descry/models/weights"
)

// dependsOnData are the cases whose shape is in an input's elements.
var dependsOnData = map[string]bool{
	"ReshapeTo": true, "Expand": true, "ConstantOfShape": true, "Range": true, "SliceTo": true, "TopK": true,
	"Resize/nearest 12x10": true, "Resize/nearest 11x7": true, "Resize/nearest 3x2": true, "Resize/nearest 1x1": true,
	"Resize/linear 12x10": true, "Resize/linear 11x7": true, "Resize/linear 3x2": true, "Resize/linear 1x1": true, "Resize/linear from 1x1": true,
}

// agrees reports what of an inferred shape is not so in a run, in which names stand
// for those sizes.
func agrees(inferred onnx.Shape, got []int64, names map[string]int64) error {
	if inferred == nil {
		return nil
	}
	if len(inferred) != len(got) {
		return fmt.Errorf("a shape of %d axes was inferred (%v), and the run's is %v", len(inferred), inferred, got)
	}
	for i, d := range inferred {
		want := d.Size
		if d.Name != "" {
			e, err := parser.ParseExpr(strings.ReplaceAll(d.Name, " ", "_"))
			if err != nil {
				return err
			}
			want = evaluate(e, names)
		}
		if (d.Name != "" || d.Size >= 0) && want != got[i] {
			return fmt.Errorf("%v was inferred, and the run's is %v: %v stands for %d", inferred, got, d, want)
		}
	}
	return nil
}

// evaluate computes a derived name.
func evaluate(e ast.Expr, names map[string]int64) int64 {
	switch e := e.(type) {
	case *ast.BasicLit:
		n, _ := strconv.ParseInt(e.Value, 10, 64)
		return n
	case *ast.Ident:
		if n, ok := names[e.Name]; ok {
			return n
		}
	case *ast.ParenExpr:
		return evaluate(e.X, names)
	case *ast.CallExpr: // ceil of a quotient
		q := e.Args[0].(*ast.BinaryExpr)
		m, n := evaluate(q.X, names), evaluate(q.Y, names)
		return (m + n - 1) / n
	case *ast.BinaryExpr:
		a, b := evaluate(e.X, names), evaluate(e.Y, names)
		switch e.Op {
		case token.ADD:
			return a + b
		case token.SUB:
			return a - b
		case token.MUL:
			return a * b
		}
	}
	return -1000 // no size is that
}

// TestShapesWithNamedExtentsAgreeWithTheRuntime gives every extent of every input of
// each operator a name.
func TestShapesWithNamedExtentsAgreeWithTheRuntime(t *testing.T) {
	l := openLibrary(t)
	for name, c := range readCases(t) {
		t.Run(name, func(t *testing.T) {
			g := onnx.NewGraph(name)
			in, tensors, names := make([]onnx.Value, len(c.In)), make([]*Tensor, len(c.In)), map[string]int64{}
			for i, a := range c.In {
				elem := map[string]onnx.Elem{"float32": onnx.Float, "int64": onnx.Int64}[a.Type]
				shape := make(onnx.Shape, len(a.Shape))
				for k, n := range a.Shape {
					if strings.HasPrefix(name, "Resize") && i == 1 {
						shape[k] = onnx.Dim{Size: n} // the runtime takes sizes of a known number only
						continue
					}
					shape[k] = onnx.Dim{Size: -1, Name: fmt.Sprintf("%c%d", 'a'+i, k)}
					names[shape[k].Name] = n
				}
				in[i], tensors[i] = g.Input(string(rune('a'+i)), elem, shape), a.tensor()
			}
			inferred := builds[name](g, in)
			for i, v := range inferred {
				g.Output(string(rune('A'+i)), v)
			}
			out, err := newSession(t, l, g, Options{Name: name, Threads: 1}).Run(context.Background(), tensors)
			if err != nil {
				t.Fatal(err)
			}
			for i, v := range inferred {
				if v.Shape() == nil && !dependsOnData[name] {
					t.Errorf("no shape was inferred of output %d", i)
				}
				if err := agrees(v.Shape(), out[i].Shape(), names); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// architectures returns what builds each graph of each architecture.
func architectures(t *testing.T) map[string]func() (onnx.Model, error) {
	t.Helper()
	all := map[string]func() (onnx.Model, error){}
	covered := map[string]bool{}
	for name, id := range map[string]string{
		"blip/model":  "blip",
		"maskrcnn/v1": "maskrcnn_resnet_fpn", "maskrcnn/v2": "maskrcnn_resnet_fpn", "detectors/basic": "maskrcnn_resnet_fpn",
		"detectors/boxes": "fasterrcnn_resnet_fpn", "deeplabv3/model": "deeplabv3_resnet", "semantic/fcn_basic": "fcn_resnet", "semantic/fcn_bottleneck": "fcn_resnet",
		"semantic/deeplabv3_mobile": "deeplabv3_mobilenet_v3_large", "semantic/lraspp": "lraspp_mobilenet_v3_large",
	} {
		path := filepath.Join("..", "pipeline", "testdata", filepath.FromSlash(name))
		f, err := weights.Open(path + ".safetensors")
		if err != nil {
			t.Fatal(err)
		}
		config := path + ".json"
		if filepath.Base(path) == "model" {
			config = filepath.Join(filepath.Dir(path), "config.json")
		}
		n, err := arch.Open[arch.Network](id, f, arch.Files{Config: config})
		if err != nil {
			t.Fatal(err)
		}
		for i, build := range n.Graphs() {
			all[fmt.Sprintf("%s %d", name, i)] = build
		}
		covered[id] = true
	}
	for _, id := range arch.ForWeights() {
		if !covered[id] {
			t.Errorf("the architecture %s has no small model here", id)
		}
	}
	return all
}

// sizes are what the architectures' names stand for in the test: none twice, so that
// one cannot stand in for another.
var sizes = map[string]int64{
	"height": 71, "width": 93, "rows": 2, "tokens": 3, "past rows": 4, "past": 5, "patches": 7, "regions": 6,
	"height2": 24, "width2": 36, "height3": 12, "width3": 18, "height4": 6, "width4": 9, "height5": 3, "width5": 5,
}

// given makes the tensor of an input: zeros, but for what says where regions are.
func given(t *testing.T, v onnx.Value) *Tensor {
	t.Helper()
	shape, count := []int64{}, int64(1)
	for _, d := range v.Shape() {
		n := d.Size
		if d.Name != "" {
			if n = sizes[d.Name]; n == 0 {
				t.Fatalf("no size for %q", d.Name)
			}
		}
		shape, count = append(shape, n), count*n
	}
	if v.Elem() == onnx.Float {
		return NewFloat32(shape, make([]float32, count))
	}
	ints := make([]int64, count)
	for i := range ints {
		switch v.Name() {
		case "bounds": // two regions from the finest map, none from the next, …
			ints[i] = []int64{0, 2, 2, 5, 6}[i]
		case "places":
			ints[i] = int64(i)
		}
	}
	return NewInt64(shape, ints)
}

// TestInferredShapesOfWholeArchitecturesAgreeWithTheRuntime runs each graph with
// every node's output as an output of the graph.
func TestInferredShapesOfWholeArchitecturesAgreeWithTheRuntime(t *testing.T) {
	l := openLibrary(t)
	names := map[string]int64{}
	for name, n := range sizes {
		names[strings.ReplaceAll(name, " ", "_")] = n
	}
	for name, build := range architectures(t) {
		t.Run(name, func(t *testing.T) {
			m, err := build()
			if err != nil {
				t.Fatal(err)
			}
			g := m.Graph
			first := len(g.Outputs())
			var probes []onnx.Value
			for _, n := range g.Nodes() {
				for _, v := range n.Outputs {
					if v.Shape() == nil || len(v.Shape()) > 0 { // the binding takes no scalars
						probes = append(probes, v)
					}
				}
			}
			for i, v := range probes {
				g.Output(fmt.Sprintf("probe %d", i), v)
			}
			var in []*Tensor
			for _, v := range g.Inputs() {
				in = append(in, given(t, v))
			}
			out, err := newSession(t, l, g, Options{Name: name, Threads: 1}).Run(context.Background(), in)
			if err != nil {
				t.Fatal(err)
			}
			vague := 0
			for i, v := range probes {
				if err := agrees(v.Shape(), out[first+i].Shape(), names); err != nil {
					t.Errorf("%s: %v", v.Name(), err)
				}
				for _, d := range v.Shape() {
					if d.Name == "" && d.Size < 0 {
						vague++
						break
					}
				}
				if v.Shape() == nil {
					t.Errorf("%s: no shape was inferred", v.Name())
				}
			}
			t.Logf("%d values, %d with an extent of which nothing is known", len(probes), vague)
			for _, v := range g.Outputs()[:first] {
				for _, d := range v.Shape() {
					if d.Name == "" && d.Size < 0 {
						t.Errorf("the output %s has the shape %v", v.Name(), v.Shape())
					}
				}
			}
		})
	}
}
