package arch

import (
	"fmt"

	"descry/internal/failure"
	"descry/internal/message"
	"descry/models/onnx"
)

// resnet is the body of a residual network (He et al. 2015, "Deep Residual
// Learning"; torchvision/models/resnet.py), without its classifier. How deep it
// is, of which blocks and how many channels, is read from the weights: basic
// blocks make ResNet-18 and -34, bottlenecks -50, -101 and -152. A bottleneck's
// stride is in its 3×3 convolution ("v1.5").
type resnet struct {
	g      *onnx.Graph
	stem   convolution // 7×7, stride 2
	stages [4][]residual
}

// dilations holds which of the last three stages keep their resolution and widen
// their kernels instead (replace_stride_with_dilation).
type dilations [3]bool

// newResNet looks up the layers in a part of the file.
func newResNet(m module, eps float64, dilated dilations) resnet {
	r := resnet{g: m.g, stem: m.conv("conv1", "bn1", 3, 7, onnx.ConvAttrs{Stride: 2, Pad: 3}, eps).relu()}
	channels, dilation := r.stem.out, 1
	for stage := range r.stages {
		stride, first := 1, dilation
		if stage > 0 {
			if stride = 2; dilated[stage-1] {
				stride, dilation = 1, 2*dilation
			}
		}
		for block := range max(blocks(m, stage), 1) {
			b := newResidual(m.in("layer%d.%d", stage+1, block), channels, stride, first, eps)
			r.stages[stage] = append(r.stages[stage], b)
			channels, stride, first = b.out, 1, dilation
		}
	}
	return r
}

// blocks counts the blocks of a stage, 0 … 3.
func blocks(m module, stage int) int64 {
	return layersOf(m.f, fmt.Sprintf("%slayer%d.", m.prefix, stage+1)+"%d.conv1.weight")
}

// channels returns how many channels the output of a stage, 0 … 3, has.
func (r resnet) channels(stage int) int64 {
	return r.stages[stage][len(r.stages[stage])-1].out
}

// forward maps pixels [1, 3, h, w] to the outputs of the four stages, of strides
// 4, 8, 16 and 32 without dilation.
func (r resnet) forward(pixels onnx.Value) [4]onnx.Value {
	x := r.g.MaxPool(r.stem.forward(pixels), onnx.PoolAttrs{Kernel: 3, Stride: 2, Pad: 1})
	var maps [4]onnx.Value
	for stage, blocks := range r.stages {
		for _, b := range blocks {
			x = b.forward(x)
		}
		maps[stage] = x
	}
	return maps
}

// residual is relu(x + branch(x)) (He et al., section 3.2). Where size or channels
// change, x goes through a 1×1 convolution.
type residual struct {
	g          *onnx.Graph
	branch     []convolution
	downsample *convolution // nil: x itself
	out        int64        // channels
}

// newResidual looks up a block. It is the bottleneck of figure 5 if it has a third
// convolution, else the basic block.
func newResidual(m module, in int64, stride, dilation int, eps float64) residual {
	branch := basic
	if m.has("conv3.weight") {
		branch = bottleneck
	}
	r := residual{g: m.g, branch: branch(m, in, stride, dilation, eps)}
	r.out = r.branch[len(r.branch)-1].out
	if m.has("downsample.0.weight") || stride != 1 || in != r.out {
		d := m.conv("downsample.0", "downsample.1", in, 1, onnx.ConvAttrs{Stride: stride}, eps)
		r.downsample = &d
	}
	return r
}

// basic is the branch of two 3×3 convolutions. torchvision does not dilate it.
func basic(m module, in int64, stride, dilation int, eps float64) []convolution {
	if dilation != 1 {
		m.g.Fail("the body is of basic blocks (ResNet-18 or -34), which cannot be dilated: replace_stride_with_dilation must be false throughout")
	}
	first := m.conv("conv1", "bn1", in, 3, onnx.ConvAttrs{Stride: stride, Pad: 1}, eps).relu()
	return []convolution{first, m.conv("conv2", "bn2", first.out, 3, onnx.ConvAttrs{Pad: 1}, eps)}
}

// bottleneck is the branch that reduces the channels (1×1), convolves (3×3) and
// expands them again (1×1).
func bottleneck(m module, in int64, stride, dilation int, eps float64) []convolution {
	reduce := m.conv("conv1", "bn1", in, 1, onnx.ConvAttrs{}, eps).relu()
	spatial := m.conv("conv2", "bn2", reduce.out, 3, onnx.ConvAttrs{Stride: stride, Pad: dilation, Dilation: dilation}, eps).relu()
	return []convolution{reduce, spatial, m.conv("conv3", "bn3", spatial.out, 1, onnx.ConvAttrs{}, eps)}
}

// forward maps [n, in, h, w] to [n, out, h/stride, w/stride].
func (r residual) forward(x onnx.Value) onnx.Value {
	y := x
	for _, c := range r.branch {
		y = c.forward(y)
	}
	if r.downsample != nil {
		x = r.downsample.forward(x)
	}
	return r.g.Relu(r.g.Add(y, x))
}

// hasBasicBlocks reports whether a body is a ResNet-18 or -34.
func hasBasicBlocks(f onnx.Weights, prefix string) bool {
	body := module{f: f, prefix: prefix}
	return body.has("layer1.0.conv2.weight") && !body.has("layer1.0.conv3.weight")
}

// checkBody compares a configuration's sizes of a body with the weights', "" if
// they agree or the configuration states none.
func checkBody(f onnx.Weights, prefix string, stem int64, planes, counts []int64) error {
	if have := outputs(f, prefix+"conv1.weight"); stem != 0 && stem != have {
		return failure.Worded(nil, "the configuration has a stem of %d channels, the weights of %d", stem, have)
	}
	for stage := range 4 {
		have := outputs(f, fmt.Sprintf("%slayer%d.0.conv1.weight", prefix, stage+1))
		if stage < len(planes) && planes[stage] != have {
			return failure.Worded(nil, "the configuration has %d planes in stage %d, the weights %d", planes[stage], stage+1, have)
		}
		count := blocks(module{f: f, prefix: prefix}, stage)
		if stage < len(counts) && counts[stage] != count {
			return failure.Worded(nil, "the configuration has %d blocks in stage %d, the weights %d", counts[stage], stage+1, count)
		}
	}
	return nil
}

// depths names the ResNets of torchvision by how many blocks their four stages
// have, those with bottlenecks apart.
var depths = map[bool]map[[4]int64]int{
	true:  {{3, 4, 6, 3}: 50, {3, 4, 23, 3}: 101, {3, 8, 36, 3}: 152},
	false: {{2, 2, 2, 2}: 18, {3, 4, 6, 3}: 34},
}

// bodyName names a ResNet for people.
func bodyName(f onnx.Weights, prefix string) string {
	m := module{f: f, prefix: prefix}
	var counts [4]int64
	for stage := range counts {
		counts[stage] = blocks(m, stage)
	}
	if depth := depths[m.has("layer1.0.conv3.weight")][counts]; depth > 0 {
		return message.Sprintf("ResNet-%d", depth)
	}
	return message.Sprintf("a ResNet of %d, %d, %d and %d blocks", counts[0], counts[1], counts[2], counts[3])
}
