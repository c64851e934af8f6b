package export

import (
	"image"
	"image/color"

	"descry/inference"
	"descry/internal/atomicfile"
	"descry/internal/failure"
)

var labelMapFormat = Format{
	ID: "labelmap", Suffix: ".labelmap.png", Needs: []inference.Task{inference.TaskClasses},
	Title: "Class map as PNG", Tip: "A palette image; each pixel's value is its class",
	Help: "the class of every pixel, as a palette PNG",
	Write: func(path string, p Picture, mode atomicfile.Mode) error {
		return writeLabelMap(path, p.Classes, mode)
	},
}

// writeLabelMap writes the class map as an 8-bit palette PNG: a pixel's value is
// the index of its class.
func writeLabelMap(path string, c *inference.Classes, mode atomicfile.Mode) error {
	if c.Width <= 0 || c.Height <= 0 || len(c.Map) != c.Width*c.Height {
		return failure.New(failure.Model, "write", path, "the class map does not have the picture's size")
	}
	return WritePNG(path, &image.Paletted{Pix: c.Map, Stride: c.Width, Rect: image.Rect(0, 0, c.Width, c.Height), Palette: labelPalette()}, mode)
}

// labelPalette is Pascal VOC's colour map of 256 entries (VOCdevkit,
// VOClabelcolormap.m), which tools for label maps support. It has all 256 entries, so
// that the file has 8 bits per pixel and any value is valid.
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
