package export

import (
	"flag"
	"math"
	"os"
	"path/filepath"
	"testing"

	"descry/inference"
	"descry/inference/rle"
	"descry/internal/atomicfile"
)

// disc is a mask of a disc in a picture of n × n pixels.
func disc(n int, cx, cy, r float64) rle.Mask {
	bits := make([]byte, n*n)
	for i := range bits {
		if math.Hypot(float64(i%n)+0.5-cx, float64(i/n)+0.5-cy) < r {
			bits[i] = 1
		}
	}
	return rle.FromBitmap(bits, n, n)
}

// cocoSample are two pictures with masks, one without objects and one whose
// objects have no masks. tools/reference/coco.py knows them too.
func cocoSample() Run {
	c := cocoFormat.Start()
	add := func(name string, width, height int, in *inference.Instances) {
		_ = c.Add(Picture{Description: inference.Description{Image: "/in/" + name, Name: name, Width: width, Height: height, Instances: in}})
	}
	add("a.png", 2, 2, found().Instances)
	add("empty.png", 5, 7, nil)
	m := disc(64, 30, 20, 12)
	add("disc\xff.png", 64, 64, &inference.Instances{
		Categories: []inference.Category{{ID: 1, Name: "person"}, {ID: 37, Name: "sports ball"}},
		Items: []inference.Instance{
			{Label: "sports ball", CategoryID: 37, Score: 0.25, Box: [4]float32{18, 8, 42, 32}, Area: m.Area(), Mask: &m},
			{Label: "person", CategoryID: 1, Score: 0.75, Box: [4]float32{0, 0, 64, 64}, Area: 64 * 64, Mask: &rle.Mask{Height: 64, Width: 64, Counts: []uint32{0, 4096}}},
		},
	})
	return c
}

// The file is the one that tools/reference/coco.py opens with pycocotools.
var update = flag.Bool("update", false, "rewrite the golden files")

func TestCOCOFileIsTheOneThatPycocotoolsReads(t *testing.T) {
	path := filepath.Join(t.TempDir(), cocoFormat.RunFile)
	if err := cocoSample().Write(path, atomicfile.Exclusive); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	master := filepath.Join("testdata", cocoFormat.RunFile)
	if *update {
		if err := os.WriteFile(master, got, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(master)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("the file is\n%s\nwant\n%s", got, want)
	}
}
