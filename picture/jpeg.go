package picture

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"image"
	"image/jpeg"
	"io"
)

// jpegDetail is what decodeJPEG needs beyond the header.
type jpegDetail struct {
	inks      bool  // four components
	transform int64 // where the transform byte of Adobe's marker lies; 0: no such marker
	ycck      bool  // the first three inks are kept as YCbCr
	fine      bool  // the inks between are not sub-sampled
}

// jpegFrames names the frame types (ITU-T T.81, table B.1) that are not read.
var jpegFrames = map[byte]string{
	0xc3: "lossless", 0xc5: "hierarchical", 0xc6: "hierarchical", 0xc7: "hierarchical",
	0xc9: "arithmetic-coded", 0xca: "arithmetic-coded", 0xcb: "arithmetic-coded",
	0xcd: "arithmetic-coded", 0xce: "arithmetic-coded", 0xcf: "arithmetic-coded",
}

// JPEG's markers (T.81, table B.1).
const (
	markerSOI   = 0xd8
	markerEOI   = 0xd9
	markerSOS   = 0xda
	markerSOF2  = 0xc2
	markerAPP1  = 0xe1
	markerAPP14 = 0xee
)

// inspectJPEG walks the segments up to the first scan.
func inspectJPEG(f *file) (header, error) {
	var h header
	var frame []byte
	var kind byte
	var d jpegDetail
	in := &counter{r: f.all()}
	in.skip(2)
	for {
		marker, length := in.marker()
		if in.err != nil {
			return h, in.err
		}
		if marker == markerEOI || marker == markerSOS {
			break
		}
		start := in.at
		payload := in.peek(min(length, 6+3*4))
		switch {
		case marker == 0xc4 || marker == 0xc8 || marker == 0xcc: // tables, not frames
		case marker >= 0xc0 && marker <= 0xcf:
			if frame == nil {
				frame, kind = bytes.Clone(payload), marker
			}
		case marker == markerAPP1 && h.exifN == 0 && bytes.HasPrefix(payload, []byte("Exif\x00")) && length > 6:
			h.exifAt, h.exifN = start+6, int64(length-6)
		case marker == markerAPP14 && length >= 12 && d.transform == 0 && bytes.HasPrefix(payload, []byte("Adobe")):
			d.transform = start + 11
			if b, err := f.bytes(d.transform, 1); err == nil {
				d.ycck = b[0] != 0
			}
		}
		in.skip(length)
	}
	if name := jpegFrames[kind]; name != "" {
		return h, unsupported("this is a JPEG of the %s kind, which is not read", name)
	}
	h, err := jpegHeader(h, frame, kind == markerSOF2, d)
	if err != nil || f.size < h.least {
		return h, err
	}
	return h, jpegScans(f, in.at)
}

// maxScans is what libjpeg-turbo's documentation advises to allow: programs
// write about ten, and each goes over the whole picture again.
const maxScans = 500

// jpegScans looks at the markers from the first scan to the end marker. Without
// the latter the file was cut off, and no memory need be spent to find that
// out. Neither marker can occur within a scan's data (T.81, B.1.1.5); what
// follows the end marker (phones put films there) does not matter.
func jpegScans(f *file, at int64) error {
	buf := make([]byte, 64<<10)
	scans := 0
	for at < f.size {
		n, err := f.ReadAt(buf, at)
		if n < 2 && err != nil && err != io.EOF {
			return err
		}
		end := bytes.Index(buf[:n], []byte{0xff, markerEOI})
		if end >= 0 {
			n = end
		}
		if scans += bytes.Count(buf[:n], []byte{0xff, markerSOS}); scans > maxScans {
			return damaged("the JPEG file has more than %d scans, which no program writes", maxScans)
		}
		if end >= 0 {
			return nil
		}
		if at += int64(n); at < f.size {
			at-- // a marker may lie across the seam
		}
	}
	return io.ErrUnexpectedEOF
}

// jpegHeader reads a frame header: precision, height, width, components.
func jpegHeader(h header, frame []byte, progressive bool, d jpegDetail) (header, error) {
	if len(frame) < 6 || len(frame) < 6+3*int(frame[5]) {
		return h, damaged("the JPEG file has no complete frame header")
	}
	count := int(frame[5])
	if frame[0] != 8 {
		return h, unsupported("this is a JPEG of %d bits a sample, which is not read", frame[0])
	}
	if count != 1 && count != 3 && count != 4 {
		return h, unsupported("this is a JPEG of %d colour components, which is not read", count)
	}
	h.height, h.width = int64(binary.BigEndian.Uint16(frame[1:])), int64(binary.BigEndian.Uint16(frame[3:]))
	if h.height == 0 && h.width > 0 {
		return h, unsupported("this JPEG states its height only after the pixels (DNL), which is not read")
	}
	d.inks, d.fine = count == 4, frame[7] == 0x11
	h.detail = d
	var maxH, maxV int64 = 1, 1
	for i := range count {
		hv := frame[7+3*i]
		maxH, maxV = max(maxH, int64(hv>>4)), max(maxV, int64(hv&15))
	}
	var blocks, samples int64
	for i := range count {
		hv := frame[7+3*i]
		across, down := int64(hv>>4), int64(hv&15)
		if count == 1 {
			across, down, maxH, maxV = 1, 1, 1, 1
		}
		n := ceilDiv(ceilDiv(h.width*across, maxH), 8) * ceilDiv(ceilDiv(h.height*down, maxV), 8)
		blocks += n
		samples += 64 * n
	}
	h.scratch = samples
	if count == 4 {
		h.scratch += 4 * h.width * h.height
	}
	// A Huffman code has at least one bit (T.81, C.1), and each block at least
	// a code for DC; in a sequential file also one for the end of the block.
	h.least = blocks / 4
	if progressive {
		h.scratch += 4 * samples // image/jpeg keeps all coefficients as int32
		h.least = blocks / 8
	}
	return h, nil
}

