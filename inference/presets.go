package inference

// CaptionPreset names a published set of search parameters for captions.
type CaptionPreset string

// The presets.
const (
	// PresetOwn uses the model set's own values.
	PresetOwn CaptionPreset = "own"
	// PresetPaper reproduces BLIP's published numbers (Li et al. 2022, §5.2;
	// github.com/salesforce/BLIP, configs/caption_coco.yaml and models/blip.py).
	PresetPaper CaptionPreset = "paper"
	// PresetHuggingFace is generate() of the hub's blip-image-captioning-base
	// without a prompt (its config.json: max_length 20, one beam).
	PresetHuggingFace CaptionPreset = "huggingface"
	// PresetSeed is greedy search of 30 new tokens without a prompt.
	PresetSeed CaptionPreset = "seed"
)

// Presets lists the presets in the order in which they are offered.
var Presets = []CaptionPreset{PresetOwn, PresetPaper, PresetHuggingFace, PresetSeed}

// CaptionRecipe holds what a preset sets.
type CaptionRecipe struct {
	Prompt     string
	Beams      int
	Most       int // maximum number of tokens, the stop token included
	Least      int // tokens before the stop token is allowed
	Whole      bool
	LengthNorm LengthNorm
}

// recipes holds the presets that set something. The paper's code and transformers
// count the whole sequence, start token and prompt included (Whole): with "a
// picture of" (4 tokens with the start) a maximum of 20 leaves 16 new ones, and the
// minimum of 5 forbids the stop token only as the first new token; without a prompt
// 20 leaves 19.
var recipes = map[CaptionPreset]CaptionRecipe{
	PresetPaper:       {Prompt: "a picture of", Beams: 3, Most: 20, Least: 5, Whole: true, LengthNorm: LengthNormWhole},
	PresetHuggingFace: {Beams: 1, Most: 20, Whole: true, LengthNorm: LengthNormWhole},
	PresetSeed:        {Beams: 1, Most: 30, LengthNorm: LengthNormWhole},
}

// Recipe returns what a preset sets, and false for PresetOwn and the empty preset.
func (p CaptionPreset) Recipe() (CaptionRecipe, bool) {
	r, ok := recipes[p]
	return r, ok
}

// NewTokens returns the recipe's bounds as numbers of new tokens, for a prompt of
// the given length, start token included.
func (r CaptionRecipe) NewTokens(prompt int) (most, least int) {
	if !r.Whole {
		return r.Most, r.Least
	}
	return max(1, r.Most-prompt), max(0, r.Least-prompt)
}
