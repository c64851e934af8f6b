package picture

import "image"

// The checkerboard under transparent pixels: two greys in squares of 8 pixels.
const (
	boardLight, boardDark = 0xff, 0xcc
	boardSquare           = 8
)

// ForEye returns the picture for display: opaque, with transparent pixels composed
// on a checkerboard.
func (p *Picture) ForEye() *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, p.Width, p.Height))
	bands(p.Height, p.Width, func(y0, y1 int) {
		for y := y0; y < y1; y++ {
			in := p.RGB[y*p.Width*3 : (y+1)*p.Width*3]
			out := img.Pix[y*img.Stride : y*img.Stride+p.Width*4]
			if p.Alpha == nil {
				opaqueRow(out, in)
				continue
			}
			composedRow(out, in, p.Alpha[y*p.Width:(y+1)*p.Width], y)
		}
	})
	return img
}

func opaqueRow(out, rgb []byte) {
	for len(rgb) >= 3 && len(out) >= 4 {
		out[0], out[1], out[2], out[3] = rgb[0], rgb[1], rgb[2], 0xff
		rgb, out = rgb[3:], out[4:]
	}
}

func composedRow(out, rgb, alpha []byte, y int) {
	for x, a := range alpha {
		board := uint32(boardLight)
		if (x/boardSquare+y/boardSquare)%2 == 1 {
			board = boardDark
		}
		a := uint32(a)
		for c := range 3 {
			out[x*4+c] = byte((uint32(rgb[x*3+c])*a + board*(255-a) + 127) / 255)
		}
		out[x*4+3] = 0xff
	}
}
