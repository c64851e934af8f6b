package onnx

import "slices"

// Node is an operator applied to values. Nodes are read, never changed: further
// ones are added by the methods of Graph.
type Node struct {
	Op         string // as ONNX names it: "MatMul"
	Domain     string // "" is ONNX itself
	Name       string // that of its first output
	Inputs     []Value
	Outputs    []Value
	Attributes []Attribute
}

// AttributeKind is the type of an attribute; the number is AttributeProto's.
type AttributeKind int

// The types of attributes.
const (
	AttributeFloat  AttributeKind = 1
	AttributeInt    AttributeKind = 2
	AttributeString AttributeKind = 3
	AttributeTensor AttributeKind = 4
	AttributeInts   AttributeKind = 7
)

// Attribute is a named setting of a node. Only the field of its Kind is set.
type Attribute struct {
	Name   string
	Kind   AttributeKind
	Float  float32
	Int    int64
	String string
	Ints   []int64
	Tensor Initialiser
}

// Attribute returns the node's attribute of that name; false means ONNX's default.
func (n Node) Attribute(name string) (Attribute, bool) {
	i := slices.IndexFunc(n.Attributes, func(a Attribute) bool { return a.Name == name })
	if i < 0 {
		return Attribute{}, false
	}
	return n.Attributes[i], true
}

// Initialiser is a weight or a constant of a graph.
type Initialiser struct {
	Name     string
	Elem     Elem
	Dims     []int64
	Data     []byte // the elements, little endian; nil where they are in a file
	Location string // that file, below the model's folder
	Offset   int64  // in that file
	Length   int64  // of the elements, in bytes
}

// Nodes returns the graph's nodes in the order in which they were added, which is
// one in which they can be computed.
func (g *Graph) Nodes() []Node {
	all := make([]Node, len(g.b.nodes))
	for i, n := range g.b.nodes {
		all[i] = *n
	}
	return all
}

// Initialisers returns the weights and constants in the order in which they were
// first asked for.
func (g *Graph) Initialisers() []Initialiser { return slices.Clone(g.b.tensors) }

// Inputs returns the graph's inputs in order.
func (g *Graph) Inputs() []Value { return slices.Clone(g.b.inputs) }

// Outputs returns what stands under the names of the graph's outputs, in order.
func (g *Graph) Outputs() []Value { return slices.Clone(g.b.outputs) }

// Value returns the value of that name: an input, a weight, a constant or a node's
// output.
func (g *Graph) Value(name string) (Value, bool) {
	at, ok := g.b.byName[name]
	if !ok {
		return Value{}, false
	}
	return Value{of: g.b, at: at}, true
}

// The attributes that operators are given.

func attrInt[T int | int64](name string, v T) Attribute {
	return Attribute{Name: name, Kind: AttributeInt, Int: int64(v)}
}

func attrBool(name string, v bool) Attribute {
	if v {
		return attrInt(name, 1)
	}
	return attrInt(name, 0)
}

func attrFloat(name string, v float32) Attribute {
	return Attribute{Name: name, Kind: AttributeFloat, Float: v}
}

func attrString(name, v string) Attribute {
	return Attribute{Name: name, Kind: AttributeString, String: v}
}

func attrTensor(name string, v Initialiser) Attribute {
	return Attribute{Name: name, Kind: AttributeTensor, Tensor: v}
}

func attrIntList(name string, vs ...int) Attribute {
	ints := make([]int64, len(vs))
	for i, v := range vs {
		ints[i] = int64(v)
	}
	return Attribute{Name: name, Kind: AttributeInts, Ints: ints}
}
