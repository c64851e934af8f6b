package picture

import (
	"encoding/binary"
	"image/png"
)

// pngSamples is the number of samples a pixel by PNG colour type (PNG
// specification, 11.2.2).
var pngSamples = map[byte]int64{0: 1, 2: 3, 3: 1, 4: 2, 6: 4}

// maxChunks limits the number of chunks read; a picture of 200 million pixels in
// the chunks of 8 kB that libpng writes has fewer.
const maxChunks = 200_000

// deflateRatio is the maximum compression of deflate (zlib, "Technical Details"): a
// length of 258 bytes in two bits.
const deflateRatio = 1032

// inspectPNG reads IHDR and walks the chunks for EXIF and the compressed size.
func inspectPNG(f *pictureFile) (header, error) {
	var h header
	p, err := f.bytes(8, 8+13)
	if err != nil {
		return h, err
	}
	if string(p[4:8]) != "IHDR" || binary.BigEndian.Uint32(p) != 13 {
		return h, damaged("the PNG file does not begin with its header")
	}
	h.width, h.height = int64(binary.BigEndian.Uint32(p[8:])), int64(binary.BigEndian.Uint32(p[12:]))
	depth, samples, interlaced := int64(p[16]), pngSamples[p[17]], p[20] == 1
	if samples == 0 || depth > 16 || depth&(depth-1) != 0 || h.width > 1<<31-1 || h.height > 1<<31-1 {
		return h, damaged("the PNG file has a header that PNG does not allow")
	}
	if h.width == 0 || h.height == 0 || h.width > 1<<40/h.height {
		return h, nil // refused for its size
	}
	transparent, compressed, cut := pngChunks(f, &h)
	// The allocation of image/png: by number of channels, doubled for 16 bits.
	size := samples
	if samples > 1 || transparent && p[17] != 3 {
		size = 4
	}
	if depth == 16 {
		size *= 2
	}
	h.scratch = h.width * h.height * size
	if interlaced {
		h.scratch += h.scratch / 2
	}
	raw := h.height * (ceilDiv(h.width*samples*depth, 8))
	h.least = f.size - compressed + raw/deflateRatio
	if f.size >= h.least {
		return h, cut
	}
	return h, f.ctx.Err()
}

// pngChunks finds the EXIF block, whether there is a transparent colour, and the
// number of bytes of compressed pixels. For a file that ends before IEND it returns
// an error together with what it found.
func pngChunks(f *pictureFile, h *header) (transparent bool, compressed int64, cut error) {
	at := int64(8)
	for range maxChunks {
		p, err := f.bytes(at, 8)
		if err != nil {
			return transparent, compressed, err
		}
		length, kind := int64(binary.BigEndian.Uint32(p)), string(p[4:])
		switch kind {
		case "tRNS":
			transparent = true
		case "eXIf":
			if h.exifN == 0 && length <= f.size-at-8 {
				h.exifAt, h.exifN = at+8, length
			}
		case "IDAT":
			compressed += min(length, f.size-at-8)
		case "IEND":
			return transparent, compressed, nil
		}
		at += 12 + length
	}
	return transparent, f.size, nil // too many chunks: assume the file's size
}

func decodePNG(f *pictureFile, _ header) (source, error) {
	img, err := png.Decode(f.reader())
	if err != nil {
		return source{}, err
	}
	return sourceOf(img)
}
