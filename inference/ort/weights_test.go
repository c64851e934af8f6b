package ort

import (
	"context"
	le "encoding/binary"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"descry/models/onnx"
	"descry/models/weights"
)

// stored is a tensor for a safetensors file.
type stored struct {
	name, dtype string
	shape       []int64
	data        []byte
}

// writeWeights writes a safetensors file and opens it.
func writeWeights(t *testing.T, tensors []stored) *weights.File {
	t.Helper()
	head, at := map[string]any{}, 0
	var data []byte
	for _, s := range tensors {
		head[s.name] = map[string]any{"dtype": s.dtype, "shape": s.shape, "data_offsets": []int{at, at + len(s.data)}}
		data, at = append(data, s.data...), at+len(s.data)
	}
	text, err := json.Marshal(head)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "model.safetensors")
	whole := append(le.LittleEndian.AppendUint64(nil, uint64(len(text))), append(text, data...)...)
	if err := os.WriteFile(path, whole, 0o644); err != nil {
		t.Fatal(err)
	}
	f, err := weights.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestWeightsAreReadFromTheFileItself covers every usable type, rows of a matrix,
// and offsets that are not a multiple of the element's size.
func TestWeightsAreReadFromTheFileItself(t *testing.T) {
	values := []float32{1, -2, 0.5, 4, 0.25, -8}
	var f32, f16, bf16, f64, i64 []byte
	half := map[float32]uint16{1: 0x3c00, -2: 0xc000, 0.5: 0x3800, 4: 0x4400, 0.25: 0x3400, -8: 0xc800}
	for _, v := range values {
		bits := math.Float32bits(v)
		f32 = le.LittleEndian.AppendUint32(f32, bits)
		f16 = le.LittleEndian.AppendUint16(f16, half[v])
		bf16 = le.LittleEndian.AppendUint16(bf16, uint16(bits>>16)) // exact for these
		f64 = le.LittleEndian.AppendUint64(f64, math.Float64bits(float64(v)))
		i64 = le.LittleEndian.AppendUint64(i64, uint64(int64(4*v)))
	}
	f := writeWeights(t, []stored{
		{"odd", "U8", []int64{3}, []byte{1, 2, 3}}, // shifts what follows
		{"f32", "F32", []int64{3, 2}, f32}, {"f16", "F16", []int64{3, 2}, f16}, {"bf16", "BF16", []int64{3, 2}, bf16},
		{"f64", "F64", []int64{3, 2}, f64}, {"i64", "I64", []int64{3, 2}, i64}, {"scalar", "F32", []int64{}, f32[:4]},
	})
	g := onnx.NewGraph("weights")
	x := g.Input("x", onnx.Float, onnx.Dims(1))
	names := []string{"f32", "f16", "bf16", "f64", "i64"}
	for _, name := range names {
		g.Output("all "+name, g.Add(x, g.Cast(g.Weight(f, name, 3, 2), onnx.Float)))
		g.Output("rows "+name, g.Add(x, g.Cast(g.WeightRows(f, name, 1, 3, 3, 2), onnx.Float)))
	}
	g.Output("one", g.Add(x, g.Weight(f, "scalar")))
	for _, name := range names {
		g.Output("picked "+name, g.Add(g.Cast(g.Rows(f, name, g.ConstInts([]int64{2, 0}, 2), 3, 2), onnx.Float), x))
	}
	for _, o := range []Options{{}, {Prepack: true}, {Unfolded: true}, {Unfolded: true, Level: LevelBasic}, {Unfused: true, Unfolded: true}} {
		s := newSession(t, openLibrary(t), g, o)
		out, err := s.Run(context.Background(), []*Tensor{NewFloat32([]int64{1}, []float32{0})})
		if err != nil {
			t.Fatal(err)
		}
		for i, name := range names {
			want := values
			if name == "i64" {
				want = []float32{4, -8, 2, 16, 1, -32}
			}
			if got := out[2*i].Float32s(); !slices.Equal(got, want) {
				t.Errorf("%s: %v, want %v", name, got, want)
			}
			if got := out[2*i+1].Float32s(); !slices.Equal(got, want[2:]) {
				t.Errorf("rows 1 and 2 of %s: %v, want %v", name, got, want[2:])
			}
			if got := out[len(out)-len(names)+i].Float32s(); !slices.Equal(got, append(slices.Clone(want[4:]), want[:2]...)) {
				t.Errorf("rows 2 and 0 of %s: %v of %v", name, got, want)
			}
		}
		if got := out[2*len(names)].Float32s(); got[0] != 1 {
			t.Errorf("the scalar is %v", got)
		}
	}
}

