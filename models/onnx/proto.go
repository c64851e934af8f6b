package onnx

import (
	"math"

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

// Values of AttributeProto.AttributeType.
const (
	attrIsFloat  = 1
	attrIsInt    = 2
	attrIsString = 3
	attrIsTensor = 4
	attrIsInts   = 7
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

// attribute is an encoded AttributeProto.
type attribute []byte

func attrInt[T int | int64](name string, v T) attribute {
	return putInt(putInt(putString(nil, attrName, name), attrI, int64(v)), attrType, attrIsInt)
}

func attrBool(name string, v bool) attribute {
	if v {
		return attrInt(name, 1)
	}
	return attrInt(name, 0)
}

func attrFloat(name string, v float32) attribute {
	b := protowire.AppendTag(putString(nil, attrName, name), attrF, protowire.Fixed32Type)
	return putInt(protowire.AppendFixed32(b, math.Float32bits(v)), attrType, attrIsFloat)
}

func attrString(name, v string) attribute {
	return putInt(putString(putString(nil, attrName, name), attrS, v), attrType, attrIsString)
}

func attrTensor(name string, tensor []byte) attribute {
	return putInt(putBytes(putString(nil, attrName, name), attrT, tensor), attrType, attrIsTensor)
}

func attrIntList(name string, vs ...int) attribute {
	b := putString(nil, attrName, name)
	for _, v := range vs {
		b = putInt(b, attrInts, int64(v))
	}
	return putInt(b, attrType, attrIsInts)
}

func encodeNode(op operator, name string, inputs, outputs []string, attrs []attribute) []byte {
	var b []byte
	for _, in := range inputs {
		b = putString(b, nodeInput, in)
	}
	for _, out := range outputs {
		b = putString(b, nodeOutput, out)
	}
	b = putString(b, nodeName, name)
	b = putString(b, nodeOp, op.name)
	for _, a := range attrs {
		b = putBytes(b, nodeAttribute, a)
	}
	if op.domain != "" {
		b = putString(b, nodeDomain, op.domain)
	}
	return b
}

func tensorHead(name string, elem Elem, dims []int64) []byte {
	var b []byte
	for _, d := range dims {
		b = putInt(b, tensorDims, d)
	}
	return putString(putInt(b, tensorType, int64(elem)), tensorName, name)
}

// inlineTensor encodes a TensorProto with its elements, little endian.
func inlineTensor(name string, elem Elem, dims []int64, raw []byte) []byte {
	return putBytes(tensorHead(name, elem, dims), tensorRaw, raw)
}

// externalTensor encodes a TensorProto whose elements lie in a file.
func externalTensor(name string, elem Elem, dims []int64, entries [][2]string) []byte {
	b := tensorHead(name, elem, dims)
	for _, e := range entries {
		b = putBytes(b, tensorExternal, putString(putString(nil, entryKey, e[0]), entryValue, e[1]))
	}
	return putInt(b, tensorLocation, locationExternal)
}

// encodePort encodes a ValueInfoProto.
func encodePort(p port) []byte {
	tensor := putInt(nil, tensorElem, int64(p.elem))
	if p.shape != nil {
		var shape []byte
		for _, d := range p.shape {
			if d.Name != "" {
				shape = putBytes(shape, shapeDim, putString(nil, dimensionN, d.Name))
			} else {
				shape = putBytes(shape, shapeDim, putInt(nil, dimensionSize, d.Size))
			}
		}
		tensor = putBytes(tensor, tensorShape, shape)
	}
	return putBytes(putString(nil, infoName, p.name), infoType, putBytes(nil, typeTensor, tensor))
}

func encodeModel(b *builder) []byte {
	var graph []byte
	for _, n := range b.nodes {
		graph = putBytes(graph, graphNode, n)
	}
	graph = putString(graph, graphName, b.name)
	for _, t := range b.tensors {
		graph = putBytes(graph, graphInitializer, t)
	}
	for _, p := range b.inputs {
		graph = putBytes(graph, graphInput, encodePort(p))
	}
	for _, p := range b.outputs {
		graph = putBytes(graph, graphOutput, encodePort(p))
	}
	model := putString(putInt(nil, modelIR, irVersion), modelProducer, "descry")
	model = putBytes(model, modelGraph, graph)
	model = putBytes(model, modelOpset, putInt(putString(nil, opsetDomain, ""), opsetNumber, opsetVersion))
	return putBytes(model, modelOpset, putInt(putString(nil, opsetDomain, microsoftDomain), opsetNumber, microsoftVersion))
}
