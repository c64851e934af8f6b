package picture

import (
	"bytes"
	"encoding/binary"
	"image"
	"io"

	"golang.org/x/image/bmp"
)

// bmpCompressions names the unsupported values of biCompression.
var bmpCompressions = map[uint32]string{1: "run lengths", 2: "run lengths", 4: "JPEG", 5: "PNG", 11: "CMYK", 12: "CMYK", 13: "CMYK"}

// bmpDetail holds a header that golang.org/x/image/bmp understands, and the offset
// of the pixels in the file.
type bmpDetail struct {
	head   []byte
	pixels int64
}

func isBMP(head []byte) bool {
	return len(head) >= 2 && string(head[:2]) == "BM"
}

// inspectBMP reads the header, in any version from OS/2 1.x on.
func inspectBMP(f *pictureFile) (header, error) {
	var h header
	p, err := f.bytes(0, 18)
	if err != nil {
		return h, err
	}
	pixels, size := int64(binary.LittleEndian.Uint32(p[10:])), int(binary.LittleEndian.Uint32(p[14:]))
	if size != 12 && (size < 40 || size > 124) && size != 16 && size != 64 {
		return h, damaged("the BMP file has an unknown kind of header")
	}
	info, err := f.bytes(14, size)
	if err != nil {
		return h, err
	}
	b := bmpInfo(info)
	if name := bmpCompressions[b.compression]; name != "" {
		return h, unsupported("this BMP is compressed with %s, which is not read", name)
	}
	if b.compression == 3 && (b.bits != 32 || !b.plainMasks(f, size)) || b.compression > 3 {
		return h, unsupported("this BMP stores its colours in an unusual order, which is not read")
	}
	if b.bits != 1 && b.bits != 2 && b.bits != 4 && b.bits != 8 && b.bits != 24 && b.bits != 32 {
		return h, unsupported("this BMP has %d bits a pixel, which is not read", b.bits)
	}
	h.width, h.height = b.width, max(b.height, -b.height)
	if h.width <= 0 || h.height == 0 || h.width > 1<<31-1 || h.height > 1<<31-1 {
		h.width, h.height = max(h.width, 0), max(h.height, 0)
		return h, nil // refused for its size
	}
	if h.width > 1<<40/h.height {
		return h, nil // far over any limit
	}
	h.scratch = h.width * h.height
	if b.bits >= 24 {
		h.scratch *= 4
	}
	// Uncompressed rows are padded to a multiple of four bytes.
	h.least = pixels + ceilDiv(h.width*int64(b.bits), 32)*4*h.height
	head, err := b.head(f, int64(14+size), pixels)
	h.detail = bmpDetail{head: head, pixels: pixels}
	return h, err
}

// bmpFields holds the relevant header fields.
type bmpFields struct {
	width, height int64
	bits          int
	compression   uint32
	colors        uint32
	entry         int // bytes per palette entry
	alpha         bool
	info          []byte
}

func bmpInfo(info []byte) bmpFields {
	le := binary.LittleEndian
	if len(info) == 12 { // OS/2 1.x
		return bmpFields{width: int64(le.Uint16(info[4:])), height: int64(le.Uint16(info[6:])), bits: int(le.Uint16(info[10:])), entry: 3, info: info}
	}
	b := bmpFields{width: int64(int32(le.Uint32(info[4:]))), height: int64(int32(le.Uint32(info[8:]))), bits: int(le.Uint16(info[14:])), entry: 4, info: info}
	if len(info) >= 40 {
		b.compression, b.colors = le.Uint32(info[16:]), le.Uint32(info[32:])
	}
	b.alpha = b.bits == 32 && len(info) >= 56 && le.Uint32(info[52:]) == 0xff000000
	return b
}

// plainMasks reports whether the bit fields have the order blue, green, red of a
// BMP without them. In a header of 40 bytes the masks follow it.
func (b bmpFields) plainMasks(f *pictureFile, size int) bool {
	masks, err := f.bytes(14+40, 12)
	return err == nil && size >= 40 &&
		bytes.Equal(masks, []byte{0, 0, 0xff, 0, 0, 0xff, 0, 0, 0xff, 0, 0, 0})
}

// head returns the simplest equivalent file header, palette included.
func (b bmpFields) head(f *pictureFile, at, pixels int64) ([]byte, error) {
	le := binary.LittleEndian
	size := 40
	if b.alpha {
		size = 108 // alpha exists from version 4 on
	}
	head := make([]byte, 14+size)
	copy(head, "BM")
	le.PutUint32(head[14:], uint32(size))
	le.PutUint32(head[18:], uint32(b.width))
	le.PutUint32(head[22:], uint32(b.height))
	le.PutUint16(head[26:], 1)
	le.PutUint16(head[28:], uint16(b.bits))
	if b.bits <= 8 {
		count := int64(1) << b.bits
		if b.colors > 0 {
			count = min(count, int64(b.colors))
		}
		count = max(min(count, (pixels-at)/int64(b.entry)), 1)
		p, err := f.bytes(at, int(count)*b.entry)
		if err != nil {
			return nil, err
		}
		for i := range int(count) {
			head = append(head, p[i*b.entry], p[i*b.entry+1], p[i*b.entry+2], 0)
		}
		le.PutUint32(head[46:], uint32(count))
	}
	le.PutUint32(head[10:], uint32(len(head)))
	return head, nil
}

func decodeBMP(f *pictureFile, h header) (source, error) {
	d := h.detail.(bmpDetail)
	img, err := bmp.Decode(io.MultiReader(bytes.NewReader(d.head), f.section(d.pixels, f.size-d.pixels)))
	if err != nil {
		return source{}, err
	}
	// Programs that write no alpha often leave the field all zero.
	if m, ok := img.(*image.NRGBA); ok && !anyAlpha(m.Pix) {
		for i := 3; i < len(m.Pix); i += 4 {
			m.Pix[i] = 0xff
		}
	}
	return sourceOf(img)
}

func anyAlpha(pix []byte) bool {
	for i := 3; i < len(pix); i += 4 {
		if pix[i] != 0 {
			return true
		}
	}
	return false
}