// TestWeightsStoredInAnotherOrderAreTurnedRound covers the order in which torch
// saves transposed tensors and convolutions trained with channels_last.
func TestWeightsStoredInAnotherOrderAreTurnedRound(t *testing.T) {
	f, err := weights.Open("../../models/weights/testdata/permuted.zip.pth")
	if err != nil {
		t.Fatal(err)
	}
	g := onnx.NewGraph("permuted")
	x := g.Input("x", onnx.Float, onnx.Dims(1))
	names := f.Names()
	for _, name := range names {
		w, _ := f.Get(name)
		g.Output("all "+name, g.Add(x, g.Weight(f, name, w.Shape...)))
		g.Output("rows "+name, g.Add(x, g.WeightRows(f, name, 1, 2, w.Shape...)))
		g.Output("picked "+name, g.Add(g.Cast(g.Rows(f, name, g.ConstInts([]int64{1, 0}, 2), w.Shape...), onnx.Float), x))
	}
	for _, o := range []Options{{}, {Prepack: true}, {Unfolded: true}, {Unfused: true, Unfolded: true, Level: LevelBasic}} {
		s := newSession(t, openLibrary(t), g, o)
		out, err := s.Run(context.Background(), []*Tensor{NewFloat32([]int64{1}, []float32{0})})
		if err != nil {
			t.Fatal(err)
		}
		for i, name := range names {
			want, err := f.Float32s(name)
			if err != nil {
				t.Fatal(err)
			}
			w, _ := f.Get(name)
			row := len(want) / int(w.Shape[0])
			for j, want := range [][]float32{want, want[row : 2*row], append(slices.Clone(want[row:2*row]), want[:row]...)} {
				if got := out[3*i+j].Float32s(); !slices.Equal(got, want) {
					t.Errorf("%s (%d): %v, want %v", name, j, got, want)
				}
			}
		}
	}
}

// handedIn are weights of a file of which some are handed in with each run, as those
// that are being trained are.
type handedIn struct {
	*weights.File
	names []string
}

func (h handedIn) Use(name string, shape []int64) (weights.Tensor, string, error) {
	t, path, err := h.File.Use(name, shape)
	if slices.Contains(h.names, name) {
		path = ""
	}
	return t, path, err
}

func TestWeightsThatAreHandedInAreInputsOfTheGraph(t *testing.T) {
	bytes := func(values ...float32) []byte {
		var b []byte
		for _, v := range values {
			b = le.LittleEndian.AppendUint32(b, math.Float32bits(v))
		}
		return b
	}
	f := writeWeights(t, []stored{
		{"fixed", "F32", []int64{3, 2}, bytes(1, 2, 3, 4, 5, 6)},
		{"trained", "F32", []int64{3, 2}, bytes(0, 0, 0, 0, 0, 0)},
	})
	w := handedIn{f, []string{"trained"}}
	g := onnx.NewGraph("weights")
	x := g.Input("x", onnx.Float, onnx.Dims(1))
	g.Output("sum", g.Add(x, g.Add(g.Weight(w, "fixed", 3, 2), g.Weight(w, "trained", 3, 2))))
	g.Output("rows", g.Add(x, g.WeightRows(w, "trained", 1, 3, 3, 2)))
	if in := g.Inputs(); len(in) != 2 || in[1].Name() != "trained" || in[1].Shape().String() != "[3, 2]" {
		t.Fatalf("inputs %v", in)
	}
	if slices.ContainsFunc(g.Initialisers(), func(i onnx.Initialiser) bool { return i.Name == "trained" }) {
		t.Error("what is handed in is in the graph too")
	}
	s := newSession(t, openLibrary(t), g, Options{})
	for _, shift := range []float32{10, 20} { // another value in each run
		values := make([]float32, 6)
		for i := range values {
			values[i] = shift * float32(i)
		}
		out, err := s.Run(context.Background(), []*Tensor{NewFloat32([]int64{1}, []float32{0.5}), NewFloat32([]int64{3, 2}, values)})
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range values {
			if got, want := out[0].Float32s()[i], 0.5+float32(i+1)+v; got != want {
				t.Errorf("element %d is %g, want %g", i, got, want)
			}
			if i >= 2 && out[1].Float32s()[i-2] != 0.5+v {
				t.Errorf("row element %d is %g, want %g", i-2, out[1].Float32s()[i-2], 0.5+v)
			}
		}
	}
}
