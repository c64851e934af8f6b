package arch

import (
	"fmt"

	"descry/models/onnx"
)

// regions are the inputs that BoxGraph and MaskGraph share, after the maps p2 … p5:
//
//	boxes  [n, 4]  x1, y1, x2, y2 in pixels of the image, in order of the map that
//	               each is pooled from
//	bounds [5]     where in boxes the regions of each map begin, and n
//	batch  [n]     zeros: all lie in the one picture
//	places [n]     the caller's box i is boxes[places[i]]; outputs are in the
//	               caller's order
type regions struct {
	g                            *onnx.Graph
	maps                         [pooledLevels]onnx.Value
	boxes, bounds, batch, places onnx.Value
}

// regions adds the inputs.
func (d MaskRCNN) regions(g *onnx.Graph) regions {
	r := regions{g: g}
	for i := range r.maps {
		r.maps[i] = g.Input(fmt.Sprintf("p%d", i+2), onnx.Float, onnx.Dims(1, d.channels(), fmt.Sprintf("height%d", i+2), fmt.Sprintf("width%d", i+2)))
	}
	r.boxes = g.Input("boxes", onnx.Float, onnx.Dims("regions", deltasOfBox))
	r.bounds = g.Input("bounds", onnx.Int64, onnx.Dims(pooledLevels+1))
	r.batch = g.Input("batch", onnx.Int64, onnx.Dims("regions"))
	r.places = g.Input("places", onnx.Int64, onnx.Dims("regions"))
	return r
}

// pool samples each region from its map (RoIAlign, He et al. 2017, section 3;
// MultiScaleRoIAlign in poolers.py, not aligned): [n, c, cells, cells].
func (r regions) pool(cells int) onnx.Value {
	pooled := make([]onnx.Value, pooledLevels)
	for i, m := range r.maps {
		from := r.g.Slice(r.bounds, 0, int64(i), int64(i+1))
		to := r.g.Slice(r.bounds, 0, int64(i+1), int64(i+2))
		pooled[i] = r.g.RoiAlign(m, r.g.SliceTo(r.boxes, 0, from, to), r.g.SliceTo(r.batch, 0, from, to), onnx.RoiAlignAttrs{
			Height: cells, Width: cells, SamplingRatio: samples, Scale: 1 / float32(int(4)<<i),
		})
	}
	return r.g.Concat(0, pooled...)
}

// inOrder puts the rows of x, [n, …], into the caller's order.
func (r regions) inOrder(x onnx.Value) onnx.Value { return r.g.Gather(x, r.places, 0) }

// channels is how many channels p2 … p5 have.
func (d MaskRCNN) channels() int64 {
	name, _ := module{f: d.Weights, prefix: "backbone.fpn."}.spelling("layer_blocks.0")
	return outputs(d.Weights, "backbone.fpn."+name+".weight")
}

// BoxGraph maps regions to class logits [n, classes] and deltas [n, 4·classes],
// a class's four together.
func (d MaskRCNN) BoxGraph() (onnx.Model, error) {
	g := onnx.NewGraph("maskrcnn.boxes")
	r := d.regions(g)
	head := newBoxHead(module{g.In("box_head"), d.Weights, "roi_heads.box_head."}, d.channels(), d.eps())
	x := head.forward(r.pool(boxCells))
	m := module{g.In("box_predictor"), d.Weights, "roi_heads.box_predictor."}
	g.Output("logits", r.inOrder(m.fullyConnected("cls_score", head.out).forward(x)))
	deltas := m.fullyConnected("bbox_pred", head.out)
	if deltas.out != deltasOfBox*d.Classes() {
		g.Fail("the box predictor gives %d numbers for %d classes", deltas.out, d.Classes())
	}
	g.Output("deltas", r.inOrder(deltas.forward(x)))
	return g.Build()
}

// fullyConnected is nn.Linear over rows, with the sizes that the file has.
type fullyConnected struct {
	g    *onnx.Graph
	w, b onnx.Value
	out  int64
}

func (m module) fullyConnected(name string, in int64) fullyConnected {
	out := outputs(m.f, m.prefix+name+".weight")
	return fullyConnected{m.g, m.g.Weight(m.f, m.prefix+name+".weight", out, in), m.g.Weight(m.f, m.prefix+name+".bias", out), out}
}

// forward maps [n, in] to [n, out].
func (l fullyConnected) forward(x onnx.Value) onnx.Value { return l.g.Gemm(x, l.w, l.b) }

// boxHead is TwoMLPHead (v1: no convolutions, fc6 and fc7) or
// FastRCNNConvFCHead (v2: four convolutions with batch norm, one layer), of
// faster_rcnn.py.
type boxHead struct {
	g      *onnx.Graph
	convs  []convolution
	layers []fullyConnected
	out    int64
}

