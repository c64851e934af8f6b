package picture

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"

	"descry/picture/jpegplanes"
)

// The JPEG markers (T.81, table B.1) that inspection needs.
const (
	markerSOI  = 0xd8
	markerEOI  = 0xd9
	markerSOS  = 0xda
	markerAPP1 = 0xe1
)

// inspectJPEG reads the segments up to the first scan.
func inspectJPEG(f *pictureFile) (header, error) {
	var h header
	var frame []byte
	var kind byte
	in := &counter{r: f.reader()}
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
		case jpegplanes.IsFrame(marker):
			if frame == nil {
				frame, kind = bytes.Clone(payload), marker
			}
		case marker == markerAPP1 && h.exifN == 0 && bytes.HasPrefix(payload, []byte("Exif\x00")) && length > 6:
			h.exifAt, h.exifN = start+6, int64(length-6)
		}
		in.skip(length)
	}
	parsed, err := jpegplanes.ParseFrame(kind, frame)
	if err != nil {
		return h, err
	}
	h.width, h.height, h.scratch = int64(parsed.Width), int64(parsed.Height), parsed.Bytes()
	// A Huffman code has at least one bit (T.81, C.1), and each block at least
	// a code for DC; in a sequential file also one for the end of the block.
	h.least = parsed.Blocks() / 4
	if parsed.Progressive {
		h.least = parsed.Blocks() / 8
	}
	if f.size < h.least {
		return h, nil
	}
	return h, jpegScans(f, in.at)
}

// jpegScans checks the markers from the first scan to the end marker. Without an
// end marker the file was cut off, which is detected here without allocating
// memory. Neither marker can occur within a scan's data (T.81, B.1.1.5); what
// follows the end marker (phones put films there) does not matter.
func jpegScans(f *pictureFile, at int64) error {
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
		if scans += bytes.Count(buf[:n], []byte{0xff, markerSOS}); scans > jpegplanes.MaxScans {
			return damaged("the JPEG file has more than %d scans, which no program writes", jpegplanes.MaxScans)
		}
		if end >= 0 {
			return nil
		}
		if at += int64(n); at < f.size {
			at-- // a marker may lie across two buffers
		}
	}
	return io.ErrUnexpectedEOF
}

func decodeJPEG(f *pictureFile, h header) (source, error) {
	p, err := jpegplanes.Read(f.ctx, f.section(0, f.size), h.scratch)
	if err != nil {
		return source{}, err
	}
	return planesSource(p), nil
}

// counter reads a stream of segments and counts the bytes. Its first error is
// sticky.
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

// peek returns the next n bytes, or fewer at the end of the file. They are valid
// until the next call.
func (c *counter) peek(n int) []byte {
	p, _ := c.r.Peek(n)
	return p
}

// marker reads the next marker, skipping extraneous and fill bytes as libjpeg's
// next_marker does, and the length of its segment.
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
