package detect

import (
	"cmp"
	"compress/gzip"
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"

	"descry/inference/rle"
)

// reference holds torchvision's results, from tools/reference/detect.py.
type reference struct {
	Sizes   [][6]int // width, height, least, most, resized width, resized height
	Anchors struct {
		Grids [][2]int // height, width
		Boxes []float32
	}
	Coder struct {
		Reference, Deltas, RPN, Box []float32
	}
	Levels struct {
		Boxes  []float32
		Levels []int
	}
	Rescale     struct{ Boxes, Scaled []float32 }
	Suppression []struct {
		Boxes     []int // in 64ths of a pixel
		Scores    []int // in 200ths
		Classes   []int
		Threshold float64
		Kept      []int
	}
	Pasted struct {
		Width, Height int
		Boxes         []float32
		Masks         [][]int // in 255ths
		Runs          [][]uint32
	}
}

func readReference(tb testing.TB) reference {
	tb.Helper()
	f, err := os.Open("testdata/reference.json.gz")
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		tb.Fatal(err)
	}
	var r reference
	if err := json.NewDecoder(z).Decode(&r); err != nil {
		tb.Fatal(err)
	}
	return r
}

// boxesOf returns the boxes of numbers, four for each.
func boxesOf(numbers []float32) []Box {
	var all []Box
	for i := 0; i < len(numbers); i += 4 {
		all = append(all, Box(numbers[i:i+4]))
	}
	return all
}

// near compares boxes, with an error relative to their numbers.
func near(t *testing.T, what string, got, want []Box, bound float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d boxes, want %d", what, len(got), len(want))
	}
	for i, w := range want {
		for k := range w {
			if d := math.Abs(float64(got[i][k] - w[k])); !(d <= bound*(1+math.Abs(float64(w[k])))) {
				t.Errorf("%s: box %d is %v, want %v", what, i, got[i], w)
				break
			}
		}
	}
}

func TestResizedSizesAreTorchvisions(t *testing.T) {
	odd := 0
	for _, s := range readReference(t).Sizes {
		if w, h := Resized(s[0], s[1], s[2], s[3], SizeFloat32); w != s[4] || h != s[5] {
			t.Errorf("%d×%d becomes %d×%d, want %d×%d", s[0], s[1], w, h, s[4], s[5])
		}
		if w, h := Resized(s[0], s[1], s[2], s[3], SizeFloat64); w != s[4] || h != s[5] {
			odd++
		}
	}
	if odd == 0 {
		t.Error("no size distinguishes the two rules")
	}
	for _, c := range [][6]int{ // from the current release: float64
		{640, 480, 800, 1333, 1066, 800}, {640, 427, 800, 1333, 1199, 800}, {1920, 1080, 800, 1333, 1333, 749},
		{4032, 3024, 800, 1333, 1066, 800}, {2000, 500, 800, 1333, 1333, 333}, {770, 1000, 800, 1333, 799, 1038},
		{1, 3000, 256, 384, 1, 384}, {1, 1, 256, 384, 256, 256},
	} {
		if w, h := Resized(c[0], c[1], c[2], c[3], SizeFloat64); w != c[4] || h != c[5] {
			t.Errorf("%d×%d becomes %d×%d, want %d×%d", c[0], c[1], w, h, c[4], c[5])
		}
	}
	for n, want := range map[int]int{1: 32, 32: 32, 33: 64, 800: 800, 1066: 1088} {
		if got := Padded(n, 32); got != want {
			t.Errorf("%d is padded to %d, want %d", n, got, want)
		}
	}
}

func TestAnchorsAreTorchvisions(t *testing.T) {
	r := readReference(t).Anchors
	sizes := [][]float64{{32}, {64}, {24, 96}}
	ratios := [][]float64{{0.5, 1, 2}, {0.5, 1, 2}, {0.4, 1.7}}
	var got []Box
	for i, grid := range r.Grids {
		a := NewAnchors(sizes[i], ratios[i], grid[1], grid[0], 136, 104)
		for k := range a.Len() {
			got = append(got, a.At(k))
		}
	}
	near(t, "anchors", got, boxesOf(r.Boxes), 0)
}

