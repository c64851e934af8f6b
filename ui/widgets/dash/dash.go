// Package dash draws a dashed frame with rounded corners. Fyne has no dashed lines.
package dash

import (
	"image"
	"image/color"
	"math"
)

const (
	dashRadius = 14.0 // dp
	dashOn     = 9.0
	dashOff    = 7.0
	dashThick  = 2.0
)

// Frame draws a dashed line along the edge of a rectangle with rounded
// corners, w×h device pixels, at unit device pixels per dp.
func Frame(w, h int, unit float64, c color.Color) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	if w < 4 || h < 4 {
		return img
	}
	r, half := dashRadius*unit, dashThick*unit/2
	band := int(math.Ceil(r + half))
	cr, cg, cb, _ := c.RGBA()
	put := func(x, y int) {
		d, along := edge(float64(x)+0.5, float64(y)+0.5, float64(w), float64(h), r, half)
		cover := min(1, max(0, half+0.5-math.Abs(d)))
		if cover == 0 || math.Mod(along/unit, dashOn+dashOff) > dashOn {
			return
		}
		i := img.PixOffset(x, y)
		img.Pix[i], img.Pix[i+1], img.Pix[i+2] = uint8(float64(cr>>8)*cover), uint8(float64(cg>>8)*cover), uint8(float64(cb>>8)*cover)
		img.Pix[i+3] = uint8(255 * cover)
	}
	for y := range h {
		for x := 0; x < w; x++ {
			if x == band && y > band && y < h-band && w > 2*band {
				x = w - band // skip the inside, which stays empty
			}
			put(x, y)
		}
	}
	return img
}

// edge returns the distance of a point from the middle of the line, and its
// position along the line, clockwise from the upper left corner.
func edge(x, y, w, h, r, half float64) (distance, along float64) {
	w, h, x, y, r = w-2*half, h-2*half, x-half, y-half, r-half
	straightX, straightY, arc := w-2*r, h-2*r, math.Pi/2*r
	cx, cy := min(max(x, r), w-r), min(max(y, r), h-r)
	dx, dy := x-cx, y-cy
	if dx != 0 && dy != 0 {
		turn := math.Atan2(dx, -dy) // clockwise from straight up
		switch {
		case dx > 0 && dy < 0:
			along = straightX + turn*r
		case dx > 0:
			along = straightX + arc + straightY + (turn-math.Pi/2)*r
		case dy > 0:
			along = 2*straightX + 2*arc + straightY + (turn+math.Pi)*r
		default:
			along = 2*straightX + 3*arc + 2*straightY + (turn+math.Pi/2)*r
		}
		return math.Hypot(dx, dy) - r, along
	}
	top, bottom, left, right := y, h-y, x, w-x
	switch min(top, bottom, left, right) {
	case top:
		return -top, x - r
	case right:
		return -right, straightX + arc + y - r
	case bottom:
		return -bottom, straightX + 2*arc + straightY + (w - r - x)
	}
	return -left, 2*straightX + 3*arc + straightY + (h - r - y)
}
