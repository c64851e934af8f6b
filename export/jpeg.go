package export

import (
	"image/jpeg"
	"io"

	"descry/internal/atomicfile"
	"descry/internal/failure"
)

// jpegQuality is high enough that thin lines and text stay clean.
const jpegQuality = 92

// jpegMaxSide is the limit of the file format itself.
const jpegMaxSide = 65535

var jpegFormat = Format{
	ID: "jpeg", Suffix: ".descry.jpg", Drawn: true, Endings: []string{".jpg", ".jpeg"},
	Title: "JPEG", Tip: "Smaller files; good for photographs",
	Help:  "the annotated picture as JPEG",
	Write: writeJPEG,
}

func writeJPEG(path string, p Picture, mode atomicfile.Mode) error {
	img, err := p.Draw()
	if err != nil {
		return err
	}
	if b := img.Bounds(); b.Dx() > jpegMaxSide || b.Dy() > jpegMaxSide {
		return failure.New(failure.TooLarge, "write", path, "a JPEG file can have 65,535 pixels a side at most").WithHint("Save it as PNG.")
	}
	return atomicfile.Write(path, mode, func(w io.Writer) error {
		return jpeg.Encode(w, img, &jpeg.Options{Quality: jpegQuality})
	})
}
