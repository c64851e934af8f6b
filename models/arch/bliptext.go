package arch

import (
	"math"

	"descry/models/onnx"
)

// blipText is BERT as a decoder with a language-model head (Devlin et al. 2018;
// transformers, BlipTextLMHeadModel): post-norm layers, each with causal
// self-attention and cross-attention to the picture.
type blipText struct {
	g         *onnx.Graph
	words     embedding // [vocabulary, hidden]
	positions embedding // [max positions, hidden]
	norm      layerNorm
	layers    []textLayer
	head      textHead
}

func (b BLIP) text(g *onnx.Graph) blipText {
	c := b.Config.Text
	m := module{g, b.Weights, "text_decoder."}
	t := blipText{
		g:         g,
		words:     m.embedding("bert.embeddings.word_embeddings", c.Vocabulary, c.Hidden),
		positions: m.embedding("bert.embeddings.position_embeddings", c.Positions, c.Hidden),
		norm:      m.in("bert.embeddings").layerNorm("LayerNorm", c.Hidden, *c.Eps),
	}
	for i := range c.Layers {
		t.layers = append(t.layers, newTextLayer(m.in("bert.encoder.layer.%d", i), c))
	}
	t.head = newTextHead(m.in("cls.predictions"), c, t.words)
	return t
}

// forward maps ids [n, t] to logits [n, vocabulary] of what follows the last of
// them, and returns each layer's grown cache.
func (t blipText) forward(ids onnx.Value, past, picture []cache) (logits onnx.Value, present []cache) {
	g := t.g
	before, new := g.Dim(past[0].k, 2), g.Dim(ids, 1) // p, t
	position := t.steps(before, g.Add(before, new))   // [t]: p … p+t−1
	x := g.Add(t.words.forward(ids), t.positions.forward(position))
	x = t.norm.forward(x) // [n, t, hidden]
	mask := t.causalMask(position, t.steps(g.ConstInts([]int64{0}, 1), g.Add(before, new)))
	for i, layer := range t.layers {
		var grown cache
		x, grown = layer.forward(x, mask, past[i], picture[i])
		present = append(present, grown)
	}
	last := g.Squeeze(g.Slice(x, 1, -1, onnx.End), 1) // [n, hidden]
	return t.head.forward(last), present
}

// steps returns from, from+1, … < to, of vectors of one element.
func (t blipText) steps(from, to onnx.Value) onnx.Value {
	return t.g.Range(t.g.Squeeze(from, 0), t.g.Squeeze(to, 0), t.g.ConstInt(1))
}

// causalMask returns [t, s]: −10,000 (as transformers has it, not −∞) where a key
// [s] comes after a query [t], else 0.
func (t blipText) causalMask(queries, keys onnx.Value) onnx.Value {
	g := t.g
	later := g.Less(g.Unsqueeze(queries, 1), g.Unsqueeze(keys, 0))
	return g.Where(later, g.ConstFloat(-10000), g.ConstFloat(0))
}

// textLayer is one post-norm block.
type textLayer struct {
	g                    *onnx.Graph
	self                 selfAttention
	cross                crossAttention
	intermediate, output linear
	norm                 layerNorm
}

func newTextLayer(m module, c BLIPTextConfig) textLayer {
	return textLayer{
		g:            m.g,
		self:         newSelfAttention(m.in("attention"), c),
		cross:        newCrossAttention(m.in("crossattention"), c),
		intermediate: m.linear("intermediate.dense", c.Intermediate, c.Hidden),
		output:       m.linear("output.dense", c.Hidden, c.Intermediate),
		norm:         m.layerNorm("output.LayerNorm", c.Hidden, *c.Eps),
	}
}

// forward maps x [n, t, hidden] to the same.
func (l textLayer) forward(x, mask onnx.Value, past, picture cache) (onnx.Value, cache) {
	x, present := l.self.forward(x, mask, past)
	x = l.cross.forward(x, picture)
	y := l.output.forward(l.g.Gelu(l.intermediate.forward(x)))
	return l.norm.forward(l.g.Add(y, x)), present
}

// heads cuts the hidden axis into attention heads and joins them again.
type heads struct {
	g           *onnx.Graph
	count, size int64
}

func newHeads(g *onnx.Graph, c BLIPTextConfig) heads { return heads{g, c.Heads, c.Hidden / c.Heads} }

// split maps [n, t, hidden] to [n, heads, t, size].
func (h heads) split(x onnx.Value) onnx.Value {
	return h.g.Transpose(h.g.Reshape(x, 0, 0, h.count, h.size), 0, 2, 1, 3)
}

// join maps [n, heads, t, size] back to [n, t, hidden].
func (h heads) join(x onnx.Value) onnx.Value {
	return h.g.Reshape(h.g.Transpose(x, 0, 2, 1, 3), 0, 0, h.count*h.size)
}

// scale is what scores are multiplied by: 1/√size.
func (h heads) scale() float32 { return float32(1 / math.Sqrt(float64(h.size))) }

// selfAttention attends to the tokens so far (BertSelfAttention, BertSelfOutput).
type selfAttention struct {
	heads
	q, k, v, dense linear
	norm           layerNorm
}

