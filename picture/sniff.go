package picture

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"descry/internal/message"
)

// headBytes is how many of a file's first bytes identify its format.
const headBytes = 512

// magic identifies a format by a file's first bytes. Positions with '?' match any
// byte.
type magic struct {
	offset int
	prefix string
	what   message.Text // with its article: "a HEIC photo"
	other  bool         // it is nothing that a program can save as a picture
}

// foreignPictures lists known formats that are not supported. The order matters where one
// prefix contains another. Sources: the formats' own specifications and file(1)'s
// magic; HEIF and AVIF brands: ISO/IEC 23008-12 and the AV1 image file format; raw
// files: the makers' headers as listed by ExifTool.
var foreignPictures = []magic{
	{8, "CR\x02", message.Of("a Canon RAW photo (CR2)"), false},
	{4, "ftypcrx ", message.Of("a Canon RAW photo (CR3)"), false},
	{6, "HEAPCCDR", message.Of("a Canon RAW photo (CRW)"), false},
	{0, "FUJIFILMCCD-RAW", message.Of("a Fujifilm RAW photo (RAF)"), false},
	{0, "IIRO", message.Of("an Olympus RAW photo (ORF)"), false},
	{0, "IIRS", message.Of("an Olympus RAW photo (ORF)"), false},
	{0, "MMOR", message.Of("an Olympus RAW photo (ORF)"), false},
	{0, "IIU\x00", message.Of("a Panasonic RAW photo (RW2)"), false},
	{0, "FOVb", message.Of("a Sigma RAW photo (X3F)"), false},
	{0, "\x00MRM", message.Of("a Minolta RAW photo (MRW)"), false},
	{4, "ftypavif", message.Of("an AVIF picture"), false},
	{4, "ftypavis", message.Of("an AVIF picture"), false},
	{4, "ftyphei", message.Of("a HEIC photo"), false},
	{4, "ftyphev", message.Of("a HEIC photo"), false},
	{4, "ftypmif1", message.Of("a HEIC photo"), false},
	{4, "ftypmif2", message.Of("a HEIC photo"), false},
	{4, "ftypmsf1", message.Of("a HEIC photo"), false},
	{4, "ftypqt", message.Of("a video"), true},
	{4, "ftyp", message.Of("a video"), true},
	{0, "\x1aE\xdf\xa3", message.Of("a video"), true},
	{0, "\x00\x00\x00\x0cJXL ", message.Of("a JPEG XL picture"), false},
	{0, "\xff\x0a", message.Of("a JPEG XL picture"), false},
	{0, "\x00\x00\x00\x0cjP  ", message.Of("a JPEG 2000 picture"), false},
	{0, "\xff\x4f\xff\x51", message.Of("a JPEG 2000 picture"), false},
	{0, "II\xbc\x01", message.Of("a JPEG XR picture"), false},
	{0, "8BPS", message.Of("a Photoshop file"), false},
	{0, "gimp xcf", message.Of("a GIMP file"), false},
	{0, "v/1\x01", message.Of("an OpenEXR picture"), false},
	{0, "#?RADIANCE", message.Of("a Radiance HDR picture"), false},
	{0, "qoif", message.Of("a QOI picture"), false},
	{0, "FLIF", message.Of("a FLIF picture"), false},
	{0, "BPG\xfb", message.Of("a BPG picture"), false},
	{0, "DDS ", message.Of("a DDS texture"), false},
	{0, "\x00\x00\x01\x00", message.Of("a Windows icon"), false},
	{0, "\x00\x00\x02\x00", message.Of("a Windows cursor"), false},
	{0, "icns", message.Of("an Apple icon"), false},
	{0, "II+\x00", message.Of("a BigTIFF picture"), false},
	{0, "MM\x00+", message.Of("a BigTIFF picture"), false},
	{0, "P1\n", message.Of("a PBM picture"), false}, {0, "P2\n", message.Of("a PGM picture"), false}, {0, "P3\n", message.Of("a PPM picture"), false},
	{0, "P4\n", message.Of("a PBM picture"), false}, {0, "P5\n", message.Of("a PGM picture"), false}, {0, "P6\n", message.Of("a PPM picture"), false},
}

// foreignFiles lists known formats of files that are not pictures.
var foreignFiles = []magic{
	{0, "%PDF", message.Of("a PDF document"), false},
	{0, "%!PS", message.Of("a PostScript document"), false},
	{0, "PK\x03\x04", message.Of("a ZIP archive (or an office document)"), false},
	{0, "\x1f\x8b", message.Of("a gzip archive"), false},
	{0, "\x7fELF", message.Of("a program"), true},
	{0, "MZ", message.Of("a program"), true},
}

// find returns the first magic of a list that matches a file's first bytes.
func find(head []byte, list []magic) (magic, bool) {
	for _, m := range list {
		if len(head) >= m.offset && bytes.HasPrefix(head[m.offset:], []byte(m.prefix)) {
			return m, true
		}
	}
	return magic{}, false
}

