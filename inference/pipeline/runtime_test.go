package pipeline

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"image"
	_ "image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"descry/inference"
	"descry/inference/ort"
)

// runtimeLibrary opens ONNX Runtime where there is one; tests that run graphs
// skip elsewhere, and in builds without cgo.
func runtimeLibrary(tb testing.TB) *ort.Library {
	tb.Helper()
	cache, _ := os.UserCacheDir()
	path, _, err := ort.Find(os.Getenv("DESCRY_ORT"), filepath.Join("..", "..", "bin"), filepath.Join(cache, "descry"))
	if err != nil && os.Getenv("DESCRY_ORT") != "" {
		tb.Fatal(err) // a library was named, so these tests are wanted
	}
	if err != nil {
		tb.Skip("no ONNX Runtime is here: ", err)
	}
	lib, err := ort.Open(path)
	if err != nil && strings.Contains(err.Error(), "without cgo") {
		tb.Skip(err)
	}
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := lib.Close(); err != nil {
			tb.Error("a session stayed open: ", err)
		}
	})
	return lib
}

// shared returns the path of something beside the repository, or skips.
func shared(tb testing.TB, parts ...string) string {
	tb.Helper()
	root := os.Getenv("DESCRY_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared")
	}
	path := filepath.Join(append([]string{root}, parts...)...)
	if _, err := os.Stat(path); err != nil {
		tb.Skip("not here: ", path)
	}
	return path
}

func readJSON(tb testing.TB, path string, into any) {
	tb.Helper()
	f, err := os.Open(path)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	decoder := json.NewDecoder(f)
	if filepath.Ext(path) == ".gz" {
		z, err := gzip.NewReader(f)
		if err != nil {
			tb.Fatal(err)
		}
		decoder = json.NewDecoder(z)
	}
	if err := decoder.Decode(into); err != nil {
		tb.Fatal(path, ": ", err)
	}
}

// scene reads an opaque PNG.
func scene(tb testing.TB, path string) inference.Picture {
	tb.Helper()
	f, err := os.Open(path)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	img, _, err := image.Decode(f)
	if err != nil {
		tb.Fatal(path, ": ", err)
	}
	b := img.Bounds()
	p := inference.Picture{Name: filepath.Base(path), Width: b.Dx(), Height: b.Dy()}
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			r, g, bl, _ := img.At(x, y).RGBA()
			p.Pix = append(p.Pix, byte(r>>8), byte(g>>8), byte(bl>>8))
		}
	}
	return p
}

// cancelled returns a context that has ended.
func cancelled() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}
