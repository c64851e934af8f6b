package render

import (
	"image"
	"image/color"
	"math"
)

// Lines and stripes, in dp.
const (
	lineWidth    = 2.0
	strongWidth  = 3.0 // of the highlighted object
	edgeWidth    = 1.0 // the dark or light line along a coloured one
	stripePeriod = 10.0
	edgeOpacity  = 0.55
	dimmed       = 0.4  // factor of an object's opacity while another is highlighted
	strongerFill = 0.14 // added to the highlighted object's opacity
	weakStripe   = 0.45 // opacity of every other stripe of a fill
	minLineScale = 0.5  // pixels a dp at which lines stop getting thinner
)

// DrawOverlay draws what style enables over the picture already in dst: class map,
// fills and outlines, boxes, labels. It draws nothing outside the picture. With a
// prepared content of 20 objects it takes about a frame for 1600 × 1000 pixels on
// one processor, and less on more.
func DrawOverlay(dst *image.RGBA, p *Prepared, v View, s Style) { p.draw(dst, dst.Rect, v, s) }

// draw is DrawOverlay with labels only inside free.
func (p *Prepared) draw(dst *image.RGBA, free image.Rectangle, v View, s Style) {
	area := p.visible(dst.Rect, v)
	if area.Empty() || !v.valid() {
		return
	}
	if s.Scale <= 0 {
		s.Scale = 1
	}
	s.Opacity = min(max(s.Opacity, 0), 1)
	if s.ClassMap && p.content.Classes != nil {
		p.drawClassMap(dst, area, v, s)
	}
	order := paintingOrder(p.content.Items, s.Highlight)
	brushes := make([]brush, 0, len(order))
	for _, i := range order {
		if b := p.brush(i, v, s, dst.Rect.Min); b.draws(area) {
			brushes = append(brushes, b)
		}
	}
	parallel(area.Dy(), 16, func(from, to int) {
		band := image.Rect(area.Min.X, area.Min.Y+from, area.Max.X, area.Min.Y+to)
		for i := range brushes {
			brushes[i].paint(dst, band)
		}
	})
	if s.Labels {
		p.drawLabels(dst, area.Intersect(free), v, s)
	}
}

// brush paints one object. All sizes are in pixels of the target.
type brush struct {
	field   *field
	view    View
	origin  image.Point // dst.Rect.Min
	area    image.Rectangle
	box     image.Rectangle // the box, where it is drawn; empty otherwise
	color   color.NRGBA
	stripe  color.NRGBA
	edge    color.NRGBA
	fill    []uint32 // opacity of the fill of 256 by place in the stripes' pattern; nil: no fill
	line    []color.NRGBA
	pattern Pattern
	dx, dy  int     // across the pattern
	phase   int     // of the pattern at 0, 0
	half    float32 // half the outline's width; 0: no outline
	rim     float32 // the edge's width
	opacity float32 // of outline, edge and box, 0 … 1
}

// brush returns the brush for item i.
func (p *Prepared) brush(i int, v View, s Style, origin image.Point) brush {
	shape, in := p.shapes[i], p.content.Items[i].Instance
	b := brush{field: shape.field, view: v, origin: origin, color: shape.color, stripe: StripeOf(shape.color), pattern: shape.pattern, opacity: 1}
	scale := max(s.Scale, minLineScale)
	width, opacity := lineWidth, s.Opacity
	if s.Highlight >= 0 && s.Highlight < len(p.shapes) {
		if i == s.Highlight {
			width, opacity = strongWidth, min(opacity+strongerFill, 1)
		} else {
			b.opacity, opacity = dimmed, opacity*dimmed
		}
	}
	b.edge = lightInk
	if InkOn(shape.color) == darkInk {
		b.edge = darkInk
	}
	b.half, b.rim = float32(width*scale/2), float32(edgeWidth*scale)
	b.prepare(opacity, stripePeriod*scale, v, origin)
	// Without a mask the box is all there is to show.
	if s.Boxes || shape.field == nil && (s.Masks || s.Outlines) {
		b.box = snapBox(in.Box, v).Add(origin)
	}
	if !s.Masks {
		b.fill = nil
	}
	if shape.field != nil {
		f := shape.field.bounds()
		b.area = targetRect(v, float64(f.Min.X), float64(f.Min.Y), float64(f.Max.X), float64(f.Max.Y)).Add(origin)
		b.area = b.area.Inset(-int(b.half + b.rim + 1)) // at small sizes lines reach out of the field
	}
	if !s.Outlines && b.field != nil && b.fill == nil {
		b.field = nil
	}
	if !s.Outlines {
		b.half = -b.half // the box keeps the width
	}
	return b
}