func newSelfAttention(m module, c BLIPTextConfig) selfAttention {
	return selfAttention{
		heads: newHeads(m.g, c),
		q:     m.linear("self.query", c.Hidden, c.Hidden),
		k:     m.linear("self.key", c.Hidden, c.Hidden),
		v:     m.linear("self.value", c.Hidden, c.Hidden),
		dense: m.linear("output.dense", c.Hidden, c.Hidden),
		norm:  m.layerNorm("output.LayerNorm", c.Hidden, *c.Eps),
	}
}

// forward maps x [n, t, hidden] to the same; mask is [t, s], past holds p = s−t
// tokens of each row, the returned cache s.
func (a selfAttention) forward(x, mask onnx.Value, past cache) (onnx.Value, cache) {
	g := a.g
	present := cache{
		k: g.Concat(2, past.k, a.split(a.k.forward(x))), // [n, heads, s, size]
		v: g.Concat(2, past.v, a.split(a.v.forward(x))),
	}
	scores := g.FusedMatMul(a.split(a.q.forward(x)), present.k, onnx.FusedMatMulAttrs{TransB: true, Alpha: a.scale()})
	weights := g.Softmax(g.Add(scores, mask), -1) // [n, heads, t, s]
	y := a.dense.forward(a.join(g.MatMul(weights, present.v)))
	return a.norm.forward(g.Add(y, x)), present
}

// crossAttention attends to the picture, whose keys and values are computed already.
type crossAttention struct {
	heads
	q, dense linear
	norm     layerNorm
}

func newCrossAttention(m module, c BLIPTextConfig) crossAttention {
	return crossAttention{
		heads: newHeads(m.g, c),
		q:     m.linear("self.query", c.Hidden, c.Hidden),
		dense: m.linear("output.dense", c.Hidden, c.Hidden),
		norm:  m.layerNorm("output.LayerNorm", c.Hidden, *c.Eps),
	}
}

// forward maps x [n, t, hidden] to the same; the picture's keys are [1, heads,
// size, patches+1], its values [1, heads, patches+1, size]. There is one picture
// and no mask, so that the queries of all rows and tokens are the rows of one
// matrix: nothing of the picture is copied for each beam.
func (a crossAttention) forward(x onnx.Value, picture cache) onnx.Value {
	g := a.g
	q := a.split(g.Reshape(a.q.forward(x), 1, -1, a.count*a.size)) // [1, heads, n·t, size]
	scores := g.FusedMatMul(q, picture.k, onnx.FusedMatMulAttrs{Alpha: a.scale()})
	y := a.join(g.MatMul(g.Softmax(scores, -1), picture.v)) // [1, n·t, hidden]
	y = a.dense.forward(g.ReshapeTo(y, g.Shape(x)))
	return a.norm.forward(g.Add(y, x))
}

// pictureCache is the other half of a layer's cross-attention: the projections
// of the picture, which run once, in the vision graph.
type pictureCache struct {
	heads
	k, v linear
}

func (b BLIP) pictureCache(g *onnx.Graph, layer int) pictureCache {
	c := b.Config.Text
	m := module{g, b.Weights, "text_decoder."}.in("bert.encoder.layer.%d.crossattention.self", layer)
	return pictureCache{
		heads: newHeads(g, c),
		k:     m.linear("key", c.Hidden, c.Encoder),
		v:     m.linear("value", c.Hidden, c.Encoder),
	}
}

// forward projects the picture [1, patches+1, encoder]: keys are returned transposed.
func (p pictureCache) forward(picture onnx.Value) cache {
	k := p.g.Reshape(p.k.forward(picture), 0, 0, p.count, p.size)
	return cache{
		k: p.g.Transpose(k, 0, 2, 3, 1), // [1, heads, size, patches+1]
		v: p.split(p.v.forward(picture)),
	}
}

// textHead computes logits (BertLMPredictionHead).
type textHead struct {
	g       *onnx.Graph
	dense   linear
	norm    layerNorm
	decoder linear
}

// newTextHead ties the decoder to the word embeddings where the file has no
// matrix of its own for it, and takes its bias under either of its two names.
func newTextHead(m module, c BLIPTextConfig, words embedding) textHead {
	h := textHead{
		g:     m.g,
		dense: m.linear("transform.dense", c.Hidden, c.Hidden),
		norm:  m.layerNorm("transform.LayerNorm", c.Hidden, *c.Eps),
	}
	bias := m.prefix + "bias"
	if _, ok := m.f.Get(bias); !ok {
		bias = m.prefix + "decoder.bias"
	}
	matrix := words.name
	if _, own := m.f.Get(m.prefix + "decoder.weight"); own {
		matrix = m.prefix + "decoder.weight"
	}
	h.decoder = linear{m.g, m.g.Weight(m.f, matrix, c.Vocabulary, c.Hidden), m.g.Weight(m.f, bias, c.Vocabulary)}
	return h
}

// forward maps [n, hidden] to [n, vocabulary].
func (h textHead) forward(x onnx.Value) onnx.Value {
	return h.decoder.forward(h.norm.forward(h.g.Gelu(h.dense.forward(x))))
}
