package onnx

import "math"

// Shape returns x's shape as an Int64 vector.
func (g *Graph) Shape(x Value) Value { return g.node(opShape, Int64, 1, []Value{x}) }

// Dim returns the size of one axis as an Int64 vector of one element; axis may be
// negative.
func (g *Graph) Dim(x Value, axis int) Value {
	attrs := []attribute{attrInt("start", axis)}
	if axis != -1 {
		attrs = append(attrs, attrInt("end", axis+1))
	}
	return g.node(opShape, Int64, 1, []Value{x}, attrs...)
}

// Reshape returns x another shape: 0 keeps the size of that axis, −1 takes what is left.
func (g *Graph) Reshape(x Value, dims ...int64) Value { return g.ReshapeTo(x, g.ints(dims...)) }

// ReshapeTo is Reshape to a shape (Int64 vector) known only when it runs.
func (g *Graph) ReshapeTo(x, shape Value) Value { return g.binary(opReshape, x, shape) }

// Flatten makes two axes of all: those before axis and those from it on.
func (g *Graph) Flatten(x Value, axis int) Value {
	return g.unary(opFlatten, x, attrInt("axis", axis))
}

// Transpose puts axis perm[i] of x at place i.
func (g *Graph) Transpose(x Value, perm ...int) Value {
	return g.unary(opTranspose, x, attrIntList("perm", perm...))
}

// Unsqueeze inserts axes of size 1 at those places of the result.
func (g *Graph) Unsqueeze(x Value, axes ...int64) Value {
	return g.binary(opUnsqueeze, x, g.ints(axes...))
}

// Squeeze removes axes of size 1.
func (g *Graph) Squeeze(x Value, axes ...int64) Value {
	return g.binary(opSqueeze, x, g.ints(axes...))
}

// Expand broadcasts x to a shape (Int64 vector).
func (g *Graph) Expand(x, shape Value) Value { return g.binary(opExpand, x, shape) }

// Concat joins xs along axis.
func (g *Graph) Concat(axis int, xs ...Value) Value {
	if len(xs) == 0 {
		g.Fail("%s: nothing to join", g.place(opConcat.name))
		return Value{}
	}
	return g.node(opConcat, xs[0].elem, len(xs), xs, attrInt("axis", axis))
}

// Split cuts x along axis into parts of those sizes.
func (g *Graph) Split(x Value, axis int, sizes ...int64) []Value {
	types := make([]Elem, len(sizes))
	for i := range types {
		types[i] = x.elem
	}
	out := g.nodes(opSplit, types, 2, []Value{x, g.ints(sizes...)}, attrInt("axis", axis))
	if out == nil {
		return make([]Value, len(sizes)) // the caller may index them; the graph has failed
	}
	return out
}

// End as the end of a Slice means "to the last element".
const End = math.MaxInt64

// Slice takes the elements from ≤ i < to along axis; negative numbers count from
// the end.
func (g *Graph) Slice(x Value, axis, from, to int64) Value {
	return g.SliceTo(x, axis, g.ints(from), g.ints(to))
}

// SliceTo is Slice with bounds (Int64 vectors of one element) known only when it runs.
func (g *Graph) SliceTo(x Value, axis int64, from, to Value) Value {
	return g.node(opSlice, x.elem, 4, []Value{x, from, to, g.ints(axis)})
}

// Gather takes the elements at indices (Int64) along axis; the axis is replaced
// by the indices' own axes.
func (g *Graph) Gather(x, indices Value, axis int) Value {
	return g.binary(opGather, x, indices, attrInt("axis", axis))
}

// Range returns from, from + step, … < to; all three are scalars of one type.
func (g *Graph) Range(from, to, step Value) Value {
	return g.node(opRange, from.elem, 3, []Value{from, to, step})
}

// ConstantOfShape fills a shape (Int64 vector) with one float.
func (g *Graph) ConstantOfShape(shape Value, fill float32) Value {
	value := inlineTensor("", Float, []int64{1}, floatBytes(fill))
	return g.node(opConstantOfShape, Float, 1, []Value{shape}, attrTensor("value", value))
}
