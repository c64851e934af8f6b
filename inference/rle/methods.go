package rle

import (
	"fmt"
	"math"
)

// FromBitmap encodes a bitmap of h × w bytes, row by row; every non-zero byte is
// foreground. len(bits) must be h·w.
func FromBitmap(bits []byte, h, w int) Mask { return FromCrop(bits, h, w, 0, 0, h, w) }

// columnsAtOnce is the number of columns that FromCrop transposes at a time, so
// that a wide bitmap is not read one byte per cache line.
const columnsAtOnce = 64

// FromCrop encodes a bitmap of ch × cw bytes, row by row, whose upper left corner
// is at (x0, y0) of a mask of h × w pixels. Parts outside the mask are cut off;
// pixels outside the bitmap are background.
func FromCrop(bits []byte, ch, cw, y0, x0, h, w int) Mask {
	m := Mask{Height: h, Width: w}
	run, foreground := uint64(0), false // the current run
	put := func(n uint64, fore bool) {
		if n == 0 {
			return
		}
		if fore != foreground {
			m.Counts = append(m.Counts, uint32(run))
			run, foreground = 0, fore
		}
		run += n
	}
	xa, xb := max(x0, 0), min(x0+cw, w)
	ya, yb := max(y0, 0), min(y0+ch, h)
	if xa >= xb || ya >= yb {
		xa, xb = 0, 0
	}
	put(uint64(xa)*uint64(h), false)
	column := make([]byte, columnsAtOnce*max(yb-ya, 0))
	for x := xa; x < xb; x += columnsAtOnce {
		n := min(columnsAtOnce, xb-x)
		for y := ya; y < yb; y++ {
			row := bits[(y-y0)*cw+x-x0:][:n]
			for i, b := range row {
				column[i*(yb-ya)+y-ya] = b
			}
		}
		for i := range n {
			put(uint64(ya), false)
			putBytes(column[i*(yb-ya):][:yb-ya], put)
			put(uint64(h-yb), false)
		}
	}
	put(uint64(w-xb)*uint64(h), false)
	m.Counts = append(m.Counts, uint32(run))
	return m
}

// putBytes calls put for each run of one column.
func putBytes(column []byte, put func(n uint64, fore bool)) {
	start := 0
	for y := 1; y <= len(column); y++ {
		if y == len(column) || (column[y] != 0) != (column[start] != 0) {
			put(uint64(y-start), column[start] != 0)
			start = y
		}
	}
}

// pixels returns h·w, or an error if a mask cannot have that size: runs are 32-bit
// numbers.
func pixels(h, w int) (uint64, error) {
	if h < 0 || w < 0 || h > math.MaxInt32 || w > math.MaxInt32 || uint64(h)*uint64(w) > math.MaxUint32 {
		return 0, fmt.Errorf("a mask of %d × %d pixels is out of range", w, h)
	}
	return uint64(h) * uint64(w), nil
}

// Valid returns an error if the mask is invalid: the size must be possible and the
// runs must sum to Height·Width.
func (m Mask) Valid() error {
	want, err := pixels(m.Height, m.Width)
	if err != nil {
		return err
	}
	sum := uint64(0)
	for i, n := range m.Counts {
		if sum += uint64(n); sum > want {
			return fmt.Errorf("run %d ends at pixel %d of a mask of %d × %d", i, sum, m.Width, m.Height)
		}
	}
	if sum != want {
		return fmt.Errorf("the runs end at pixel %d of %d", sum, want)
	}
	return nil
}

// runs calls f with each foreground run as [from, to), positions in column-major
// order cut to the mask's size, until f returns false.
func (m Mask) runs(f func(from, to int) bool) {
	size, err := pixels(m.Height, m.Width)
	if err != nil {
		return
	}
	at := uint64(0)
	for i, n := range m.Counts {
		to := min(at+uint64(n), size)
		if i%2 == 1 && to > at && !f(int(at), int(to)) {
			return
		}
		at = to
	}
}

// Area returns the number of foreground pixels.
func (m Mask) Area() int {
	area := 0
	m.runs(func(from, to int) bool { area += to - from; return true })
	return area
}

// Bounds returns the smallest rectangle x0 ≤ x < x1, y0 ≤ y < y1 around the
// foreground; ok is false if there is none. Foreground runs of length 0 are
// ignored, as in maskApi's rleToBbox.
func (m Mask) Bounds() (x0, y0, x1, y1 int, ok bool) {
	x0, y0 = m.Width, m.Height
	m.runs(func(from, to int) bool {
		ok = true
		xa, xb := from/m.Height, (to-1)/m.Height
		x0, x1 = min(x0, xa), max(x1, xb+1)
		if xa != xb { // the run continues in the next column
			y0, y1 = 0, m.Height
			return true
		}
		y0, y1 = min(y0, from%m.Height), max(y1, (to-1)%m.Height+1)
		return true
	})
	if !ok {
		return 0, 0, 0, 0, false
	}
	return x0, y0, x1, y1, true
}

// Bitmap decodes the mask: Height·Width bytes, row by row, 0 or 1.
func (m Mask) Bitmap() []byte { return m.BitmapIn(0, 0, m.Width, m.Height) }

// BitmapIn decodes the part x0 ≤ x < x1, y0 ≤ y < y1, row by row, 0 or 1. Pixels
// outside the mask are 0. For an empty rectangle it returns nil.
func (m Mask) BitmapIn(x0, y0, x1, y1 int) []byte {
	w, h := x1-x0, y1-y0
	if w <= 0 || h <= 0 {
		return nil
	}
	bits := make([]byte, w*h)
	m.runs(func(from, to int) bool {
		for x := from / m.Height; x <= (to-1)/m.Height && x < x1; x++ {
			if x < x0 {
				continue
			}
			ya, yb := max(from-x*m.Height, y0), min(to-x*m.Height, m.Height, y1)
			for y := max(ya, 0); y < yb; y++ {
				bits[(y-y0)*w+x-x0] = 1
			}
		}
		return from/m.Height < x1
	})
	return bits
}

// Contains reports whether the pixel (x, y) is foreground.
func (m Mask) Contains(x, y int) bool {
	if x < 0 || y < 0 || x >= m.Width || y >= m.Height {
		return false
	}
	at, found := x*m.Height+y, false
	m.runs(func(from, to int) bool {
		found = from <= at && at < to
		return to <= at
	})
	return found
}

// IoU returns intersection over union, 0 for masks of different size or without
// foreground (maskApi's rleIou, for objects that are not crowds).
func IoU(a, b Mask) float64 {
	if a.Height != b.Height || a.Width != b.Width {
		return 0
	}
	both, ends := 0, []int(nil)
	b.runs(func(from, to int) bool { ends = append(ends, from, to); return true })
	i := 0
	a.runs(func(from, to int) bool {
		for i < len(ends) && ends[i+1] <= from {
			i += 2
		}
		for j := i; j < len(ends) && ends[j] < to; j += 2 {
			both += min(to, ends[j+1]) - max(from, ends[j])
		}
		return true
	})
	either := a.Area() + b.Area() - both
	if either == 0 {
		return 0
	}
	return float64(both) / float64(either)
}
