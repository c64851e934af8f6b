package pipeline

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"descry/inference"
)

// lcg makes the whole numbers of tools/reference/detectors.py (Knuth's MMIX
// generator).
type lcg uint64

func newLCG(seed int) *lcg {
	r := lcg(uint64(seed)*2862933555777941757 + 3037000493)
	return &r
}

func (r *lcg) below(n int) int {
	*r = *r*6364136223846793005 + 1442695040888963407
	return int(uint64(*r) >> 33 % uint64(n))
}

// pictured is picture() of tools/reference/detectors.py: ramps, a texture, and
// twelve striped rectangles and ellipses.
func pictured(seed, w, h int) inference.Picture {
	p := inference.Picture{Name: "pictured", Width: w, Height: h, Pix: make([]byte, 3*w*h)}
	r := newLCG(seed)
	a, b := 1+r.below(4), 1+r.below(4)
	at := 0
	for y := range h {
		for x := range w {
			base := a*128*x/w + b*96*y/h + (x*y+seed)%13
			for c := range 3 {
				p.Pix[at] = byte(base + 40*c)
				at++
			}
		}
	}
	for range 12 {
		rw, rh := 1+r.below(w)/4, 1+r.below(h)/4
		cx, cy := r.below(w), r.below(h)
		round, stripe := r.below(2) == 1, 2+r.below(20)
		colour := [3]int{r.below(256), r.below(256), r.below(256)}
		for y := max(cy-rh, 0); y < min(cy+rh, h); y++ {
			for x := max(cx-rw, 0); x < min(cx+rw, w); x++ {
				dx, dy := (x-cx)*rh, (y-cy)*rw
				if round && dx*dx+dy*dy > rw*rh*rw*rh {
					continue
				}
				for c := range 3 {
					p.Pix[3*(y*w+x)+c] = byte(colour[c] + (x+2*y)/stripe%2*70)
				}
			}
		}
	}
	return p
}

// foundObjects is what torchvision found in one picture. What another rounding
// changes in torchvision itself is marked: an object that is loose may be absent
// or elsewhere in the order, a loose mask may lie a pixel off, and others may be
// there.
type foundObjects struct {
	Seed, Width, Height int
	Labels              []int
	Boxes, Scores       []float64
	Areas               []int     // nil: a detector without masks
	Columns             [][][]int // of each mask some columns: x, then runs, background first
	Loose, LooseMasks   []int
	Others              [][5]float64 // class, box
}

// The bounds between Descry and torchvision 0.14.1: pixels, probability, overlap.
const (
	twinBox   = 0.05
	twinScore = 1e-3
	twinIoU   = 0.995
)

// worst are the greatest differences of many pictures.
type worst struct {
	objects, masks  int
	flips, moved    int // where torchvision's own rounding decides
	box, score, iou float64
}

// compare compares what was found with what torchvision found, in order, and keeps
// the greatest differences.
func (w *worst) compare(t *testing.T, got *inference.Instances, p foundObjects) {
	t.Helper()
	at := 0
	for i, label := range p.Labels {
		for at < len(got.Items) && !p.is(got.Items[at], i) && p.other(got.Items[at]) {
			w.flips++
			at++
		}
		if at < len(got.Items) && p.is(got.Items[at], i) {
			w.object(t, got.Items[at], p, i)
			at++
			continue
		}
		if slices.Contains(p.Loose, i) {
			w.flips++
			continue
		}
		have := "nothing"
		if at < len(got.Items) {
			have = fmt.Sprintf("class %d, score %.5f, box %v", got.Items[at].CategoryID, got.Items[at].Score, got.Items[at].Box)
		}
		t.Errorf("%d × %d, object %d: %s; want class %d, score %.5f, box %v", p.Width, p.Height, i, have, label, p.Scores[i], p.Boxes[4*i:4*i+4])
		return
	}
	for ; at < len(got.Items) && p.other(got.Items[at]); at++ {
		w.flips++
	}
	if at < len(got.Items) {
		t.Errorf("%d × %d: %d objects more, the first %+v", p.Width, p.Height, len(got.Items)-at, got.Items[at])
	}
}

