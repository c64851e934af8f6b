package onnx

import (
	"math"
	"slices"
)

// Shape returns x's shape as an Int64 vector.
func (g *Graph) Shape(x Value) Value {
	shape := x.Shape()
	if shape == nil {
		return g.node(opShape, Int64, Shape{unknownDim}, 1, []Value{x})
	}
	return g.node(opShape, Int64, fixed(int64(len(shape))), 1, []Value{x}).follow(asInts(shape))
}

// asInts are extents as elements of a vector.
func asInts(dims []Dim) []Dim {
	all := make([]Dim, len(dims))
	for i, d := range dims {
		all[i] = asInt(d)
	}
	return all
}

// Dim returns the size of one axis as an Int64 vector of one element; axis may be
// negative.
func (g *Graph) Dim(x Value, of int) Value {
	attrs := []Attribute{attrInt("start", of)}
	if of != -1 {
		attrs = append(attrs, attrInt("end", of+1))
	}
	shape := x.Shape()
	v := g.node(opShape, Int64, fixed(1), 1, []Value{x}, attrs...)
	if i, ok := axis(int64(of), len(shape)); ok {
		return v.follow(asInts(shape[i : i+1]))
	}
	return v
}

// Reshape returns x with another shape: 0 keeps the size of that axis, −1 takes what is left.
func (g *Graph) Reshape(x Value, dims ...int64) Value { return g.ReshapeTo(x, g.ints(dims...)) }

// ReshapeTo is Reshape to a shape (Int64 vector) known only when it runs.
func (g *Graph) ReshapeTo(x, shape Value) Value {
	return g.node(opReshape, x.Elem(), reshaped(x.Shape(), shape), 2, []Value{x, shape})
}

// reshaped is the shape that a vector asks for.
func reshaped(from Shape, to Value) Shape {
	elements := to.info().elements
	if elements == nil || len(to.Shape()) != 1 {
		return asked(to)
	}
	out, rest := make(Shape, len(elements)), -1
	for i, d := range elements {
		switch n, ok := number(d); {
		case ok && n == 0:
			out[i] = from.at(i)
		case ok && n < 0:
			out[i], rest = unknownDim, i
		default:
			out[i] = asDim(d)
		}
	}
	if rest >= 0 && from != nil {
		out[rest] = left(from, slices.Delete(slices.Clone(out), rest, rest+1))
	}
	return out
}

// left is the extent that makes all of another shape's elements of these.
func left(from, taken Shape) Dim {
	rest := slices.Clone(from)
	var divisor Shape
	for _, d := range taken {
		if i := slices.Index(rest, d); i >= 0 && d != unknownDim {
			rest = slices.Delete(rest, i, i+1)
		} else {
			divisor = append(divisor, d)
		}
	}
	n, named := Dim{Size: 1}, Dim{Size: 1}
	for _, d := range rest {
		if d.Known() {
			n = product(n, d)
		} else {
			named = product(named, asInt(d))
		}
	}
	by := volume(divisor)
	if !by.Known() || by.Size == 0 || !n.Known() || n.Size%by.Size != 0 {
		return unknownDim
	}
	return asDim(product(named, Dim{Size: n.Size / by.Size}))
}

// asked is the shape that a vector holds.
func asked(vector Value) Shape {
	n := vector.Shape().ranked(1).at(0)
	if !n.Known() || n.Size > mostElements {
		return nil
	}
	out := slices.Repeat(Shape{unknownDim}, int(n.Size))
	for i, d := range vector.info().elements {
		out[i] = asDim(d)
	}
	return out
}

// Flatten makes two axes of all: those before axis and those from it on.
func (g *Graph) Flatten(x Value, from int) Value {
	shape := Shape{unknownDim, unknownDim}
	if s := x.Shape(); s != nil {
		if i, ok := axis(int64(from), len(s)+1); ok && from >= 0 {
			shape = Shape{asDim(volume(s[:i])), asDim(volume(s[i:]))}
		}
	}
	return g.node(opFlatten, x.Elem(), shape, 1, []Value{x}, attrInt("axis", from))
}

// Transpose puts axis perm[i] of x at place i.
func (g *Graph) Transpose(x Value, perm ...int) Value {
	shape := make(Shape, len(perm))
	for i, from := range perm {
		shape[i] = x.Shape().at(from)
	}
	return g.node(opTranspose, x.Elem(), shape, 1, []Value{x}, attrIntList("perm", perm...))
}

// Unsqueeze inserts axes of size 1 at those places of the result.
func (g *Graph) Unsqueeze(x Value, axes ...int64) Value {
	return g.node(opUnsqueeze, x.Elem(), unsqueezed(x.Shape(), axes), 2, []Value{x, g.ints(axes...)}).follow(x.info().elements)
}

func unsqueezed(s Shape, axes []int64) Shape {
	if s == nil {
		return nil
	}
	out := make(Shape, len(s)+len(axes))
	inserted := make([]bool, len(out))
	for _, a := range axes {
		i, ok := axis(a, len(out))
		if !ok || inserted[i] {
			return nil
		}
		inserted[i] = true
	}
	for i := range out {
		if out[i] = (Dim{Size: 1}); !inserted[i] {
			out[i], s = s[0], s[1:]
		}
	}
	return out
}