func newBoxHead(m module, in int64, eps float64) boxHead {
	h := boxHead{g: m.g}
	layers := []string{"fc6", "fc7"}
	if !m.has("fc6.weight") && m.has("0.0.weight") {
		convs := layersOf(m.f, m.prefix+"%d.0.weight")
		for i := range convs {
			name, norm := m.spelling(fmt.Sprint(i))
			conv := m.conv(name, norm, in, 3, onnx.ConvAttrs{Pad: 1}, eps).relu()
			h.convs, in = append(h.convs, conv), conv.out
		}
		layers = []string{fmt.Sprint(convs + 1)} // nn.Flatten has the place between
	}
	h.out = in * boxCells * boxCells
	for _, name := range layers {
		layer := m.fullyConnected(name, h.out)
		h.layers, h.out = append(h.layers, layer), layer.out
	}
	return h
}

// forward maps [n, c, 7, 7] to [n, out].
func (h boxHead) forward(x onnx.Value) onnx.Value {
	for _, conv := range h.convs {
		x = conv.forward(x)
	}
	x = h.g.Flatten(x, 1)
	for _, layer := range h.layers {
		x = h.g.Relu(layer.forward(x))
	}
	return x
}

// MaskGraph maps regions, and the class of each in labels [n] (in the order of
// boxes), to masks [n, 28, 28] of probabilities in the caller's order.
func (d MaskRCNN) MaskGraph() (onnx.Model, error) {
	g := onnx.NewGraph("maskrcnn.masks")
	r := d.regions(g)
	labels := g.Input("labels", onnx.Int64, onnx.Dims("regions"))
	head := newMaskHead(module{g.In("mask_head"), d.Weights, "roi_heads."}, d.channels(), d.Classes(), d.eps())
	g.Output("masks", r.inOrder(head.forward(r.pool(maskCells), labels)))
	return g.Build()
}

// maskHead is MaskRCNNHeads and MaskRCNNPredictor of mask_rcnn.py: 3×3
// convolutions, a transposed one that doubles the size, and a 1×1 convolution to
// one mask a class. Of that last one only the row of the region's own class is
// computed.
type maskHead struct {
	g          *onnx.Graph
	convs      []convolution
	up, upBias onnx.Value // [hidden, hidden, 2, 2], [hidden]
	rows, bias onnx.Value // [classes, 1, hidden], [classes]
	hidden     int64
}

// MaskSide is the side of a mask, in cells.
const MaskSide = 2 * maskCells

func newMaskHead(m module, in, classes int64, eps float64) maskHead {
	h := maskHead{g: m.g}
	pattern := "mask_head.mask_fcn%d"
	first := int64(1)
	if !m.has("mask_head.mask_fcn1.weight") {
		pattern, first = "mask_head.%d", 0
	}
	for i := first; i == first || m.hasLayer(fmt.Sprintf(pattern, i)); i++ {
		name, norm := m.spelling(fmt.Sprintf(pattern, i))
		conv := m.conv(name, norm, in, 3, onnx.ConvAttrs{Pad: 1}, eps).relu()
		h.convs, in = append(h.convs, conv), conv.out
	}
	h.hidden = inputs(m.f, m.prefix+"mask_predictor.conv5_mask.weight")
	h.up = m.g.Weight(m.f, m.prefix+"mask_predictor.conv5_mask.weight", in, h.hidden, 2, 2)
	h.upBias = m.g.Weight(m.f, m.prefix+"mask_predictor.conv5_mask.bias", h.hidden)
	rows := m.g.Weight(m.f, m.prefix+"mask_predictor.mask_fcn_logits.weight", classes, h.hidden, 1, 1)
	h.rows = m.g.Reshape(rows, classes, 1, h.hidden)
	h.bias = m.g.Weight(m.f, m.prefix+"mask_predictor.mask_fcn_logits.bias", classes)
	return h
}

// hasLayer reports whether the file has a convolution in either spelling.
func (m module) hasLayer(name string) bool {
	return m.has(name+".weight") || m.has(name+".0.weight")
}

// forward maps [n, c, 14, 14] and labels [n] to [n, 28, 28].
func (h maskHead) forward(x, labels onnx.Value) onnx.Value {
	for _, conv := range h.convs {
		x = conv.forward(x)
	}
	x = h.g.Relu(h.g.ConvTranspose(x, h.up, h.upBias, onnx.ConvAttrs{Stride: 2})) // [n, hidden, 28, 28]
	x = h.g.Reshape(x, 0, h.hidden, MaskSide*MaskSide)
	logits := h.g.MatMul(h.g.Gather(h.rows, labels, 0), x) // [n, 1, 28·28]
	bias := h.g.Reshape(h.g.Gather(h.bias, labels, 0), -1, 1, 1)
	return h.g.Reshape(h.g.Sigmoid(h.g.Add(logits, bias)), -1, MaskSide, MaskSide)
}
