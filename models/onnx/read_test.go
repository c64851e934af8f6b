package onnx

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
)

// small is a graph with an input of free height, a constant and two operators.
func small(tb testing.TB) []byte {
	tb.Helper()
	g := NewGraph("small")
	x := g.Input("image", Float, Dims(3, "height", 32))
	y := g.Relu(g.MatMul(x, g.ConstFloats(make([]float32, 64), 32, 2)))
	g.Output("scores", y)
	m, err := g.Build()
	if err != nil {
		tb.Fatal(err)
	}
	return m.Proto
}

// inFile writes bytes as a model.
func inFile(tb testing.TB, folder string, data []byte) string {
	tb.Helper()
	path := filepath.Join(folder, "model.onnx")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		tb.Fatal(err)
	}
	return path
}

func TestAFileTellsItsInterfaceAndTheShapesOfItsWeights(t *testing.T) {
	f, err := ReadFile(inFile(t, t.TempDir(), small(t)))
	if err != nil {
		t.Fatal(err)
	}
	if f.Producer != "descry" || f.Opset != opsetVersion {
		t.Errorf("producer %q, opset %d", f.Producer, f.Opset)
	}
	want := Dims(3, "height", 32)
	if len(f.Inputs) != 1 || f.Inputs[0].Name != "image" || f.Inputs[0].Elem != Float || !slices.Equal(f.Inputs[0].Shape, want) {
		t.Errorf("inputs %+v", f.Inputs)
	}
	if len(f.Outputs) != 1 || f.Outputs[0].Name != "scores" || f.Outputs[0].Shape != nil {
		t.Errorf("outputs %+v", f.Outputs)
	}
	if len(f.Weights) != 1 || !slices.Equal(f.Weights[0].Dims, []int64{32, 2}) || f.Weights[0].Elem != Float || f.Weights[0].Location != "" {
		t.Errorf("weights %+v", f.Weights)
	}
	if f.Operators["MatMul"] != 1 || f.Operators["Relu"] != 1 {
		t.Errorf("operators %v", f.Operators)
	}
}

// model wraps a graph's fields into a ModelProto with one output.
func model(graph []byte) []byte {
	graph = putBytes(graph, graphOutput, putString(nil, infoName, "out"))
	return putBytes(putInt(nil, modelIR, irVersion), modelGraph, graph)
}

// outside is an initialiser whose data lies in a file.
func outside(location string) []byte {
	return putBytes(nil, graphInitializer, encodeTensor(Initialiser{Name: "w", Elem: Float, Dims: []int64{4}, Location: location, Length: 16}))
}

func TestWeightsBesideAFileStayInItsFolder(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "set")
	for _, dir := range []string{path, filepath.Join(path, "inside")} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range []string{filepath.Join(path, "data.bin"), filepath.Join(path, "inside", "data.bin"), filepath.Join(folder, "elsewhere.bin")} {
		if err := os.WriteFile(file, make([]byte, 16), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	links := os.Symlink(filepath.Join(folder, "elsewhere.bin"), filepath.Join(path, "link.bin")) == nil
	for location, want := range map[string]string{
		"data.bin": "", "inside/data.bin": "", "../elsewhere.bin": "outside its folder", filepath.Join(folder, "elsewhere.bin"): "outside its folder",
		"inside/../../elsewhere.bin": "outside its folder", "absent.bin": "absent", "link.bin": "link out of its folder", `..\elsewhere.bin`: "outside its folder",
		"C:/elsewhere.bin": "outside its folder",
	} {
		if location == "link.bin" && !links {
			continue
		}
		within := putBytes(nil, attrGraph, outside(location)) // of an If, in a node's attribute
		node := putBytes(putString(nil, nodeOp, "If"), nodeAttribute, within)
		for place, graph := range map[string][]byte{"the graph": outside(location), "a graph within": putBytes(nil, graphNode, node)} {
			_, err := ReadFile(inFile(t, path, model(graph)))
			if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
				t.Errorf("%s in %s: %v, want %q", location, place, err, want)
			}
		}
	}
}

