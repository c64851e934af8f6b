package arch

import (
	"fmt"

	"descry/internal/message"
	"descry/models/onnx"
)

// BLIP is the captioning model of Li et al. 2022, "BLIP: Bootstrapping
// Language-Image Pre-training" (arXiv 2201.12086), as transformers'
// BlipForConditionalGeneration computes it: a ViT, and a BERT with causal
// self-attention and cross-attention to the picture in every layer.
//
// It becomes two graphs over one file. The vision graph runs once a picture and
// also projects each decoder layer's keys and values of the picture; the decoder
// graph runs once for the prompt and once for each token. Names of tensors are
// those of the Hugging Face files; NewBLIP takes Salesforce's too.
type BLIP struct {
	Config  BLIPConfig
	Weights onnx.Weights
	pixels  Pixels
}

// NewBLIP returns the model over weights with Hugging Face's names or Salesforce's.
func NewBLIP(c BLIPConfig, f onnx.Weights) BLIP { return BLIP{Config: c, Weights: BLIPNames(f)} }

// openBLIP reads the configuration and the preprocessor's.
func openBLIP(f onnx.Weights, files Files) (Network, error) {
	c, err := ReadBLIPConfig(files.Config, f)
	if err != nil {
		return NewBLIP(officialBLIPConfig(), f), err
	}
	b := NewBLIP(c, f)
	b.pixels, err = ReadBLIPPixels(files.Preprocessor, c)
	return b, err
}

// Title names the model for people.
func (b BLIP) Title() string {
	v, t := b.Config.Vision, b.Config.Text
	size := message.Sprintf("a vision tower of %d layers %d wide, a decoder of %d layers %d wide", v.Layers, v.Hidden, t.Layers, t.Hidden)
	switch [4]int64{v.Layers, v.Hidden, t.Layers, t.Hidden} {
	case [4]int64{12, 768, 12, 768}:
		size = "base"
	case [4]int64{24, 1024, 12, 768}:
		size = "large"
	}
	return message.Sprintf("BLIP captioning, %s, %d tokens, %d pixels a side", size, t.Vocabulary, v.Image)
}

// Graphs returns what builds the graphs.
func (b BLIP) Graphs() []func() (onnx.Model, error) {
	return []func() (onnx.Model, error){b.VisionGraph, b.DecoderGraph}
}

// Pixels returns how a picture becomes the vision tower's input.
func (b BLIP) Pixels() Pixels { return b.pixels }

// Language returns the sizes of the decoder.
func (b BLIP) Language() Language {
	t := b.Config.Text
	return Language{
		Vocabulary: t.Vocabulary, Positions: t.Positions, Start: *t.Start, Stop: *t.Stop, Published: t.Vocabulary == officialVocabulary,
		Caches: int(2 * t.Layers), EmptyCache: [4]int64{1, t.Heads, 0, t.Hidden / t.Heads},
	}
}

// VisionGraph builds the vision tower.
//
//	in:  pixel_values [1, 3, image, image]
//	out: cross_k.i    [1, heads, head size, patches+1]  for each decoder layer i
//	     cross_v.i    [1, heads, patches+1, head size]
//
// The keys are transposed once here, so that no step of the decoder has to.
func (b BLIP) VisionGraph() (onnx.Model, error) {
	g := onnx.NewGraph("blip vision tower")
	c := b.Config.Vision
	pixels := g.Input("pixel_values", onnx.Float, onnx.Dims(1, c.Channels, c.Image, c.Image))
	picture := b.vision(g).forward(pixels) // [1, patches+1, hidden]
	for i := range int(b.Config.Text.Layers) {
		seen := b.pictureCache(g, i).forward(picture)
		g.Output(crossKey(i), seen.k)
		g.Output(crossValue(i), seen.v)
	}
	return g.Build()
}

