// Package readymade recognises ONNX models that somebody exported whole: what they
// compute, from their inputs and outputs. They are run as they are, unlike those of
// package arch, whose graphs are built over official weights.
package readymade

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"descry/internal/failure"
	"descry/internal/message"
	"descry/models/arch"
	"descry/models/onnx"
)

// Profile is a kind of ready-made ONNX model, by its exporter: what its inputs and
// outputs are.
type Profile string

const (
	// ProfileZoo is Mask R-CNN of the ONNX Model Zoo (MaskRCNN-10, -12, -12-int8,
	// -12-qdq, exported from maskrcnn-benchmark): one picture [3, h, w], BGR,
	// 0 … 255 without the mean, resized and padded by the caller; boxes in pixels
	// of the resized picture, labels 1 … 80, scores, masks [n, 1, 28, 28].
	ProfileZoo Profile = "zoo"
	// ProfileTorchvision is torchvision's Mask or Faster R-CNN through
	// torch.onnx.export: one picture [3, h, w] or [1, 3, h, w], RGB, 0 … 1; boxes in
	// its own pixels, labels, scores and, of Mask R-CNN, pasted masks [n, 1, h, w].
	ProfileTorchvision Profile = "torchvision"
	// ProfileSegmentation is torchvision's DeepLabV3, FCN or LR-ASPP through
	// torch.onnx.export: pixels [1, 3, h, w], normalised by the caller; logits
	// [1, classes, h, w].
	ProfileSegmentation Profile = "segmentation"
)

// Model is an ONNX file whose profile is known.
type Model struct {
	File    onnx.File
	Profile Profile
	Batch   bool // the input has a first dimension, of 1
	Width   int  // of the input, in pixels; 0: any
	Height  int
	Classes int // how many classes there are, the background included; 0: not known
	// The places of these among the file's outputs; −1 for none. Of a
	// segmentation model Logits alone is there.
	Boxes, Labels, Scores, Masks, Logits int
}

// ZooMaskSide is the side of the masks of ProfileZoo, in cells.
const ZooMaskSide = 28

// Bounds far above every published model.
const (
	mostSide    = 1 << 14 // pixels
	mostClasses = 1 << 16
)

// zooClasses are the Model Zoo's: the background and COCO's 80, numbered without
// gaps.
const zooClasses = 81

// Recognise finds out what an ONNX file computes from its inputs and
// outputs. A file of no known profile is refused, and the error lists both.
func Recognise(f onnx.File) (Model, error) {
	r := Model{File: f, Boxes: -1, Labels: -1, Scores: -1, Masks: -1, Logits: -1}
	wrong := r.input()
	if wrong == "" && !r.detections() && !r.logits() {
		wrong = "its outputs are neither boxes, labels and scores nor one map of class logits"
	}
	if wrong != "" {
		return r, failure.New(failure.Model, "load", f.Path, "this ONNX model is of no known kind: %s (%s)", wrong, interfaceOf(f)).WithHint("Known are the Model Zoo's Mask R-CNN and torchvision's Mask R-CNN, Faster R-CNN, DeepLabV3 and FCN, exported by torch.onnx.export with dynamo=False.")
	}
	r.choose()
	return r, nil
}

// input reads the input of the model, and returns what is wrong with it.
func (r *Model) input() string {
	if len(r.File.Inputs) != 1 {
		return fmt.Sprintf("it has %d inputs instead of one picture", len(r.File.Inputs))
	}
	in := r.File.Inputs[0]
	if in.Elem != onnx.Float {
		return fmt.Sprintf("its input %q is not of type float", in.Name)
	}
	shape := in.Shape
	if len(shape) == 4 && (shape[0].Size == 1 || shape[0].Size < 1) {
		r.Batch, shape = true, shape[1:]
	}
	if len(shape) != 3 || shape[0].Size != 3 && shape[0].Size > 0 {
		return fmt.Sprintf("its input %q has the shape %s instead of [3, height, width]", in.Name, dimsText(in.Shape))
	}
	for i, side := range []*int{&r.Height, &r.Width} {
		if n := shape[i+1].Size; shape[i+1].Name == "" && n > 0 {
			if n > mostSide {
				return fmt.Sprintf("its input is %d pixels long, which no model's is", n)
			}
			*side = int(n)
		}
	}
	if (r.Width > 0) != (r.Height > 0) {
		return fmt.Sprintf("its input %q has one side fixed and one free", in.Name)
	}
	return ""
}

// role is what one output of a detector is, by type and rank; where the file does
// not state its rank, by its place in torchvision's order.
type role struct {
	elem  onnx.Elem
	ranks []int
	place int
	into  func(*Model) *int
}

var roles = []role{
	{onnx.Float, []int{2}, 0, func(r *Model) *int { return &r.Boxes }},
	{onnx.Int64, []int{1}, 1, func(r *Model) *int { return &r.Labels }},
	{onnx.Float, []int{1}, 2, func(r *Model) *int { return &r.Scores }},
	{onnx.Float, []int{3, 4}, 3, func(r *Model) *int { return &r.Masks }},
}

// detections looks for boxes, labels, scores and, where there are any, masks.
func (r *Model) detections() bool {
	if len(r.File.Outputs) < 3 || len(r.File.Outputs) > 4 {
		return false
	}
	for i, out := range r.File.Outputs {
		role := slices.IndexFunc(roles, func(role role) bool {
			return role.elem == out.Elem && (slices.Contains(role.ranks, len(out.Shape)) || out.Shape == nil && role.place == i)
		})
		if role < 0 || *roles[role].into(r) >= 0 {
			return false
		}
		*roles[role].into(r) = i
	}
	return r.Boxes >= 0 && r.Labels >= 0 && r.Scores >= 0
}

