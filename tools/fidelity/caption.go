package main

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"descry/inference"
	"descry/inference/pipeline"
)

// The bounds of a captioner, fp32 or half-precision weights alike: the reference
// computes with the same rounded numbers.
const (
	pixelBound = 1e-5
	logitBound = 1e-3
	rankBound  = 1e-4 // two captions nearer than this may change places
)

// searched is one search of the reference.
type searched struct {
	Beams  int
	NBest  int `json:"n_best"`
	Prompt []int
	Max    int
	Min    int
	Norm   inference.LengthNorm
	Found  []struct {
		Tokens  []int
		Stopped bool
		Rank    float64
	}
	Margins []float64 // of greedy search: by how much each token won
}

// searches are the names of the searches that a picture is put through: those of
// the reference, for another container greedy alone.
func (r *runner) searches(all map[string]searched) []string {
	if r.again {
		return []string{"greedy"}
	}
	return slices.Sorted(maps.Keys(all)) // greedy comes first
}

// thePrompt is what the references' prompted searches begin with.
const thePrompt = "a picture of"

// options are those of the same search: the paper's preset where the stop token
// is not allowed at once, else Hugging Face's.
func (s searched) options() inference.CaptionOptions {
	prompt, penalty, preset := "", 1.0, inference.PresetHuggingFace
	if len(s.Prompt) > 0 {
		prompt = thePrompt
	}
	if s.Min > 0 {
		preset = inference.PresetPaper
	}
	return inference.CaptionOptions{Preset: preset, Prompt: &prompt, Beams: s.Beams, NBest: s.NBest, MaxTokens: s.Max, MinTokens: s.Min,
		LengthNorm: s.Norm, LengthPenalty: &penalty, RepetitionPenalty: 1, AnyStart: true}
}

// caption compares a captioner's stages and searches.
func (c *comparison) caption() error {
	var all map[string]searched
	if err := readJSON(c.json, &all); err != nil {
		return err
	}
	logits, moved := 0.0, map[string]int{"greedy": 0, "beam": 0}
	for i, name := range c.searches(all) {
		s, told := all[name], traced{}
		got, err := c.engine.Caption(told.context(c.ctx), c.picture, s.options(), nil)
		if err != nil {
			return err
		}
		if i == 0 {
			if err := c.seen(told); err != nil {
				return err
			}
		}
		kind := "beam"
		if s.Beams == 1 {
			kind = "greedy"
			far, err := c.steps(name, s, told[pipeline.StageLogits], got.Hypotheses[0].TokenIDs)
			if err != nil {
				return err
			}
			logits = worse(logits, far)
		}
		moved[kind] += c.sequences(name, s, got)
	}
	c.measure("logits of each step", logits, logitBound)
	c.measure("greedy: other token ids", float64(moved["greedy"]), 0)
	if c.again {
		return nil
	}
	c.measure("3 beams, n-best: other token ids", float64(moved["beam"]), 0)
	return nil
}

// seen compares what the vision tower was given and gave.
func (c *comparison) seen(told traced) error {
	far, err := c.tensor(told[pipeline.StageCaptionPixels][0], "pixels", 1)
	if err != nil {
		return err
	}
	c.measure("preprocessed tensor", far, pixelBound)
	worst := 0.0
	for _, layer := range []int{0, 11} {
		for kind, stage := range map[string]pipeline.Stage{"cross_k": pipeline.StageCrossKeys, "cross_v": pipeline.StageCrossValues} {
			far, err := c.tensor(told[stage+pipeline.Stage(fmt.Sprint(layer))][0], fmt.Sprintf("%s.%d", kind, layer), 1)
			if err != nil {
				return err
			}
			worst = worse(worst, far)
		}
	}
	c.measure("encoder output, as each layer's keys and values", worst, logitBound)
	return nil
}

// steps compares the logits of a greedy search up to the first other token.
func (c *comparison) steps(name string, s searched, got [][]float32, tokens []int) (float64, error) {
	want, err := c.tensors.Float32s(name + ".logits")
	if err != nil {
		return 0, err
	}
	worst := 0.0
	for step, row := range got {
		if (step+1)*len(row) > len(want) || step > 0 && !slices.Equal(tokens[:min(step, len(tokens))], s.Found[0].Tokens[:min(step, len(s.Found[0].Tokens))]) {
			break
		}
		for i, v := range row {
			worst = worse(worst, float64(v-want[step*len(row)+i]))
		}
	}
	return worst, nil
}

// sequences counts the captions that differ where the reference was sure.
func (c *comparison) sequences(name string, s searched, got *inference.Caption) int {
	moved := 0
	for i, w := range s.Found {
		if i < len(got.Hypotheses) && sameCaption(got.Hypotheses[i], w.Tokens, w.Stopped) {
			continue
		}
		margin := s.margin(i, got)
		if margin <= logitBound {
			c.note("%s %s: another caption, where the reference's own margin is %.1e", c.into.Picture, name, margin)
			continue
		}
		moved++
		c.note("%s %s: caption %d differs; the reference's margin is %.1e", c.into.Picture, name, i+1, margin)
	}
	return moved
}

// sameCaption compares tokens, and whether the stop token ended them.
func sameCaption(got inference.Hypothesis, tokens []int, stopped bool) bool {
	return slices.Equal(got.TokenIDs, tokens) && (len(got.LogProbs) > len(got.TokenIDs)) == stopped
}

// margin says how sure the reference was of its i-th caption: of greedy search
// the difference of the two best logits at the first token that differs, of
// beams how much nearer in rank another of its captions is.
func (s searched) margin(i int, got *inference.Caption) float64 {
	if s.Beams == 1 && len(got.Hypotheses) > 0 {
		mine := got.Hypotheses[0].TokenIDs
		for k, margin := range s.Margins {
			if k >= len(mine) || k >= len(s.Found[0].Tokens) || mine[k] != s.Found[0].Tokens[k] {
				return margin
			}
		}
		return math.Inf(1)
	}
	nearest := math.Inf(1)
	for k, f := range s.Found {
		if k != i && math.Abs(f.Rank-s.Found[i].Rank) <= rankBound {
			nearest = math.Abs(f.Rank - s.Found[i].Rank)
		}
	}
	return nearest
}
