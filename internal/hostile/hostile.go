// Package hostile generates malformed picture files: truncated, with a wrong size,
// of unsupported formats, or made to exhaust a decoder that trusts their header.
//
// The tests of package picture check that each is refused with the stated kind, and
// tools/hostile writes them to a folder for trials of the whole program.
package hostile

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"

	"descry/internal/failure"
)

// File is one malformed file.
type File struct {
	Name    string // a file name with the extension of the claimed format
	Data    []byte
	Kind    failure.Kind // kind of the expected failure
	Message string       // part of the expected message
}

// Files returns all of them, in a fixed order.
func Files() []File {
	var all []File
	for _, part := range []func() []File{pngs, jpegs, gifs, bmps, tiffs, webps, strangers} {
		all = append(all, part()...)
	}
	return all
}

// painted returns a small picture with some detail, so that no format's file of it
// is trivial.
func painted() *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, 48, 40))
	for y := range 40 {
		for x := range 48 {
			img.Set(x, y, color.RGBA{uint8(x * 5), uint8(y * 6), uint8(x * y), 255})
		}
	}
	return img
}

func encoded(write func(w *bytes.Buffer) error) []byte {
	var b bytes.Buffer
	if err := write(&b); err != nil {
		panic(err) // a bug in this package: the pictures are fixed
	}
	return b.Bytes()
}

// Good returns one valid file of each format that the standard library and
// golang.org/x/image can write, by extension.
func Good() map[string][]byte {
	img := painted()
	return map[string][]byte{
		"png":  encoded(func(w *bytes.Buffer) error { return png.Encode(w, img) }),
		"jpg":  encoded(func(w *bytes.Buffer) error { return jpeg.Encode(w, img, nil) }),
		"gif":  encoded(func(w *bytes.Buffer) error { return gif.Encode(w, img, nil) }),
		"bmp":  encoded(func(w *bytes.Buffer) error { return bmp.Encode(w, img) }),
		"tiff": encoded(func(w *bytes.Buffer) error { return tiff.Encode(w, img, nil) }),
	}
}

// patched returns a copy of data with some bytes replaced.
func patched(data []byte, at int, with ...byte) []byte {
	data = bytes.Clone(data)
	copy(data[at:], with)
	return data
}

func be16(v int) []byte { return binary.BigEndian.AppendUint16(nil, uint16(v)) }
func be32(v int) []byte { return binary.BigEndian.AppendUint32(nil, uint32(v)) }
func le16(v int) []byte { return binary.LittleEndian.AppendUint16(nil, uint16(v)) }
func le32(v int) []byte { return binary.LittleEndian.AppendUint32(nil, uint32(v)) }

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func pngChunk(kind string, data ...byte) []byte {
	body := append([]byte(kind), data...)
	return join(be32(len(data)), body, be32(int(crc32.ChecksumIEEE(body))))
}

// pngOf returns a PNG with this header and hardly any pixels.
func pngOf(w, h int, depth, kind byte) []byte {
	head := join(be32(w), be32(h), []byte{depth, kind, 0, 0, 0})
	return join([]byte("\x89PNG\r\n\x1a\n"), pngChunk("IHDR", head...), pngChunk("IDAT", 0x78, 0x9c, 3, 0))
}

func pngs() []File {
	good := Good()["png"]
	return []File{
		{"bomb-64-bit.png", pngOf(14000, 14000, 16, 6)[:48], failure.Unreadable, "14000 × 14000 pixels"},
		{"bomb-grey.png", pngOf(14000, 14000, 8, 0), failure.Unreadable, "at least"},
		{"too-many-pixels.png", pngOf(60000, 60000, 8, 2), failure.TooLarge, "more than the limit of 200 million"},
		{"largest-header.png", pngOf(1<<31-1, 1<<31-1, 16, 6), failure.TooLarge, "more than the limit"},
		{"no-width.png", pngOf(0, 10, 8, 2), failure.Unreadable, "0 × 10 pixels"},
		{"impossible-depth.png", pngOf(10, 10, 3, 2), failure.Unreadable, "does not allow"},
		{"signature-only.png", good[:8], failure.Unreadable, "incomplete"},
		{"half.png", good[:len(good)/2], failure.Unreadable, "incomplete"},
		{"one-bit-wrong.png", patched(good, len(good)-40, good[len(good)-40]^1), failure.Unreadable, "damaged"},
	}
}

