package arch

import (
	"fmt"

	"descry/models/onnx"
	"descry/models/weights"
)

// resnet is the body of a residual network of bottleneck blocks (He et al. 2015,
// "Deep Residual Learning"; torchvision/models/resnet.py), without its
// classifier. The stride is in the 3×3 convolution ("v1.5"). How many channels
// and blocks it has is read from the weights.
type resnet struct {
	g      *onnx.Graph
	stem   convolution // 7×7, stride 2
	stages [4][]bottleneck
}

// dilations says which of the last three stages keep their resolution and widen
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
			b := newBottleneck(m.in("layer%d.%d", stage+1, block), channels, stride, first, eps)
			r.stages[stage] = append(r.stages[stage], b)
			channels, stride, first = b.expand.out, 1, dilation
		}
	}
	return r
}

// blocks counts the blocks of a stage, 0 … 3.
func blocks(m module, stage int) int64 {
	return layersOf(m.f, fmt.Sprintf("%slayer%d.", m.prefix, stage+1)+"%d.conv1.weight")
}

// channels is how many channels a stage, 0 … 3, gives.
func (r resnet) channels(stage int) int64 {
	return r.stages[stage][len(r.stages[stage])-1].expand.out
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

// bottleneck is relu(x + expand(spatial(reduce(x)))): 1×1, 3×3, 1×1 (He et al.,
// figure 5). Where size or channels change, x goes through a 1×1 convolution.
type bottleneck struct {
	g          *onnx.Graph
	reduce     convolution
	spatial    convolution
	expand     convolution
	downsample *convolution // nil: x itself
}

func newBottleneck(m module, in int64, stride, dilation int, eps float64) bottleneck {
	b := bottleneck{g: m.g, reduce: m.conv("conv1", "bn1", in, 1, onnx.ConvAttrs{}, eps).relu()}
	b.spatial = m.conv("conv2", "bn2", b.reduce.out, 3, onnx.ConvAttrs{Stride: stride, Pad: dilation, Dilation: dilation}, eps).relu()
	b.expand = m.conv("conv3", "bn3", b.spatial.out, 1, onnx.ConvAttrs{}, eps)
	if m.has("downsample.0.weight") || stride != 1 || in != b.expand.out {
		d := m.conv("downsample.0", "downsample.1", in, 1, onnx.ConvAttrs{Stride: stride}, eps)
		b.downsample = &d
	}
	return b
}

func (b bottleneck) forward(x onnx.Value) onnx.Value {
	y := b.expand.forward(b.spatial.forward(b.reduce.forward(x)))
	if b.downsample != nil {
		x = b.downsample.forward(x)
	}
	return b.g.Relu(b.g.Add(y, x))
}

// checkBody compares a configuration's sizes of a body with the weights', "" if
// they agree or the configuration says nothing.
func checkBody(f *weights.File, prefix string, stem int64, planes, counts []int64) string {
	if have := outputs(f, prefix+"conv1.weight"); stem != 0 && stem != have {
		return fmt.Sprintf("the configuration has a stem of %d channels, the weights of %d", stem, have)
	}
	for stage := range 4 {
		have := outputs(f, fmt.Sprintf("%slayer%d.0.conv1.weight", prefix, stage+1))
		if stage < len(planes) && planes[stage] != have {
			return fmt.Sprintf("the configuration has %d planes in stage %d, the weights %d", planes[stage], stage+1, have)
		}
		count := blocks(module{f: f, prefix: prefix}, stage)
		if stage < len(counts) && counts[stage] != count {
			return fmt.Sprintf("the configuration has %d blocks in stage %d, the weights %d", counts[stage], stage+1, count)
		}
	}
	return ""
}
