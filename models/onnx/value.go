package onnx

import (
	"fmt"
	"slices"
	"strings"
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

// Dim is one extent of a shape: a size; or the name of a size that each run may
// choose, with Size −1; or neither, where nothing is known of it.
//
// Extents of one name are equal in every run. Names of inputs are given by an
// architecture; others are derived from them: "past+tokens", "ceil(height/2)".
type Dim struct {
	Size int64
	Name string
}

// unknownDim is an extent of which nothing is known.
var unknownDim = Dim{Size: -1}

// Known reports whether the extent is a size.
func (d Dim) Known() bool { return d.Name == "" && d.Size >= 0 }

// String returns the size, the name or "?".
func (d Dim) String() string {
	switch {
	case d.Name != "":
		return d.Name
	case d.Size < 0:
		return "?"
	}
	return fmt.Sprint(d.Size)
}

// Shape is the shape of a value: empty for a scalar, nil where not even the number
// of axes is known.
type Shape []Dim

// String writes a shape as [1, 3, height, width].
func (s Shape) String() string {
	if s == nil {
		return "of any shape"
	}
	all := make([]string, len(s))
	for i, d := range s {
		all[i] = d.String()
	}
	return "[" + strings.Join(all, ", ") + "]"
}

// Sizes returns the extents as numbers, if all of them are known.
func (s Shape) Sizes() ([]int64, bool) {
	if s == nil {
		return nil, false
	}
	sizes := make([]int64, len(s))
	for i, d := range s {
		if !d.Known() {
			return nil, false
		}
		sizes[i] = d.Size
	}
	return sizes, true
}

// Dims makes a shape from sizes (int or int64) and names (string):
// Dims(1, 3, "height", "width"). Anything else is an error of the Input that gets it.
func Dims(dims ...any) Shape {
	shape := make(Shape, len(dims))
	for i, d := range dims {
		switch d := d.(type) {
		case int:
			shape[i] = Dim{Size: int64(d)}
		case int64:
			shape[i] = Dim{Size: d}
		case string:
			shape[i] = Dim{Size: -1, Name: d}
		default:
			shape[i] = unknownDim
		}
	}
	return shape
}

// fixed is the shape of sizes.
func fixed(sizes ...int64) Shape {
	shape := make(Shape, len(sizes))
	for i, n := range sizes {
		shape[i] = Dim{Size: n}
	}
	return shape
}

// Value is the output of a node, an input of the graph, a weight or a constant.
// The zero Value stands for an operand that is left out (a Conv without bias).
// Values can be compared.
type Value struct {
	of *builder
	at int // its place among the builder's values
}

// value is what a builder knows of a Value.
type value struct {
	name     string
	elem     Elem
	shape    Shape
	elements []Dim // of a small Int64 scalar or vector, where they are known (infer.go)
	producer *Node // nil: an input, a weight or a constant
	tensor   int   // of a weight or constant its place among the builder's, counted from 1
}

// info returns what is known of v; of the zero Value nothing.
func (v Value) info() value {
	if v.of == nil {
		return value{}
	}
	return v.of.values[v.at]
}

// Name returns the name by which nodes refer to the value, unique in its graph.
func (v Value) Name() string { return v.info().name }

// Elem returns the type of the value's elements.
func (v Value) Elem() Elem { return v.info().elem }

// Shape returns the value's shape as far as it follows from the inputs' and the
// weights'. It holds in every run that succeeds: an inconsistent graph is refused
// by the runtime, not here.
func (v Value) Shape() Shape { return slices.Clone(v.info().shape) }

// Producer returns the node whose output v is; false for an input of the graph, a
// weight and a constant.
func (v Value) Producer() (Node, bool) {
	if n := v.info().producer; n != nil {
		return *n, true
	}
	return Node{}, false
}

// Initialiser returns the weight or constant that v is; false for anything else.
func (v Value) Initialiser() (Initialiser, bool) {
	if at := v.info().tensor; at > 0 {
		return v.of.tensors[at-1], true
	}
	return Initialiser{}, false
}

// add makes a value; its name is unused.
func (b *builder) add(v value) Value {
	b.values = append(b.values, v)
	b.byName[v.name] = len(b.values) - 1
	return Value{of: b, at: len(b.values) - 1}
}
