package jpegplanes

// progressive reads one scan of a progressive file (T.81, annex G) into the
// components' coefficients.
func (d *decoder) progressive(s *scan) error {
	d.eobRun = 0
	if s.from > 0 {
		return d.band(s)
	}
	units, across, down := d.layout(s)
	var dropped block
	var pred [4]int32
	restarts := restarts{interval: d.interval, left: d.interval}
	for my := range down {
		if err := d.ctx.Err(); err != nil {
			return err
		}
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
				b := &dropped
				if x < c.across && y < c.down {
					b = &c.blocks[y*c.across+x]
				}
				if s.high == 0 {
					d.firstDC(b, s.dc[u.part], &pred[u.part], s.low)
				} else {
					d.refineDC(b, s.low)
				}
			}
			if d.n < d.padded || d.wrong {
				return d.failed()
			}
		}
	}
	return nil
}

// firstDC reads the upper bits of a DC coefficient (G.1.2.1).
func (d *decoder) firstDC(b *block, table *huffman, pred *int32, low uint) {
	if d.n < 32 {
		d.acc, d.n = d.refill(d.acc, d.n)
	}
	e := d.code(table)
	d.wrong = d.wrong || notDC(e)
	diff := int32(e) >> 16
	if size := uint(e >> 8 & 15); size > 0 {
		diff = extend(d.acc, size)
		d.consume(size)
	}
	*pred += diff
	b[0] = int16(*pred << low)
}

// refineDC reads one more bit of a DC coefficient.
func (d *decoder) refineDC(b *block, low uint) {
	if d.n == 0 {
		d.acc, d.n = d.refill(d.acc, d.n)
	}
	b[0] |= int16(d.acc >> 63 << low)
	d.consume(1)
}

// code reads a code, for which there must be enough bits, and returns its entry; 0,
// with d.wrong set, if there is none.
func (d *decoder) code(table *huffman) uint32 {
	e := table.fast[d.acc>>(64-lookup)]
	if e == 0 {
		if e = table.slow(d.acc); e == 0 {
			d.wrong = true
		}
	}
	d.consume(uint(e & 31))
	return e
}

func (d *bits) consume(n uint) {
	d.acc <<= n & 63
	d.n -= n
}

// band reads a scan of AC coefficients: of one component, never interleaved.
func (d *decoder) band(s *scan) error {
	c := s.parts[0]
	restarts := restarts{interval: d.interval, left: d.interval}
	read := d.firstAC
	if s.high > 0 {
		read = d.refineAC
	}
	for y := range c.down {
		if err := d.ctx.Err(); err != nil {
			return err
		}
		for at := y * c.across; at < (y+1)*c.across; at++ {
			if restarts.due() {
				if err := d.readRestart(&restarts); err != nil {
					return err
				}
			}
			read(&c.blocks[at], &c.last[at], s)
			if d.n < d.padded || d.wrong {
				return d.failed()
			}
		}
	}
	return nil
}

// firstAC reads the upper bits of a block's band (G.1.2.2).
func (d *decoder) firstAC(b *block, last *byte, s *scan) {
	if d.eobRun > 0 {
		d.eobRun--
		return
	}
	table := s.ac[0]
	for k := s.from; k <= s.to; k++ {
		if d.n < 32 {
			d.acc, d.n = d.refill(d.acc, d.n)
		}
		e := d.code(table)
		run, size, v := int(e>>12&15), uint(e>>8&15), int32(e)>>16
		if v == 0 {
			if size == 0 {
				if run != 15 {
					d.endOfBand(run)
					d.eobRun--
					return
				}
				k += 15
				continue
			}
			v = extend(d.acc, size)
			d.consume(size)
		}
		k += run
		b[zigzag[k&127]&63] = int16(v << s.low)
		*last = max(*last, byte(min(k, 63)))
	}
}

// endOfBand reads the remaining bits of the code EOBn: this block and the next
// eobRun − 1 have no more coefficients.
func (d *decoder) endOfBand(n int) {
	d.eobRun = 1<<n + int(d.acc>>1>>(63-n))
	d.consume(uint(n))
}

// refineAC reads one more bit of a block's band (G.1.2.3).
func (d *decoder) refineAC(b *block, last *byte, s *scan) {
	k := s.from
	table := s.ac[0]
	for d.eobRun == 0 && k <= s.to {
		if d.n < 32 {
			d.acc, d.n = d.refill(d.acc, d.n)
		}
		e := d.code(table)
		run, size, v := int(e>>12&15), uint(e>>8&15), int32(e)>>16
		if v == 0 && size == 1 {
			v = extend(d.acc, 1)
			d.consume(1)
		} else if v == 0 && size == 0 && run != 15 {
			d.endOfBand(run)
			break
		}
		if size > 1 || v > 1 || v < -1 || d.wrong { // only ±1 can be new
			d.wrong = true
			return
		}
		k = d.refine(b, k, s.to, run, int16(1)<<s.low)
		if v != 0 {
			if k > s.to {
				d.wrong = true
				return
			}
			b[zigzag[k&127]&63] = int16(v << s.low)
			*last = max(*last, byte(k))
		}
		k++
	}
	if d.eobRun > 0 {
		d.eobRun--
		d.refine(b, k, s.to, 64, int16(1)<<s.low)
	}
}

// refine reads a bit for each non-zero coefficient from k on, skipping run zeros,
// and returns the index of the zero after those, or to + 1.
func (d *decoder) refine(b *block, k, to, run int, bit int16) int {
	for ; k <= to; k++ {
		p := &b[zigzag[k&127]&63]
		if *p == 0 {
			if run == 0 {
				return k
			}
			run--
			continue
		}
		if d.n == 0 {
			d.acc, d.n = d.refill(d.acc, d.n)
		}
		if d.acc>>63 != 0 && *p&bit == 0 {
			if *p >= 0 {
				*p += bit
			} else {
				*p -= bit
			}
		}
		d.consume(1)
	}
	return k
}