func TestTheCoarsestLevelHasTheStrideOfItsMap(t *testing.T) {
	if a := NewAnchors([]float64{512}, []float64{1}, 17, 13, 1088, 800); a.StrideX != 64 || a.StrideY != 61 {
		t.Errorf("strides %d and %d, want 64 and 61", a.StrideX, a.StrideY)
	}
}

func TestDecodedBoxesAreTorchvisions(t *testing.T) {
	r := readReference(t).Coder
	for _, c := range []struct {
		name  string
		coder Coder
		want  []float32
	}{{"RPN", RPNCoder, r.RPN}, {"box head", BoxCoder, r.Box}} {
		var got []Box
		for i, b := range boxesOf(r.Reference) {
			got = append(got, c.coder.Decode(b, r.Deltas[4*i:]))
		}
		near(t, c.name, got, boxesOf(c.want), 2e-5)
	}
}

func TestLevelsAreTorchvisions(t *testing.T) {
	r := readReference(t).Levels
	boxes := boxesOf(r.Boxes)
	for i, b := range boxes {
		if got := PooledFrom(b); got != r.Levels[i] {
			t.Errorf("%v is pooled from map %d, want %d", b, got, r.Levels[i])
		}
	}
	g := Group(boxes)
	at := 0
	for level, numbers := range g.Boxes {
		for _, b := range boxesOf(numbers) {
			if i := g.Order[at]; boxes[i] != b || r.Levels[i] != level {
				t.Errorf("box %d of the groups is not box %d of map %d", at, i, level)
			}
			at++
		}
	}
	if at != len(boxes) {
		t.Errorf("%d boxes in groups, want %d", at, len(boxes))
	}
}

func TestRescaledBoxesAreTorchvisions(t *testing.T) {
	r := readReference(t).Rescale
	near(t, "boxes", Rescale(boxesOf(r.Boxes), 301, 255, 318, 270), boxesOf(r.Scaled), 1e-7)
}

func TestSuppressMatchesTorchvision(t *testing.T) {
	for _, c := range readReference(t).Suppression {
		boxes, scores := make([]Box, len(c.Scores)), make([]float32, len(c.Scores))
		for i := range boxes {
			scores[i] = float32(c.Scores[i]) / 200
			for k := range boxes[i] {
				boxes[i][k] = float32(c.Boxes[4*i+k]) / 64
			}
		}
		got := Suppress(boxes, scores, c.Classes, c.Threshold, len(boxes))
		first := Suppress(boxes, scores, c.Classes, c.Threshold, 10)
		if !slices.Equal(first, got[:10]) {
			t.Errorf("%d boxes: the first ten are %v, of all %v", len(boxes), first, got[:10])
		}
		if len(boxes) > loopAbove { // torch does not define the order of equal scores there
			slices.SortStableFunc(c.Kept, func(a, b int) int { return cmp.Or(c.Scores[b]-c.Scores[a], a-b) })
		}
		if !slices.Equal(got, c.Kept) {
			t.Errorf("%d boxes: %d stay, want %d, or in another order", len(boxes), len(got), len(c.Kept))
		}
	}
	if got := Suppress(nil, nil, nil, 0.5, 10); len(got) != 0 {
		t.Errorf("of no boxes %v stay", got)
	}
}

func TestTopKeepsTheOrderOfEqualScores(t *testing.T) {
	nan := float32(math.NaN())
	for _, c := range []struct {
		scores []float32
		k      int
		want   []int
	}{
		{[]float32{1, 3, 2, 3, 0}, 3, []int{1, 3, 2}},
		{[]float32{1, 1, 1, 1}, 2, []int{0, 1}},
		{[]float32{2, 1}, 9, []int{0, 1}},
		{[]float32{0, nan, 5}, 2, []int{1, 2}},
		{nil, 3, nil},
		{[]float32{1}, 0, nil},
	} {
		if got := top(c.scores, c.k); !slices.Equal(got, c.want) {
			t.Errorf("best %d of %v: %v, want %v", c.k, c.scores, got, c.want)
		}
	}
	scores := make([]float32, 5000)
	for i := range scores {
		scores[i] = float32(i * 7919 % 611)
	}
	if got, want := top(scores, 700), descending(scores)[:700]; !slices.Equal(got, want) {
		t.Error("the best 700 are not the first 700 of all in order")
	}
}

