package arch

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"descry/internal/failure"
	"descry/models/onnx"
	"descry/models/weights"
)

// Segmenter is a network that gives each pixel a class.
type Segmenter struct {
	Config SegmenterConfig
	File   *weights.File
	kind   segmenterKind
}

// segmenterKind is what the architectures differ in.
type segmenterKind struct {
	// net adds the network to a graph: normalised pixels [1, 3, height, width] to
	// logits [1, classes, h, w].
	net func(g *onnx.Graph, f *weights.File, c SegmenterConfig, pixels onnx.Value) onnx.Value
	// check says why the weights' body cannot be of this architecture, "" if it may.
	check func(c SegmenterConfig, f *weights.File) string
	// bodyEps is that of the body's batch norms where the configuration is silent;
	// 0: that of all others.
	bodyEps float64
	// classify names the last layer, which has one output a class.
	classify string
}

// segmenterKinds are the architectures of torchvision/models/segmentation.
var segmenterKinds = map[string]segmenterKind{
	"deeplabv3_resnet":             {deepLabV3ResNet, checkResNet, 0, "classifier.4"},
	"deeplabv3_mobilenet_v3_large": {deepLabV3MobileNetV3, checkMobileNet, mobileNetV3Eps, "classifier.4"},
	"lraspp_mobilenet_v3_large":    {lrasppMobileNetV3, checkMobileNet, mobileNetV3Eps, "classifier.high_classifier"},
	"fcn_resnet":                   {fcnResNet, checkResNet, 0, "classifier.4"},
}

// Where body and classifier lie in the file. What is only used in training
// (aux_classifier, num_batches_tracked) is never asked for.
const (
	segmenterBody = "backbone."
	segmenterHead = "classifier."
)

// Segmenters names the architectures that OpenSegmenter knows, in order.
func Segmenters() []string { return slices.Sorted(maps.Keys(segmenterKinds)) }

// OpenSegmenter reads the configuration of a segmenter whose weights f are; an
// empty path means torchvision's configuration of its COCO_WITH_VOC_LABELS_V1
// weights. Errors are *failure.Failure and name the file that is wrong.
func OpenSegmenter(architecture, path string, f *weights.File) (Segmenter, error) {
	kind, ok := segmenterKinds[architecture]
	if !ok {
		return Segmenter{}, failure.New(failure.Model, "load", f.Path, "%q is no architecture of a class map", architecture).WithHint("Known are %s.", strings.Join(Segmenters(), ", "))
	}
	s := Segmenter{File: f, kind: kind}
	if path != "" {
		if err := readJSON(path, &s.Config); err != nil {
			return s, err
		}
	}
	s.Config.fill(kind, f)
	wrong := s.Config.check()
	if wrong == "" {
		wrong = kind.check(s.Config, f)
	}
	if wrong != "" {
		return s, failure.New(failure.Model, "load", subjectOf(path, f), "%s", wrong).WithHint("Use the architecture and the config.json that belong to the weights.")
	}
	return s, nil
}

// Classes is how many classes the model has, the background included.
func (s Segmenter) Classes() int64 { return outputs(s.File, s.kind.classify+".weight") }

// Graph maps pixels [1, 3, height, width], normalised, to logits
// [1, classes, h, w] of the coarse map: an eighth of the size, for DeepLabV3 with
// MobileNetV3 a sixteenth. Package segment enlarges them.
func (s Segmenter) Graph() (onnx.Model, error) {
	g := onnx.NewGraph("segmenter")
	pixels := g.Input("pixels", onnx.Float, onnx.Dims(1, 3, "height", "width"))
	g.Output("logits", s.kind.net(g, s.File, s.Config, pixels))
	return g.Build()
}

// SegmenterConfig is what a segmenter's config.json may say; what is left out is
// torchvision's default. Sizes of layers are taken from the weights, and only
// compared with what is said here.
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
func (c *SegmenterConfig) fill(kind segmenterKind, f *weights.File) {
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

// SegmenterDefaults are torchvision's size, normalisation and class names, for a
// graph that somebody else made.
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

// check says what no architecture has, "" if nothing.
func (c SegmenterConfig) check() string {
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
	for name, eps := range map[string]float64{"bn_eps": *c.BatchNormEps, "body_bn_eps": *c.BodyNormEps} {
		if !(eps >= 0 && eps < 1) {
			return fmt.Sprintf("%s is %v", name, eps)
		}
	}
	return checkStatistics(c.Mean, c.Std)
}

func checkResNet(c SegmenterConfig, f *weights.File) string {
	return checkBody(f, segmenterBody, c.Stem, c.Planes, c.Blocks)
}

func checkMobileNet(_ SegmenterConfig, f *weights.File) string {
	return checkMobileNetV3(f, segmenterBody)
}
