package identify

import (
	"errors"
	"fmt"
	"strings"

	"descry/internal/failure"
	"descry/models/arch"
	"descry/models/onnx"
	"descry/models/weights"
)

// known is one architecture: how descry.json names it, and how all of its graphs
// are built over a file. survey gives the file's title and what the architecture
// itself found wrong; what is missing the file's survey notes. config is the
// config.json beside the file, or ""; one that does not fit is not used.
type known struct {
	architecture, task string
	what               string // for people
	view               func(*weights.File) *weights.File
	survey             func(f *weights.File, config string) (title, trouble string)
}

// architectures are all that weights are tried against, in the order in which
// equals are told.
var architectures = append([]known{
	{"blip", "caption", "BLIP captioning", arch.BLIPNames, surveyBLIP},
	{"maskrcnn_resnet_fpn", "instances", "Mask R-CNN with a ResNet and a feature pyramid", nil, surveyMaskRCNN},
	{"fasterrcnn_resnet_fpn", "instances", "Faster R-CNN with a ResNet and a feature pyramid", nil, surveyFasterRCNN},
}, segmenters()...)

// segmenterNames name torchvision's segmenters for people.
var segmenterNames = map[string]string{
	"deeplabv3_resnet":             "DeepLabV3 with a ResNet",
	"deeplabv3_mobilenet_v3_large": "DeepLabV3 with a MobileNetV3-Large",
	"lraspp_mobilenet_v3_large":    "LR-ASPP with a MobileNetV3-Large",
	"fcn_resnet":                   "FCN with a ResNet",
}

func segmenters() []known {
	var all []known
	for _, name := range arch.Segmenters() {
		what := segmenterNames[name]
		if what == "" {
			what = name
		}
		all = append(all, known{name, "classes", what, nil, func(f *weights.File, config string) (string, string) { return surveySegmenter(name, what, f, config) }})
	}
	return all
}

// graphs builds graphs one after the other and gives the first trouble.
func graphs(build ...func() (onnx.Model, error)) string {
	for _, b := range build {
		if _, err := b(); err != nil {
			return message(err)
		}
	}
	return ""
}

// message is an error's own clause, without file and hint.
func message(err error) string {
	var f *failure.Failure
	if errors.As(err, &f) {
		return f.Message.String()
	}
	return err.Error()
}

// officialBLIP are the sizes of BLIP base, for files whose own cannot be told.
func officialBLIP() arch.BLIPConfig {
	vision, text, start, stop := 1e-5, 1e-12, 30522, 102
	return arch.BLIPConfig{
		Vision: arch.BLIPVisionConfig{Hidden: 768, Layers: 12, Heads: 12, Intermediate: 3072, Image: 384, Patch: 16, Channels: 3, Act: "gelu", Eps: &vision},
		Text: arch.BLIPTextConfig{Vocabulary: 30524, Hidden: 768, Encoder: 768, Layers: 12, Heads: 12, Intermediate: 3072, Positions: 512, Act: "gelu",
			Eps: &text, Start: &start, Stop: &stop},
	}
}

func surveyBLIP(f *weights.File, config string) (title, trouble string) {
	c, err := arch.ReadBLIPConfig(config, f)
	if err != nil && config != "" {
		c, err = arch.ReadBLIPConfig("", f)
	}
	if err != nil {
		trouble, c = message(err), officialBLIP()
	}
	size := fmt.Sprintf("a vision tower of %d layers %d wide, a decoder of %d layers %d wide", c.Vision.Layers, c.Vision.Hidden, c.Text.Layers, c.Text.Hidden)
	for name, like := range map[string][4]int64{"base": {12, 768, 12, 768}, "large": {24, 1024, 12, 768}} {
		if like == [4]int64{c.Vision.Layers, c.Vision.Hidden, c.Text.Layers, c.Text.Hidden} {
			size = name
		}
	}
	b := arch.BLIP{Config: c, File: f}
	if wrong := graphs(b.VisionGraph, b.DecoderGraph); trouble == "" {
		trouble = wrong
	}
	return fmt.Sprintf("BLIP captioning, %s, %d tokens, %d pixels a side", size, c.Text.Vocabulary, c.Vision.Image), trouble
}

func surveyMaskRCNN(f *weights.File, config string) (title, trouble string) {
	d, title, trouble := detector("Mask R-CNN", f, config)
	return title, first(trouble, graphs(d.FeatureGraph, d.BoxGraph, d.MaskGraph))
}

func surveyFasterRCNN(f *weights.File, config string) (title, trouble string) {
	d, title, trouble := detector("Faster R-CNN", f, config)
	return title, first(trouble, graphs(d.FeatureGraph, d.BoxGraph))
}

// first returns the first text that is not empty.
func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

func detector(name string, f *weights.File, config string) (d arch.MaskRCNN, title, trouble string) {
	c, err := arch.ReadDetectorConfig(config, f)
	if err != nil && config != "" {
		c, err = arch.ReadDetectorConfig("", f)
	}
	if err != nil { // the configuration is filled all the same
		trouble = message(err)
	}
	d = arch.MaskRCNN{Config: c, File: f}
	version := "v1"
	if _, ok := f.Get("backbone.fpn.inner_blocks.0.1.weight"); ok {
		version = "v2"
	}
	return d, fmt.Sprintf("%s %s, %s, %d classes", name, version, body(f, "backbone.body."), d.Classes()), trouble
}

func surveySegmenter(name, what string, f *weights.File, config string) (title, trouble string) {
	s, err := arch.OpenSegmenter(name, config, f)
	if err != nil && config != "" {
		s, err = arch.OpenSegmenter(name, "", f)
	}
	if err != nil { // opened all the same
		trouble = message(err)
	}
	title = fmt.Sprintf("%s, %d classes", what, s.Classes())
	if strings.Contains(name, "resnet") {
		title = fmt.Sprintf("%s, %s, %d classes", strings.TrimSuffix(what, " with a ResNet"), body(f, "backbone."), s.Classes())
	}
	return title, first(trouble, graphs(s.Graph))
}

// depths names the ResNets of torchvision by how many blocks their four stages
// have, those with bottlenecks apart.
var depths = map[bool]map[[4]int]int{
	true:  {{3, 4, 6, 3}: 50, {3, 4, 23, 3}: 101, {3, 8, 36, 3}: 152},
	false: {{2, 2, 2, 2}: 18, {3, 4, 6, 3}: 34},
}

// body names a ResNet.
func body(f *weights.File, prefix string) string {
	var blocks [4]int
	for stage := range blocks {
		for has(f, fmt.Sprintf("%slayer%d.%d.conv1.weight", prefix, stage+1, blocks[stage])) {
			blocks[stage]++
		}
	}
	if depth := depths[has(f, prefix+"layer1.0.conv3.weight")][blocks]; depth > 0 {
		return fmt.Sprintf("ResNet-%d", depth)
	}
	return fmt.Sprintf("a ResNet of %d, %d, %d and %d blocks", blocks[0], blocks[1], blocks[2], blocks[3])
}

func has(f *weights.File, name string) bool {
	_, ok := f.Get(name)
	return ok
}
