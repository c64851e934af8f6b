package picture

import (
	"encoding/binary"
	"image"
	"strings"

	"golang.org/x/image/tiff"

	"descry/internal/message"
)

// The TIFF tags (TIFF 6.0, appendix A) that inspection needs.
const (
	tagSubfile     = 254
	tagWidth       = 256
	tagHeight      = 257
	tagBits        = 258
	tagCompression = 259
	tagPhotometric = 262
	tagMake        = 271
	tagSamples     = 277
	tagPlanar      = 284
	tagPredictor   = 317
	tagTileWidth   = 322
	tagTileHeight  = 323
	tagSubIFDs     = 330
	tagExtra       = 338
	tagFormat      = 339
	tagDNGVersion  = 50706
)

// tiffCompression describes one compression scheme.
type tiffCompression struct {
	name  string
	read  bool
	ratio int64 // maximum number of pixel bytes for one packed byte
}

// tiffCompressions maps the values of tag 259.
var tiffCompressions = map[uint32]tiffCompression{
	0:     {"none", true, 1},
	1:     {"none", true, 1},
	2:     {"CCITT run lengths", false, 0},
	3:     {"CCITT group 3", true, 0}, // a row of any width may take a few bits: see ccittMin
	4:     {"CCITT group 4", true, 0},
	5:     {"LZW", true, 4096 * 8 / 9},
	6:     {"old-style JPEG", false, 0},
	7:     {"JPEG", false, 0},
	8:     {"deflate", true, deflateRatio},
	32773: {"PackBits", true, 64}, // 128 bytes from two (TIFF 6.0, section 9)
	32946: {"deflate", true, deflateRatio},
	34712: {"JPEG 2000", false, 0},
	34925: {"LZMA", false, 0},
	50000: {"Zstandard", false, 0},
	50001: {"WebP", false, 0},
}

// tiffPhotometrics names the unsupported colour spaces.
var tiffPhotometrics = map[uint32]string{
	4: "transparency mask", 5: "CMYK", 6: "YCbCr", 8: "CIE Lab", 9: "ICC Lab", 10: "ITU Lab",
	32803: "raw sensor data", 32844: "LogL", 32845: "LogLuv", 34892: "linear raw data",
}

// ifd is the first image file directory: the first values of each tag.
type ifd struct {
	order  binary.ByteOrder
	values map[uint16][]uint32
	text   map[uint16]string
}

func (d ifd) first(tag uint16, otherwise uint32) uint32 {
	if v := d.values[tag]; len(v) > 0 {
		return v[0]
	}
	return otherwise
}

// readIFD reads the first directory. It keeps up to eight values of each tag.
func readIFD(f *pictureFile) (ifd, error) {
	d := ifd{order: binary.LittleEndian, values: map[uint16][]uint32{}, text: map[uint16]string{}}
	p, err := f.bytes(0, 8)
	if err != nil {
		return d, err
	}
	if p[0] == 'M' {
		d.order = binary.BigEndian
	}
	at := int64(d.order.Uint32(p[4:]))
	if p, err = f.bytes(at, 2); err != nil {
		return d, err
	}
	entries, err := f.bytes(at+2, 12*int(d.order.Uint16(p)))
	if err != nil {
		return d, err
	}
	for ; len(entries) >= 12; entries = entries[12:] {
		if err := d.entry(f, entries[:12]); err != nil {
			return d, err
		}
	}
	return d, nil
}

func (d ifd) entry(f *pictureFile, e []byte) error {
	tag, kind, count := d.order.Uint16(e), d.order.Uint16(e[2:]), int64(d.order.Uint32(e[4:]))
	size := map[uint16]int64{1: 1, 2: 1, 3: 2, 4: 4, 13: 4}[kind]
	if size == 0 || count == 0 {
		return nil
	}
	keep := min(count, 8)
	data := e[8:12]
	if size*count > 4 {
		var err error
		if data, err = f.bytes(int64(d.order.Uint32(e[8:])), int(keep*size)); err != nil {
			return err
		}
	}
	if kind == 2 {
		d.text[tag] = string(data[:min(int(keep), len(data))])
		return nil
	}
	values := make([]uint32, 0, keep)
	for i := range keep {
		switch size {
		case 1:
			values = append(values, uint32(data[i]))
		case 2:
			values = append(values, uint32(d.order.Uint16(data[2*i:])))
		default:
			values = append(values, d.order.Uint32(data[4*i:]))
		}
	}
	d.values[tag] = values
	return nil
}

