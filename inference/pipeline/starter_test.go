package pipeline

import (
	"context"
	"math"
	"path/filepath"
	"testing"

	"descry/inference"
	"descry/inference/rle"
	"descry/models"
	"descry/models/arch"
)

// reference is what PyTorch and torchvision 0.14 made of the starter's scenes.
type reference struct{ Scenes []referenceScene }

type referenceScene struct {
	File          string
	Width, Height int
	Instances     []struct {
		Label    string
		Category int `json:"category_id"`
		Score    float64
		Box      [4]float64
		Runs     []uint32 `json:"mask_over_half_rle"`
	}
	Classes struct {
		Size   [2]int
		Pixels map[string]int
		Map    []int `json:"map_rle"` // value, run, value, run, …
	}
}

// The bounds within which a result equals the reference.
const (
	boxBound   = 0.05 // pixels
	scoreBound = 1e-3
	maskBound  = 0.99  // IoU
	pixelBound = 0.999 // of a class map
)

// starterSpec is the starter's model for objects, with other weights.
func starterSpec(tb testing.TB, weights ...string) *models.InstancesSpec {
	tb.Helper()
	return &models.InstancesSpec{Common: models.Common{
		Set: "starter", Architecture: arch.NameMaskRCNN, Weights: shared(tb, weights...), Config: shared(tb, "starter", "set", "maskrcnn", "config.json"),
	}}
}

func TestEveryObjectOfTheScenesIsFoundInEveryContainerAndNoMore(t *testing.T) {
	lib := runtimeLibrary(t)
	var full, half reference
	readJSON(t, shared(t, "starter", "reference.json"), &full)
	// Half-precision weights are other weights: torchvision finds one object more
	// with them, so they have a reference of their own.
	readJSON(t, filepath.Join("testdata", "maskrcnn", "starter.fp16.json.gz"), &half)
	for _, c := range []struct {
		weights []string
		want    reference
		score   float32
	}{
		{[]string{"set", "maskrcnn", "model.safetensors"}, full, 0.05}, // as low as the model itself looks
		{[]string{"containers", "maskrcnn.model.pth"}, full, 0.3},
		{[]string{"containers", "maskrcnn.model.legacy.pth"}, full, 0.3},
		{[]string{"containers", "maskrcnn.model.fp16.safetensors"}, half, 0.3},
		{[]string{"containers", "maskrcnn.model.fp16.pth"}, half, 0.3},
	} {
		t.Run(filepath.Join(c.weights...), func(t *testing.T) {
			m, err := newInstances(sessionConfig{lib, "cpu", 2}, starterSpec(t, append([]string{"starter"}, c.weights...)...))
			if err != nil {
				t.Fatal(err)
			}
			defer m.close()
			for _, s := range c.want.Scenes {
				got, err := m.run(context.Background(), scene(t, shared(t, "starter", "scenes", s.File)), inference.InstanceOptions{MinScore: c.score})
				if err != nil {
					t.Fatal(s.File, ": ", err)
				}
				compareObjects(t, s, got.Items, c.score)
			}
		})
	}
}

// compareObjects compares what was found with the reference's objects of at
// least that score.
func compareObjects(t *testing.T, s referenceScene, got []inference.Instance, score float32) {
	t.Helper()
	n := 0
	for n < len(s.Instances) && float32(s.Instances[n].Score) >= score {
		n++
	}
	if len(got) != n {
		t.Errorf("%s: %d objects, want %d", s.File, len(got), n)
		return
	}
	for i, g := range got {
		w := s.Instances[i]
		if g.CategoryID != w.Category || w.Label != "" && g.Label != w.Label {
			t.Errorf("%s: object %d is %s, want %s", s.File, i, g.Label, w.Label)
		}
		if math.Abs(float64(g.Score)-w.Score) > scoreBound {
			t.Errorf("%s: %s has score %.5f, want %.5f", s.File, g.Label, g.Score, w.Score)
		}
		for k := range w.Box {
			if math.Abs(float64(g.Box[k])-w.Box[k]) > boxBound {
				t.Errorf("%s: %s has box %v, want %v", s.File, g.Label, g.Box, w.Box)
				break
			}
		}
		mask := rle.Mask{Height: s.Height, Width: s.Width, Counts: w.Runs}
		if iou := rle.IoU(*g.Mask, mask); iou < maskBound {
			t.Errorf("%s: the mask of %s has IoU %.4f", s.File, g.Label, iou)
		}
	}
}

func TestClassMapsOfTheScenesEqualTorchs(t *testing.T) {
	lib := runtimeLibrary(t)
	var want reference
	readJSON(t, shared(t, "starter", "reference.json"), &want)
	for _, weights := range []string{
		filepath.Join("set", "deeplabv3", "model.safetensors"),
		filepath.Join("containers", "deeplabv3.model.pth"),
		filepath.Join("containers", "deeplabv3.model.fp16.safetensors"),
	} {
		t.Run(weights, func(t *testing.T) {
			m, err := newClasses(sessionConfig{lib, "cpu", 2}, &models.ClassesSpec{Common: models.Common{
				Set: "starter", Architecture: "deeplabv3_resnet", Weights: shared(t, "starter", weights), Config: shared(t, "starter", "set", "deeplabv3", "config.json"),
			}})
			if err != nil {
				t.Fatal(err)
			}
			defer m.close()
			differ := 0
			for _, s := range want.Scenes {
				got, err := m.run(context.Background(), scene(t, shared(t, "starter", "scenes", s.File)))
				if err != nil {
					t.Fatal(s.File, ": ", err)
				}
				wrong, at := 0, 0
				for i := 0; i < len(s.Classes.Map); i += 2 {
					for _, class := range got.Map[at : at+s.Classes.Map[i+1]] {
						if int(class) != s.Classes.Map[i] {
							wrong++
						}
					}
					at += s.Classes.Map[i+1]
				}
				if at != len(got.Map) || float64(wrong) > (1-pixelBound)*float64(at) {
					t.Errorf("%s: %d of %d pixels differ", s.File, wrong, at)
				}
				differ += wrong
			}
			t.Logf("%d pixels differ", differ)
		})
	}
}
