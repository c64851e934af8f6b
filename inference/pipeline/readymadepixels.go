package pipeline

import (
	"descry/inference"
	"descry/inference/detect"
	"descry/inference/ort"
	"descry/models/arch"
	"descry/models/readymade"
	"descry/picture/resample"
)

// graphInput is a picture as the input of a ready-made graph: resized to width ×
// height, and padded to the right and below.
type graphInput struct {
	width, height int
	padded        [2]int
	pixels        *ort.Tensor
}

// The Model Zoo's preprocessing (its README's preprocess): the short side becomes
// 800 pixels, the mean of each channel is subtracted from its 0 … 255, blue first. The
// long side ends at 1333, as in maskrcnn-benchmark, which the graph is of; the
// README's code has no such bound.
const (
	zooLeast, zooMost = 800, 1333
)

// zooMean is of blue, green and red.
var zooMean = [3]float32{102.9801, 115.9465, 122.7717}

// mostGiven is how many pixels a graph is given that returns whole masks of that
// size: a hundred of them in float32 are 0.8 GB, twice that while they are
// joined. A larger picture is made smaller first, as the graph would do itself.
const mostGiven = 2 << 20

// prepare makes the graph's input.
func (m *readymadeDetector) prepare(p inference.Picture) graphInput {
	if m.what.Profile == readymade.ProfileZoo {
		return m.zooPixels(p)
	}
	return m.torchvisionPixels(p)
}

// size returns the size of the picture in the input: within a fixed one, else by rule.
func (m *readymadeDetector) size(p inference.Picture, rule func() (w, h int)) (w, h int) {
	if m.what.Width == 0 {
		return rule()
	}
	scale := min(float64(m.what.Width)/float64(p.Width), float64(m.what.Height)/float64(p.Height))
	side := func(n, most int) int { return min(max(int(float64(n)*scale+1e-9), 1), most) }
	return side(p.Width, m.what.Width), side(p.Height, m.what.Height)
}

// zooPixels are BGR without the mean, resized by PIL's bilinear.
func (m *readymadeDetector) zooPixels(p inference.Picture) graphInput {
	var g graphInput
	g.width, g.height = m.size(p, func() (w, h int) {
		return detect.Resized(p.Width, p.Height, zooLeast, zooMost, detect.SizeFloat64)
	})
	rgb := p.Pix
	if g.width != p.Width || g.height != p.Height {
		rgb = resample.BilinearPIL(p.Pix, p.Width, p.Height, g.width, g.height)
	}
	g.padded = [2]int{detect.Padded(g.width, arch.Divisor), detect.Padded(g.height, arch.Divisor)}
	if m.what.Width > 0 {
		g.padded = [2]int{m.what.Width, m.what.Height}
	}
	pw, ph := g.padded[0], g.padded[1]
	planes := make([]float32, 3*pw*ph)
	for c, mean := range zooMean {
		for y := range g.height {
			row := planes[(c*ph+y)*pw:]
			for x := range g.width {
				row[x] = float32(rgb[3*(y*g.width+x)+2-c]) - mean
			}
		}
	}
	g.pixels = m.tensor(planes, g.padded)
	return g
}

// torchvisionPixels are RGB from 0 to 1: the picture as it is where the graph
// takes any size, since it resizes and normalises itself. The padding of a fixed
// input is the mean colour, which normalised is the zero that torchvision pads
// with.
func (m *readymadeDetector) torchvisionPixels(p inference.Picture) graphInput {
	var g graphInput
	g.width, g.height = m.size(p, func() (w, h int) {
		if p.Width*p.Height <= mostGiven {
			return p.Width, p.Height
		}
		return detect.Resized(p.Width, p.Height, zooLeast, zooMost, detect.SizeFloat64)
	})
	if g.padded = [2]int{g.width, g.height}; m.what.Width > 0 {
		g.padded = [2]int{m.what.Width, m.what.Height}
	}
	pw, ph := g.padded[0], g.padded[1]
	planes := resizedPlanes(p, unitTable, g.width, g.height, pw, ph, m.sessions.threads)
	for c, mean := range arch.ImageNetMean {
		for y := range ph {
			row := planes[(c*ph+y)*pw:][:pw]
			if y < g.height {
				row = row[g.width:]
			}
			for x := range row {
				row[x] = float32(mean)
			}
		}
	}
	g.pixels = m.tensor(planes, g.padded)
	return g
}

// unitTable is v/255.
var unitTable = arch.Lookup([]float64{0, 0, 0}, []float64{1, 1, 1})

// tensor is the planes of one picture, in the graph's rank.
func (m *readymadeDetector) tensor(planes []float32, size [2]int) *ort.Tensor {
	shape := []int64{3, int64(size[1]), int64(size[0])}
	if m.what.Batch {
		shape = append([]int64{1}, shape...)
	}
	return ort.NewFloat32(shape, planes)
}

// whole is a box in the picture's pixels.
func (g graphInput) whole(b detect.Box, p inference.Picture) detect.Box {
	return detect.Rescale([]detect.Box{b}, g.width, g.height, p.Width, p.Height)[0]
}

// restore is a box in the picture's pixels, cut to the picture: the graph may see
// things in the padding.
func (g graphInput) restore(b detect.Box, p inference.Picture) detect.Box {
	return g.whole(b, p).Clip(p.Width, p.Height)
}
