package picture

import (
	"bytes"
	"encoding/binary"
	"image"
	"io"

	"golang.org/x/image/webp"
)

// webpDetail holds the offsets of the first frame's parts in the file.
type webpDetail struct {
	pixels, alpha webpChunk
	lossless      bool
	x, y          int64 // position of the frame on the canvas
	width, height int64 // of the frame
	hasFrame      bool  // from an animation
}

// webpChunk is the payload of one RIFF chunk.
type webpChunk struct{ at, n int64 }

func isWebP(head []byte) bool {
	return len(head) >= 12 && string(head[:4]) == "RIFF" && string(head[8:12]) == "WEBP"
}

// u24 reads a little-endian number of three bytes.
func u24(p []byte) int64 { return int64(p[0]) | int64(p[1])<<8 | int64(p[2])<<16 }

// inspectWebP walks the chunks (WebP Container Specification).
func inspectWebP(f *pictureFile) (header, error) {
	var h header
	var d webpDetail
	err := webpWalk(f, 12, f.size, func(kind string, c webpChunk) error {
		switch kind {
		case "VP8X":
			p, err := f.bytes(c.at, 10)
			if err != nil {
				return err
			}
			h.width, h.height = u24(p[4:])+1, u24(p[7:])+1
		case "EXIF":
			if h.exifN == 0 {
				h.exifAt, h.exifN = webpEXIF(f, c)
			}
		case "ANMF":
			if d.hasFrame || d.pixels.n > 0 {
				return nil
			}
			p, err := f.bytes(c.at, 16)
			if err != nil {
				return err
			}
			d.hasFrame, d.x, d.y = true, 2*u24(p), 2*u24(p[3:])
			return webpWalk(f, c.at+16, c.at+c.n, func(kind string, c webpChunk) error { return d.part(f, kind, c) })
		default:
			return d.part(f, kind, c)
		}
		return nil
	})
	if err != nil {
		return h, err
	}
	if d.pixels.n == 0 {
		return h, damaged("the WebP file has no picture in it")
	}
	if h.width == 0 && h.height == 0 {
		h.width, h.height = d.width, d.height
	}
	if d.x+d.width > h.width || d.y+d.height > h.height || !d.hasFrame && (d.width != h.width || d.height != h.height) {
		return h, damaged("the WebP file says %d × %d pixels and holds %d × %d", h.width, h.height, d.width, d.height)
	}
	d.bounds(&h)
	h.detail = d
	return h, nil
}

// webpWalk calls visit for each chunk between at and end. A truncated last chunk is
// visited too, with the length that it claims.
func webpWalk(f *pictureFile, at, end int64, visit func(kind string, c webpChunk) error) error {
	for n := 0; n < maxChunks && at+8 <= end; n++ {
		p, err := f.bytes(at, 8)
		if err != nil {
			return err
		}
		c := webpChunk{at + 8, int64(binary.LittleEndian.Uint32(p[4:]))}
		if err := visit(string(p[:4]), c); err != nil {
			return err
		}
		at = c.at + c.n + c.n&1
	}
	return nil
}

// webpEXIF skips the "Exif" and two zeros that some programs write before the
// TIFF structure.
func webpEXIF(f *pictureFile, c webpChunk) (at, n int64) {
	n = min(c.n, f.size-c.at)
	if p, err := f.bytes(c.at, 6); err == nil && string(p) == "Exif\x00\x00" {
		return c.at + 6, max(n-6, 0)
	}
	return c.at, max(n, 0)
}

// part records a chunk of pixels, the first of its kind.
func (d *webpDetail) part(f *pictureFile, kind string, c webpChunk) error {
	switch {
	case d.pixels.n > 0:
	case kind == "ALPH" && d.alpha.n == 0:
		d.alpha = c
	case kind == "VP8 ": // RFC 6386, 9.1: a key frame's header
		p, err := f.bytes(c.at, 10)
		if err != nil {
			return err
		}
		d.width, d.height = int64(binary.LittleEndian.Uint16(p[6:])&0x3fff), int64(binary.LittleEndian.Uint16(p[8:])&0x3fff)
		d.pixels = c
	case kind == "VP8L": // WebP Lossless Bitstream, 3: 14 bits each
		p, err := f.bytes(c.at, 5)
		if err != nil {
			return err
		}
		bits := int64(binary.LittleEndian.Uint32(p[1:]))
		d.width, d.height = bits&0x3fff+1, bits>>14&0x3fff+1
		d.pixels, d.lossless = c, true
	}
	return nil
}

