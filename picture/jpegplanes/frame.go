package jpegplanes

import (
	"encoding/binary"
	"fmt"
)

// Frame is a parsed frame header (T.81, B.2.2).
type Frame struct {
	Width, Height int
	Progressive   bool
	Components    []Component
	maxH, maxV    int
}

// Component is one component's part of a frame header.
type Component struct {
	ID    byte
	H, V  int  // sampling factors, 1 to 4
	Table byte // the quantisation table's number
}

// unreadFrames names the unsupported frame types (T.81, table B.1).
var unreadFrames = map[byte]string{
	0xc3: "lossless", 0xc5: "hierarchical", 0xc6: "hierarchical", 0xc7: "hierarchical",
	0xc9: "arithmetic-coded", 0xca: "arithmetic-coded", 0xcb: "arithmetic-coded",
	0xcd: "arithmetic-coded", 0xce: "arithmetic-coded", 0xcf: "arithmetic-coded",
}

// IsFrame reports whether a marker begins a frame header.
func IsFrame(marker byte) bool {
	return marker >= 0xc0 && marker <= 0xcf && marker != markerDHT && marker != 0xc8 && marker != markerDAC
}

// ParseFrame parses a frame header: its marker's second byte and what follows the
// length. It returns an UnsupportedError for an unsupported frame, a FormatError
// for an invalid one.
func ParseFrame(marker byte, payload []byte) (*Frame, error) {
	if name := unreadFrames[marker]; name != "" {
		return nil, UnsupportedError("it is " + name)
	}
	if len(payload) < 6 {
		return nil, FormatError("it has no complete frame header")
	}
	f := &Frame{Progressive: marker == markerSOF2, maxH: 1, maxV: 1}
	f.Height, f.Width = int(binary.BigEndian.Uint16(payload[1:])), int(binary.BigEndian.Uint16(payload[3:]))
	count := int(payload[5])
	switch {
	case payload[0] != 8:
		return nil, UnsupportedError(fmt.Sprintf("it has %d bits a sample", payload[0]))
	case count != 1 && count != 3 && count != 4:
		return nil, UnsupportedError(fmt.Sprintf("it has %d colour components", count))
	case len(payload) < 6+3*count:
		return nil, FormatError("it has no complete frame header")
	case f.Width == 0:
		return nil, FormatError("its width is zero")
	case f.Height == 0:
		return nil, UnsupportedError("its height stands after the pixels, DNL")
	}
	for i := range count {
		p := payload[6+3*i:]
		c := Component{ID: p[0], H: int(p[1] >> 4), V: int(p[1] & 15), Table: p[2]}
		if c.H < 1 || c.H > 4 || c.V < 1 || c.V > 4 {
			return nil, FormatError(fmt.Sprintf("its sampling factors are %d and %d", c.H, c.V))
		}
		f.maxH, f.maxV = max(f.maxH, c.H), max(f.maxV, c.V)
		f.Components = append(f.Components, c)
	}
	if count == 1 { // only ratios matter, and a scan of one component is never interleaved (A.2.2)
		f.Components[0].H, f.Components[0].V, f.maxH, f.maxV = 1, 1, 1, 1
	}
	for _, c := range f.Components {
		if f.maxH%c.H != 0 || f.maxV%c.V != 0 { // jdsample.c: JERR_FRACT_SAMPLE_NOTIMPL
			return nil, UnsupportedError(fmt.Sprintf("its sampling factors are %d of %d and %d of %d", c.H, f.maxH, c.V, f.maxV))
		}
	}
	return f, nil
}

// blocks returns the number of blocks of 8×8 samples across and down a component.
func (f *Frame) blocks(c Component) (across, down int) {
	return ceilDiv(ceilDiv(f.Width*c.H, f.maxH), 8), ceilDiv(ceilDiv(f.Height*c.V, f.maxV), 8)
}

// Blocks returns the number of blocks of 8×8 samples in all components.
func (f *Frame) Blocks() int64 {
	n := int64(0)
	for _, c := range f.Components {
		across, down := f.blocks(c)
		n += int64(across) * int64(down)
	}
	return n
}

// strips returns how many rows of MCUs have their coefficients in memory in a
// sequential scan: no more than a sixteenth of all.
func (f *Frame) strips() int { return min(max(ceilDiv(f.Height, 8*f.maxV)/16, 1), 4) }

// blockBytes is the size of a block's coefficients: two bytes each, and the index
// of the last.
const blockBytes = 2*64 + 1

// Bytes returns the number of bytes that Read allocates for samples and
// coefficients.
func (f *Frame) Bytes() int64 {
	if f.Progressive {
		return f.Blocks() * (64 + blockBytes)
	}
	strip := int64(0)
	for _, c := range f.Components {
		across, _ := f.blocks(c)
		strip += int64(across) * int64(c.V) * blockBytes
	}
	return f.Blocks()*64 + int64(f.strips())*strip
}
