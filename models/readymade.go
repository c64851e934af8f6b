package models

import (
	"path/filepath"
	"strings"

	"descry/internal/failure"
	"descry/models/arch"
	"descry/models/onnx"
	"descry/models/readymade"
)

// isONNX reports whether path has the extension of an ONNX file.
func isONNX(path string) bool { return strings.EqualFold(filepath.Ext(path), ".onnx") }

// loadONNX returns a model set of one ready-made ONNX file.
func loadONNX(path string) (*Set, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, failure.Wrap(failure.Model, "load", path, err, "")
	}
	f, err := onnx.ReadFile(abs)
	if err != nil {
		return nil, err
	}
	what, err := readymade.Recognise(f)
	if err != nil {
		return nil, err
	}
	set := &Set{Name: strings.TrimSuffix(filepath.Base(abs), filepath.Ext(abs)), Dir: filepath.Dir(abs)}
	common := Common{Set: set.Name, Architecture: arch.NameReadymade, Weights: abs}
	if what.Task() == arch.TaskClasses {
		set.Classes = &ClassesSpec{Common: common}
	} else {
		set.Instances = &InstancesSpec{Common: common, BoxesOnly: what.Masks < 0}
	}
	return set, nil
}

// lookIntoONNX records whether a ready-made detector produces masks. A damaged or
// unknown file is reported at its first use, as all weights are.
func (s *Set) lookIntoONNX() {
	if s.Instances == nil || s.Instances.Architecture != arch.NameReadymade {
		return
	}
	f, err := onnx.ReadFile(s.Instances.Weights)
	if err != nil {
		return
	}
	if what, err := readymade.Recognise(f); err == nil {
		s.Instances.BoxesOnly = what.Masks < 0
	}
}
