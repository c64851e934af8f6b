package render

import (
	"descry/inference"
	"image"
	"image/color"
	"math"
)

// label is a label to be placed: its size and the box of its object, in pixels of
// the target.
type label struct {
	size image.Point
	box  image.Rectangle
}

// placeLabels returns a place for each label: inside bounds, not overlapping other
// labels, and next to its box where there is room, else in it, else near it.
// Earlier labels have priority. A label that has no room, whose box is out of
// bounds, or that would hide an eighth of the visible area, gets an empty
// rectangle. gap is the space between label and box.
func placeLabels(labels []label, bounds image.Rectangle, gap int) []image.Rectangle {
	placed := make([]image.Rectangle, len(labels))
	for i, l := range labels {
		box := l.box.Intersect(bounds)
		if box.Empty() || l.size.X <= 0 || l.size.Y <= 0 || 8*l.size.X*l.size.Y > bounds.Dx()*bounds.Dy() {
			continue
		}
		best, minCost := image.Rectangle{}, math.Inf(1)
		for rank, at := range candidates(l.size, box, bounds, gap) {
			r := image.Rectangle{at, at.Add(l.size)}
			if !r.In(bounds) || overlapsAny(r, placed[:i]) {
				continue
			}
			if cost := 0.08*float64(rank) + min(covered(r, labels, i), 2); cost < minCost {
				best, minCost = r, cost
			}
		}
		if best.Empty() {
			best = nearby(l.size, box, bounds, placed[:i])
		}
		placed[i] = best
	}
	return placed
}

// candidates returns upper left corners for a label, the best first: above, below,
// beside, inside. Along the box they are moved into bounds.
func candidates(size image.Point, box, bounds image.Rectangle, gap int) []image.Point {
	alongX := func(x int) int { return min(max(x, bounds.Min.X), bounds.Max.X-size.X) }
	alongY := func(y int) int { return min(max(y, bounds.Min.Y), bounds.Max.Y-size.Y) }
	left, right := alongX(box.Min.X), alongX(box.Max.X-size.X)
	top, bottom := alongY(box.Min.Y), alongY(box.Max.Y-size.Y)
	above, below := box.Min.Y-gap-size.Y, box.Max.Y+gap
	before, after := box.Min.X-gap-size.X, box.Max.X+gap
	return []image.Point{
		{left, above}, {left, below}, {right, above}, {right, below},
		{after, top}, {before, top}, {after, bottom}, {before, bottom},
		{alongX(box.Min.X + gap), alongY(box.Min.Y + gap)}, {alongX(box.Max.X - gap - size.X), alongY(box.Min.Y + gap)},
		{alongX(box.Min.X + gap), alongY(box.Max.Y - gap - size.Y)}, {alongX(box.Max.X - gap - size.X), alongY(box.Max.Y - gap - size.Y)},
		{alongX((box.Min.X + box.Max.X - size.X) / 2), alongY((box.Min.Y + box.Max.Y - size.Y) / 2)},
	}
}

// nearby searches for a free place in growing rings around the box's centre.
func nearby(size image.Point, box, bounds image.Rectangle, placed []image.Rectangle) image.Rectangle {
	const rings = 12
	centre := image.Pt((box.Min.X+box.Max.X-size.X)/2, (box.Min.Y+box.Max.Y-size.Y)/2)
	stepX, stepY := max(size.X/3, 1), max(size.Y/2, 1)
	for ring := range rings {
		for dy := -ring; dy <= ring; dy++ {
			for dx := -ring; dx <= ring; dx++ {
				if max(dx, -dx) != ring && max(dy, -dy) != ring {
					continue
				}
				at := centre.Add(image.Pt(dx*stepX, dy*stepY))
				r := image.Rectangle{at, at.Add(size)}
				if r.In(bounds) && !overlapsAny(r, placed) {
					return r
				}
			}
		}
	}
	return image.Rectangle{}
}

func overlapsAny(r image.Rectangle, others []image.Rectangle) bool {
	for _, o := range others {
		if r.Overlaps(o) {
			return true
		}
	}
	return false
}

