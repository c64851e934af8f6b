package arch

import (
	"fmt"

	"descry/internal/failure"
	"descry/internal/message"
	"descry/models/onnx"
)

// MaskRCNN is Mask R-CNN with a ResNet body and a feature pyramid (He et al.
// 2017; torchvision/models/detection/mask_rcnn.py), or Faster R-CNN where the
// file has no mask head. Both of torchvision's variants are read: v1 (two fully
// connected layers in the box head) and v2 (four convolutions and one, batch
// norm throughout), recognised by their keys, and both spellings of the keys.
//
// It is three graphs, between which package detect chooses the boxes:
//
//	FeatureGraph  pixels → p2 … p5, and the region proposal network's answer
//	BoxGraph      p2 … p5 + proposals → class logits and box deltas
//	MaskGraph     p2 … p5 + detections → masks
type MaskRCNN struct {
	Config    DetectorConfig
	Weights   onnx.Weights
	BoxesOnly bool // a Faster R-CNN, whose mask head is not used even if there is one
}

// openMaskRCNN reads the configuration of a Mask R-CNN.
func openMaskRCNN(f onnx.Weights, files Files) (Network, error) {
	c, err := ReadDetectorConfig(files.Config, f)
	d := MaskRCNN{Config: c, Weights: f}
	if err == nil && !d.HasMasks() {
		err = failure.New(failure.Model, "load", f.Source(), "the file has no mask head, so it is not a Mask R-CNN").
			WithHint("Faster R-CNN's architecture is %s.", NameFasterRCNN)
	}
	return d, err
}

// openFasterRCNN reads the configuration of a Faster R-CNN.
func openFasterRCNN(f onnx.Weights, files Files) (Network, error) {
	c, err := ReadDetectorConfig(files.Config, f)
	return MaskRCNN{Config: c, Weights: f, BoxesOnly: true}, err
}

// Title names the detector for people.
func (d MaskRCNN) Title() string {
	name, version := "Mask R-CNN", "v1"
	if d.BoxesOnly {
		name = "Faster R-CNN"
	}
	if isV2(d.Weights) {
		version = "v2"
	}
	return message.Sprintf("%s %s, %s, %d classes", name, version, bodyName(d.Weights, detectorBody), d.Classes())
}

// isV2 reports whether a detector is torchvision's second variant, whose pyramid has
// batch norms.
func isV2(f onnx.Weights) bool {
	_, ok := f.Get("backbone.fpn.inner_blocks.0.1.weight")
	return ok
}

// Graphs returns what builds the graphs.
func (d MaskRCNN) Graphs() []func() (onnx.Model, error) {
	all := []func() (onnx.Model, error){d.FeatureGraph, d.BoxGraph}
	if !d.BoxesOnly {
		all = append(all, d.MaskGraph)
	}
	return all
}

// Settings returns the configuration.
func (d MaskRCNN) Settings() DetectorConfig { return d.Config }

// What the pyramid has: maps of strides 4, 8, 16 and 32 that regions are pooled
// from, and one more, p5 without every other row and column, for proposals.
const (
	pooledLevels = 4
	rpnLevels    = pooledLevels + 1
)

// Divisor is what both sides of the padded image must be a multiple of: the
// body's stride.
const Divisor = 32

// How regions are pooled: cells a side, and sample points a cell and axis
// (FasterRCNN's and MaskRCNN's defaults).
const (
	boxCells    = 7
	maskCells   = 14
	samples     = 2
	deltasOfBox = 4
)

// classScores has one row a class.
const classScores = "roi_heads.box_predictor.cls_score.weight"

// detectorBody is where the body lies in the file.
const detectorBody = "backbone.body."

// Classes returns how many classes the model has, the background included.
func (d MaskRCNN) Classes() int64 {
	return outputs(d.Weights, classScores)
}

// HasMasks reports whether there is a mask head that is used.
func (d MaskRCNN) HasMasks() bool {
	if d.BoxesOnly {
		return false
	}
	_, ok := d.Weights.Get("roi_heads.mask_predictor.conv5_mask.weight")
	return ok
}

// eps is that of every batch norm.
func (d MaskRCNN) eps() float64 { return *d.Config.BatchNormEps }

