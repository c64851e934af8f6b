package export

import (
	"image"
	"image/png"
	"io"

	"descry/internal/atomicfile"
)

var pngFormat = Format{
	ID: "png", Suffix: ".descry.png", Drawn: true, Endings: []string{".png"},
	Title: "PNG", Tip: "Lossless; larger files",
	Help: "the annotated picture as PNG",
	Write: func(path string, p Picture, mode atomicfile.Mode) error {
		img, err := p.Draw()
		if err != nil {
			return err
		}
		return WritePNG(path, img, mode)
	},
}

// WritePNG writes img as a PNG file.
func WritePNG(path string, img image.Image, mode atomicfile.Mode) error {
	return atomicfile.Write(path, mode, func(w io.Writer) error { return png.Encode(w, img) })
}
