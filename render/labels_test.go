package render

import (
	"image"
	"math/rand/v2"
	"testing"
)

func TestLabelsStandBesideTheirBoxes(t *testing.T) {
	bounds, size := image.Rect(0, 0, 400, 300), image.Pt(60, 20)
	for name, c := range map[string]struct {
		box  image.Rectangle
		want image.Point // upper left corner of the label
	}{
		"above":                  {image.Rect(100, 100, 200, 200), image.Pt(100, 76)},
		"below at the top":       {image.Rect(100, 10, 200, 200), image.Pt(100, 204)},
		"moved in at the right":  {image.Rect(380, 100, 400, 200), image.Pt(340, 76)},
		"right of a column":      {image.Rect(0, 0, 50, 300), image.Pt(54, 0)},
		"left of a column":       {image.Rect(350, 0, 400, 300), image.Pt(286, 0)},
		"inside what fills":      {image.Rect(0, 0, 400, 300), image.Pt(4, 4)},
		"inside what is clipped": {image.Rect(-500, -500, 900, 900), image.Pt(4, 4)},
		"below what is clipped":  {image.Rect(-50, -50, 90, 90), image.Pt(0, 94)},
	} {
		got := placeLabels([]label{{size, c.box}}, bounds, 4)[0]
		if want := (image.Rectangle{c.want, c.want.Add(size)}); got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}

func TestALabelAvoidsOtherBoxes(t *testing.T) {
	boxes := []label{
		{image.Pt(60, 20), image.Rect(100, 100, 200, 200)},
		{image.Pt(60, 20), image.Rect(90, 40, 210, 98)}, // fills the place above the first
	}
	got := placeLabels(boxes, image.Rect(0, 0, 400, 300), 4)
	if got[0].Overlaps(boxes[1].box) || got[0] != image.Rect(100, 204, 160, 224) {
		t.Errorf("placed at %v", got[0])
	}
}

func TestLabelsWithoutRoomAreLeftOut(t *testing.T) {
	bounds := image.Rect(0, 0, 100, 40)
	for name, l := range map[string]label{
		"larger than the picture": {image.Pt(200, 10), image.Rect(0, 0, 50, 40)},
		"out of sight":            {image.Pt(20, 10), image.Rect(200, 0, 250, 40)},
		"hiding too much":         {image.Pt(40, 20), image.Rect(0, 0, 100, 40)},
		"no size":                 {image.Point{}, image.Rect(0, 0, 100, 40)},
	} {
		if got := placeLabels([]label{l}, bounds, 2)[0]; !got.Empty() {
			t.Errorf("%s: placed at %v", name, got)
		}
	}
	many := make([]label, 40)
	for i := range many {
		many[i] = label{image.Pt(24, 10), image.Rect(10, 10, 30, 30)}
	}
	placed := 0
	for _, r := range placeLabels(many, bounds, 2) {
		if !r.Empty() {
			placed++
		}
	}
	if placed < 8 || placed > 16 { // 16 is all that fit at best
		t.Errorf("%d of 40 labels placed", placed)
	}
}

// checkLabels fails if a label lies out of bounds or over another, or has
// another size than was asked for.
func checkLabels(t *testing.T, labels []label, bounds image.Rectangle, gap int) {
	t.Helper()
	placed := placeLabels(labels, bounds, gap)
	for i, r := range placed {
		if r.Empty() {
			continue
		}
		if !r.In(bounds) || r.Size() != labels[i].size {
			t.Fatalf("label %d of %v at %v of %v", i, labels[i], r, bounds)
		}
		if overlapsAny(r, placed[:i]) {
			t.Fatalf("label %d at %v lies over another of %v", i, r, placed[:i])
		}
	}
}

func TestLabelsNeverOverlapNorLeaveThePicture(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 400 {
		bounds := image.Rect(0, 0, 1+rng.IntN(900), 1+rng.IntN(900)).Add(image.Pt(rng.IntN(50), rng.IntN(50)))
		labels := make([]label, rng.IntN(60))
		for i := range labels {
			x, y := rng.IntN(1200)-200, rng.IntN(1200)-200
			labels[i] = label{image.Pt(rng.IntN(120), rng.IntN(30)), image.Rect(x, y, x+rng.IntN(400), y+rng.IntN(400))}
		}
		checkLabels(t, labels, bounds, rng.IntN(8))
	}
}

func FuzzPlaceLabels(f *testing.F) {
	f.Add([]byte{10, 10, 20, 20, 30, 10, 15, 15, 40, 40, 30, 10}, uint16(100), uint16(80), byte(3))
	f.Add([]byte{0, 0, 255, 255, 9, 3}, uint16(1), uint16(3000), byte(0))
	f.Fuzz(func(t *testing.T, data []byte, w, h uint16, gap byte) {
		var labels []label
		for ; len(data) >= 6 && len(labels) < 50; data = data[6:] {
			at := func(b byte) int { return int(int8(b)) * 8 }
			box := image.Rect(at(data[0]), at(data[1]), at(data[2]), at(data[3]))
			labels = append(labels, label{image.Pt(int(data[4]), int(data[5])), box})
		}
		checkLabels(t, labels, image.Rect(0, 0, int(w), int(h)), int(gap))
	})
}
