package export

import (
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"path/filepath"
	"strings"

	"descry/inference"
	"descry/internal/atomicfile"
	"descry/internal/failure"
)

// jpegQuality is high enough that thin lines and text stay clean.
const jpegQuality = 92

// jpegMostSide is the format's own limit.
const jpegMostSide = 65535

// WritePicture writes img as path's extension says: .jpg and .jpeg as JPEG,
// .png as PNG.
func WritePicture(path string, img image.Image, mode atomicfile.Mode) error {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".png":
		return atomicfile.Write(path, mode, func(w io.Writer) error { return png.Encode(w, img) })
	case ".jpg", ".jpeg":
		if b := img.Bounds(); b.Dx() > jpegMostSide || b.Dy() > jpegMostSide {
			return failure.New(failure.TooLarge, "write", path, "a JPEG file can have 65,535 pixels a side at most").WithHint("Save it as PNG.")
		}
		return atomicfile.Write(path, mode, func(w io.Writer) error {
			return jpeg.Encode(w, img, &jpeg.Options{Quality: jpegQuality})
		})
	}
	return failure.New(failure.Unsupported, "write", path, "pictures are saved as .png or .jpg").WithHint("Give the file one of these endings.")
}

// WriteText writes a caption and a line break.
func WriteText(path, caption string, mode atomicfile.Mode) error {
	return atomicfile.Write(path, mode, func(w io.Writer) error {
		_, err := io.WriteString(w, valid(caption)+"\n")
		return err
	})
}

// WriteLine writes a line of `describe --json` as a file of its own.
func WriteLine(path string, l Line, mode atomicfile.Mode) error {
	return atomicfile.Write(path, mode, func(w io.Writer) error {
		text, err := l.Encode()
		if err == nil {
			_, err = w.Write(append(text, '\n'))
		}
		return err
	})
}

// WriteLabelMap writes the class map as an 8-bit palette PNG: a pixel's value is
// the index of its class.
func WriteLabelMap(path string, c *inference.Classes, mode atomicfile.Mode) error {
	if c.Width <= 0 || c.Height <= 0 || len(c.Map) != c.Width*c.Height {
		return failure.New(failure.Model, "write", path, "the class map does not have the picture's size")
	}
	img := &image.Paletted{Pix: c.Map, Stride: c.Width, Rect: image.Rect(0, 0, c.Width, c.Height), Palette: labelPalette()}
	return atomicfile.Write(path, mode, func(w io.Writer) error { return png.Encode(w, img) })
}

// labelPalette is Pascal VOC's colour map of 256 entries (VOCdevkit,
// VOClabelcolormap.m), which tools for label maps know. All 256 are there, so
// that the file has 8 bits a pixel and any value is valid.
func labelPalette() color.Palette {
	p := make(color.Palette, 256)
	for i := range p {
		var c [3]uint8
		for bit, id := 7, i; bit >= 0; bit, id = bit-1, id>>3 {
			for k := range c {
				c[k] |= uint8(id>>k&1) << bit
			}
		}
		p[i] = color.RGBA{c[0], c[1], c[2], 0xFF}
	}
	return p
}
