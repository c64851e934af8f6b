package arch

import "descry/models/onnx"

// blipVision is the vision transformer (Dosovitskiy et al. 2020, "An Image is
// Worth 16x16 Words", §3.1; transformers, BlipVisionModel): pre-norm blocks over
// the picture's patches and one class token.
type blipVision struct {
	g        *onnx.Graph
	patch    onnx.Value // [hidden, 3, patch, patch]
	bias     onnx.Value // [hidden]
	class    onnx.Value // [1, 1, hidden]
	position onnx.Value // [1, patches+1, hidden]
	layers   []visionLayer
	norm     layerNorm
	hidden   int64
	stride   int
}

func (b BLIP) vision(g *onnx.Graph) blipVision {
	c := b.Config.Vision
	side := c.Image / c.Patch
	m := module{g, b.Weights, "vision_model."}
	v := blipVision{
		g:        g,
		patch:    g.Weight(b.Weights, "vision_model.embeddings.patch_embedding.weight", c.Hidden, c.Channels, c.Patch, c.Patch),
		bias:     g.Weight(b.Weights, "vision_model.embeddings.patch_embedding.bias", c.Hidden),
		class:    g.Weight(b.Weights, "vision_model.embeddings.class_embedding", 1, 1, c.Hidden),
		position: g.Weight(b.Weights, "vision_model.embeddings.position_embedding", 1, side*side+1, c.Hidden),
		norm:     m.layerNorm("post_layernorm", c.Hidden, *c.Eps),
		hidden:   c.Hidden,
		stride:   int(c.Patch),
	}
	for i := range c.Layers {
		v.layers = append(v.layers, newVisionLayer(m.in("encoder.layers.%d", i), c))
	}
	return v
}

// forward maps pixels [1, 3, image, image] to [1, patches+1, hidden]. The last
// norm is over all tokens: the whole sequence, class token included, is what the
// decoder attends to.
func (v blipVision) forward(pixels onnx.Value) onnx.Value {
	g := v.g
	x := g.Conv(pixels, v.patch, v.bias, onnx.ConvAttrs{Stride: v.stride}) // [1, hidden, side, side]
	x = g.Transpose(g.Reshape(x, 0, v.hidden, -1), 0, 2, 1)                // [1, patches, hidden]
	x = g.Add(g.Concat(1, v.class, x), v.position)                         // [1, patches+1, hidden]
	for _, layer := range v.layers {
		x = layer.forward(x)
	}
	return v.norm.forward(x)
}

// visionLayer is one pre-norm block.
type visionLayer struct {
	g          *onnx.Graph
	heads      int
	norm1      layerNorm
	q, k, v    linear
	projection linear
	norm2      layerNorm
	fc1, fc2   linear
}

func newVisionLayer(m module, c BLIPVisionConfig) visionLayer {
	h := c.Hidden
	// One matrix holds queries, keys and values, in this order.
	return visionLayer{
		g: m.g, heads: int(c.Heads),
		norm1:      m.layerNorm("layer_norm1", h, *c.Eps),
		q:          m.rows("self_attn.qkv", 0, h, 3*h, h),
		k:          m.rows("self_attn.qkv", h, 2*h, 3*h, h),
		v:          m.rows("self_attn.qkv", 2*h, 3*h, 3*h, h),
		projection: m.linear("self_attn.projection", h, h),
		norm2:      m.layerNorm("layer_norm2", h, *c.Eps),
		fc1:        m.linear("mlp.fc1", c.Intermediate, h),
		fc2:        m.linear("mlp.fc2", h, c.Intermediate),
	}
}

// forward maps [1, patches+1, hidden] to the same. Attention divides by the root
// of the head size.
func (l visionLayer) forward(x onnx.Value) onnx.Value {
	g := l.g
	y := l.norm1.forward(x)
	y = g.MultiHeadAttention(l.q.forward(y), l.k.forward(y), l.v.forward(y), onnx.Value{}, onnx.AttentionAttrs{Heads: l.heads})
	x = g.Add(x, l.projection.forward(y))
	y = l.fc2.forward(g.Gelu(l.fc1.forward(l.norm2.forward(x))))
	return g.Add(x, y)
}
