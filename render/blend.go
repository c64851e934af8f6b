package render

import "image/color"

// blend draws c over one premultiplied RGBA pixel with opacity a of 256.
func blend(pix []byte, c color.NRGBA, a uint32) {
	keep := 256 - a
	pix = pix[:4:4]
	pix[0] = uint8((uint32(pix[0])*keep + uint32(c.R)*a + 128) >> 8)
	pix[1] = uint8((uint32(pix[1])*keep + uint32(c.G)*a + 128) >> 8)
	pix[2] = uint8((uint32(pix[2])*keep + uint32(c.B)*a + 128) >> 8)
	pix[3] = uint8((uint32(pix[3])*keep + 255*a + 128) >> 8)
}

// blendSpan is blend for many pixels.
func blendSpan(pix []byte, c color.NRGBA, a uint32) {
	keep := 256 - a
	r, g, b, o := uint32(c.R)*a+128, uint32(c.G)*a+128, uint32(c.B)*a+128, 255*a+128
	for len(pix) >= 4 {
		pix[0] = uint8((uint32(pix[0])*keep + r) >> 8)
		pix[1] = uint8((uint32(pix[1])*keep + g) >> 8)
		pix[2] = uint8((uint32(pix[2])*keep + b) >> 8)
		pix[3] = uint8((uint32(pix[3])*keep + o) >> 8)
		pix = pix[4:]
	}
}

func clamp01(v float32) float32 { return min(max(v, 0), 1) }

// modulo returns i mod n in 0 … n-1, also for negative i.
func modulo(i, n int) int {
	if i %= n; i < 0 {
		i += n
	}
	return i
}
