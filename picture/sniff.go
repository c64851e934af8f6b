package picture

import (
	"bytes"
	"cmp"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// headBytes is how much of a file's beginning says what it is.
const headBytes = 512

// magic says what a file is by its first bytes. mask 0 at '?' positions.
type magic struct {
	offset int
	prefix string
	what   string // with its article: "a HEIC photo"
}

// foreignPictures are formats that are known and not read. The order matters where one
// prefix contains another. Sources: the formats' own specifications and
// file(1)'s magic; HEIF and AVIF brands: ISO/IEC 23008-12 and the AV1 image
// file format; raw files: the makers' headers as ExifTool lists them.
var foreignPictures = []magic{
	{8, "CR\x02", "a Canon RAW photo (CR2)"},
	{4, "ftypcrx ", "a Canon RAW photo (CR3)"},
	{6, "HEAPCCDR", "a Canon RAW photo (CRW)"},
	{0, "FUJIFILMCCD-RAW", "a Fujifilm RAW photo (RAF)"},
	{0, "IIRO", "an Olympus RAW photo (ORF)"},
	{0, "IIRS", "an Olympus RAW photo (ORF)"},
	{0, "MMOR", "an Olympus RAW photo (ORF)"},
	{0, "IIU\x00", "a Panasonic RAW photo (RW2)"},
	{0, "FOVb", "a Sigma RAW photo (X3F)"},
	{0, "\x00MRM", "a Minolta RAW photo (MRW)"},
	{4, "ftypavif", "an AVIF picture"},
	{4, "ftypavis", "an AVIF picture"},
	{4, "ftyphei", "a HEIC photo"},
	{4, "ftyphev", "a HEIC photo"},
	{4, "ftypmif1", "a HEIC photo"},
	{4, "ftypmif2", "a HEIC photo"},
	{4, "ftypmsf1", "a HEIC photo"},
	{4, "ftypqt", "a film"},
	{4, "ftyp", "a film"},
	{0, "\x1aE\xdf\xa3", "a film"},
	{0, "\x00\x00\x00\x0cJXL ", "a JPEG XL picture"},
	{0, "\xff\x0a", "a JPEG XL picture"},
	{0, "\x00\x00\x00\x0cjP  ", "a JPEG 2000 picture"},
	{0, "\xff\x4f\xff\x51", "a JPEG 2000 picture"},
	{0, "II\xbc\x01", "a JPEG XR picture"},
	{0, "8BPS", "a Photoshop file"},
	{0, "gimp xcf", "a GIMP file"},
	{0, "v/1\x01", "an OpenEXR picture"},
	{0, "#?RADIANCE", "a Radiance HDR picture"},
	{0, "qoif", "a QOI picture"},
	{0, "FLIF", "a FLIF picture"},
	{0, "BPG\xfb", "a BPG picture"},
	{0, "DDS ", "a DDS texture"},
	{0, "\x00\x00\x01\x00", "a Windows icon"},
	{0, "\x00\x00\x02\x00", "a Windows cursor"},
	{0, "icns", "an Apple icon"},
	{0, "II+\x00", "a BigTIFF picture"},
	{0, "MM\x00+", "a BigTIFF picture"},
	{0, "P1\n", "a PBM picture"}, {0, "P2\n", "a PGM picture"}, {0, "P3\n", "a PPM picture"},
	{0, "P4\n", "a PBM picture"}, {0, "P5\n", "a PGM picture"}, {0, "P6\n", "a PPM picture"},
}

// foreignFiles are files that are no pictures.
var foreignFiles = []magic{
	{0, "%PDF", "a PDF document"},
	{0, "%!PS", "a PostScript document"},
	{0, "PK\x03\x04", "a ZIP archive (or an office document)"},
	{0, "\x1f\x8b", "a gzip archive"},
	{0, "\x7fELF", "a program"},
	{0, "MZ", "a program"},
}

// named returns what a file is by the first magic that fits, or "".
func named(head []byte, all []magic) string {
	for _, m := range all {
		if len(head) >= m.offset && bytes.HasPrefix(head[m.offset:], []byte(m.prefix)) {
			return m.what
		}
	}
	return ""
}

// Recognise reports whether the file at path holds a picture, by its first bytes,
// also one of a format that is known and not read. What is no file, or cannot be
// read, is none.
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
	n, _ := io.ReadFull(in, head) // most files that are read here are longer
	head = head[:n]
	if n > 8 && isBMP(head) && head[8] == '{' {
		return false // the length of a .safetensors header can begin with "BM"
	}
	return slices.ContainsFunc(codecs, func(c codec) bool { return c.is(head) }) || named(head, foreignPictures) != ""
}

