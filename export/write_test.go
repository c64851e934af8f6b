package export

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"descry/inference"
	"descry/internal/atomicfile"
	"descry/internal/failure"
)

// photograph is a soft picture of 160 × 120 pixels.
func photograph() *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, 160, 120))
	for y := range 120 {
		for x := range 160 {
			img.SetRGBA(x, y, color.RGBA{uint8(90 + x/2), uint8(120 + y/2), 150, 255})
		}
	}
	return img
}

// readPicture returns a PNG file's pixels.
func readPicture(t *testing.T, path string) *image.RGBA {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	src, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	dst := image.NewRGBA(image.Rect(0, 0, src.Bounds().Dx(), src.Bounds().Dy()))
	draw.Draw(dst, dst.Rect, src, src.Bounds().Min, draw.Src)
	return dst
}

// drawn is a picture to write whose drawing is img.
func drawn(img *image.RGBA) Picture {
	return Picture{Description: found(), Draw: func() (*image.RGBA, error) { return img, nil }}
}

// writers are the writers of all formats, each with good content, by the name of
// their file.
func writers() map[string]func(path string, mode atomicfile.Mode) error {
	all := map[string]func(path string, mode atomicfile.Mode) error{}
	for _, f := range Formats {
		all["a"+f.Suffix] = func(path string, mode atomicfile.Mode) error { return f.WriteOne(path, drawn(photograph()), mode) }
	}
	return all
}

func TestNoWriterReplacesAFileUnlessTold(t *testing.T) {
	for name, write := range writers() {
		dir := t.TempDir()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte("original"), 0o666); err != nil {
			t.Fatal(err)
		}
		if err := write(path, atomicfile.Exclusive); !errors.Is(err, fs.ErrExist) {
			t.Errorf("%s: error is %v", name, err)
		}
		if text, _ := os.ReadFile(path); string(text) != "original" {
			t.Errorf("%s was replaced", name)
		}
		if err := write(path, atomicfile.Overwrite); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if text, _ := os.ReadFile(path); string(text) == "original" || len(text) == 0 {
			t.Errorf("%s was not replaced", name)
		}
		if left, _ := os.ReadDir(dir); len(left) != 1 {
			t.Errorf("%s: %d files", name, len(left))
		}
	}
}

func TestAFolderThatIsNotThereIsAFailureThatSaysSo(t *testing.T) {
	for name, write := range writers() {
		err := write(filepath.Join(t.TempDir(), "absent", name), atomicfile.Exclusive)
		var f *failure.Failure
		if !errors.As(err, &f) || f.Kind != failure.Unwritable || !errors.Is(err, fs.ErrNotExist) || f.Hint.IsZero() {
			t.Errorf("%s: error is %v", name, err)
		}
	}
}

