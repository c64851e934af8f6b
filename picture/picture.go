// Package picture opens the pictures that people have and returns the pixels
// that the models were trained to see.
//
// A file goes through four steps, each of which may refuse it with a
// *failure.Failure: it is looked at without being opened (a folder or a FIFO
// never is), its first bytes name its format, its header is held against the
// limits and against the file's own size before any pixel is allocated, and
// only then is it decoded and turned upright after its EXIF orientation.
//
// Decoding follows Pillow, because the models were trained on what Pillow
// yields: alpha is dropped and not composed, 16 bits keep their high byte, JPEG
// is decoded as libjpeg-turbo does it, to the bit, CMYK is converted naively.
// Picture.ForEye composes alpha on a checkerboard for people instead.
package picture

// Limits bound what a file may ask for. Zero means the default.
type Limits struct {
	Pixels int64 // width · height
	Bytes  int64 // what decoding allocates at once, the result included; and the file's own size
}

// DefaultLimits are 200 million pixels and 3 GiB, which all but the largest
// pictures of 16 bits a sample keep.
func DefaultLimits() Limits { return Limits{Pixels: 200e6, Bytes: 3 << 30} }

// Picture is a decoded picture, upright. It is not changed once it is made, so
// it may be read from many goroutines.
type Picture struct {
	Name        string // the last element of the path, for people
	Path        string // as given; empty for what came from memory
	Key         string // SHA-256 of the file's bytes, in hex: names the picture wherever it lies
	Width       int    // pixels, after the orientation
	Height      int    // pixels, after the orientation
	RGB         []byte // Width·Height·3 bytes, row by row, alpha dropped (not composed)
	Alpha       []byte // Width·Height bytes, or nil where all are opaque
	Format      string // "JPEG", "PNG", "GIF", "BMP", "TIFF", "WebP"
	Orientation int    // EXIF orientation that the file stated, 1 to 8; already applied
}