// bounds sets the cost of decoding and the file's minimum size. Beyond plainSize:
//
// A lossy macroblock of 16×16 pixels codes at least its luma and its chroma mode,
// whose probabilities are fixed in a key frame (RFC 6386, 11.2): the most likely
// choices take 0.82 and 0.85 bits.
//
// A lossless pixel may take no bits at all, in theory. libwebp writes a byte for
// 26,000 pixels of one colour (measured); four times that is accepted.
func (d webpDetail) bounds(h *header) {
	frame, canvas := d.width*d.height, h.width*h.height
	h.scratch = 2 * frame
	if d.lossless || d.alpha.n > 0 {
		h.scratch += 8 * frame
	}
	switch {
	case max(frame, canvas) <= plainSize:
	case d.lossless:
		h.least = canvas / 100_000
	default:
		h.least = ceilDiv(d.width, 16) * ceilDiv(d.height, 16) * 3 / 2 / 8
	}
	if canvas > max(plainSize, 4*frame) {
		h.least = max(h.least, canvas/100_000)
	}
}

// stream returns a simple WebP of only the frame's pixels and alpha, so that other
// chunks of the file cannot disturb the decoder.
func (d webpDetail) stream(f *pictureFile) io.Reader {
	var head []byte
	parts := []io.Reader{nil}
	total := int64(4)
	add := func(kind string, c webpChunk) {
		chunk := append([]byte(kind), binary.LittleEndian.AppendUint32(nil, uint32(c.n))...)
		parts = append(parts, bytes.NewReader(chunk), f.section(c.at, min(c.n, max(f.size-c.at, 0))))
		if c.n&1 == 1 {
			parts = append(parts, bytes.NewReader([]byte{0}))
		}
		total += 8 + c.n + c.n&1
	}
	switch {
	case d.lossless:
		add("VP8L", d.pixels)
	case d.alpha.n == 0:
		add("VP8 ", d.pixels)
	default:
		w, h := uint32(d.width-1), uint32(d.height-1)
		flags := []byte{1 << 4, 0, 0, 0, byte(w), byte(w >> 8), byte(w >> 16), byte(h), byte(h >> 8), byte(h >> 16)}
		parts = append(parts, bytes.NewReader(append([]byte("VP8X\x0a\x00\x00\x00"), flags...)))
		total += 18
		add("ALPH", d.alpha)
		add("VP8 ", d.pixels)
	}
	head = append(head, "RIFF"...)
	head = binary.LittleEndian.AppendUint32(head, uint32(min(total, 1<<32-2)))
	head = append(head, "WEBP"...)
	parts[0] = bytes.NewReader(head)
	return io.MultiReader(parts...)
}

// decodeWebP returns the picture, or an animation's first frame on a transparent
// canvas.
func decodeWebP(f *pictureFile, h header) (source, error) {
	d := h.detail.(webpDetail)
	if d.pixels.at+d.pixels.n > f.size {
		return source{}, io.ErrUnexpectedEOF
	}
	img, err := webp.Decode(d.stream(f))
	if err != nil {
		return source{}, err
	}
	var s source
	switch m := img.(type) {
	case *image.YCbCr:
		s = yuvSource(m, nil, 0)
	case *image.NYCbCrA:
		s = yuvSource(&m.YCbCr, m.A, m.AStride)
	default:
		if s, err = sourceOf(img); err != nil {
			return s, err
		}
	}
	if int64(s.width) != d.width || int64(s.height) != d.height {
		return s, damaged("the WebP file says %d × %d pixels and holds %d × %d", d.width, d.height, s.width, s.height)
	}
	if s.width == int(h.width) && s.height == int(h.height) {
		return s, nil
	}
	return s.onCanvas(int(d.x), int(d.y), int(h.width), int(h.height)), nil
}

// onCanvas puts a frame on a larger transparent black canvas.
func (s source) onCanvas(x0, y0, width, height int) source {
	frame := s
	return source{width: width, height: height, hasAlpha: true, row: func(y int, rgb, alpha []byte) {
		clear(rgb)
		clear(alpha)
		if y < y0 || y >= y0+frame.height {
			return
		}
		part := alpha[x0 : x0+frame.width]
		for i := range part {
			part[i] = 0xff
		}
		frame.row(y-y0, rgb[3*x0:3*(x0+frame.width)], part)
	}}
}
