package pipeline

import (
	"descry/internal/failure"
	"descry/models"
	"descry/models/arch"
	"descry/models/onnx"
)

// newReadymadeClasses opens an ONNX file with a segmenter, whose input
// is made as torchvision's preset makes it (SegmentationPreset in transforms/_presets.py).
func newReadymadeClasses(sessions sessionConfig, spec *models.ClassesSpec) (*classesModel, error) {
	what, err := recognised(spec.Common)
	if err != nil {
		return nil, err
	}
	if what.Task() != arch.TaskClasses {
		return nil, failure.New(failure.Model, "load", spec.Weights, "this ONNX model finds objects and makes no class maps").WithHint("Name it under instances.")
	}
	if what.Classes > mostClasses {
		return nil, failure.New(failure.Model, "load", spec.Weights, "the model has %d classes; a class map holds %d", what.Classes, mostClasses)
	}
	config := arch.SegmenterDefaults()
	m := &classesModel{spec: spec, config: config, table: arch.Lookup(config.Mean, config.Std), fixed: [2]int{what.Width, what.Height}}
	m.labels = m.names(what.Classes) // none: the first run shows how many there are
	f := what.File
	graph := onnx.Model{Path: f.Path, Inputs: []string{f.Inputs[0].Name}, Outputs: []string{f.Outputs[what.Logits].Name}}
	m.session, err = sessions.lib.NewSession(graph, sessions.on(partClasses).options(f.Path, prepackClasses))
	if err != nil {
		return nil, err
	}
	return m, nil
}
