package arch

import (
	"fmt"

	"descry/internal/failure"
	"descry/models/onnx"
	"descry/models/weights"
)

// DeepLabConfig is what a segmentation model's config.json may say; what is left
// out is torchvision's default (models/segmentation/deeplabv3.py). Sizes of
// layers are taken from the weights, and only compared with what is said here.
type DeepLabConfig struct {
	Stem         int64         `json:"stem"`
	Planes       []int64       `json:"planes"`
	Blocks       []int64       `json:"blocks"`
	Dilate       []bool        `json:"replace_stride_with_dilation"`
	Rates        []int         `json:"atrous_rates"`
	ResizeSize   int           `json:"resize_size"` // of the short side, in pixels
	Mean         []float64     `json:"image_mean"`
	Std          []float64     `json:"image_std"`
	BatchNormEps *float64      `json:"bn_eps"`
	Categories   categoryNames `json:"categories"`
}

// ReadDeepLabConfig reads config.json; an empty path means the official
// configuration of torchvision's COCO_WITH_VOC_LABELS_V1 weights.
func ReadDeepLabConfig(path string, f *weights.File) (DeepLabConfig, error) {
	var c DeepLabConfig
	if path != "" {
		if err := readJSON(path, &c); err != nil {
			return c, err
		}
	}
	c.fill()
	if wrong := c.check(f); wrong != "" {
		return c, failure.New(failure.Model, "load", subjectOf(path, f), wrong, "Use the config.json that belongs to the weights.")
	}
	return c, nil
}

// fill sets what the file left out.
func (c *DeepLabConfig) fill() {
	if c.Dilate == nil {
		c.Dilate = []bool{false, true, true}
	}
	if c.Rates == nil {
		c.Rates = []int{12, 24, 36}
	}
	if c.ResizeSize == 0 {
		c.ResizeSize = 520
	}
	if c.Mean == nil && c.Std == nil {
		c.Mean, c.Std = imageNetMean, imageNetStd
	}
	setDefault(&c.BatchNormEps, batchNormEps)
	if c.Categories == nil {
		c.Categories = make(categoryNames, len(VOCLabels))
		for i, name := range VOCLabels {
			c.Categories[i] = name
		}
	}
}

// check says what cannot be built, "" if nothing.
func (c DeepLabConfig) check(f *weights.File) string {
	if c.ResizeSize < 1 || c.ResizeSize > mostSide {
		return fmt.Sprintf("resize_size is %d pixels, which no model has", c.ResizeSize)
	}
	if len(c.Dilate) != len(dilations{}) {
		return fmt.Sprintf("replace_stride_with_dilation has %d values, not %d", len(c.Dilate), len(dilations{}))
	}
	for _, rate := range c.Rates {
		if rate < 1 || rate > mostSide {
			return fmt.Sprintf("atrous_rates has %d", rate)
		}
	}
	if eps := *c.BatchNormEps; !(eps >= 0 && eps < 1) {
		return fmt.Sprintf("bn_eps is %v", eps)
	}
	if wrong := checkStatistics(c.Mean, c.Std); wrong != "" {
		return wrong
	}
	return checkBody(f, segmenterBody, c.Stem, c.Planes, c.Blocks)
}

// DeepLabV3 is DeepLabV3 with a ResNet body (Chen et al. 2017, "Rethinking
// Atrous Convolution"; torchvision/models/segmentation/deeplabv3.py).
type DeepLabV3 struct {
	Config DeepLabConfig
	File   *weights.File
}

// segmenterBody is where the body lies in the file.
const segmenterBody = "backbone."

// Classes is how many classes the model has, the background included.
func (d DeepLabV3) Classes() int64 { return outputs(d.File, "classifier.4.weight") }

// Graph maps pixels [1, 3, height, width], normalised, to logits
// [1, classes, h, w] of the coarse map, an eighth of the size where the last two
// stages are dilated. Package segment enlarges them.
func (d DeepLabV3) Graph() (onnx.Model, error) {
	g := onnx.NewGraph("deeplabv3")
	eps := *d.Config.BatchNormEps
	pixels := g.Input("pixels", onnx.Float, onnx.Dims(1, 3, "height", "width"))
	body := newResNet(module{g.In("body"), d.File, segmenterBody}, eps, dilations(d.Config.Dilate))
	m := module{g.In("classifier"), d.File, "classifier."}
	pooling := newASPP(m.in("0"), body.channels(3), d.Config.Rates, eps)
	hidden := m.conv("1", "2", pooling.project.out, 3, onnx.ConvAttrs{Pad: 1}, eps).relu()
	classify := m.conv("4", "", hidden.out, 1, onnx.ConvAttrs{}, eps)
	g.Output("logits", classify.forward(hidden.forward(pooling.forward(body.forward(pixels)[3]))))
	return g.Build()
}

// aspp is atrous spatial pyramid pooling (Chen et al. 2017, section 3.3): one
// 1×1 convolution, 3×3 convolutions of several dilations, and the mean of the
// whole map, side by side, projected by a 1×1 convolution.
type aspp struct {
	g        *onnx.Graph
	branches []convolution
	mean     convolution
	project  convolution
}

func newASPP(m module, in int64, rates []int, eps float64) aspp {
	a := aspp{g: m.g, branches: []convolution{m.conv("convs.0.0", "convs.0.1", in, 1, onnx.ConvAttrs{}, eps).relu()}}
	for i, rate := range rates {
		name := fmt.Sprintf("convs.%d.", i+1)
		a.branches = append(a.branches, m.conv(name+"0", name+"1", in, 3, onnx.ConvAttrs{Pad: rate, Dilation: rate}, eps).relu())
	}
	name := fmt.Sprintf("convs.%d.", len(rates)+1) // its place 0 is the pooling
	a.mean = m.conv(name+"1", name+"2", in, 1, onnx.ConvAttrs{}, eps).relu()
	joined := a.mean.out
	for _, b := range a.branches {
		joined += b.out
	}
	a.project = m.conv("project.0", "project.1", joined, 1, onnx.ConvAttrs{}, eps).relu()
	return a
}

// forward maps [1, in, h, w] to [1, out, h, w].
func (a aspp) forward(x onnx.Value) onnx.Value {
	var all []onnx.Value
	for _, b := range a.branches {
		all = append(all, b.forward(x))
	}
	mean := a.mean.forward(a.g.GlobalAveragePool(x)) // [1, c, 1, 1]
	all = append(all, a.g.Expand(mean, a.g.Shape(all[0])))
	return a.project.forward(a.g.Concat(1, all...))
}
