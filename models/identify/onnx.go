package identify

import (
	"fmt"
	"os"
	"sort"
	"strings"

	"descry/internal/failure"
	"descry/internal/message"
	"descry/models/arch"
	"descry/models/onnx"
	"descry/models/readymade"
	"descry/models/weights"
)

// onnxTypes names the element types of ONNX as weights.DType does.
var onnxTypes = map[onnx.Elem]weights.DType{
	onnx.Float: weights.F32, onnx.Half: weights.F16, onnx.BFloat: weights.BF16, onnx.Double: weights.F64, onnx.Int64: weights.I64,
	onnx.Int32: "I32", onnx.Uint8: "U8", onnx.Bool: "BOOL",
}

// identifyONNX determines what a ready-made ONNX file computes from its inputs and
// outputs.
func identifyONNX(path string) (Report, error) {
	f, err := onnx.ReadFile(path)
	if err != nil {
		return Report{}, err
	}
	r := Report{Path: path, Container: message.Sprintf("ONNX, opset %d", f.Opset)}
	if f.Producer != "" {
		r.Container = message.Sprintf("ONNX, opset %d, made by %s", f.Opset, clean(f.Producer))
	}
	if info, err := os.Stat(path); err == nil {
		r.Bytes = info.Size()
	}
	r.countONNX(f)
	known, err := readymade.Recognise(f)
	if err != nil {
		r.Verdict = message.Sprintf("No model that Descry can run: %s.", clause(err))
		if x := failure.Of(err, failure.Model); !x.Hint.IsZero() {
			r.Verdict += " " + x.Hint.String()
		}
		return r, nil
	}
	r.Architecture, r.Task, r.Title = arch.NameReadymade, known.Task(), known.Title()
	r.Verdict = message.Sprintf("%s: its inputs and outputs are those of a kind that Descry runs as it is.", r.Title)
	return r, nil
}

// countONNX adds up the initialisers. It skips shapes that are too large for any memory.
func (r *Report) countONNX(f onnx.File) {
	byType := map[weights.DType]*TypeCount{}
	for _, t := range f.Weights {
		name, ok := onnxTypes[t.Elem]
		if !ok {
			name = weights.DType(fmt.Sprintf("type %d", t.Elem))
		}
		c := byType[name]
		if c == nil {
			c = &TypeCount{Type: string(name)}
			byType[name] = c
		}
		n := elements(t.Dims)
		c.Tensors++
		c.Bytes += n * name.Size()
		r.Tensors++
		if strings.HasPrefix(string(name), "F") || name == weights.BF16 {
			r.Parameters += n
		}
	}
	r.sortTypes(byType)
}

// maxElements is the largest number of elements of one tensor.
const maxElements = 1 << 40

// elements returns the product of dimensions, or 0 if they are invalid.
func elements(dims []int64) int64 {
	n := int64(1)
	for _, d := range dims {
		if d <= 0 || n > maxElements/d {
			return 0
		}
		n *= d
	}
	return n
}

// sortTypes adds the types to the report, by decreasing size.
func (r *Report) sortTypes(byType map[weights.DType]*TypeCount) {
	for _, c := range byType {
		r.Types = append(r.Types, *c)
	}
	sort.Slice(r.Types, func(i, k int) bool {
		if r.Types[i].Bytes != r.Types[k].Bytes {
			return r.Types[i].Bytes > r.Types[k].Bytes
		}
		return r.Types[i].Type < r.Types[k].Type
	})
}
