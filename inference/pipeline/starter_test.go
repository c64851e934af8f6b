package pipeline

import (
	"context"
	"math"
	"path/filepath"
	"testing"

	"descry/inference"
	"descry/inference/rle"
	"descry/models"
)

// reference is what PyTorch and torchvision 0.14 made of the starter's scenes.
type reference struct {
	Scenes []struct {
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
		Set: "starter", Weights: shared(tb, weights...), Config: shared(tb, "starter", "set", "maskrcnn", "config.json"),
	}}
}

func TestEveryObjectOfTheScenesIsFoundInEveryContainerAndNoMore(t *testing.T) {
	lib := runtimeLibrary(t)
	var want reference
	readJSON(t, shared(t, "starter", "reference.json"), &want)
	for _, c := range []struct {
		name    string
		weights []string
		score   float32 // that of fp32 weights is looked at as low as the model itself does
		near    float64 // how far half-precision weights may be from the score
	}{
		{"safetensors", []string{"starter", "set", "maskrcnn", "model.safetensors"}, 0.05, 1},
		{"zip", []string{"starter", "containers", "maskrcnn.model.pth"}, 0.05, 1},
		{"legacy", []string{"starter", "containers", "maskrcnn.model.legacy.pth"}, 0.3, 1},
		{"fp16 safetensors", []string{"starter", "containers", "maskrcnn.model.fp16.safetensors"}, 0.3, 50},
		{"fp16 zip", []string{"starter", "containers", "maskrcnn.model.fp16.pth"}, 0.3, 50},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, err := newInstances(lib, starterSpec(t, c.weights...), "cpu", 2)
			if err != nil {
				t.Fatal(err)
			}
			defer m.close()
			for _, s := range want.Scenes {
				got, err := m.run(context.Background(), scene(t, shared(t, "starter", "scenes", s.File)), inference.InstanceOptions{MinScore: c.score})
				if err != nil {
					t.Fatal(s.File, ": ", err)
				}
				n := 0
				for _, w := range s.Instances {
					if float32(w.Score) < c.score {
						continue
					}
					if n >= len(got.Items) {
						t.Errorf("%s: %s with score %.3f is missing", s.File, w.Label, w.Score)
						break
					}
					g := got.Items[n]
					n++
					mask := rle.Mask{Height: s.Height, Width: s.Width, Counts: w.Runs}
					if g.Label != w.Label || g.CategoryID != w.Category {
						t.Errorf("%s: object %d is %s, want %s", s.File, n, g.Label, w.Label)
						continue
					}
					if d := math.Abs(float64(g.Score) - w.Score); d > scoreBound*c.near {
						t.Errorf("%s: %s has score %.5f, want %.5f", s.File, w.Label, g.Score, w.Score)
					}
					for i := range w.Box {
						if d := math.Abs(float64(g.Box[i]) - w.Box[i]); d > boxBound*c.near {
							t.Errorf("%s: %s has box %v, want %v", s.File, w.Label, g.Box, w.Box)
							break
						}
					}
					if iou := rle.IoU(*g.Mask, mask); c.near == 1 && iou < maskBound {
						t.Errorf("%s: the mask of %s has IoU %.4f", s.File, w.Label, iou)
					}
				}
				if n != len(got.Items) {
					t.Errorf("%s: %d objects, want %d", s.File, len(got.Items), n)
				}
			}
		})
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
			m, err := newClasses(lib, &models.ClassesSpec{Common: models.Common{
				Set: "starter", Weights: shared(t, "starter", weights), Config: shared(t, "starter", "set", "deeplabv3", "config.json"),
			}}, "cpu", 2)
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
