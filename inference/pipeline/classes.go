package pipeline

import (
	"context"

	"descry/inference"
	"descry/inference/ort"
	"descry/internal/failure"
	"descry/models"
)

// classesModel gives each pixel a class.
type classesModel struct{}

// newClasses refuses: this build has no segmentation yet.
func newClasses(_ *ort.Library, spec *models.ClassesSpec, _ string, _ int) (*classesModel, error) {
	return nil, failure.New(failure.Model, "load", spec.Weights, "this build cannot tell the classes of pixels", "")
}

func (*classesModel) run(context.Context, inference.Picture) (*inference.Classes, error) {
	return nil, nil
}

func (*classesModel) close() error { return nil }
