package pipeline

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"descry/inference/ort"
	"descry/models"
)

// tinyClasses opens the random segmentation model.
func tinyClasses(tb testing.TB) *classesModel {
	tb.Helper()
	m, err := newClasses(sessionConfig{runtimeLibrary(tb), ort.DeviceCPU, 1}, &models.ClassesSpec{Common: models.Common{
		Set: "tiny", Architecture: "deeplabv3_resnet", Weights: filepath.Join("testdata", "deeplabv3", "model.safetensors"), Config: filepath.Join("testdata", "deeplabv3", "config.json"),
	}})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = m.close() })
	return m
}

func TestTinyClassMapsEqualTorchvisions(t *testing.T) {
	m := tinyClasses(t)
	var want struct {
		Pictures []struct {
			Width, Height int
			Map           string
		}
	}
	readJSON(t, filepath.Join("testdata", "deeplabv3", "reference.json.gz"), &want)
	for _, w := range want.Pictures {
		t.Run(fmt.Sprintf("%d×%d", w.Width, w.Height), func(t *testing.T) {
			got, err := m.run(context.Background(), drawn(w.Width, w.Height))
			if err != nil {
				t.Fatal(err)
			}
			wrong, sum := 0, 0
			for i, class := range got.Map {
				if class+'0' != w.Map[i] {
					wrong++
				}
			}
			if float64(wrong) > (1-pixelBound)*float64(len(w.Map)) {
				t.Errorf("%d of %d pixels differ", wrong, len(w.Map))
			}
			for _, n := range got.Pixels {
				sum += n
			}
			if sum != w.Width*w.Height || len(got.Map) != sum {
				t.Errorf("%d pixels counted, %d in the map, of %d", sum, len(got.Map), w.Width*w.Height)
			}
		})
	}
}

func TestClassMapsHaveThePicturesSizeWhateverItIs(t *testing.T) {
	m := tinyClasses(t)
	for _, size := range [][2]int{{1, 1}, {1, 3000}, {3000, 1}, {2, 3}, {700, 20}} {
		got, err := m.run(context.Background(), drawn(size[0], size[1]))
		if err != nil {
			t.Errorf("%d×%d: %v", size[0], size[1], err)
		} else if len(got.Map) != size[0]*size[1] {
			t.Errorf("%d×%d: a map of %d pixels", size[0], size[1], len(got.Map))
		}
	}
}
