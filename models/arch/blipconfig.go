package arch

import (
	"encoding/json"
	"fmt"
	"math"
	"os"

	"descry/internal/failure"
	"descry/models/onnx"
)

// BLIPConfig is the part of a BLIP model's config.json that captioning needs
// (transformers, configuration_blip.py). Fields carry the file's names.
type BLIPConfig struct {
	Vision BLIPVisionConfig `json:"vision_config"`
	Text   BLIPTextConfig   `json:"text_config"`
}

// BLIPVisionConfig sizes the vision tower.
type BLIPVisionConfig struct {
	Hidden       int64    `json:"hidden_size"`
	Layers       int64    `json:"num_hidden_layers"`
	Heads        int64    `json:"num_attention_heads"`
	Intermediate int64    `json:"intermediate_size"`
	Image        int64    `json:"image_size"` // pixels a side
	Patch        int64    `json:"patch_size"` // pixels a side
	Channels     int64    `json:"num_channels"`
	Act          string   `json:"hidden_act"`
	Eps          *float64 `json:"layer_norm_eps"`
}

// BLIPTextConfig sizes the text decoder.
type BLIPTextConfig struct {
	Vocabulary   int64    `json:"vocab_size"`
	Hidden       int64    `json:"hidden_size"`
	Encoder      int64    `json:"encoder_hidden_size"` // 0: the vision tower's hidden size; older files leave it out
	Layers       int64    `json:"num_hidden_layers"`
	Heads        int64    `json:"num_attention_heads"`
	Intermediate int64    `json:"intermediate_size"`
	Positions    int64    `json:"max_position_embeddings"`
	Act          string   `json:"hidden_act"`
	Eps          *float64 `json:"layer_norm_eps"`
	Start        *int     `json:"bos_token_id"` // [DEC]
	Stop         *int     `json:"sep_token_id"` // [SEP]; eos_token_id is never used for stopping
}

// officialBLIPConfig has the sizes of BLIP base, for weights whose own are not known.
func officialBLIPConfig() BLIPConfig {
	vision, text, start, stop := visionEps, textEps, startToken, stopToken
	return BLIPConfig{
		Vision: BLIPVisionConfig{Hidden: 768, Layers: 12, Heads: 12, Intermediate: 3072, Image: 384, Patch: 16, Channels: 3, Act: "gelu", Eps: &vision},
		Text: BLIPTextConfig{Vocabulary: officialVocabulary, Hidden: 768, Encoder: 768, Layers: 12, Heads: 12, Intermediate: 3072, Positions: 512, Act: "gelu",
			Eps: &text, Start: &start, Stop: &stop},
	}
}

// headSize is that of both towers of every official BLIP, and what the number of
// heads follows from where config.json leaves it out: a wrong number makes worse
// captions and no error. In particular transformers' own default for the text is 8
// heads, which the hub's config.json repeated until April 2023 although BLIP was
// trained with 12 (transformers issue 22625, pull request 22632): 8 heads of 96 are
// read as 12 of 64. Sizes that are not a multiple of 64 must state their heads.
const (
	headSize     = 64
	bertHidden   = 768
	wrongDefault = 8
)

// What transformers' own classes default to, and official files may leave out.
// Salesforce's own code has another eps in the vision tower (models/vit.py), which
// is taken for files with its names.
const (
	visionEps     = 1e-5
	salesforceEps = 1e-6
	textEps       = 1e-12
	startToken    = 30522
	stopToken     = 102
)

// officialVocabulary is that of every published BLIP: BERT's 30,522 tokens, [DEC] and
// [ENC].
const officialVocabulary = 30524

// ReadBLIPConfig reads config.json; an empty path means the official
// configuration. Sizes that are left out are taken from the weights' shapes. f has
// Hugging Face's names (BLIPNames) or Salesforce's.
func ReadBLIPConfig(path string, f onnx.Weights) (BLIPConfig, error) {
	var c BLIPConfig
	salesforce := IsSalesforceBLIP(f)
	f = BLIPNames(f)
	if path != "" {
		if err := readJSON(path, &c); err != nil {
			return c, err
		}
	}
	c.fill(f)
	c.fillDefaults(salesforce)
	subject := path
	if subject == "" {
		subject = f.Source()
	}
	if err := c.check(); err != nil {
		return c, failure.Wrap(failure.Model, "load", subject, err, "Use the config.json that came with the weights.")
	}
	return c, nil
}

// fill sets the sizes that the file left out.
func (c *BLIPConfig) fill(f onnx.Weights) {
	v, t := &c.Vision, &c.Text
	word := dims(f, "text_decoder.bert.embeddings.word_embeddings.weight", 2)
	patch := dims(f, "vision_model.embeddings.patch_embedding.weight", 4)
	for _, s := range []struct {
		size *int64
		from int64
	}{
		{&v.Hidden, patch[0]}, {&v.Channels, patch[1]}, {&v.Patch, patch[3]},
		{&v.Intermediate, dims(f, "vision_model.encoder.layers.0.mlp.fc1.weight", 2)[0]},
		{&v.Layers, layersOf(f, "vision_model.encoder.layers.%d.layer_norm1.weight")},
		{&t.Vocabulary, word[0]}, {&t.Hidden, word[1]}, {&t.Encoder, v.Hidden},
		{&t.Positions, dims(f, "text_decoder.bert.embeddings.position_embeddings.weight", 2)[0]},
		{&t.Intermediate, dims(f, "text_decoder.bert.encoder.layer.0.intermediate.dense.weight", 2)[0]},
		{&t.Layers, layersOf(f, "text_decoder.bert.encoder.layer.%d.output.dense.weight")},
	} {
		if *s.size == 0 {
			*s.size = s.from
		}
	}
	if t.Encoder == 0 {
		t.Encoder = v.Hidden
	}
	if v.Image == 0 {
		tokens := dims(f, "vision_model.embeddings.position_embedding", 3)[1]
		v.Image = v.Patch * int64(math.Round(math.Sqrt(float64(tokens-1))))
	}
}