// foreignFormat is a known format that is not supported.
type foreignFormat struct {
	name     message.Text
	converts bool // a program can save it as a picture
}

// foreignOf returns the unsupported format with these first bytes; the name is empty
// if it is unknown.
func foreignOf(head []byte) foreignFormat {
	for _, list := range [][]magic{foreignPictures, foreignFiles} {
		if m, ok := find(head, list); ok {
			return foreignFormat{m.what, !m.other}
		}
	}
	text := strings.ToLower(strings.TrimLeft(strings.TrimPrefix(string(head), "\ufeff"), " \t\r\n"))
	switch {
	case strings.HasPrefix(text, "<svg"), strings.HasPrefix(text, "<?xml") && strings.Contains(text, "<svg"):
		return foreignFormat{message.Of("an SVG drawing"), true}
	case strings.HasPrefix(text, "<!doctype html"), strings.HasPrefix(text, "<html"):
		return foreignFormat{message.Of("a web page"), false}
	case strings.HasPrefix(text, "<?xml"):
		return foreignFormat{message.Of("an XML document"), true}
	case isText(head):
		return foreignFormat{message.Of("a text file"), false}
	}
	return foreignFormat{}
}

// Recognise reports whether the file at path holds a picture, judged by its first
// bytes; pictures of unsupported formats count. What is not a file, or cannot be
// read, does not.
func Recognise(path string) bool {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return false
	}
	in, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return false
	}
	defer in.Close()
	head := make([]byte, headBytes)
	n, _ := io.ReadFull(in, head) // a shorter file is no error
	head = head[:n]
	if n > 8 && bytes.Equal(head[4:8], make([]byte, 4)) && head[8] == '{' {
		return false // .safetensors: the length of its header can have any first bytes
	}
	_, foreign := find(head, foreignPictures)
	return foreign || slices.ContainsFunc(codecs, func(c codec) bool { return c.is(head) })
}

func isText(head []byte) bool {
	for _, b := range head {
		if b < ' ' && b != '\t' && b != '\r' && b != '\n' || b == 0x7f || b >= 0xf8 {
			return false
		}
	}
	return true
}

// rawExtensions are those of RAW photos that are TIFF files inside: as TIFF, only
// the thumbnail would be read. The names are the makers'.
var rawExtensions = map[string]message.Text{
	".cr2": message.Of("a Canon RAW photo (CR2)"), ".nef": message.Of("a Nikon RAW photo (NEF)"), ".nrw": message.Of("a Nikon RAW photo (NRW)"),
	".arw": message.Of("a Sony RAW photo (ARW)"), ".sr2": message.Of("a Sony RAW photo (SR2)"), ".dng": message.Of("a DNG RAW photo"),
	".pef": message.Of("a Pentax RAW photo (PEF)"), ".srw": message.Of("a Samsung RAW photo (SRW)"), ".rw2": message.Of("a Panasonic RAW photo (RW2)"),
	".orf": message.Of("an Olympus RAW photo (ORF)"), ".3fr": message.Of("a Hasselblad RAW photo (3FR)"), ".iiq": message.Of("a Phase One RAW photo (IIQ)"),
	".erf": message.Of("an Epson RAW photo (ERF)"), ".kdc": message.Of("a Kodak RAW photo (KDC)"), ".dcr": message.Of("a Kodak RAW photo (DCR)"),
	".rwl": message.Of("a Leica RAW photo (RWL)"), ".mef": message.Of("a Mamiya RAW photo (MEF)"), ".mos": message.Of("a Leaf RAW photo (MOS)"),
}

// extensions are those of supported files, for dialogs, folders and desktop
// entries; the format itself is recognised by a file's first bytes.
var extensions = []string{".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".apng", ".gif", ".bmp", ".tif", ".tiff", ".webp"}

// mimeTypes are the media types for extensions (IANA; BMP: RFC 7903).
var mimeTypes = []string{"image/jpeg", "image/png", "image/apng", "image/gif", "image/bmp", "image/x-bmp", "image/tiff", "image/webp"}

// Extensions returns the file name extensions of the supported formats, in lower
// case, with the dot.
func Extensions() []string { return append([]string(nil), extensions...) }

// MIMETypes returns the media types of the supported formats.
func MIMETypes() []string { return append([]string(nil), mimeTypes...) }

// IsPictureName reports whether a file of this name is likely a supported picture:
// by its extension, in any case. The hidden companions "._NAME" that macOS leaves
// on other systems' disks are not.
func IsPictureName(name string) bool {
	base := filepath.Base(name)
	if strings.HasPrefix(base, "._") {
		return false
	}
	ext := strings.ToLower(filepath.Ext(base))
	for _, known := range extensions {
		if ext == known {
			return len(base) > len(ext)
		}
	}
	return false
}