// logits looks for a map of class logits: the output "out", or the first.
func (r *Model) logits() bool {
	r.Boxes, r.Labels, r.Scores, r.Masks = -1, -1, -1, -1
	for i, out := range r.File.Outputs {
		if out.Elem == onnx.Float && (len(out.Shape) == 4 || out.Shape == nil) && (i == 0 || out.Name == "out") {
			r.Logits = i
		}
	}
	return r.Logits >= 0 && len(r.File.Outputs) <= 2 && r.Batch
}

// choose sets the profile and the classes.
func (r *Model) choose() {
	r.Classes = classesOf(r.File.Weights)
	switch {
	case r.Logits >= 0:
		r.Profile = ProfileSegmentation
		if shape := r.File.Outputs[r.Logits].Shape; len(shape) == 4 && shape[1].Size > 0 {
			r.Classes = int(min(shape[1].Size, mostClasses))
		} else {
			r.Classes = 0 // the exporter names the dimension; the first run shows it
		}
	case r.Masks >= 0 && !r.Batch && r.smallMasks():
		if r.Profile = ProfileZoo; r.Classes == 0 {
			r.Classes = zooClasses
		}
	default:
		r.Profile = ProfileTorchvision
	}
}

// smallMasks reports whether masks are of 28 × 28 cells, or the input has the
// Model Zoo's name where their size is not stated.
func (r *Model) smallMasks() bool {
	shape := r.File.Outputs[r.Masks].Shape
	if n := len(shape); n > 0 && shape[n-1].Size > 0 && shape[n-2].Size > 0 {
		return shape[n-1].Size == ZooMaskSide && shape[n-2].Size == ZooMaskSide && r.Width != ZooMaskSide
	}
	return r.File.Inputs[0].Name == "image" && r.Classes == zooClasses
}

// classesOf reads the number of classes from the weights of a detector's box
// predictor: a matrix to n scores and one to 4n deltas, from equally many
// features, named so or alone in it.
func classesOf(weights []onnx.Tensor) int {
	type matrix struct{ out, in int64 }
	have, named := map[matrix]bool{}, map[int64]bool{}
	for _, t := range weights {
		if len(t.Dims) != 2 {
			continue
		}
		for _, m := range []matrix{{t.Dims[0], t.Dims[1]}, {t.Dims[1], t.Dims[0]}} {
			have[m] = true
			if strings.Contains(t.Name, "cls_score.weight") {
				named[m.out] = true
			}
		}
	}
	found := map[int64]bool{}
	for m := range have {
		if m.out > 1 && m.out < mostClasses && m.in > 1 && have[matrix{4 * m.out, m.in}] && (len(named) == 0 || named[m.out]) {
			found[m.out] = true
		}
	}
	if len(found) != 1 {
		return 0
	}
	return int(slices.Collect(maps.Keys(found))[0])
}

// Task returns what the model does.
func (r Model) Task() string {
	if r.Profile == ProfileSegmentation {
		return arch.TaskClasses
	}
	return arch.TaskInstances
}

// Title names the model for people.
func (r Model) Title() string {
	title := map[Profile]string{
		ProfileZoo: "Mask R-CNN of the ONNX Model Zoo", ProfileTorchvision: "Mask R-CNN of torchvision, exported by torch.onnx.export",
		ProfileSegmentation: "a segmenter of torchvision, exported by torch.onnx.export",
	}[r.Profile]
	if r.Profile == ProfileTorchvision && r.Masks < 0 {
		title = strings.Replace(title, "Mask", "Faster", 1)
	}
	if r.Classes > 0 {
		title += fmt.Sprintf(", %d classes", r.Classes)
	}
	if r.Width > 0 {
		title += fmt.Sprintf(", for pictures of %d × %d alone", r.Width, r.Height)
	}
	return title
}

// Category returns COCO's number for a label of the model: of 81 classes numbered
// without gaps it is another.
func (r Model) Category(label int) int {
	if r.Classes != zooClasses {
		return label
	}
	if ids := slices.Sorted(maps.Keys(arch.COCOLabels)); label >= 1 && label <= len(ids) {
		return ids[label-1]
	}
	return label
}

// COCO reports whether labels are COCO's: there are 81 or 91 classes, or their number
// is not known.
func (r Model) COCO() bool {
	return r.Classes == 0 || r.Classes == zooClasses || r.Classes == arch.COCOClasses
}

// interfaceOf lists inputs and outputs for people.
func interfaceOf(f onnx.File) string {
	list := func(ports []onnx.Port) string {
		var all []string
		for _, p := range ports[:min(len(ports), 6)] {
			all = append(all, fmt.Sprintf("%.40q %s", p.Name, dimsText(p.Shape)))
		}
		if len(ports) > 6 {
			all = append(all, "…")
		}
		return strings.Join(all, ", ")
	}
	return message.Sprintf("inputs %s; outputs %s", list(f.Inputs), list(f.Outputs))
}

// dimsText is a shape for people.
func dimsText(shape []onnx.Dim) string {
	if shape == nil {
		return message.Sprintf("of any shape")
	}
	all := make([]string, len(shape))
	for i, d := range shape {
		switch {
		case d.Name != "":
			all[i] = fmt.Sprintf("%.20s", d.Name)
		case d.Size < 0:
			all[i] = "?"
		default:
			all[i] = fmt.Sprint(d.Size)
		}
	}
	return "[" + strings.Join(all, ", ") + "]"
}
