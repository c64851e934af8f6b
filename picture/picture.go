// Package picture decodes picture files into the pixels that the models were
// trained on.
//
// A file goes through four steps, each of which may refuse it with a
// *failure.Failure: its file type is checked (a folder or a FIFO is never opened),
// its format is recognised by its first bytes, its header is compared with the
// limits and with the file's own size before any pixel is allocated, and only then
// is it decoded and rotated to its EXIF orientation.
//
// Decoding follows Pillow, because the models were trained on its output: alpha is
// dropped and not composed, 16 bits keep their high byte, JPEG is decoded bit for
// bit as libjpeg-turbo does, CMYK is converted without a colour profile.
// Picture.ForEye composes alpha on a checkerboard for display instead.
package picture

// Limits bound the size of a file. Zero means the default.
type Limits struct {
	Pixels int64 // width · height
	Bytes  int64 // peak allocation of decoding, the result included; also the size of the file
}

// DefaultLimits returns 200 million pixels and 3 GiB, enough for all but the
// largest pictures of 16 bits a sample.
func DefaultLimits() Limits { return Limits{Pixels: 200e6, Bytes: 3 << 30} }

// Picture is a decoded, upright picture. It is immutable, so it may be read from
// several goroutines.
type Picture struct {
	Name        string // the last element of the path, for display
	Path        string // as passed to Open; empty for a picture from memory
	Key         string // SHA-256 of the file's bytes, in hex: identifies the picture whatever its path
	Width       int    // pixels, after the orientation
	Height      int    // pixels, after the orientation
	RGB         []byte // Width·Height·3 bytes, row by row, alpha dropped (not composed)
	Alpha       []byte // Width·Height bytes, or nil where all are opaque
	Format      string // "JPEG", "PNG", "GIF", "BMP", "TIFF", "WebP"
	Orientation int    // EXIF orientation that the file stated, 1 to 8; already applied
}
