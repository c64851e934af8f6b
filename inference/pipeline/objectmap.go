package pipeline

import (
	"context"

	"descry/inference"
	"descry/inference/segment"
)

// objects is what the detector found last, and where.
type objects struct {
	key   string // the picture's content hash
	least float32
	found *inference.Instances
}

// of gives the objects of a picture down to the score that a class map needs, nil
// where they are not known.
func (o objects) of(p inference.Picture) *inference.Instances {
	if p.Key == "" || o.key != p.Key || o.least > segment.LeastScore {
		return nil
	}
	return o.found
}

// objectMap makes a class map of the objects. The detector runs only where it has
// not just looked at this picture for the instances task.
func (e *engine) objectMap(ctx context.Context, p inference.Picture) (*inference.Classes, error) {
	found := e.last.of(p)
	if found == nil {
		var err error
		if found, err = e.Instances(ctx, p, inference.InstanceOptions{MinScore: segment.LeastScore}); err != nil {
			return nil, err
		}
	}
	return segment.FromObjects(found)
}