// nested is a graph within a graph within a graph …
func nested(depth int) []byte {
	var graph []byte
	for range depth {
		node := putBytes(putString(nil, nodeOp, "Loop"), nodeAttribute, putBytes(nil, attrGraph, graph))
		graph = putBytes(nil, graphNode, node)
	}
	return graph
}

func TestFilesMadeToExhaustAreRefusedBeforeTheyDo(t *testing.T) {
	long := strings.Repeat("x", mostName+1)
	shape := bytes.Repeat(putBytes(nil, shapeDim, putInt(nil, dimensionSize, 1)), mostDims+1)
	kinds, ports, tensors := []byte(nil), []byte(nil), []byte(nil)
	for i := range mostKinds + 1 {
		kinds = putBytes(kinds, graphNode, putString(nil, nodeOp, fmt.Sprint("Op", i)))
	}
	for range mostPorts + 1 {
		ports = putBytes(ports, graphInput, putString(nil, infoName, "x"))
	}
	for range mostTensors + 1 {
		tensors = putBytes(tensors, graphInitializer, nil)
	}
	names := bytes.Repeat(putBytes(nil, graphInitializer, putString(nil, tensorName, long[:mostName])), mostHeld/mostName+1)
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"nothing":             {nil, "not an ONNX model"},
		"text":                {[]byte("<!doctype html><title>Sign in</title>"), "not an ONNX model"},
		"no graph":            {putInt(nil, modelIR, 8), "no graph"},
		"two graphs":          {append(model(nil), model(nil)...), "no graph"},
		"a graph of a number": {putInt(nil, modelGraph, 3), "wrong kind"},
		"a length past all":   {append(protowire.AppendTag(nil, modelGraph, protowire.BytesType), 0xff, 0xff, 0xff, 0xff, 0x7f), "cut off"},
		"a name too long":     {model(putBytes(nil, graphInput, putString(nil, infoName, long))), "name longer"},
		"names without end":   {model(names), "more names"},
		"dimensions":          {model(putBytes(nil, graphInput, putBytes(nil, infoType, putBytes(nil, typeTensor, putBytes(nil, tensorShape, shape))))), "too many dimensions"},
		"a size below zero":   {model(putBytes(nil, graphInitializer, putInt(nil, tensorDims, -1))), "dimensions"},
		"kinds of operators":  {model(kinds), "kinds of operators"},
		"inputs":              {model(ports), "inputs or outputs"},
		"weights":             {model(tensors), "more weights"},
		"graphs in graphs":    {model(nested(mostDepth + 1)), "too deep"},
		"sparse weights":      {model(putBytes(nil, graphSparse, nil)), "sparse"},
		"data nowhere":        {model(putBytes(nil, graphInitializer, putInt(nil, tensorLocation, locationExternal))), "not named"},
	} {
		t.Run(name, func(t *testing.T) {
			path := inFile(t, t.TempDir(), c.data)
			_, err := ReadFile(path)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
	if _, err := ReadFile(inFile(t, t.TempDir(), model(nested(mostDepth)))); err != nil {
		t.Errorf("graphs as deep as may be: %v", err)
	}
}

func TestAModelCutAnywhereIsRefused(t *testing.T) {
	whole := small(t)
	for n := range len(whole) {
		// What is cut after the graph is whole but for its opset.
		if f, err := describe(bytes.NewReader(whole[:n]), int64(n)); err == nil && f.Opset == opsetVersion && n < len(whole)-20 {
			t.Errorf("the first %d of %d bytes pass for a model", n, len(whole))
		}
	}
}

// FuzzReadFile: any bytes are described or refused, and little is held of them.
func FuzzReadFile(f *testing.F) {
	f.Add(small(f))
	f.Add(model(nested(3)))
	f.Add(model(outside("data.bin")))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := describe(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return
		}
		if len(file.Inputs) > mostPorts || len(file.Outputs) == 0 || len(file.Weights) > mostTensors || len(file.Operators) > mostKinds {
			t.Errorf("%d inputs, %d outputs, %d weights", len(file.Inputs), len(file.Outputs), len(file.Weights))
		}
	})
}
