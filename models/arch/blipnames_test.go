package arch

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
)

// salesforce returns a state dict the names of BLIP's own repository.
func salesforce(tensors map[string][]int64) map[string][]int64 {
	back := strings.NewReplacer(
		"vision_model.embeddings.patch_embedding", "visual_encoder.patch_embed.proj",
		"vision_model.embeddings.position_embedding", "visual_encoder.pos_embed",
		"vision_model.embeddings.class_embedding", "visual_encoder.cls_token",
		"vision_model.post_layernorm", "visual_encoder.norm",
		"vision_model.encoder.layers", "visual_encoder.blocks",
		"self_attn.projection", "attn.proj", "self_attn", "attn", "layer_norm", "norm",
	)
	named := map[string][]int64{}
	for name, shape := range tensors {
		if strings.HasPrefix(name, "vision_model") {
			name = back.Replace(name)
		}
		named[name] = shape
	}
	return named
}

func TestSalesforcesNamesAreTheSameModel(t *testing.T) {
	for size, o := range officialBLIP(t) {
		theirs := salesforce(o.Tensors)
		if _, old := theirs["visual_encoder.blocks.11.attn.qkv.weight"]; !old || len(theirs) != len(o.Tensors) {
			t.Fatalf("%s: the names are not Salesforce's", size)
		}
		theirs["text_encoder.embeddings.word_embeddings.weight"] = []int64{2, 3} // of pre-training
		f := hollow(t, theirs)
		want := slices.Sorted(maps.Keys(o.Tensors))
		got := slices.DeleteFunc(slices.Sorted(slices.Values(BLIPNames(f).Names())), func(name string) bool { return strings.HasPrefix(name, "text_encoder.") })
		if !slices.Equal(got, want) {
			t.Errorf("%s: names %v, want %v", size, got, want)
		}
		for name := range o.Tensors {
			if tensor, ok := BLIPNames(f).Get(name); !ok || !slices.Equal(tensor.Shape, o.Tensors[name]) {
				t.Errorf("%s: %s is %+v", size, name, tensor)
			}
		}
		c, err := ReadBLIPConfig("", f)
		if err != nil {
			t.Fatal(err)
		}
		if *c.Vision.Eps != 1e-6 || c.Vision.Heads != c.Vision.Hidden/64 || c.Text.Heads != 12 {
			t.Errorf("%s: %s", size, spell(t, c))
		}
		if _, err := NewBLIP(c, f).VisionGraph(); err != nil {
			t.Error(err)
		}
		if _, err := NewBLIP(c, f).DecoderGraph(); err != nil {
			t.Error(err)
		}
	}
}

func TestTheTextHasTwelveHeadsWhateverAnOldConfigurationSays(t *testing.T) {
	for size, o := range officialBLIP(t) {
		f := hollow(t, o.Tensors)
		for what, change := range map[string]func(vision, text map[string]any){
			"8 heads, transformers' default": func(_, text map[string]any) { text["num_attention_heads"] = 8 },
			"no heads": func(vision, text map[string]any) {
				delete(vision, "num_attention_heads")
				delete(text, "num_attention_heads")
			},
			"no encoder_hidden_size": func(_, text map[string]any) { delete(text, "encoder_hidden_size") },
		} {
			var config map[string]map[string]any
			if err := json.Unmarshal(o.Config, &config); err != nil {
				t.Fatal(err)
			}
			change(config["vision_config"], config["text_config"])
			text, err := json.Marshal(config)
			if err != nil {
				t.Fatal(err)
			}
			c, err := ReadBLIPConfig(file(t, "config.json", text), f)
			if err != nil || c.Text.Heads != 12 || c.Vision.Heads != c.Vision.Hidden/64 || c.Text.Encoder != c.Vision.Hidden || *c.Vision.Eps != 1e-5 {
				t.Errorf("%s, %s: %s, %v", size, what, spell(t, c), err)
			}
		}
	}
}