func TestPicturesCanBeReadBack(t *testing.T) {
	dir := t.TempDir()
	base := photograph()
	for _, name := range []string{"a.png", "a.jpeg"} {
		f, _ := Find(strings.TrimPrefix(filepath.Ext(name), "."))
		if err := f.Write(filepath.Join(dir, name), drawn(base), atomicfile.Exclusive); err != nil {
			t.Fatal(err)
		}
	}
	if got := readPicture(t, filepath.Join(dir, "a.png")); !bytes.Equal(got.Pix, base.Pix) {
		t.Error("the PNG differs")
	}
	f, err := os.Open(filepath.Join(dir, "a.jpeg"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, err := jpeg.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	got := image.NewRGBA(base.Rect)
	draw.Draw(got, got.Rect, img, image.Point{}, draw.Src)
	for i := range got.Pix {
		if d := int(got.Pix[i]) - int(base.Pix[i]); d > 12 || d < -12 {
			t.Fatalf("the JPEG differs by %d", d)
		}
	}
}

func TestPicturesThatAFormatCannotHoldAreRefused(t *testing.T) {
	dir, high := t.TempDir(), drawn(image.NewRGBA(image.Rect(0, 0, 1, 70000)))
	err := jpegFormat.Write(filepath.Join(dir, "a.jpg"), high, atomicfile.Exclusive)
	if f := failure.Of(err, failure.Model); f == nil || f.Kind != failure.TooLarge {
		t.Error(err)
	}
	if err := pngFormat.Write(filepath.Join(dir, "a.png"), high, atomicfile.Exclusive); err != nil {
		t.Error(err)
	}
	if err := writeLabelMap(filepath.Join(dir, "b.png"), &inference.Classes{Width: 2, Height: 2, Map: []byte{1}}, atomicfile.Exclusive); err == nil {
		t.Error("a class map that is too short was written")
	}
}

func TestAPictureThatCannotBeDrawnIsNotWritten(t *testing.T) {
	gone := errors.New("gone")
	for _, f := range Formats {
		path := filepath.Join(t.TempDir(), "a"+f.Suffix)
		err := f.WriteOne(path, Picture{Description: found(), Draw: func() (*image.RGBA, error) { return nil, gone }}, atomicfile.Exclusive)
		if _, absent := os.Stat(path); f.Drawn != errors.Is(err, gone) || f.Drawn != errors.Is(absent, fs.ErrNotExist) {
			t.Errorf("%s: %v, %v", f.ID, err, absent)
		}
	}
}

func TestWhatCannotBeWrittenAsJSONIsTheModelsFault(t *testing.T) {
	d := found()
	d.Caption.Hypotheses[0].Score, d.Instances.Items[0].Score = math.NaN(), float32(math.NaN())
	for _, f := range []Format{jsonFormat, cocoFormat} {
		dir := t.TempDir()
		err := f.WriteOne(filepath.Join(dir, "a.json"), Picture{Description: d}, atomicfile.Exclusive)
		if f := failure.Of(err, failure.Usage); f == nil || f.Kind != failure.Model {
			t.Error(err)
		}
		if left, _ := os.ReadDir(dir); len(left) != 0 {
			t.Errorf("%s left %v", f.ID, left)
		}
	}
}

func TestALabelMapHoldsTheClassesAsPaletteIndices(t *testing.T) {
	c := &inference.Classes{Width: 3, Height: 2, Map: []byte{0, 1, 20, 255, 2, 0}}
	path := filepath.Join(t.TempDir(), "a.labelmap.png")
	if err := writeLabelMap(path, c, atomicfile.Exclusive); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if depth, kind := text[24], text[25]; depth != 8 || kind != 3 {
		t.Errorf("%d bits of colour type %d, want 8 bits of a palette", depth, kind)
	}
	img, err := png.Decode(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	p, ok := img.(*image.Paletted)
	if !ok || !bytes.Equal(p.Pix, c.Map) {
		t.Errorf("pixels are %v", img)
	}
	// VOC's colours: aeroplane dark red, bicycle dark green, tv 0 64 128, border cream.
	for i, want := range map[int]color.RGBA{0: {0, 0, 0, 255}, 1: {128, 0, 0, 255}, 2: {0, 128, 0, 255}, 20: {0, 64, 128, 255}, 255: {224, 224, 192, 255}} {
		if p.Palette[i] != want {
			t.Errorf("colour %d is %v, want %v", i, p.Palette[i], want)
		}
	}
}

func TestTheBestCaptionIsWrittenAsValidText(t *testing.T) {
	own := "a dog\xff"
	for want, d := range map[string]inference.Description{"a dog\ufffd\n": {Own: &own, Caption: found().Caption}, "a dog & a cat\n": found()} {
		path := filepath.Join(t.TempDir(), "a.txt")
		if err := textFormat.Write(path, Picture{Description: d}, atomicfile.Exclusive); err != nil {
			t.Fatal(err)
		}
		if text, _ := os.ReadFile(path); string(text) != want {
			t.Errorf("%q, want %q", text, want)
		}
	}
}
