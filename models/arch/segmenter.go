package arch

import (
	"descry/internal/failure"
	"descry/internal/message"
	"descry/models/onnx"
)

// segmenter is a network of a segmenterKind over the weights of one model.
type segmenter struct {
	segmenterKind
	config  SegmenterConfig
	weights onnx.Weights
}

// segmenterKind is what torchvision's segmenters (models/segmentation) differ in.
type segmenterKind struct {
	// net adds the network to a graph: normalised pixels [1, 3, height, width] to
	// logits [1, classes, h, w].
	net func(g *onnx.Graph, f onnx.Weights, c SegmenterConfig, pixels onnx.Value) onnx.Value
	// check returns why the weights' body cannot be of this architecture, nil if it may.
	check func(c SegmenterConfig, f onnx.Weights) error
	// name names the architecture over weights for people, without the classes.
	name func(f onnx.Weights) string
	// bodyEps is that of the body's batch norms where the configuration is silent;
	// 0: that of all others.
	bodyEps float64
	// classify names the last layer, which has one output a class.
	classify string
}

// Where body and classifier lie in the file. What is only used in training
// (aux_classifier, num_batches_tracked) is never asked for.
const (
	segmenterBody = "backbone."
	segmenterHead = "classifier."
)

// open reads the configuration of a segmenter; without one torchvision's of its
// COCO_WITH_VOC_LABELS_V1 weights holds.
func (kind segmenterKind) open(f onnx.Weights, files Files) (Network, error) {
	s := segmenter{segmenterKind: kind, weights: f}
	if files.Config != "" {
		if err := readJSON(files.Config, &s.config); err != nil {
			return s, err
		}
	}
	s.config.fill(kind, f)
	err := s.config.check()
	if err == nil {
		err = kind.check(s.config, f)
	}
	if err != nil {
		return s, failure.Wrap(failure.Model, "load", subjectOf(files.Config, f), err, "Use the architecture and the config.json that belong to the weights.")
	}
	return s, nil
}

// Title names the segmenter for people.
func (s segmenter) Title() string {
	return message.Sprintf("%s, %d classes", s.name(s.weights), s.Classes())
}

// Graphs returns what builds its one graph.
func (s segmenter) Graphs() []func() (onnx.Model, error) {
	return []func() (onnx.Model, error){s.Graph}
}

// Settings returns the configuration, filled in.
func (s segmenter) Settings() SegmenterConfig { return s.config }

// Classes returns how many classes the model has, the background included.
func (s segmenter) Classes() int64 { return outputs(s.weights, s.classify+".weight") }

// Graph maps pixels to logits of a map of an eighth of the size, for DeepLabV3 with
// MobileNetV3 a sixteenth.
func (s segmenter) Graph() (onnx.Model, error) {
	g := onnx.NewGraph("segmenter")
	pixels := g.Input("pixels", onnx.Float, onnx.Dims(1, 3, "height", "width"))
	g.Output("logits", s.net(g, s.weights, s.config, pixels))
	return g.Build()
}

// SegmenterConfig is a segmenter's config.json. What is left out is torchvision's
// default. Sizes of layers are taken from the weights, and those stated here are only
// compared with them.
type SegmenterConfig struct {
	Stem         int64         `json:"stem"`
	Planes       []int64       `json:"planes"`
	Blocks       []int64       `json:"blocks"`
	Dilate       []bool        `json:"replace_stride_with_dilation"` // of a ResNet body
	Rates        []int         `json:"atrous_rates"`                 // of DeepLabV3
	ResizeSize   int           `json:"resize_size"`                  // of the short side, in pixels
	Mean         []float64     `json:"image_mean"`
	Std          []float64     `json:"image_std"`
	BatchNormEps *float64      `json:"bn_eps"`
	BodyNormEps  *float64      `json:"body_bn_eps"` // of the body's batch norms, where they differ
	Categories   categoryNames `json:"categories"`
}

// fill sets what the file left out.
func (c *SegmenterConfig) fill(kind segmenterKind, f onnx.Weights) {
	if c.Dilate == nil {
		dilate := !hasBasicBlocks(f, segmenterBody)
		c.Dilate = []bool{false, dilate, dilate}
	}
	if c.Rates == nil {
		c.Rates = []int{12, 24, 36}
	}
	setDefault(&c.BatchNormEps, batchNormEps)
	bodyEps := *c.BatchNormEps
	if kind.bodyEps != 0 {
		bodyEps = kind.bodyEps
	}
	setDefault(&c.BodyNormEps, bodyEps)
	c.fillPictures()
}

// SegmenterDefaults returns torchvision's size, normalisation and class names, for a
// ready-made graph.
func SegmenterDefaults() SegmenterConfig {
	var c SegmenterConfig
	c.fillPictures()
	return c
}

// fillPictures sets what does not depend on the weights.
func (c *SegmenterConfig) fillPictures() {
	if c.ResizeSize == 0 {
		c.ResizeSize = 520
	}
	if c.Mean == nil && c.Std == nil {
		c.Mean, c.Std = ImageNetMean, imageNetStd
	}
	if c.Categories == nil {
		c.Categories = make(categoryNames, len(VOCLabels))
		for i, name := range VOCLabels {
			c.Categories[i] = name
		}
	}
}

// check returns what no architecture has, nil if there is nothing.
func (c SegmenterConfig) check() error {
	if c.ResizeSize < 1 || c.ResizeSize > mostSide {
		return failure.Worded(nil, "resize_size is %d pixels, which no model has", c.ResizeSize)
	}
	if len(c.Dilate) != len(dilations{}) {
		return failure.Worded(nil, "replace_stride_with_dilation has %d values, not %d", len(c.Dilate), len(dilations{}))
	}
	for _, rate := range c.Rates {
		if rate < 1 || rate > mostSide {
			return failure.Worded(nil, "atrous_rates has %d", rate)
		}
	}
	for name, eps := range map[string]float64{"bn_eps": *c.BatchNormEps, "body_bn_eps": *c.BodyNormEps} {
		if !(eps >= 0 && eps < 1) {
			return failure.Worded(nil, "%s is %v", name, eps)
		}
	}
	return checkStatistics(c.Mean, c.Std)
}

func checkResNet(c SegmenterConfig, f onnx.Weights) error {
	return checkBody(f, segmenterBody, c.Stem, c.Planes, c.Blocks)
}

func checkMobileNet(_ SegmenterConfig, f onnx.Weights) error {
	return checkMobileNetV3(f, segmenterBody)
}

// overResNet names an architecture with the depth of its body.
func overResNet(name string) func(onnx.Weights) string {
	return func(f onnx.Weights) string { return message.Sprintf("%s, %s", name, bodyName(f, segmenterBody)) }
}

// overMobileNet names an architecture whose body has one size.
func overMobileNet(name string) func(onnx.Weights) string {
	return func(onnx.Weights) string { return message.Sprintf("%s with a MobileNetV3-Large", name) }
}
