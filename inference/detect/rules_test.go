package detect

import (
	"math"
	"slices"
	"testing"
)

// Equal scores are taken by place: of boxes that overlap the first stays, and
// those that stay keep their order. There are enough for an unstable sort to show.
func TestOfEqualScoresTheFirstStays(t *testing.T) {
	var boxes []Box
	var want []int
	for i := range 60 {
		x := float32(i/2) * 20
		boxes = append(boxes, Box{x, 0, x + 10, 10})
		if i%2 == 0 {
			want = append(want, i)
		}
	}
	scores := make([]float32, len(boxes))
	for i := range scores {
		scores[i] = 0.5
	}
	if got := Suppress(boxes, scores, make([]int, len(boxes)), 0.5, 100); !slices.Equal(got, want) {
		t.Errorf("%v stay, want %v", got, want)
	}
	scores[41] = 0.6 // a higher score than its twin's: now it is the one, and the first of all
	want = slices.Insert(slices.DeleteFunc(want, func(i int) bool { return i == 40 }), 0, 41)
	if got := Suppress(boxes, scores, make([]int, len(boxes)), 0.5, 100); !slices.Equal(got, want) {
		t.Errorf("%v stay, want %v", got, want)
	}
}

// Up to 1000 boxes torchvision moves the boxes of class k by k·(highest
// coordinate + 1), where small differences are rounded away; above, it does not.
func TestManyBoxesAreComparedWhereTheyAre(t *testing.T) {
	for _, c := range []struct {
		name   string
		high   float32 // highest coordinate
		extra  float32 // by which the second box covers more than half of the first
		boxes  int
		stays  bool
		margin float64
	}{
		{"moved by 8001", 8000, 2e-4, 1000, true, 0.5},
		{"not moved", 8000, 2e-4, 1001, false, 0.5},
		{"moved by 8192, where numbers lie twice as far apart", 8191, 4e-4, 10, true, 0.5},
		{"moved by 8190", 8189, 4e-4, 10, false, 0.5},
	} {
		boxes, scores, classes := []Box{{0, 0, 1, 1}, {0, 0, 1, 0.5 + c.extra}}, []float32{0.9, 0.8}, []int{1, 1}
		for i := len(boxes); i < c.boxes; i++ { // far from the two and from each other
			x := c.high - float32(i)*2
			boxes, scores, classes = append(boxes, Box{x - 1, 20, x, 21}), append(scores, 0.1), append(classes, 0)
		}
		boxes[2] = Box{c.high - 1, 20, c.high, 21}
		got := Suppress(boxes, scores, classes, c.margin, len(boxes))
		if slices.Contains(got, 1) != c.stays || len(got) < c.boxes-1 {
			t.Errorf("%s: of %d boxes %d stay, the second one: %v", c.name, c.boxes, len(got), slices.Contains(got, 1))
		}
	}
}

