package jpegplanes

// zigzag maps a zigzag index to the coefficient's position in natural order (row by
// row; T.81, figure A.6). Runs in damaged data can lead beyond 63: all such indices
// map to 63, as in libjpeg.
var zigzag = [128]byte{
	0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5,
	12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
	35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51,
	58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
}

func init() {
	for k := 64; k < len(zigzag); k++ {
		zigzag[k] = 63
	}
}

// lookup is the number of bits of the lookup table's index.
const lookup = 10

// huffman is a Huffman table prepared for decoding (T.81, annex C).
//
// The bits of a code's entry, from the lowest: 5 bits, the number of bits to
// consume; at 8, four bits, the number of further bits that make the value (SSSS of
// T.81, F.1.2); at 12, four bits, the number of zeros before it (RRRR; zero for
// DC); at 16, the value itself, if it follows the code within the bits looked up:
// then its bits are among those to consume, and SSSS is zero. No entry is 0.
type huffman struct {
	fast   [1 << lookup]uint32
	limit  [17]uint32 // for each length: the first 16 bits that no code up to it begins with
	offset [17]int    // a code of this length plus this is its symbol's place
	values [256]byte
	valid  bool
}

// build makes the table from the number of codes of each length and their symbols.
// It reports whether the table is valid: there must not be more codes than the bits
// allow (libjpeg's jpeg_make_d_derived_tbl refuses that too).
func (h *huffman) build(counts [16]byte, symbols []byte) {
	*h = huffman{valid: true}
	copy(h.values[:], symbols)
	code, place := 0, 0
	for length := 1; length <= 16; length++ {
		n := int(counts[length-1])
		h.offset[length] = place - code
		if code+n > 1<<length {
			h.valid = false
			return
		}
		for range n {
			if length <= lookup {
				h.enter(code, length, h.values[place])
			}
			code++
			place++
		}
		h.limit[length] = uint32(code) << (16 - length)
		code <<= 1
	}
}

// enter sets the entries that begin with a code.
func (h *huffman) enter(code, length int, symbol byte) {
	size := int(symbol & 15)
	rest := lookup - length // bits that follow the code
	for i := range 1 << rest {
		e := uint32(symbol>>4)<<12 | uint32(size)<<8 | uint32(length)
		if size > 0 && size <= rest {
			v := extend(uint64(i)<<(64-rest), uint(size))
			e = uint32(v)<<16 | uint32(symbol>>4)<<12 | uint32(length+size)
		}
		h.fast[code<<rest|i] = e
	}
}

// slow returns the entry of a code longer than lookup bits, 0 if there is no such
// code.
func (h *huffman) slow(acc uint64) uint32 {
	top := uint32(acc >> 48)
	for length := lookup + 1; length <= 16; length++ {
		if top < h.limit[length] {
			symbol := uint32(h.values[(int(top>>(16-length))+h.offset[length])&255])
			return symbol>>4<<12 | symbol&15<<8 | uint32(length)
		}
	}
	return 0
}

// notDC reports whether an entry is invalid for a DC coefficient.
func notDC(e uint32) bool { return e == 0 || e>>12&15 != 0 }

// extend is T.81's EXTEND (figure F.12) of the top size bits, 1 to 15.
func extend(acc uint64, size uint) int32 {
	negative := ^(int64(acc) >> 63)
	return int32(int64(acc>>((64-size)&63)) + negative&(1-int64(1)<<(size&63)))
}
