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
// expects, which is compared with the file's; the graph holds a reference to bytes
// of that file (ONNX "external data": location, offset, length), which the runtime
// maps into memory. Half-precision and double weights are referred to
// in the same way, followed by a Cast to float; such a copy, and every computed
// constant, is private memory and is counted in Model.PrivateBytes.
//
// A graph can be read as it grows: Nodes, Initialisers, Inputs and Outputs list what
// it has, and every Value has a type, a shape as far as it follows from the inputs'
// (value.go), and the node that produces it. Whoever reads it may add further nodes,
// gradients for instance.
//
// At the end the graph is encoded with protowire, following the field numbers of
// onnx/onnx.proto3 (IR version 9), and never touches the disk. The operators are
// those of opset 20, and a few of ONNX Runtime's own domain "com.microsoft".
package onnx

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"descry/internal/failure"
)

// The versions that the model states: opset 20 has Gelu and came with IR 9.
const (
	irVersion        = 9
	opsetVersion     = 20
	microsoftDomain  = "com.microsoft"
	microsoftVersion = 1
)

// Graph is a graph under construction, seen from one name scope. It belongs to
// one goroutine.
type Graph struct {
	b     *builder
	scope string
}

// builder is what all scopes of one graph share.
type builder struct {
	name    string
	names   map[string]int // how often a value's name was requested
	values  []value
	byName  map[string]int // where in values
	nodes   []*Node
	tensors []Initialiser
	inputs  []Value
	outputs []Value
	known   map[string]Value // weights and constants by what they hold
	folder  string
	private int64
	err     error
}

// Model is a finished graph.
type Model struct {
	Proto        []byte   // an encoded ModelProto; nil where Path is set
	Graph        *Graph   // what Proto was encoded from; nil where Path is set
	Path         string   // a file that the runtime reads itself, with external data beside it
	Folder       string   // the folder under which its external data lies; empty when there is none
	Inputs       []string // in the order in which they were made
	Outputs      []string
	PrivateBytes int64 // computed constants and weights cast to float: memory that no file backs
}

// NewGraph starts an empty graph. The name appears in errors.
func NewGraph(name string) *Graph {
	return &Graph{b: &builder{name: name, names: map[string]int{}, byName: map[string]int{}, known: map[string]Value{}}}
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
func (g *Graph) Fail(format string, args ...any) { g.failAt(g.b.name, format, args...) }

// failAt makes the graph fail with what is wrong with a file.
func (g *Graph) failAt(subject, format string, args ...any) {
	if g.b.err == nil {
		g.b.err = failure.New(failure.Model, "build", subject, format, args...)
	}
}

// Input adds an input of the graph.
func (g *Graph) Input(name string, elem Elem, shape Shape) Value {
	for _, d := range shape {
		if d.Name == "" && d.Size < 0 {
			g.Fail("input %q has a dimension that is neither a size nor a name", name)
		}
		if _, err := strconv.ParseInt(d.Name, 10, 64); err == nil || strings.ContainsAny(d.Name, reserved) {
			g.Fail("input %q has a dimension called %q, which looks like a computed one", name, d.Name)
		}
	}
	if g.b.names[name] > 0 {
		g.Fail("input %q: the name is taken", name)
	}
	if g.b.err != nil {
		return Value{}
	}
	g.b.names[name]++
	v := g.b.add(value{name: name, elem: elem, shape: slices.Clone(shape)})
	g.b.inputs = append(g.b.inputs, v)
	return v
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
	out := g.b.append(opIdentity, []string{name}, []output{{v.Elem(), v.Shape()}}, []Value{v}, nil)
	g.b.outputs = append(g.b.outputs, out[0])
}

// Build encodes the graph as it is so far: nodes may be added afterwards, and the
// graph built again. Errors are *failure.Failure of kind Model: the first
// thing that went wrong.
func (g *Graph) Build() (Model, error) {
	if g.b.err == nil && len(g.b.outputs) == 0 {
		g.Fail("the graph has no output")
	}
	if g.b.err != nil {
		return Model{}, g.b.err
	}
	m := Model{Proto: encodeModel(g.b), Graph: g, Folder: g.b.folder, PrivateBytes: g.b.private}
	for _, v := range g.b.inputs {
		m.Inputs = append(m.Inputs, v.Name())
	}
	for _, v := range g.b.outputs {
		m.Outputs = append(m.Outputs, v.Name())
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
			g.Fail("%s: operand %d (%s) belongs to graph %s", g.place(user), i+1, v.Name(), v.of.name)
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
