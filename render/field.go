package render

import (
	"image"
	"math"

	"descry/inference/rle"
)

const (
	maxCells  = 1 << 18 // in one field; larger objects get cells of several pixels
	fieldPad  = 3       // empty cells around the object
	fieldUnit = 64      // steps of a stored distance in one cell
	minInner  = 0.1     // cells: the minimum left by smoothing of a mask that is one cell wide
)

// field is a signed distance field around one object: the distance of each cell's
// centre from the mask's contour, in cells, positive inside.
type field struct {
	cell   int // width and height of a cell in pixels of the picture
	x0, y0 int // the picture's pixel at the upper left corner of cell (0, 0)
	w, h   int // cells
	dist   []int16
}

// newField computes the field of a mask; ok is false for an empty or damaged one.
// Cells that are covered by half or more are inside. The distance is the exact
// Euclidean one (Felzenszwalb and Huttenlocher, "Distance Transforms of Sampled
// Functions", 2012), smoothed by a 5-tap binomial: straight contours do not move,
// and the stairs of pixels disappear.
func newField(m rle.Mask) (f field, ok bool) {
	x0, y0, x1, y1, ok := m.Bounds()
	if !ok || m.Valid() != nil {
		return field{}, false
	}
	f.cell = 1
	for (x1-x0)/f.cell*((y1-y0)/f.cell) > maxCells {
		f.cell++
	}
	f.x0, f.y0 = x0-fieldPad*f.cell, y0-fieldPad*f.cell
	f.w = (x1-x0+f.cell-1)/f.cell + 2*fieldPad
	f.h = (y1-y0+f.cell-1)/f.cell + 2*fieldPad
	inside := f.cover(m)
	d := signedDistance(inside, f.w, f.h)
	f.dist = smooth(d, inside, f.w, f.h)
	return f, true
}

// cover reports which cells the mask covers by half or more. At least one cell
// is covered: the fullest, if none is by half.
func (f *field) cover(m rle.Mask) []bool {
	count := make([]uint32, f.w*f.h)
	at := 0
	for i, n := range m.Counts {
		from, to := at, at+int(n)
		at = to
		if i%2 == 0 {
			continue
		}
		for from < to {
			x, y := from/m.Height, from%m.Height
			end := min(m.Height, y+to-from)
			column := count[(x-f.x0)/f.cell:]
			for from += end - y; y < end; {
				cy := (y - f.y0) / f.cell
				next := min(end, f.y0+(cy+1)*f.cell)
				column[cy*f.w] += uint32(next - y)
				y = next
			}
		}
	}
	half, fullest, any := uint32(f.cell*f.cell+1)/2, 0, false
	inside := make([]bool, len(count))
	for i, n := range count {
		inside[i] = n >= half
		any = any || inside[i]
		if n > count[fullest] {
			fullest = i
		}
	}
	if !any {
		inside[fullest] = true
	}
	return inside
}

// signedDistance returns for each cell the distance to the contour between inside
// and outside, in cells, positive inside. Cells beyond the field are outside.
func signedDistance(inside []bool, w, h int) []float32 {
	const far = 1 << 14
	column := make([]int32, w*h) // distance to the nearest cell of the other kind in the column
	for x := range w {
		d := int32(far)
		for y := range h {
			i := y*w + x
			d = towards(inside, i, i-w, d)
			column[i] = d
		}
		d = far
		for y := h - 1; y >= 0; y-- {
			i := y*w + x
			d = towards(inside, i, i+w, d)
			column[i] = min(column[i], d)
		}
	}
	dist := make([]float32, w*h)
	env := newEnvelope(w)
	for y := range h {
		row, in, out := column[y*w:][:w], inside[y*w:][:w], dist[y*w:][:w]
		env.row(row, in, true, out)
		env.row(row, in, false, out)
	}
	return dist
}

// towards is one step of a scan along a column from cell j to cell i.
func towards(inside []bool, i, j int, d int32) int32 {
	before := j >= 0 && j < len(inside) && inside[j]
	if inside[i] != before {
		return 1
	}
	return d + 1
}

// envelope is the lower envelope of the parabolas of one row.
type envelope struct {
	at    []int32   // position of each parabola
	value []float32 // its height
	from  []float32 // where it becomes the lowest
}

func newEnvelope(w int) *envelope {
	return &envelope{make([]int32, 0, w), make([]float32, 0, w), make([]float32, 0, w)}
}

