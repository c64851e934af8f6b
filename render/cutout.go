package render

import (
	"image"
	"image/color"
	"math"

	"descry/inference"
)

// Cutout returns one object of the picture on a transparent background, cropped to
// it, with smooth edges; the box for an object without a mask; nil for an object
// that has no pixel in the picture.
func Cutout(base *image.RGBA, in inference.Instance) *image.NRGBA {
	size := base.Rect.Sub(base.Rect.Min)
	if in.Mask == nil {
		r := image.Rect(floor(in.Box[0]), floor(in.Box[1]), -floor(-in.Box[2]), -floor(-in.Box[3])).Intersect(size)
		return cut(base, r, func(x, y int) float32 { return 1 })
	}
	x0, y0, x1, y1, ok := in.Mask.Bounds()
	f, finite := newField(*in.Mask)
	if !ok || !finite {
		return nil
	}
	var row sampler
	at := -1
	return cut(base, image.Rect(x0, y0, x1, y1).Intersect(size), func(x, y int) float32 {
		if y != at {
			row, at = f.rowAt(float64(y)+0.5, 1), y
		}
		return clamp01(row.at((float32(x-f.x0)+0.5)/float32(f.cell)-0.5) + 0.5)
	})
}

// cut copies r with the alpha that cover returns; cover is called row by row.
func cut(base *image.RGBA, r image.Rectangle, cover func(x, y int) float32) *image.NRGBA {
	if r.Empty() {
		return nil
	}
	out := image.NewNRGBA(image.Rect(0, 0, r.Dx(), r.Dy()))
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			c := color.NRGBAModel.Convert(base.RGBAAt(x+base.Rect.Min.X, y+base.Rect.Min.Y)).(color.NRGBA)
			c.A = uint8(float32(c.A)*cover(x, y) + 0.5)
			out.SetNRGBA(x-r.Min.X, y-r.Min.Y, c)
		}
	}
	return out
}

// floor rounds down, within the range of a picture's coordinates.
func floor(v float32) int {
	if math.IsNaN(float64(v)) {
		return 0
	}
	return int(math.Floor(float64(min(max(v, -1<<24), 1<<24))))
}
