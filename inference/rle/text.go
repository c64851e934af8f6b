package rle

import (
	"fmt"
	"math"
)

// COCO's compressed text of a mask (maskApi.c, rleToString and rleFrString): from
// the fourth run on, the difference from the run two before is written. Each number
// is split into groups of 5 bits, the lowest first; a character is 48 plus the
// group, plus 32 if more follow; the sign is bit 0x10 of the last group.

const (
	groupBits = 5
	groupSign = 0x10
	groupMore = 0x20
	firstChar = 48
	maxGroups = 7 // 35 bits: enough for any difference of two 32-bit runs
)

// String returns COCO's compressed text of the mask, the "counts" of a JSON file.
func (m Mask) String() string {
	text := make([]byte, 0, 2*len(m.Counts))
	for i, n := range m.Counts {
		x := int64(n)
		if i > 2 {
			x -= int64(m.Counts[i-2])
		}
		for more := true; more; {
			group := byte(x & 0x1f)
			x >>= groupBits
			more = x != 0
			if group&groupSign != 0 {
				more = x != -1
			}
			if more {
				group |= groupMore
			}
			text = append(text, firstChar+group)
		}
	}
	return string(text)
}

// Parse reads the compressed text of a mask of h × w pixels. The runs must sum
// to h·w. Nothing is allocated before the whole text has been checked.
func Parse(s string, h, w int) (Mask, error) {
	want, err := pixels(h, w)
	if err != nil {
		return Mask{}, err
	}
	runs, sum := 0, uint64(0)
	err = eachRun(s, func(at int, n uint32) error {
		runs++
		if sum += uint64(n); sum > want {
			return fmt.Errorf("the run that ends at character %d ends at pixel %d of a mask of %d × %d", at, sum, w, h)
		}
		return nil
	})
	if err != nil {
		return Mask{}, err
	}
	if sum != want {
		return Mask{}, fmt.Errorf("the runs end at pixel %d of %d", sum, want)
	}
	m := Mask{Height: h, Width: w, Counts: make([]uint32, 0, runs)}
	eachRun(s, func(_ int, n uint32) error { m.Counts = append(m.Counts, n); return nil })
	return m, nil
}

// eachRun decodes s and calls f with each run and the position after it.
func eachRun(s string, f func(at int, n uint32) error) error {
	var before [2]int64 // the last two runs, the older first
	for i, at := 0, 0; at < len(s); i++ {
		x, next, err := number(s, at)
		if err != nil {
			return err
		}
		if i > 2 {
			x += before[0]
		}
		if x < 0 || x > math.MaxUint32 {
			return fmt.Errorf("the run at character %d is %d long", at, x)
		}
		before[0], before[1] = before[1], x
		at = next
		if err := f(at, uint32(x)); err != nil {
			return err
		}
	}
	return nil
}

// number reads the signed number that starts at s[at].
func number(s string, at int) (x int64, next int, err error) {
	for k := range maxGroups {
		if at+k >= len(s) {
			return 0, 0, fmt.Errorf("the text ends within the run at character %d", at)
		}
		c := s[at+k] - firstChar
		if c > 0x3f {
			return 0, 0, fmt.Errorf("character %d is %q, which is no part of a run", at+k, s[at+k])
		}
		x |= int64(c&0x1f) << (groupBits * k)
		if c&groupMore == 0 {
			if c&groupSign != 0 {
				x |= -1 << (groupBits * (k + 1))
			}
			return x, at + k + 1, nil
		}
	}
	return 0, 0, fmt.Errorf("the run at character %d has more than %d characters", at, maxGroups)
}
