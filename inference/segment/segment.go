// Package segment is the part of a segmentation model (torchvision's DeepLabV3)
// outside its network: the size of the input, and the way from a coarse map of
// logits to a class map at the picture's own size.
//
// torchvision enlarges the logits of every class to the input's size and takes the
// highest at each pixel; most of that work is spent on pixels whose surroundings
// agree. Here only the cells of the coarse map whose four corners disagree are
// interpolated: where the same class is the highest at all corners, it is the
// highest of every weighted mean too. The result is the same.
package segment

import "descry/picture/resample"

// maxSide limits the long side of the network's input, in pixels: pictures much
// longer than eight times their width are made smaller than the model requests,
// rather than millions of pixels long.
const maxSide = 4096

// Resized returns the size to which a picture of w × h pixels is resized: the short
// side becomes short, the long one is truncated to whole pixels
// (torchvision.transforms.functional, resize to one number).
func Resized(w, h, short int) (rw, rh int) {
	if long := long(max(w, h), min(w, h), short); long > maxSide && long > short {
		short = max(short*maxSide/long, 1)
		if w > h {
			return maxSide, short
		}
		return short, maxSide
	}
	if w < h {
		return short, long(h, w, short)
	}
	return long(w, h, short), short
}

// long returns the length of a side when the other becomes short.
func long(side, other, short int) int { return int(float64(short*side) / float64(other)) }

// Coarse is a network's output: logits of Classes classes on a map of Width ×
// Height cells, class by class, row by row.
type Coarse struct {
	Logits        []float32
	Classes       int
	Width, Height int
}

// margin is how much higher than all others, relative to the logit, a class must be
// at a cell's corner to be taken without interpolation: more than rounding can
// change.
const margin = 1e-4

// Map returns the class of each pixel of a picture of w × h pixels, row by row. The
// network's input was the picture resized to rw × rh: the logits are interpolated
// to rw × rh as torch does (bilinear, align_corners=False), the highest class is
// taken (the first of equals), and row y of the picture is row (2y+1)·rh/2h of
// that, and likewise for columns.
func Map(c Coarse, rw, rh, w, h int) []byte {
	m := mapper{
		Coarse: c, best: c.best(), columns: nearest(rw, w),
		across: resample.NewAxis(c.Width, rw), down: resample.NewAxis(c.Height, rh),
	}
	classes := make([]byte, w*h)
	last := -1
	for y, row := range nearest(rh, h) {
		out := classes[y*w : (y+1)*w]
		if row == last { // an enlarged picture repeats rows
			copy(out, classes[(y-1)*w:])
			continue
		}
		m.row(out, row)
		last = row
	}
	return classes
}

// nearest returns the nearest of in positions for each of n positions.
func nearest(in, n int) []int {
	at := make([]int, n)
	for i := range at {
		at[i] = (2*i + 1) * in / (2 * n)
	}
	return at
}

// best returns the highest class of each cell, −1 where another comes near.
func (c Coarse) best() []int16 {
	cells := c.Width * c.Height
	best, high, second := make([]int16, cells), make([]float32, cells), make([]float32, cells)
	copy(high, c.Logits[:cells])
	for i := range second {
		second[i] = high[i] - 1e30
	}
	for class := 1; class < c.Classes; class++ {
		for i, v := range c.Logits[class*cells:][:cells] {
			switch {
			case v > high[i]:
				best[i], high[i], second[i] = int16(class), v, high[i]
			case v > second[i]:
				second[i] = v
			}
		}
	}
	for i, v := range high {
		if !(v-second[i] > margin*(1+max(v, -v))) {
			best[i] = -1
		}
	}
	return best
}

// mapper is the state of one Map.
type mapper struct {
	Coarse
	best         []int16
	columns      []int
	across, down resample.Axis
}

// row writes one row of the picture, which is one row of the network's input.
func (m mapper) row(out []byte, row int) {
	near, far, wn, wf := m.down.At(row)
	for x, column := range m.columns {
		if x > 0 && column == m.columns[x-1] {
			out[x] = out[x-1]
			continue
		}
		left, right, wl, wr := m.across.At(column)
		corners := [4]int{near*m.Width + left, near*m.Width + right, far*m.Width + left, far*m.Width + right}
		if b := m.best[corners[0]]; b >= 0 && b == m.best[corners[1]] && b == m.best[corners[2]] && b == m.best[corners[3]] {
			out[x] = byte(b)
			continue
		}
		out[x] = m.interpolate(corners, [4]float32{wl, wr, wn, wf})
	}
}

// interpolate returns the highest class between four cells.
func (m mapper) interpolate(corners [4]int, w [4]float32) byte {
	best, high := 0, float32(0)
	cells := m.Width * m.Height
	for class := range m.Classes {
		plane := m.Logits[class*cells:][:cells]
		top := resample.Mix(plane[corners[0]], w[0], plane[corners[1]], w[1])
		bottom := resample.Mix(plane[corners[2]], w[0], plane[corners[3]], w[1])
		if v := resample.Mix(top, w[2], bottom, w[3]); class == 0 || v > high {
			best, high = class, v
		}
	}
	return byte(best)
}
