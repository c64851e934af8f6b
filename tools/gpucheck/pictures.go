package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/image/draw"

	"descry/inference"
	"descry/inference/ort"
	"descry/inference/pipeline"
	"descry/inference/rle"
	"descry/models"
	"descry/resources"
)

// The size of the picture for the official models: a small photograph's.
const photoWidth, photoHeight = 1600, 1200

// results holds a picture's three results, and the milliseconds of each.
type results struct {
	caption   *inference.Caption
	instances *inference.Instances
	classes   *inference.Classes
	took      [3]float64
	device    string
}

// pictures compares whole pictures: the built-in models on a sample, the official
// ones with random weights on a larger one.
func pictures(libPath, dir string) error {
	lib, err := open(libPath)
	if err != nil {
		return err
	}
	defer lib.Close()
	home, err := os.MkdirTemp("", "gpucheck-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(home)
	opener := pipeline.NewOpener(lib, func(spec string) (*models.Set, error) {
		return models.Resolve(spec, models.Dirs{Models: home})
	})
	for _, c := range []struct {
		name, spec    string
		width, height int
	}{{"built-in", models.Starter, 0, 0}, {"full size, random", dir, photoWidth, photoHeight}} {
		p, err := sample(c.width, c.height)
		if err != nil {
			return err
		}
		cpu, err := describe(opener, c.spec, ort.DeviceCPU, p)
		if err != nil {
			return err
		}
		fmt.Printf("%s, %d × %d\n", c.name, p.Width, p.Height)
		fmt.Printf("  %-5s caption %8.1f ms, objects %8.1f ms (%d), classes %8.1f ms\n", "cpu", cpu.took[0], cpu.took[1], len(cpu.instances.Items), cpu.took[2])
		device := card(lib)
		if device == "" {
			continue
		}
		other, err := describe(opener, c.spec, device, p)
		if err != nil {
			return err
		}
		fmt.Printf("  %-5s caption %8.1f ms, objects %8.1f ms (%d), classes %8.1f ms\n", other.device, other.took[0], other.took[1], len(other.instances.Items), other.took[2])
		fmt.Println("  " + differences(cpu, other))
	}
	for _, t := range lib.News() {
		fmt.Println("  given up:", t)
	}
	return nil
}

// sample returns the first built-in picture, enlarged unless w is 0.
func sample(w, h int) (inference.Picture, error) {
	s := resources.Samples()[0]
	img, err := png.Decode(bytes.NewReader(s.PNG))
	if err != nil {
		return inference.Picture{}, err
	}
	if w > 0 {
		large := image.NewRGBA(image.Rect(0, 0, w, h))
		draw.CatmullRom.Scale(large, large.Bounds(), img, img.Bounds(), draw.Src, nil)
		img = large
	}
	b := img.Bounds()
	p := inference.Picture{Name: s.Name, Width: b.Dx(), Height: b.Dy()}
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			c := color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA) //nolint:forcetypeassert // the model's own
			p.Pix = append(p.Pix, c.R, c.G, c.B)
		}
	}
	return p, nil
}

// describe runs all three tasks three times and keeps the shortest times.
func describe(opener *pipeline.Opener, spec, device string, p inference.Picture) (results, error) {
	ctx := context.Background()
	var a results
	e, err := opener.Open(ctx, spec, device, 0)
	if err != nil {
		return a, err
	}
	defer e.Close()
	a.took = [3]float64{math.Inf(1), math.Inf(1), math.Inf(1)}
	for range 3 {
		for i, task := range []func() error{
			func() (err error) {
				a.caption, err = e.Caption(ctx, p, inference.CaptionOptions{Beams: 3, MaxTokens: 20}, nil)
				return err
			},
			func() (err error) { a.instances, err = e.Instances(ctx, p, inference.InstanceOptions{}); return err },
			func() (err error) { a.classes, err = e.Classes(ctx, p); return err },
		} {
			start := time.Now()
			if err := task(); err != nil {
				return a, err
			}
			a.took[i] = min(a.took[i], ms(time.Since(start)))
		}
	}
	a.device, _ = e.Device()
	return a, nil
}

// differences describes the differences between two devices' results.
func differences(a, b results) string {
	same := slices.Equal(a.caption.Hypotheses[0].TokenIDs, b.caption.Hypotheses[0].TokenIDs)
	text := fmt.Sprintf("caption the same: %v (scores differ by %.1e)", same, math.Abs(a.caption.Hypotheses[0].Score-b.caption.Hypotheses[0].Score))
	box, score, iou, pairs := 0.0, 0.0, 1.0, 0
	for _, x := range a.instances.Items {
		y, apart := nearest(x, b.instances.Items)
		if apart > 1 { // pixel: another object
			continue
		}
		pairs++
		box, score = max(box, apart), max(score, math.Abs(float64(x.Score-y.Score)))
		if x.Mask != nil && y.Mask != nil {
			iou = min(iou, rle.IoU(*x.Mask, *y.Mask))
		}
	}
	text += fmt.Sprintf("; the same objects: %d of %d and %d, boxes within %.2g px, scores %.1e, least mask IoU %.4f",
		pairs, len(a.instances.Items), len(b.instances.Items), box, score, iou)
	equal := 0
	for i, v := range a.classes.Map {
		if v == b.classes.Map[i] {
			equal++
		}
	}
	return text + fmt.Sprintf("; pixels of the same class: %.4f %%", 100*float64(equal)/float64(len(a.classes.Map)))
}

// nearest returns the object of x's class whose box is nearest to x's, and the
// maximum distance of a side in pixels. (With random weights scores are so close
// together that their order is meaningless.)
func nearest(x inference.Instance, all []inference.Instance) (inference.Instance, float64) {
	best, least := inference.Instance{}, math.Inf(1)
	for _, y := range all {
		if y.CategoryID != x.CategoryID {
			continue
		}
		apart := 0.0
		for j := range x.Box {
			apart = max(apart, math.Abs(float64(x.Box[j]-y.Box[j])))
		}
		if apart < least {
			best, least = y, apart
		}
	}
	return best, least
}

// weightsFile returns the path of a model's random weights.
func weightsFile(dir, model string) string { return filepath.Join(dir, model+".safetensors") }
