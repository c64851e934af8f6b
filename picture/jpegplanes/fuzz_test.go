package jpegplanes

import (
	"bytes"
	"image/jpeg"
	"math/rand"
	"slices"
	"testing"
)

// stricter lists the reasons for which files are refused that image/jpeg reads.
// libjpeg refuses the first five too. The last three result from damage that
// image/jpeg interprets in its own way, and then loses synchronisation elsewhere
// than libjpeg and this package do: a run of zeros beyond the end of a block, whose
// value it leaves unread; a code for the ends of several blocks (EOBn) in a
// sequential scan, which it accepts; such a count left over from one scan, which it
// carries into the next; and in scans of one component with more than one block an
// MCU, where it counts MCUs to the next restart and blocks at the right differently
// from T.81, A.2.2.
var stricter = []string{
	"a quantisation table is missing",
	"it has a wrong quantisation table", // a byte left over
	"a Huffman table is missing or wrong",
	"its width is zero",
	"its height stands after the pixels, DNL",
	errCode.Error(),
	"a scan's data end too early",
	"a restart marker is missing",
}

// compareWithImageJPEG reports whether both packages read a file, and fails if only
// image/jpeg does, for no known reason.
func compareWithImageJPEG(t *testing.T, data []byte) (both bool) {
	t.Helper()
	if c, err := jpeg.DecodeConfig(bytes.NewReader(data)); err != nil || c.Width*c.Height > 1<<20 {
		return false
	}
	_, own := read(data)
	if _, err := jpeg.Decode(bytes.NewReader(data)); err != nil {
		return false
	}
	if own != nil && !slices.Contains(stricter, own.Error()) {
		t.Errorf("image/jpeg reads it, here: %v", own)
	}
	return own == nil
}

func TestReadsWhatImageJPEGReads(t *testing.T) {
	all := files(t)
	for name, data := range all {
		p, err := read(data)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if _, err := jpeg.Decode(bytes.NewReader(data)); err == nil && !nearImageJPEG(t, data, p) {
			t.Errorf("%s: far from image/jpeg's samples", name)
		}
	}
	r := rand.New(rand.NewSource(1))
	both := 0
	for _, data := range all {
		for range 30 {
			broken := bytes.Clone(data)
			broken[2+r.Intn(len(data)-2)] ^= 1 << r.Intn(8)
			if compareWithImageJPEG(t, broken) {
				both++
			}
		}
	}
	if both < 500 {
		t.Errorf("%d broken files were read by both: too few to tell anything", both)
	}
}

func FuzzRead(f *testing.F) {
	for _, data := range files(f) {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		compareWithImageJPEG(t, data)
		if p, err := read(data); err == nil {
			for _, plane := range p.Planes {
				if len(plane.Pix) < (plane.Height-1)*plane.Stride+plane.Width {
					t.Fatalf("%d bytes for %d × %d", len(plane.Pix), plane.Width, plane.Height)
				}
			}
		}
	})
}

// Speed of both, on the same file.
func BenchmarkRead(b *testing.B) {
	data := encoded(b, 4000, 3000, false)
	b.Run("Read", func(b *testing.B) {
		for b.Loop() {
			if _, err := read(data); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("image-jpeg", func(b *testing.B) {
		for b.Loop() {
			if _, err := jpeg.Decode(bytes.NewReader(data)); err != nil {
				b.Fatal(err)
			}
		}
	})
}
