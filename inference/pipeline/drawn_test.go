package pipeline

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"descry/inference"
)

// drawer draws a twin's tensors number by number as tools/reference/blipweights.py
// does, whose comments say why.
type drawer struct {
	t      *testing.T
	tied   bool
	config struct {
		Vision struct {
			Hidden int `json:"hidden_size"`
			Layers int `json:"num_hidden_layers"`
			Inner  int `json:"intermediate_size"`
			Image  int `json:"image_size"`
			Patch  int `json:"patch_size"`
		} `json:"vision_config"`
		Text struct {
			Words     int `json:"vocab_size"`
			Hidden    int `json:"hidden_size"`
			Layers    int `json:"num_hidden_layers"`
			Inner     int `json:"intermediate_size"`
			Positions int `json:"max_position_embeddings"`
			Stop      int `json:"sep_token_id"`
		} `json:"text_config"`
	}
	tensors map[string]drawnTensor
}

type drawnTensor struct {
	shape  []int
	values []float32
}

const (
	twinSpread = 5.0
	twinNever  = -60.0
)

// stopBias is STOPS of blipweights.py, by the vision tower's width.
var stopBias = map[int]float64{128: 12.3, 192: 10.4}

// gains are GAINS there: the first end that fits counts.
var gains = []struct {
	end  string
	gain float64
}{
	{"self_attn.qkv.weight", 1.3}, {"mlp.fc1.weight", 1.4}, {"mlp.fc2.weight", 1.4},
	{"attention.self.query.weight", 1.3}, {"attention.self.key.weight", 1.3},
	{"crossattention.self.query.weight", 1.6}, {"crossattention.self.key.weight", 1.6}, {"crossattention.output.dense.weight", 0.8},
	{".attention.output.dense.weight", 1}, {"intermediate.dense.weight", 1.4}, {"output.dense.weight", 1.4}, {"transform.dense.weight", 1.4},
}

// all draws every tensor that transformers' state dict has, aliases left out.
func (d *drawer) all() {
	d.tensors = map[string]drawnTensor{}
	v, x := d.config.Vision, d.config.Text
	side := v.Image / v.Patch
	d.tensor("vision_model.embeddings.class_embedding", 1, 1, v.Hidden)
	d.tensor("vision_model.embeddings.position_embedding", 1, side*side+1, v.Hidden)
	d.linear("vision_model.embeddings.patch_embedding", v.Hidden, 3, v.Patch, v.Patch)
	d.norm("vision_model.post_layernorm", v.Hidden)
	for i := range v.Layers {
		p := fmt.Sprintf("vision_model.encoder.layers.%d.", i)
		d.norm(p+"layer_norm1", v.Hidden)
		d.norm(p+"layer_norm2", v.Hidden)
		d.linear(p+"self_attn.qkv", 3*v.Hidden, v.Hidden)
		d.linear(p+"self_attn.projection", v.Hidden, v.Hidden)
		d.linear(p+"mlp.fc1", v.Inner, v.Hidden)
		d.linear(p+"mlp.fc2", v.Hidden, v.Inner)
	}
	t := "text_decoder.bert."
	d.tensor(t+"embeddings.word_embeddings.weight", x.Words, x.Hidden)
	d.tensor(t+"embeddings.position_embeddings.weight", x.Positions, x.Hidden)
	d.norm(t+"embeddings.LayerNorm", x.Hidden)
	for i := range x.Layers {
		p := fmt.Sprintf("%sencoder.layer.%d.", t, i)
		for from, in := range map[string]int{"attention": x.Hidden, "crossattention": v.Hidden} {
			d.linear(p+from+".self.query", x.Hidden, x.Hidden)
			d.linear(p+from+".self.key", x.Hidden, in)
			d.linear(p+from+".self.value", x.Hidden, in)
			d.linear(p+from+".output.dense", x.Hidden, x.Hidden)
			d.norm(p+from+".output.LayerNorm", x.Hidden)
		}
		d.linear(p+"intermediate.dense", x.Inner, x.Hidden)
		d.linear(p+"output.dense", x.Hidden, x.Inner)
		d.norm(p+"output.LayerNorm", x.Hidden)
	}
	h := "text_decoder.cls.predictions."
	d.linear(h+"transform.dense", x.Hidden, x.Hidden)
	d.norm(h+"transform.LayerNorm", x.Hidden)
	d.tensor(h+"bias", x.Words)
	if !d.tied {
		d.tensor(h+"decoder.weight", x.Words, x.Hidden)
	}
}

func (d *drawer) linear(name string, shape ...int) {
	d.tensor(name+".weight", shape...)
	d.tensor(name+".bias", shape[0])
}

func (d *drawer) norm(name string, size int) {
	d.tensor(name+".weight", size)
	d.tensor(name+".bias", size)
}

