package pipeline

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"testing"

	"descry/inference"
	"descry/inference/detect"
	"descry/inference/ort"
	"descry/inference/rle"
	"descry/internal/failure"
	"descry/models"
	"descry/models/arch"
)

// drawn is the picture that tools/reference/maskrcnn.py describes by a formula.
func drawn(w, h int) inference.Picture {
	p := inference.Picture{Name: "drawn", Width: w, Height: h, Pix: make([]byte, 3*w*h)}
	for i := range p.Pix {
		c, x, y := i%3, i/3%w, i/3/w
		v := (5*x + 3*y + 40*c) % 256
		if (x/9+y/7)%3 == 0 {
			v += 60 + 50*c
		}
		p.Pix[i] = byte((v + x*y%13) % 256)
	}
	return p
}

// stages is what torchvision computed, step by step.
type stages struct {
	Width, Height   int
	Resized, Padded [2]int // height, width
	Pixels          []float32
	Maps            [][]float32
	Proposals       []float32
	Boxes           []float32
	Scores          []float32
	Labels          []int
	Masks           []float32
	Runs            [][]uint32
}

// Which elements of the arrays the reference keeps.
const (
	everyPixel = 23
	everyMap   = 5
	everyMask  = 11
)

// tinyDetector opens one of the random models.
func tinyDetector(tb testing.TB, name string) *instancesModel {
	tb.Helper()
	m, err := newInstances(sessionConfig{runtimeLibrary(tb), ort.DeviceCPU, 1}, &models.InstancesSpec{Common: models.Common{
		Set: "tiny", Architecture: arch.NameMaskRCNN, Weights: filepath.Join("testdata", "maskrcnn", name+".safetensors"), Config: filepath.Join("testdata", "maskrcnn", name+".json"),
	}})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = m.close() })
	return m
}

func TestEachStageOfMaskRCNNEqualsTorchvisions(t *testing.T) {
	for _, name := range []string{"v1", "v2"} {
		var want struct{ Pictures []stages }
		readJSON(t, filepath.Join("testdata", "maskrcnn", name+".reference.json.gz"), &want)
		m := tinyDetector(t, name)
		for _, w := range want.Pictures {
			t.Run(fmt.Sprintf("%s %d×%d", name, w.Width, w.Height), func(t *testing.T) {
				compareStages(t, m, w)
			})
		}
	}
}

func compareStages(t *testing.T, m *instancesModel, w stages) {
	ctx, p := context.Background(), drawn(w.Width, w.Height)
	s, err := m.extract(ctx, p)
	if err != nil {
		t.Fatal(err)
	}
	if got := [2]int{s.height, s.width}; got != w.Resized {
		t.Fatalf("resized to %v, want %v", got, w.Resized)
	}
	if got := [2]int{s.padded[1], s.padded[0]}; got != w.Padded {
		t.Fatalf("padded to %v, want %v", got, w.Padded)
	}
	near(t, "pixels", resizedPlanes(p, m.table, s.width, s.height, s.padded[0], s.padded[1], 3), w.Pixels, everyPixel, 1e-5)
	for i, maps := range w.Maps {
		near(t, fmt.Sprintf("p%d", i+2), s.maps[i].Float32s(), maps, everyMap, 2e-3)
	}
	proposals := m.propose(s)
	nearProposals(t, proposals, w.Proposals)
	found, err := m.detect(ctx, s, proposals)
	if err != nil {
		t.Fatal(err)
	}
	masks, err := m.segment(ctx, s, found)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "masks", masks, w.Masks, everyMask, 5e-3)
	got, err := m.run(ctx, p, inference.InstanceOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Items) != len(w.Scores) {
		t.Fatalf("%d objects, want %d", len(got.Items), len(w.Scores))
	}
	for i, item := range got.Items {
		if item.CategoryID != w.Labels[i] {
			t.Errorf("object %d is a %d, want %d", i, item.CategoryID, w.Labels[i])
		}
		near(t, "box", item.Box[:], w.Boxes[4*i:4*i+4], 1, boxBound)
		near(t, "score", []float32{item.Score}, w.Scores[i:i+1], 1, scoreBound)
		want := rle.Mask{Height: w.Height, Width: w.Width, Counts: w.Runs[i]}
		if iou := rle.IoU(*item.Mask, want); iou < maskBound && want.Area() > 0 || item.Area-want.Area() > 3 {
			t.Errorf("mask %d: IoU %.4f, %d pixels, want %d", i, iou, item.Area, want.Area())
		}
	}
}