// DecoderGraph builds the text decoder with its self-attention cache. n is the
// number of rows (beams), t the new tokens of each, p those cached before, s =
// p+t, m the rows of the step before.
//
//	in:  input_ids [n, t] int64
//	     parents   [n] int64: the row of the cache that each row continues
//	     past_k.i, past_v.i [m, heads, p, head size]  for each layer i; p is 0 and m is 1 for the prompt
//	     cross_k.i, cross_v.i of the vision graph: one picture for all rows
//	out: logits [n, vocabulary] of what follows each row's last token
//	     present_k.i, present_v.i [n, heads, s, head size]
func (b BLIP) DecoderGraph() (onnx.Model, error) {
	g := onnx.NewGraph("blip text decoder")
	c := b.Config.Text
	d := c.Hidden / c.Heads
	ids := g.Input("input_ids", onnx.Int64, onnx.Dims("rows", "tokens"))
	parents := g.Input("parents", onnx.Int64, onnx.Dims("rows"))
	past := make([]cache, c.Layers)
	for i := range past {
		past[i].k = g.Input(fmt.Sprintf("past_k.%d", i), onnx.Float, onnx.Dims("past rows", c.Heads, "past", d))
		past[i].v = g.Input(fmt.Sprintf("past_v.%d", i), onnx.Float, onnx.Dims("past rows", c.Heads, "past", d))
	}
	picture := make([]cache, c.Layers)
	for i := range picture {
		picture[i].k = g.Input(crossKey(i), onnx.Float, onnx.Dims(1, c.Heads, d, "patches"))
		picture[i].v = g.Input(crossValue(i), onnx.Float, onnx.Dims(1, c.Heads, "patches", d))
	}
	for i := range past { // each row continues the cache of its parent
		past[i].k = g.Gather(past[i].k, parents, 0)
		past[i].v = g.Gather(past[i].v, parents, 0)
	}
	logits, present := b.text(g).forward(ids, past, picture)
	g.Output("logits", logits)
	for i, p := range present {
		g.Output(fmt.Sprintf("present_k.%d", i), p.k)
		g.Output(fmt.Sprintf("present_v.%d", i), p.v)
	}
	return g.Build()
}

func crossKey(layer int) string   { return fmt.Sprintf("cross_k.%d", layer) }
func crossValue(layer int) string { return fmt.Sprintf("cross_v.%d", layer) }

// cache is one layer's keys and values.
type cache struct{ k, v onnx.Value }

// module is a part of the state dict: tensors whose names have a prefix in common. It makes
// the layers that torch.nn would make of them.
type module struct {
	g      *onnx.Graph
	f      onnx.Weights
	prefix string
}

// in returns a part of the part.
func (m module) in(format string, args ...any) module {
	m.prefix += fmt.Sprintf(format, args...) + "."
	return m
}

// linear is nn.Linear: weight [out, in], bias [out].
type linear struct {
	g    *onnx.Graph
	w, b onnx.Value
}

func (m module) linear(name string, out, in int64) linear {
	return linear{m.g, m.g.Weight(m.f, m.prefix+name+".weight", out, in), m.g.Weight(m.f, m.prefix+name+".bias", out)}
}

// rows is the linear layer of some of the outputs of a larger one.
func (m module) rows(name string, from, to, out, in int64) linear {
	return linear{m.g, m.g.WeightRows(m.f, m.prefix+name+".weight", from, to, out, in), m.g.WeightRows(m.f, m.prefix+name+".bias", from, to, out)}
}

// forward maps [… in] to [… out].
func (l linear) forward(x onnx.Value) onnx.Value { return l.g.LinearT(x, l.w, l.b) }

// embedding is nn.Embedding: weight [rows, size].
type embedding struct {
	module
	name       string
	rows, size int64
}

func (m module) embedding(name string, rows, size int64) embedding {
	return embedding{m, m.prefix + name + ".weight", rows, size}
}

// forward maps indices […] to […, size].
func (e embedding) forward(indices onnx.Value) onnx.Value {
	return e.g.Rows(e.f, e.name, indices, e.rows, e.size)
}

// layerNorm is nn.LayerNorm over the last axis.
type layerNorm struct {
	g           *onnx.Graph
	scale, bias onnx.Value
	eps         float32
}

func (m module) layerNorm(name string, size int64, eps float64) layerNorm {
	return layerNorm{m.g, m.g.Weight(m.f, m.prefix+name+".weight", size), m.g.Weight(m.f, m.prefix+name+".bias", size), float32(eps)}
}

func (l layerNorm) forward(x onnx.Value) onnx.Value { return l.g.LayerNorm(x, l.scale, l.bias, l.eps) }
