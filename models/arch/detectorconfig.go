package arch

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"

	"descry/internal/failure"
	"descry/models/onnx"
)

// DetectorConfig is a detector's config.json. What is left out is torchvision's
// default (FasterRCNN and MaskRCNN in models/detection). Sizes of layers are taken
// from the weights, and those stated here are only compared with them.
type DetectorConfig struct {
	Stem            int64         `json:"stem"`
	Planes          []int64       `json:"planes"`
	Blocks          []int64       `json:"blocks"`
	MinSize         int           `json:"min_size"`  // of the short side, in pixels
	MaxSize         int           `json:"max_size"`  // of the long side
	SizeRule        string        `json:"size_rule"` // "float32" or "float64"
	Mean            []float64     `json:"image_mean"`
	Std             []float64     `json:"image_std"`
	AnchorSizes     numberLists   `json:"anchor_sizes"`  // for each level, in pixels
	AspectRatios    numberLists   `json:"aspect_ratios"` // height/width; one list, or one for each level
	PreNMS          int           `json:"rpn_pre_nms_top_n"`
	PostNMS         int           `json:"rpn_post_nms_top_n"`
	RPNThreshold    *float64      `json:"rpn_nms_thresh"`
	BoxScore        *float64      `json:"box_score_thresh"`
	BoxThreshold    *float64      `json:"box_nms_thresh"`
	BoxesPerPicture int           `json:"box_detections_per_img"`
	BatchNormEps    *float64      `json:"bn_eps"`
	Categories      categoryNames `json:"categories"`
}

// ImageNetMean and its deviation are the statistics of RGB in 0 … 1, which
// torchvision's models are given.
var (
	ImageNetMean = []float64{0.485, 0.456, 0.406}
	imageNetStd  = []float64{0.229, 0.224, 0.225}
)

// ReadDetectorConfig reads config.json; an empty path means the official
// configuration of torchvision's COCO_V1 weights.
func ReadDetectorConfig(path string, f onnx.Weights) (DetectorConfig, error) {
	var c DetectorConfig
	if path != "" {
		if err := readJSON(path, &c); err != nil {
			return c, err
		}
	}
	c.fill(f)
	if err := c.check(f); err != nil {
		return c, failure.Wrap(failure.Model, "load", subjectOf(path, f), err, "Use the config.json that belongs to the weights.")
	}
	return c, nil
}

// subjectOf names the file that is wrong: the configuration, if there is one.
func subjectOf(path string, f onnx.Weights) string {
	if path == "" {
		return f.Source()
	}
	return path
}

// fill sets what the file left out.
func (c *DetectorConfig) fill(f onnx.Weights) {
	for _, d := range []struct {
		field *int
		value int
	}{{&c.MinSize, 800}, {&c.MaxSize, 1333}, {&c.PreNMS, 1000}, {&c.PostNMS, 1000}, {&c.BoxesPerPicture, 100}} {
		if *d.field == 0 {
			*d.field = d.value
		}
	}
	eps := float64(frozenNormEps)
	if isV2(f) {
		eps = batchNormEps
	}
	setDefault(&c.BatchNormEps, eps)
	setDefault(&c.RPNThreshold, 0.7)
	setDefault(&c.BoxScore, 0.05)
	setDefault(&c.BoxThreshold, 0.5)
	if c.SizeRule == "" {
		c.SizeRule = "float64"
	}
	if c.Mean == nil && c.Std == nil {
		c.Mean, c.Std = ImageNetMean, imageNetStd
	}
	if c.AnchorSizes == nil {
		c.AnchorSizes = numberLists{{32}, {64}, {128}, {256}, {512}}
	}
	if c.AspectRatios == nil {
		c.AspectRatios = numberLists{{0.5, 1, 2}}
	}
	for len(c.AspectRatios) == 1 && len(c.AnchorSizes) > len(c.AspectRatios) {
		c.AspectRatios = repeat(c.AspectRatios[0], len(c.AnchorSizes))
	}
	if c.Categories == nil && outputs(f, classScores) == COCOClasses {
		c.Categories = COCOLabels // else classes are called by their numbers
	}
}

// COCOClasses is how many classes torchvision's COCO detectors have: the
// background, 80 and the gaps in their numbering.
const COCOClasses = 91

func repeat(list []float64, n int) numberLists {
	all := make(numberLists, n)
	for i := range all {
		all[i] = list
	}
	return all
}

// Bounds far above every published configuration, so that a picture cannot ask
// for memory without end.
const (
	mostSide  = 1 << 14
	mostBoxes = 1 << 16
)

