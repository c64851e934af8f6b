// Package onnx builds ONNX graphs that read like the papers they come from.
//
// A Graph is written top down: inputs, then one typed method for each operator,
// then outputs.
//
//	g := onnx.NewGraph("mlp")
//	x := g.Input("x", onnx.Float, onnx.Dims("rows", 768))
//	h := g.Gelu(g.LinearT(x, g.Weight(f, "fc1.weight", 3072, 768), g.Weight(f, "fc1.bias", 3072)))
//	g.Output("y", g.LinearT(h, g.Weight(f, "fc2.weight", 768, 3072), g.Weight(f, "fc2.bias", 768)))
//	m, err := g.Build()
//
// Errors stick: the first one is kept, everything after it does nothing, and
// Build returns it. So an architecture has no error handling of its own.
//
// Weights stay where they are. Weight states the shape that the architecture
// wants; it is compared with the file's, and what the graph gets is a reference
// to bytes of that file (ONNX "external data": location, offset, length), which
// the runtime maps into memory. Half-precision and double weights are referred to
// in the same way, followed by a Cast to float; such a copy, and every computed
// constant, is private memory and is counted in Model.PrivateBytes.
//
// The graph itself is encoded with protowire, following the field numbers of
// onnx/onnx.proto3 (IR version 9), and never touches the disk. The operators are
// those of opset 20, and a few of ONNX Runtime's own domain "com.microsoft".
package onnx

import (
	"fmt"

	"descry/internal/failure"
)

// The versions that the model states: opset 20 has Gelu and came with IR 9.
const (
	irVersion        = 9
	opsetVersion     = 20
	microsoftDomain  = "com.microsoft"
	microsoftVersion = 1
)

// Elem is the type of a value's elements; the number is TensorProto.DataType's.
type Elem int32

// The element types of values. Half, BFloat and Double are only those of weights
// before their Cast to Float.
const (
	Float  Elem = 1
	Uint8  Elem = 2
	Int32  Elem = 6
	Int64  Elem = 7
	Bool   Elem = 9
	Half   Elem = 10
	Double Elem = 11
	BFloat Elem = 16
)

// Dim is one dimension of an input: a fixed size or the name of a size that each
// run may choose.
type Dim struct {
	Size int64
	Name string // not empty: any size
}

// Dims makes a shape from sizes (int or int64) and names (string):
// Dims(1, 3, "height", "width"). Anything else is an error of the Input that gets it.
func Dims(dims ...any) []Dim {
	shape := make([]Dim, len(dims))
	for i, d := range dims {
		switch d := d.(type) {
		case int:
			shape[i] = Dim{Size: int64(d)}
		case int64:
			shape[i] = Dim{Size: d}
		case string:
			shape[i] = Dim{Name: d}
		default:
			shape[i] = Dim{Size: -1}
		}
	}
	return shape
}

// Value is the output of a node, an input of the graph, a weight or a constant.
// The zero Value stands for an operand that is left out (a Conv without bias).
type Value struct {
	name string
	elem Elem
	of   *builder
}

// Elem returns the type of the value's elements.
func (v Value) Elem() Elem { return v.elem }

// Graph is a graph under construction, seen from one name scope. It belongs to
// one goroutine.
type Graph struct {
	b     *builder
	scope string
}

// builder is what all scopes of one graph share.
type builder struct {
	name    string
	names   map[string]int // how often a value's name was asked for
	nodes   [][]byte       // NodeProto
	tensors [][]byte       // TensorProto of weights and constants
	inputs  []port
	outputs []port
	known   map[string]Value // weights and constants by what they hold
	folder  string
	private int64
	err     error
}

// port is an input or an output of the graph.
type port struct {
	name  string
	elem  Elem
	shape []Dim // nil: not stated
}

// Model is a finished graph.
type Model struct {
	Proto        []byte   // an encoded ModelProto; nil where Path is set
	Path         string   // a file that the runtime reads itself, with external data beside it
	Folder       string   // the folder under which its external data lies; empty when there is none
	Inputs       []string // in the order in which they were made
	Outputs      []string
	PrivateBytes int64 // computed constants and weights cast to float: memory that no file backs
}

