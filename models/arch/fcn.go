package arch

import (
	"descry/models/onnx"
)

// fcnResNet is FCN as torchvision has it.
var fcnResNet = segmenterKind{net: fcnNet, check: checkResNet, name: overResNet("FCN"), classify: "classifier.4"}

// fcnNet is a fully convolutional network with a ResNet body (Long et al. 2015,
// "Fully Convolutional Networks for Semantic Segmentation";
// torchvision/models/segmentation/fcn.py), whose dilated body takes the place of
// the paper's skip connections.
func fcnNet(g *onnx.Graph, f onnx.Weights, c SegmenterConfig, pixels onnx.Value) onnx.Value {
	body := newResNet(module{g.In("body"), f, segmenterBody}, *c.BodyNormEps, dilations(c.Dilate))
	head := newFCNHead(module{g.In("classifier"), f, segmenterHead}, "0", "1", "4", body.channels(3), *c.BatchNormEps)
	return head.forward(body.forward(pixels)[3])
}

// fcnHead is FCNHead of fcn.py, and the end of DeepLabHead of deeplabv3.py: a 3×3
// convolution and a 1×1 convolution to one map a class.
type fcnHead struct{ hidden, classify convolution }

// newFCNHead looks up the layers at their places in an nn.Sequential.
func newFCNHead(m module, hidden, norm, classify string, in int64, eps float64) fcnHead {
	h := fcnHead{hidden: m.conv(hidden, norm, in, 3, onnx.ConvAttrs{Pad: 1}, eps).relu()}
	h.classify = m.conv(classify, "", h.hidden.out, 1, onnx.ConvAttrs{}, eps)
	return h
}

// forward maps [1, in, h, w] to logits [1, classes, h, w].
func (h fcnHead) forward(x onnx.Value) onnx.Value { return h.classify.forward(h.hidden.forward(x)) }
