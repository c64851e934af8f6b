package main

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"descry/inference"
	"descry/inference/pipeline"
)

// The bounds for a captioner, with fp32 and half-precision weights alike: the
// reference computes with the same rounded numbers.
const (
	pixelBound = 1e-5
	logitBound = 1e-3
	rankBound  = 1e-4 // two captions closer than this may swap
)

// search is one search of the reference.
type search struct {
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
	Margins []float64 // of greedy search: the lead of each token over the second best
}

// searches returns the names of the searches to run: those of the reference, or
// only the greedy one for another container.
func (r *runner) searches(all map[string]search) []string {
	if r.again {
		return []string{"greedy"}
	}
	return slices.Sorted(maps.Keys(all)) // greedy comes first
}

// promptText is the prompt of the references' prompted searches.
const promptText = "a picture of"

// options returns the options of the same search: the paper's preset if there is a
// minimum length, else Hugging Face's.
func (s search) options() inference.CaptionOptions {
	prompt, penalty, preset := "", 1.0, inference.PresetHuggingFace
	if len(s.Prompt) > 0 {
		prompt = promptText
	}
	if s.Min > 0 {
		preset = inference.PresetPaper
	}
	return inference.CaptionOptions{Preset: preset, Prompt: &prompt, Beams: s.Beams, NBest: s.NBest, MaxTokens: s.Max, MinTokens: s.Min,
		LengthNorm: s.Norm, LengthPenalty: &penalty, RepetitionPenalty: 1, AnyStart: true}
}

// caption compares a captioner's stages and searches.
func (c *comparison) caption() error {
	var all map[string]search
	if err := readJSON(c.json, &all); err != nil {
		return err
	}
	logits, moved := 0.0, map[string]int{"greedy": 0, "beam": 0}
	for i, name := range c.searches(all) {
		s, stages := all[name], trace{}
		got, err := c.engine.Caption(stages.context(c.ctx), c.picture, s.options(), nil)
		if err != nil {
			return err
		}
		if i == 0 {
			if err := c.vision(stages); err != nil {
				return err
			}
		}
		kind := "beam"
		if s.Beams == 1 {
			kind = "greedy"
			far, err := c.stepLogits(name, s, stages[pipeline.StageLogits], got.Hypotheses[0].TokenIDs)
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

// vision compares the input and output of the vision tower.
func (c *comparison) vision(stages trace) error {
	far, err := c.tensor(stages[pipeline.StageCaptionPixels][0], "pixels", 1)
	if err != nil {
		return err
	}
	c.measure("preprocessed tensor", far, pixelBound)
	worst := 0.0
	for _, layer := range []int{0, 11} {
		for kind, stage := range map[string]pipeline.Stage{"cross_k": pipeline.StageCrossKeys, "cross_v": pipeline.StageCrossValues} {
			far, err := c.tensor(stages[stage+pipeline.Stage(fmt.Sprint(layer))][0], fmt.Sprintf("%s.%d", kind, layer), 1)
			if err != nil {
				return err
			}
			worst = worse(worst, far)
		}
	}
	c.measure("encoder output, as each layer's keys and values", worst, logitBound)
	return nil
}

// stepLogits compares the logits of a greedy search up to the first different
// token.
func (c *comparison) stepLogits(name string, s search, got [][]float32, tokens []int) (float64, error) {
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

// sequences counts the captions that differ although the reference's margin is
// large.
func (c *comparison) sequences(name string, s search, got *inference.Caption) int {
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

// margin returns the reference's margin for its i-th caption: for greedy search the
// difference between the two best logits at the first token that differs, for beam
// search the distance in rank to another of its captions.
func (s search) margin(i int, got *inference.Caption) float64 {
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
