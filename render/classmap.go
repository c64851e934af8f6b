package render

import (
	"image"

	"descry/inference"
)

// classStripe is the period of stripes in the class map, in dp: wider than an
// object's, to distinguish the two.
const classStripe = 16.0

// drawClassMap fills each class with its colour. Between pixels the four nearest
// classes are weighted bilinearly and the border is drawn where two have equal
// weights, one target pixel wide, so that it is a smooth line when zoomed in.
func (p *Prepared) drawClassMap(dst *image.RGBA, area image.Rectangle, v View, s Style) {
	c := p.content.Classes
	if c.Width <= 0 || c.Height <= 0 || len(c.Map) < c.Width*c.Height {
		return
	}
	d := classDrawer{
		classes: c, brushes: make([]brush, len(p.classes)),
		columns: taps(area.Min.X-dst.Rect.Min.X, area.Dx(), v.X, v.Zoom, 1, c.Width),
		rows:    taps(area.Min.Y-dst.Rect.Min.Y, area.Dy(), v.Y, v.Zoom, 1, c.Height),
		sharp:   float32(max(v.Zoom, 1)),
	}
	for i, fill := range p.classes {
		if !fill.hidden {
			d.brushes[i] = brush{color: fill.color, stripe: fill.color, pattern: fill.pattern}
			d.brushes[i].prepare(s.classOpacity(i), classStripe*max(s.Scale, minLineScale), v, dst.Rect.Min)
		}
	}
	parallel(area.Dy(), 16, func(from, to int) {
		for y := from; y < to; y++ {
			at := area.Min.Y + y
			d.row(dst.Pix[dst.PixOffset(area.Min.X, at):][:4*area.Dx()], d.rows[y], area.Min.X, at)
		}
	})
}

// classOpacity returns the opacity of a class's fill.
func (s Style) classOpacity(class int) float64 {
	switch s.LitClass {
	case 0:
		return s.Opacity
	case class + 1:
		return min(s.Opacity+strongerFill, 1)
	}
	return s.Opacity * dimmed
}

// classDrawer holds the state shared by the rows of a class map.
type classDrawer struct {
	classes       *inference.Classes
	brushes       []brush // by class; fill nil where it is hidden
	columns, rows []tap
	sharp         float32
}

// row draws a row of the target that begins at x0, y.
func (d *classDrawer) row(pix []byte, r tap, x0, y int) {
	upper, lower := d.classes.Map[r.a*d.classes.Width:], d.classes.Map[r.b*d.classes.Width:]
	for i := 0; i < len(d.columns); {
		c := d.columns[i]
		a := upper[c.a]
		if a != upper[c.b] || a != lower[c.a] || a != lower[c.b] {
			d.border(pix[4*i:4*i+4], [4]byte{a, upper[c.b], lower[c.a], lower[c.b]}, c.t, r.t, x0+i, y)
			i++
			continue
		}
		n := 1 // number of pixels between the same four
		for i+n < len(d.columns) {
			e := d.columns[i+n]
			if (e.a != c.a || e.b != c.b) && (upper[e.a] != a || lower[e.a] != a || upper[e.b] != a || lower[e.b] != a) {
				break
			}
			c, n = e, n+1
		}
		b := &d.brushes[a]
		b.fillSpan(pix[4*i:4*(i+n)], b.phaseAt(x0+i, y))
		i += n
	}
}

// border draws a pixel between classes. four are upper left, upper right, lower
// left and lower right; tx and ty are the weights of right and lower, of 256.
func (d *classDrawer) border(pix []byte, four [4]byte, tx, ty uint32, x, y int) {
	weights := [4]float32{
		float32((256 - tx) * (256 - ty)), float32(tx * (256 - ty)),
		float32((256 - tx) * ty), float32(tx * ty),
	}
	for i, class := range four {
		w := float32(0)
		for j, other := range four {
			if other != class {
				continue
			}
			if j < i {
				w = -1 // drawn already
				break
			}
			w += weights[j] / (1 << 16)
		}
		b := &d.brushes[class]
		if b.fill == nil || w <= 0 {
			continue
		}
		k := modulo(b.phaseAt(x, y), len(b.fill))
		blend(pix, b.color, uint32(clamp01((w-0.5)*d.sharp+0.5)*float32(b.fill[k])))
	}
}
