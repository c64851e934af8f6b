package arch

import (
	"strings"

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

// IsSalesforceBLIP reports whether a file has the names of BLIP's own repository
// instead of Hugging Face's.
func IsSalesforceBLIP(f *weights.File) bool {
	_, ok := f.Get(salesforcePrefix + "pos_embed")
	return ok
}

// BLIPNames returns the file with Hugging Face's names of its tensors, whichever of
// the two it has. What captioning does not need (the text encoder, momentum
// copies, queues of a pre-training file) keeps its name and is never asked for.
func BLIPNames(f *weights.File) *weights.File {
	if !IsSalesforceBLIP(f) {
		return f
	}
	return f.Renamed(func(name string) string {
		if !strings.HasPrefix(name, salesforcePrefix) {
			return name
		}
		return salesforceNames.Replace(name)
	})
}
