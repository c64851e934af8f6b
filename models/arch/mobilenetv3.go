package arch

import (
	"fmt"

	"descry/internal/failure"
	"descry/models/onnx"
)

// mobileNetV3Eps is the eps of all of MobileNetV3's batch norms
// (torchvision/models/mobilenetv3.py).
const mobileNetV3Eps = 1e-3

// bneck is a row of table 1 of Howard et al. 2019, "Searching for MobileNetV3", as
// far as it does not follow from the weights: kernel sizes, channels and which blocks
// squeeze and excite are read from them.
type bneck struct {
	nonlinear activation
	stride    int
	dilation  int
}

// The nonlinearities of table 1: RE and HS.
var (
	rectified activation = (*onnx.Graph).Relu
	hardSwish activation = (*onnx.Graph).HardSwish
)

// mobileNetV3Large is the large network as segmenters use it
// (mobilenet_v3_large(dilated=True)): its last step down is left out, and the
// kernels from there on are dilated, which makes its output stride 16.
var mobileNetV3Large = []bneck{
	{rectified, 1, 1},
	{rectified, 2, 1}, // C1
	{rectified, 1, 1},
	{rectified, 2, 1}, // C2
	{rectified, 1, 1},
	{rectified, 1, 1},
	{hardSwish, 2, 1}, // C3
	{hardSwish, 1, 1},
	{hardSwish, 1, 1},
	{hardSwish, 1, 1},
	{hardSwish, 1, 1},
	{hardSwish, 1, 1},
	{hardSwish, 2, 2}, // C4
	{hardSwish, 1, 2},
	{hardSwish, 1, 2},
}

// lowBlock is the block, counted from 1, whose output segmenters use for what is
// fine: C2, of stride 8.
const lowBlock = 4

// mobileNetV3 is a MobileNetV3-Large without its classifier.
type mobileNetV3 struct {
	first  convolution // 3×3, stride 2
	blocks []invertedResidual
	last   convolution // 1×1, to six times the channels
}

// newMobileNetV3 looks up the layers in a part of the file, whose indices are
// those of torchvision's nn.Sequential.
func newMobileNetV3(m module, eps float64) mobileNetV3 {
	n := mobileNetV3{first: m.conv("0.0", "0.1", 3, 3, onnx.ConvAttrs{Stride: 2, Pad: 1}, eps).then(hardSwish)}
	channels := n.first.out
	for i, row := range mobileNetV3Large {
		b := newInvertedResidual(m.in("%d.block", i+1), channels, row, eps)
		n.blocks, channels = append(n.blocks, b), b.project.out
	}
	place := fmt.Sprintf("%d.", len(mobileNetV3Large)+1)
	n.last = m.conv(place+"0", place+"1", channels, 1, onnx.ConvAttrs{}, eps).then(hardSwish)
	return n
}

// lowChannels is how many channels the map of stride 8 has.
func (n mobileNetV3) lowChannels() int64 { return n.blocks[lowBlock-1].project.out }

// forward maps pixels [1, 3, h, w] to a map of stride 8 and the last one, of
// stride 16.
func (n mobileNetV3) forward(pixels onnx.Value) (low, high onnx.Value) {
	x := n.first.forward(pixels)
	for i, b := range n.blocks {
		if x = b.forward(x); i+1 == lowBlock {
			low = x
		}
	}
	return low, n.last.forward(x)
}

// invertedResidual expands the channels (1×1), convolves each by itself, weighs
// them and projects to few again, without an activation (Sandler et al. 2018;
// Howard et al. 2019, figure 4).
type invertedResidual struct {
	g         *onnx.Graph
	expand    *convolution // nil: the channels are as many already
	depthwise convolution
	squeeze   *squeezeExcitation // nil: all channels weigh the same
	project   convolution
	residual  bool // x is added
}

func newInvertedResidual(m module, in int64, row bneck, eps float64) invertedResidual {
	b, place, wide := invertedResidual{g: m.g}, 0, in
	next := func(in, kernel int64, at onnx.ConvAttrs) convolution {
		conv, norm := fmt.Sprintf("%d.0", place), fmt.Sprintf("%d.1", place)
		place++
		return m.conv(conv, norm, in, kernel, at, eps)
	}
	if m.kernel("0.0") == 1 {
		c := next(in, 1, onnx.ConvAttrs{}).then(row.nonlinear)
		b.expand, wide = &c, c.out
	}
	kernel := m.kernel(fmt.Sprintf("%d.0", place))
	at := onnx.ConvAttrs{Stride: row.stride, Pad: int(kernel-1) / 2 * row.dilation, Dilation: row.dilation, Groups: int(wide)}
	if row.dilation > 1 {
		at.Stride = 1
	}
	b.depthwise = next(1, kernel, at).then(row.nonlinear)
	if m.has(fmt.Sprintf("%d.fc1.weight", place)) {
		s := newSqueezeExcitation(m.in("%d", place), wide)
		b.squeeze = &s
		place++
	}
	b.project = next(wide, 1, onnx.ConvAttrs{})
	b.residual = row.stride == 1 && in == b.project.out
	return b
}

// kernel is the side of a convolution's kernel, 0 if the file has none of that
// name or one that is out of bounds.
func (m module) kernel(name string) int64 {
	if t, ok := m.f.Get(m.prefix + name + ".weight"); ok && len(t.Shape) == 4 && t.Shape[3] <= mostKernel {
		return t.Shape[3]
	}
	return 0
}

// mostKernel is far above every published kernel.
const mostKernel = 64

// forward maps [1, in, h, w] to [1, out, h', w'].
func (b invertedResidual) forward(x onnx.Value) onnx.Value {
	y := x
	if b.expand != nil {
		y = b.expand.forward(y)
	}
	y = b.depthwise.forward(y)
	if b.squeeze != nil {
		y = b.squeeze.forward(y)
	}
	y = b.project.forward(y)
	if b.residual {
		y = b.g.Add(y, x)
	}
	return y
}

// squeezeExcitation weighs channels by their means over the whole map (Hu et al.
// 2018, section 3; with a hard sigmoid, Howard et al. 2019, section 5.3).
type squeezeExcitation struct {
	g               *onnx.Graph
	squeeze, excite convolution
}

func newSqueezeExcitation(m module, channels int64) squeezeExcitation {
	s := squeezeExcitation{g: m.g, squeeze: m.conv("fc1", "", channels, 1, onnx.ConvAttrs{}, 0).relu()}
	s.excite = m.conv("fc2", "", s.squeeze.out, 1, onnx.ConvAttrs{}, 0).then((*onnx.Graph).HardSigmoid)
	return s
}

// forward maps [1, c, h, w] to the same shape.
func (s squeezeExcitation) forward(x onnx.Value) onnx.Value {
	return s.g.Mul(s.excite.forward(s.squeeze.forward(s.g.GlobalAveragePool(x))), x)
}

// checkMobileNetV3 returns why a part of the file is not a MobileNetV3-Large, "" if
// it may be one.
func checkMobileNetV3(f onnx.Weights, prefix string) error {
	body, n := module{f: f, prefix: prefix}, len(mobileNetV3Large)
	have := 0
	for have < mostLayers && body.has(fmt.Sprintf("%d.block.0.0.weight", have+1)) {
		have++
	}
	if have != n {
		return failure.Worded(nil, "the weights have a body of %d inverted residual blocks; a MobileNetV3-Large has %d", have, n)
	}
	return nil
}