// jpegOf returns the start of a JPEG: this frame header and a scan without data.
func jpegOf(marker byte, precision byte, w, h int) []byte {
	return join([]byte{0xff, 0xd8, 0xff, marker, 0, 17, precision}, be16(h), be16(w),
		[]byte{3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1, 0xff, 0xda, 0, 12, 3, 1, 0, 2, 0x11, 3, 0x11, 0, 63, 0, 0xff, 0xd9})
}

func jpegs() []File {
	good := Good()["jpg"]
	return []File{
		{"bomb.jpg", jpegOf(0xc0, 8, 65500, 3000), failure.Unreadable, "at least"},
		{"bomb-progressive.jpg", jpegOf(0xc2, 8, 14000, 14000), failure.Unreadable, "at least"},
		{"too-many-pixels.jpg", jpegOf(0xc0, 8, 65500, 65500), failure.TooLarge, "65,500 × 65,500"},
		{"no-height.jpg", jpegOf(0xc0, 8, 100, 0), failure.Unsupported, "height"},
		{"arithmetic.jpg", jpegOf(0xc9, 8, 100, 100), failure.Unsupported, "arithmetic"},
		{"lossless.jpg", jpegOf(0xc3, 8, 100, 100), failure.Unsupported, "lossless"},
		{"12-bit.jpg", jpegOf(0xc1, 12, 100, 100), failure.Unsupported, "12 bits"},
		{"no-tables.jpg", jpegOf(0xc0, 8, 40, 40), failure.Unreadable, "JPEG"},
		{"marker-only.jpg", good[:3], failure.Unreadable, "incomplete"},
		{"half.jpg", good[:len(good)/2], failure.Unreadable, "incomplete"},
		{"without-end.jpg", good[:len(good)-2], failure.Unreadable, "incomplete"},
		{"endless-scans.jpg", join(good[:len(good)-2], bytes.Repeat([]byte{0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0}, 2000), []byte{0xff, 0xd9}), failure.Unreadable, "scans"},
		{"no-picture.jpg", []byte("\xff\xd8\xff\xe0\x00\x04ab\xff\xd9"), failure.Unreadable, "no complete frame"},
	}
}

func gifs() []File {
	good := Good()["gif"]
	screen := func(w, h int) []byte {
		return join([]byte("GIF89a"), le16(w), le16(h), []byte{0x80, 0, 0, 0, 0, 0, 255, 255, 255})
	}
	frame := func(w, h int) []byte {
		return join([]byte{0x2c, 0, 0, 0, 0}, le16(w), le16(h), []byte{0, 2, 2, 0x4c, 1, 0, 0x3b})
	}
	return []File{
		{"bomb-canvas.gif", join(screen(14000, 14000), frame(1, 1)), failure.Unreadable, "at least"},
		{"bomb-frame.gif", join(screen(14000, 14000), frame(14000, 14000)), failure.Unreadable, "at least"},
		{"too-many-pixels.gif", join(screen(65535, 65535), frame(1, 1)), failure.TooLarge, "65,535"},
		{"frame-outside.gif", join(screen(4, 4), frame(9, 9)), failure.Unreadable, "damaged"},
		{"no-picture.gif", join(screen(4, 4), []byte{0x3b}), failure.Unreadable, "no picture"},
		{"half.gif", good[:len(good)/2], failure.Unreadable, "incomplete"},
	}
}

func bmps() []File {
	good := Good()["bmp"]
	return []File{
		{"bomb.bmp", join(good[:18], le32(14000), le32(14000), good[26:54]), failure.Unreadable, "at least"},
		{"too-many-pixels.bmp", join(good[:18], le32(1<<31-1), le32(1<<31-1), good[26:54]), failure.TooLarge, "more than the limit"},
		{"negative-width.bmp", join(good[:18], le32(-5), good[22:]), failure.Unreadable, "0 × 40"},
		{"run-lengths.bmp", patched(good, 30, 1), failure.Unsupported, "run lengths"},
		{"half.bmp", good[:len(good)/2], failure.Unreadable, "at least"},
		{"unknown-header.bmp", patched(good, 14, 39), failure.Unreadable, "unknown kind"},
	}
}

