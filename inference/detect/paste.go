package detect

import (
	"descry/inference/rle"
	"descry/picture/resample"
)

// border is the number of zero cells around a mask before it is resized, so that
// its outline can lie within the outermost cells.
const border = 1

// nearHalf is the minimum distance of both ends of a span from one half, on the
// same side, for all values between to be taken as on that side: more than rounding
// can move them.
const nearHalf = 1e-5

// Paste scales a square mask of side·side probabilities (row by row) to box, in a
// picture of width × height pixels, and returns where it is above one half
// (paste_mask_in_image in roi_heads.py): the padded mask is interpolated as torch
// does, over the box enlarged in proportion and cut to whole pixels.
//
// It makes no bitmap. A column of the picture is one interpolated column of the
// mask; down it, values change linearly from cell to cell, so that a span between
// two cells on the same side of one half is one run.
func Paste(mask []float32, side int, box Box, width, height int) rle.Mask {
	x0, y0, x1, y1 := grown(box, float32(float64(side+2*border)/float64(side)))
	p := paster{
		mask: mask, side: side, y0: y0, height: height,
		across: resample.NewAxis(side+2*border, max(x1-x0+1, 1)),
		down:   resample.NewAxis(side+2*border, max(y1-y0+1, 1)),
		column: make([]float32, side+2*border),
		out:    rle.Mask{Height: height, Width: width},
	}
	p.from, p.to = max(y0, 0), min(y1+1, height)
	left, right := max(x0, 0), min(x1+1, width)
	if left >= right || p.from >= p.to {
		p.put(width*height, false)
		return p.finish()
	}
	p.spans = p.newSpans()
	p.put(left*height, false)
	for x := left; x < right; x++ {
		p.pasteColumn(x - x0)
	}
	p.put((width-right)*height, false)
	return p.finish()
}

// grown returns the box scaled about its centre, truncated to integers
// (expand_boxes, then a cast to int64). Coordinates are limited, so that an extreme
// box cannot overflow.
func grown(b Box, scale float32) (x0, y0, x1, y1 int) {
	halfW, halfH := float32(float32(b.width()*0.5)*scale), float32(float32(b.height()*0.5)*scale)
	x, y := float32((b[2]+b[0])*0.5), float32((b[3]+b[1])*0.5)
	return truncate(x - halfW), truncate(y - halfH), truncate(x + halfW), truncate(y + halfH)
}

// truncate truncates v to an integer within ±2^24; NaN is 0.
func truncate(v float32) int {
	const far = 1 << 24
	if v != v {
		return 0
	}
	return int(min(max(v, -far), far))
}

// paster is the state of one Paste.
type paster struct {
	mask         []float32
	side         int
	y0           int // the picture's row at the resized mask's first row
	from, to     int // rows of the picture that the mask covers
	height       int
	across, down resample.Axis
	spans        []span
	column       []float32 // one interpolated column of the padded mask
	out          rle.Mask
	run          int
	foreground   bool
}

// put appends n pixels to the runs.
func (p *paster) put(n int, foreground bool) {
	if n == 0 {
		return
	}
	if foreground != p.foreground {
		p.out.Counts = append(p.out.Counts, uint32(p.run))
		p.run, p.foreground = 0, foreground
	}
	p.run += n
}

// finish returns the mask.
func (p *paster) finish() rle.Mask {
	p.out.Counts = append(p.out.Counts, uint32(p.run))
	return p.out
}

// cell returns a value of the padded mask.
func (p *paster) cell(x, y int) float32 {
	x, y = x-border, y-border
	if x < 0 || y < 0 || x >= p.side || y >= p.side {
		return 0
	}
	return p.mask[y*p.side+x]
}

// pasteColumn appends one column of the picture: column x of the resized mask.
func (p *paster) pasteColumn(x int) {
	a, b, wa, wb := p.across.At(x)
	high := float32(0)
	for y := range p.column {
		p.column[y] = resample.Mix(p.cell(a, y), wa, p.cell(b, y), wb)
		high = max(high, p.column[y])
	}
	if high < 0.5-nearHalf {
		p.put(p.height, false)
		return
	}
	p.put(p.from, false)
	for _, s := range p.spans {
		p.pasteSpan(s, p.column[s.near], p.column[s.far])
	}
	p.put(p.height-p.to, false)
}

// span is a range of the picture's rows, from … to−1, that all lie between the same
// two cells of a column.
type span struct{ from, to, near, far int }

// newSpans divides the rows that the mask covers into spans.
func (p *paster) newSpans() []span {
	var all []span
	for y := p.from; y < p.to; y++ {
		near, far, _, _ := p.down.At(y - p.y0)
		if n := len(all); n > 0 && all[n-1].near == near {
			all[n-1].to = y + 1
		} else {
			all = append(all, span{y, y + 1, near, far})
		}
	}
	return all
}

// pasteSpan appends one span, between two values of the column.
func (p *paster) pasteSpan(s span, near, far float32) {
	if low, high := min(near, far), max(near, far); high < 0.5-nearHalf || low > 0.5+nearHalf {
		p.put(s.to-s.from, low > 0.5)
		return
	}
	for y := s.from; y < s.to; y++ {
		_, _, wa, wb := p.down.At(y - p.y0)
		p.put(1, resample.Mix(near, wa, far, wb) > 0.5)
	}
}
