package onnx

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"

	"descry/internal/failure"
	"descry/models/weights"
)

// weightFile writes a safetensors file of F32 tensors of zeros, and one each of
// F16 ("half") and U8 ("bytes"), both [2, 3].
func weightFile(t *testing.T, dir string, shapes map[string][]int64) *weights.File {
	t.Helper()
	head, at := map[string]any{}, int64(0)
	add := func(name, dtype string, shape []int64, size int64) {
		for _, d := range shape {
			size *= d
		}
		head[name] = map[string]any{"dtype": dtype, "shape": shape, "data_offsets": []int64{at, at + size}}
		at += size
	}
	for name, shape := range shapes {
		add(name, "F32", shape, 4)
	}
	add("half", "F16", []int64{2, 3}, 2)
	add("bytes", "U8", []int64{2, 3}, 1)
	text, err := json.Marshal(head)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "model.safetensors")
	whole := append(binary.LittleEndian.AppendUint64(nil, uint64(len(text))), append(text, make([]byte, at)...)...)
	if err := os.WriteFile(path, whole, 0o644); err != nil {
		t.Fatal(err)
	}
	f, err := weights.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// fields returns the bytes-typed fields of a message by number.
func fields(t *testing.T, message []byte) map[protowire.Number][][]byte {
	t.Helper()
	all := map[protowire.Number][][]byte{}
	for len(message) > 0 {
		n, ty, k := protowire.ConsumeTag(message)
		if k < 0 {
			t.Fatal("not a message")
		}
		message = message[k:]
		if ty == protowire.BytesType {
			v, k := protowire.ConsumeBytes(message)
			all[n], message = append(all[n], v), message[k:]
			continue
		}
		k = protowire.ConsumeFieldValue(n, ty, message)
		if k < 0 {
			t.Fatal("not a message")
		}
		message = message[k:]
	}
	return all
}

// graphOf returns the fields of the model's GraphProto.
func graphOf(t *testing.T, m Model) map[protowire.Number][][]byte {
	return fields(t, fields(t, m.Proto)[modelGraph][0])
}

// nodeNames returns the names of the graph's nodes.
func nodeNames(t *testing.T, m Model) []string {
	var names []string
	for _, n := range graphOf(t, m)[graphNode] {
		names = append(names, string(fields(t, n)[nodeName][0]))
	}
	return names
}

func TestNamesTellWhereANodeStands(t *testing.T) {
	g := NewGraph("net")
	x := g.Input("x", Float, Dims(1, 4))
	layer := g.In("vision").In("layer.%d", 3)
	y := layer.In("attn").MatMul(x, x)
	y = layer.Add(layer.Add(y, x), x)
	g.Output("y", g.Relu(y))
	m, err := g.Build()
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"vision.layer.3.attn/MatMul", "vision.layer.3/Add", "vision.layer.3/Add_2", "Relu", "y"}
	if got := nodeNames(t, m); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if !slices.Equal(m.Inputs, []string{"x"}) || !slices.Equal(m.Outputs, []string{"y"}) {
		t.Errorf("inputs %q, outputs %q", m.Inputs, m.Outputs)
	}
}

func TestAWeightIsAReferenceToItsFile(t *testing.T) {
	dir := t.TempDir()
	f := weightFile(t, dir, map[string][]int64{"qkv": {6, 2}})
	g := NewGraph("net")
	x := g.Input("x", Float, Dims(6, 2))
	y := g.Add(x, g.Weight(f, "qkv", 6, 2))
	y = g.Add(y, g.Weight(f, "qkv", 6, 2))
	g.Output("y", g.Add(y, g.WeightRows(f, "qkv", 2, 4, 6, 2)))
	m, err := g.Build()
	if err != nil {
		t.Fatal(err)
	}
	tensors := graphOf(t, m)[graphInitializer]
	if len(tensors) != 2 {
		t.Fatalf("%d initialisers, want the matrix once and its rows", len(tensors))
	}
	at, _ := f.Get("qkv")
	for i, want := range []string{
		"location=model.safetensors offset=" + itoa(at.Offset) + " length=48",
		"location=model.safetensors offset=" + itoa(at.Offset+16) + " length=16",
	} {
		var entries []string
		for _, e := range fields(t, tensors[i])[tensorExternal] {
			entries = append(entries, string(fields(t, e)[entryKey][0])+"="+string(fields(t, e)[entryValue][0]))
		}
		if got := strings.Join(entries, " "); got != want {
			t.Errorf("%q, want %q", got, want)
		}
		if raw := fields(t, tensors[i])[tensorRaw]; raw != nil {
			t.Errorf("%d bytes are in the graph itself", len(raw[0]))
		}
	}
	real, err := filepath.EvalSymlinks(dir)
	if err != nil {
		t.Fatal(err)
	}
	if m.Folder != real || m.PrivateBytes != 0 {
		t.Errorf("folder %q, want %q; %d private bytes, want 0", m.Folder, real, m.PrivateBytes)
	}
}

func itoa(n int64) string {
	text, _ := json.Marshal(n)
	return string(text)
}

