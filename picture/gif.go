package picture

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/gif"
)

// gifDetail holds the first frame's palette and position.
type gifDetail struct {
	palette     color.Palette // all colours, with the original of the transparent one
	transparent int           // index, or -1
}

const (
	// lzwRatio is the maximum compression of GIF's LZW: a code of k bits stands for
	// fewer than 2^k bytes, k at most 12, so a bit for at most 4096/12.
	lzwRatio = 4096 * 8 / 12
	// plainSize is the number of pixels up to which a header is trusted where the
	// file's size does not prove it wrong for certain.
	plainSize = 16 << 20
)

// inspectGIF reads up to the first frame.
func inspectGIF(f *pictureFile) (header, error) {
	var h header
	p, err := f.bytes(6, 7)
	if err != nil {
		return h, err
	}
	h.width, h.height = int64(binary.LittleEndian.Uint16(p)), int64(binary.LittleEndian.Uint16(p[2:]))
	at := int64(13)
	d := gifDetail{transparent: -1}
	if d.palette, at, err = gifPalette(f, at, p[4]); err != nil {
		return h, err
	}
	transparent := -1
	for range maxChunks {
		p, err := f.bytes(at, 1)
		if err != nil {
			return h, err
		}
		switch p[0] {
		case 0x2c: // image descriptor
			if p, err = f.bytes(at+1, 9); err != nil {
				return h, err
			}
			own, _, err := gifPalette(f, at+10, p[8])
			if err != nil {
				return h, err
			}
			if own != nil {
				d.palette = own
			}
			d.transparent = transparent
			h.detail = d
			gifBounds(&h, int64(binary.LittleEndian.Uint16(p[4:]))*int64(binary.LittleEndian.Uint16(p[6:])))
			return h, nil
		case 0x21: // extension
			if p, err = f.bytes(at+1, 6); err != nil {
				return h, err
			}
			if p[0] == 0xf9 && p[1] == 4 && p[2]&1 == 1 {
				transparent = int(p[5])
			}
			if at, err = gifSkip(f, at+2); err != nil {
				return h, err
			}
		default:
			return h, damaged("the GIF file has no picture in it")
		}
	}
	return h, damaged("the GIF file has too many blocks before its first picture")
}

// gifBounds sets the cost of decoding and the file's minimum size. A canvas may be
// larger than its first frame, but beyond plainSize not larger than the file could
// fill.
func gifBounds(h *header, frame int64) {
	h.scratch = frame
	h.least = frame / lzwRatio
	if canvas := h.width * h.height; canvas > plainSize {
		h.least = max(h.least, canvas/lzwRatio)
	}
}

// gifPalette reads a colour table if the flags say that there is one.
func gifPalette(f *pictureFile, at int64, flags byte) (color.Palette, int64, error) {
	if flags&0x80 == 0 {
		return nil, at, nil
	}
	n := 2 << (flags & 7)
	p, err := f.bytes(at, 3*n)
	if err != nil {
		return nil, at, err
	}
	colors := make(color.Palette, n)
	for i := range colors {
		colors[i] = color.NRGBA{p[3*i], p[3*i+1], p[3*i+2], 0xff}
	}
	return colors, at + int64(3*n), nil
}

// gifSkip returns the offset after an extension's sub-blocks.
func gifSkip(f *pictureFile, at int64) (int64, error) {
	for {
		p, err := f.bytes(at, 1)
		if err != nil {
			return at, err
		}
		at += 1 + int64(p[0])
		if p[0] == 0 {
			return at, nil
		}
	}
}

// decodeGIF returns the first frame on its canvas. As in Pillow, the canvas around
// it has the transparent colour, or colour 0.
func decodeGIF(f *pictureFile, h header) (source, error) {
	img, err := gif.Decode(f.reader())
	if err != nil {
		return source{}, err
	}
	frame, ok := img.(*image.Paletted)
	if !ok {
		return sourceOf(img)
	}
	d := h.detail.(gifDetail)
	p, _ := paletteOf(d.palette)
	free := byte(0)
	if d.transparent >= 0 {
		free = byte(d.transparent)
		p[free][3] = 0
	}
	s := source{width: int(h.width), height: int(h.height), hasAlpha: d.transparent >= 0}
	b := frame.Rect
	empty := bytes.Repeat([]byte{free}, s.width)
	s.row = func(y int, rgb, alpha []byte) {
		p.row(rgb, alpha, empty)
		if y < b.Min.Y || y >= b.Max.Y {
			return
		}
		if alpha != nil {
			alpha = alpha[b.Min.X:]
		}
		p.row(rgb[3*b.Min.X:], alpha, frame.Pix[(y-b.Min.Y)*frame.Stride:][:b.Dx()])
	}
	return s, nil
}
