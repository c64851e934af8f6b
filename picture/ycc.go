package picture

import (
	"image"
	"sync"
)

// yccSource gives a JPEG's rows as libjpeg does: chroma that was stored at a
// lower resolution is interpolated with a triangle filter ("fancy upsampling",
// jdsample.c), then converted with rounding (jdcolor.c). image/jpeg's own
// conversion repeats chroma samples and truncates: up to 50 grey levels off at
// colour edges.
func yccSource(m *image.YCbCr) source {
	s := source{width: m.Rect.Dx(), height: m.Rect.Dy()}
	up := &upsampler{planes: m, width: s.width, height: s.height}
	up.lines.New = func() any {
		lines := make([]byte, 2*(s.width+2))
		return &lines
	}
	up.chromaWidth, up.chromaHeight = s.width, s.height
	switch m.SubsampleRatio {
	case image.YCbCrSubsampleRatio444:
		up.line = up.same
	case image.YCbCrSubsampleRatio422:
		up.chromaWidth = (s.width + 1) / 2
		up.line = up.h2v1
	case image.YCbCrSubsampleRatio420:
		up.chromaWidth, up.chromaHeight = (s.width+1)/2, (s.height+1)/2
		up.line = up.h2v2
	case image.YCbCrSubsampleRatio440:
		up.chromaHeight = (s.height + 1) / 2
		up.line = up.h1v2
	case image.YCbCrSubsampleRatio411:
		up.across, up.down = 4, 1
		up.line = up.repeated
	default:
		up.across, up.down = 4, 2
		up.line = up.repeated
	}
	// jdsample.c: too narrow for the triangle filter.
	if up.chromaWidth <= 2 && (m.SubsampleRatio == image.YCbCrSubsampleRatio422 || m.SubsampleRatio == image.YCbCrSubsampleRatio420) {
		up.across, up.down = 2, 1
		if m.SubsampleRatio == image.YCbCrSubsampleRatio420 {
			up.down = 2
		}
		up.line = up.repeated
	}
	s.row = up.row
	return s
}

// upsampler brings the chroma planes of a JPEG to full size, a row at a time.
type upsampler struct {
	planes                    *image.YCbCr
	width, height             int // of the picture
	chromaWidth, chromaHeight int // samples that are the picture's, without padding
	across, down              int // for repeated: luma samples a chroma sample
	line                      func(dst, plane []byte, y int)
	lines                     sync.Pool // *[]byte: two lines of chroma at full width, and two samples more each
}

func (u *upsampler) row(y int, rgb, _ []byte) {
	chroma := u.lines.Get().(*[]byte)
	defer u.lines.Put(chroma)
	cb, cr := (*chroma)[:u.width+2], (*chroma)[u.width+2:]
	u.line(cb, u.planes.Cb, y)
	u.line(cr, u.planes.Cr, y)
	yccRow(rgb, u.planes.Y[y*u.planes.YStride:][:u.width], cb, cr)
}

// samples is row y of a chroma plane, without padding.
func (u *upsampler) samples(plane []byte, y int) []byte {
	return plane[y*u.planes.CStride:][:u.chromaWidth]
}

func (u *upsampler) same(dst, plane []byte, y int) { copy(dst, u.samples(plane, y)) }

// repeated is int_upsample: each sample fills its rectangle.
func (u *upsampler) repeated(dst, plane []byte, y int) {
	in := plane[y/u.down*u.planes.CStride:]
	for x := range u.width {
		dst[x] = in[x/u.across]
	}
}

// h2v1 is h2v1_fancy_upsample: 3/4 of the nearer sample and 1/4 of the further.
func (u *upsampler) h2v1(dst, plane []byte, y int) {
	in := u.samples(plane, y)
	last := len(in) - 1
	dst[0] = in[0]
	dst[1] = byte((3*int(in[0]) + int(in[1]) + 2) >> 2)
	for i := 1; i < last; i++ {
		v := 3 * int(in[i])
		dst[2*i] = byte((v + int(in[i-1]) + 1) >> 2)
		dst[2*i+1] = byte((v + int(in[i+1]) + 2) >> 2)
	}
	dst[2*last] = byte((3*int(in[last]) + int(in[last-1]) + 1) >> 2)
	dst[2*last+1] = in[last]
}

// around gives the chroma row nearest to luma row y and the further one: above
// for even y, below for odd y, repeated at the picture's edges.
func (u *upsampler) around(plane []byte, y int) (near, far []byte) {
	n := y / 2
	f := n - 1
	if y%2 == 1 {
		f = n + 1
	}
	return u.samples(plane, n), u.samples(plane, min(max(f, 0), u.chromaHeight-1))
}

// h2v2 is h2v2_fancy_upsample: the triangle in both directions, 9/16, 3/16,
// 3/16 and 1/16.
func (u *upsampler) h2v2(dst, plane []byte, y int) {
	near, far := u.around(plane, y)
	far = far[:len(near)]
	last := len(near) - 1
	before, this := 0, 3*int(near[0])+int(far[0])
	next := 3*int(near[1]) + int(far[1])
	dst[0] = byte((4*this + 8) >> 4)
	dst[1] = byte((3*this + next + 7) >> 4)
	for i := 1; i < last; i++ {
		before, this, next = this, next, 3*int(near[i+1])+int(far[i+1])
		out := dst[2*i : 2*i+2 : 2*i+2]
		out[0] = byte((3*this + before + 8) >> 4)
		out[1] = byte((3*this + next + 7) >> 4)
	}
	dst[2*last] = byte((3*next + this + 8) >> 4)
	dst[2*last+1] = byte((4*next + 7) >> 4)
}

// h1v2 is libjpeg-turbo's h1v2_fancy_upsample; its two biases alternate.
func (u *upsampler) h1v2(dst, plane []byte, y int) {
	near, far := u.around(plane, y)
	bias := 1 + y%2
	for x, v := range near {
		dst[x] = byte((3*int(v) + int(far[x]) + bias) >> 2)
	}
}

// The conversion of jdcolor.c, 16 bits of fraction, as tables by chroma:
// R = Y + 1.40200·Cr, G = Y − 0.34414·Cb − 0.71414·Cr, B = Y + 1.77200·Cb.
var crToR, cbToB, crToG, cbToG = chromaTables()

func chromaTables() (rr, bb, rg, bg [256]int32) {
	const round = 1 << 15
	for i := range int32(256) {
		x := i - 128
		rr[i] = (91881*x + round) >> 16
		bb[i] = (116130*x + round) >> 16
		rg[i] = -46802 * x
		bg[i] = -22554*x + round
	}
	return rr, bb, rg, bg
}

func yccRow(rgb, luma, cb, cr []byte) {
	cb, cr = cb[:len(luma)], cr[:len(luma)]
	for i, v := range luma {
		y, b, r := int32(v), cb[i], cr[i]
		out := rgb[i*3 : i*3+3 : i*3+3]
		out[0] = clamp(y + crToR[r])
		out[1] = clamp(y + (cbToG[b]+crToG[r])>>16)
		out[2] = clamp(y + cbToB[b])
	}
}

func clamp(v int32) byte {
	if uint32(v) > 255 {
		if v < 0 {
			return 0
		}
		return 255
	}
	return byte(v)
}
