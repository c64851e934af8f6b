package jpegplanes

import (
	"runtime"
	"sync"
)

// The cosine transform of jidctint.c: constants of 13 bits of fraction, two
// more bits kept between the passes.
const (
	constBits = 13
	passBits  = 2

	f0298 = 2446  // 0.298631336
	f0390 = 3196  // 0.390180644
	f0541 = 4433  // 0.541196100
	f0765 = 6270  // 0.765366865
	f0899 = 7373  // 0.899976223
	f1175 = 9633  // 1.175875602
	f1501 = 12299 // 1.501321110
	f1847 = 15137 // 1.847759065
	f1961 = 16069 // 1.961570560
	f2053 = 16819 // 2.053119869
	f2562 = 20995 // 2.562915447
	f3072 = 25172 // 3.072711026
)

// reach[last] is the number of columns and rows of a block that can have non-zero
// coefficients, where last is the zigzag index of the last of them.
var reach [64]struct{ columns, rows byte }

func init() {
	var columns, rows byte
	for k := range reach {
		columns, rows = max(columns, zigzag[k]&7+1), max(rows, zigzag[k]>>3+1)
		reach[k].columns, reach[k].rows = columns, rows
	}
}

// inverse dequantises a block and writes its samples, eight rows of eight, stride
// bytes apart. Where libjpeg's values overflow (no encoder produces such blocks),
// the result is unspecified.
func inverse(dst []byte, stride int, b *block, q *quantiser, last byte) {
	if last == 0 {
		v := clamp((int32(b[0])*q[0]<<passBits + 1<<(passBits+2)) >> (passBits + 3))
		for y := range 8 {
			row := (*[8]byte)(dst[y*stride:])
			*row = [8]byte{v, v, v, v, v, v, v, v}
		}
		return
	}
	var ws [64]int32
	r := &reach[last&63]
	if r.rows <= 4 {
		upperColumns(&ws, b, q, int(r.columns))
	} else {
		columns(&ws, b, q, int(r.columns))
	}
	if r.columns <= 4 {
		leftRows(dst, stride, &ws)
	} else {
		rows(dst, stride, &ws)
	}
}

// columns is the first pass: it transforms each of the first n columns of the
// dequantised block into ws.
func columns(ws *[64]int32, b *block, q *quantiser, n int) {
	for i := range n {
		x := i & 7
		y0, y1 := int32(b[x])*q[x], int32(b[8+x])*q[8+x]
		y2, y3 := int32(b[16+x])*q[16+x], int32(b[24+x])*q[24+x]
		y4, y5 := int32(b[32+x])*q[32+x], int32(b[40+x])*q[40+x]
		y6, y7 := int32(b[48+x])*q[48+x], int32(b[56+x])*q[56+x]

		z1 := (y2 + y6) * f0541
		t2, t3 := z1-y6*f1847, z1+y2*f0765
		const round = 1 << (constBits - passBits - 1)
		t0, t1 := (y0+y4)<<constBits+round, (y0-y4)<<constBits+round
		e0, e3, e1, e2 := t0+t3, t0-t3, t1+t2, t1-t2

		z3, z4 := y7+y3, y5+y1
		z5 := (z3 + z4) * f1175
		z3, z4 = z5-z3*f1961, z5-z4*f0390
		z1, z2 := -(y7+y1)*f0899, -(y5+y3)*f2562
		o0, o1 := y7*f0298+z1+z3, y5*f2053+z2+z4
		o2, o3 := y3*f3072+z2+z3, y1*f1501+z1+z4

		const shift = constBits - passBits
		ws[x], ws[56+x] = (e0+o3)>>shift, (e0-o3)>>shift
		ws[8+x], ws[48+x] = (e1+o2)>>shift, (e1-o2)>>shift
		ws[16+x], ws[40+x] = (e2+o1)>>shift, (e2-o1)>>shift
		ws[24+x], ws[32+x] = (e3+o0)>>shift, (e3-o0)>>shift
	}
}

