package pipeline

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"path/filepath"
	"testing"

	"descry/inference"
	"descry/inference/ort"
	"descry/models"
	"descry/picture"
)

// segmentReference is what torchvision makes of pictures with a twin.
type segmentReference struct {
	Architecture string
	Pictures     []struct {
		File          string // "": drawn
		Width, Height int
		Size          [2]int64  // height, width of the coarse map
		Logits        []float32 // every third
		Map           []int     // class, length, …
	}
}

// logitBound is how far a coarse map's logits may be from torch's: some hundred
// roundings of float32 of logits of 1 to 5.
const logitBound = 1e-4

// photograph decodes a picture file as the program does.
func photograph(tb testing.TB, path string) inference.Picture {
	tb.Helper()
	p, err := picture.Open(context.Background(), path, picture.DefaultLimits())
	if err != nil {
		tb.Fatal(err)
	}
	return inference.Picture{Name: p.Name, Width: p.Width, Height: p.Height, Pix: p.RGB}
}

func TestTwinsOfTheSegmentersGiveTorchvisionsLogitsAndMaps(t *testing.T) {
	lib := runtimeLibrary(t)
	folder := filepath.Join("testdata", "semantic")
	for _, name := range []string{"fcn_basic", "fcn_bottleneck", "deeplabv3_mobile", "lraspp"} {
		t.Run(name, func(t *testing.T) {
			var want segmentReference
			readJSON(t, filepath.Join(folder, name+".reference.json.gz"), &want)
			m, err := newClasses(sessionConfig{lib, ort.DeviceCPU, 2}, &models.ClassesSpec{Common: models.Common{
				Set: "twin", Architecture: want.Architecture, Weights: filepath.Join(folder, name+".safetensors"), Config: filepath.Join(folder, name+".json"),
			}})
			if err != nil {
				t.Fatal(err)
			}
			defer m.close()
			for _, w := range want.Pictures {
				p := drawn(w.Width, w.Height)
				if w.File != "" {
					p = photograph(t, filepath.Join(folder, "picture.jpg"))
					if pillow := photograph(t, filepath.Join(folder, w.File)); !bytes.Equal(p.Pix, pillow.Pix) {
						t.Error("the JPEG file gives other pixels than Pillow decodes from it")
					}
				}
				t.Run(fmt.Sprintf("%s %d×%d", w.File, w.Width, w.Height), func(t *testing.T) {
					compared := 0
					ctx := WithTrace(context.Background(), func(stage Stage, shape []int64, values []float32) {
						if stage != StageClassLogits {
							return
						}
						if shape[2] != w.Size[0] || shape[3] != w.Size[1] {
							t.Fatalf("a coarse map of %v, want %v", shape, w.Size)
						}
						compared++
						if far := farthest(values, w.Logits, 3); !(far <= logitBound) {
							t.Errorf("logits differ by up to %g", far)
						}
					})
					got, err := m.run(ctx, p)
					if err != nil || compared != 1 {
						t.Fatalf("%v; logits were told %d times", err, compared)
					}
					if wrong := differing(t, got.Map, w.Map); float64(wrong) > (1-pixelBound)*float64(len(got.Map)) {
						t.Errorf("%d of %d pixels differ", wrong, len(got.Map))
					}
				})
			}
		})
	}
}

// farthest is the largest difference to a list that has every n-th number.
func farthest(got, want []float32, n int) float64 {
	far := 0.0
	for i, v := range want {
		far = max(far, math.Abs(float64(got[i*n]-v)))
	}
	return far
}

// differing counts the pixels of a class map that are not as runs of class and
// length have them.
func differing(t *testing.T, got []byte, want []int) int {
	t.Helper()
	at, wrong := 0, 0
	for i := 0; i+1 < len(want); i += 2 {
		for range want[i+1] {
			if at < len(got) && int(got[at]) != want[i] {
				wrong++
			}
			at++
		}
	}
	if at != len(got) {
		t.Fatalf("a map of %d pixels, want %d", len(got), at)
	}
	return wrong
}
