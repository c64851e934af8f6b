package describe

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"descry/picture"
)

func TestSamplesAreNoPhotographsAndPhotographsAre(t *testing.T) {
	for _, in := range Samples() {
		p, err := in.Open(context.Background(), picture.DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		if LooksLikePhoto(p) {
			t.Errorf("%s was taken for a photograph", in.Name)
		}
	}
	shared := os.Getenv("DESCRY_SHARED")
	if shared == "" {
		shared = filepath.Join("..", "shared")
	}
	photos, _ := filepath.Glob(filepath.Join(shared, "photos", "*.jpg"))
	for _, path := range photos {
		p, err := picture.Open(context.Background(), path, picture.DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		if !LooksLikePhoto(p) {
			t.Errorf("%s was not taken for a photograph", path)
		}
	}
}