// tiffEntry returns one entry of a TIFF directory: a tag with one LONG.
func tiffEntry(tag, value int) []byte { return join(le16(tag), le16(4), le32(1), le32(value)) }

// tiffOf returns a TIFF of one directory and hardly any pixels.
func tiffOf(entries ...[]byte) []byte {
	return join([]byte("II*\x00"), le32(8), le16(len(entries)), join(entries...), le32(0), make([]byte, 16))
}

func tiffs() []File {
	good := Good()["tiff"]
	size := func(w, h, compression, photometric int) []byte {
		return tiffOf(tiffEntry(256, w), tiffEntry(257, h), tiffEntry(258, 8), tiffEntry(259, compression), tiffEntry(262, photometric),
			tiffEntry(273, 8), tiffEntry(278, h), tiffEntry(279, 16))
	}
	maker := func(name string) []byte {
		at := 8 + 2 + 3*12 + 4
		return join([]byte("II*\x00"), le32(8), le16(3), tiffEntry(254, 1), join(le16(271), le16(2), le32(len(name)), le32(at)),
			tiffEntry(330, 8), le32(0), []byte(name))
	}
	return []File{
		{"bomb.tiff", size(14000, 14000, 1, 1), failure.Unreadable, "at least"},
		{"bomb-lzw.tiff", size(14000, 14000, 5, 1), failure.Unreadable, "at least"},
		{"bomb-fax.tiff", join(size(100, 1_900_000, 4, 1)), failure.Unreadable, "at least"},
		{"too-many-pixels.tiff", size(1<<31-1, 1<<31-1, 1, 1), failure.TooLarge, "more than the limit"},
		{"cmyk.tiff", size(10, 10, 1, 5), failure.Unsupported, "CMYK"},
		{"jpeg-inside.tiff", size(10, 10, 7, 1), failure.Unsupported, "JPEG"},
		{"directory-outside.tiff", join([]byte("II*\x00"), le32(1<<30), make([]byte, 8)), failure.Unreadable, "incomplete"},
		{"no-pixels.tiff", tiffOf(tiffEntry(256, 10), tiffEntry(257, 10)), failure.Unreadable, "damaged"},
		{"half.tiff", good[:len(good)/2], failure.Unreadable, ""},
		{"nikon.nef", maker("NIKON CORPORATION\x00"), failure.Unsupported, "Nikon RAW photo (NEF)"},
		{"nikon-renamed.tif", maker("NIKON CORPORATION\x00"), failure.Unsupported, "Nikon RAW photo (NEF)"},
		{"sony-renamed.tif", maker("SONY\x00\x00\x00"), failure.Unsupported, "Sony RAW photo (ARW)"},
		{"photo.arw", good, failure.Unsupported, "Sony RAW photo (ARW)"},
		{"negative.tif", tiffOf(tiffEntry(50706, 0x0401)), failure.Unsupported, "DNG"},
		{"canon.cr2", []byte("II*\x00\x10\x00\x00\x00CR\x02\x00\x00\x00\x00\x00"), failure.Unsupported, "Canon RAW photo (CR2)"},
		{"big.tiff", []byte("II+\x00\x08\x00\x00\x00\x10\x00\x00\x00"), failure.Unsupported, "BigTIFF"},
	}
}

// riff wraps chunks as a WebP file.
func riff(chunks ...[]byte) []byte {
	body := join(chunks...)
	return join([]byte("RIFF"), le32(4+len(body)), []byte("WEBP"), body)
}

func riffChunk(kind string, data []byte) []byte {
	if len(data)%2 == 1 {
		return join([]byte(kind), le32(len(data)), data, []byte{0})
	}
	return join([]byte(kind), le32(len(data)), data)
}