// is reports whether an object is number i of torchvision's, within the bounds.
func (p foundObjects) is(item inference.Instance, i int) bool {
	return item.CategoryID == p.Labels[i] && math.Abs(float64(item.Score)-p.Scores[i]) <= twinScore && within(item.Box, p.Boxes[4*i:4*i+4], twinBox)
}

// other reports whether an object is one that another rounding makes of loose ones.
func (p foundObjects) other(item inference.Instance) bool {
	const rounded = 0.02 // of the coordinates in the reference
	for _, i := range p.Loose {
		if p.is(item, i) {
			return true
		}
	}
	return slices.ContainsFunc(p.Others, func(o [5]float64) bool {
		return item.CategoryID == int(o[0]) && within(item.Box, o[1:], twinBox+rounded)
	})
}

// within reports whether no coordinate is further off.
func within(box [4]float32, want []float64, bound float64) bool {
	for k, v := range box {
		if !(math.Abs(float64(v)-want[k]) <= bound) {
			return false
		}
	}
	return true
}

// object takes the differences of one object.
func (w *worst) object(t *testing.T, item inference.Instance, p foundObjects, i int) {
	t.Helper()
	w.objects, w.score = w.objects+1, max(w.score, math.Abs(float64(item.Score)-p.Scores[i]))
	for k, v := range item.Box {
		w.box = max(w.box, math.Abs(float64(v)-p.Boxes[4*i+k]))
	}
	if (item.Mask == nil) != (p.Areas == nil) {
		t.Fatalf("a mask is there: %v, want %v", item.Mask != nil, p.Areas != nil)
	}
	if item.Mask == nil {
		return
	}
	if slices.Contains(p.LooseMasks, i) {
		w.moved++
		return
	}
	iou := columnIoU(item, p.Columns[i])
	if off := math.Abs(float64(item.Area - p.Areas[i])); iou < twinIoU || off > (1-twinIoU)*float64(p.Areas[i]) {
		t.Errorf("%d × %d, mask %d: IoU %.4f, %d pixels, want %d", p.Width, p.Height, i, iou, item.Area, p.Areas[i])
	}
	w.masks, w.iou = w.masks+1, min(w.iou, iou)
}

// report says what was compared.
func (w *worst) report(t *testing.T) {
	t.Helper()
	t.Logf("%d objects: boxes within %.4f px, scores within %.1e, %d masks with IoU of %.4f and more; %d flips and %d moved masks where torchvision's own rounding decides",
		w.objects, w.box, w.score, w.masks, w.iou, w.flips, w.moved)
}

// columnIoU is the overlap of a mask with the columns that are known of another:
// the column, then its runs, background first.
func columnIoU(item inference.Instance, columns [][]int) float64 {
	both, either := 0, 0
	for _, c := range columns {
		mine, theirs := column(item, c[0]), make([]bool, item.Mask.Height)
		y := 0
		for i, run := range c[1:] {
			for range run {
				theirs[y] = i%2 == 1
				y++
			}
		}
		for ; y < len(theirs); y++ {
			theirs[y] = len(c)%2 == 0
		}
		for y := range mine {
			if mine[y] && theirs[y] {
				both++
			}
			if mine[y] || theirs[y] {
				either++
			}
		}
	}
	if either == 0 {
		return 1
	}
	return float64(both) / float64(either)
}

// column is one column of an object's mask.
func column(item inference.Instance, x int) []bool {
	h := item.Mask.Height
	bits, at := make([]bool, h), 0
	for i, n := range item.Mask.Counts {
		from, to := max(at, x*h), min(at+int(n), (x+1)*h)
		for y := from; i%2 == 1 && y < to; y++ {
			bits[y-x*h] = true
		}
		at += int(n)
	}
	return bits
}