// FeatureGraph maps pixels [1, 3, height, width], normalised, both sides
// multiples of Divisor, to p2 … p5 [1, c, h, w] and for each of the five levels
// logits [1, h, w, a] and deltas [1, h, w, 4a], a anchors a cell: in the
// anchors' order.
func (d MaskRCNN) FeatureGraph() (onnx.Model, error) {
	g := onnx.NewGraph("maskrcnn.features")
	pixels := g.Input("pixels", onnx.Float, onnx.Dims(1, 3, "height", "width"))
	body := newResNet(module{g.In("body"), d.Weights, detectorBody}, d.eps(), dilations{})
	maps := newPyramid(module{g.In("fpn"), d.Weights, "backbone.fpn."}, body, d.eps()).forward(body.forward(pixels))
	for i, p := range maps {
		g.Output(fmt.Sprintf("p%d", i+2), p)
	}
	head := newRPNHead(module{g.In("rpn"), d.Weights, "rpn.head."}, d.eps())
	coarse := g.MaxPool(maps[pooledLevels-1], onnx.PoolAttrs{Kernel: 1, Stride: 2})
	for level, p := range append(maps[:], coarse) {
		logits, deltas := head.forward(p)
		g.Output(fmt.Sprintf("logits%d", level), logits)
		g.Output(fmt.Sprintf("deltas%d", level), deltas)
	}
	return g.Build()
}

// pyramid is a feature pyramid network (Lin et al. 2017, section 3;
// torchvision/ops/feature_pyramid_network.py): each map is the sum of a 1×1
// convolution of the body's and of the coarser map enlarged, then a 3×3
// convolution. There is no rectifier.
type pyramid struct {
	g            *onnx.Graph
	inner, layer [pooledLevels]convolution
}

func newPyramid(m module, body resnet, eps float64) pyramid {
	p := pyramid{g: m.g}
	for i := range p.inner {
		name, norm := m.spelling(fmt.Sprintf("inner_blocks.%d", i))
		p.inner[i] = m.conv(name, norm, body.channels(i), 1, onnx.ConvAttrs{}, eps)
		name, norm = m.spelling(fmt.Sprintf("layer_blocks.%d", i))
		p.layer[i] = m.conv(name, norm, p.inner[i].out, 3, onnx.ConvAttrs{Pad: 1}, eps)
	}
	return p
}

// forward maps the body's four maps to p2 … p5.
func (p pyramid) forward(maps [4]onnx.Value) [pooledLevels]onnx.Value {
	var out [pooledLevels]onnx.Value
	last := p.inner[pooledLevels-1].forward(maps[pooledLevels-1])
	out[pooledLevels-1] = p.layer[pooledLevels-1].forward(last)
	for i := pooledLevels - 2; i >= 0; i-- {
		lateral := p.inner[i].forward(maps[i])
		last = p.g.Add(lateral, p.g.Resize(last, p.g.Shape(lateral), onnx.ResizeNearest))
		out[i] = p.layer[i].forward(last)
	}
	return out
}

// spelling returns the names of a layer's convolution and norm: "name" itself in
// files from before torchvision 0.13, "name.0" and, where there is one, "name.1"
// since.
func (m module) spelling(name string) (conv, norm string) {
	if !m.has(name + ".0.weight") {
		return name, ""
	}
	if m.has(name + ".1.running_mean") {
		norm = name + ".1"
	}
	return name + ".0", norm
}

// rpnHead is the region proposal network (Ren et al. 2015, section 3.1;
// RPNHead in rpn.py), the same for all levels.
type rpnHead struct {
	g              *onnx.Graph
	convs          []convolution
	logits, deltas convolution
}

func newRPNHead(m module, eps float64) rpnHead {
	h := rpnHead{g: m.g}
	names := []string{"conv"}
	if !m.has("conv.weight") {
		names = nil
		for i := range max(layersOf(m.f, m.prefix+"conv.%d.0.weight"), 1) {
			names = append(names, fmt.Sprintf("conv.%d", i))
		}
	}
	in := inputs(m.f, m.prefix+names[0]+".weight", m.prefix+names[0]+".0.weight")
	for _, name := range names {
		name, norm := m.spelling(name)
		conv := m.conv(name, norm, in, 3, onnx.ConvAttrs{Pad: 1}, eps).relu()
		h.convs, in = append(h.convs, conv), conv.out
	}
	h.logits = m.conv("cls_logits", "", in, 1, onnx.ConvAttrs{}, eps)
	h.deltas = m.conv("bbox_pred", "", in, 1, onnx.ConvAttrs{}, eps)
	return h
}

// inputs is the second size of the first of the tensors that the file has.
func inputs(f onnx.Weights, names ...string) int64 {
	for _, name := range names {
		if t, ok := f.Get(name); ok && len(t.Shape) > 1 {
			return t.Shape[1]
		}
	}
	return 0
}

// forward maps [1, c, h, w] to logits [1, h, w, a] and deltas [1, h, w, 4a].
func (h rpnHead) forward(x onnx.Value) (logits, deltas onnx.Value) {
	for _, conv := range h.convs {
		x = conv.forward(x)
	}
	return h.g.Transpose(h.logits.forward(x), 0, 2, 3, 1), h.g.Transpose(h.deltas.forward(x), 0, 2, 3, 1)
}