// check returns what cannot be built, nil if there is nothing.
func (c DetectorConfig) check(f onnx.Weights) error {
	if c.SizeRule != "float32" && c.SizeRule != "float64" {
		return failure.Worded(nil, "size_rule is %q; it is \"float32\" or \"float64\"", c.SizeRule)
	}
	for name, n := range map[string]int{"min_size": c.MinSize, "max_size": c.MaxSize} {
		if n < 1 || n > mostSide {
			return failure.Worded(nil, "%s is %d pixels, which no model has", name, n)
		}
	}
	for name, n := range map[string]int{"rpn_pre_nms_top_n": c.PreNMS, "rpn_post_nms_top_n": c.PostNMS, "box_detections_per_img": c.BoxesPerPicture} {
		if n < 1 || n > mostBoxes {
			return failure.Worded(nil, "%s is %d, which no model has", name, n)
		}
	}
	if err := checkStatistics(c.Mean, c.Std); err != nil {
		return err
	}
	if eps := *c.BatchNormEps; !(eps >= 0 && eps < 1) {
		return failure.Worded(nil, "bn_eps is %v", eps)
	}
	if len(c.AnchorSizes) != rpnLevels || len(c.AspectRatios) != rpnLevels {
		return failure.Worded(nil, "there are anchors for %d levels and ratios for %d, of %d", len(c.AnchorSizes), len(c.AspectRatios), rpnLevels)
	}
	for level, sizes := range c.AnchorSizes {
		if have := outputs(f, "rpn.head.cls_logits.weight"); int64(len(sizes)*len(c.AspectRatios[level])) != have {
			return failure.Worded(nil, "level %d has %d anchors a cell, the weights %d", level, len(sizes)*len(c.AspectRatios[level]), have)
		}
	}
	for _, list := range append(append(numberLists{}, c.AnchorSizes...), c.AspectRatios...) {
		for _, v := range list {
			if !(v > 0 && v < mostSide) {
				return failure.Worded(nil, "an anchor has the size or ratio %v", v)
			}
		}
	}
	return checkBody(f, detectorBody, c.Stem, c.Planes, c.Blocks)
}

// checkStatistics returns what is wrong with a mean and a standard deviation of
// the three channels, nil if nothing is.
func checkStatistics(mean, std []float64) error {
	if len(mean) != 3 || len(std) != 3 {
		return failure.Worded(nil, "image_mean and image_std have %d and %d numbers, not three each", len(mean), len(std))
	}
	for i := range std {
		if !(std[i] > 0) || math.IsInf(std[i], 0) || math.IsInf(mean[i], 0) {
			return failure.Worded(nil, "image_std is %v", std)
		}
	}
	return nil
}

// Lookup returns for each channel and each 8-bit value what the network is given
// for it: (v/255 − mean)/std, in float32 at each step as torchvision computes it.
func Lookup(mean, std []float64) *[3][256]float32 {
	table := new([3][256]float32)
	for channel := range table {
		m, s := float32(mean[channel]), float32(std[channel])
		for v := range table[channel] {
			table[channel][v] = (float32(v)/255 - m) / s
		}
	}
	return table
}

// numberLists is a list of lists of numbers; one plain list is one list.
type numberLists [][]float64

// UnmarshalJSON accepts [1, 2] and [[1], [2]].
func (n *numberLists) UnmarshalJSON(text []byte) error {
	var plain []float64
	if json.Unmarshal(text, &plain) == nil {
		if *n = nil; plain != nil {
			*n = numberLists{plain}
		}
		return nil
	}
	var lists [][]float64
	if err := json.Unmarshal(text, &lists); err != nil {
		return err
	}
	*n = lists
	return nil
}

// categoryNames names classes by the model's index.
type categoryNames map[int]string

// UnmarshalJSON accepts a list, whose positions are the indices, and an object, whose
// keys are.
func (c *categoryNames) UnmarshalJSON(text []byte) error {
	*c = nil
	if bytes.HasPrefix(bytes.TrimSpace(text), []byte("[")) {
		var list []string
		if err := json.Unmarshal(text, &list); err != nil {
			return err
		}
		*c = make(categoryNames, len(list))
		for i, name := range list {
			(*c)[i] = name
		}
		return nil
	}
	var object map[string]string
	if err := json.Unmarshal(text, &object); err != nil || object == nil {
		return err
	}
	*c = make(categoryNames, len(object))
	for key, name := range object {
		i, err := strconv.Atoi(key)
		if err != nil || i < 0 {
			return failure.Worded(nil, "category %q is not a whole number", key)
		}
		(*c)[i] = name
	}
	return nil
}