func TestPrivateMemoryIsCounted(t *testing.T) {
	f := weightFile(t, t.TempDir(), nil)
	g := NewGraph("net")
	x := g.Input("x", Float, Dims(2, 3))
	x = g.Add(x, g.Weight(f, "half", 2, 3))                            // cast: 6 floats
	x = g.Add(x, g.ConstFloats([]float32{1, 2, 3, 4, 5, 6}, 2, 3))     // 6 floats
	x = g.Add(x, g.ConstFloats([]float32{1, 2, 3, 4, 5, 6}, 2, 3))     // the same again
	x = g.Add(x, g.Add(g.Weight(f, "half", 2, 3), g.ConstFloat(-1.5))) // 1 float
	g.Output("y", g.Slice(x, 0, 0, 1))                                 // int64: 0, 1; the axis is the 0 again
	m, err := g.Build()
	if err != nil {
		t.Fatal(err)
	}
	if want := int64(4*6 + 4*6 + 4 + 8*2); m.PrivateBytes != want {
		t.Errorf("%d bytes, want %d", m.PrivateBytes, want)
	}
}

func TestTheFirstErrorStaysAndSaysWhere(t *testing.T) {
	dir := t.TempDir()
	f := weightFile(t, dir, map[string][]int64{"w": {2, 3}})
	other := weightFile(t, t.TempDir(), map[string][]int64{"v": {2, 3}})
	for name, c := range map[string]struct {
		wrong   func(g *Graph, x Value)
		subject string
		says    string
	}{
		"absent tensor":    {func(g *Graph, x Value) { g.Weight(f, "u", 2, 3) }, f.Path, `tensor "u" is not in the file`},
		"other shape":      {func(g *Graph, x Value) { g.Weight(f, "w", 3, 2) }, f.Path, `tensor "w" has shape [2 3], expected [3 2]`},
		"other rank":       {func(g *Graph, x Value) { g.Weight(f, "w", 6) }, f.Path, `tensor "w" has shape [2 3], expected [6]`},
		"seen before":      {func(g *Graph, x Value) { g.Weight(f, "w", 2, 3); g.Weight(f, "w", 3, 2) }, f.Path, `expected [3 2]`},
		"type":             {func(g *Graph, x Value) { g.Weight(f, "bytes", 2, 3) }, f.Path, `tensor "bytes" has type U8`},
		"rows":             {func(g *Graph, x Value) { g.WeightRows(f, "w", 1, 3, 2, 3) }, f.Path, `rows 1 to 3 of tensor "w"`},
		"two folders":      {func(g *Graph, x Value) { g.Weight(f, "w", 2, 3); g.Weight(other, "v", 2, 3) }, other.Path, "different folders"},
		"constant":         {func(g *Graph, x Value) { g.ConstFloats([]float32{1}, 2) }, "net", "a constant of shape [2] has 1 elements"},
		"operand left out": {func(g *Graph, x Value) { g.In("block").Conv(x, Value{}, x, ConvAttrs{}) }, "net", "block/Conv: operand 2 is missing"},
		"foreign operand":  {func(g *Graph, x Value) { g.Relu(NewGraph("b").Input("q", Float, nil)) }, "net", "belongs to graph b"},
		"optional foreign": {func(g *Graph, x Value) { g.Conv(x, x, NewGraph("b").Input("q", Float, nil), ConvAttrs{}) }, "net", "belongs to graph b"},
		"input dimension":  {func(g *Graph, x Value) { g.Input("z", Float, Dims(1.5)) }, "net", `input "z"`},
		"input twice":      {func(g *Graph, x Value) { g.Input("x", Float, nil) }, "net", `input "x": the name is taken`},
		"output twice":     {func(g *Graph, x Value) { g.Output("o", x); g.Output("o", x) }, "net", `output "o": the name is taken`},
		"output of none":   {func(g *Graph, x Value) { g.Output("o", Value{}) }, "net", "Output o: operand 1 is missing"},
		"nothing to join":  {func(g *Graph, x Value) { g.Concat(0) }, "net", "nothing to join"},
		"resize mode":      {func(g *Graph, x Value) { g.Resize(x, x, 7) }, "net", "unknown resize mode 7"},
		"roi size":         {func(g *Graph, x Value) { g.RoiAlign(x, x, x, RoiAlignAttrs{}) }, "net", "output size 0×0"},
		"own":              {func(g *Graph, x Value) { g.Fail("%d heads do not divide %d", 5, 12) }, "net", "5 heads do not divide 12"},
	} {
		t.Run(name, func(t *testing.T) {
			g := NewGraph("net")
			c.wrong(g, g.Input("x", Float, Dims("n", 3)))
			first := g.Err()
			parts := g.Split(Value{}, 0, 1, 2) // does nothing, and its parts can be indexed
			g.Output("y", g.Add(parts[1], g.Weight(f, "absent too")))
			m, err := g.Build()
			var f *failure.Failure
			if !errors.As(err, &f) || f.Kind != failure.Model || f.Subject != c.subject || !strings.Contains(f.Message.String(), c.says) {
				t.Errorf("error %v, want %s: …%s…", err, c.subject, c.says)
			}
			if err != first || m.Proto != nil {
				t.Errorf("Build gives %v after %v", err, first)
			}
		})
	}
	if _, err := NewGraph("empty").Build(); err == nil {
		t.Error("a graph without output was built")
	}
}
