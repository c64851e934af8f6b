package render

import "math"

// Pattern is the hatching that distinguishes classes of one colour: 0 is plain, the
// others are stripes of some direction and kind.
type Pattern uint8

// hatch describes stripes: they are weak where across·(x, y) is near the middle of
// a weak band. Bands are fractions of the period.
type hatch struct {
	dx, dy int       // across the stripes; dx is 0 or 1
	half   float64   // half the width of a weak band
	middle []float64 // of each weak band
	wide   float64   // the period, relative to the usual one
}

// Kinds of stripes: half and half, thin lines, pairs of thin lines.
func even(dx, dy int) hatch   { return hatch{dx, dy, 1. / 4, []float64{0}, 1} }
func thin(dx, dy int) hatch   { return hatch{dx, dy, 1. / 9, []float64{0}, 1} }
func paired(dx, dy int) hatch { return hatch{dx, dy, 1. / 12, []float64{0, 1. / 3}, 1.6} }

// hatches holds the patterns from 1 on, enough for COCO's 80 things in seven
// colours. Those of Pascal VOC's classes (1, 2, 5 and 8) are the four that differ
// most; the order determines a class's look, so nothing may be moved.
var hatches = [...]hatch{
	even(1, 1), even(1, -1), thin(1, 1), thin(1, -1), even(1, 0), thin(1, 0),
	thin(0, 1), even(0, 1), paired(1, 1), paired(1, -1), paired(1, 0),
}

// patterns is the number of patterns, the plain one included.
const patterns = 1 + len(hatches)

// across returns the direction across the stripes; 0, 0 if there are none.
func (p Pattern) across() (dx, dy int) {
	if p == 0 {
		return 0, 0
	}
	h := hatches[p-1]
	return h.dx, h.dy
}

// period returns the pattern's period in the direction of across, in pixels, for
// stripes that are the given number of pixels apart; at least 4.
func (p Pattern) period(apart float64) int {
	h := hatches[p-1]
	return max(int(apart*h.wide*math.Hypot(float64(h.dx), float64(h.dy))+0.5), 4)
}

// weak returns 0 in a strong stripe and 1 in a weak one, with a pixel of slope
// between them, at a place across a period of n pixels.
func (p Pattern) weak(at float64, n int) float64 {
	h, most := hatches[p-1], 0.0
	for _, middle := range h.middle {
		d := math.Abs(math.Mod(at-middle*float64(n)+1.5*float64(n), float64(n)) - float64(n)/2)
		most = max(most, min(max(h.half*float64(n)-d+0.5, 0), 1))
	}
	return most
}

// Weak returns how weak a pattern is at a pixel, 0 … 1, for stripes that are the
// given number of pixels apart, for callers that draw a class's colour themselves.
// It is 0 for the plain pattern.
func (p Pattern) Weak(x, y int, apart float64) float64 {
	if p == 0 {
		return 0
	}
	dx, dy := p.across()
	n := p.period(apart)
	return p.weak(float64(modulo(dx*x+dy*y, n))+0.5, n)
}
