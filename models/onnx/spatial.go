package onnx

// ConvAttrs are those of nn.Conv2d; each number holds for both axes.
type ConvAttrs struct {
	Stride   int // 0 means 1
	Pad      int // zeros on every side
	Dilation int // 0 means 1
	Groups   int // 0 means 1
}

func (at ConvAttrs) attributes() []Attribute {
	at = at.filled()
	s, d, p := at.Stride, at.Dilation, at.Pad
	return []Attribute{
		attrIntList("strides", s, s), attrIntList("pads", p, p, p, p),
		attrIntList("dilations", d, d), attrInt("group", at.Groups),
	}
}

// filled sets what was left out.
func (at ConvAttrs) filled() ConvAttrs {
	return ConvAttrs{Stride: max(at.Stride, 1), Pad: at.Pad, Dilation: max(at.Dilation, 1), Groups: max(at.Groups, 1)}
}

// Conv convolves x [n, in, h, w] with w [out, in/groups, kh, kw]; b [out] may be
// left out.
func (g *Graph) Conv(x, w, b Value, at ConvAttrs) Value {
	in, kernel, f := x.Shape().ranked(4), w.Shape().ranked(4), at.filled()
	side := func(i int) Dim {
		return windows(in.at(i), kernel.at(i), int64(f.Pad), int64(f.Stride), int64(f.Dilation))
	}
	return g.node(opConv, x.Elem(), Shape{in.at(0), kernel.at(0), side(2), side(3)}, 2, []Value{x, w, b}, at.attributes()...)
}

// ConvTranspose is nn.ConvTranspose2d: x [n, in, h, w], w [in, out/groups, kh, kw].
func (g *Graph) ConvTranspose(x, w, b Value, at ConvAttrs) Value {
	in, kernel, f := x.Shape().ranked(4), w.Shape().ranked(4), at.filled()
	side := func(i int) Dim { // (n − 1)·stride − 2·pad + dilation·(kernel − 1) + 1
		n, k := in.at(i), kernel.at(i)
		more := int64(f.Dilation)*(k.Size-1) + 1 - 2*int64(f.Pad) - int64(f.Stride)
		switch {
		case !k.Known():
			return unknownDim
		case n.Known():
			return asDim(Dim{Size: n.Size*int64(f.Stride) + more})
		case more == 0:
			return asDim(product(asInt(n), Dim{Size: int64(f.Stride)}))
		}
		return unknownDim
	}
	channels := asDim(product(asInt(kernel.at(1)), Dim{Size: int64(f.Groups)}))
	return g.node(opConvTranspose, x.Elem(), Shape{in.at(0), channels, side(2), side(3)}, 2, []Value{x, w, b}, at.attributes()...)
}

// BatchNorm normalises x [n, c, …] by stored statistics, each [c]. Behind a Conv
// the runtime folds it into the kernel.
func (g *Graph) BatchNorm(x, scale, bias, mean, variance Value, eps float32) Value {
	return g.node(opBatchNorm, x.Elem(), x.Shape(), 5, []Value{x, scale, bias, mean, variance}, attrFloat("epsilon", eps))
}

// PoolAttrs are those of nn.MaxPool2d; each number holds for both axes.
type PoolAttrs struct {
	Kernel int
	Stride int // 0 means 1
	Pad    int
}

// MaxPool returns the largest value under each window of x [n, c, h, w]; sizes are
// rounded down.
func (g *Graph) MaxPool(x Value, at PoolAttrs) Value {
	s, p, in := max(at.Stride, 1), at.Pad, x.Shape().ranked(4)
	side := func(i int) Dim {
		return windows(in.at(i), Dim{Size: int64(at.Kernel)}, int64(p), int64(s), 1)
	}
	return g.node(opMaxPool, x.Elem(), Shape{in.at(0), in.at(1), side(2), side(3)}, 1, []Value{x},
		attrIntList("kernel_shape", at.Kernel, at.Kernel), attrIntList("strides", s, s), attrIntList("pads", p, p, p, p))
}

// GlobalAveragePool returns the mean of each plane: [n, c, h, w] to [n, c, 1, 1].
func (g *Graph) GlobalAveragePool(x Value) Value {
	shape, one := x.Shape().ranked(4), Dim{Size: 1}
	return g.node(opGlobalAveragePool, x.Elem(), Shape{shape.at(0), shape.at(1), one, one}, 1, []Value{x})
}

// ResizeMode is how a plane is enlarged or reduced.
type ResizeMode int

const (
	// ResizeNearest is torch's interpolate(mode="nearest"): source index
	// ⌊i·in/out⌋.
	ResizeNearest ResizeMode = iota
	// ResizeLinear is torch's interpolate(mode="bilinear", align_corners=False):
	// source (i + ½)·in/out − ½, no antialiasing.
	ResizeLinear
)

// resizeAttrs by mode: names of onnx/docs/Operators.md#Resize.
var resizeAttrs = map[ResizeMode][]Attribute{
	ResizeNearest: {attrString("mode", "nearest"), attrString("coordinate_transformation_mode", "asymmetric"), attrString("nearest_mode", "floor")},
	ResizeLinear:  {attrString("mode", "linear"), attrString("coordinate_transformation_mode", "half_pixel")},
}

// Resize brings x [n, c, h, w] to the given sizes, an Int64 vector of all four.
func (g *Graph) Resize(x, sizes Value, mode ResizeMode) Value {
	attrs, ok := resizeAttrs[mode]
	if !ok {
		g.Fail("%s: unknown resize mode %d", g.place(opResize.name), mode)
	}
	if !g.operands(opResize.name, x, sizes) {
		return Value{}
	}
	none := Value{}
	return g.node(opResize, x.Elem(), asked(sizes), 1, []Value{x, none, none, sizes}, attrs...)
}

// RoiAlignAttrs are those of torchvision.ops.roi_align with mean pooling.
type RoiAlignAttrs struct {
	Height, Width int
	SamplingRatio int     // points per bin and axis; 0: ⌈size of the bin⌉
	Scale         float32 // of box coordinates to those of the plane: 1/stride
	Aligned       bool    // shift by half a pixel; torchvision's Mask R-CNN does not
}

// RoiAlign samples x [n, c, h, w] under boxes [k, 4] (x1, y1, x2, y2); batch
// (Int64 [k]) holds which of the n pictures a box lies in. It returns
// [k, c, Height, Width] (He et al. 2017, section 3).
func (g *Graph) RoiAlign(x, boxes, batch Value, at RoiAlignAttrs) Value {
	mode := "output_half_pixel"
	if at.Aligned {
		mode = "half_pixel"
	}
	if at.Height <= 0 || at.Width <= 0 {
		g.Fail("%s: output size %d×%d", g.place(opRoiAlign.name), at.Height, at.Width)
	}
	shape := append(Shape{equal(boxes.Shape().at(0), batch.Shape().at(0)), x.Shape().at(1)}, fixed(int64(at.Height), int64(at.Width))...)
	return g.node(opRoiAlign, x.Elem(), shape, 3, []Value{x, boxes, batch},
		attrString("mode", "avg"), attrString("coordinate_transformation_mode", mode),
		attrInt("output_height", at.Height), attrInt("output_width", at.Width),
		attrInt("sampling_ratio", at.SamplingRatio), attrFloat("spatial_scale", at.Scale))
}