func webps() []File {
	lossless := func(w, h int) []byte {
		return join([]byte{0x2f}, le32(w-1|(h-1)<<14), []byte{0x88, 0x88, 8, 0})
	}
	lossy := func(w, h int) []byte {
		return join([]byte{0x30, 1, 0, 0x9d, 1, 0x2a}, le16(w), le16(h), make([]byte, 12))
	}
	canvas := func(w, h int) []byte {
		return join([]byte{0, 0, 0, 0}, le32(w - 1)[:3], le32(h - 1)[:3])
	}
	return []File{
		{"bomb-lossless.webp", riff(riffChunk("VP8L", lossless(14000, 14000))), failure.Unreadable, "at least"},
		{"bomb-lossy.webp", riff(riffChunk("VP8 ", lossy(16383, 12000))), failure.Unreadable, "at least"},
		{"bomb-canvas.webp", riff(riffChunk("VP8X", canvas(14000, 14000)), riffChunk("ANMF", join(make([]byte, 16), riffChunk("VP8L", lossless(1, 1))))), failure.Unreadable, "at least"},
		{"too-many-pixels.webp", riff(riffChunk("VP8X", canvas(1<<24, 1<<24)), riffChunk("ANMF", join(make([]byte, 16), riffChunk("VP8L", lossless(1, 1))))), failure.TooLarge, "16,777,216"},
		{"two-sizes.webp", riff(riffChunk("VP8X", canvas(10, 10)), riffChunk("VP8L", lossless(300, 300))), failure.Unreadable, "holds 300 × 300"},
		{"no-picture.webp", riff(riffChunk("EXIF", []byte("II*\x00"))), failure.Unreadable, "no picture"},
		{"cut.webp", riff(riffChunk("VP8 ", lossy(16, 16)))[:36], failure.Unreadable, "incomplete"},
		{"later-version.webp", riff(riffChunk("VP8L", patched(lossless(20, 20), 4, 0xe0))), failure.Unreadable, "WebP"},
	}
}

// ftyp returns the start of an ISO base media file of this brand.
func ftyp(brand string) []byte {
	return join(be32(24), []byte("ftyp"+brand), be32(0), []byte(brand+"mif1"), make([]byte, 40))
}

func strangers() []File {
	files := []File{
		{"empty.jpg", nil, failure.Unsupported, "empty"},
		{"notes.png", []byte(strings.Repeat("These are words, not pixels. ", 20)), failure.Unsupported, "text file"},
		{"page.jpg", []byte("<!DOCTYPE html><html><body>404</body></html>"), failure.Unsupported, "web page"},
		{"zeros.jpg", make([]byte, 4096), failure.Unsupported, "not a supported picture format"},
		{"drawing.svg", []byte(`<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>`), failure.Unsupported, "SVG"},
	}
	for _, s := range []struct{ name, start, message string }{
		{"photo.heic", string(ftyp("heic")), "HEIC photo"},
		{"renamed-heic.jpg", string(ftyp("mif1")), "HEIC photo"},
		{"photo.avif", string(ftyp("avif")), "AVIF picture"},
		{"canon.cr3", string(ftyp("crx ")), "Canon RAW photo (CR3)"},
		{"film.mp4", string(ftyp("isom")), "video"},
		{"fuji.raf", "FUJIFILMCCD-RAW 0201", "Fujifilm RAW photo (RAF)"},
		{"olympus.orf", "IIRO\x08\x00\x00\x00", "Olympus RAW photo (ORF)"},
		{"panasonic.rw2", "IIU\x00\x18\x00\x00\x00", "Panasonic RAW photo (RW2)"},
		{"photo.jxl", "\xff\x0a\xfa\x1f", "JPEG XL picture"},
		{"photo.jp2", "\x00\x00\x00\x0cjP  \r\n\x87\n", "JPEG 2000 picture"},
		{"document.pdf", "%PDF-1.7\n", "PDF document"},
		{"layers.psd", "8BPS\x00\x01", "Photoshop file"},
		{"icon.ico", "\x00\x00\x01\x00\x01\x00", "Windows icon"},
	} {
		files = append(files, File{s.name, []byte(s.start + strings.Repeat("\x00", 64)), failure.Unsupported, s.message})
	}
	return files
}
