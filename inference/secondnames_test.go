package inference

import (
	"math"
	"slices"
	"testing"

	"descry/inference/rle"
)

// disc returns a mask of n × n pixels with a disc in it.
func disc(n int, cx, cy, r float64) rle.Mask {
	bits := make([]byte, n*n)
	for i := range bits {
		if math.Hypot(float64(i%n)+0.5-cx, float64(i/n)+0.5-cy) < r {
			bits[i] = 1
		}
	}
	return rle.FromBitmap(bits, n, n)
}

func TestSecondNamesAreHidden(t *testing.T) {
	dog, same, half := disc(100, 50, 50, 30), disc(100, 51, 50, 30), disc(100, 65, 50, 30)
	box := [4]float32{20, 20, 80, 80}
	in := []Instance{
		{Label: "cow", Score: 0.4, Box: box, Mask: &same},
		{Label: "dog", Score: 0.9, Box: box, Mask: &dog},
		{Label: "cat", Score: 0.8, Box: box, Mask: &half},
		{Label: "car", Score: 0.7, Box: [4]float32{21, 20, 80, 80}},
		{Label: "sky", Score: 0.6, Box: [4]float32{90, 90, 95, 95}},
		{Label: "dot", Score: 0.5, Box: [4]float32{5, 5, 5, 5}},
		{Label: "dot", Score: 0.5, Box: [4]float32{5, 5, 5, 5}},
	}
	want := []bool{true, false, false, true, false, false, false}
	if got := HideSecondNames(in, SecondNameIoU); !slices.Equal(got, want) {
		t.Errorf("hidden are %v, want %v", got, want)
	}
	if got := HideSecondNames(nil, SecondNameIoU); len(got) != 0 {
		t.Errorf("of nothing: %v", got)
	}
}

func TestOnlyAShownNameHidesAnother(t *testing.T) {
	// a hides b; c overlaps b enough but not a, so c stays.
	in := []Instance{
		{Score: 0.9, Box: [4]float32{0, 0, 100, 10}},
		{Score: 0.8, Box: [4]float32{10, 0, 110, 10}},
		{Score: 0.7, Box: [4]float32{20, 0, 120, 10}},
	}
	if got := HideSecondNames(in, 0.8); !slices.Equal(got, []bool{false, true, false}) {
		t.Errorf("hidden are %v", got)
	}
}
