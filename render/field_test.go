package render

import (
	"math"
	"math/rand/v2"
	"testing"

	"descry/inference/rle"
)

func TestDistancesAreEuclidean(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for range 60 {
		w, h := 1+rng.IntN(24), 1+rng.IntN(24)
		inside := make([]bool, w*h)
		density := rng.Float64()
		for i := range inside {
			inside[i] = rng.Float64() < density
		}
		inside[rng.IntN(len(inside))] = true
		got := signedDistance(inside, w, h)
		for i := range inside {
			if want := nearestOther(inside, w, h, i%w, i/w); math.Abs(float64(got[i])-want) > 1e-4 {
				t.Fatalf("%d×%d at %d,%d: %v, want %v", w, h, i%w, i/w, got[i], want)
			}
		}
	}
}

// nearestOther computes the distance by trying every cell; rows above and below the
// field are outside, as for columns.
func nearestOther(inside []bool, w, h, x, y int) float64 {
	best := math.Inf(1)
	for v := -1; v <= h; v++ {
		for u := range w {
			other := v >= 0 && v < h && inside[v*w+u]
			if other != inside[y*w+x] {
				best = min(best, math.Hypot(float64(u-x), float64(v-y)))
			}
		}
	}
	if inside[y*w+x] {
		return best - 0.5
	}
	return 0.5 - best
}

// disc returns a mask of a disc in a picture of n × n pixels.
func disc(n int, cx, cy, r float64) rle.Mask {
	bits := make([]byte, n*n)
	for i := range bits {
		if math.Hypot(float64(i%n)+0.5-cx, float64(i/n)+0.5-cy) < r {
			bits[i] = 1
		}
	}
	return rle.FromBitmap(bits, n, n)
}

func TestTheContourOfADiscIsRoundAtEverySize(t *testing.T) {
	for _, c := range []struct {
		n int
		r float64
	}{{64, 20}, {256, 100}, {2400, 1000}} { // the last has cells of several pixels
		centre := float64(c.n)/2 + 0.3
		f, ok := newField(disc(c.n, centre, centre, c.r))
		if !ok || (c.n > 2000) != (f.cell > 1) {
			t.Fatalf("%d: cell %d", c.n, f.cell)
		}
		for angle := 0.0; angle < 360; angle += 0.7 {
			sin, cos := math.Sincos(angle * math.Pi / 180)
			for _, off := range []float64{-1.5 * float64(f.cell), 0, 1.5 * float64(f.cell)} {
				x, y := centre+(c.r+off)*cos, centre+(c.r+off)*sin
				row := f.rowAt(y, 1)
				d := row.at(float32((x-float64(f.x0))/float64(f.cell) - 0.5))
				if math.Abs(float64(d)+off) > 0.55*float64(f.cell) { // half a cell, and rounding
					t.Errorf("radius %v, angle %.1f, %v px outside: distance %v", c.r, angle, off, d)
				}
			}
		}
	}
}

func TestSmallAndThinMasksDoNotVanish(t *testing.T) {
	for name, bits := range map[string]string{
		"one pixel":   "000000000000100000000000",
		"one line":    "000000111111000000000000",
		"one column":  "001000001000001000001000",
		"whole":       "111111111111111111111111",
		"the corners": "100001000000000000100001",
	} {
		b := []byte(bits)
		for i := range b {
			b[i] -= '0'
		}
		f, ok := newField(rle.FromBitmap(b, 4, 6))
		if !ok {
			t.Fatalf("%s: no field", name)
		}
		for i, v := range b {
			d := f.dist[(i/6-f.y0)*f.w+i%6-f.x0]
			if v != 0 && d <= 0 {
				t.Errorf("%s: pixel %d is %d outside", name, i, d)
			}
		}
	}
}

func TestDamagedMasksHaveNoField(t *testing.T) {
	for name, m := range map[string]rle.Mask{
		"empty":       {Height: 4, Width: 4, Counts: []uint32{16}},
		"no pixels":   {},
		"too long":    {Height: 4, Width: 4, Counts: []uint32{1, 1000}},
		"too short":   {Height: 4, Width: 4, Counts: []uint32{1, 1}},
		"impossible":  {Height: -4, Width: 4, Counts: []uint32{0, 16}},
		"larger than": {Height: math.MaxInt32, Width: math.MaxInt32, Counts: []uint32{0, 16}},
	} {
		if _, ok := newField(m); ok {
			t.Errorf("%s: has a field", name)
		}
	}
}