// prepare sets the fill's opacity and the lines' colour for each position across
// the pattern; both have one entry where there is no pattern. The pattern is fixed
// to the picture; the view begins at origin of the target.
func (b *brush) prepare(opacity, apart float64, v View, origin image.Point) {
	if b.pattern == 0 {
		b.fill, b.line = []uint32{uint32(opacity*256 + 0.5)}, []color.NRGBA{b.color}
		return
	}
	b.dx, b.dy = b.pattern.across()
	b.phase = b.dx*(int(math.Round(v.X*v.Zoom))-origin.X) + b.dy*(int(math.Round(v.Y*v.Zoom))-origin.Y)
	n := b.pattern.period(apart)
	b.fill, b.line = make([]uint32, n), make([]color.NRGBA, n)
	for i := range n {
		t := b.pattern.weak(float64(i)+0.5, n)
		b.fill[i] = uint32(opacity*(1-t*(1-weakStripe))*256 + 0.5)
		b.line[i] = mix(b.color, b.stripe, t)
	}
}

// phaseAt returns the position across the pattern at a pixel of the target.
func (b *brush) phaseAt(x, y int) int { return b.dx*x + b.dy*y + b.phase }

func (b *brush) draws(area image.Rectangle) bool {
	return b.field != nil && b.area.Overlaps(area) || !b.box.Empty() && b.box.Inset(-8).Overlaps(area)
}

// paint draws the rows of band.
func (b *brush) paint(dst *image.RGBA, band image.Rectangle) {
	if b.field != nil {
		part := b.area.Intersect(band)
		for y := part.Min.Y; y < part.Max.Y; y++ {
			b.paintRow(dst, y, part.Min.X, part.Max.X)
		}
	}
	if !b.box.Empty() {
		b.paintBox(dst, band)
	}
}

// paintRow paints one row with the help of the distance field: far from the contour
// it fills or skips as many pixels as the distance allows.
func (b *brush) paintRow(dst *image.RGBA, y, x0, x1 int) {
	_, py := b.view.Picture(0, float64(y-b.origin.Y)+0.5)
	row := b.field.rowAt(py, b.view.Zoom)
	cell := float64(b.field.cell)
	px, _ := b.view.Picture(float64(x0-b.origin.X)+0.5, 0)
	at := float32((px-float64(b.field.x0))/cell - 0.5)
	step := float32(1 / (b.view.Zoom * cell))
	pix := dst.Pix[dst.PixOffset(x0, y):][:4*(x1-x0)]
	reach := float32(1) // how far from the contour something other than fill is drawn
	if b.half > 0 {
		reach = b.half + b.rim + 1
	}
	phase := b.phaseAt(x0, y)
	for i := 0; i < x1-x0; {
		d := row.at(at + float32(i)*step)
		n := 1
		switch {
		case d > reach+1:
			n = min(int(d-reach), x1-x0-i)
			b.fillSpan(pix[4*i:4*(i+n)], phase+i*b.dx)
		case d < -reach-1:
			n = int(-d - reach)
		default:
			b.paintPixel(pix[4*i:4*i+4], d, phase+i*b.dx)
		}
		i += n
	}
}

