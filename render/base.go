package render

import (
	"image"
	"math"
	"sync"
)

// pyramid is a picture at full size and at successive halves, each made from the
// one before by averaging 2 × 2 pixels when it is first needed.
type pyramid struct {
	full   *image.RGBA
	mu     sync.Mutex // guards levels
	levels []*image.RGBA
}

func newPyramid(base *image.RGBA) *pyramid {
	return &pyramid{full: base, levels: []*image.RGBA{base}}
}

// level returns the picture at about 1/2ⁿ of its size. Odd sizes are rounded up.
func (p *pyramid) level(n int) *image.RGBA {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.levels) <= n {
		p.levels = append(p.levels, half(p.levels[len(p.levels)-1]))
	}
	return p.levels[n]
}

// depth returns the level to draw from at a zoom: the smallest that need not be
// enlarged.
func (p *pyramid) depth(zoom float64) int {
	full, n := p.full, 0
	for zoom*float64(int(1)<<n) <= 0.5 && full.Rect.Dx()>>n > 1 && full.Rect.Dy()>>n > 1 {
		n++
	}
	return n
}

func half(src *image.RGBA) *image.RGBA {
	sw, sh := src.Rect.Dx(), src.Rect.Dy()
	w, h := (sw+1)/2, (sh+1)/2
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	parallel(h, 16, func(from, to int) {
		for y := from; y < to; y++ {
			a := src.Pix[2*y*src.Stride:]
			b := src.Pix[min(2*y+1, sh-1)*src.Stride:]
			out := dst.Pix[y*dst.Stride:][:4*w]
			for x := range w {
				i, j := 8*x, 4*min(2*x+1, sw-1)
				for c := range 4 {
					out[4*x+c] = uint8((uint32(a[i+c]) + uint32(a[j+c]) + uint32(b[i+c]) + uint32(b[j+c]) + 2) / 4)
				}
			}
		}
	})
	return dst
}

// DrawBase draws the picture itself. Pixels of dst outside the picture are
// unchanged. Below 100 % the picture is averaged, above it is interpolated
// smoothly; from 400 % on the pixels begin to show as squares. The first drawing
// below 50 % makes the picture's halves, which Warm can do in advance.
func (p *Prepared) DrawBase(dst *image.RGBA, v View) {
	if p.base != nil && v.valid() {
		p.base.draw(dst, v)
	}
}

// Warm makes in advance the levels that DrawBase needs at this zoom, to keep that
// work off the window's goroutine: some 100 ms for 50 megapixels, and a third more
// memory.
func (p *Prepared) Warm(zoom float64) {
	if p.base != nil && (View{Zoom: zoom}).valid() {
		p.base.level(p.base.depth(zoom))
	}
}

// DrawBase draws base once; to draw it often, keep a Prepared.
func DrawBase(dst, base *image.RGBA, v View) {
	if v.valid() {
		newPyramid(base).draw(dst, v)
	}
}

func (v View) valid() bool {
	finite := func(f float64) bool { return !math.IsNaN(f) && math.Abs(f) < 1e9 }
	return v.Zoom > 1e-6 && v.Zoom < 1e6 && finite(v.X) && finite(v.Y)
}

func (p *pyramid) draw(dst *image.RGBA, v View) {
	full := p.full
	area := targetRect(v, 0, 0, float64(full.Rect.Dx()), float64(full.Rect.Dy())).Add(dst.Rect.Min).Intersect(dst.Rect)
	if area.Empty() {
		return
	}
	n := p.depth(v.Zoom)
	src := p.level(n)
	scale := float64(int(1) << n)
	columns := taps(area.Min.X-dst.Rect.Min.X, area.Dx(), v.X, v.Zoom, scale, src.Rect.Dx())
	rows := taps(area.Min.Y-dst.Rect.Min.Y, area.Dy(), v.Y, v.Zoom, scale, src.Rect.Dy())
	parallel(area.Dy(), 16, func(from, to int) {
		for y := from; y < to; y++ {
			r := rows[y]
			out := dst.Pix[dst.PixOffset(area.Min.X, area.Min.Y+y):][:4*area.Dx()]
			resampleRow(out, src.Pix[r.a*src.Stride:], src.Pix[r.b*src.Stride:], r.t, columns)
		}
	})
}

// tap holds the sources of a target pixel along one axis: source pixels a and b, b
// with weight t of 256.
type tap struct {
	a, b int
	t    uint32
}

// taps returns the taps of n target pixels from first on; origin and zoom are as in
// View, scale is the number of the picture's pixels in one source pixel, size the
// number of source pixels along this axis.
func taps(first, n int, origin, zoom, scale float64, size int) []tap {
	all := make([]tap, n)
	sharp := max(1, zoom/4) // squares with smooth edges
	for i := range all {
		at := (origin+(float64(first+i)+0.5)/zoom)/scale - 0.5
		floor := math.Floor(at)
		t := min(max((at-floor-0.5)*sharp+0.5, 0), 1)
		a := int(floor)
		all[i] = tap{min(max(a, 0), size-1), min(max(a+1, 0), size-1), uint32(t*256 + 0.5)}
	}
	return all
}

// resampleRow mixes two source rows, the lower with weight ty of 256.
func resampleRow(out, upper, lower []byte, ty uint32, columns []tap) {
	for x, c := range columns {
		a, b := 4*c.a, 4*c.b
		o := out[4*x : 4*x+4 : 4*x+4]
		if ty == 0 && c.t == 0 {
			copy(o, upper[a:a+4])
			continue
		}
		ua, ub, la, lb := upper[a:a+4:a+4], upper[b:b+4:b+4], lower[a:a+4:a+4], lower[b:b+4:b+4]
		wa, wb := (256-c.t)*(256-ty), c.t*(256-ty)
		va, vb := (256-c.t)*ty, c.t*ty
		o[0] = uint8((uint32(ua[0])*wa + uint32(ub[0])*wb + uint32(la[0])*va + uint32(lb[0])*vb + 1<<15) >> 16)
		o[1] = uint8((uint32(ua[1])*wa + uint32(ub[1])*wb + uint32(la[1])*va + uint32(lb[1])*vb + 1<<15) >> 16)
		o[2] = uint8((uint32(ua[2])*wa + uint32(ub[2])*wb + uint32(la[2])*va + uint32(lb[2])*vb + 1<<15) >> 16)
		o[3] = uint8((uint32(ua[3])*wa + uint32(ub[3])*wb + uint32(la[3])*va + uint32(lb[3])*vb + 1<<15) >> 16)
	}
}

// targetRect returns the rectangle of whole target pixels, relative to the target's
// corner, around a rectangle of the picture.
func targetRect(v View, x0, y0, x1, y1 float64) image.Rectangle {
	ax, ay := v.Target(x0, y0)
	bx, by := v.Target(x1, y1)
	clampInt := func(f float64) int { return int(min(max(f, -1<<30), 1<<30)) }
	// A small tolerance: 0.1·10 is not quite 1 in binary.
	return image.Rect(clampInt(math.Floor(ax+1e-6)), clampInt(math.Floor(ay+1e-6)), clampInt(math.Ceil(bx-1e-6)), clampInt(math.Ceil(by-1e-6)))
}