// Squeeze removes axes of size 1.
func (g *Graph) Squeeze(x Value, axes ...int64) Value {
	return g.node(opSqueeze, x.Elem(), reduced(x.Shape(), false, axes...), 2, []Value{x, g.ints(axes...)}).follow(x.info().elements)
}

// Expand broadcasts x to a shape (Int64 vector).
func (g *Graph) Expand(x, shape Value) Value {
	return g.node(opExpand, x.Elem(), broadcast(x.Shape(), asked(shape)), 2, []Value{x, shape})
}

// Concat joins xs along axis.
func (g *Graph) Concat(along int, xs ...Value) Value {
	if len(xs) == 0 {
		g.Fail("%s: nothing to join", g.place(opConcat.name))
		return Value{}
	}
	v := g.node(opConcat, xs[0].Elem(), joined(along, xs), len(xs), xs, attrInt("axis", along))
	var elements []Dim
	for _, x := range xs {
		if x.info().elements == nil {
			return v
		}
		elements = append(elements, x.info().elements...)
	}
	return v.follow(elements)
}

// joined is the shape of values side by side.
func joined(along int, xs []Value) Shape {
	out := xs[0].Shape()
	i, ok := axis(int64(along), len(out))
	for _, x := range xs[1:] {
		s := x.Shape()
		if !ok || len(s) != len(out) {
			return nil
		}
		for k := range out {
			if k == i {
				out[k] = asDim(sum(asInt(out[k]), asInt(s[k])))
			} else {
				out[k] = equal(out[k], s[k])
			}
		}
	}
	return out
}

// Split cuts x along axis into parts of those sizes.
func (g *Graph) Split(x Value, along int, sizes ...int64) []Value {
	parts := make([]output, len(sizes))
	for p, n := range sizes {
		parts[p].elem = x.Elem()
		if i, ok := axis(int64(along), len(x.Shape())); ok {
			parts[p].shape = x.Shape().with(i, asDim(Dim{Size: n}))
		}
	}
	out := g.nodes(opSplit, parts, 2, []Value{x, g.ints(sizes...)}, attrInt("axis", along))
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
func (g *Graph) SliceTo(x Value, along int64, from, to Value) Value {
	shape := x.Shape()
	i, ok := axis(along, len(shape))
	if ok {
		shape[i] = unknownDim
	}
	v := g.node(opSlice, x.Elem(), shape, 4, []Value{x, from, to, g.ints(along)})
	begin, end, bounded := bounds(x.Shape().at(i), from, to)
	if !ok || !bounded || v.of == nil {
		return v
	}
	v.of.values[v.at].shape[i] = Dim{Size: end - begin}
	if elements := x.info().elements; elements != nil {
		return v.follow(elements[begin:end])
	}
	return v
}

// bounds returns the first element that a Slice takes of an axis and the one after
// its last, if all is known.
func bounds(size Dim, from, to Value) (begin, end int64, ok bool) {
	a, b := from.info().elements, to.info().elements
	if !size.Known() || len(a) != 1 || len(b) != 1 {
		return 0, 0, false
	}
	begin, okA := number(a[0])
	end, okB := number(b[0])
	for _, n := range []*int64{&begin, &end} {
		if *n < 0 {
			*n += size.Size
		}
		*n = min(max(*n, 0), size.Size)
	}
	return begin, max(begin, end), okA && okB
}

// Gather takes the elements at indices (Int64) along axis; the axis is replaced
// by the indices' own axes.
func (g *Graph) Gather(x, indices Value, along int) Value {
	shape, of := x.Shape(), indices.Shape()
	if i, ok := axis(int64(along), len(shape)); ok && of != nil {
		shape = append(append(slices.Clone(shape[:i]), of...), shape[i+1:]...)
	} else {
		shape = nil
	}
	return g.node(opGather, x.Elem(), shape, 2, []Value{x, indices}, attrInt("axis", along))
}

// Range returns from, from + step, … < to; all three are scalars of one type.
func (g *Graph) Range(from, to, step Value) Value {
	shape := Shape{unknownDim}
	a, b, s := from.info().elements, to.info().elements, step.info().elements
	if len(a) == 1 && len(b) == 1 && len(s) == 1 && s[0] == (Dim{Size: 1}) {
		n := difference(b[0], a[0])
		if n.Name == "" && n != unknownInt {
			n.Size = max(n.Size, 0)
		}
		shape[0] = asDim(n)
	}
	return g.node(opRange, from.Elem(), shape, 3, []Value{from, to, step})
}

// ConstantOfShape fills a shape (Int64 vector) with one float.
func (g *Graph) ConstantOfShape(shape Value, fill float32) Value {
	value := Initialiser{Elem: Float, Dims: []int64{1}, Data: floatBytes(fill)}
	return g.node(opConstantOfShape, Float, asked(shape), 1, []Value{shape}, attrTensor("value", value))
}

// follow notes a vector's or scalar's elements, where they are known and few.
func (v Value) follow(elements []Dim) Value {
	if v.of == nil || elements == nil || len(elements) > mostElements {
		return v
	}
	if n := volume(v.Shape()); !n.Known() || n.Size != int64(len(elements)) || len(v.Shape()) > 1 {
		return v
	}
	v.of.values[v.at].elements = elements
	return v
}
