package segment

import (
	"testing"

	"descry/picture/resample"
)

func TestTheShortSideHasTheModelsSize(t *testing.T) {
	for _, c := range [][5]int{ // width, height, short, resized width, resized height
		{640, 480, 520, 693, 520}, {480, 640, 520, 520, 693}, {500, 500, 520, 520, 520}, {318, 270, 256, 301, 256},
		{1, 1, 256, 256, 256}, {1, 3000, 256, 1, 4096}, {3000, 1, 256, 4096, 1}, {4000, 400, 520, 4096, 409}, {8, 1, 512, 4096, 512},
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