// NewGraph starts an empty graph. The name appears in errors.
func NewGraph(name string) *Graph {
	return &Graph{b: &builder{name: name, names: map[string]int{}, known: map[string]Value{}}}
}

// In returns the same graph seen from a scope below this one: values made there are
// called "scope.below/Operator".
func (g *Graph) In(format string, args ...any) *Graph {
	below := fmt.Sprintf(format, args...)
	if g.scope != "" {
		below = g.scope + "." + below
	}
	return &Graph{b: g.b, scope: below}
}

// Err returns the first error so far.
func (g *Graph) Err() error { return g.b.err }

// Fail makes the graph fail with what an architecture found wrong itself (a
// configuration that does not fit). Only the first error is kept.
func (g *Graph) Fail(format string, args ...any) {
	g.fail(g.b.name, fmt.Sprintf(format, args...), "")
}

func (g *Graph) fail(subject, message, hint string) {
	if g.b.err == nil {
		g.b.err = failure.New(failure.Model, "build", subject, "%s", message).WithHint("%s", hint)
	}
}

// Input adds an input of the graph.
func (g *Graph) Input(name string, elem Elem, shape []Dim) Value {
	for _, d := range shape {
		if d.Name == "" && d.Size < 0 {
			g.Fail("input %q has a dimension that is neither a size nor a name", name)
		}
	}
	if g.b.names[name] > 0 {
		g.Fail("input %q: the name is taken", name)
	}
	if g.b.err != nil {
		return Value{}
	}
	g.b.names[name]++
	g.b.inputs = append(g.b.inputs, port{name, elem, shape})
	return Value{name, elem, g.b}
}

// Output makes v an output of the graph under the given name.
func (g *Graph) Output(name string, v Value) {
	if g.b.names[name] > 0 {
		g.Fail("output %q: the name is taken", name)
	}
	if !g.operands("Output "+name, v) {
		return
	}
	g.b.names[name]++
	g.b.nodes = append(g.b.nodes, encodeNode(opIdentity, name, []string{v.name}, []string{name}, nil))
	g.b.outputs = append(g.b.outputs, port{name: name, elem: v.elem})
}

// Build encodes the graph. Errors are *failure.Failure of kind Model: the first
// thing that went wrong.
func (g *Graph) Build() (Model, error) {
	if g.b.err == nil && len(g.b.outputs) == 0 {
		g.Fail("the graph has no output")
	}
	if g.b.err != nil {
		return Model{}, g.b.err
	}
	m := Model{Proto: encodeModel(g.b), Folder: g.b.folder, PrivateBytes: g.b.private}
	for _, p := range g.b.inputs {
		m.Inputs = append(m.Inputs, p.name)
	}
	for _, p := range g.b.outputs {
		m.Outputs = append(m.Outputs, p.name)
	}
	return m, nil
}

// fresh returns an unused value name in this scope.
func (g *Graph) fresh(base string) string {
	if g.scope != "" {
		base = g.scope + "/" + base
	}
	for {
		g.b.names[base]++
		if g.b.names[base] == 1 {
			return base
		}
		if name := fmt.Sprintf("%s_%d", base, g.b.names[base]); g.b.names[name] == 0 {
			g.b.names[name]++
			return name
		}
	}
}

// operands reports whether all of vs may be used; otherwise the graph fails.
func (g *Graph) operands(user string, vs ...Value) bool {
	for i, v := range vs {
		switch {
		case g.b.err != nil:
			return false
		case v.of == nil:
			g.Fail("%s: operand %d is missing", g.place(user), i+1)
			return false
		case v.of != g.b:
			g.Fail("%s: operand %d (%s) belongs to graph %s", g.place(user), i+1, v.name, v.of.name)
			return false
		}
	}
	return g.b.err == nil
}

// place names an operator that is being made, for errors.
func (g *Graph) place(user string) string {
	if g.scope == "" {
		return user
	}
	return g.scope + "/" + user
}
