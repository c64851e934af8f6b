package segment

import (
	"testing"

	"descry/picture/resample"
)

func TestTheShortSideHasTheModelsSize(t *testing.T) {
	for _, c := range [][5]int{ // width, height, short, resized width, resized height
		{640, 480, 520, 693, 520}, {480, 640, 520, 520, 693}, {500, 500, 520, 520, 520}, {318, 270, 256, 301, 256},
		{1, 1, 256, 256, 256}, {1, 3000, 256, 1, 4096}, {3000, 1, 256, 4096, 1}, {4000, 400, 520, 4096, 409}, {8, 1, 512, 4096, 512}, {5000, 5000, 5000, 5000, 5000},
	} {
		if w, h := Resized(c[0], c[1], c[2]); w != c[3] || h != c[4] {
			t.Errorf("%d×%d becomes %d×%d, want %d×%d", c[0], c[1], w, h, c[3], c[4])
		}
	}
}

// noise returns smooth logits with some flat regions and ties.
func noise(classes, w, h int) Coarse {
	c := Coarse{Logits: make([]float32, classes*w*h), Classes: classes, Width: w, Height: h}
	for i := range c.Logits {
		k, x, y := i/(w*h), i%w, i/w%h
		c.Logits[i] = float32((x*(k+3)+y*(5-k)*k)%17) / 4
		if (x/3+y/2)%4 == k%4 {
			c.Logits[i] += 9
		}
	}
	return c
}

// allPixels is torchvision's method: all logits enlarged, the highest at each
// pixel, the nearest pixel.
func allPixels(c Coarse, rw, rh, w, h int) []byte {
	all := resample.BilinearTorch(c.Logits, c.Classes, c.Height, c.Width, rh, rw)
	out := make([]byte, w*h)
	for y := range h {
		for x := range w {
			at := (2*y+1)*rh/(2*h)*rw + (2*x+1)*rw/(2*w)
			best := 0
			for k := range c.Classes {
				if all[k*rw*rh+at] > all[best*rw*rh+at] {
					best = k
				}
			}
			out[y*w+x] = byte(best)
		}
	}
	return out
}

func TestMapEqualsFullInterpolation(t *testing.T) {
	for _, c := range []struct{ classes, w, h, rw, rh, width, height int }{
		{5, 9, 7, 72, 56, 131, 97}, {21, 13, 4, 101, 32, 50, 16}, {2, 1, 1, 8, 8, 3, 2}, {1, 4, 4, 32, 32, 40, 40}, {3, 6, 30, 6, 30, 12, 60}, {4, 1, 40, 5, 320, 5, 320},
	} {
		coarse := noise(c.classes, c.w, c.h)
		got, want := Map(coarse, c.rw, c.rh, c.width, c.height), allPixels(coarse, c.rw, c.rh, c.width, c.height)
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("%d classes on %d×%d: pixel %d is of class %d, want %d", c.classes, c.w, c.h, i, got[i], want[i])
				break
			}
		}
	}
}

func BenchmarkMap(b *testing.B) {
	c := noise(21, 98, 65)
	for b.Loop() {
		Map(c, 780, 520, 4032, 3024)
	}
}

// A cell is sure of its class only where no other comes within 1e-4 of it,
// relative to the logit and at least to 1: rounding must not decide.
func TestACellIsSureOnlyByAMargin(t *testing.T) {
	const one = float32(margin)
	for _, c := range []struct {
		logits []float32 // of one cell
		want   int16
	}{
		{[]float32{7}, 0}, {[]float32{-1e20}, 0}, // there is no other
		{[]float32{0, -one}, -1}, {[]float32{0, -1.0001 * one}, 0}, // just the margin, and more
		{[]float32{-one, 0}, -1}, {[]float32{-1.0001 * one, 0}, 1},
		{[]float32{9, 9 - 9.5*one}, -1}, {[]float32{9, 9 - 10.5*one}, 0}, // of 9: ten times as much
		{[]float32{-9 - 9.5*one, -9}, -1}, {[]float32{-9 - 10.5*one, -9}, 1}, // −9 as 9
		{[]float32{5, 5}, -1}, {[]float32{5, 6, 6}, -1},
		{[]float32{6, 1, 6 - one}, -1}, {[]float32{1, 6 - one, 6}, -1}, {[]float32{6 - one, 1, 6}, -1}, // whichever is second
		{[]float32{1, 2, 3, 2.5}, 2}, {[]float32{3, 2, 1}, 0},
	} {
		// Beside it lies a cell that is sure of the last class: each cell has its own.
		n := len(c.logits)
		coarse := Coarse{Classes: n, Width: 2, Height: 1}
		for k, v := range c.logits {
			coarse.Logits = append(coarse.Logits, v, float32(k*100))
		}
		if got := coarse.best(); got[0] != c.want || got[1] != int16(n-1) {
			t.Errorf("%v: %v, want %d", c.logits, got, c.want)
		}
	}
}

// One cell of another class changes all the pixels that lie around it, on
// whichever side.
func TestASingleCellIsSeenFromAllSides(t *testing.T) {
	const side, scale = 5, 8
	for _, at := range [][2]int{{2, 2}, {0, 0}, {4, 4}, {1, 3}} {
		c := Coarse{Logits: make([]float32, 2*side*side), Classes: 2, Width: side, Height: side}
		for i := range side * side {
			c.Logits[i] = 1
		}
		c.Logits[side*side+at[1]*side+at[0]] = 8
		got, want := Map(c, side*scale, side*scale, side*scale, side*scale), allPixels(c, side*scale, side*scale, side*scale, side*scale)
		ones := 0
		for i := range want {
			ones += int(want[i])
			if got[i] != want[i] {
				t.Fatalf("the cell %v: pixel %d,%d is of class %d, want %d", at, i%(side*scale), i/(side*scale), got[i], want[i])
			}
		}
		if ones < scale*scale {
			t.Errorf("the cell %v covers only %d pixels", at, ones)
		}
	}
}
