// Package jpegplanes reads JPEG files (ITU-T T.81) into the planes of samples
// that libjpeg has before it enlarges chroma and converts colours, bit for
// bit: the inverse cosine transform is that of libjpeg's jidctint.c ("islow",
// its default), which decides how samples are rounded.
//
// Read are the kinds that programs write: Huffman-coded, 8 bits a sample,
// baseline, extended sequential and progressive (T.81, annexes F and G), of
// one, three or four components, interleaved or not, with restart intervals.
// Where a file is not quite what the standard says, libjpeg's conduct is
// followed, but for damaged entropy-coded data: libjpeg paints grey and goes
// on, here that is an error.
//
// A progressive file that leaves out scans is shown by libjpeg with smoothed
// blocks (jdcoefct.c), here as it is.
package jpegplanes

import (
	"context"
	"fmt"
	"io"
)

// FormatError says what is wrong with a file.
type FormatError string

// Error is the reason, without a subject.
func (e FormatError) Error() string { return string(e) }

// UnsupportedError says what a sound file has that is not read.
type UnsupportedError string

// Error is the reason, without a subject.
func (e UnsupportedError) Error() string { return string(e) }

// Space is what the components of a file mean.
type Space int

const (
	Gray  Space = iota
	YCbCr       // ITU-R BT.601, full range, as JFIF says
	RGB
	CMYK // as stored: Adobe's programs store 255 less the ink
	YCCK // as CMYK, the first three converted as if they were R, G and B = 255 less C, M and Y
)

// Plane is one component: rows of samples from the top.
type Plane struct {
	Pix           []byte // whole blocks of 8×8: more than Width and Height say
	Stride        int    // bytes from one row to the next
	Width, Height int    // samples that belong to the picture, rounded up
	Across, Down  int    // pixels of the picture a sample stands for, in each direction
}

// Planes is a picture by its components.
type Planes struct {
	Width, Height int // pixels
	Space         Space
	Planes        []Plane // one, three or four
}

// Read decodes one picture up to its end marker. It allocates most bytes at
// the most, beside a few buffers of fixed size, and refuses files that need
// more (Frame.Bytes tells beforehand). A cancelled ctx ends it at the next row
// of blocks. Errors are FormatError, UnsupportedError, io.ErrUnexpectedEOF
// where the file is cut off, r's and ctx's.
func Read(ctx context.Context, r io.Reader, most int64) (*Planes, error) {
	d := &decoder{ctx: ctx, bits: bits{r: r, buf: make([]byte, 32<<10)}, most: most}
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
	ctx  context.Context
	most int64

	frame     *Frame
	parts     []component // frame's, set up by the first scan
	quant     [4]*quantiser
	dc, ac    [4]huffman
	interval  int // MCUs between restarts (T.81, B.2.4.4); 0: none
	jfif      bool
	adobe     bool
	transform byte // Adobe's
	space     Space
	scans     int
	strips    []*strip // for sequential scans
	eobRun    int      // blocks yet to come whose band is zero (T.81, G.1.2.2)
	wrong     bool     // a code was read that cannot be
}

// component is a component of the frame with what is decoded of it.
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

// block is the coefficients of 8×8 samples, in natural order, not dequantised.
// With it goes the zigzag index of its last coefficient that is not zero (or
// a greater one), so that the transform need not look for it.
type block [64]int16

// setUp makes the planes, when the first scan comes.
func (d *decoder) setUp() error {
	if d.parts != nil {
		return nil
	}
	f := d.frame
	if need := f.Bytes(); need > d.most {
		return FormatError(fmt.Sprintf("decoding takes %d bytes, and %d are allowed", need, d.most))
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

// colours decides what the components mean, as libjpeg's
// default_decompress_parms does (jdapimin.c).
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

// finish transforms what progressive scans have left and returns the planes.
func (d *decoder) finish() (*Planes, error) {
	if d.parts == nil {
		return nil, FormatError("it has no scan")
	}
	p := &Planes{Width: d.frame.Width, Height: d.frame.Height, Space: d.space}
	for i := range d.parts {
		c := &d.parts[i]
		if c.quant == nil { // no scan had it: libjpeg's grey
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
