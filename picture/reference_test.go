package picture

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"descry/picture/resample"
)

// reference is Pillow's result for one file of testdata
// (tools/reference/pixels.py).
type reference struct {
	File   string `json:"file"`
	Mode   string `json:"mode"` // Pillow's
	Size   [2]int `json:"size"`
	SHA256 string `json:"sha256"` // of convert("RGB")
	Alpha  string `json:"alpha"`  // SHA-256 of convert("RGBA")'s alpha
}

func references(t testing.TB) []reference {
	t.Helper()
	f, err := os.Open("testdata/reference.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var all []reference
	if err := json.NewDecoder(z).Decode(&all); err != nil {
		t.Fatal(err)
	}
	if len(all) < 100 {
		t.Fatalf("%d reference files only", len(all))
	}
	return all
}

func opened(t testing.TB, path string) *Picture {
	t.Helper()
	p, err := Open(context.Background(), path, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if len(p.RGB) != p.Width*p.Height*3 || p.Alpha != nil && len(p.Alpha) != p.Width*p.Height {
		t.Fatalf("%d colour and %d alpha bytes for %d×%d", len(p.RGB), len(p.Alpha), p.Width, p.Height)
	}
	return p
}

func sha(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func TestDecodingMatchesPillow(t *testing.T) {
	for _, r := range references(t) {
		t.Run(r.File, func(t *testing.T) {
			p := opened(t, filepath.Join("testdata", r.File))
			if p.Width != r.Size[0] || p.Height != r.Size[1] {
				t.Fatalf("%d×%d, want %v", p.Width, p.Height, r.Size)
			}
			if sha(p.RGB) != r.SHA256 {
				t.Errorf("colours differ from Pillow's (mode %s); first: %v", r.Mode, p.RGB[:min(len(p.RGB), 24)])
			}
			if r.Alpha == "" {
				if p.Alpha != nil {
					t.Error("alpha where Pillow has none")
				}
				return
			}
			alpha := p.Alpha
			if alpha == nil {
				alpha = bytes.Repeat([]byte{0xff}, p.Width*p.Height)
			}
			if sha(alpha) != r.Alpha {
				t.Errorf("alpha differs from Pillow's; first: %v", alpha[:min(len(alpha), 24)])
			}
		})
	}
}

func difference(a, b []byte) (worst int, mean float64) {
	sum := 0
	for i, v := range a {
		d := int(v) - int(b[i])
		if d < 0 {
			d = -d
		}
		worst = max(worst, d)
		sum += d
	}
	return worst, float64(sum) / float64(len(a))
}

func TestAllOrientationsComeOutUpright(t *testing.T) {
	for _, ext := range []string{"png", "tif", "webp"} {
		upright := opened(t, "testdata/orientation1."+ext)
		for n := 1; n <= 8; n++ {
			p := opened(t, "testdata/orientation"+string(rune('0'+n))+"."+ext)
			if p.Orientation != n {
				t.Errorf("%s: orientation %d, want %d", ext, p.Orientation, n)
			}
			if p.Width != upright.Width || p.Height != upright.Height || !bytes.Equal(p.RGB, upright.RGB) {
				t.Errorf("%s: orientation %d is not the upright picture", ext, n)
			}
		}
	}
}

// shared returns a folder next to the repository, or skips the test.
func shared(t *testing.T, name string) string {
	dir := os.Getenv("DESCRY_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared")
	}
	dir = filepath.Join(dir, name)
	if _, err := os.Stat(dir); err != nil {
		t.Skip("no", dir)
	}
	return dir
}

func TestPhotographsOfAllOrientationsAreOfOneSize(t *testing.T) {
	dir := shared(t, "photos")
	for _, scene := range []string{"Landscape", "Portrait"} {
		files, err := filepath.Glob(filepath.Join(dir, "exif_"+scene+"_*.jpg"))
		if err != nil || len(files) == 0 {
			t.Skip("no photographs")
		}
		first := opened(t, files[0])
		for _, file := range files {
			p := opened(t, file)
			if !strings.HasSuffix(file, "_"+string(rune('0'+p.Orientation))+".jpg") {
				t.Errorf("%s: orientation %d", file, p.Orientation)
			}
			if p.Width != first.Width || p.Height != first.Height || (scene == "Portrait") != (p.Height > p.Width) {
				t.Errorf("%s: %d×%d", file, p.Width, p.Height)
			}
			small := resample.BilinearPIL(p.RGB, p.Width, p.Height, 32, 32)
			if _, mean := difference(small, resample.BilinearPIL(first.RGB, first.Width, first.Height, 32, 32)); mean > 12 {
				t.Errorf("%s: another picture than %s (mean difference %.1f)", file, files[0], mean)
			}
		}
	}
}
