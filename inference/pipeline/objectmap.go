package pipeline

import (
	"context"
	"slices"

	"descry/inference"
	"descry/inference/segment"
)

// objects is what the detector found last, and where.
type objects struct {
	key   string // the picture's content hash
	least float32
	found *inference.Instances
}

// of returns the objects of a picture down to a score, nil where they are not known.
func (o objects) of(p inference.Picture, least float32) *inference.Instances {
	if p.Key == "" || o.key != p.Key || o.least > least {
		return nil
	}
	found := *o.found
	found.Items = slices.DeleteFunc(slices.Clone(found.Items), func(i inference.Instance) bool { return i.Score < least })
	return &found
}

// objectsOf finds the objects of a picture. Where they serve two tasks, the
// detector runs on a picture once, whichever of the two comes first.
func (e *engine) objectsOf(ctx context.Context, p inference.Picture, o inference.InstanceOptions) (*inference.Instances, error) {
	if found := e.last.of(p, o.MinScore); found != nil {
		return found, nil
	}
	found, err := e.instances.run(ctx, p, o)
	if err == nil && e.set.MapsObjects() {
		e.last = objects{p.Key, o.MinScore, found}
	}
	return found, err
}

// objectMap makes a class map of the objects. All are asked for, since the
// instances task may want them next.
func (e *engine) objectMap(ctx context.Context, p inference.Picture) (*inference.Classes, error) {
	found := e.last.of(p, segment.LeastScore)
	if found == nil {
		var err error
		if found, err = e.objectsOf(ctx, p, inference.InstanceOptions{}); err != nil {
			return nil, err
		}
	}
	return segment.FromObjects(found)
}
