package main

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"descry/inference/detect"
	"descry/inference/ort"
	"descry/models/arch"
	"descry/models/onnx"
	"descry/models/weights"
)

// repeats is how often a graph is run on each device after the first run.
const repeats = 5

// bench runs graphs on the processor and the card.
type bench struct {
	lib    *ort.Library
	card   string // "": measure the processor only
	random *rand.Rand
}

// graphs measures every graph of the official models.
func graphs(libPath, dir string) error {
	lib, err := open(libPath)
	if err != nil {
		return err
	}
	defer lib.Close()
	b := &bench{lib, card(lib), rand.New(rand.NewPCG(3, 4))} //nolint:gosec // no secret
	fmt.Printf("%-28s %9s %9s %7s %9s %9s   %s\n", "graph", "cpu ms", "card ms", "ratio", "load ms", "worst", "worst/largest")
	for _, part := range []func(string) error{b.blip, b.detector, b.segmenter} {
		if err := part(dir); err != nil {
			return err
		}
	}
	return nil
}

// compare prints one line and returns the processor's outputs.
func (b *bench) compare(name string, m onnx.Model, in ...*ort.Tensor) ([]*ort.Tensor, error) {
	out, cpuTime, _, err := b.time(m, ort.DeviceCPU, in)
	if err != nil {
		return nil, err
	}
	if b.card == "" {
		fmt.Printf("%-28s %9.2f %9s\n", name, ms(cpuTime), "–")
		return out, nil
	}
	other, cardTime, load, err := b.time(m, b.card, in)
	if err != nil {
		fmt.Printf("%-28s %9.2f %9s   %v\n", name, ms(cpuTime), "fails", err)
		return out, nil
	}
	worst, largest := 0.0, 0.0
	for i := range out {
		for j, v := range out[i].Float32s() {
			worst = max(worst, math.Abs(float64(v-other[i].Float32s()[j])))
			largest = max(largest, math.Abs(float64(v)))
		}
	}
	fmt.Printf("%-28s %9.2f %9.2f %6.1fx %9.0f %9.2g   %.1e\n", name, ms(cpuTime), ms(cardTime), ms(cpuTime)/ms(cardTime), ms(load), worst, worst/largest)
	return out, nil
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// time returns a graph's outputs, the median time of its later runs, and the time
// of making the session and the first run.
func (b *bench) time(m onnx.Model, device string, in []*ort.Tensor) (out []*ort.Tensor, median, load time.Duration, err error) {
	start := time.Now()
	s, err := b.lib.NewSession(m, ort.Options{Name: device, Device: device})
	if err != nil {
		return nil, 0, 0, err
	}
	defer s.Close()
	if out, err = s.Run(context.Background(), in); err != nil {
		return nil, 0, 0, err
	}
	load = time.Since(start)
	var all []time.Duration
	for range repeats {
		start = time.Now()
		if _, err = s.Run(context.Background(), in); err != nil {
			return nil, 0, 0, err
		}
		all = append(all, time.Since(start))
	}
	slices.Sort(all)
	if s.Device() != device {
		return nil, 0, 0, fmt.Errorf("it fell back: %v", b.lib.News())
	}
	return out, all[repeats/2], load, nil
}

// noise returns a tensor of a normal distribution.
func (b *bench) noise(shape ...int64) *ort.Tensor {
	n := int64(1)
	for _, d := range shape {
		n *= d
	}
	data := make([]float32, n)
	for i := range data {
		data[i] = float32(b.random.NormFloat64())
	}
	return ort.NewFloat32(shape, data)
}

// blip measures the vision tower, and the decoder with 1 and 3 rows: the prompt,
// and a step after 8 tokens.
func (b *bench) blip(dir string) error {
	f, err := weights.Open(weightsFile(dir, official[0]))
	if err != nil {
		return err
	}
	config, err := arch.ReadBLIPConfig("", f)
	if err != nil {
		return err
	}
	net := arch.BLIP{Config: config, Weights: f}
	vision, err := net.VisionGraph()
	if err != nil {
		return err
	}
	picture, err := b.compare("blip vision", vision, b.noise(1, 3, config.Vision.Image, config.Vision.Image))
	if err != nil {
		return err
	}
	decoder, err := net.DecoderGraph()
	if err != nil {
		return err
	}
	t := config.Text
	for _, c := range []struct {
		name         string
		rows, cached int64
	}{{"blip prompt", 1, 0}, {"blip step, 1 row", 1, 8}, {"blip step, 3 rows", 3, 8}} {
		ids, parents := make([]int64, c.rows), make([]int64, c.rows)
		for i := range ids {
			ids[i], parents[i] = int64(2000+i), int64(i)
		}
		past := c.rows
		in := []*ort.Tensor{ort.NewInt64([]int64{c.rows, 1}, ids), ort.NewInt64([]int64{c.rows}, parents)}
		for range 2 * t.Layers {
			in = append(in, b.noise(past, t.Heads, c.cached, t.Hidden/t.Heads))
		}
		if _, err := b.compare(c.name, decoder, append(in, picture...)...); err != nil {
			return err
		}
	}
	return nil
}

// The detector's input: a 4:3 picture, padded.
const height, width = 800, 1088

// detector measures the body, the box head with 1,000 regions, and the mask head
// with 100.
func (b *bench) detector(dir string) error {
	f, err := weights.Open(weightsFile(dir, official[1]))
	if err != nil {
		return err
	}
	config, err := arch.ReadDetectorConfig("", f)
	if err != nil {
		return err
	}
	net := arch.MaskRCNN{Config: config, Weights: f}
	features, err := net.FeatureGraph()
	if err != nil {
		return err
	}
	out, err := b.compare("mask r-cnn features", features, b.noise(1, 3, height, width))
	if err != nil {
		return err
	}
	boxes, err := net.BoxGraph()
	if err != nil {
		return err
	}
	maps := out[:detect.PooledLevels]
	if _, err := b.compare("mask r-cnn boxes, 1000", boxes, b.regions(maps, 1000)...); err != nil {
		return err
	}
	masks, err := net.MaskGraph()
	if err != nil {
		return err
	}
	labels := make([]int64, 100)
	for i := range labels {
		labels[i] = int64(1 + i%80)
	}
	_, err = b.compare("mask r-cnn masks, 100", masks, append(b.regions(maps, len(labels)), ort.NewInt64([]int64{int64(len(labels))}, labels))...)
	return err
}

// regions returns n boxes of all sizes, as inputs of the box and mask graphs.
func (b *bench) regions(maps []*ort.Tensor, n int) []*ort.Tensor {
	all := make([]detect.Box, n)
	for i := range all {
		w, h := float32(16+b.random.IntN(600)), float32(16+b.random.IntN(600))
		x, y := b.random.Float32()*(width-w), b.random.Float32()*(height-h)
		all[i] = detect.Box{x, y, x + w, y + h}
	}
	g := detect.Group(all)
	bounds, places := make([]int64, 1), make([]int64, n)
	var numbers []float32
	for _, of := range g.Boxes {
		numbers = append(numbers, of...)
		bounds = append(bounds, int64(len(numbers)/4))
	}
	for i, at := range g.Order {
		places[at] = int64(i)
	}
	return append(slices.Clone(maps), ort.NewFloat32([]int64{int64(n), 4}, numbers), ort.NewInt64([]int64{int64(len(bounds))}, bounds),
		ort.NewInt64([]int64{int64(n)}, make([]int64, n)), ort.NewInt64([]int64{int64(n)}, places))
}

// segmenter measures DeepLabV3 on a 4:3 picture.
func (b *bench) segmenter(dir string) error {
	f, err := weights.Open(weightsFile(dir, official[2]))
	if err != nil {
		return err
	}
	net, err := arch.Open[arch.Segmenter](arch.NameDeepLabV3ResNet, f, arch.Files{})
	if err != nil {
		return err
	}
	m, err := net.Graph()
	if err != nil {
		return err
	}
	_, err = b.compare("deeplabv3 r101", m, b.noise(1, 3, 520, 693))
	return err
}
