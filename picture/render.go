package picture

import (
	"context"
	"sync/atomic"
)

// source is a decoded picture, read row by row, as stored: not yet rotated.
type source struct {
	width, height int
	// row writes row y to rgb (3·width bytes) and, if the source has alpha, to
	// alpha (width bytes). It may be called from several goroutines.
	row      func(y int, rgb, alpha []byte)
	hasAlpha bool
}

// turn describes an EXIF orientation (Exif 2.3, tag 274): the stored pixel (x, y)
// moves to (x or its mirror, y or its mirror), swapped if transpose is set.
type turn struct{ mirrorX, mirrorY, transpose bool }

// turns holds the orientations 1 to 8. In orientation 6, for example, stored row 0
// is the right-hand side: the picture is rotated clockwise by a quarter.
var turns = [9]turn{
	2: {mirrorX: true},
	3: {mirrorX: true, mirrorY: true},
	4: {mirrorY: true},
	5: {transpose: true},
	6: {mirrorY: true, transpose: true},
	7: {mirrorX: true, mirrorY: true, transpose: true},
	8: {mirrorX: true, transpose: true},
}

// lattice describes the positions of stored pixels in the upright picture: pixel
// (x, y) is at index start + x·dx + y·dy.
type lattice struct{ start, dx, dy int }

func (t turn) lattice(width, height int) lattice {
	l := lattice{dx: 1, dy: width}
	if t.transpose {
		l.dx, l.dy = height, 1
	}
	if t.mirrorX {
		l.start += (width - 1) * l.dx
		l.dx = -l.dx
	}
	if t.mirrorY {
		l.start += (height - 1) * l.dy
		l.dy = -l.dy
	}
	return l
}

// stripe is the number of rows converted before they are written, so that
// neighbours in a transposed picture are written together.
const stripe = 16

// render sets p's size and pixels from s, rotated to p.Orientation.
func (s source) render(ctx context.Context, p *Picture) error {
	t := turns[p.Orientation]
	p.Width, p.Height = s.width, s.height
	if t.transpose {
		p.Width, p.Height = s.height, s.width
	}
	p.RGB = make([]byte, s.width*s.height*3)
	if s.hasAlpha {
		p.Alpha = make([]byte, s.width*s.height)
	}
	l := t.lattice(s.width, s.height)
	var seen atomic.Bool // whether any pixel is transparent
	bands(s.height, s.width, func(y0, y1 int) {
		if !s.renderBand(ctx, p, l, y0, y1) {
			seen.Store(true)
		}
	})
	if !seen.Load() {
		p.Alpha = nil
	}
	return ctx.Err()
}

// renderBand renders stored rows y0 to y1 and reports whether all were opaque.
func (s source) renderBand(ctx context.Context, p *Picture, l lattice, y0, y1 int) (opaque bool) {
	if l.dx == 1 {
		return s.renderRows(ctx, p, l, y0, y1)
	}
	opaque = true
	rgb := make([]byte, stripe*s.width*3)
	var alpha []byte
	if s.hasAlpha {
		alpha = make([]byte, stripe*s.width)
	}
	for y := y0; y < y1 && ctx.Err() == nil; y += stripe {
		rows := min(stripe, y1-y)
		for i := range rows {
			var a []byte
			if s.hasAlpha {
				a = alpha[i*s.width : (i+1)*s.width]
			}
			s.row(y+i, rgb[i*s.width*3:(i+1)*s.width*3], a)
		}
		at := l
		at.start += y * l.dy
		at.place(p.RGB, rgb, s.width, rows)
		if s.hasAlpha {
			at.placeBytes(p.Alpha, alpha, s.width, rows)
			opaque = opaque && allOpaque(alpha[:rows*s.width])
		}
	}
	return opaque
}

// renderRows is renderBand for stored rows that are rows of the upright picture, in
// the same direction: they are converted in place.
func (s source) renderRows(ctx context.Context, p *Picture, l lattice, y0, y1 int) (opaque bool) {
	opaque = true
	for y := y0; y < y1 && ctx.Err() == nil; y++ {
		at := l.start + y*l.dy
		var alpha []byte
		if s.hasAlpha {
			alpha = p.Alpha[at : at+s.width]
		}
		s.row(y, p.RGB[at*3:(at+s.width)*3], alpha)
		opaque = opaque && allOpaque(alpha)
	}
	return opaque
}

func allOpaque(alpha []byte) bool {
	for _, a := range alpha {
		if a != 0xff {
			return false
		}
	}
	return true
}

// place writes rows of RGB at their positions in the lattice.
func (l lattice) place(dst, src []byte, width, rows int) {
	for x := range width {
		at := (l.start + x*l.dx) * 3
		for y := range rows {
			in := src[(y*width+x)*3:]
			out := dst[at+y*l.dy*3:]
			out[0], out[1], out[2] = in[0], in[1], in[2]
		}
	}
}

// placeBytes is place for one byte a pixel.
func (l lattice) placeBytes(dst, src []byte, width, rows int) {
	for y := range rows {
		for x, v := range src[y*width : (y+1)*width] {
			dst[l.start+x*l.dx+y*l.dy] = v
		}
	}
}
