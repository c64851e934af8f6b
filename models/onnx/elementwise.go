package onnx

// Add returns a + b, broadcast as numpy does; so do Sub, Mul, Div, Less and Equal.
func (g *Graph) Add(a, b Value) Value { return g.binary(opAdd, a, b) }

// Sub returns a − b.
func (g *Graph) Sub(a, b Value) Value { return g.binary(opSub, a, b) }

// Mul returns a · b, element by element.
func (g *Graph) Mul(a, b Value) Value { return g.binary(opMul, a, b) }

// Div returns a / b; whole numbers are truncated.
func (g *Graph) Div(a, b Value) Value { return g.binary(opDiv, a, b) }

// Less returns a < b as Bool.
func (g *Graph) Less(a, b Value) Value { return g.node(opLess, Bool, 2, []Value{a, b}) }

// Equal returns a = b as Bool.
func (g *Graph) Equal(a, b Value) Value { return g.node(opEqual, Bool, 2, []Value{a, b}) }

// Where returns a where condition (Bool) holds, else b.
func (g *Graph) Where(condition, a, b Value) Value {
	return g.node(opWhere, a.elem, 3, []Value{condition, a, b})
}

// Cast converts x's elements.
func (g *Graph) Cast(x Value, to Elem) Value {
	return g.node(opCast, to, 1, []Value{x}, attrInt("to", int64(to)))
}

// Identity returns x under another name.
func (g *Graph) Identity(x Value) Value { return g.unary(opIdentity, x) }

// Sqrt returns √x.
func (g *Graph) Sqrt(x Value) Value { return g.unary(opSqrt, x) }

// Tanh returns the hyperbolic tangent.
func (g *Graph) Tanh(x Value) Value { return g.unary(opTanh, x) }

// Erf returns the error function.
func (g *Graph) Erf(x Value) Value { return g.unary(opErf, x) }

// Sigmoid returns 1 / (1 + e⁻ˣ).
func (g *Graph) Sigmoid(x Value) Value { return g.unary(opSigmoid, x) }

// Relu returns max(x, 0).
func (g *Graph) Relu(x Value) Value { return g.unary(opRelu, x) }

// HardSigmoid returns min(max(x/6 + ½, 0), 1), torch's nn.Hardsigmoid (Howard et al.
// 2019, section 5.2).
func (g *Graph) HardSigmoid(x Value) Value {
	return g.unary(opHardSigmoid, x, attrFloat("alpha", 1.0/6), attrFloat("beta", 0.5))
}

// HardSwish returns x·HardSigmoid(x), torch's nn.Hardswish.
func (g *Graph) HardSwish(x Value) Value { return g.unary(opHardSwish, x) }

// Gelu returns x·Φ(x) with the exact normal distribution (torch's nn.GELU()), not
// the tanh approximation.
func (g *Graph) Gelu(x Value) Value { return g.unary(opGelu, x) }

// Softmax normalises along axis, which may be negative.
func (g *Graph) Softmax(x Value, axis int) Value {
	return g.unary(opSoftmax, x, attrInt("axis", axis))
}

// LogSoftmax returns the logarithm of Softmax.
func (g *Graph) LogSoftmax(x Value, axis int) Value {
	return g.unary(opLogSoftmax, x, attrInt("axis", axis))
}

// LayerNorm normalises over the last axis: scale and bias have its size.
func (g *Graph) LayerNorm(x, scale, bias Value, eps float32) Value {
	return g.node(opLayerNorm, x.elem, 3, []Value{x, scale, bias}, attrInt("axis", -1), attrFloat("epsilon", eps))
}

// ReduceMean returns the mean over axes; keep leaves them with size 1.
func (g *Graph) ReduceMean(x Value, keep bool, axes ...int64) Value {
	return g.node(opReduceMean, x.elem, 2, []Value{x, g.ints(axes...)}, attrBool("keepdims", keep))
}

// ReduceMax returns the largest element over axes; keep leaves them with size 1.
func (g *Graph) ReduceMax(x Value, keep bool, axes ...int64) Value {
	return g.node(opReduceMax, x.elem, 2, []Value{x, g.ints(axes...)}, attrBool("keepdims", keep))
}

// ArgMax returns the index (Int64) of the largest element along axis, the first of
// equal ones; keep leaves the axis with size 1.
func (g *Graph) ArgMax(x Value, axis int, keep bool) Value {
	return g.node(opArgMax, Int64, 1, []Value{x}, attrInt("axis", axis), attrBool("keepdims", keep))
}

// TopK returns the k largest elements along axis, by falling value, and their
// indices (Int64). k is an Int64 vector of one element.
func (g *Graph) TopK(x, k Value, axis int) (values, indices Value) {
	out := g.nodes(opTopK, []Elem{x.elem, Int64}, 2, []Value{x, k}, attrInt("axis", axis))
	if out == nil {
		return Value{}, Value{}
	}
	return out[0], out[1]
}
