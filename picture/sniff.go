package picture

import (
	"bytes"
	"path/filepath"
	"strings"
)

// magic identifies a format by a file's first bytes. Positions with '?' match any
// byte.
type magic struct {
	offset int
	prefix string
	what   string // with its article: "a HEIC photo"
}

// foreign lists known formats that are not supported. The order matters where one
// prefix contains another. Sources: the formats' own specifications and file(1)'s
// magic; HEIF and AVIF brands: ISO/IEC 23008-12 and the AV1 image file format; raw
// files: the makers' headers as listed by ExifTool.
var foreign = []magic{
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
	{0, "%PDF", "a PDF document"},
	{0, "%!PS", "a PostScript document"},
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
	{0, "PK\x03\x04", "a ZIP archive (or an office document)"},
	{0, "\x1f\x8b", "a gzip archive"},
	{0, "\x7fELF", "a program"},
	{0, "MZ", "a program"},
}

// foreignName returns the name of an unsupported format, with its article, or "".
func foreignName(head []byte) string {
	for _, m := range foreign {
		if len(head) >= m.offset && bytes.HasPrefix(head[m.offset:], []byte(m.prefix)) {
			return m.what
		}
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

// rawExtensions are those of RAW photos that are TIFF files inside: as TIFF, only
// the thumbnail would be read. The names are the makers'.
var rawExtensions = map[string]string{
	".cr2": "Canon RAW photo (CR2)", ".nef": "Nikon RAW photo (NEF)", ".nrw": "Nikon RAW photo (NRW)",
	".arw": "Sony RAW photo (ARW)", ".sr2": "Sony RAW photo (SR2)", ".dng": "DNG RAW photo",
	".pef": "Pentax RAW photo (PEF)", ".srw": "Samsung RAW photo (SRW)", ".rw2": "Panasonic RAW photo (RW2)",
	".orf": "Olympus RAW photo (ORF)", ".3fr": "Hasselblad RAW photo (3FR)", ".iiq": "Phase One RAW photo (IIQ)",
	".erf": "Epson RAW photo (ERF)", ".kdc": "Kodak RAW photo (KDC)", ".dcr": "Kodak RAW photo (DCR)",
	".rwl": "Leica RAW photo (RWL)", ".mef": "Mamiya RAW photo (MEF)", ".mos": "Leaf RAW photo (MOS)",
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
