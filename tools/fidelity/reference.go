package main

import (
	"context"
	"fmt"
	"image"
	_ "image/png" // what Pillow decoded, and class maps
	"math"
	"os"
	"path/filepath"
	"strings"

	"descry/inference"
	"descry/inference/pipeline"
	"descry/models/weights"
	"descry/picture"
)

// testPicture is a picture: a file, and the pixels that Pillow decodes from it.
type testPicture struct{ Name, File, Decoded string }

// readPictures reads the list that tools/reference/full/album.py writes.
func readPictures(dir string) (map[string]testPicture, error) {
	var list []testPicture
	if err := readJSON(filepath.Join(dir, "pictures", "pictures.json"), &list); err != nil {
		return nil, err
	}
	all := make(map[string]testPicture, len(list))
	for _, p := range list {
		p.File, p.Decoded = filepath.Join(dir, "pictures", p.File), filepath.Join(dir, "pictures", p.Decoded)
		all[p.Name] = p
	}
	return all, nil
}

// comparison compares one picture in one container.
type comparison struct {
	*runner
	ctx     context.Context
	picture inference.Picture // as Descry decodes the file
	json    string            // the reference
	tensors *weights.File
	into    *result
}

// newComparison reads the picture, compares it with Pillow's, and reads the
// reference.
func newComparison(ctx context.Context, r *runner, p testPicture, reference string, into *result) (*comparison, error) {
	c := &comparison{runner: r, ctx: ctx, json: reference, into: into}
	exact, err := picture.Open(ctx, p.Decoded, picture.Limits{})
	if err != nil {
		return nil, err
	}
	own, err := picture.Open(ctx, p.File, picture.Limits{})
	if err != nil {
		return nil, err
	}
	if exact.Width != own.Width || exact.Height != own.Height {
		return nil, fmt.Errorf("%s is %d × %d, Pillow reads %d × %d", p.File, own.Width, own.Height, exact.Width, exact.Height)
	}
	worst := 0
	for i, v := range exact.RGB {
		d := int(v) - int(own.RGB[i])
		worst = max(worst, d, -d)
	}
	c.measure("decoded file, grey levels", float64(worst), 0)
	c.picture = inference.Picture{Name: own.Name, Key: own.Key, Width: own.Width, Height: own.Height, Pix: own.RGB}
	c.tensors, err = weights.Open(strings.TrimSuffix(reference, ".json") + ".safetensors")
	return c, err
}

// measure records the difference of a stage.
func (c *comparison) measure(stage string, worst, bound float64) {
	c.into.Measures = append(c.into.Measures, measure{Stage: stage, Worst: worst, Bound: bound, Over: !(worst <= bound)})
}

// atLeast records a share that must not fall below a bound.
func (c *comparison) atLeast(stage string, share, bound float64) {
	c.into.Measures = append(c.into.Measures, measure{Stage: stage, Worst: share, Bound: bound, Least: true, Over: !(share >= bound)})
}

// note records a different decision and why it does not count.
func (c *comparison) note(format string, args ...any) {
	c.into.Notes = append(c.into.Notes, fmt.Sprintf(format, args...))
}

// trace holds copies of the values of a run's stages.
type trace map[pipeline.Stage][][]float32

func (t trace) context(ctx context.Context) context.Context {
	return pipeline.WithTrace(ctx, func(s pipeline.Stage, _ []int64, values []float32) {
		t[s] = append(t[s], append([]float32(nil), values...))
	})
}

// tensor compares every n-th value of a stage with the reference's. The difference
// is relative to the largest value if that is above 1.
func (c *comparison) tensor(got []float32, name string, every int) (float64, error) {
	want, err := c.tensors.Float32s(name)
	if err != nil {
		return 0, err
	}
	if n := (len(got) + every - 1) / every; n != len(want) {
		return 0, fmt.Errorf("%s has %d values, the reference %d", name, n, len(want))
	}
	worst, largest := 0.0, 1.0
	for i, w := range want {
		worst = worse(worst, float64(got[i*every]-w))
		largest = max(largest, math.Abs(float64(w)))
	}
	return worst / largest, nil
}

// worse returns the larger difference; NaN is the largest.
func worse(worst, d float64) float64 {
	if math.IsNaN(d) || math.IsNaN(worst) {
		return math.NaN()
	}
	return max(worst, math.Abs(d))
}

// greyPicture reads a PNG of one byte per pixel.
func greyPicture(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	decoded, _, err := image.Decode(f)
	if err != nil {
		return nil, err
	}
	grey, ok := decoded.(*image.Gray)
	if !ok || grey.Stride != grey.Rect.Dx() {
		return nil, fmt.Errorf("%s is not a plain grey picture", path)
	}
	return grey.Pix, nil
}