// raw names the format if a TIFF is a camera's RAW photo, whose first directory is
// only its thumbnail; it is empty otherwise.
func (d ifd) raw() message.Text {
	if len(d.values[tagDNGVersion]) > 0 {
		return message.Of("a DNG RAW photo")
	}
	reduced := d.first(tagSubfile, 0)&1 == 1 && len(d.values[tagSubIFDs]) > 0
	name := strings.ToUpper(d.text[tagMake])
	switch {
	case !reduced:
		return message.Text{}
	case strings.HasPrefix(name, "NIKON"):
		return message.Of("a Nikon RAW photo (NEF)")
	case strings.HasPrefix(name, "SONY"):
		return message.Of("a Sony RAW photo (ARW)")
	}
	return message.Of("a camera's RAW photo")
}

// inspectTIFF reads the first directory.
func inspectTIFF(f *pictureFile) (header, error) {
	h := header{exifN: f.size}
	d, err := readIFD(f)
	if err != nil {
		return h, err
	}
	if raw := d.raw(); !raw.IsZero() {
		return h, unsupported("this is %s, which Descry does not read", raw)
	}
	h.width, h.height = int64(d.first(tagWidth, 0)), int64(d.first(tagHeight, 0))
	photometric, compression := d.first(tagPhotometric, 1), d.first(tagCompression, 1)
	h.detail = tiffDetail{negative: photometric == 1 && (compression == 3 || compression == 4)}
	if name := tiffPhotometrics[photometric]; name != "" {
		return h, unsupported("this TIFF stores its colours as %s, which is not read", name)
	}
	c, known := tiffCompressions[compression]
	if !known || !c.read {
		if !known {
			c.name = message.Sprintf("an unknown method")
		}
		return h, unsupported("this TIFF is compressed with %s, which is not read", c.name)
	}
	bits, samples := int64(d.first(tagBits, 1)), int64(d.first(tagSamples, 1))
	if err := d.layout(bits, samples); err != nil {
		return h, err
	}
	if h.width <= 0 || h.height <= 0 || h.width > 1<<40/h.height {
		return h, nil // refused for its size
	}
	row := ceilDiv(h.width*samples*bits, 8)
	if c.ratio > 0 {
		h.least = row * h.height / c.ratio
	} else {
		h.least = ccittMin(h.height)
	}
	h.scratch = h.width * h.height * max(bits/8, 1)
	if samples > 1 {
		h.scratch *= 4
	}
	// One strip or tile is unpacked at a time, but it may be the whole picture;
	// unpacking doubles its buffer as it grows.
	h.scratch += 3 * d.block(h, row)
	return h, nil
}

// block returns the size of one unpacked strip or tile.
func (d ifd) block(h header, row int64) int64 {
	if w := int64(d.first(tagTileWidth, 0)); w > 0 {
		return min(ceilDiv(w*row, h.width)*int64(d.first(tagTileHeight, 1)), 1<<40)
	}
	return row * min(int64(d.first(278, 1<<31)), h.height)
}

// layout returns an error for a layout that golang.org/x/image/tiff would misread
// or not read.
func (d ifd) layout(bits, samples int64) error {
	for _, v := range d.values[tagFormat] {
		if v != 1 {
			return unsupported("this TIFF has floating-point or signed pixels, which are not read")
		}
	}
	switch {
	case samples > 1 && d.first(tagPlanar, 1) != 1:
		return unsupported("this TIFF stores its colours in separate planes, which is not read")
	case bits != 1 && bits != 8 && bits != 16:
		return unsupported("this TIFF has %d bits a sample, which is not read", bits)
	case samples != 1 && d.first(tagPhotometric, 1) != 2, samples > 4, samples == 2:
		return unsupported("this TIFF has %d samples a pixel, which is not read", samples)
	case samples == 4 && d.first(tagExtra, 0) == 0:
		return unsupported("this TIFF has a fourth channel of unknown meaning, which is not read")
	case d.first(tagPredictor, 1) > 2:
		return unsupported("this TIFF uses the floating-point predictor, which is not read")
	}
	return nil
}

// ccittMin returns the minimum size of fax-coded pixels: each row takes at least
// one bit (T.6: a row equal to the one above is the vertical mode code "1").
func ccittMin(height int64) int64 { return height / 8 }

// tiffDetail holds what decodeTIFF needs beyond the header.
type tiffDetail struct {
	// negative: fax-coded with black as zero. A fax's white runs are zero bits
	// then, thus black (libtiff, Pillow); x/image returns them as white.
	negative bool
}

func decodeTIFF(f *pictureFile, h header) (source, error) {
	img, err := tiff.Decode(f.section(0, f.size))
	if err != nil {
		return source{}, err
	}
	if m, ok := img.(*image.Gray); ok && h.detail.(tiffDetail).negative {
		for i := range m.Pix {
			m.Pix[i] = 255 - m.Pix[i]
		}
	}
	return sourceOf(img)
}