func TestPastedMasksAreTorchvisions(t *testing.T) {
	r := readReference(t).Pasted
	for i, box := range boxesOf(r.Boxes) {
		mask := make([]float32, len(r.Masks[i]))
		for k, v := range r.Masks[i] {
			mask[k] = float32(v) / 255
		}
		got := Paste(mask, 28, box, r.Width, r.Height)
		if err := got.Valid(); err != nil {
			t.Errorf("box %d: %v", i, err)
		}
		want := rle.Mask{Height: r.Height, Width: r.Width, Counts: r.Runs[i]}
		if !slices.Equal(got.Counts, want.Counts) {
			t.Errorf("box %d: %d pixels, want %d, IoU %.4f", i, got.Area(), want.Area(), rle.IoU(got, want))
		}
	}
}

func TestExtremeNumbersAreHarmless(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for _, box := range []Box{{nan, nan, nan, nan}, {-inf, -inf, inf, inf}, {-1e30, 0, 1e30, 1}, {5, 5, 1, 1}, {200, 200, 300, 300}} {
		if box == (Box{-inf, -inf, inf, inf}) || box[0] == -1e30 {
			box = box.clip(40, 30) // as every detection is
		}
		mask := Paste(make([]float32, 28*28), 28, box, 40, 30)
		if err := mask.Valid(); err != nil || mask.Area() != 0 {
			t.Errorf("%v: %v, %d pixels", box, err, mask.Area())
		}
		if level := PooledFrom(box); level < 0 || level >= PooledLevels {
			t.Errorf("%v is pooled from map %d", box, level)
		}
	}
	levels := []Level{{NewAnchors([]float64{8}, []float64{1}, 2, 2, 16, 16), []float32{nan, inf, 1, -inf}, make([]float32, 16)}}
	for _, b := range Proposals(levels, 16, 16, ProposalRule{PerLevel: 10, Total: 10, Threshold: 0.7}) {
		if b.small(minProposal) {
			t.Errorf("proposal %v", b)
		}
	}
	logits := []float32{nan, nan, nan, 0, 5, 5}
	for _, d := range Detections([]Box{{0, 0, 8, 8}, {4, 4, 12, 12}}, logits, make([]float32, 24), 3, 16, 16, DetectionRule{0.05, 0.5, 10}) {
		if d.Class == 0 || d.Score != d.Score {
			t.Errorf("detection %v", d)
		}
	}
}

func TestOneProposalMayYieldSeveralClasses(t *testing.T) {
	logits := []float32{0, 4, 4, -9}
	deltas := make([]float32, 16)
	deltas[4] = 1 // class 1 moves to the right: by 1/10 of the width
	got := Detections([]Box{{10, 10, 20, 20}}, logits, deltas, 4, 30, 30, DetectionRule{0.05, 0.5, 10})
	if len(got) != 2 || got[0].Class != 1 || got[1].Class != 2 || got[0].Box != (Box{11, 10, 21, 20}) || got[1].Box != (Box{10, 10, 20, 20}) {
		t.Errorf("%v", got)
	}
}

func BenchmarkPaste(b *testing.B) {
	mask := make([]float32, 28*28)
	for i := range mask {
		x, y := float64(i%28)-13.5, float64(i/28)-13.5
		mask[i] = float32(1 / (1 + math.Exp(math.Hypot(x, y)-10)))
	}
	for b.Loop() {
		Paste(mask, 28, Box{100.5, 200.25, 3100, 2300.75}, 4032, 3024)
	}
}

// BenchmarkProposals is the load of a picture of 800 × 1088 pixels.
func BenchmarkProposals(b *testing.B) {
	levels := make([]Level, 5)
	seed := uint32(1)
	random := func() float32 {
		seed = seed*1664525 + 1013904223
		return float32(seed>>8)/(1<<24) - 0.5
	}
	for i := range levels {
		step := 4 << i
		a := NewAnchors([]float64{float64(int(32) << i)}, []float64{0.5, 1, 2}, 1088/step, 800/step, 1088, 800)
		levels[i] = Level{Anchors: a, Logits: make([]float32, a.Len()), Deltas: make([]float32, 4*a.Len())}
		for k := range levels[i].Logits {
			levels[i].Logits[k] = 8 * random()
		}
		for k := range levels[i].Deltas {
			levels[i].Deltas[k] = random()
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		Proposals(levels, 1066, 800, ProposalRule{PerLevel: 1000, Total: 1000, Threshold: 0.7})
	}
}
