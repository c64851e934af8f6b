package pipeline

import (
	"context"

	"descry/inference"
	"descry/inference/ort"
	"descry/internal/failure"
	"descry/models"
)

// instancesModel finds objects.
type instancesModel struct{}

// newInstances refuses: this build has no detector yet.
func newInstances(_ *ort.Library, spec *models.InstancesSpec, _ string, _ int) (*instancesModel, error) {
	return nil, failure.New(failure.Model, "load", spec.Weights, "this build cannot find objects", "")
}

func (*instancesModel) run(context.Context, inference.Picture, inference.InstanceOptions) (*inference.Instances, error) {
	return nil, nil
}

func (*instancesModel) close() error { return nil }
