package inference

// CaptionPreset names a way of searching for captions that others use too.
type CaptionPreset string

// The presets.
const (
	// PresetOwn is what the model set states.
	PresetOwn CaptionPreset = "own"
	// PresetPaper is how BLIP's published numbers were made (Li et al. 2022, §5.2;
	// github.com/salesforce/BLIP, configs/caption_coco.yaml and models/blip.py).
	PresetPaper CaptionPreset = "paper"
	// PresetHuggingFace is generate() of the hub's blip-image-captioning-base
	// without a prompt (its config.json: max_length 20, one beam).
	PresetHuggingFace CaptionPreset = "huggingface"
	// PresetSeed is greedy search of 30 new tokens without a prompt.
	PresetSeed CaptionPreset = "seed"
)

// Presets are all of them, in the order in which they are offered.
var Presets = []CaptionPreset{PresetOwn, PresetPaper, PresetHuggingFace, PresetSeed}

// CaptionRecipe holds what a preset sets.
type CaptionRecipe struct {
	Prompt     string
	Beams      int
	Most       int // tokens at most, the stop token included
	Least      int // tokens before the stop token is allowed
	Whole      bool
	LengthNorm LengthNorm
}

// recipes of the presets that set something. The paper's code and transformers
// count the whole sequence, start token and prompt included (Whole): with "a
// picture of" (4 tokens with the start) 20 leave 16 new ones, and the least of 5
// forbids the stop token in the first place only; without a prompt 20 leave 19.
var recipes = map[CaptionPreset]CaptionRecipe{
	PresetPaper:       {Prompt: "a picture of", Beams: 3, Most: 20, Least: 5, Whole: true, LengthNorm: LengthNormWhole},
	PresetHuggingFace: {Beams: 1, Most: 20, Whole: true, LengthNorm: LengthNormWhole},
	PresetSeed:        {Beams: 1, Most: 30, LengthNorm: LengthNormWhole},
}

// Recipe returns what a preset sets; false for PresetOwn and for none.
func (p CaptionPreset) Recipe() (CaptionRecipe, bool) {
	r, ok := recipes[p]
	return r, ok
}

// NewTokens returns the bounds of a recipe in new tokens after a beginning of so
// many tokens, the start token counted.
func (r CaptionRecipe) NewTokens(beginning int) (most, least int) {
	if !r.Whole {
		return r.Most, r.Least
	}
	return max(1, r.Most-beginning), max(0, r.Least-beginning)
}
