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

// node adds a node with one output. required of the operands must be there; the
// rest may be zero Values. The output has elements of the given type.
func (g *Graph) node(op operator, elem Elem, required int, operands []Value, attrs ...attribute) Value {
	out := g.nodes(op, []Elem{elem}, required, operands, attrs...)
	if out == nil {
		return Value{}
	}
	return out[0]
}

// nodes adds a node with several outputs; nil after an error.
func (g *Graph) nodes(op operator, elems []Elem, required int, operands []Value, attrs ...attribute) []Value {
	if !g.operands(op.name, operands[:required]...) {
		return nil
	}
	last := len(operands)
	for last > required && operands[last-1].of == nil {
		last--
	}
	inputs := make([]string, last)
	for i, v := range operands[:last] {
		if v.of != nil && !g.operands(op.name, v) {
			return nil
		}
		inputs[i] = v.name
	}
	outputs, names := make([]Value, len(elems)), make([]string, len(elems))
	for i, e := range elems {
		names[i] = g.fresh(op.name)
		outputs[i] = Value{names[i], e, g.b}
	}
	g.b.nodes = append(g.b.nodes, encodeNode(op, names[0], inputs, names, attrs))
	return outputs
}

func (g *Graph) unary(op operator, x Value, attrs ...attribute) Value {
	return g.node(op, x.elem, 1, []Value{x}, attrs...)
}

func (g *Graph) binary(op operator, a, b Value, attrs ...attribute) Value {
	return g.node(op, a.elem, 2, []Value{a, b}, attrs...)
}
