package arch

import (
	"descry/models/onnx"
)

// lrasppMobileNetV3 is Lite R-ASPP as torchvision has it.
var lrasppMobileNetV3 = segmenterKind{
	net: lrasppNet, check: checkMobileNet, name: overMobileNet("LR-ASPP"), bodyEps: mobileNetV3Eps, classify: "classifier.high_classifier",
}

// lrasppNet is Lite R-ASPP with a MobileNetV3-Large body (Howard et al.
// 2019, "Searching for MobileNetV3", section 6.4;
// torchvision/models/segmentation/lraspp.py).
func lrasppNet(g *onnx.Graph, f onnx.Weights, c SegmenterConfig, pixels onnx.Value) onnx.Value {
	body := newMobileNetV3(module{g.In("body"), f, segmenterBody}, *c.BodyNormEps)
	head := newLRASPPHead(module{g.In("classifier"), f, segmenterHead}, body.lowChannels(), body.last.out, *c.BatchNormEps)
	return head.forward(body.forward(pixels))
}

// lrasppHead is LRASPPHead of lraspp.py (Howard et al., figure 10): what is in the
// coarse map, weighed by what the whole of it has, is enlarged and added to what
// is in the fine one.
type lrasppHead struct {
	g         *onnx.Graph
	project   convolution // cbr
	scale     convolution
	low, high convolution
}

func newLRASPPHead(m module, low, high int64, eps float64) lrasppHead {
	h := lrasppHead{g: m.g, project: m.conv("cbr.0", "cbr.1", high, 1, onnx.ConvAttrs{}, eps).relu()}
	h.scale = m.conv("scale.1", "", high, 1, onnx.ConvAttrs{}, eps).then((*onnx.Graph).Sigmoid)
	h.low = m.conv("low_classifier", "", low, 1, onnx.ConvAttrs{}, eps)
	h.high = m.conv("high_classifier", "", h.project.out, 1, onnx.ConvAttrs{}, eps)
	return h
}

// forward maps a fine map [1, low, h, w] and a coarse one [1, high, h/2, w/2] to
// logits [1, classes, h, w].
func (h lrasppHead) forward(low, high onnx.Value) onnx.Value {
	x := h.g.Mul(h.project.forward(high), h.scale.forward(h.g.GlobalAveragePool(high)))
	size := h.g.Concat(0, h.g.Slice(h.g.Shape(x), 0, 0, 2), h.g.Slice(h.g.Shape(low), 0, 2, onnx.End))
	return h.g.Add(h.low.forward(low), h.high.forward(h.g.Resize(x, size, onnx.ResizeLinear)))
}
