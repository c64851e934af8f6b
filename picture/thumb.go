package picture

import (
	"context"
	"image"

	"github.com/nfnt/resize"
)

// Thumbnail returns img shrunk to fit in maxW×maxH, keeping its aspect ratio, at
// least one pixel each way. It never enlarges, and never returns img itself.
func Thumbnail(img *image.RGBA, maxW, maxH int) *image.RGBA {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	if w <= 0 || h <= 0 || maxW <= 0 || maxH <= 0 {
		return image.NewRGBA(image.Rect(0, 0, 0, 0))
	}
	dw, dh := w, h
	if dw > maxW {
		dw, dh = maxW, max(1, (h*maxW+w/2)/w)
	}
	if dh > maxH {
		dw, dh = max(1, (w*maxH+h/2)/h), maxH
	}
	return shrink(img, min(dw, maxW), min(dh, maxH))
}

// maxByKernel is the maximum number of pixels to shrink with a kernel: for 50
// megapixels that takes most of a second, averaging 2×2 pixels some hundredths.
const maxByKernel = 8_000_000

// minLevel is the longer side, in pixels, at which Pyramid stops.
const minLevel = 256

// Pyramid returns img and its halves, each half as wide and high as the one before
// (rounded up), down to a longer side of 256 pixels or less. The first is img
// itself. If ctx is cancelled, it returns the levels made so far.
func Pyramid(ctx context.Context, img *image.RGBA) []*image.RGBA {
	levels := []*image.RGBA{img}
	for ctx.Err() == nil {
		last := levels[len(levels)-1]
		w, h := last.Rect.Dx(), last.Rect.Dy()
		if max(w, h) <= minLevel {
			break
		}
		if w*h > maxByKernel {
			levels = append(levels, halve(last))
			continue
		}
		levels = append(levels, shrinkBy(last, (w+1)/2, (h+1)/2, resize.Bilinear))
	}
	return levels
}

// shrink resizes with nfnt/resize and works around its faults: it returns its input
// if the size does not change, takes a size of zero to mean "keep the aspect
// ratio", and reads sub-images wrongly if their bounds do not start at zero.
func shrink(img *image.RGBA, w, h int) *image.RGBA {
	at := img.Rect.Min
	src := &image.RGBA{Pix: img.Pix[img.PixOffset(at.X, at.Y):], Stride: img.Stride, Rect: img.Rect.Sub(at)}
	if src.Rect.Dx() == w && src.Rect.Dy() == h {
		return clone(src)
	}
	// A picture that is much too large is halved first: a wide kernel over 50
	// megapixels takes seconds, averaging a fraction.
	for src.Rect.Dx() >= 4*w && src.Rect.Dy() >= 4*h {
		src = halve(src)
	}
	return shrinkBy(src, w, h, resize.Lanczos2)
}

// shrinkBy is resize.Resize for a picture whose bounds start at zero and a size
// that is not zero; it never returns its input.
func shrinkBy(src *image.RGBA, w, h int, kernel resize.InterpolationFunction) *image.RGBA {
	if out, ok := resize.Resize(uint(w), uint(h), src, kernel).(*image.RGBA); ok && out != src {
		return out
	}
	return clone(src)
}

func clone(src *image.RGBA) *image.RGBA {
	out := image.NewRGBA(image.Rect(0, 0, src.Rect.Dx(), src.Rect.Dy()))
	for y := range src.Rect.Dy() {
		copy(out.Pix[y*out.Stride:(y+1)*out.Stride], src.Pix[y*src.Stride:])
	}
	return out
}

// halve averages each 2×2 pixels. At an odd edge the last row or column is
// repeated.
func halve(src *image.RGBA) *image.RGBA {
	w, h := src.Rect.Dx(), src.Rect.Dy()
	out := image.NewRGBA(image.Rect(0, 0, (w+1)/2, (h+1)/2))
	bands(out.Rect.Dy(), w, func(y0, y1 int) {
		for y := y0; y < y1; y++ {
			above := src.Pix[2*y*src.Stride:][:4*w]
			below := src.Pix[min(2*y+1, h-1)*src.Stride:][:4*w]
			to := out.Pix[y*out.Stride:]
			for x := range w / 2 {
				a, b, o := above[8*x:8*x+8:8*x+8], below[8*x:8*x+8:8*x+8], to[4*x:4*x+4:4*x+4]
				for c := range 4 {
					o[c] = byte((uint(a[c]) + uint(a[c+4]) + uint(b[c]) + uint(b[c+4]) + 2) >> 2)
				}
			}
			if w%2 == 1 {
				for c := range 4 {
					to[w/2*4+c] = byte((uint(above[4*(w-1)+c]) + uint(below[4*(w-1)+c]) + 1) >> 1)
				}
			}
		}
	})
	return out
}
