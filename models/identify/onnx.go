package identify

import (
	"fmt"
	"os"
	"sort"
	"strings"

	"descry/internal/failure"
	"descry/models"
	"descry/models/arch"
	"descry/models/onnx"
	"descry/models/weights"
)

// onnxTypes names the element types of ONNX as weights.DType does.
var onnxTypes = map[onnx.Elem]weights.DType{
	onnx.Float: weights.F32, onnx.Half: weights.F16, onnx.BFloat: weights.BF16, onnx.Double: weights.F64, onnx.Int64: weights.I64,
	onnx.Int32: "I32", onnx.Uint8: "U8", onnx.Bool: "BOOL",
}

// identifyONNX says what a ready-made ONNX file computes, by its inputs and
// outputs.
func identifyONNX(path string) (Report, error) {
	f, err := onnx.ReadFile(path)
	if err != nil {
		return Report{}, err
	}
	r := Report{Path: path, Container: fmt.Sprintf("ONNX, opset %d", f.Opset)}
	if f.Producer != "" {
		r.Container += ", made by " + clean(f.Producer)
	}
	if info, err := os.Stat(path); err == nil {
		r.Bytes = info.Size()
	}
	r.countONNX(f)
	known, err := arch.RecogniseReadymade(f)
	if err != nil {
		r.Verdict = "No model that Descry can run: " + message(err) + "."
		if x := failure.Of(err, failure.Model); !x.Hint.IsZero() {
			r.Verdict += " " + x.Hint.String()
		}
		return r, nil
	}
	r.Architecture, r.Task, r.Title = models.Readymade, "instances", profileTitle(known)
	if known.Profile == arch.ProfileSegmentation {
		r.Task = "classes"
	}
	r.Verdict = r.Title + ": its inputs and outputs are those of a kind that Descry runs as it is."
	return r, nil
}

// profileTitle names a ready-made model for people.
func profileTitle(m arch.Readymade) string {
	title := map[arch.Profile]string{
		arch.ProfileZoo: "Mask R-CNN of the ONNX Model Zoo", arch.ProfileTorchvision: "Mask R-CNN of torchvision, exported by torch.onnx.export",
		arch.ProfileSegmentation: "a segmenter of torchvision, exported by torch.onnx.export",
	}[m.Profile]
	if m.Profile == arch.ProfileTorchvision && m.Masks < 0 {
		title = strings.Replace(title, "Mask", "Faster", 1)
	}
	if m.Classes > 0 {
		title += fmt.Sprintf(", %d classes", m.Classes)
	}
	if m.Width > 0 {
		title += fmt.Sprintf(", for pictures of %d × %d alone", m.Width, m.Height)
	}
	return title
}

// countONNX sums up the initialisers. What a shape that no memory holds would
// need is not added up.
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

// mostElements bounds what one tensor counts for.
const mostElements = 1 << 40

// elements multiplies dimensions, 0 where they make no sense.
func elements(dims []int64) int64 {
	n := int64(1)
	for _, d := range dims {
		if d <= 0 || n > mostElements/d {
			return 0
		}
		n *= d
	}
	return n
}

// sortTypes puts the types into the report, by falling bytes.
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
