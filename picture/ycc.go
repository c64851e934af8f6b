package picture

import (
	"sync"

	"descry/picture/jpegplanes"
)

// planesSource returns a JPEG's rows as libjpeg does: planes stored at a lower
// resolution are interpolated with a triangle filter ("fancy upsampling",
// jdsample.c), then converted with rounding (jdcolor.c). Like Pillow, it takes all
// CMYK in JPEG to be inverted, as Adobe writes it.
func planesSource(p *jpegplanes.Planes) source {
	s := source{width: p.Width, height: p.Height}
	up := make([]*upsampler, len(p.Planes))
	for i := range p.Planes {
		up[i] = newUpsampler(&p.Planes[i])
	}
	room := s.width + 4 // an enlarged line may be longer than the picture is wide, by up to 3
	lines := sync.Pool{New: func() any {
		all := make([]byte, len(up)*room)
		return &all
	}}
	s.row = func(y int, rgb, _ []byte) {
		all := lines.Get().(*[]byte)
		defer lines.Put(all)
		var in [4][]byte
		for i, u := range up {
			in[i] = u.row((*all)[i*room:(i+1)*room], y)[:s.width]
		}
		colourRow(p.Space, rgb, in)
	}
	return s
}

// colourRow converts a row of all components, at full resolution, to RGB.
func colourRow(space jpegplanes.Space, rgb []byte, in [4][]byte) {
	switch space {
	case jpegplanes.Gray:
		grayRow(rgb, in[0], 1)
	case jpegplanes.YCbCr:
		yccRow(rgb, in[0], in[1], in[2])
	case jpegplanes.RGB:
		interleave(rgb, in, 0)
	case jpegplanes.CMYK: // stored inverted, as 255 minus ink
		interleave(rgb, in, 255)
		inkRow(rgb, in[3])
	case jpegplanes.YCCK:
		// YCC encodes R, G, B = 255 − C, M, Y, and Adobe's inversion cancels that:
		// the result of the conversion is the inks.
		yccRow(rgb, in[0], in[1], in[2])
		inkRow(rgb, in[3])
	}
}

// interleave combines three components, each XORed with flip.
func interleave(rgb []byte, in [4][]byte, flip byte) {
	a, b, c := in[0], in[1][:len(in[0])], in[2][:len(in[0])]
	for x, v := range a {
		out := rgb[3*x : 3*x+3 : 3*x+3]
		out[0], out[1], out[2] = v^flip, b[x]^flip, c[x]^flip
	}
}

// inkRow converts the inks C, M and Y to R, G and B, as Pillow's cmyk2rgb does
// (src/libImaging/Convert.c): k is 255 minus the black ink, and each ink removes
// its share of k, with a rounded division by 255.
func inkRow(rgb, black []byte) {
	for x, v := range black {
		k := int(v)
		p := rgb[3*x : 3*x+3 : 3*x+3]
		for c := range p {
			t := int(p[c])*k + 128
			p[c] = byte(max(k-(t>>8+t)>>8, 0))
		}
	}
}

// upsampler enlarges one plane of a JPEG to full size, a row at a time.
type upsampler struct {
	*jpegplanes.Plane
	line func(u *upsampler, dst []byte, y int) // nil: the plane has full size
}

// newUpsampler chooses as jdsample.c does (jinit_upsampler): the triangle
// filter for halves, if the plane is not too narrow for it, else repetition.
func newUpsampler(p *jpegplanes.Plane) *upsampler {
	u := &upsampler{p, (*upsampler).repeated}
	wide := p.Width > 2
	switch [2]int{p.Across, p.Down} {
	case [2]int{1, 1}:
		u.line = nil
	case [2]int{2, 1}:
		if wide {
			u.line = (*upsampler).h2v1
		}
	case [2]int{2, 2}:
		if wide {
			u.line = (*upsampler).h2v2
		}
	case [2]int{1, 2}:
		u.line = (*upsampler).h1v2
	}
	return u
}

// row returns row y of the picture, written to dst unless the plane has it already.
func (u *upsampler) row(dst []byte, y int) []byte {
	if u.line == nil {
		return u.samples(y)
	}
	u.line(u, dst, y)
	return dst
}

// samples returns row y of the plane, without padding.
func (u *upsampler) samples(y int) []byte { return u.Pix[y*u.Stride:][:u.Width] }

// repeated is int_upsample: each sample fills its rectangle.
func (u *upsampler) repeated(dst []byte, y int) {
	for x, v := range u.samples(y / u.Down) {
		for i := range u.Across {
			dst[x*u.Across+i] = v
		}
	}
}

// h2v1 is h2v1_fancy_upsample: 3/4 of the nearer sample and 1/4 of the further.
func (u *upsampler) h2v1(dst []byte, y int) {
	in := u.samples(y)
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

// around returns the row nearest to row y of the picture and the further one:
// above for even y, below for odd y, repeated at the picture's edges.
func (u *upsampler) around(y int) (near, far []byte) {
	n := y / 2
	f := n - 1
	if y%2 == 1 {
		f = n + 1
	}
	return u.samples(n), u.samples(min(max(f, 0), u.Height-1))
}

// h2v2 is h2v2_fancy_upsample: the triangle in both directions, 9/16, 3/16,
// 3/16 and 1/16.
func (u *upsampler) h2v2(dst []byte, y int) {
	near, far := u.around(y)
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
func (u *upsampler) h1v2(dst []byte, y int) {
	near, far := u.around(y)
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
