package hostile

import (
	"bytes"
	"image"
	_ "image/gif"
	_ "image/jpeg"
	_ "image/png"
	"path/filepath"
	"strings"
	"testing"

	_ "golang.org/x/image/bmp"
	_ "golang.org/x/image/tiff"

	"descry/internal/failure"
)

func TestEachHostileFileSaysWhatMustBeSaid(t *testing.T) {
	seen := map[string]bool{}
	endings := map[string]int{}
	for _, f := range Files() {
		if f.Name == "" || seen[strings.ToLower(f.Name)] || f.Name != filepath.Base(f.Name) {
			t.Errorf("%q is no name of its own", f.Name)
		}
		seen[strings.ToLower(f.Name)] = true
		endings[filepath.Ext(f.Name)]++
		switch f.Kind {
		case failure.Unreadable, failure.Unsupported, failure.TooLarge:
		default:
			t.Errorf("%s: the kind %q", f.Name, f.Kind)
		}
		if len(f.Data) > 1<<16 {
			t.Errorf("%s has %d bytes: it is to be small and ask for much", f.Name, len(f.Data))
		}
	}
	for _, ending := range []string{".jpg", ".png", ".gif", ".bmp", ".tiff", ".webp"} {
		if endings[ending] < 3 {
			t.Errorf("%d files end in %s", endings[ending], ending)
		}
	}
}

// The good files are good, and the same each time: the hostile ones are made of them.
func TestGoodFilesAreGood(t *testing.T) {
	again := Good()
	for ext, data := range Good() {
		img, kind, err := image.Decode(bytes.NewReader(data))
		if err != nil {
			t.Errorf("%s: %v", ext, err)
			continue
		}
		if !strings.HasPrefix(kind, ext[:2]) || img.Bounds().Dx() != 48 || img.Bounds().Dy() != 40 {
			t.Errorf("%s is a %s of %v", ext, kind, img.Bounds())
		}
		if !bytes.Equal(data, again[ext]) {
			t.Errorf("%s differs from one time to the next", ext)
		}
	}
}
