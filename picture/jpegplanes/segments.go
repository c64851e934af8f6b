package jpegplanes

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// The second bytes of markers (T.81, table B.1).
const (
	markerSOF2  = 0xc2
	markerDHT   = 0xc4
	markerDAC   = 0xcc
	markerRST0  = 0xd0
	markerRST7  = 0xd7
	markerSOI   = 0xd8
	markerEOI   = 0xd9
	markerSOS   = 0xda
	markerDQT   = 0xdb
	markerDNL   = 0xdc
	markerDRI   = 0xdd
	markerAPP0  = 0xe0
	markerAPP14 = 0xee
	markerAPP15 = 0xef
	markerCOM   = 0xfe
	markerTEM   = 0x01
)

// MaxScans is the maximum number of scans in a file: programs write about ten, and
// each goes over the whole picture again. libjpeg-turbo's documentation advises a
// limit of this size.
const MaxScans = 500

// quantiser is a quantisation table in natural order.
type quantiser [64]int32

// marker returns the next marker that matters here, skipping extraneous and fill
// bytes as libjpeg's next_marker does.
func (d *decoder) marker() (byte, error) {
	for {
		m, err := d.nextMarker()
		if err != nil {
			return 0, err
		}
		if (m < markerRST0 || m > markerSOI) && m != markerTEM {
			return m, nil
		}
	}
}

// segment reads a marker's segment, and after SOS the scan.
func (d *decoder) segment(marker byte) error {
	var length [2]byte
	if err := d.full(length[:]); err != nil {
		return err
	}
	n := int(binary.BigEndian.Uint16(length[:])) - 2
	if n < 0 {
		return FormatError("it has a segment of impossible length")
	}
	keep := 0 // number of its bytes that are parsed
	switch {
	case IsFrame(marker), marker == markerDHT, marker == markerDQT, marker == markerDRI, marker == markerSOS:
		keep = n
	case marker == markerAPP0, marker == markerAPP14:
		keep = min(n, 14)
	case marker >= markerAPP0 && marker <= markerAPP15, marker == markerCOM, marker == markerDNL, marker == markerDAC:
	default:
		return UnsupportedError(fmt.Sprintf("it has the marker %02X", marker))
	}
	p := make([]byte, keep)
	if err := d.full(p); err != nil {
		return err
	}
	if err := d.skip(n - keep); err != nil {
		return err
	}
	switch marker {
	case markerDHT:
		return d.readTables(p)
	case markerDQT:
		return d.readQuantisers(p)
	case markerDRI:
		if n != 2 {
			return FormatError("its restart interval has a wrong length")
		}
		d.interval = int(binary.BigEndian.Uint16(p))
	case markerSOS:
		return d.readScan(p)
	case markerAPP0:
		d.jfif = d.jfif || n >= 14 && bytes.HasPrefix(p, []byte("JFIF\x00"))
	case markerAPP14:
		if n >= 12 && bytes.HasPrefix(p, []byte("Adobe")) {
			d.adobe, d.transform = true, p[11]
		}
	}
	if !IsFrame(marker) {
		return nil
	}
	if d.frame != nil {
		return FormatError("it has more than one frame header")
	}
	var err error
	d.frame, err = ParseFrame(marker, p)
	return err
}

// readQuantisers reads quantisation tables (T.81, B.2.4.1).
func (d *decoder) readQuantisers(p []byte) error {
	for len(p) > 0 {
		number, size := p[0]&15, 64
		if p[0]>>4 != 0 {
			size = 128
		}
		if p = p[1:]; number > 3 || len(p) < size {
			return FormatError("it has a wrong quantisation table")
		}
		q := new(quantiser)
		for k := range 64 {
			if size == 64 {
				q[zigzag[k]] = int32(p[k])
			} else {
				q[zigzag[k]] = int32(binary.BigEndian.Uint16(p[2*k:]))
			}
		}
		d.quant[number] = q // components that have had a scan keep their table
		p = p[size:]
	}
	return nil
}

// readTables reads Huffman tables (T.81, B.2.4.2).
func (d *decoder) readTables(p []byte) error {
	for len(p) > 0 {
		if len(p) < 17 {
			return FormatError("it has a wrong Huffman table")
		}
		class, number := p[0]>>4, p[0]&15
		count := 0
		for _, n := range p[1:17] {
			count += int(n)
		}
		if class > 1 || number > 3 || count > 256 || len(p) < 17+count {
			return FormatError("it has a wrong Huffman table")
		}
		table := &d.dc[number]
		if class == 1 {
			table = &d.ac[number]
		}
		table.build([16]byte(p[1:17]), p[17:17+count])
		p = p[17+count:]
	}
	return nil
}

// scan is a parsed scan header (T.81, B.2.3).
type scan struct {
	parts []*component
	dc    []*huffman // of each part
	ac    []*huffman

	// Progressive: the band of coefficients, in zigzag order, and the bits already
	// present and still missing (G.1.1.1).
	from, to  int
	high, low uint
}

// readScan reads a scan header and the scan.
func (d *decoder) readScan(p []byte) error {
	if d.frame == nil {
		return FormatError("it has a scan before its frame header")
	}
	if d.scans++; d.scans > MaxScans {
		return FormatError(fmt.Sprintf("it has more than %d scans", MaxScans))
	}
	if len(p) < 1 || p[0] < 1 || p[0] > 4 || len(p) != 4+2*int(p[0]) {
		return FormatError("it has a wrong scan header")
	}
	if err := d.setUp(); err != nil {
		return err
	}
	count := int(p[0])
	tail := p[1+2*count:]
	s := &scan{to: 63}
	if d.frame.Progressive {
		s.from, s.to, s.high, s.low = int(tail[0]), int(tail[1]), uint(tail[2]>>4), uint(tail[2]&15)
		if s.from == 0 && s.to != 0 || s.from > s.to || s.to > 63 || s.from != 0 && count != 1 || s.high != 0 && s.high != s.low+1 {
			return FormatError("a scan's part of the coefficients is impossible")
		}
	}
	for i := range count {
		if err := d.addPart(s, p[1+2*i], p[2+2*i]); err != nil {
			return err
		}
	}
	inMCU := 0
	for _, c := range s.parts {
		inMCU += c.h * c.v
	}
	if count > 1 && inMCU > 10 { // B.2.3
		return FormatError("its sampling factors are too large for one scan")
	}
	d.restart()
	if d.frame.Progressive {
		return d.progressive(s)
	}
	return d.sequential(s)
}

// addPart adds the component of this id to the scan, with its tables.
func (d *decoder) addPart(s *scan, id, tables byte) error {
	var c *component
	for i := range d.parts {
		p := &d.parts[i]
		used := false
		for _, other := range s.parts {
			used = used || other == p
		}
		if p.id == id && !used {
			c = p
			break
		}
	}
	if c == nil {
		return FormatError("a scan names a component that the frame does not have")
	}
	if c.quant == nil {
		if c.table > 3 || d.quant[c.table] == nil {
			return FormatError("a quantisation table is missing")
		}
		c.quant = d.quant[c.table]
	}
	dc, ac := tables>>4, tables&15
	needDC, needAC := s.from == 0 && s.high == 0, s.to > 0
	if dc > 3 || ac > 3 || needDC && !d.dc[dc].valid || needAC && !d.ac[ac].valid {
		return FormatError("a Huffman table is missing or wrong")
	}
	s.parts, s.dc, s.ac = append(s.parts, c), append(s.dc, &d.dc[dc]), append(s.ac, &d.ac[ac])
	return nil
}
