// Package jpegplanes decodes JPEG files (ITU-T T.81) into the planes of samples
// that libjpeg has before it upsamples chroma and converts colours, bit for bit:
// the inverse cosine transform is that of libjpeg's jidctint.c ("islow", its
// default), which determines the rounding of samples.
//
// It supports what programs write: Huffman-coded, 8 bits a sample, baseline,
// extended sequential and progressive (T.81, annexes F and G), of one, three or
// four components, interleaved or not, with restart intervals. Files that deviate
// slightly from the standard are handled as libjpeg handles them, except for
// damaged entropy-coded data: libjpeg paints grey and continues, here that is an
// error.
//
// libjpeg smooths the blocks of a progressive file with missing scans (jdcoefct.c);
// this package does not.
package jpegplanes

import (
	"context"
	"fmt"
	"io"
)

// FormatError describes what is wrong with a file.
type FormatError string

// Error is the reason, without a subject.
func (e FormatError) Error() string { return string(e) }

// UnsupportedError describes an unsupported feature of a valid file.
type UnsupportedError string

// Error is the reason, without a subject.
func (e UnsupportedError) Error() string { return string(e) }

// Space is the colour space of a file's components.
type Space int

// The colour spaces of JPEG files.
const (
	Gray  Space = iota
	YCbCr       // ITU-R BT.601, full range, as JFIF says
	RGB
	CMYK // as stored: Adobe's programs store 255 minus the ink
	YCCK // as CMYK, the first three converted as if they were R, G and B = 255 minus C, M and Y
)

// Plane is one component: rows of samples from the top.
type Plane struct {
	Pix           []byte // whole blocks of 8×8, beyond Width and Height
	Stride        int    // bytes from one row to the next
	Width, Height int    // samples that belong to the picture, rounded up
	Across, Down  int    // pixels of the picture per sample, in each direction
}

// Planes is a picture separated into its components.
type Planes struct {
	Width, Height int // pixels
	Space         Space
	Planes        []Plane // one, three or four
}

// Read decodes one picture up to its end marker. It allocates at most maxBytes bytes,
// apart from a few buffers of fixed size, and refuses files that need more (see
// Frame.Bytes). Once ctx is cancelled, it ends at the next row of blocks. Errors
// are FormatError, UnsupportedError, io.ErrUnexpectedEOF if the file is cut off,
// r's and ctx's.
func Read(ctx context.Context, r io.Reader, maxBytes int64) (*Planes, error) {
	d := &decoder{ctx: ctx, bits: bits{r: r, buf: make([]byte, 32<<10)}, maxBytes: maxBytes}
	var start [2]byte
	if err := d.full(start[:]); err != nil {
		return nil, err
	}
	if start != [2]byte{0xff, markerSOI} {
		return nil, FormatError("it does not begin as a JPEG file")
	}
	for {
		marker, err := d.marker()
		if err != nil {
			return nil, err
		}
		if marker == markerEOI {
			return d.finish()
		}
		if err := d.segment(marker); err != nil {
			return nil, err
		}
	}
}

// decoder is the state of one Read.
type decoder struct {
	bits
	ctx      context.Context
	maxBytes int64

	frame     *Frame
	parts     []component // the frame's components, set up by the first scan
	quant     [4]*quantiser
	dc, ac    [4]huffman
	interval  int // MCUs between restarts (T.81, B.2.4.4); 0: none
	jfif      bool
	adobe     bool
	transform byte // of the Adobe segment
	space     Space
	scans     int
	strips    []*strip // for sequential scans
	eobRun    int      // number of following blocks whose band is zero (T.81, G.1.2.2)
	wrong     bool     // an invalid code was read
}

// component is a component of the frame and what has been decoded of it.
type component struct {
	Plane
	index  int // in the frame
	h, v   int // sampling factors: blocks in an MCU of an interleaved scan
	across int // blocks in a row
	down   int // rows of blocks
	id     byte
	table  byte       // of quantisation
	quant  *quantiser // the table as it was at the component's first scan
	blocks []block    // of progressive files, row by row
	last   []byte     // for each of blocks: see block
}

// block holds the coefficients of 8×8 samples, in natural order, not dequantised.
// The zigzag index of its last non-zero coefficient (or a greater one) is stored
// with it, so that the transform need not search for it.
type block [64]int16

// setUp allocates the planes at the first scan.
func (d *decoder) setUp() error {
	if d.parts != nil {
		return nil
	}
	f := d.frame
	if need := f.Bytes(); need > d.maxBytes {
		return FormatError(fmt.Sprintf("decoding takes %d bytes, and %d are allowed", need, d.maxBytes))
	}
	d.space = d.colours()
	d.parts = make([]component, len(f.Components))
	for i, c := range f.Components {
		p := &d.parts[i]
		*p = component{index: i, h: c.H, v: c.V, id: c.ID, table: c.Table}
		p.Across, p.Down = f.maxH/c.H, f.maxV/c.V
		p.Width, p.Height = ceilDiv(f.Width*c.H, f.maxH), ceilDiv(f.Height*c.V, f.maxV)
		p.across, p.down = f.blocks(c)
		p.Stride = 8 * p.across
		p.Pix = make([]byte, 64*p.across*p.down)
		if f.Progressive {
			p.blocks = make([]block, p.across*p.down)
			p.last = make([]byte, p.across*p.down)
		}
	}
	return nil
}

// colours determines the colour space, as libjpeg's default_decompress_parms does
// (jdapimin.c).
func (d *decoder) colours() Space {
	c := d.frame.Components
	switch {
	case len(c) == 1:
		return Gray
	case len(c) == 4 && d.adobe && d.transform != 0:
		return YCCK
	case len(c) == 4:
		return CMYK
	case d.jfif:
		return YCbCr
	case d.adobe && d.transform == 0, !d.adobe && c[0].ID == 'R' && c[1].ID == 'G' && c[2].ID == 'B':
		return RGB
	}
	return YCbCr
}

// finish transforms the coefficients of progressive scans and returns the planes.
func (d *decoder) finish() (*Planes, error) {
	if d.parts == nil {
		return nil, FormatError("it has no scan")
	}
	p := &Planes{Width: d.frame.Width, Height: d.frame.Height, Space: d.space}
	for i := range d.parts {
		c := &d.parts[i]
		if c.quant == nil { // no scan contained it: grey, as in libjpeg
			for k := range c.Pix {
				c.Pix[k] = 128
			}
		} else if d.frame.Progressive {
			c.transformAll()
		}
		if err := d.ctx.Err(); err != nil {
			return nil, err
		}
		c.blocks, c.last = nil, nil
		p.Planes = append(p.Planes, c.Plane)
	}
	return p, nil
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }
