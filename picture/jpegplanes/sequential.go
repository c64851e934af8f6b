package jpegplanes

import (
	"runtime"
	"sync"
)

// errCode is the error for a bit pattern that begins with no code.
const errCode = FormatError("a Huffman code is not in its table")

// strip holds the coefficients of one row of MCUs of a sequential scan, between the
// entropy decoder and the transform.
type strip struct {
	row    int        // of MCUs
	blocks [4][]block // of each component of the frame, row by row; all zero when the strip is free
	last   [4][]byte
}

// sequential reads a scan of all coefficients (T.81, annex F). Where the scan
// has many rows, they are transformed on other goroutines meanwhile.
func (d *decoder) sequential(s *scan) error {
	if d.strips == nil {
		for range d.frame.strips() {
			d.strips = append(d.strips, d.newStrip())
		}
	}
	free := make(chan *strip, len(d.strips))
	for _, t := range d.strips {
		free <- t
	}
	if len(d.strips) == 1 || runtime.GOMAXPROCS(0) == 1 {
		return d.sequentialRows(s, free, func(t *strip) {
			s.transform(t)
			free <- t
		})
	}
	ready := make(chan *strip, len(d.strips))
	var wait sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0)-1, len(d.strips)-1) {
		wait.Go(func() {
			for t := range ready {
				s.transform(t)
				free <- t
			}
		})
	}
	err := d.sequentialRows(s, free, func(t *strip) { ready <- t })
	close(ready)
	wait.Wait()
	return err
}

// newStrip returns a strip for a row of interleaved MCUs.
func (d *decoder) newStrip() *strip {
	t := new(strip)
	for i := range d.parts {
		c := &d.parts[i]
		t.blocks[i] = make([]block, c.across*c.v)
		t.last[i] = make([]byte, c.across*c.v)
	}
	return t
}

// unit is one block of an MCU: the index of its component in the scan, and its
// position among the component's blocks of the MCU.
type unit struct{ part, x, y int }

// layout returns the order of blocks in an MCU (T.81, A.2), and the number of MCUs
// across and down.
func (d *decoder) layout(s *scan) (units []unit, across, down int) {
	if len(s.parts) == 1 {
		return []unit{{}}, s.parts[0].across, s.parts[0].down
	}
	for i, c := range s.parts {
		for k := range c.h * c.v {
			units = append(units, unit{i, k % c.h, k / c.h})
		}
	}
	return units, ceilDiv(d.frame.Width, 8*d.frame.maxH), ceilDiv(d.frame.Height, 8*d.frame.maxV)
}

// step returns the number of blocks of a component across and down an MCU of this
// scan.
func (s *scan) step(c *component) (x, y int) {
	if len(s.parts) == 1 {
		return 1, 1
	}
	return c.h, c.v
}

// sequentialRows reads a scan's entropy-coded data, each row of MCUs into a free
// strip, and passes the strip to next. Blocks that only pad the last MCUs are read
// and dropped.
func (d *decoder) sequentialRows(s *scan, free <-chan *strip, next func(*strip)) error {
	units, across, down := d.layout(s)
	var dropped block
	var pred [4]int32
	restarts := restarts{interval: d.interval, left: d.interval}
	for my := range down {
		if err := d.ctx.Err(); err != nil {
			return err
		}
		t := <-free
		t.row = my
		for mx := range across {
			if restarts.due() {
				if err := d.readRestart(&restarts); err != nil {
					return err
				}
				pred = [4]int32{}
			}
			for _, u := range units {
				c := s.parts[u.part]
				h, v := s.step(c)
				x, y := mx*h+u.x, my*v+u.y
				if x >= c.across || y >= c.down {
					d.sequentialBlock(&dropped, s.dc[u.part], s.ac[u.part], &pred[u.part])
					continue
				}
				at := u.y*c.across + x
				t.last[c.index][at] = d.sequentialBlock(&t.blocks[c.index][at], s.dc[u.part], s.ac[u.part], &pred[u.part])
			}
			if d.n < d.padded || d.wrong {
				return d.failed()
			}
		}
		next(t)
	}
	return nil
}

// sequentialBlock reads one block (T.81, F.2.2) and returns the zigzag index of its
// last non-zero coefficient.
func (d *decoder) sequentialBlock(b *block, dc, ac *huffman, pred *int32) byte {
	acc, n := d.acc, d.n
	if n < 32 {
		acc, n = d.refill(acc, n)
	}
	e := dc.fast[acc>>(64-lookup)]
	if e == 0 {
		e = dc.slow(acc)
	}
	if notDC(e) {
		d.wrong = true
		return 0
	}
	acc <<= e & 31
	n -= uint(e & 31)
	diff := int32(e) >> 16
	if size := uint(e >> 8 & 15); size > 0 {
		diff = extend(acc, size)
		acc <<= size
		n -= size
	}
	*pred += diff
	b[0] = int16(*pred)
	last := 0
	for k := 1; k < 64; k++ {
		if n < 32 {
			acc, n = d.refill(acc, n)
		}
		e := ac.fast[acc>>(64-lookup)]
		if e == 0 {
			if e = ac.slow(acc); e == 0 {
				d.wrong = true
				break
			}
		}
		acc <<= e & 31
		n -= uint(e & 31)
		run, size, v := int(e>>12&15), uint(e>>8&15), int32(e)>>16
		if v == 0 {
			if size == 0 {
				if run != 15 {
					break
				}
				k += 15
				continue
			}
			v = extend(acc, size)
			acc <<= size
			n -= size
		}
		k += run
		b[zigzag[k&127]&63] = int16(v)
		last = k
	}
	d.acc, d.n = acc, n
	return byte(min(last, 63))
}

// restarts counts the MCUs of a restart interval.
type restarts struct {
	interval, left int
	number         byte // of the next marker, modulo 8
}

// due counts an MCU that is about to be read and reports whether a restart marker
// precedes it.
func (r *restarts) due() bool {
	if r.interval == 0 {
		return false
	}
	if r.left--; r.left >= 0 {
		return false
	}
	r.left = r.interval - 1
	return true
}

// readRestart reads the required restart marker, skipping everything before it.
func (d *decoder) readRestart(r *restarts) error {
	d.restart()
	d.eobRun = 0
	m, err := d.nextMarker()
	if err != nil {
		return err
	}
	if m != markerRST0+r.number {
		return FormatError("a restart marker is missing")
	}
	r.number = (r.number + 1) & 7
	return nil
}

// failed returns the error of damaged entropy-coded data.
func (d *decoder) failed() error {
	if err := d.overrun(); err != nil {
		return err
	}
	return errCode
}

// transform transforms a strip's coefficients into samples, and clears it.
func (s *scan) transform(t *strip) {
	for _, c := range s.parts {
		_, v := s.step(c)
		for y := range v {
			row := t.row*v + y
			if row >= c.down {
				break
			}
			at := y * c.across
			blocks, last := t.blocks[c.index][at:at+c.across], t.last[c.index][at:at+c.across]
			c.transformRow(row, blocks, last)
			clear(blocks)
		}
	}
}

// transformRow transforms one row of blocks into samples.
func (c *component) transformRow(row int, blocks []block, last []byte) {
	pix := c.Pix[row*8*c.Stride:]
	for x := range blocks {
		inverse(pix[8*x:], c.Stride, &blocks[x], c.quant, last[x])
	}
}
