package onnx

// operator is an entry of ONNX's operator list: a name in a domain.
type operator struct {
	name   string
	domain string // "" is ONNX itself
}

// The operators that this package can write. The names are those of
// onnx/docs/Operators.md and, for domain com.microsoft, of ONNX Runtime's
// docs/ContribOperators.md; they stand nowhere else.
var (
	opAdd                = operator{name: "Add"}
	opArgMax             = operator{name: "ArgMax"}
	opBatchNorm          = operator{name: "BatchNormalization"}
	opCast               = operator{name: "Cast"}
	opConcat             = operator{name: "Concat"}
	opConstantOfShape    = operator{name: "ConstantOfShape"}
	opConv               = operator{name: "Conv"}
	opConvTranspose      = operator{name: "ConvTranspose"}
	opDiv                = operator{name: "Div"}
	opEqual              = operator{name: "Equal"}
	opErf                = operator{name: "Erf"}
	opExpand             = operator{name: "Expand"}
	opFlatten            = operator{name: "Flatten"}
	opFusedMatMul        = operator{name: "FusedMatMul", domain: microsoftDomain}
	opGather             = operator{name: "Gather"}
	opGelu               = operator{name: "Gelu"}
	opGemm               = operator{name: "Gemm"}
	opGlobalAveragePool  = operator{name: "GlobalAveragePool"}
	opHardSigmoid        = operator{name: "HardSigmoid"}
	opHardSwish          = operator{name: "HardSwish"}
	opIdentity           = operator{name: "Identity"}
	opLayerNorm          = operator{name: "LayerNormalization"}
	opLess               = operator{name: "Less"}
	opLogSoftmax         = operator{name: "LogSoftmax"}
	opMatMul             = operator{name: "MatMul"}
	opMaxPool            = operator{name: "MaxPool"}
	opMul                = operator{name: "Mul"}
	opMultiHeadAttention = operator{name: "MultiHeadAttention", domain: microsoftDomain}
	opRange              = operator{name: "Range"}
	opReduceMax          = operator{name: "ReduceMax"}
	opReduceMean         = operator{name: "ReduceMean"}
	opRelu               = operator{name: "Relu"}
	opReshape            = operator{name: "Reshape"}
	opResize             = operator{name: "Resize"}
	opRoiAlign           = operator{name: "RoiAlign"}
	opShape              = operator{name: "Shape"}
	opSigmoid            = operator{name: "Sigmoid"}
	opSlice              = operator{name: "Slice"}
	opSoftmax            = operator{name: "Softmax"}
	opSplit              = operator{name: "Split"}
	opSqrt               = operator{name: "Sqrt"}
	opSqueeze            = operator{name: "Squeeze"}
	opSub                = operator{name: "Sub"}
	opTanh               = operator{name: "Tanh"}
	opTopK               = operator{name: "TopK"}
	opTranspose          = operator{name: "Transpose"}
	opUnsqueeze          = operator{name: "Unsqueeze"}
	opWhere              = operator{name: "Where"}
)

// output is what is known of a node's output before it has a name.
type output struct {
	elem  Elem
	shape Shape
}

// node adds a node with one output of the given type and shape. required of the
// operands must be there; the rest may be zero Values.
func (g *Graph) node(op operator, elem Elem, shape Shape, required int, operands []Value, attrs ...Attribute) Value {
	out := g.nodes(op, []output{{elem, shape}}, required, operands, attrs...)
	if out == nil {
		return Value{}
	}
	return out[0]
}

// nodes adds a node with several outputs; nil after an error.
func (g *Graph) nodes(op operator, outputs []output, required int, operands []Value, attrs ...Attribute) []Value {
	if !g.operands(op.name, operands[:required]...) {
		return nil
	}
	last := len(operands)
	for last > required && operands[last-1].of == nil {
		last--
	}
	for _, v := range operands[:last] {
		if v.of != nil && !g.operands(op.name, v) {
			return nil
		}
	}
	names := make([]string, len(outputs))
	for i := range names {
		names[i] = g.fresh(op.name)
	}
	return g.b.append(op, names, outputs, operands[:last], attrs)
}

// append adds a node whose outputs have those names.
func (b *builder) append(op operator, names []string, outputs []output, inputs []Value, attrs []Attribute) []Value {
	n := &Node{Op: op.name, Domain: op.domain, Name: names[0], Inputs: inputs, Attributes: attrs}
	for i, o := range outputs {
		n.Outputs = append(n.Outputs, b.add(value{name: names[i], elem: o.elem, shape: o.shape, producer: n}))
	}
	b.nodes = append(b.nodes, n)
	return n.Outputs
}

// pointwise adds an operator that keeps type and shape.
func (g *Graph) pointwise(op operator, x Value, attrs ...Attribute) Value {
	return g.node(op, x.Elem(), x.Shape(), 1, []Value{x}, attrs...)
}
