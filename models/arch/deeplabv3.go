package arch

import (
	"fmt"

	"descry/models/onnx"
)

// DeepLabV3 as torchvision has it, with either of its bodies.
var (
	deepLabV3ResNet = segmenterKind{
		net: deepLabV3ResNetNet, check: checkResNet, name: overResNet("DeepLabV3"), classify: "classifier.4",
	}
	deepLabV3MobileNetV3 = segmenterKind{
		net: deepLabV3MobileNetV3Net, check: checkMobileNet, name: overMobileNet("DeepLabV3"), bodyEps: mobileNetV3Eps, classify: "classifier.4",
	}
)

// deepLabV3ResNetNet is DeepLabV3 with a ResNet body (Chen et al. 2017, "Rethinking
// Atrous Convolution for Semantic Image Segmentation";
// torchvision/models/segmentation/deeplabv3.py).
func deepLabV3ResNetNet(g *onnx.Graph, f onnx.Weights, c SegmenterConfig, pixels onnx.Value) onnx.Value {
	body := newResNet(module{g.In("body"), f, segmenterBody}, *c.BodyNormEps, dilations(c.Dilate))
	head := newDeepLabHead(module{g.In("classifier"), f, segmenterHead}, body.channels(3), c.Rates, *c.BatchNormEps)
	return head.forward(body.forward(pixels)[3])
}

// deepLabV3MobileNetV3Net is the same with a MobileNetV3-Large body.
func deepLabV3MobileNetV3Net(g *onnx.Graph, f onnx.Weights, c SegmenterConfig, pixels onnx.Value) onnx.Value {
	body := newMobileNetV3(module{g.In("body"), f, segmenterBody}, *c.BodyNormEps)
	head := newDeepLabHead(module{g.In("classifier"), f, segmenterHead}, body.last.out, c.Rates, *c.BatchNormEps)
	_, high := body.forward(pixels)
	return head.forward(high)
}

// deepLabHead is DeepLabHead of deeplabv3.py.
type deepLabHead struct {
	pooling aspp
	rest    fcnHead
}

func newDeepLabHead(m module, in int64, rates []int, eps float64) deepLabHead {
	h := deepLabHead{pooling: newASPP(m.in("0"), in, rates, eps)}
	h.rest = newFCNHead(m, "1", "2", "4", h.pooling.project.out, eps)
	return h
}

// forward maps [1, in, h, w] to logits [1, classes, h, w].
func (h deepLabHead) forward(x onnx.Value) onnx.Value { return h.rest.forward(h.pooling.forward(x)) }

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