// near compares every n-th element of got with want.
func near(t *testing.T, what string, got, want []float32, every int, bound float64) {
	t.Helper()
	if n := (len(got) + every - 1) / every; n != len(want) {
		t.Fatalf("%s: %d values, want %d", what, n, len(want))
	}
	worst, at := 0.0, 0
	for i, w := range want {
		if d := math.Abs(float64(got[i*every] - w)); !(d <= worst) {
			worst, at = d, i
		}
	}
	if !(worst <= bound) {
		t.Errorf("%s: value %d is %v, want %v", what, at, got[at*every], want[at])
	}
}

// nearProposals compares boxes that are sorted by score, where those of nearly
// equal scores may have changed places.
func nearProposals(t *testing.T, got []detect.Box, want []float32) {
	t.Helper()
	const places, bound = 6, 1e-2
	if 4*len(got) != len(want) {
		t.Fatalf("%d proposals, want %d", len(got), len(want)/4)
	}
	for i := range got {
		w := detect.Box(want[4*i : 4*i+4])
		if !slices.ContainsFunc(got[max(i-places, 0):min(i+places+1, len(got))], func(g detect.Box) bool {
			for k := range g {
				if math.Abs(float64(g[k]-w[k])) > bound {
					return false
				}
			}
			return true
		}) {
			t.Errorf("proposal %d is %v, want %v", i, got[i], w)
		}
	}
}

func TestOddPicturesAreLookedAtWithoutHarm(t *testing.T) {
	m := tinyDetector(t, "v1")
	for _, size := range [][2]int{{1, 1}, {1, 3000}, {3000, 1}, {2, 3}, {700, 20}, {33, 1000}} {
		got, err := m.run(context.Background(), drawn(size[0], size[1]), inference.InstanceOptions{})
		if err != nil {
			t.Errorf("%d×%d: %v", size[0], size[1], err)
			continue
		}
		for _, item := range got.Items {
			if err := item.Mask.Valid(); err != nil || item.Mask.Width != size[0] || item.Mask.Height != size[1] {
				t.Errorf("%d×%d: mask %d×%d, %v", size[0], size[1], item.Mask.Width, item.Mask.Height, err)
			}
			if b := item.Box; b[0] < 0 || b[1] < 0 || b[2] > float32(size[0])+0.01 || b[3] > float32(size[1])+0.01 {
				t.Errorf("%d×%d: box %v leaves the picture", size[0], size[1], b)
			}
		}
	}
}

func TestOnlyObjectsOfTheScoreAskedForAreGiven(t *testing.T) {
	m := tinyDetector(t, "v1")
	all, err := m.run(context.Background(), drawn(131, 97), inference.InstanceOptions{})
	if err != nil {
		t.Fatal(err)
	}
	some, err := m.run(context.Background(), drawn(131, 97), inference.InstanceOptions{MinScore: 0.9})
	if err != nil {
		t.Fatal(err)
	}
	n := slices.IndexFunc(all.Items, func(i inference.Instance) bool { return i.Score < 0.9 })
	if n <= 0 || len(some.Items) != n {
		t.Fatalf("%d objects of 0.9 and more, want %d of %d", len(some.Items), n, len(all.Items))
	}
	for i, item := range some.Items {
		if item.Box != all.Items[i].Box || !slices.Equal(item.Mask.Counts, all.Items[i].Mask.Counts) {
			t.Errorf("object %d changed", i)
		}
	}
	none, err := m.run(context.Background(), drawn(131, 97), inference.InstanceOptions{MinScore: 2})
	if err != nil || none.Items == nil || len(none.Items) != 0 {
		t.Errorf("no object: %v, %v", none, err)
	}
}

func TestClassesAreNamedByTheSetThenTheConfigurationThenTheirNumbers(t *testing.T) {
	m := tinyDetector(t, "v1")
	want := []inference.Category{{ID: 1, Name: "one"}, {ID: 3, Name: "three"}}
	if got := m.categories(); !slices.Equal(got, want) {
		t.Errorf("categories %v, want %v", got, want)
	}
	if got := m.label(2); got != "class 2" {
		t.Errorf("class without a name is called %q", got)
	}
	m.spec.Categories = map[int]string{2: "two"}
	if got := m.label(2) + ", " + m.label(1); got != "two, class 1" {
		t.Errorf("names of the set: %q", got)
	}
}

func TestStoppedInstancesAndClassesSaySo(t *testing.T) {
	m, c := tinyDetector(t, "v1"), tinyClasses(t)
	_, err := m.run(cancelled(), drawn(64, 64), inference.InstanceOptions{})
	if f := failure.Of(err, failure.Model); f == nil || f.Kind != failure.Cancelled {
		t.Errorf("instances: %v", err)
	}
	_, err = c.run(cancelled(), drawn(64, 64))
	if f := failure.Of(err, failure.Model); f == nil || f.Kind != failure.Cancelled {
		t.Errorf("classes: %v", err)
	}
}
