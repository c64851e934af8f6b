package canvas

import (
	"image"
	"sync"

	"descry/render"
)

// inBands divides rows among a number of goroutines and waits for them.
func inBands(rows, workers int, do func(from, to int)) {
	workers = max(1, min(workers, rows/32))
	var wg sync.WaitGroup
	for i := range workers {
		from, to := rows*i/workers, rows*(i+1)/workers
		if i == workers-1 {
			do(from, to)
			break
		}
		wg.Go(func() { do(from, to) })
	}
	wg.Wait()
}

// drawBase fills dst with the visible part of the picture, and with background
// around it. Pixels are interpolated up to a zoom of 2 and drawn as squares
// beyond: at that zoom, users want to see them.
func drawBase(dst *image.RGBA, levels []*image.RGBA, v render.View, background [4]uint8) {
	level, scale := 0, v.Zoom
	for scale <= 0.5 && level+1 < len(levels) {
		level, scale = level+1, scale*2
	}
	src := levels[level]
	// Pixels of the level per pixel of the picture: not exactly 1/2^level, because
	// odd sizes are rounded up.
	kx := float64(src.Rect.Dx()) / float64(levels[0].Rect.Dx())
	ky := float64(src.Rect.Dy()) / float64(levels[0].Rect.Dy())
	xs := columns(dst.Rect.Dx(), v.X, v.Zoom, kx, src.Rect.Dx(), scale > 2)
	inBands(dst.Rect.Dy(), 2, func(from, to int) {
		for y := from; y < to; y++ {
			drawRow(dst.Pix[y*dst.Stride:y*dst.Stride+4*dst.Rect.Dx()], src, xs, (v.Y+(float64(y)+0.5)/v.Zoom)*ky, scale > 2, background)
		}
	})
}

// column is a column of the target in the source: the byte offsets of two
// neighbours, and the weight of the second in 1/256. If a < 0, it is outside.
type column struct{ a, b, f int }

func columns(n int, x0, zoom, k float64, width int, squares bool) []column {
	cols := make([]column, n)
	for i := range cols {
		cols[i] = sample((x0+(float64(i)+0.5)/zoom)*k, width, 4, squares)
	}
	return cols
}

// sample returns the two neighbours of a position and their weight.
func sample(at float64, size, step int, squares bool) column {
	if at < 0 || at >= float64(size) {
		return column{a: -1}
	}
	if squares {
		return column{int(at) * step, int(at) * step, 0}
	}
	at = max(0, at-0.5)
	i := int(at)
	return column{i * step, min(i+1, size-1) * step, int((at - float64(i)) * 256)}
}

func drawRow(out []uint8, src *image.RGBA, cols []column, at float64, squares bool, background [4]uint8) {
	row := sample(at, src.Rect.Dy(), src.Stride, squares)
	if row.a < 0 {
		for i := range cols {
			copy(out[4*i:], background[:])
		}
		return
	}
	p, q, g := src.Pix[row.a:], src.Pix[row.b:], row.f
	for i, c := range cols {
		o := out[4*i : 4*i+4 : 4*i+4]
		if c.a < 0 {
			copy(o, background[:])
			continue
		}
		if squares {
			copy(o, p[c.a:c.a+4])
			continue
		}
		a, b, d, e := p[c.a:c.a+4], p[c.b:c.b+4], q[c.a:c.a+4], q[c.b:c.b+4]
		for k := range 3 {
			top := int(a[k])<<8 + (int(b[k])-int(a[k]))*c.f
			low := int(d[k])<<8 + (int(e[k])-int(d[k]))*c.f
			o[k] = uint8((top<<8 + (low-top)*g + 1<<15) >> 16)
		}
		o[3] = 255
	}
}
