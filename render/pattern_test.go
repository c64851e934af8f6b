package render

import (
	"image"
	"image/color"
	"math"
	"testing"
)

func TestNoTwoClassesLookTheSame(t *testing.T) {
	type look struct {
		c color.NRGBA
		p Pattern
	}
	for set, names := range map[string][]string{"Pascal VOC": vocNames[1:], "COCO": cocoOrder[:]} {
		seen := map[look]string{}
		for _, name := range names {
			c, p := ClassColor(name)
			if other, twice := seen[look{c, p}]; twice {
				t.Errorf("%s: %s and %s look the same", set, name, other)
			}
			if seen[look{c, p}] = name; int(p) >= patterns {
				t.Errorf("%s has pattern %d, which there is not", name, p)
			}
		}
	}
}

// TestEveryPatternIsDrawnAsItself draws a large chip and a small one of every
// pattern, and checks that a good part of their pixels differ from those of every
// other pattern.
func TestEveryPatternIsDrawnAsItself(t *testing.T) {
	for _, c := range []struct {
		side  int
		apart float64
	}{{120, classStripe}, {36, stripePeriod}, {18, 6}} {
		var all [patterns][]float64
		for p := range Pattern(patterns) {
			var weak float64
			for y := range c.side {
				for x := range c.side {
					w := p.Weak(x, y, c.apart)
					all[p] = append(all[p], w)
					weak += w
				}
			}
			if part := weak / float64(c.side*c.side); p > 0 && (part < 0.12 || part > 0.6) {
				t.Errorf("pattern %d at %v apart: %.2f of it is weak", p, c.apart, part)
			}
		}
		for a := range all {
			for b := range a {
				var differ float64
				for i := range all[a] {
					differ += math.Abs(all[a][i] - all[b][i])
				}
				if part := differ / float64(c.side*c.side); part < 0.12 {
					t.Errorf("patterns %d and %d at %v apart differ by %.2f of a stripe a pixel", a, b, c.apart, part)
				}
			}
		}
	}
}

// TestPatternsStayWithThePicture: scrolling by whole pixels moves the pattern
// with what it lies on.
func TestPatternsStayWithThePicture(t *testing.T) {
	for p := Pattern(1); p < Pattern(patterns); p++ {
		at := func(v View, x, y int) uint32 {
			b := brush{pattern: p}
			b.prepare(1, 10, v, image.Point{})
			return b.fill[modulo(b.phaseAt(x, y), len(b.fill))]
		}
		seen := map[uint32]bool{}
		for y := range 20 {
			for x := range 20 {
				here := at(View{X: 0, Y: 0, Zoom: 2}, x+6, y+10)
				if seen[here] = true; here != at(View{X: 3, Y: 5, Zoom: 2}, x, y) {
					t.Fatalf("pattern %d moves at %d, %d", p, x, y)
				}
			}
		}
		if len(seen) < 2 {
			t.Errorf("pattern %d is plain", p)
		}
	}
}