// tensor draws one: uniform numbers of the deviation and mean of its name.
func (d *drawer) tensor(name string, shape ...int) {
	n := 1
	for _, s := range shape {
		n *= s
	}
	deviation, mean := d.scale(name, shape)
	key := uint64(0xCBF29CE484222325) // FNV-1a
	for _, b := range []byte("1/" + name) {
		key = (key ^ uint64(b)) * 0x100000001B3
	}
	text, row := d.config.Text, 1
	if len(shape) > 1 {
		row = shape[1]
	}
	head := strings.HasSuffix(name, "word_embeddings.weight") || strings.HasSuffix(name, "predictions.decoder.weight")
	bias := strings.HasSuffix(name, "predictions.bias")
	values := make([]float32, n)
	for i := range values {
		u := float64(2*(splitmix(key+uint64(i+1)*0x9E3779B97F4A7C15)>>40)+1)/16777216 - 1
		v := float64(u*math.Sqrt(3)) * deviation
		v = float64(v) + mean // each step rounded, on every machine
		if head && i/row == text.Stop {
			v *= 0.3
		}
		if bias && (i < 4 || i >= text.Words-2) {
			v = twinNever
		}
		if bias && i == text.Stop {
			v = stopBias[d.config.Vision.Hidden]
		}
		values[i] = float32(v)
	}
	d.tensors[name] = drawnTensor{shape, values}
}

// splitmix is splitmix64's output for a state.
func splitmix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}

func (d *drawer) scale(name string, shape []int) (deviation, mean float64) {
	switch {
	case strings.Contains(strings.ToLower(name), "norm"):
		if strings.HasSuffix(name, ".weight") {
			return 0.1, 1
		}
		return 0.1, 0
	case strings.HasSuffix(name, "word_embeddings.weight"), strings.HasSuffix(name, "predictions.decoder.weight"):
		return twinSpread / math.Sqrt(float64(shape[1])), 0
	case strings.HasSuffix(name, "position_embeddings.weight"):
		return 3 * twinSpread / math.Sqrt(float64(shape[1])), 0
	case strings.HasSuffix(name, "position_embedding"), strings.HasSuffix(name, "class_embedding"):
		return 0.5, 0
	case strings.HasSuffix(name, "bias"):
		return 0.1, 0
	}
	gain := 1.0
	for _, g := range gains {
		if strings.HasSuffix(name, g.end) {
			gain = g.gain
			break
		}
	}
	if strings.HasPrefix(name, "text_decoder") && strings.HasSuffix(name, ".output.dense.weight") {
		gain *= math.Sqrt(3 / float64(d.config.Text.Layers))
	}
	in := 1
	for _, s := range shape[1:] {
		in *= s
	}
	return gain / math.Sqrt(float64(in)), 0
}

// numbers is splitmix64 as tools/reference/pictures.py counts with it.
type numbers uint64

func (n *numbers) next(below int) int {
	*n += 0x9E3779B97F4A7C15
	return int(splitmix(uint64(*n)) >> 11 % uint64(below))
}

// drawnPicture is picture number i of tools/reference/pictures.py: a gradient with
// rectangles and ellipses on it, every eighth with noise.
func drawnPicture(i int) inference.Picture {
	n := numbers(1000 + i)
	w, h := 16+n.next(160), 0
	h = 16 + n.next(160)
	if i%10 == 9 {
		if n.next(2) == 1 {
			w = 8 + n.next(8)
			h = 200 + n.next(100)
		} else {
			w = 200 + n.next(100)
			h = 8 + n.next(8)
		}
	}
	pix := make([]int, 3*w*h)
	var ends [6]int
	for c := range ends {
		ends[c] = n.next(256)
	}
	each := func(f func(x, y int, rgb []int)) {
		for y := range h {
			for x := range w {
				f(x, y, pix[3*(y*w+x):][:3])
			}
		}
	}
	each(func(x, y int, rgb []int) {
		for c := range rgb {
			rgb[c] = (ends[c]*(w+h-x-y) + ends[3+c]*(x+y)) / (w + h)
		}
	})
	for range 2 + n.next(7) {
		var s [8]int // centre, radii, round, colour
		for k, below := range []int{w, h, w, h, 2, 256, 256, 256} {
			s[k] = n.next(below)
		}
		rx, ry := 1+s[2], 1+s[3]
		each(func(x, y int, rgb []int) {
			dx, dy := 2*(x-s[0]), 2*(y-s[1])
			inside := max(dx, -dx) <= rx && max(dy, -dy) <= ry
			if s[4] == 1 {
				inside = dx*dx*ry*ry+dy*dy*rx*rx <= rx*rx*ry*ry
			}
			if inside {
				copy(rgb, s[5:])
			}
		})
	}
	if i%8 == 7 {
		each(func(x, y int, rgb []int) {
			z := uint32(x*374761393 + y*668265263 + i)
			z = (z ^ z>>13) * 1274126177
			for c := range rgb {
				rgb[c] = (rgb[c]*3 + int(z>>16&255)) / 4
			}
		})
	}
	p := inference.Picture{Name: fmt.Sprint("drawn ", i), Width: w, Height: h, Pix: make([]byte, len(pix))}
	for k, v := range pix {
		p.Pix[k] = byte(v)
	}
	return p
}
