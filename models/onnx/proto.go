package onnx

import (
	"math"
	"strconv"

	"google.golang.org/protobuf/encoding/protowire"
)

// Field numbers of onnx/onnx.proto3, by message.
const (
	modelIR, modelProducer, modelGraph, modelOpset = 1, 2, 7, 8
	opsetDomain, opsetNumber                       = 1, 2

	graphNode, graphName, graphInitializer, graphInput, graphOutput, graphSparse = 1, 2, 5, 11, 12, 15

	nodeInput, nodeOutput, nodeName, nodeOp, nodeAttribute, nodeDomain = 1, 2, 3, 4, 5, 7

	attrName, attrF, attrI, attrS, attrT, attrGraph, attrInts, attrTensors, attrGraphs, attrType = 1, 2, 3, 4, 5, 6, 8, 10, 11, 20

	tensorDims, tensorType, tensorName, tensorRaw, tensorExternal, tensorLocation = 1, 2, 8, 9, 13, 14
	entryKey, entryValue                                                          = 1, 2

	infoName, infoType        = 1, 2
	typeTensor                = 1
	tensorElem, tensorShape   = 1, 2
	shapeDim                  = 1
	dimensionSize, dimensionN = 1, 2
)

// locationExternal is TensorProto.DataLocation's EXTERNAL.
const locationExternal = 1

func putInt(b []byte, field protowire.Number, v int64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, field, protowire.VarintType), uint64(v))
}

func putBytes(b []byte, field protowire.Number, v []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, field, protowire.BytesType), v)
}

func putString(b []byte, field protowire.Number, v string) []byte {
	return protowire.AppendString(protowire.AppendTag(b, field, protowire.BytesType), v)
}

// encodeAttribute encodes an AttributeProto.
func encodeAttribute(a Attribute) []byte {
	b := putString(nil, attrName, a.Name)
	switch a.Kind {
	case AttributeFloat:
		b = protowire.AppendFixed32(protowire.AppendTag(b, attrF, protowire.Fixed32Type), math.Float32bits(a.Float))
	case AttributeInt:
		b = putInt(b, attrI, a.Int)
	case AttributeString:
		b = putString(b, attrS, a.String)
	case AttributeTensor:
		b = putBytes(b, attrT, encodeTensor(a.Tensor))
	case AttributeInts:
		for _, v := range a.Ints {
			b = putInt(b, attrInts, v)
		}
	}
	return putInt(b, attrType, int64(a.Kind))
}

// encodeNode encodes a NodeProto; an operand that is left out has no name.
func encodeNode(n *Node) []byte {
	var b []byte
	for _, in := range n.Inputs {
		b = putString(b, nodeInput, in.Name())
	}
	for _, out := range n.Outputs {
		b = putString(b, nodeOutput, out.Name())
	}
	b = putString(b, nodeName, n.Name)
	b = putString(b, nodeOp, n.Op)
	for _, a := range n.Attributes {
		b = putBytes(b, nodeAttribute, encodeAttribute(a))
	}
	if n.Domain != "" {
		b = putString(b, nodeDomain, n.Domain)
	}
	return b
}

// encodeTensor encodes a TensorProto, with its elements or a reference to them.
func encodeTensor(t Initialiser) []byte {
	var b []byte
	for _, d := range t.Dims {
		b = putInt(b, tensorDims, d)
	}
	b = putString(putInt(b, tensorType, int64(t.Elem)), tensorName, t.Name)
	if t.Location == "" {
		return putBytes(b, tensorRaw, t.Data)
	}
	for _, e := range [][2]string{
		{"location", t.Location},
		{"offset", strconv.FormatInt(t.Offset, 10)},
		{"length", strconv.FormatInt(t.Length, 10)},
	} {
		b = putBytes(b, tensorExternal, putString(putString(nil, entryKey, e[0]), entryValue, e[1]))
	}
	return putInt(b, tensorLocation, locationExternal)
}

// encodePort encodes a ValueInfoProto. The shape of an output is left to the
// runtime, which infers it too.
func encodePort(v value, shape Shape) []byte {
	tensor := putInt(nil, tensorElem, int64(v.elem))
	if shape != nil {
		var dims []byte
		for _, d := range shape {
			if d.Name != "" {
				dims = putBytes(dims, shapeDim, putString(nil, dimensionN, d.Name))
			} else {
				dims = putBytes(dims, shapeDim, putInt(nil, dimensionSize, d.Size))
			}
		}
		tensor = putBytes(tensor, tensorShape, dims)
	}
	return putBytes(putString(nil, infoName, v.name), infoType, putBytes(nil, typeTensor, tensor))
}

func encodeModel(b *builder) []byte {
	var graph []byte
	for _, n := range b.nodes {
		graph = putBytes(graph, graphNode, encodeNode(n))
	}
	graph = putString(graph, graphName, b.name)
	for _, t := range b.tensors {
		graph = putBytes(graph, graphInitializer, encodeTensor(t))
	}
	for _, v := range b.inputs {
		graph = putBytes(graph, graphInput, encodePort(v.info(), v.Shape()))
	}
	for _, v := range b.outputs {
		graph = putBytes(graph, graphOutput, encodePort(v.info(), nil))
	}
	model := putString(putInt(nil, modelIR, irVersion), modelProducer, "descry")
	model = putBytes(model, modelGraph, graph)
	model = putBytes(model, modelOpset, putInt(putString(nil, opsetDomain, ""), opsetNumber, opsetVersion))
	return putBytes(model, modelOpset, putInt(putString(nil, opsetDomain, microsoftDomain), opsetNumber, microsoftVersion))
}