// row writes the distances of the cells of one kind: cells of the other kind are
// sources at height 0, those of the same kind at their column's distance.
func (e *envelope) row(column []int32, inside []bool, kind bool, out []float32) {
	e.at, e.value, e.from = e.at[:0], e.value[:0], e.from[:0]
	some := false
	for x, d := range column {
		height := float32(0)
		if inside[x] == kind {
			some = true
			height = float32(d) * float32(d)
		}
		e.push(int32(x), height)
	}
	if !some {
		return
	}
	k := 0
	for x := range out {
		for k+1 < len(e.at) && e.from[k+1] <= float32(x) {
			k++
		}
		if inside[x] == kind {
			dx := float32(x) - float32(e.at[k])
			d := float32(math.Sqrt(float64(dx*dx+e.value[k]))) - 0.5
			if !kind {
				d = -d
			}
			out[x] = d
		}
	}
}

func (e *envelope) push(x int32, height float32) {
	for n := len(e.at); n > 0; n = len(e.at) {
		px, pv := float32(e.at[n-1]), e.value[n-1]
		fx := float32(x)
		cross := (height + fx*fx - pv - px*px) / (2 * (fx - px))
		if cross > e.from[n-1] {
			e.at, e.value, e.from = append(e.at, x), append(e.value, height), append(e.from, cross)
			return
		}
		e.at, e.value, e.from = e.at[:n-1], e.value[:n-1], e.from[:n-1]
	}
	e.at, e.value, e.from = append(e.at, x), append(e.value, height), append(e.from, float32(math.Inf(-1)))
}

// smooth applies the kernel 1 4 6 4 1 along rows and columns and rounds.
func smooth(d []float32, inside []bool, w, h int) []int16 {
	const limit = math.MaxInt16 / fieldUnit
	tap := func(a, b, c, d, e float32) float32 { return (a + e + 4*(b+d) + 6*c) / 16 }
	rows := make([]float32, len(d))
	for y := range h {
		r, o := d[y*w:][:w], rows[y*w:][:w]
		for x := range r {
			if x >= 2 && x < w-2 {
				o[x] = tap(r[x-2], r[x-1], r[x], r[x+1], r[x+2])
			} else {
				o[x] = tap(r[max(x-2, 0)], r[max(x-1, 0)], r[x], r[min(x+1, w-1)], r[min(x+2, w-1)])
			}
		}
	}
	out := make([]int16, len(d))
	for y := range h {
		a, b, c := rows[max(y-2, 0)*w:][:w], rows[max(y-1, 0)*w:][:w], rows[y*w:][:w]
		e, f := rows[min(y+1, h-1)*w:][:w], rows[min(y+2, h-1)*w:][:w]
		for x := range w {
			v := tap(a[x], b[x], c[x], e[x], f[x])
			if inside[y*w+x] {
				v = max(v, minInner)
			}
			out[y*w+x] = int16(min(max(v, -limit), limit) * fieldUnit)
		}
	}
	return out
}

// bounds returns the rectangle of the picture that the field covers.
func (f *field) bounds() image.Rectangle {
	return image.Rect(f.x0, f.y0, f.x0+f.w*f.cell, f.y0+f.h*f.cell)
}

// sampler reads one row of the field at any x, in cells from the first centre.
// Beyond the field the distance continues to grow from that at its edge.
type sampler struct {
	upper, lower []int16
	lowerPart    float32 // weight of lower, 0 … 1
	above        float32 // distance of the row from the field, in cells
	last         float32 // the largest x in the row
	cell         float32 // pixels of the target in one cell
}

// rowAt returns the row at the picture's height y; zoom as in View.
func (f *field) rowAt(y, zoom float64) sampler {
	at := (y-float64(f.y0))/float64(f.cell) - 0.5
	in := min(max(at, 0), float64(f.h-1))
	i := int(in)
	j := min(i+1, f.h-1)
	return sampler{
		upper: f.dist[i*f.w:][:f.w], lower: f.dist[j*f.w:][:f.w], lowerPart: float32(in - float64(i)),
		above: float32(math.Abs(at - in)), last: float32(f.w - 1), cell: float32(zoom) * float32(f.cell),
	}
}

// at returns the signed distance to the contour in pixels of the target.
func (s *sampler) at(x float32) float32 {
	in := min(max(x, 0), s.last)
	i := int(in)
	j := min(i+1, len(s.upper)-1)
	t := in - float32(i)
	u := float32(s.upper[i]) + t*(float32(s.upper[j])-float32(s.upper[i]))
	l := float32(s.lower[i]) + t*(float32(s.lower[j])-float32(s.lower[i]))
	d := (u + s.lowerPart*(l-u)) / fieldUnit
	if beside := x - in; beside != 0 || s.above != 0 {
		d -= float32(math.Hypot(float64(beside), float64(s.above)))
	}
	return d * s.cell
}
