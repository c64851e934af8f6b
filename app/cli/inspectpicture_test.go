package cli

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"descry/picture"
)

func TestPicturesAreInspectedAsTheModelsSeeThem(t *testing.T) {
	pictures := filepath.Join("..", "..", "picture", "testdata")
	for name, want := range map[string]pictureReport{
		"444.jpg":       {Format: "jpeg", Orientation: 1},
		"gray.gif":      {Format: "gif", Orientation: 1},
		"24.bmp":        {Format: "bmp", Orientation: 1},
		"bigendian.tif": {Format: "tiff", Orientation: 1},
		"animated.webp": {Format: "webp", Orientation: 1},
		"1x300.png":     {Format: "png", Orientation: 1, Width: 1, Height: 300},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(pictures, name)
			code, out, errs := run(t, "inspect", "--json", path)
			if code != codeDone || errs != "" {
				t.Fatalf("exit code %d, %s", code, errs)
			}
			var got pictureReport
			if err := json.Unmarshal([]byte(out), &got); err != nil || strings.Count(out, "\n") != 1 || !strings.Contains(out, `"warnings":[]`) {
				t.Fatalf("%v: %s", err, out)
			}
			pic, err := picture.Open(context.Background(), path, picture.DefaultLimits())
			if err != nil {
				t.Fatal(err)
			}
			if want.Width == 0 {
				want.Width, want.Height = pic.Width, pic.Height
			}
			if got.Format != want.Format || got.Orientation != want.Orientation || got.Width != want.Width || got.Height != want.Height || got.Profile != "" || len(got.RGB) != 64 {
				t.Errorf("got %+v, want %+v", got, want)
			}
		})
	}
}

// TestEveryPictureHasALineOfJSON: one that cannot be read has its error, so that the
// lines are in the order of the arguments.
func TestEveryPictureHasALineOfJSON(t *testing.T) {
	dir := t.TempDir()
	text, empty := filepath.Join(dir, "notes.png"), filepath.Join(dir, "empty.jpg")
	for path, content := range map[string]string{text: "not a picture", empty: ""} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	good := filepath.Join("..", "..", "picture", "testdata", "24.bmp")
	code, out, errs := run(t, "inspect", "--json", text, good, dir, empty)
	if code != codeSome || strings.Count(errs, "\n") != 3 || strings.Contains(errs, "weight") {
		t.Errorf("exit code %d, %s", code, errs)
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != 4 || !strings.Contains(lines[1], `"format":"bmp"`) {
		t.Fatalf("%q", lines)
	}
	for i, path := range map[int]string{0: text, 2: dir, 3: empty} {
		var got struct {
			Image string
			Error struct{ Kind, Message string }
		}
		if err := json.Unmarshal([]byte(lines[i]), &got); err != nil || got.Image != path || got.Error.Kind == "" || got.Error.Message == "" {
			t.Errorf("%v: %s", err, lines[i])
		}
	}
}

// TestWeightsAreNotTakenForAPicture: the length of a .safetensors header can have the
// first bytes of a picture.
func TestWeightsAreNotTakenForAPicture(t *testing.T) {
	for _, start := range []string{"\x00\x00\x01\x00", "\x00\x00\x02\x00", "\xff\x0a\x01\x00", "BM\x01\x00"} {
		path := filepath.Join(t.TempDir(), "model.safetensors")
		if err := os.WriteFile(path, []byte(start+"\x00\x00\x00\x00{\"a\":{}}"), 0o600); err != nil {
			t.Fatal(err)
		}
		if code, _, errs := run(t, "inspect", "--no-run", path); code != codeModel || !strings.Contains(errs, "header") {
			t.Errorf("%q: exit code %d, %s", start, code, errs)
		}
	}
	if code, _, errs := run(t, "inspect", "-"); code != codeUsage || !strings.Contains(errs, "standard input") {
		t.Errorf("exit code %d, %s", code, errs)
	}
}

// TestInspectGivesThePixelsThatPillowReads compares one run over all reference
// pictures with Pillow's sums (tools/reference/pixels.py).
func TestInspectGivesThePixelsThatPillowReads(t *testing.T) {
	pictures := filepath.Join("..", "..", "picture", "testdata")
	f, err := os.Open(filepath.Join(pictures, "reference.json.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var references []struct {
		File   string `json:"file"`
		Size   [2]int `json:"size"`
		SHA256 string `json:"sha256"`
	}
	if err := json.NewDecoder(z).Decode(&references); err != nil {
		t.Fatal(err)
	}
	args := []string{"inspect", "--json"}
	for _, r := range references {
		args = append(args, filepath.Join(pictures, r.File))
	}
	code, out, errs := run(t, args...)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if code != codeDone || len(lines) != len(references) {
		t.Fatalf("exit code %d, %d lines for %d pictures: %s", code, len(lines), len(references), errs)
	}
	for i, r := range references {
		var got pictureReport
		if err := json.Unmarshal([]byte(lines[i]), &got); err != nil {
			t.Fatal(err)
		}
		if got.RGB != r.SHA256 || got.Width != r.Size[0] || got.Height != r.Size[1] || got.Orientation < 1 || got.Orientation > 8 {
			t.Errorf("%s: %+v, want %v and %s", r.File, got, r.Size, r.SHA256)
		}
	}
}

func TestTheOrientationIsTheFilesAndTheSizeUpright(t *testing.T) {
	for _, ext := range []string{"png", "tif", "webp"} {
		for n := 1; n <= 8; n++ {
			path := filepath.Join("..", "..", "picture", "testdata", fmt.Sprintf("orientation%d.%s", n, ext))
			r, err := inspectPicture(context.Background(), path, picture.DefaultLimits())
			if err != nil {
				t.Fatal(err)
			}
			if r.Orientation != n {
				t.Errorf("%s: orientation %d", path, r.Orientation)
			}
		}
	}
}
