package arch

import (
	"slices"
	"strings"

	"descry/models/onnx"
	"descry/models/weights"
)

// salesforcePrefix begins the vision tower's tensors in the files of BLIP's own
// repository (github.com/salesforce/BLIP, models/blip.py).
const salesforcePrefix = "visual_encoder."

// salesforceNames are what Hugging Face made of those names, in this order
// (transformers, convert_blip_original_pytorch_to_hf.py, rename_key). The text
// decoder's names are the same in both.
var salesforceNames = strings.NewReplacer(
	"visual_encoder.patch_embed.proj", "vision_model.embeddings.patch_embedding",
	"visual_encoder.pos_embed", "vision_model.embeddings.position_embedding",
	"visual_encoder.cls_token", "vision_model.embeddings.class_embedding",
	"visual_encoder.norm.", "vision_model.post_layernorm.",
	"visual_encoder.blocks.", "vision_model.encoder.layers.",
	".attn.proj.", ".self_attn.projection.",
	".attn.", ".self_attn.",
	".norm1.", ".layer_norm1.",
	".norm2.", ".layer_norm2.",
)

// IsSalesforceBLIP reports whether weights have the names of BLIP's own repository
// instead of Hugging Face's.
func IsSalesforceBLIP(f onnx.Weights) bool {
	_, ok := f.Get(salesforcePrefix + "pos_embed")
	return ok
}

// BLIPNames returns weights under Hugging Face's names, whichever of the two they
// have. What captioning does not need (the text encoder, momentum copies, queues of
// a pre-training file) keeps its name and is never asked for.
func BLIPNames(f onnx.Weights) onnx.Weights {
	if !IsSalesforceBLIP(f) {
		return f
	}
	return newRenamed(f, func(name string) string {
		if !strings.HasPrefix(name, salesforcePrefix) {
			return name
		}
		return salesforceNames.Replace(name)
	})
}

// renamed is a view of weights under other names: those of another implementation
// of the same model.
type renamed struct {
	onnx.Weights
	names []string
	own   map[string]string // the weights' own name of each
}

// newRenamed renames tensors. One whose new name another has already keeps its own.
func newRenamed(f onnx.Weights, name func(string) string) renamed {
	r := renamed{Weights: f, names: slices.Clone(f.Names()), own: map[string]string{}}
	for _, n := range r.names {
		r.own[n] = n
	}
	for i, n := range r.names {
		to := name(n)
		if _, taken := r.own[to]; !taken {
			delete(r.own, n)
			r.own[to], r.names[i] = n, to
		}
	}
	return r
}

// Names lists the tensors by their new names.
func (r renamed) Names() []string { return r.names }

// Get returns the tensor of that new name.
func (r renamed) Get(name string) (weights.Tensor, bool) {
	own, ok := r.own[name]
	if !ok {
		return weights.Tensor{}, false
	}
	t, ok := r.Weights.Get(own)
	t.Name = name
	return t, ok
}

// Use returns the tensor of that new name; errors name it as the file does.
func (r renamed) Use(name string, shape []int64) (weights.Tensor, string, error) {
	own, ok := r.own[name]
	if !ok {
		own = name
	}
	t, path, err := r.Weights.Use(own, shape)
	t.Name = name
	return t, path, err
}