func TestProposalsAreTheBestOfEachLevel(t *testing.T) {
	nan := float32(math.NaN())
	const thin = -30 // a delta that leaves nothing of a side
	fine := Level{NewAnchors([]float64{8}, []float64{1}, 2, 2, 16, 16), []float32{1, 3, 2, 0}, make([]float32, 16)}
	coarse := Level{NewAnchors([]float64{16}, []float64{1}, 1, 1, 16, 16), []float32{2.5}, make([]float32, 4)}
	a, b, c, whole := Box{0, 0, 4, 4}, Box{4, 0, 12, 4}, Box{0, 4, 4, 12}, Box{0, 0, 8, 8} // cut to the image
	last := Box{4, 4, 12, 12}
	for name, test := range map[string]struct {
		rule   ProposalRule
		logits []float32
		deltas map[int]float32
		want   []Box
	}{
		"by falling score, levels apart":  {rule: ProposalRule{4, 9, 0.1}, want: []Box{b, whole, c, a, last}},
		"the best three of a level":       {rule: ProposalRule{3, 9, 0.1}, want: []Box{b, whole, c, a}},
		"the best of all":                 {rule: ProposalRule{4, 2, 0.1}, want: []Box{b, whole}},
		"no number is no score":           {rule: ProposalRule{4, 9, 0.1}, logits: []float32{1, nan, 2, 0}, want: []Box{whole, c, a, last}},
		"a score of 0 is one":             {rule: ProposalRule{4, 9, 0.1}, logits: []float32{1, 3, 2, -200}, want: []Box{b, whole, c, a, last}},
		"slivers go":                      {rule: ProposalRule{4, 9, 0.1}, deltas: map[int]float32{2: thin, 7: thin}, want: []Box{whole, c, last}},
		"a box moves":                     {rule: ProposalRule{4, 9, 0.1}, deltas: map[int]float32{4 * 3: 0.125}, want: []Box{b, whole, c, a, {5, 4, 13, 12}}},
		"what overlaps in one level goes": {rule: ProposalRule{4, 9, 0.1}, deltas: map[int]float32{4*2 + 1: -0.5}, want: []Box{b, whole, {0, 0, 4, 8}, last}},
		"unless by less than asked":       {rule: ProposalRule{4, 9, 0.6}, deltas: map[int]float32{4*2 + 1: -0.5}, want: []Box{b, whole, {0, 0, 4, 8}, a, last}},
	} {
		level := Level{fine.Anchors, slices.Clone(fine.Logits), slices.Clone(fine.Deltas)}
		if test.logits != nil {
			level.Logits = test.logits
		}
		for at, delta := range test.deltas {
			level.Deltas[at] = delta
		}
		if got := Proposals([]Level{level, coarse}, 16, 16, test.rule); !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
}

func TestProbabilitiesAreThoseOfTheFormula(t *testing.T) {
	for _, v := range []float64{-90, -3, -0.5, 0, 0.25, 2, 40} {
		if got, want := float64(sigmoid(float32(v))), 1/(1+math.Exp(-v)); math.Abs(got-want) > 1e-7 {
			t.Errorf("sigmoid(%v) is %v, want %v", v, got, want)
		}
	}
	got := make([]float32, 3)
	softmax(got, []float32{1, 3, 2})
	for i, want := range []float64{0.0900306, 0.6652410, 0.2447285} {
		if math.Abs(float64(got[i])-want) > 1e-6 {
			t.Errorf("softmax gives %v", got)
		}
	}
	softmax(got, []float32{500, -500, 500}) // too much for an exponential
	if !slices.Equal(got, []float32{0.5, 0, 0.5}) {
		t.Errorf("softmax of large logits gives %v", got)
	}
}

func TestDetectionsAreChosenByScoreAndSize(t *testing.T) {
	left, right := Box{0, 0, 10, 10}, Box{20, 0, 30, 10}
	const no = -100
	for name, c := range map[string]struct {
		logits []float32 // background and two classes for each proposal
		score  float64
		delta  [4]float32 // of the right one's second class
		want   []Detection
	}{
		"a class after one that is absent": {[]float32{no, no, 0, no, no, no}, 0.6, [4]float32{}, []Detection{{left, 2, 1}}},
		"each proposal has its logits":     {[]float32{0, no, no, no, 0, no}, 0.6, [4]float32{}, []Detection{{right, 1, 1}}},
		"and its deltas":                   {[]float32{0, no, no, no, no, 0}, 0.6, [4]float32{1, -1}, []Detection{{Box{21, 0, 31, 9}, 2, 1}}},
		"just the score is too little":     {[]float32{0, 0, no, 0, no, no}, 0.5, [4]float32{}, nil},
		"a little more is not":             {[]float32{0, 0, no, 0, no, no}, 0.4999, [4]float32{}, []Detection{{left, 1, 0.5}}},
		"a sliver":                         {[]float32{0, no, no, no, no, 0}, 0.6, [4]float32{0, 0, -60, 0}, nil},
		"a flat sliver":                    {[]float32{0, no, no, no, no, 0}, 0.6, [4]float32{0, 0, 0, -60}, nil},
	} {
		deltas := make([]float32, 24)
		copy(deltas[20:], c.delta[:])
		got := Detections([]Box{left, right}, c.logits, deltas, 3, 40, 20, DetectionRule{c.score, 0.5, 10})
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestABoxIsSmallByItsShorterSide(t *testing.T) {
	nan := float32(math.NaN())
	for _, c := range []struct {
		box  Box
		want bool
	}{
		{Box{1, 1, 3, 3}, false}, {Box{1, 1, 2.5, 9}, true}, {Box{1, 1, 9, 2.5}, true}, {Box{1, 1, 2.5, 2.5}, true},
		{Box{nan, 1, 9, 9}, true}, {Box{1, 1, 9, nan}, true}, {Box{9, 9, 1, 1}, true},
	} {
		if got := c.box.small(2); got != c.want {
			t.Errorf("%v is small: %v", c.box, got)
		}
	}
}

// Near one half rounding must not decide: there every pixel is computed.
func TestAMaskNearOneHalfIsComputedPixelByPixel(t *testing.T) {
	const side, near = 4, 0.500005
	box := Box{8, 8, 24, 24}
	fill := func(value func(x, y int) float32) []float32 {
		mask := make([]float32, side*side)
		for i := range mask {
			mask[i] = value(i%side, i/side)
		}
		return mask
	}
	for name, c := range map[string]struct {
		mask        []float32
		least, most int // pixels
	}{
		"a little more than half": {fill(func(int, int) float32 { return near }), 100, 256},
		"just half":               {fill(func(int, int) float32 { return 0.5 }), 0, 0},
		"a little less":           {fill(func(int, int) float32 { return 0.499999 }), 0, 0},
		"rows of nearly half":     {fill(func(_, y int) float32 { return []float32{near, 0.499999}[y%2] }), 60, 200},
		"columns of nearly half":  {fill(func(x, _ int) float32 { return []float32{near, 0.499999}[x%2] }), 60, 200},
	} {
		got := Paste(c.mask, side, box, 40, 40)
		if err := got.Valid(); err != nil || got.Area() < c.least || got.Area() > c.most {
			t.Errorf("%s: %d pixels, %v; want %d to %d", name, got.Area(), err, c.least, c.most)
		}
	}
}

func TestAMaskOutsideOfThePictureIsEmpty(t *testing.T) {
	mask := make([]float32, 16)
	for i := range mask {
		mask[i] = 1
	}
	for _, box := range []Box{{200, 5, 300, 20}, {5, 200, 20, 300}, {-300, 5, -200, 20}, {5, -300, 20, -200}, {200, 200, 300, 300}} {
		if got := Paste(mask, 4, box, 40, 30); got.Valid() != nil || got.Area() != 0 {
			t.Errorf("%v: %v, %d pixels", box, got.Valid(), got.Area())
		}
	}
	if got := Paste(mask, 4, Box{-50, -50, 90, 90}, 40, 30); got.Valid() != nil || got.Area() != 40*30 {
		t.Errorf("over all: %v, %d pixels", got.Valid(), got.Area())
	}
}