// foreignName says what a file that is not read is, with its article, or "".
func foreignName(head []byte) string {
	if name := cmp.Or(named(head, foreignPictures), named(head, foreignFiles)); name != "" {
		return name
	}
	text := strings.ToLower(strings.TrimLeft(strings.TrimPrefix(string(head), "\ufeff"), " \t\r\n"))
	switch {
	case strings.HasPrefix(text, "<svg"), strings.HasPrefix(text, "<?xml") && strings.Contains(text, "<svg"):
		return "an SVG drawing"
	case strings.HasPrefix(text, "<!doctype html"), strings.HasPrefix(text, "<html"):
		return "a web page"
	case strings.HasPrefix(text, "<?xml"):
		return "an XML document"
	case isText(head):
		return "a text file"
	}
	return ""
}

func isText(head []byte) bool {
	for _, b := range head {
		if b < ' ' && b != '\t' && b != '\r' && b != '\n' || b == 0x7f || b >= 0xf8 {
			return false
		}
	}
	return true
}

// rawExtensions are RAW photos that are TIFF files inside: read as TIFF they
// would give the thumbnail. The names are the makers'.
var rawExtensions = map[string]string{
	".cr2": "Canon RAW photo (CR2)", ".nef": "Nikon RAW photo (NEF)", ".nrw": "Nikon RAW photo (NRW)",
	".arw": "Sony RAW photo (ARW)", ".sr2": "Sony RAW photo (SR2)", ".dng": "DNG RAW photo",
	".pef": "Pentax RAW photo (PEF)", ".srw": "Samsung RAW photo (SRW)", ".rw2": "Panasonic RAW photo (RW2)",
	".orf": "Olympus RAW photo (ORF)", ".3fr": "Hasselblad RAW photo (3FR)", ".iiq": "Phase One RAW photo (IIQ)",
	".erf": "Epson RAW photo (ERF)", ".kdc": "Kodak RAW photo (KDC)", ".dcr": "Kodak RAW photo (DCR)",
	".rwl": "Leica RAW photo (RWL)", ".mef": "Mamiya RAW photo (MEF)", ".mos": "Leaf RAW photo (MOS)",
}

// extensions are the names of files that are read, for dialogs, folders and
// desktop entries; what a file is in truth, its first bytes say.
var extensions = []string{".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".apng", ".gif", ".bmp", ".tif", ".tiff", ".webp"}

// mimeTypes belong to extensions (IANA; BMP: RFC 7903).
var mimeTypes = []string{"image/jpeg", "image/png", "image/apng", "image/gif", "image/bmp", "image/x-bmp", "image/tiff", "image/webp"}

// Extensions lists the file name extensions of what is read, in lower case,
// with the dot.
func Extensions() []string { return append([]string(nil), extensions...) }

// MIMETypes lists the media types of what is read.
func MIMETypes() []string { return append([]string(nil), mimeTypes...) }

// IsPictureName reports whether a file of this name is likely a picture that is
// read: by its extension, in any case. The hidden companions "._NAME" that
// macOS leaves on other systems' disks are none.
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
