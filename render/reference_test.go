package render

import (
	"encoding/json"
	"image"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"descry/inference"
	"descry/inference/rle"
)

// shared returns a path in the folder of pictures and models next to the
// repository, and skips the test if there is none.
func shared(t testing.TB, parts ...string) string {
	t.Helper()
	dir := os.Getenv("DESCRY_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared")
	}
	path := filepath.Join(append([]string{dir}, parts...)...)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("no %s", path)
	}
	return path
}

// Real masks have thin parts and holes; smoothing may cost them no more than
// their outermost pixels.
func TestFieldsKeepTheShapesOfRealMasks(t *testing.T) {
	for _, name := range []string{"score_00.png", "score_07.png", "score_12.png"} {
		for _, item := range scene(t, name).Items {
			m := item.Instance.Mask
			f, ok := newField(*m)
			if !ok {
				t.Fatalf("%s: no field for %v", name, item.Instance.Label)
			}
			wrong, inside := 0, 0
			bits := m.Bitmap()
			for y := range f.h {
				for x := range f.w {
					u, v := x+f.x0, y+f.y0
					in := u >= 0 && v >= 0 && u < m.Width && v < m.Height && bits[v*m.Width+u] != 0
					if in {
						inside++
					}
					if in != (f.dist[y*f.w+x] > 0) {
						wrong++
					}
				}
			}
			if inside != m.Area() || wrong*20 > inside {
				t.Errorf("%s, %s: %d of %d pixels on the wrong side", name, item.Instance.Label, wrong, inside)
			}
		}
	}
}

// scene is a picture and what the models found in it.
func scene(t testing.TB, name string) Content {
	t.Helper()
	text, err := os.ReadFile(shared(t, "starter", "reference.json"))
	if err != nil {
		t.Fatal(err)
	}
	var all struct {
		Scenes []struct {
			File          string
			Width, Height int
			Instances     []struct {
				Label      string
				CategoryID int `json:"category_id"`
				Score      float32
				Box        [4]float32
				RLE        []uint32 `json:"mask_over_half_rle"`
			}
			Classes struct {
				Pixels map[string]int
				RLE    []int `json:"map_rle"`
			}
		}
	}
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	for _, s := range all.Scenes {
		if s.File != name {
			continue
		}
		c := Content{Base: readPicture(t, shared(t, "starter", "scenes", name))}
		for i, in := range s.Instances {
			m := rle.Mask{Height: s.Height, Width: s.Width, Counts: in.RLE}
			c.Items = append(c.Items, Item{i, inference.Instance{Label: in.Label, CategoryID: in.CategoryID, Score: in.Score, Box: in.Box, Area: m.Area(), Mask: &m}})
		}
		c.Classes = &inference.Classes{Width: s.Width, Height: s.Height, Labels: vocNames, Pixels: make([]int, 21)}
		for i := 0; i < len(s.Classes.RLE); i += 2 {
			for range s.Classes.RLE[i+1] {
				c.Classes.Map = append(c.Classes.Map, byte(s.Classes.RLE[i]))
			}
			c.Classes.Pixels[s.Classes.RLE[i]] += s.Classes.RLE[i+1]
		}
		return c
	}
	t.Fatalf("no scene %s", name)
	return Content{}
}

var vocNames = []string{"__background__", "aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow",
	"diningtable", "dog", "horse", "motorbike", "person", "pottedplant", "sheep", "sofa", "train", "tvmonitor"}

func readPicture(t testing.TB, path string) *image.RGBA {
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
