package jpegplanes

import (
	"math"
	"math/rand"
	"testing"
)

// someBlock returns typical coefficients of pictures, up to the given zigzag index,
// and a table.
func someBlock(r *rand.Rand, last int) (*block, *quantiser) {
	b, q := new(block), new(quantiser)
	for k := range 64 {
		q[zigzag[k]] = int32(1 + r.Intn(6+2*k))
	}
	for k := range last + 1 {
		maxBytes := 900 / (1 + k*k/4) / int(q[zigzag[k]])
		b[zigzag[k]] = int16(r.Intn(2*maxBytes+1) - maxBytes)
	}
	return b, q
}

// exact computes the transform's definition (T.81, A.3.3), not rounded or limited.
func exact(b *block, q *quantiser) (out [64]float64) {
	scale := [8]float64{math.Sqrt2 / 2, 1, 1, 1, 1, 1, 1, 1}
	for i := range out {
		for k := range 64 {
			u, v := k%8, k/8
			out[i] += scale[u] * scale[v] / 4 * float64(int32(b[k])*q[k]) *
				math.Cos(float64((2*(i%8)+1)*u)*math.Pi/16) * math.Cos(float64((2*(i/8)+1)*v)*math.Pi/16)
		}
		out[i] += 128
	}
	return out
}

func TestTheTransformIsWithinAGreyLevelOfItsDefinition(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	for last := range 64 {
		for range 50 {
			b, q := someBlock(r, last)
			var got [64]byte
			inverse(got[:], 8, b, q, byte(last))
			for i, want := range exact(b, q) {
				if far := math.Abs(float64(got[i]) - min(max(want, 0), 255)); far > 0.75 {
					t.Fatalf("last %d, sample %d: %d, want %.2f", last, i, got[i], want)
				}
			}
		}
	}
}

// TestShortcutsChangeNoSample compares the transforms that skip zeros with the
// complete one.
func TestShortcutsChangeNoSample(t *testing.T) {
	r := rand.New(rand.NewSource(2))
	for last := range 64 {
		for range 200 {
			b, q := someBlock(r, last)
			var short, whole [64]byte
			inverse(short[:], 8, b, q, byte(last))
			inverse(whole[:], 8, b, q, 63)
			if short != whole {
				t.Fatalf("last %d: %v\n%v", last, short, whole)
			}
		}
	}
}
