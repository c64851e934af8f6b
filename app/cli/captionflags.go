package cli

import (
	"math"
	"strings"

	"github.com/spf13/cobra"

	"descry/inference"
)

// captionFlags holds the flags of the caption search, as given.
type captionFlags struct {
	preset      string
	prompt      string
	beams       int
	nBest       int
	maxTokens   int
	minTokens   int
	lengthNorm  string
	repetition  float64
	topP        float64
	temperature float64
	seed        uint64
	avoid       string
	anyStart    bool
}

// maxBeams is the largest number of beams and captions.
const maxBeams = 10

func presetNames() []string {
	var names []string
	for _, p := range inference.Presets {
		names = append(names, string(p))
	}
	return names
}

// add adds the flags to c.
func (f *captionFlags) add(c *cobra.Command) {
	flags := c.Flags()
	flags.StringVar(&f.preset, "preset", "own", "caption search: own (the set's), paper (prompt, 3 beams, 20 tokens with the prompt), huggingface (greedy, 20 tokens), seed (greedy, 30)")
	flags.StringVar(&f.prompt, "prompt", "", "beginning of the caption, left out of the result (default: the preset's)")
	flags.IntVar(&f.beams, "beams", 0, "beams of the caption search, 1 to 10 (default: the preset's)")
	flags.IntVar(&f.nBest, "n-best", 0, "how many captions, 1 to 10; with --json as \"captions\"")
	flags.IntVar(&f.maxTokens, "max-tokens", 0, "most new tokens of a caption, the stop included (default: the preset's)")
	flags.IntVar(&f.minTokens, "min-tokens", 0, "least new tokens before the stop (default: the preset's)")
	flags.StringVar(&f.lengthNorm, "length-norm", "", "what a beam's score is divided by: whole (length with the prompt, as the paper) or generated (new tokens; default: the preset's)")
	flags.Float64Var(&f.repetition, "repetition-penalty", 1, "above 1: repeated words become less likely")
	flags.Float64Var(&f.topP, "top-p", 0, "draw from the likeliest tokens that make up this share, 0 to 1, instead of searching")
	flags.Float64Var(&f.temperature, "temperature", 1, "with --top-p: below 1 draws likely tokens more often")
	flags.Uint64Var(&f.seed, "seed", 0, "with --top-p: the same seed draws the same caption")
	flags.StringVar(&f.avoid, "avoid", "", "words and phrases to avoid, separated by commas")
	flags.BoolVar(&f.anyStart, "any-start", false, `let captions begin with "arafed" and "araffe", noise of BLIP large`)
	_ = c.RegisterFlagCompletionFunc("preset", cobra.FixedCompletions(presetNames(), cobra.ShellCompDirectiveNoFileComp))
	_ = c.RegisterFlagCompletionFunc("length-norm", cobra.FixedCompletions([]string{"whole", "generated"}, cobra.ShellCompDirectiveNoFileComp))
}

// check returns an error for numbers out of range and flags that contradict each other.
func (f *captionFlags) check(changed func(string) bool) error {
	if _, known := inference.CaptionPreset(f.preset).Recipe(); !known && f.preset != string(inference.PresetOwn) {
		return meant(usage("--preset %q is none of %s", f.preset, strings.Join(presetNames(), ", ")), f.preset, presetNames())
	}
	drawn := changed("top-p")
	switch {
	case changed("beams") && (f.beams < 1 || f.beams > maxBeams):
		return usage("--beams %d is not between 1 and %d", f.beams, maxBeams).WithHint("1 is greedy search; BLIP's paper uses 3.")
	case changed("n-best") && (f.nBest < 1 || f.nBest > maxBeams):
		return usage("--n-best %d is not between 1 and %d", f.nBest, maxBeams)
	case changed("beams") && f.nBest > f.beams && !drawn:
		return usage("--n-best %d: %d beams give no more than %d captions", f.nBest, f.beams, f.beams).WithHint("Raise --beams or leave it out.")
	case changed("max-tokens") && f.maxTokens < 1:
		return usage("--max-tokens %d: a caption has at least one token", f.maxTokens)
	case changed("min-tokens") && (f.minTokens < 0 || f.maxTokens > 0 && f.minTokens > f.maxTokens):
		return usage("--min-tokens %d is negative or more than --max-tokens", f.minTokens)
	case f.lengthNorm != "" && f.lengthNorm != string(inference.LengthNormWhole) && f.lengthNorm != string(inference.LengthNormGenerated):
		return meant(usage("--length-norm %q is neither whole nor generated", f.lengthNorm), f.lengthNorm, []string{"whole", "generated"})
	case !(f.repetition > 0) || math.IsInf(f.repetition, 0):
		return usage("--repetition-penalty %v is not above 0", f.repetition).WithHint("1 is none; 1.1 is usual.")
	case drawn && !(f.topP > 0 && f.topP <= 1):
		return usage("--top-p %v is not above 0 and at most 1", f.topP).WithHint("0.9 is usual.")
	case drawn && changed("beams") && f.beams > 1:
		return usage("--beams and --top-p are two ways of finding captions").WithHint("Give one or the other.")
	case !(f.temperature > 0) || math.IsInf(f.temperature, 0):
		return usage("--temperature %v is not above 0", f.temperature)
	case !drawn && (changed("seed") || changed("temperature")):
		return usage("--seed and --temperature only apply to random choice").WithHint("Add --top-p 0.9.")
	}
	return nil
}

// options returns the flags as options of a request.
func (f *captionFlags) options(changed func(string) bool) inference.CaptionOptions {
	o := inference.CaptionOptions{
		Preset: inference.CaptionPreset(f.preset), Beams: f.beams, NBest: f.nBest, MaxTokens: f.maxTokens, MinTokens: f.minTokens,
		LengthNorm: inference.LengthNorm(f.lengthNorm), RepetitionPenalty: f.repetition, TopP: f.topP, Temperature: f.temperature, Seed: f.seed, AnyStart: f.anyStart,
	}
	if changed("prompt") {
		o.Prompt = &f.prompt
	}
	for _, w := range strings.Split(f.avoid, ",") {
		if w = strings.TrimSpace(w); w != "" {
			o.Avoid = append(o.Avoid, w)
		}
	}
	return o
}
