package readymade

import (
	"strings"
	"testing"

	"descry/models/onnx"
)

// port makes an input or output; a size of 0 is one that each run chooses.
func port(name string, elem onnx.Elem, sizes ...int64) onnx.Port {
	p := onnx.Port{Name: name, Elem: elem}
	for _, n := range sizes {
		d := onnx.Dim{Size: n}
		if n == 0 {
			d = onnx.Dim{Size: -1, Name: "any"}
		}
		p.Shape = append(p.Shape, d)
	}
	return p
}

// predictor are the weights that tell the number of classes.
func predictor(classes int64) []onnx.Tensor {
	return []onnx.Tensor{
		{Name: "fc6", Dims: []int64{1024, 12544}}, {Name: "fc7", Dims: []int64{1024, 1024}},
		{Name: "1", Dims: []int64{1024, classes}}, {Name: "2", Dims: []int64{4 * classes, 1024}},
	}
}

func TestReadymadeModelsAreRecognisedByWhatGoesInAndOut(t *testing.T) {
	boxes, labels, scores := port("6568", onnx.Float, 0, 4), port("6570", onnx.Int64, 0), port("6572", onnx.Float, 0)
	zoo := onnx.File{
		Inputs: []onnx.Port{port("image", onnx.Float, 3, 0, 0)}, Weights: predictor(81),
		Outputs: []onnx.Port{boxes, labels, scores, port("6887", onnx.Float, 0, 1, 28, 28)},
	}
	vision := onnx.File{
		Inputs: []onnx.Port{port("images_tensors", onnx.Float, 3, 0, 0)}, Weights: predictor(91),
		Outputs: []onnx.Port{boxes, labels, scores, port("masks", onnx.Float, 0, 1, 0, 0)},
	}
	fixed := vision
	fixed.Inputs = []onnx.Port{port("images", onnx.Float, 1, 3, 224, 320)}
	faster := vision
	faster.Outputs = vision.Outputs[:3]
	untold := vision // old exporters state no shapes
	untold.Outputs = []onnx.Port{{Name: "a", Elem: onnx.Float}, {Name: "b", Elem: onnx.Int64}, {Name: "c", Elem: onnx.Float}, {Name: "d", Elem: onnx.Float}}
	zooUntold := zoo
	zooUntold.Outputs = untold.Outputs
	fcn := onnx.File{
		Inputs:  []onnx.Port{port("input", onnx.Float, 1, 3, 0, 0)},
		Outputs: []onnx.Port{port("out", onnx.Float, 1, 21, 0, 0), port("aux", onnx.Float, 1, 21, 0, 0)},
	}
	untoldFCN := fcn
	untoldFCN.Outputs = []onnx.Port{port("out", onnx.Float, 0, 0, 0, 0)}
	unnumbered := zoo
	unnumbered.Weights = nil
	for name, c := range map[string]struct {
		file          onnx.File
		profile       Profile
		classes       int
		batch         bool
		width, height int
		masks, logits int
	}{
		"the zoo's":                       {zoo, ProfileZoo, 81, false, 0, 0, 3, -1},
		"the zoo's without shapes":        {zooUntold, ProfileZoo, 81, false, 0, 0, 3, -1},
		"the zoo's, classes not told":     {unnumbered, ProfileZoo, 81, false, 0, 0, 3, -1},
		"torchvision's":                   {vision, ProfileTorchvision, 91, false, 0, 0, 3, -1},
		"torchvision's of one size":       {fixed, ProfileTorchvision, 91, true, 320, 224, 3, -1},
		"torchvision's without masks":     {faster, ProfileTorchvision, 91, false, 0, 0, -1, -1},
		"torchvision's without shapes":    {untold, ProfileTorchvision, 91, false, 0, 0, 3, -1},
		"a segmenter, classes not told":   {untoldFCN, ProfileSegmentation, 0, true, 0, 0, -1, 0},
		"a segmenter with its second one": {fcn, ProfileSegmentation, 21, true, 0, 0, -1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := Recognise(c.file)
			if err != nil {
				t.Fatal(err)
			}
			if r.Profile != c.profile || r.Classes != c.classes || r.Batch != c.batch || r.Width != c.width || r.Height != c.height || r.Masks != c.masks || r.Logits != c.logits {
				t.Errorf("%+v, want %+v", r, c)
			}
		})
	}
}

func TestONNXModelsOfOtherKindsAreRefusedWithWhatTheyHave(t *testing.T) {
	in := []onnx.Port{port("x", onnx.Float, 1, 3, 0, 0)}
	for want, f := range map[string]onnx.File{
		"2 inputs":               {Inputs: append(in, in...), Outputs: []onnx.Port{port("out", onnx.Float, 1, 21, 0, 0)}},
		"not of type float":      {Inputs: []onnx.Port{port("x", onnx.Uint8, 1, 3, 0, 0)}},
		"[1, 1, 28, 28] instead": {Inputs: []onnx.Port{port("x", onnx.Float, 1, 1, 28, 28)}},
		"one side fixed":         {Inputs: []onnx.Port{port("x", onnx.Float, 3, 224, 0)}},
		"pixels long":            {Inputs: []onnx.Port{port("x", onnx.Float, 3, 1<<20, 1<<20)}},
		"neither boxes":          {Inputs: in, Outputs: []onnx.Port{port("logits", onnx.Float, 1, 1000)}},
		`"boxes" [any, 6]`:       {Inputs: in, Outputs: []onnx.Port{port("boxes", onnx.Float, 0, 6), port("n", onnx.Float, 0, 3), port("m", onnx.Float, 0, 3)}},
	} {
		f.Path = "model.onnx"
		if _, err := Recognise(f); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "model.onnx") {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func TestLabelsWithoutGapsAreGivenCOCOsNumbers(t *testing.T) {
	gapless := Model{Classes: 81}
	for label, id := range map[int]int{1: 1, 11: 11, 12: 13, 26: 28, 80: 90, 0: 0, 81: 81} {
		if got := gapless.Category(label); got != id {
			t.Errorf("label %d is COCO's %d, want %d", label, got, id)
		}
	}
	if got := (Model{Classes: 91}).Category(12); got != 12 {
		t.Errorf("label 12 of 91 is %d", got)
	}
}
