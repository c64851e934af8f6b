package picture

import (
	"image"
	"image/color"
	"reflect"

	"descry/internal/failure"
)

// sourceOf returns a decoded image's rows as Pillow's convert("RGB") would: alpha
// separate and not premultiplied, 16 bits reduced to the high byte.
func sourceOf(img image.Image) (source, error) {
	s := source{width: img.Bounds().Dx(), height: img.Bounds().Dy()}
	switch m := img.(type) {
	case *image.Gray:
		s.row = func(y int, rgb, _ []byte) { grayRow(rgb, m.Pix[y*m.Stride:][:s.width], 1) }
	case *image.Gray16:
		s.row = func(y int, rgb, _ []byte) { grayRow(rgb, m.Pix[y*m.Stride:][:2*s.width], 2) }
	case *image.RGBA:
		s.hasAlpha = !m.Opaque()
		s.row = func(y int, rgb, alpha []byte) { premultipliedRow(rgb, alpha, m.Pix[y*m.Stride:], 1) }
	case *image.RGBA64:
		s.hasAlpha = !m.Opaque()
		s.row = func(y int, rgb, alpha []byte) { premultipliedRow(rgb, alpha, m.Pix[y*m.Stride:], 2) }
	case *image.NRGBA:
		s.hasAlpha = !m.Opaque()
		s.row = func(y int, rgb, alpha []byte) { rgbaRow(rgb, alpha, m.Pix[y*m.Stride:], 1) }
	case *image.NRGBA64:
		s.hasAlpha = !m.Opaque()
		s.row = func(y int, rgb, alpha []byte) { rgbaRow(rgb, alpha, m.Pix[y*m.Stride:], 2) }
	case *image.Paletted:
		p, alpha := paletteOf(m.Palette)
		s.hasAlpha = alpha
		s.row = func(y int, rgb, alpha []byte) { p.row(rgb, alpha, m.Pix[y*m.Stride:][:s.width]) }
	default:
		return s, failure.New(failure.Unsupported, "decode", "", "its pixels are stored in an unknown way (%s)", reflect.TypeOf(img)).WithHint(hintConvert)
	}
	return s, nil
}

// grayRow copies each grey to all three channels; step 2 takes the high byte
// of a big-endian pair.
func grayRow(rgb, gray []byte, step int) {
	for i := 0; i < len(gray) && len(rgb) >= 3; i += step {
		v := gray[i]
		rgb[0], rgb[1], rgb[2] = v, v, v
		rgb = rgb[3:]
	}
}

// rgbaRow splits colour and alpha, which is nil if all is opaque; step 2 takes the
// high bytes.
func rgbaRow(rgb, alpha, pix []byte, step int) {
	for i := range len(rgb) / 3 {
		p := pix[i*4*step:][: 4*step : 4*step]
		rgb[i*3], rgb[i*3+1], rgb[i*3+2] = p[0], p[step], p[2*step]
		if alpha != nil {
			alpha[i] = p[3*step]
		}
	}
}

// premultipliedRow divides colour by alpha as Pillow's unpackRGBa does.
func premultipliedRow(rgb, alpha, pix []byte, step int) {
	rgbaRow(rgb, alpha, pix, step)
	for i, a := range alpha {
		if a == 0 || a == 0xff {
			continue
		}
		for c := range 3 {
			rgb[i*3+c] = byte(min(255*int(rgb[i*3+c])/int(a), 255))
		}
	}
}

// palette holds R, G, B, A of 256 colours; those missing in the file are opaque
// black.
type palette [256][4]byte

func paletteOf(colors color.Palette) (p *palette, alpha bool) {
	p = new(palette)
	for i := range p {
		p[i][3] = 0xff
	}
	for i, c := range colors[:min(len(colors), len(p))] {
		n, ok := c.(color.NRGBA)
		if !ok {
			n = straight(c)
		}
		p[i] = [4]byte{n.R, n.G, n.B, n.A}
		alpha = alpha || n.A != 0xff
	}
	return p, alpha
}

// straight returns c without premultiplied alpha, with the high byte of each
// channel, not rounded.
func straight(c color.Color) color.NRGBA {
	w := color.NRGBA64Model.Convert(c).(color.NRGBA64)
	return color.NRGBA{byte(w.R >> 8), byte(w.G >> 8), byte(w.B >> 8), byte(w.A >> 8)}
}

func (p *palette) row(rgb, alpha, index []byte) {
	for i, v := range index {
		c := &p[v]
		rgb[i*3], rgb[i*3+1], rgb[i*3+2] = c[0], c[1], c[2]
		if alpha != nil {
			alpha[i] = c[3]
		}
	}
}

func ceilDiv(a, b int64) int64 { return (a + b - 1) / b }
