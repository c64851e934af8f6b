package onnx

// Add returns a + b, broadcast as numpy does; so do Sub, Mul, Div, Less and Equal.
func (g *Graph) Add(a, b Value) Value { return g.arithmetic(opAdd, sum, a, b) }

// Sub returns a − b.
func (g *Graph) Sub(a, b Value) Value { return g.arithmetic(opSub, difference, a, b) }

// Mul returns a · b, element by element.
func (g *Graph) Mul(a, b Value) Value { return g.arithmetic(opMul, product, a, b) }

// Div returns a / b; whole numbers are truncated.
func (g *Graph) Div(a, b Value) Value { return g.arithmetic(opDiv, quotient, a, b) }

// quotient divides numbers; of named ones nothing is known.
func quotient(a, b Dim) Dim {
	m, okA := number(a)
	n, okB := number(b)
	if !okA || !okB || n == 0 {
		return unknownInt
	}
	return Dim{Size: m / n}
}

// arithmetic adds an operator of two broadcast operands, which follows the elements
// of shapes.
func (g *Graph) arithmetic(op operator, f func(a, b Dim) Dim, a, b Value) Value {
	v := g.node(op, a.Elem(), broadcast(a.Shape(), b.Shape()), 2, []Value{a, b})
	m, n := a.info().elements, b.info().elements
	if len(m) == 0 || len(n) == 0 || len(m) != len(n) && len(m) != 1 && len(n) != 1 {
		return v
	}
	elements := make([]Dim, max(len(m), len(n)))
	for i := range elements {
		elements[i] = f(m[i%len(m)], n[i%len(n)])
	}
	return v.follow(elements)
}

// Less returns a < b as Bool.
func (g *Graph) Less(a, b Value) Value {
	return g.node(opLess, Bool, broadcast(a.Shape(), b.Shape()), 2, []Value{a, b})
}

// Equal returns a = b as Bool.
func (g *Graph) Equal(a, b Value) Value {
	return g.node(opEqual, Bool, broadcast(a.Shape(), b.Shape()), 2, []Value{a, b})
}

// Where returns a where condition (Bool) holds, else b.
func (g *Graph) Where(condition, a, b Value) Value {
	return g.node(opWhere, a.Elem(), broadcast(condition.Shape(), a.Shape(), b.Shape()), 3, []Value{condition, a, b})
}

// Cast converts x's elements.
func (g *Graph) Cast(x Value, to Elem) Value {
	return g.node(opCast, to, x.Shape(), 1, []Value{x}, attrInt("to", int64(to)))
}

// Identity returns x under another name.
func (g *Graph) Identity(x Value) Value {
	return g.pointwise(opIdentity, x).follow(x.info().elements)
}

// Sqrt returns √x.
func (g *Graph) Sqrt(x Value) Value { return g.pointwise(opSqrt, x) }

// Tanh returns the hyperbolic tangent.
func (g *Graph) Tanh(x Value) Value { return g.pointwise(opTanh, x) }

// Erf returns the error function.
func (g *Graph) Erf(x Value) Value { return g.pointwise(opErf, x) }

// Sigmoid returns 1 / (1 + e⁻ˣ).
func (g *Graph) Sigmoid(x Value) Value { return g.pointwise(opSigmoid, x) }

// Relu returns max(x, 0).
func (g *Graph) Relu(x Value) Value { return g.pointwise(opRelu, x) }

// HardSigmoid returns min(max(x/6 + ½, 0), 1), torch's nn.Hardsigmoid (Howard et al.
// 2019, section 5.2).
func (g *Graph) HardSigmoid(x Value) Value {
	return g.pointwise(opHardSigmoid, x, attrFloat("alpha", 1.0/6), attrFloat("beta", 0.5))
}

// HardSwish returns x·HardSigmoid(x), torch's nn.Hardswish.
func (g *Graph) HardSwish(x Value) Value { return g.pointwise(opHardSwish, x) }

// Gelu returns x·Φ(x) with the exact normal distribution (torch's nn.GELU()), not
// the tanh approximation.
func (g *Graph) Gelu(x Value) Value { return g.pointwise(opGelu, x) }

// Softmax normalises along axis, which may be negative.
func (g *Graph) Softmax(x Value, axis int) Value {
	return g.pointwise(opSoftmax, x, attrInt("axis", axis))
}

// LogSoftmax returns the logarithm of Softmax.
func (g *Graph) LogSoftmax(x Value, axis int) Value {
	return g.pointwise(opLogSoftmax, x, attrInt("axis", axis))
}

// LayerNorm normalises over the last axis: scale and bias have its size.
func (g *Graph) LayerNorm(x, scale, bias Value, eps float32) Value {
	return g.node(opLayerNorm, x.Elem(), x.Shape(), 3, []Value{x, scale, bias}, attrInt("axis", -1), attrFloat("epsilon", eps))
}

// ReduceMean returns the mean over axes; keep leaves them with size 1.
func (g *Graph) ReduceMean(x Value, keep bool, axes ...int64) Value {
	return g.node(opReduceMean, x.Elem(), reduced(x.Shape(), keep, axes...), 2, []Value{x, g.ints(axes...)}, attrBool("keepdims", keep))
}

// ReduceMax returns the largest element over axes; keep leaves them with size 1.
func (g *Graph) ReduceMax(x Value, keep bool, axes ...int64) Value {
	return g.node(opReduceMax, x.Elem(), reduced(x.Shape(), keep, axes...), 2, []Value{x, g.ints(axes...)}, attrBool("keepdims", keep))
}

// reduced is a shape without some axes, or with 1 in their places.
func reduced(s Shape, keep bool, axes ...int64) Shape {
	if s == nil {
		return nil
	}
	gone := make([]bool, len(s))
	for _, a := range axes {
		i, ok := axis(a, len(s))
		if !ok {
			return nil
		}
		gone[i] = true
	}
	out := Shape{}
	for i, d := range s {
		switch {
		case !gone[i]:
			out = append(out, d)
		case keep:
			out = append(out, Dim{Size: 1})
		}
	}
	return out
}

// ArgMax returns the index (Int64) of the largest element along axis, the first of
// equal ones; keep leaves the axis with size 1.
func (g *Graph) ArgMax(x Value, axis int, keep bool) Value {
	return g.node(opArgMax, Int64, reduced(x.Shape(), keep, int64(axis)), 1, []Value{x}, attrInt("axis", axis), attrBool("keepdims", keep))
}

// TopK returns the k largest elements along axis, by falling value, and their
// indices (Int64). k is an Int64 vector of one element.
func (g *Graph) TopK(x, k Value, along int) (values, indices Value) {
	shape := x.Shape()
	if i, ok := axis(int64(along), len(shape)); ok {
		n := unknownDim
		if most := k.info().elements; len(most) == 1 {
			n = asDim(most[0])
		}
		shape = shape.with(i, n)
	}
	out := g.nodes(opTopK, []output{{x.Elem(), shape}, {Int64, shape}}, 2, []Value{x, k}, attrInt("axis", along))
	if out == nil {
		return Value{}, Value{}
	}
	return out[0], out[1]
}