// covered returns how much of the label lies over other objects' boxes, as a share
// of its area.
func covered(r image.Rectangle, labels []label, own int) float64 {
	area := 0
	for i, l := range labels {
		if both := r.Intersect(l.box); i != own && !both.Empty() {
			area += both.Dx() * both.Dy()
		}
	}
	return float64(area) / float64(r.Dx()*r.Dy())
}

// drawLabels draws the chips. Places are chosen by descending score and do not
// depend on the highlight, so that no label jumps under the pointer.
func (p *Prepared) drawLabels(dst *image.RGBA, area image.Rectangle, v View, s Style) {
	var labels []label
	var chips []chip
	var of []int
	for _, i := range inference.ByScore(instances(p.content.Items)) {
		c, ok := p.names.chip(p.shapes[i].label, s.Scale)
		if !ok {
			return
		}
		if p.shapes[i].pattern != 0 {
			c.size.X, c.at.X = c.size.X+bandOf(s), c.at.X+bandOf(s)
		}
		labels = append(labels, label{c.size, snapBox(p.content.Items[i].Instance.Box, v).Add(dst.Rect.Min)})
		chips, of = append(chips, c), append(of, i)
	}
	gap := max(int(math.Round(4*s.Scale)), 1)
	for k, r := range placeLabels(labels, area.Inset(gap/2), gap) {
		if r.Empty() {
			continue
		}
		opacity := 1.0
		if s.Highlight >= 0 && s.Highlight < len(p.shapes) && s.Highlight != of[k] {
			opacity = dimmed
		}
		shape := p.shapes[of[k]]
		drawChip(dst, r, shape.color, shape.pattern, bandOf(s), chipCorn*s.Scale, s.Scale, opacity)
		drawCoverage(dst, r.Min.Add(chips[k].at), chips[k].text, InkOn(shape.color), opacity)
	}
}

// bandOf returns the width of the striped part of a label, before its text: stripes
// behind the text would make it hard to read.
func bandOf(s Style) int { return int(math.Round(chipBand * s.Scale)) }

// DrawChip fills r with a class's colour, rounded corners and stripes, for
// legends and lists; scale is pixels a dp.
func DrawChip(dst *image.RGBA, r image.Rectangle, class string, scale float64) {
	c, pattern := ClassColor(class)
	drawChip(dst, r, c, pattern, r.Dx(), chipCorn*scale, scale, 1)
}

// drawChip fills a rounded rectangle with smooth corners; its first band columns
// are striped.
func drawChip(dst *image.RGBA, r image.Rectangle, c color.NRGBA, pattern Pattern, band int, radius, scale, opacity float64) {
	b := brush{color: c, stripe: StripeOf(c), pattern: pattern}
	b.prepare(1, stripePeriod*scale, View{}, r.Min)
	radius = min(radius, float64(min(r.Dx(), r.Dy()))/2)
	part := r.Intersect(dst.Rect)
	for y := part.Min.Y; y < part.Max.Y; y++ {
		for x := part.Min.X; x < part.Max.X; x++ {
			dx := radius - min(float64(x-r.Min.X)+0.5, float64(r.Max.X-x)-0.5)
			dy := radius - min(float64(y-r.Min.Y)+0.5, float64(r.Max.Y-y)-0.5)
			cover := opacity
			if dx > 0 && dy > 0 {
				cover *= min(max(radius-math.Hypot(dx, dy)+0.5, 0), 1)
			}
			o := dst.PixOffset(x, y)
			fill := c
			if x < r.Min.X+band {
				fill = b.line[modulo(b.phaseAt(x, y), len(b.line))]
			}
			blend(dst.Pix[o:o+4], fill, uint32(cover*256))
		}
	}
}

// drawCoverage draws text given as coverage, with its upper left at at.
func drawCoverage(dst *image.RGBA, at image.Point, text *image.Alpha, ink color.NRGBA, opacity float64) {
	part := text.Rect.Add(at).Intersect(dst.Rect)
	for y := part.Min.Y; y < part.Max.Y; y++ {
		for x := part.Min.X; x < part.Max.X; x++ {
			if a := text.Pix[text.PixOffset(x-at.X, y-at.Y)]; a != 0 {
				o := dst.PixOffset(x, y)
				blend(dst.Pix[o:o+4], ink, uint32(float64(a)/255*opacity*256))
			}
		}
	}
}