// upperColumns is columns where the lower four rows are zero.
func upperColumns(ws *[64]int32, b *block, q *quantiser, n int) {
	for i := range n {
		x := i & 7
		y0, y1 := int32(b[x])*q[x], int32(b[8+x])*q[8+x]
		y2, y3 := int32(b[16+x])*q[16+x], int32(b[24+x])*q[24+x]

		const round = 1 << (constBits - passBits - 1)
		t0, t2, t3 := y0<<constBits+round, y2*f0541, y2*(f0541+f0765)
		e0, e3, e1, e2 := t0+t3, t0-t3, t0+t2, t0-t2

		z5 := (y3 + y1) * f1175
		z3, z4 := z5-y3*f1961, z5-y1*f0390
		z1, z2 := -y1*f0899, -y3*f2562
		o0, o1 := z1+z3, z2+z4
		o2, o3 := y3*f3072+z2+z3, y1*f1501+z1+z4

		const shift = constBits - passBits
		ws[x], ws[56+x] = (e0+o3)>>shift, (e0-o3)>>shift
		ws[8+x], ws[48+x] = (e1+o2)>>shift, (e1-o2)>>shift
		ws[16+x], ws[40+x] = (e2+o1)>>shift, (e2-o1)>>shift
		ws[24+x], ws[32+x] = (e3+o0)>>shift, (e3-o0)>>shift
	}
}

// rows is the second pass: it transforms each row of ws into samples.
func rows(dst []byte, stride int, ws *[64]int32) {
	for y := range 8 {
		w := (*[8]int32)(ws[8*y:])
		z1 := (w[2] + w[6]) * f0541
		t2, t3 := z1-w[6]*f1847, z1+w[2]*f0765
		const round = 1 << (constBits + passBits + 2)
		t0, t1 := (w[0]+w[4])<<constBits+round, (w[0]-w[4])<<constBits+round
		e0, e3, e1, e2 := t0+t3, t0-t3, t1+t2, t1-t2

		z3, z4 := w[7]+w[3], w[5]+w[1]
		z5 := (z3 + z4) * f1175
		z3, z4 = z5-z3*f1961, z5-z4*f0390
		z1, z2 := -(w[7]+w[1])*f0899, -(w[5]+w[3])*f2562
		o0, o1 := w[7]*f0298+z1+z3, w[5]*f2053+z2+z4
		o2, o3 := w[3]*f3072+z2+z3, w[1]*f1501+z1+z4

		const shift = constBits + passBits + 3
		out := (*[8]byte)(dst[y*stride:])
		out[0], out[7] = clamp((e0+o3)>>shift), clamp((e0-o3)>>shift)
		out[1], out[6] = clamp((e1+o2)>>shift), clamp((e1-o2)>>shift)
		out[2], out[5] = clamp((e2+o1)>>shift), clamp((e2-o1)>>shift)
		out[3], out[4] = clamp((e3+o0)>>shift), clamp((e3-o0)>>shift)
	}
}

// leftRows is rows where the four columns on the right are zero.
func leftRows(dst []byte, stride int, ws *[64]int32) {
	for y := range 8 {
		w := (*[4]int32)(ws[8*y:])
		const round = 1 << (constBits + passBits + 2)
		t0, t2, t3 := w[0]<<constBits+round, w[2]*f0541, w[2]*(f0541+f0765)
		e0, e3, e1, e2 := t0+t3, t0-t3, t0+t2, t0-t2

		z5 := (w[3] + w[1]) * f1175
		z3, z4 := z5-w[3]*f1961, z5-w[1]*f0390
		z1, z2 := -w[1]*f0899, -w[3]*f2562
		o0, o1 := z1+z3, z2+z4
		o2, o3 := w[3]*f3072+z2+z3, w[1]*f1501+z1+z4

		const shift = constBits + passBits + 3
		out := (*[8]byte)(dst[y*stride:])
		out[0], out[7] = clamp((e0+o3)>>shift), clamp((e0-o3)>>shift)
		out[1], out[6] = clamp((e1+o2)>>shift), clamp((e1-o2)>>shift)
		out[2], out[5] = clamp((e2+o1)>>shift), clamp((e2-o1)>>shift)
		out[3], out[4] = clamp((e3+o0)>>shift), clamp((e3-o0)>>shift)
	}
}

// clamp applies the level shift (T.81, A.3.1) and limits the sample.
func clamp(v int32) byte {
	v += 128
	if uint32(v) > 255 {
		if v < 0 {
			return 0
		}
		return 255
	}
	return byte(v)
}

// transformAll transforms a progressive component's coefficients into samples, on
// all processors.
func (c *component) transformAll() {
	workers := min(runtime.GOMAXPROCS(0), ceilDiv(c.across*c.down, 1<<10))
	var wait sync.WaitGroup
	for i := range workers {
		wait.Go(func() {
			for row := c.down * i / workers; row < c.down*(i+1)/workers; row++ {
				at := row * c.across
				c.transformRow(row, c.blocks[at:at+c.across], c.last[at:at+c.across])
			}
		})
	}
	wait.Wait()
}
