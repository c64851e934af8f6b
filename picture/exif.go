package picture

import (
	"github.com/bep/imagemeta"
)

// maxEXIF limits the bytes searched for the orientation.
const maxEXIF = 10 << 20

// orientation returns the file's EXIF orientation, 1 if there is none or it is
// invalid: bad metadata must not prevent a picture from opening.
//
// The container has been parsed before (header.exifAt), so the library reads only
// the TIFF structure in it, whatever the file's format.
func orientation(f *pictureFile, h header) (found int) {
	found = 1
	if h.exifN <= 0 {
		return found
	}
	defer func() { _ = recover() }() // the library parses untrusted bytes
	n := h.exifN
	if n != f.size { // all but TIFF itself
		n = min(n, maxEXIF)
	}
	_, _ = imagemeta.Decode(imagemeta.Options{
		R:           f.section(h.exifAt, n),
		ImageFormat: imagemeta.TIFF,
		Sources:     imagemeta.EXIF,
		// Small limits: a list of thousands of sub-directories, each of
		// thousands of tags, would take minutes.
		LimitNumTags: 2000,
		LimitTagSize: 64,
		ShouldHandleTag: func(t imagemeta.TagInfo) bool {
			return t.Tag == "Orientation" && t.Namespace == "IFD0"
		},
		HandleTag: func(t imagemeta.TagInfo) error {
			if v, ok := wholeNumber(t.Value); ok && v >= 1 && v <= 8 {
				found = v
			}
			return imagemeta.ErrStopWalking
		},
	})
	return found
}

func wholeNumber(value any) (int, bool) {
	switch v := value.(type) {
	case uint8:
		return int(v), true
	case uint16:
		return int(v), true
	case uint32:
		return int(min(v, 9)), true
	case int:
		return v, true
	}
	return 0, false
}
