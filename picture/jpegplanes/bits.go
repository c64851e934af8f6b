package jpegplanes

import (
	"encoding/binary"
	"io"
)

// bits reads bytes of a file, and bits of entropy-coded data.
type bits struct {
	r    io.Reader
	buf  []byte
	i, j int   // buf[i:j] is unread
	err  error // sticky error of r

	acc    uint64 // the next bits, from the most significant
	n      uint   // number of valid bits in acc
	padded uint   // number of zero bits appended after the data
}

// need reports whether buf[i:] has k bytes, a few, reading more if necessary.
func (d *bits) need(k int) bool {
	if d.j-d.i >= k {
		return true
	}
	if d.err != nil {
		return false
	}
	d.j = copy(d.buf, d.buf[d.i:d.j])
	d.i = 0
	n, err := io.ReadAtLeast(d.r, d.buf[d.j:], k-d.j)
	d.j += n
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	d.err = err
	return d.j >= k
}

// full reads len(p) bytes.
func (d *bits) full(p []byte) error {
	for len(p) > 0 {
		if !d.need(1) {
			return d.err
		}
		n := copy(p, d.buf[d.i:d.j])
		d.i, p = d.i+n, p[n:]
	}
	return nil
}

// skip discards n bytes.
func (d *bits) skip(n int) error {
	for n > 0 {
		if !d.need(1) {
			return d.err
		}
		k := min(n, d.j-d.i)
		d.i, n = d.i+k, n-k
	}
	return nil
}

// nextMarker discards everything before the next marker, and reads it.
func (d *bits) nextMarker() (byte, error) {
	for {
		if !d.need(2) {
			return 0, d.err
		}
		if d.buf[d.i] != 0xff || d.buf[d.i+1] == 0xff {
			d.i++
			continue
		}
		m := d.buf[d.i+1]
		d.i += 2
		if m != 0 {
			return m, nil
		}
	}
}

// restart discards the remaining bits.
func (d *bits) restart() { d.acc, d.n, d.padded = 0, 0, 0 }

// refill is called with n < 32 and returns acc and n with n ≥ 56. Bits below the n
// valid ones are zero or those that come next.
func (d *bits) refill(acc uint64, n uint) (uint64, uint) {
	if d.j-d.i >= 8 {
		w := binary.BigEndian.Uint64(d.buf[d.i:])
		// No byte of w is FF: no byte of ^w is zero.
		if (^w-0x0101010101010101)&w&0x8080808080808080 == 0 {
			k := (63 - n) >> 3
			d.i += int(k)
			return acc | w>>(n&63), n + 8*k
		}
	}
	return d.refillSlowly(acc, n)
}

// refillSlowly reads byte by byte, with FF 00 for FF (T.81, F.1.2.3). It stops
// before a marker, and appends zeros there and at the file's end.
func (d *bits) refillSlowly(acc uint64, n uint) (uint64, uint) {
	for n <= 56 {
		if !d.need(1) {
			return d.pad(acc, n)
		}
		c := d.buf[d.i]
		if c == 0xff {
			if !d.need(2) {
				return d.pad(acc, n)
			}
			switch d.buf[d.i+1] {
			case 0:
				d.i++
			case 0xff: // a fill byte
				d.i++
				continue
			default:
				return d.pad(acc, n)
			}
		}
		d.i++
		acc |= uint64(c) << (56 - n)
		n += 8
	}
	return acc, n
}

func (d *bits) pad(acc uint64, n uint) (uint64, uint) {
	d.padded += 64 - n
	return acc, 64
}

// overrun returns an error if more bits have been used than the file has.
func (d *bits) overrun() error {
	if d.n >= d.padded {
		return nil
	}
	if d.err != nil {
		return d.err
	}
	return FormatError("a scan's data end too early")
}