func ceilDiv(a, b int64) int64 { return (a + b - 1) / b }

func decodeJPEG(f *file, h header) (source, error) {
	d := h.detail.(jpegDetail)
	if d.inks {
		return decodeInks(f, d)
	}
	img, err := jpeg.Decode(f.all())
	if err != nil {
		return source{}, err
	}
	if m, ok := img.(*image.YCbCr); ok {
		return yccSource(m), nil
	}
	return sourceOf(img)
}

// decodeInks reads four components. image/jpeg does so only with Adobe's
// marker, and would convert YCCK roughly; so it is shown a marker that says
// that nothing is to be converted, and gives 255 − x for each sample x. Like
// Pillow, all CMYK in JPEG is taken for inverted, as Adobe writes it.
func decodeInks(f *file, d jpegDetail) (source, error) {
	marker := bytes.NewReader([]byte("\xff\xd8\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00"))
	r := io.MultiReader(marker, f.section(2, f.size-2))
	if d.transform > 0 {
		after := d.transform + 1
		r = io.MultiReader(f.section(0, d.transform), bytes.NewReader([]byte{0}), f.section(after, f.size-after))
	}
	img, err := jpeg.Decode(bufio.NewReaderSize(r, 64<<10))
	if err != nil {
		return source{}, err
	}
	m, ok := img.(*image.CMYK)
	if !ok || !d.ycck {
		return sourceOf(img)
	}
	// YCC stands for R, G, B = 255 − C, M, Y, and Adobe's inversion undoes that:
	// what comes out of the conversion are the inks.
	ycc := yccSource(planesOf(m, d.fine))
	s := source{width: ycc.width, height: ycc.height}
	s.row = func(y int, rgb, _ []byte) {
		ycc.row(y, rgb, nil)
		inks := m.Pix[y*m.Stride:][:4*s.width]
		for x := range s.width {
			p := inks[4*x : 4*x+4]
			p[0], p[1], p[2] = rgb[3*x], rgb[3*x+1], rgb[3*x+2]
		}
		cmykRow(rgb, inks)
	}
	return s, nil
}

// planesOf takes Y, Cb and Cr out of the first three channels, where Cb and Cr
// are repeated 2×2 unless fine.
func planesOf(m *image.CMYK, fine bool) *image.YCbCr {
	ratio, step := image.YCbCrSubsampleRatio420, 2
	if fine {
		ratio, step = image.YCbCrSubsampleRatio444, 1
	}
	out := image.NewYCbCr(m.Rect, ratio)
	for y := range m.Rect.Dy() {
		in := m.Pix[y*m.Stride:]
		for x := range m.Rect.Dx() {
			out.Y[y*out.YStride+x] = 255 - in[4*x]
			if y%step == 0 && x%step == 0 {
				at := y/step*out.CStride + x/step
				out.Cb[at], out.Cr[at] = 255-in[4*x+1], 255-in[4*x+2]
			}
		}
	}
	return out
}

// counter reads a stream of segments and knows where it is. Its first error
// sticks.
type counter struct {
	r   *bufio.Reader
	at  int64
	err error
}

func (c *counter) skip(n int) {
	if c.err != nil {
		return
	}
	done, err := c.r.Discard(n)
	c.at += int64(done)
	if err != nil {
		c.err = io.ErrUnexpectedEOF
	}
}

// peek gives the next n bytes, fewer at the end of the file, until the next
// call.
func (c *counter) peek(n int) []byte {
	p, _ := c.r.Peek(n)
	return p
}

// marker reads up to the next marker, over extraneous and fill bytes as
// libjpeg's next_marker does, and the length of its segment.
func (c *counter) marker() (marker byte, length int) {
	for c.err == nil {
		var b byte
		if b, c.err = c.r.ReadByte(); c.err != nil || b != 0xff {
			c.at++
			continue
		}
		for b == 0xff && c.err == nil {
			c.at++
			b, c.err = c.r.ReadByte()
		}
		c.at++
		if b == 0 || b >= 0xd0 && b <= markerSOI || b == 1 {
			continue
		}
		if b == markerEOI || c.err != nil {
			return b, 0
		}
		p := c.peek(2)
		if len(p) < 2 {
			break
		}
		length = int(binary.BigEndian.Uint16(p)) - 2
		if length < 0 {
			c.err = damaged("the JPEG file has a segment of impossible length")
		}
		c.skip(2)
		return b, length
	}
	if c.err == nil || c.err == io.EOF {
		c.err = io.ErrUnexpectedEOF
	}
	return 0, 0
}
