package pipeline

import (
	"descry/internal/failure"
	"descry/models"
	"descry/models/arch"
	"descry/models/onnx"
)

// newReadymadeClasses opens an ONNX file with a segmenter, which is given what
// torchvision's preset for it gives (SegmentationPreset in transforms/_presets.py).
func newReadymadeClasses(h how, spec *models.ClassesSpec) (*classesModel, error) {
	what, err := recognised(spec.Common)
	if err != nil {
		return nil, err
	}
	if what.Profile != arch.ProfileSegmentation {
		return nil, failure.New(failure.Model, "load", spec.Weights, "this ONNX model finds objects and gives no classes of pixels").WithHint("Name it under instances.")
	}
	if what.Classes > mostClasses {
		return nil, failure.New(failure.Model, "load", spec.Weights, "the model has %d classes; a class map holds %d", what.Classes, mostClasses)
	}
	config := arch.SegmenterDefaults()
	m := &classesModel{spec: spec, config: config, table: arch.Lookup(config.Mean, config.Std), fixed: [2]int{what.Width, what.Height}}
	m.labels = m.names(what.Classes) // none: the first run tells how many there are
	f := what.File
	graph := onnx.Model{Path: f.Path, Inputs: []string{f.Inputs[0].Name}, Outputs: []string{f.Outputs[what.Logits].Name}}
	m.session, err = h.lib.NewSession(graph, h.on(partClasses).options(f.Path, prepackClasses))
	if err != nil {
		return nil, err
	}
	return m, nil
}
