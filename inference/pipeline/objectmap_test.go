package pipeline

import (
	"context"
	"path/filepath"
	"slices"
	"testing"

	"descry/inference"
	"descry/inference/segment"
	"descry/models"
)

// objectsOnly opens a set that has a detector and nothing else.
func objectsOnly(t *testing.T) inference.Engine {
	t.Helper()
	folder := filepath.Join("testdata", "maskrcnn")
	return opened(t, func(s *models.Set) {
		s.Caption = nil
		s.Instances = &models.InstancesSpec{Common: models.Common{
			Set: "tiny", Architecture: "maskrcnn_resnet_fpn", Weights: filepath.Join(folder, "v1.safetensors"), Config: filepath.Join(folder, "v1.json"),
		}}
	})
}

func TestASetWithObjectsOnlyMapsThem(t *testing.T) {
	e, p := objectsOnly(t), drawn(131, 97)
	p.Key = "a"
	if err := e.Load(context.Background(), inference.TaskClasses); err != nil {
		t.Fatal(err)
	}
	found, err := e.Instances(context.Background(), p, inference.InstanceOptions{MinScore: 0.3})
	if err != nil {
		t.Fatal(err)
	}
	want, err := segment.FromObjects(found)
	if err != nil {
		t.Fatal(err)
	}
	if want.Pixels[0] == len(want.Map) {
		t.Fatal("the picture has no objects; the test shows nothing")
	}
	for _, key := range []string{"a", "b", ""} { // known, another, unknown
		p.Key = key
		runs := 0
		got, err := e.Classes(WithTrace(context.Background(), func(stage Stage, _ []int64, _ []float32) {
			if stage == StageInstancePixels {
				runs++
			}
		}), p)
		if err != nil {
			t.Fatal(err)
		}
		if got.From != inference.TaskInstances || !slices.Equal(got.Map, want.Map) || !slices.Equal(got.Labels, want.Labels) {
			t.Errorf("picture %q: from %q, labels %q", key, got.From, got.Labels)
		}
		if again := map[string]int{"a": 0, "b": 1, "": 1}; runs != again[key] {
			t.Errorf("picture %q: the detector ran %d times", key, runs)
		}
	}
}

func TestObjectsAboveAHigherScoreAreNotEnoughForAMap(t *testing.T) {
	e, p := objectsOnly(t), drawn(131, 97)
	p.Key = "a"
	all, err := e.Classes(context.Background(), p)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Instances(context.Background(), p, inference.InstanceOptions{MinScore: 0.99}); err != nil {
		t.Fatal(err)
	}
	if got, err := e.Classes(context.Background(), p); err != nil || !slices.Equal(got.Pixels, all.Pixels) {
		t.Errorf("%v, %v, want %v", err, got.Pixels, all.Pixels)
	}
}
