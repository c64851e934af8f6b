package pipeline

import (
	"slices"

	"descry/inference"
	"descry/inference/generate"
	"descry/internal/failure"
)

// plainRecipe is that of a set that states no search: greedy, up to the number of
// tokens that inference.CaptionOptions names. A published model is searched as its
// paper does instead.
var plainRecipe = inference.CaptionRecipe{Beams: 1, Most: 30, LengthNorm: inference.LengthNormWhole}

// mostAvoided bounds the words to avoid: each costs time in each step.
const mostAvoided = 1000

// recipe returns the defaults of a request: those of the preset that it names, else
// the set's own.
func (c *captioner) recipe(o inference.CaptionOptions) inference.CaptionRecipe {
	if r, ok := o.Preset.Recipe(); ok {
		return r
	}
	s, r := c.spec, plainRecipe
	silent := s.Prompt == "" && s.Beams == 0 && s.MaxTokens == 0 && s.MinTokens == 0 && s.LengthNorm == ""
	if silent && c.language.Published {
		r, _ = inference.PresetPaper.Recipe()
		return r
	}
	r.Prompt, r.Least = s.Prompt, s.MinTokens
	r.Beams, r.Most = first(s.Beams, r.Beams), first(s.MaxTokens, r.Most)
	r.LengthNorm = first(inference.LengthNorm(s.LengthNorm), r.LengthNorm)
	return r
}

// prompt returns the words that the caption continues.
func (c *captioner) prompt(o inference.CaptionOptions) string {
	if o.Prompt != nil {
		return *o.Prompt
	}
	return c.recipe(o).Prompt
}

// search merges the request, the preset or the set, and the defaults.
func (c *captioner) search(prompt []int, o inference.CaptionOptions) (generate.Options, error) {
	if _, known := o.Preset.Recipe(); !known && o.Preset != "" && o.Preset != inference.PresetOwn {
		return generate.Options{}, failure.New(failure.Usage, "caption", "", "there is no preset %q", o.Preset).WithHint("The presets are own, paper, huggingface and seed.")
	}
	r := c.recipe(o)
	most, least := r.NewTokens(1 + len(prompt))
	s := generate.Options{
		Prompt:            append([]int{c.language.Start}, prompt...),
		Stop:              c.language.Stop,
		Beams:             first(o.Beams, r.Beams),
		MaxTokens:         first(o.MaxTokens, most),
		MinTokens:         first(o.MinTokens, least),
		NBest:             first(o.NBest, 1),
		LengthNorm:        first(o.LengthNorm, r.LengthNorm),
		LengthPenalty:     1,
		RepetitionPenalty: first(o.RepetitionPenalty, 1),
		NoRepeatNGram:     o.NoRepeatNGram,
		TopP:              o.TopP,
		Temperature:       first(o.Temperature, 1),
		Seed:              o.Seed,
	}
	if o.LengthPenalty != nil {
		s.LengthPenalty = *o.LengthPenalty
	}
	switch {
	case o.TopP > 0:
		s.Beams = 1
	case o.Beams == 0: // several captions are wanted and no number of beams is stated
		s.Beams = max(s.Beams, s.NBest)
	}
	room := int(c.language.Positions) - len(s.Prompt)
	if room < 1 {
		return s, failure.New(failure.Usage, "caption", "", "the prompt has %d tokens; this model takes %d", len(prompt), c.language.Positions-2).WithHint("Shorten the prompt.")
	}
	s.MaxTokens = min(s.MaxTokens, room)
	var err error
	if s.Banned, err = c.avoided(o.Avoid); err != nil {
		return s, err
	}
	if !o.AnyStart {
		s.BannedStarts = c.badStarts()
	}
	return s, nil
}

// avoided returns the tokens of the words to avoid. Words that the vocabulary cannot
// write are left out, since they cannot be generated.
func (c *captioner) avoided(words []string) ([][]int, error) {
	if len(words) > mostAvoided {
		return nil, failure.New(failure.Usage, "caption", "", "%d words are to be avoided; at most %d can be", len(words), mostAvoided).WithHint("Shorten the list.")
	}
	var runs [][]int
	for _, w := range words {
		run, err := c.words.Encode(w)
		if err != nil {
			return nil, err
		}
		if c.writes(run) {
			runs = append(runs, run)
		}
	}
	return runs, nil
}

// writes reports whether the vocabulary has all of a word.
func (c *captioner) writes(run []int) bool {
	return len(run) > 0 && !slices.ContainsFunc(run, func(id int) bool { return c.words.Token(id) == "[UNK]" })
}

// noiseWords begin many captions of BLIP large that have nothing to do with the
// picture: they come from the web texts that it was trained on first, and show
// where the search starts without the prompt that it was tuned with.
var noiseWords = []string{"arafed", "araffe"}

// badStarts returns the tokens that a caption may not begin with. A noise word is
// banned from its first WordPiece on ("ara"): were only its last one banned, the
// search would still begin with the first and go on to a neighbour ("arafe",
// "arafat"). A first piece of one or two letters begins too much else.
func (c *captioner) badStarts() [][]int {
	var runs [][]int
	for _, w := range noiseWords {
		run, err := c.words.Encode(w)
		if err != nil || !c.writes(run) {
			continue
		}
		if len(c.words.Decode(run[:1])) > 2 {
			run = run[:1]
		}
		runs = append(runs, run)
	}
	return runs
}

// first returns the first value that is not zero, else zero.
func first[T comparable](values ...T) T {
	var zero T
	for _, v := range values {
		if v != zero {
			return v
		}
	}
	return zero
}