// fillSpan fills pixels that lie inside.
func (b *brush) fillSpan(pix []byte, phase int) {
	switch {
	case b.fill == nil:
	case b.dx == 0: // plain, or stripes along the row
		blendSpan(pix, b.color, b.fill[modulo(phase, len(b.fill))])
	default:
		k := modulo(phase, len(b.fill))
		for i := 0; i < len(pix); i += 4 {
			blend(pix[i:i+4], b.color, b.fill[k])
			if k++; k == len(b.fill) {
				k = 0
			}
		}
	}
}

// paintPixel draws a pixel near the contour; d is its distance inside.
func (b *brush) paintPixel(pix []byte, d float32, phase int) {
	k := 0
	if len(b.line) > 1 {
		k = modulo(phase, len(b.line))
	}
	if b.fill != nil {
		if c := clamp01(d + 0.5); c > 0 {
			blend(pix, b.color, uint32(c*float32(b.fill[k])))
		}
	}
	if b.half <= 0 {
		return
	}
	if c := clamp01(d+b.half+b.rim+0.5) * clamp01(0.5-d); c > 0 {
		blend(pix, b.edge, uint32(c*b.opacity*edgeOpacity*256))
	}
	if c := clamp01(b.half - max(d, -d) + 0.5); c > 0 {
		blend(pix, b.line[k], uint32(c*b.opacity*256))
	}
}

// snapBox returns a box on whole pixels, so that its lines are crisp.
func snapBox(box [4]float32, v View) image.Rectangle {
	x0, y0 := v.Target(float64(box[0]), float64(box[1]))
	x1, y1 := v.Target(float64(box[2]), float64(box[3]))
	clampInt := func(f float64) int {
		if math.IsNaN(f) {
			return 0
		}
		return int(math.Round(min(max(f, -1<<24), 1<<24)))
	}
	return image.Rectangle{image.Pt(clampInt(x0), clampInt(y0)), image.Pt(max(clampInt(x1), clampInt(x0)+1), max(clampInt(y1), clampInt(y0)+1))}
}

// paintBox draws the box's lines, centred on it, with the edge outside.
func (b *brush) paintBox(dst *image.RGBA, band image.Rectangle) {
	half := b.half
	if half < 0 {
		half = -half
	}
	width, rim := max(int(2*half+0.5), 1), max(int(b.rim+0.5), 1)
	outer := b.box.Inset(-width / 2)
	b.frame(dst, band, outer.Inset(-rim), rim, uint32(b.opacity*edgeOpacity*256), nil)
	b.frame(dst, band, outer, width, uint32(b.opacity*256), b.line)
}

// frame draws the inner edge of r, width pixels wide; line nil is the edge colour.
func (b *brush) frame(dst *image.RGBA, band, r image.Rectangle, width int, alpha uint32, line []color.NRGBA) {
	bar := func(x0, y0, x1, y1 int) {
		part := image.Rect(x0, y0, x1, y1).Intersect(r).Intersect(band)
		for y := part.Min.Y; y < part.Max.Y; y++ {
			pix := dst.Pix[dst.PixOffset(part.Min.X, y):][:4*part.Dx()]
			for i := range part.Dx() {
				c := b.edge
				if line != nil {
					c = line[modulo(b.phaseAt(part.Min.X+i, y), len(line))]
				}
				blend(pix[4*i:4*i+4], c, alpha)
			}
		}
	}
	top, bottom := min(r.Min.Y+width, r.Max.Y), max(r.Max.Y-width, r.Min.Y+width)
	bar(r.Min.X, r.Min.Y, r.Max.X, top)
	bar(r.Min.X, bottom, r.Max.X, r.Max.Y)
	bar(r.Min.X, top, r.Min.X+width, bottom)
	bar(max(r.Max.X-width, r.Min.X+width), top, r.Max.X, bottom)
}
