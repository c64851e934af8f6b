package onnx

// MatMul multiplies the last two axes as numpy does: [… m k] · [… k n] = [… m n].
func (g *Graph) MatMul(a, b Value) Value {
	return g.node(opMatMul, a.Elem(), multiplied(a.Shape(), b.Shape(), false, false), 2, []Value{a, b})
}

// multiplied is the shape of a product of matrices whose last two axes are swapped
// first or not; those before are broadcast.
func multiplied(a, b Shape, swapA, swapB bool) Shape {
	if len(a) < 2 || len(b) < 2 {
		return nil // vectors, which no architecture multiplies
	}
	m, n := len(a)-2, len(b)-1
	if swapA {
		m++
	}
	if swapB {
		n--
	}
	return append(broadcast(a[:len(a)-2], b[:len(b)-2]), a[m], b[n])
}

// FusedMatMulAttrs choose what FusedMatMul does beyond MatMul.
type FusedMatMulAttrs struct {
	TransA, TransB bool    // swap the last two axes first
	Alpha          float32 // factor of the product; 0 means 1
}

// FusedMatMul is MatMul with transposed operands and a factor: QKᵀ/√d is
// FusedMatMul(q, k, {TransB: true, Alpha: 1/√d}).
func (g *Graph) FusedMatMul(a, b Value, at FusedMatMulAttrs) Value {
	if at.Alpha == 0 {
		at.Alpha = 1
	}
	return g.node(opFusedMatMul, a.Elem(), multiplied(a.Shape(), b.Shape(), at.TransA, at.TransB), 2, []Value{a, b},
		attrFloat("alpha", at.Alpha), attrBool("transA", at.TransA), attrBool("transB", at.TransB))
}

// LinearT is torch's nn.Linear: x·wᵀ + b over the last axis of x, of any rank. w
// has the official layout [out, in] and is not copied; b [out] may be left out.
func (g *Graph) LinearT(x, w, b Value) Value {
	y := g.FusedMatMul(x, w, FusedMatMulAttrs{TransB: true})
	if b.of == nil {
		return y
	}
	return g.Add(y, b)
}

// Gemm is LinearT for an x of exactly two axes, as one operator.
func (g *Graph) Gemm(x, w, b Value) Value {
	return g.node(opGemm, x.Elem(), Shape{x.Shape().at(0), w.Shape().at(0)}, 2, []Value{x, w, b}, attrInt("transB", 1))
}

// AttentionAttrs choose what MultiHeadAttention computes.
type AttentionAttrs struct {
	Heads  int
	Scale  float32 // 0: 1/√(head size)
	Causal bool    // a query sees no later key
}

// MultiHeadAttention returns softmax(scale·q·kᵀ)·v for each head (Vaswani et al.
// 2017, section 3.2.2) without the projections: q [n, m, hidden], k and v
// [n, s, hidden] (or [n, heads, s, head size], a cached cross-attention). bias
// [1 or n, 1 or heads, m, s] is added before the softmax and may be left out.
func (g *Graph) MultiHeadAttention(q, k, v, bias Value, at AttentionAttrs) Value {
	attrs := []Attribute{attrInt("num_heads", at.Heads), attrBool("unidirectional", at.Causal)}
	if at.Scale != 0 {
		attrs = append(attrs, attrFloat("scale", at.Scale))
	}
	shape := Shape{q.Shape().at(0), q.Shape().at(1), v.Shape().at(2)}
	if s := v.Shape(); len(s) == 4 {
		shape[2] = asDim(volume([]Dim{s[1], s[3]}))
	}
	none := Value{}
	return g.node(opMultiHeadAttention, q.Elem(), shape, 3, []Value{q, k, v, none, none, bias}, attrs...)
}
