package picture

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"descry/internal/failure"
	"descry/internal/hostile"
	"descry/picture/jpegplanes"
)

// The figures that a header gives are what keeps a small file from taking much
// memory: what decoding allocates beside the picture (scratch), and the size below
// which no file can hold so many pixels (least). They are computed here by hand.

func fileOf(data []byte) *pictureFile {
	return &pictureFile{ctx: context.Background(), r: bytes.NewReader(data), size: int64(len(data)), name: "x"}
}

func le16(v int) []byte             { return binary.LittleEndian.AppendUint16(nil, uint16(v)) }
func le32(v int) []byte             { return binary.LittleEndian.AppendUint32(nil, uint32(v)) }
func joined(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// figures fails unless inspect finds these.
func figures(t *testing.T, name string, inspect func(*pictureFile) (header, error), data []byte, width, height, scratch, least int64) header {
	t.Helper()
	h, err := inspect(fileOf(data))
	if err != nil {
		t.Errorf("%s: %v", name, err)
	}
	if h.width != width || h.height != height || h.scratch != scratch || h.least != least {
		t.Errorf("%s: %d × %d pixels, %d bytes to decode, %d at least; want %d × %d, %d, %d", name, h.width, h.height, h.scratch, h.least, width, height, scratch, least)
	}
	return h
}

// refusedHeader fails unless inspect refuses with these words.
func refusedHeader(t *testing.T, name string, inspect func(*pictureFile) (header, error), data []byte, says string) {
	t.Helper()
	if _, err := inspect(fileOf(data)); err == nil || !strings.Contains(err.Error(), says) {
		t.Errorf("%s: %v, want %q", name, err, says)
	}
}

func chunk(kind string, data []byte) []byte {
	return joined(binary.BigEndian.AppendUint32(nil, uint32(len(data))), []byte(kind), data, make([]byte, 4))
}

func pngHead(w, h uint32, depth, kind, interlace byte) []byte {
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)
	return joined([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", append(head, depth, kind, 0, 0, interlace)))
}

func TestWhatAPNGTakes(t *testing.T) {
	idat, end := chunk("IDAT", make([]byte, 700)), chunk("IEND", nil)
	for _, c := range []struct {
		name                   string
		depth, kind, interlace byte
		transparent            bool
		scratch, raw           int64
	}{
		{"grey", 8, 0, 0, false, 5000, 5000},
		{"grey with a transparent one", 8, 0, 0, true, 20000, 5000},
		{"one bit", 1, 0, 0, false, 5000, 50 * 13},
		{"palette", 8, 3, 0, false, 5000, 5000},
		{"palette with transparent ones", 4, 3, 0, true, 5000, 2500},
		{"grey of 16 bits", 16, 0, 0, false, 10000, 10000},
		{"colour", 8, 2, 0, false, 20000, 15000},
		{"colour, in passes", 8, 2, 1, false, 30000, 15000},
		{"colour of 16 bits", 16, 2, 0, false, 40000, 30000},
		{"grey and alpha", 8, 4, 0, false, 20000, 10000},
		{"colour and alpha of 16 bits", 16, 6, 1, false, 60000, 40000},
	} {
		parts := [][]byte{pngHead(100, 50, c.depth, c.kind, c.interlace), idat, idat, end}
		if c.transparent {
			parts = append(parts[:1:1], append([][]byte{chunk("tRNS", make([]byte, 2))}, parts[1:]...)...)
		}
		data := joined(parts...)
		figures(t, c.name, inspectPNG, data, 100, 50, c.scratch, int64(len(data))-1400+c.raw/1032)
	}
	for name, head := range map[string][]byte{
		"a depth of 3": pngHead(1, 1, 3, 0, 0), "a depth of 32": pngHead(1, 1, 32, 0, 0), "a colour type of 1": pngHead(1, 1, 8, 1, 0),
		"a width of more than 31 bits": pngHead(1<<31, 1, 8, 0, 0), "a height of more than 31 bits": pngHead(1, 1<<31, 8, 0, 0),
	} {
		refusedHeader(t, name, inspectPNG, joined(head, end), "does not allow")
	}
	figures(t, "the widest", inspectPNG, joined(pngHead(1<<31-1, 1, 1, 0, 0), end), 1<<31-1, 1, 1<<31-1, 8+25+12+(1<<28)/1032)
	figures(t, "without pixels", inspectPNG, joined(pngHead(0, 5, 8, 0, 0), end), 0, 5, 0, 0)
	figures(t, "far too large", inspectPNG, joined(pngHead(1<<31-1, 1<<31-1, 8, 0, 0), end), 1<<31-1, 1<<31-1, 0, 0)
}

func TestWhereAPNGHasItsEXIF(t *testing.T) {
	head, end := pngHead(10, 10, 8, 0, 0), chunk("IEND", nil)
	first, second := chunk("eXIf", make([]byte, 30)), chunk("eXIf", make([]byte, 20))
	h := figures(t, "two blocks", inspectPNG, joined(head, first, second, end), 10, 10, 100, 8+25+42+32+12)
	if h.exifAt != 8+25+8 || h.exifN != 30 {
		t.Errorf("the block is said to lie at %d, %d bytes long", h.exifAt, h.exifN)
	}
	all := joined(head, first)
	for cut, want := range map[int]int64{4: 30, 5: 0} { // what follows it may be absent, but no byte of it
		if h, _ := inspectPNG(fileOf(all[:len(all)-cut])); h.exifN != want {
			t.Errorf("with %d bytes cut off the block is %d bytes long, want %d", cut, h.exifN, want)
		}
	}
}

func bmpOf(size, w, h, bits, compression, colors int, rest ...[]byte) []byte {
	info := make([]byte, size)
	if size == 12 {
		copy(info[4:], joined(le16(w), le16(h), le16(1), le16(bits)))
	} else {
		copy(info[4:], joined(le32(w), le32(h), le16(1), le16(bits)))
	}
	if size >= 40 {
		copy(info[16:], le32(compression))
		copy(info[32:], le32(colors))
	}
	copy(info, le32(size))
	body := joined(append([][]byte{info}, rest...)...)
	return joined([]byte("BM"), make([]byte, 8), le32(14+len(body)), body)
}

func TestWhatABMPTakes(t *testing.T) {
	masks := joined([]byte{0, 0, 0xff, 0}, []byte{0, 0xff, 0, 0}, []byte{0xff, 0, 0, 0})
	palette := make([]byte, 4*256)
	for _, c := range []struct {
		name           string
		data           []byte
		scratch, least int64
	}{
		{"24 bits", bmpOf(40, 10, 7, 24, 0, 0), 280, 54 + 32*7},
		{"24 bits, from above", bmpOf(40, 10, -7, 24, 0, 0), 280, 54 + 32*7},
		{"32 bits", bmpOf(40, 10, 7, 32, 0, 0), 280, 54 + 40*7},
		{"32 bits with masks", bmpOf(40, 10, 7, 32, 3, 0, masks), 280, 66 + 40*7},
		{"8 bits", bmpOf(40, 10, 7, 8, 0, 0, palette), 70, 54 + 1024 + 12*7},
		{"4 bits", bmpOf(64, 10, 7, 4, 0, 0, palette[:64]), 70, 78 + 64 + 8*7},
		{"2 bits", bmpOf(124, 10, 7, 2, 0, 0, palette[:16]), 70, 138 + 16 + 4*7},
		{"1 bit", bmpOf(12, 10, 7, 1, 0, 0, palette[:6]), 70, 26 + 6 + 4*7},
		{"an OS/2 header of 16 bytes", bmpOf(16, 10, 7, 24, 0, 0), 280, 30 + 32*7},
	} {
		figures(t, c.name, inspectBMP, c.data, 10, 7, c.scratch, c.least)
	}
	for name, c := range map[string]struct {
		data []byte
		says string
	}{
		"a header of 39 bytes":   {bmpOf(40, 10, 7, 24, 0, 0)[:14], "EOF"},
		"a header of 125 bytes":  {bmpOf(125, 10, 7, 24, 0, 0), "unknown kind"},
		"a header of 13 bytes":   {bmpOf(16, 10, 7, 24, 0, 0, nil)[:18:18], "EOF"},
		"run lengths":            {bmpOf(40, 10, 7, 8, 1, 0, palette), "run lengths"},
		"JPEG":                   {bmpOf(40, 10, 7, 24, 4, 0), "JPEG"},
		"fields of alpha":        {bmpOf(40, 10, 7, 32, 6, 0), "unusual order"},
		"masks of 24 bits":       {bmpOf(40, 10, 7, 24, 3, 0, masks), "unusual order"},
		"masks in another order": {bmpOf(40, 10, 7, 32, 3, 0, masks[4:], masks[:4]), "unusual order"},
		"masks that are cut off": {bmpOf(40, 10, 7, 32, 3, 0, masks[:11]), "unusual order"},
		"16 bits":                {bmpOf(40, 10, 7, 16, 0, 0), "16 bits"},
		"3 bits":                 {bmpOf(40, 10, 7, 3, 0, 0), "3 bits"},
		"no palette at all":      {bmpOf(40, 10, 7, 8, 0, 0), "EOF"},
	} {
		refusedHeader(t, name, inspectBMP, c.data, c.says)
	}
	figures(t, "without width", inspectBMP, bmpOf(40, 0, 7, 24, 0, 0), 0, 7, 0, 0)
	figures(t, "without height", inspectBMP, bmpOf(40, 7, 0, 24, 0, 0), 7, 0, 0, 0)
	figures(t, "far too large", inspectBMP, bmpOf(40, 1<<31-1, 1<<31-1, 24, 0, 0), 1<<31-1, 1<<31-1, 0, 0)
}

// gifOf is a GIF up to its first frame's description.
func gifOf(w, h int, blocks ...[]byte) []byte {
	return joined([]byte("GIF89a"), le16(w), le16(h), []byte{0, 0, 0}, joined(blocks...))
}

func gifFrame(x, y, w, h int) []byte {
	return joined([]byte{0x2c}, le16(x), le16(y), le16(w), le16(h), []byte{0})
}

func TestWhatAGIFTakes(t *testing.T) {
	const ratio = 4096 * 8 / 12
	control := []byte{0x21, 0xf9, 4, 1, 0, 0, 7, 0} // colour 7 is transparent
	comment := []byte{0x21, 0xfe, 3, 'a', 'b', 'c', 2, 'd', 'e', 0}
	figures(t, "a frame as large as the canvas", inspectGIF, gifOf(300, 200, gifFrame(0, 0, 300, 200)), 300, 200, 60000, 60000/ratio)
	figures(t, "a small frame", inspectGIF, gifOf(300, 200, gifFrame(5, 5, 10, 20)), 300, 200, 200, 0)
	figures(t, "a canvas just small enough", inspectGIF, gifOf(4096, 4096, gifFrame(0, 0, 1, 1)), 4096, 4096, 1, 0)
	figures(t, "a canvas that is larger", inspectGIF, gifOf(4096, 4097, gifFrame(0, 0, 1, 1)), 4096, 4097, 1, 4096*4097/ratio)
	figures(t, "a large canvas and frame", inspectGIF, gifOf(5000, 5000, gifFrame(0, 0, 6000, 5000)), 5000, 5000, 30_000_000, 30_000_000/ratio)
	for name, c := range map[string]struct {
		blocks [][]byte
		want   int
	}{
		"none":                {[][]byte{comment}, -1},
		"one":                 {[][]byte{control}, 7},
		"one after a comment": {[][]byte{comment, control, comment}, 7},
		"one that is off":     {[][]byte{bytes.Replace(control, []byte{4, 1}, []byte{4, 0}, 1)}, -1},
	} {
		h, err := inspectGIF(fileOf(gifOf(9, 9, append(c.blocks, gifFrame(0, 0, 9, 9))...)))
		if err != nil || h.detail.(gifDetail).transparent != c.want {
			t.Errorf("%s: %+v, %v", name, h.detail, err)
		}
	}
	refusedHeader(t, "no frame", inspectGIF, gifOf(9, 9, comment, []byte{0x3b}), "no picture")
}

// tiffOf is a TIFF of one directory: tags and their values.
func tiffOf(values ...int) []byte {
	data := joined([]byte("II*\x00"), le32(8), le16(len(values)/2))
	for i := 0; i < len(values); i += 2 {
		data = joined(data, le16(values[i]), le16(4), le32(1), le32(values[i+1]))
	}
	return append(data, 0, 0, 0, 0)
}

func TestWhatATIFFTakes(t *testing.T) {
	size := []int{tagWidth, 100, tagHeight, 50, tagPhotometric, 1}
	for _, c := range []struct {
		name           string
		more           []int
		scratch, least int64
	}{
		{"grey", []int{tagBits, 8}, 5000 + 3*5000, 5000},
		{"one bit", nil, 5000 + 3*650, 650},
		{"grey of 16 bits", []int{tagBits, 16}, 10000 + 3*10000, 10000},
		{"colour", []int{tagBits, 8, tagSamples, 3, tagPhotometric, 2}, 20000 + 3*15000, 15000},
		{"colour and alpha", []int{tagBits, 8, tagSamples, 4, tagPhotometric, 2, tagExtra, 1}, 20000 + 3*20000, 20000},
		{"LZW", []int{tagBits, 8, tagCompression, 5}, 20000, 5000 * 9 / (4096 * 8)},
		{"deflate", []int{tagBits, 8, tagCompression, 8}, 20000, 5000 / 1032},
		{"PackBits", []int{tagBits, 8, tagCompression, 32773}, 20000, 78},
		{"fax", []int{tagCompression, 4}, 5000 + 3*650, 6},
		{"strips of ten rows", []int{tagBits, 8, 278, 10}, 5000 + 3*1000, 5000},
		{"a strip of more rows than there are", []int{tagBits, 8, 278, 80}, 20000, 5000},
		{"tiles", []int{tagBits, 8, tagTileWidth, 64, tagTileHeight, 32}, 5000 + 3*64*32, 5000},
	} {
		figures(t, c.name, inspectTIFF, tiffOf(append(append([]int{}, size...), c.more...)...), 100, 50, c.scratch, c.least)
	}
	figures(t, "without height", inspectTIFF, tiffOf(tagWidth, 100), 100, 0, 0, 0)
	figures(t, "without width", inspectTIFF, tiffOf(tagHeight, 100), 0, 100, 0, 0)
	figures(t, "far too large", inspectTIFF, tiffOf(tagWidth, 1<<31-1, tagHeight, 1<<31-1), 1<<31-1, 1<<31-1, 0, 0)
	for says, more := range map[string][]int{
		"floating-point or signed": {tagBits, 8, tagFormat, 2}, "separate planes": {tagBits, 8, tagSamples, 3, tagPhotometric, 2, tagPlanar, 2},
		"12 bits a sample": {tagBits, 12}, "2 samples a pixel": {tagBits, 8, tagSamples, 2, tagPhotometric, 2},
		"5 samples a pixel": {tagBits, 8, tagSamples, 5, tagPhotometric, 2}, "3 samples a pixel": {tagBits, 8, tagSamples, 3},
		"fourth channel": {tagBits, 8, tagSamples, 4, tagPhotometric, 2}, "floating-point predictor": {tagBits, 8, tagPredictor, 3},
		"unknown method": {tagCompression, 9}, "Zstandard": {tagCompression, 50000}, "CMYK": {tagPhotometric, 5},
	} {
		refusedHeader(t, says, inspectTIFF, tiffOf(append(append([]int{}, size...), more...)...), says)
	}
	if h, _ := inspectTIFF(fileOf(tiffOf(append(size, tagCompression, 3)...))); !h.detail.(tiffDetail).negative {
		t.Error("a fax with black as zero is not the negative that it is")
	}
}

func riffChunk(kind string, data []byte) []byte {
	return joined([]byte(kind), le32(len(data)), data, make([]byte, len(data)%2))
}

func webpOf(chunks ...[]byte) []byte {
	body := joined(chunks...)
	return joined([]byte("RIFF"), le32(4+len(body)), []byte("WEBP"), body)
}

func TestWhatAWebPTakes(t *testing.T) {
	lossless := func(w, h int) []byte { return riffChunk("VP8L", joined([]byte{0x2f}, le32(w-1|(h-1)<<14))) }
	lossy := func(w, h int) []byte { return riffChunk("VP8 ", joined(make([]byte, 6), le16(w), le16(h))) }
	canvas := func(w, h int) []byte {
		return riffChunk("VP8X", joined(make([]byte, 4), le32(w - 1)[:3], le32(h - 1)[:3]))
	}
	frame := func(x, y int, chunks ...[]byte) []byte {
		return riffChunk("ANMF", joined(le32(x / 2)[:3], le32(y / 2)[:3], make([]byte, 10), joined(chunks...)))
	}
	alpha, odd := riffChunk("ALPH", make([]byte, 3)), riffChunk("ODD ", make([]byte, 5))
	const most = 4096 * 4096
	for _, c := range []struct {
		name                 string
		data                 []byte
		w, h, scratch, least int64
	}{
		{"lossy", webpOf(lossy(100, 50)), 100, 50, 10000, 0},
		{"lossless", webpOf(lossless(100, 50)), 100, 50, 50000, 0},
		{"lossy with alpha", webpOf(canvas(100, 50), alpha, lossy(100, 50)), 100, 50, 50000, 0},
		{"after a chunk of odd length", webpOf(canvas(100, 50), odd, lossy(100, 50)), 100, 50, 10000, 0},
		{"a frame in the corner", webpOf(canvas(100, 50), frame(90, 46, lossless(10, 4))), 100, 50, 400, 0},
		{"the first of two frames", webpOf(canvas(100, 50), frame(0, 0, lossy(10, 4)), frame(2, 2, lossless(50, 40))), 100, 50, 80, 0},
		{"lossless, as large as is believed", webpOf(lossless(4096, 4096)), 4096, 4096, 10 * most, 0},
		{"lossless and larger", webpOf(lossless(4096, 4098)), 4096, 4098, 10 * 4096 * 4098, 4096 * 4098 / 100_000},
		{"lossy, as large as is believed", webpOf(lossy(4096, 4096)), 4096, 4096, 2 * most, 0},
		{"lossy and larger", webpOf(lossy(4096, 4097)), 4096, 4097, 2 * 4096 * 4097, 256 * 257 * 3 / 16},
		{"a large canvas", webpOf(canvas(5000, 5000), frame(0, 0, lossy(10, 4))), 5000, 5000, 80, 250},
	} {
		figures(t, c.name, inspectWebP, c.data, c.w, c.h, c.scratch, c.least)
	}
	for name, data := range map[string][]byte{
		"a frame over the right side": webpOf(canvas(100, 50), frame(92, 0, lossless(10, 4))),
		"a frame over the bottom":     webpOf(canvas(100, 50), frame(0, 48, lossless(10, 4))),
		"another width":               webpOf(canvas(100, 50), lossy(99, 50)),
		"another height":              webpOf(canvas(100, 50), lossy(100, 49)),
	} {
		refusedHeader(t, name, inspectWebP, data, "and holds")
	}
	block := []byte("II*\x00 and more")
	for name, c := range map[string]struct {
		data []byte
		n    int
	}{
		"plain": {block, 0}, "with JPEG's prefix": {joined([]byte("Exif\x00\x00"), block), 6},
	} {
		data := webpOf(canvas(100, 50), lossy(100, 50), riffChunk("EXIF", c.data), riffChunk("EXIF", []byte("another")))
		h, err := inspectWebP(fileOf(data))
		if err != nil || h.exifN != int64(len(block)) || !bytes.HasPrefix(data[h.exifAt:], block) {
			t.Errorf("%s: EXIF of %d bytes at %d, %v", name, h.exifN, h.exifAt, err)
		}
	}
}

// jpegFrame is a JPEG's start: a frame of one component.
func jpegFrame(marker byte, w, h int, before ...byte) []byte {
	return joined([]byte{0xff, 0xd8}, before, []byte{0xff, marker, 0, 11, 8, byte(h >> 8), byte(h), byte(w >> 8), byte(w), 1, 1, 0x11, 0})
}

func TestWhatAJPEGTakes(t *testing.T) {
	scan, end := []byte{0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55}, []byte{0xff, 0xd9}
	block := exifBlock(binary.LittleEndian, 6)
	app := joined([]byte{0xff, 0xe1, 0, byte(len(block) + 8)}, []byte("Exif\x00\x00"), block)
	for name, c := range map[string]struct {
		marker byte
		before []byte
		least  int64
	}{
		"sequential": {0xc0, nil, 35 / 4}, "progressive": {0xc2, nil, 35 / 8},
		"with fill bytes, strays and restarts": {0xc0, joined([]byte{0xff, 0xff, 0xff, 0xfe, 0, 2, 7, 7, 0xff, 0, 0xff, 1, 0xff, 0xd0, 0xff, 0xd7}, []byte{0xff, 0xfe, 0, 4, 1, 2}), 35 / 4},
		"with EXIF":                            {0xc0, joined(app, app), 35 / 4},
	} {
		data := joined(jpegFrame(c.marker, 50, 40, c.before...), scan, end)
		h, err := inspectJPEG(fileOf(data))
		if err != nil || h.width != 50 || h.height != 40 || h.least != c.least || h.scratch < 35*64 {
			t.Errorf("%s: %+v, %v", name, h, err)
		}
		data = joined(jpegFrame(c.marker, 50, 40, joined(c.before, app)...), scan, end)
		if h, err := inspectJPEG(fileOf(data)); err != nil || h.exifN == 0 || !bytes.HasPrefix(data[h.exifAt:], block) {
			t.Errorf("%s: EXIF of %d bytes at %d, %v", name, h.exifN, h.exifAt, err)
		}
		if name == "with EXIF" && (h.exifN != int64(len(block)) || h.exifAt != 2+4+6) {
			t.Errorf("EXIF of %d bytes at %d", h.exifN, h.exifAt)
		}
	}
	for name, data := range map[string][]byte{
		"a segment that is cut off":   joined([]byte{0xff, 0xd8, 0xff, 0xfe, 1, 0, 'x'}),
		"a marker that is cut off":    {0xff, 0xd8, 0xff},
		"a length that is cut off":    {0xff, 0xd8, 0xff, 0xfe, 1},
		"pixels that are cut off":     joined(jpegFrame(0xc0, 50, 40), scan),
		"nothing after the beginning": {0xff, 0xd8},
	} {
		refusedHeader(t, name, inspectJPEG, data, io.ErrUnexpectedEOF.Error())
	}
	refusedHeader(t, "a segment of one byte", inspectJPEG, []byte{0xff, 0xd8, 0xff, 0xfe, 0, 1, 0, 0}, "impossible length")
	// A file too short for its pixels is refused for that; its scans are not looked at.
	if h, err := inspectJPEG(fileOf(joined(jpegFrame(0xc0, 5000, 4000), scan))); err != nil || h.least != 625*500/4 {
		t.Errorf("a short file: at least %d bytes, %v", h.least, err)
	}
}

func TestTheEndOfAJPEGIsFoundAcrossEachSeam(t *testing.T) {
	const seam = 64 << 10
	for _, before := range []int{0, 1, seam - 2, seam - 1, seam, 2*seam - 3, 2*seam - 2, 2*seam - 1} {
		data := joined(bytes.Repeat([]byte{0x55}, before), []byte{0xff, 0xd9}, []byte("a film"))
		if err := jpegScans(fileOf(data), 0); err != nil {
			t.Errorf("the end after %d bytes: %v", before, err)
		}
		if err := jpegScans(fileOf(data[:before+1]), 0); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("no end after %d bytes: %v", before, err)
		}
	}
	scans := func(n int) []byte {
		return joined(bytes.Repeat([]byte{0xff, 0xda, 0x55}, n), []byte{0xff, 0xd9}, bytes.Repeat([]byte{0xff, 0xda}, 9))
	}
	if err := jpegScans(fileOf(scans(jpegplanes.MaxScans)), 0); err != nil {
		t.Error(err)
	}
	if err := jpegScans(fileOf(scans(jpegplanes.MaxScans+1)), 0); failure.Of(err, "other") == nil || !strings.Contains(err.Error(), "scans") {
		t.Error(err)
	}
	broken := errors.New("the disk is on fire")
	f := &pictureFile{ctx: context.Background(), r: failing{broken}, size: 1000}
	if err := jpegScans(f, 0); !errors.Is(err, broken) {
		t.Errorf("of a disk that fails: %v", err)
	}
}

// failing is a file whose disk fails.
type failing struct{ err error }

func (f failing) ReadAt([]byte, int64) (int, error) { return 0, f.err }

// TestAHeaderIsReadWholeOrNotAtAll cuts each file everywhere within its first bytes.
func TestAHeaderIsReadWholeOrNotAtAll(t *testing.T) {
	for _, r := range references(t) {
		data, err := os.ReadFile(filepath.Join("testdata", r.File))
		if err != nil {
			t.Fatal(err)
		}
		c, err := recognise(fileOf(data))
		if err != nil {
			t.Fatal(r.File, err)
		}
		whole, err := c.inspect(fileOf(data))
		if err != nil || whole.check(fileOf(data), c.name, DefaultLimits()) != nil {
			t.Errorf("%s: %v", r.File, err)
		}
		for n := range min(len(data), 400) {
			h, err := c.inspect(fileOf(data[:n]))
			if err == nil && (h.width != whole.width || h.height != whole.height) {
				t.Errorf("%s cut after %d bytes: %d × %d pixels and no error", r.File, n, h.width, h.height)
			}
		}
	}
}

func TestLimitsAreKeptToTheByte(t *testing.T) {
	limits := Limits{Pixels: 5000, Bytes: 30000}
	good := header{width: 100, height: 50, scratch: 10000, least: 200}
	f := &pictureFile{ctx: context.Background(), size: 200}
	if err := good.check(f, "X", limits); err != nil {
		t.Error(err)
	}
	for name, c := range map[string]struct {
		change func(*header)
		kind   failure.Kind
	}{
		"no width":              {func(h *header) { h.width = 0 }, failure.Unreadable},
		"no height":             {func(h *header) { h.height = 0 }, failure.Unreadable},
		"a negative width":      {func(h *header) { h.width = -100 }, failure.Unreadable},
		"a negative height":     {func(h *header) { h.height = -50 }, failure.Unreadable},
		"a column more":         {func(h *header) { h.width++ }, failure.TooLarge},
		"a row more":            {func(h *header) { h.height++ }, failure.TooLarge},
		"a byte less":           {func(h *header) { h.least++ }, failure.Unreadable},
		"a byte more to decode": {func(h *header) { h.scratch++ }, failure.TooLarge},
	} {
		h := good
		c.change(&h)
		if got := failure.Of(h.check(f, "X", limits), "other"); got == nil || got.Kind != c.kind {
			t.Errorf("%s: %v, want %s", name, got, c.kind)
		}
	}
	data := hostile.Good()["gif"]
	for bytesMore, want := range map[int64]bool{-1: false, 0: true} {
		_, err := Decode(context.Background(), bytes.NewReader(data), int64(len(data)), "x", Limits{Bytes: int64(len(data)) + bytesMore})
		if got := err == nil || !strings.Contains(err.Error(), "the file has"); got != want {
			t.Errorf("a limit of %+d bytes of the file's own: %v", bytesMore, err)
		}
	}
}

func TestPalettesOfBMPs(t *testing.T) {
	entries := bytes.Repeat([]byte{1, 2, 3, 0}, 256)
	for name, c := range map[string]struct {
		bits, colors, present, want int
	}{
		"whole": {8, 0, 256, 256}, "as many as it says": {8, 5, 256, 5}, "no more than there are": {8, 99, 7, 7},
		"no more than the bits can name": {2, 99, 256, 4}, "one bit": {1, 0, 2, 2},
	} {
		h, err := inspectBMP(fileOf(bmpOf(40, 10, 7, c.bits, 0, c.colors, entries[:4*c.present])))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if head := h.detail.(bmpDetail).head; len(head) != 54+4*c.want || int(binary.LittleEndian.Uint32(head[46:])) != c.want || int(binary.LittleEndian.Uint32(head[10:])) != len(head) {
			t.Errorf("%s: a header of %d bytes with %d colours", name, len(head), head[46])
		}
	}
}

// Programs that write no alpha leave it zero all over; one pixel that is not
// zero makes it alpha.
func TestAlphaOfBMPs(t *testing.T) {
	for name, c := range map[string]struct{ pixels, want []byte }{
		"zero all over": {[]byte{1, 2, 3, 0, 4, 5, 6, 0}, nil},
		"some":          {[]byte{1, 2, 3, 0, 4, 5, 6, 9}, []byte{0, 9}},
		"full":          {[]byte{1, 2, 3, 255, 4, 5, 6, 255}, nil},
	} {
		data := bmpOf(108, 2, 1, 32, 3, 0)
		copy(data[54:], []byte{0, 0, 0xff, 0, 0, 0xff, 0, 0, 0xff, 0, 0, 0, 0, 0, 0, 0xff})
		p := decoded(t, append(data, c.pixels...), "x.bmp")
		if !bytes.Equal(p.RGB, []byte{3, 2, 1, 6, 5, 4}) || !bytes.Equal(p.Alpha, c.want) {
			t.Errorf("%s: %v, alpha %v", name, p.RGB, p.Alpha)
		}
	}
}
