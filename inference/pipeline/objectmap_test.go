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
		ctx, runs := counted()
		got, err := e.Classes(ctx, p)
		if err != nil {
			t.Fatal(err)
		}
		if got.From != inference.TaskInstances || !slices.Equal(got.Map, want.Map) || !slices.Equal(got.Labels, want.Labels) {
			t.Errorf("picture %q: from %q, labels %q", key, got.From, got.Labels)
		}
		if again := map[string]int{"a": 0, "b": 1, "": 1}; *runs != again[key] {
			t.Errorf("picture %q: the detector ran %d times", key, *runs)
		}
	}
}

// counted returns a context that counts how often the detector looks at a picture.
func counted() (context.Context, *int) {
	runs := new(int)
	return WithTrace(context.Background(), func(stage Stage, _ []int64, _ []float32) {
		if stage == StageInstancePixels {
			*runs++
		}
	}), runs
}

func TestObjectsAboveAHigherScoreAreNotEnoughForAMap(t *testing.T) {
	e, p := objectsOnly(t), drawn(131, 97)
	p.Key = "a"
	ctx, runs := counted()
	if found, err := e.Instances(ctx, p, inference.InstanceOptions{MinScore: 1.5}); err != nil || len(found.Items) != 0 {
		t.Fatalf("%v, %d objects; the test shows nothing", err, len(found.Items))
	}
	if got, err := e.Classes(ctx, p); err != nil || *runs != 2 || got.Pixels[0] == len(got.Map) {
		t.Errorf("%v, the detector ran %d times", err, *runs)
	}
}

func TestTheDetectorLooksOnceWhicheverTaskComesFirst(t *testing.T) {
	e, p := objectsOnly(t), drawn(131, 97)
	want, err := e.Instances(context.Background(), p, inference.InstanceOptions{MinScore: 0.4})
	if err != nil {
		t.Fatal(err)
	}
	p.Key = "a"
	ctx, runs := counted()
	if _, err := e.Classes(ctx, p); err != nil {
		t.Fatal(err)
	}
	got, err := e.Instances(ctx, p, inference.InstanceOptions{MinScore: 0.4})
	if err != nil || *runs != 1 || len(got.Items) != len(want.Items) {
		t.Fatalf("%v, the detector ran %d times, %d objects, want %d", err, *runs, len(got.Items), len(want.Items))
	}
	for i := range want.Items {
		if got.Items[i].Score != want.Items[i].Score || got.Items[i].Label != want.Items[i].Label {
			t.Errorf("object %d is %s %g, want %s %g", i, got.Items[i].Label, got.Items[i].Score, want.Items[i].Label, want.Items[i].Score)
		}
	}
	if all, err := e.Instances(ctx, p, inference.InstanceOptions{}); err != nil || *runs != 1 || len(all.Items) < len(got.Items) {
		t.Errorf("%v, the detector ran %d times, %d objects", err, *runs, len(all.Items))
	}
}