// fillDefaults sets what does not follow from shapes.
func (c *BLIPConfig) fillDefaults(salesforce bool) {
	v, t := &c.Vision, &c.Text
	if v.Heads == 0 && v.Hidden%headSize == 0 {
		v.Heads = v.Hidden / headSize
	}
	if (t.Heads == 0 || t.Heads == wrongDefault && t.Hidden == bertHidden) && t.Hidden%headSize == 0 {
		t.Heads = t.Hidden / headSize
	}
	eps := visionEps
	if salesforce {
		eps = salesforceEps
	}
	setDefault(&v.Eps, eps)
	setDefault(&t.Eps, textEps)
	setDefault(&t.Start, startToken)
	setDefault(&t.Stop, stopToken)
	for _, act := range []*string{&v.Act, &t.Act} {
		if *act == "" {
			*act = "gelu"
		}
	}
}

func setDefault[T any](field **T, value T) {
	if *field == nil {
		*field = &value
	}
}

// dims returns a tensor's shape, n zeros for one that is absent or has another rank.
func dims(f onnx.Weights, name string, n int) []int64 {
	if t, ok := f.Get(name); ok && len(t.Shape) == n {
		return t.Shape
	}
	return make([]int64, n)
}

// layersOf counts the layers of which the file has a tensor.
func layersOf(f onnx.Weights, name string) int64 {
	n := int64(0)
	for ; n < mostLayers; n++ {
		if _, ok := f.Get(fmt.Sprintf(name, n)); !ok {
			break
		}
	}
	return n
}

// Bounds far above every published model, so that products stay in range and a
// damaged file asks for no endless graph.
const (
	mostLayers = 256
	mostSize   = 1 << 22
)

// check returns what cannot be built, nil if there is nothing.
func (c BLIPConfig) check() error {
	v, t := c.Vision, c.Text
	for _, s := range []struct {
		name string
		size int64
		most int64
	}{
		{"vision_config.hidden_size", v.Hidden, mostSize}, {"vision_config.num_hidden_layers", v.Layers, mostLayers},
		{"vision_config.num_attention_heads", v.Heads, v.Hidden}, {"vision_config.intermediate_size", v.Intermediate, mostSize},
		{"vision_config.image_size", v.Image, 1 << 14}, {"vision_config.patch_size", v.Patch, v.Image},
		{"text_config.vocab_size", t.Vocabulary, mostSize}, {"text_config.hidden_size", t.Hidden, mostSize},
		{"text_config.encoder_hidden_size", t.Encoder, mostSize}, {"text_config.num_hidden_layers", t.Layers, mostLayers},
		{"text_config.num_attention_heads", t.Heads, t.Hidden}, {"text_config.intermediate_size", t.Intermediate, mostSize},
		{"text_config.max_position_embeddings", t.Positions, mostSize},
	} {
		if s.size == 0 {
			return failure.Worded(nil, "%s is not stated", s.name)
		}
		if s.size < 1 || s.size > s.most {
			return failure.Worded(nil, "%s is %d, which no model has", s.name, s.size)
		}
	}
	switch {
	case v.Channels != 3:
		return failure.Worded(nil, "vision_config.num_channels is %d: pictures have 3", v.Channels)
	case v.Hidden%v.Heads != 0 || t.Hidden%t.Heads != 0:
		return failure.Worded(nil, "a hidden_size is not a multiple of its num_attention_heads")
	case v.Image%v.Patch != 0:
		return failure.Worded(nil, "vision_config.image_size %d is not a multiple of patch_size %d", v.Image, v.Patch)
	case t.Encoder != v.Hidden:
		return failure.Worded(nil, "text_config.encoder_hidden_size is %d, but the vision tower gives %d", t.Encoder, v.Hidden)
	case v.Act != "gelu" || t.Act != "gelu":
		return failure.Worded(nil, "hidden_act is %q and %q: only \"gelu\" is built", v.Act, t.Act)
	case !(*v.Eps > 0 && *v.Eps < 1) || !(*t.Eps > 0 && *t.Eps < 1):
		return failure.Worded(nil, "a layer_norm_eps is not between 0 and 1")
	case !within(*t.Start, t.Vocabulary) || !within(*t.Stop, t.Vocabulary):
		return failure.Worded(nil, "bos_token_id %d or sep_token_id %d is not in a vocabulary of %d", *t.Start, *t.Stop, t.Vocabulary)
	}
	return nil
}

func within(id int, size int64) bool { return id >= 0 && int64(id) < size }

// mostConfigBytes bounds a configuration file; the official one has 4,563.
const mostConfigBytes = 1 << 20

// readJSON reads a small JSON file.
func readJSON(path string, into any) error {
	info, err := os.Stat(path)
	if err == nil && info.Size() > mostConfigBytes {
		err = failure.Worded(nil, "a configuration of %d bytes is too large to be one", info.Size())
	}
	var text []byte
	if err == nil {
		text, err = os.ReadFile(path)
	}
	if err != nil {
		return failure.Wrap(failure.Model, "load", path, err, "Install the model again.")
	}
	if err := json.Unmarshal(text, into); err != nil {
		return failure.New(failure.Model, "load", path, "the file is not the JSON that is expected: %s", err).WithHint("Use the file that came with the weights.")
	}
	return nil
}
