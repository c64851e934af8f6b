// Package generate searches for the best token sequence of an autoregressive
// decoder: greedy search, beam search and nucleus sampling, with the score
// processors and the stopping rules of Hugging Face transformers, so that the same
// logits give the same tokens (or, drawn, the same distribution).
//
// The decoder is a Model: each Step feeds every row its new tokens and says
// which row of the step before it continues, so that a decoder with a key/value
// cache can reorder it. This package knows no tensor and no runtime; a table of
// numbers is a Model too, which is how it is tested.
//
// The rules were read in transformers 4.30.2 (src/transformers/generation:
// utils.py greedy_search, beam_search and sample, beam_search.py, logits_process.py)
// and, for LengthNormGenerated, 4.41.2 (beam_search.py). early_stopping is
// always False, which is what BLIP's configuration says.
package generate

import (
	"context"
	"fmt"
	"math"
	"slices"

	"descry/inference"
	"descry/internal/failure"
)

// Model is a decoder that gives, for rows of tokens, the logits of the token
// that comes next.
type Model interface {
	// Step appends tokens[i] to row i and returns, for each row, the logits of
	// what follows its last token: [rows][vocabulary]. All rows get equally many
	// tokens. parents[i] is the row of the step before that row i continues; in
	// the first step parents is nil and there is one row, the prompt. The result
	// is read only until the next Step.
	Step(ctx context.Context, tokens [][]int, parents []int) ([][]float32, error)
}

// Options say what is searched for. Every field is used as it is: defaults are
// the caller's.
type Options struct {
	Prompt []int // tokens that are given, the start token first; at least one
	Stop   int   // the token that ends a sequence

	Beams     int // live sequences; 1 is greedy search
	MaxTokens int // most new tokens, the stop token included
	MinTokens int // new tokens before the stop token is allowed
	NBest     int // sequences wanted, at most Beams

	LengthNorm    inference.LengthNorm // what a beam's score is divided by
	LengthPenalty float64              // exponent of that divisor; 1 is the mean, 0 the sum

	// RepetitionPenalty weakens each token that is in the sequence already, the
	// prompt included (Keskar et al. 2019, "CTRL", §4.1); 1 is none.
	RepetitionPenalty float64
	NoRepeatNGram     int // no run of this many tokens twice, the prompt included; 0: allowed

	Banned       [][]int // runs of tokens that may stand nowhere, across the prompt's end included; none is empty
	BannedStarts [][]int // runs that the new tokens may not begin with; none is empty

	// TopP above 0 draws tokens instead of searching: from the likeliest whose
	// probabilities reach TopP together, after division of the logits by
	// Temperature. Then Beams is 1 and NBest sequences are drawn from Seed.
	TopP        float64
	Temperature float64 // above 0; unused without TopP
	Seed        uint64
}

// check reports the first option that cannot be meant.
func (o Options) check() error {
	wrong := ""
	switch {
	case len(o.Prompt) == 0:
		wrong = "the search has no start token"
	case o.Beams < 1:
		wrong = fmt.Sprintf("%d beams: at least 1 is needed", o.Beams)
	case o.MaxTokens < 1:
		wrong = fmt.Sprintf("at most %d tokens: at least 1 is needed", o.MaxTokens)
	case o.MinTokens < 0 || o.NoRepeatNGram < 0:
		wrong = "a count of tokens is negative"
	case !(o.TopP >= 0 && o.TopP <= 1):
		wrong = fmt.Sprintf("the share of likely tokens to draw from is %g, which is not between 0 and 1", o.TopP)
	case o.TopP > 0 && (o.Beams != 1 || o.NBest < 1):
		wrong = fmt.Sprintf("%d captions are to be drawn with %d beams: drawing has one beam", o.NBest, o.Beams)
	case o.TopP > 0 && (!(o.Temperature > 0) || math.IsInf(o.Temperature, 1)):
		wrong = fmt.Sprintf("the temperature %g is not above 0", o.Temperature)
	case hasEmpty(o.Banned) || hasEmpty(o.BannedStarts):
		wrong = "a banned run of tokens is empty"
	case o.TopP == 0 && (o.NBest < 1 || o.NBest > o.Beams):
		wrong = fmt.Sprintf("%d captions of %d beams: 1 to %d can be had", o.NBest, o.Beams, o.Beams)
	case o.LengthNorm != inference.LengthNormWhole && o.LengthNorm != inference.LengthNormGenerated:
		wrong = fmt.Sprintf("the length normalisation %q is unknown: it is %q or %q", o.LengthNorm, inference.LengthNormWhole, inference.LengthNormGenerated)
	case !(o.RepetitionPenalty > 0) || math.IsInf(o.RepetitionPenalty, 1):
		wrong = fmt.Sprintf("the repetition penalty %g is not above 0", o.RepetitionPenalty)
	case math.IsNaN(o.LengthPenalty) || math.IsInf(o.LengthPenalty, 0):
		wrong = "the length penalty is not a number"
	}
	if wrong == "" {
		return nil
	}
	return failure.New(failure.Usage, "caption", "", "%s", wrong)
}

// hasEmpty reports whether one of the runs has no token.
func hasEmpty(runs [][]int) bool {
	return slices.ContainsFunc(runs, func(run []int) bool { return len(run) == 0 })
}

// Hypothesis is one sequence that was found.
type Hypothesis struct {
	Tokens   []int     // new tokens, without prompt and stop token
	LogProbs []float64 // raw log-softmax of each new token; with Stopped one more, the stop token's
	Stopped  bool      // the stop token was chosen; else MaxTokens was reached
	Score    float64   // mean of LogProbs
	Rank     float64   // what the search sorted by; Score for greedy search
}

// Growth tells of a sequence that has just grown by one token: the only one in
// greedy search, the best live one in beam search (which may then differ from
// the one before in more than its last token). The slices are only lent.
type Growth struct {
	Tokens   []int // new tokens so far
	LogProbs []float64
}

// Search finds sequences, best first: exactly o.NBest of them, fewer only where
// the rules leave no other sequence a probability above 0. grown may be nil.
func Search(ctx context.Context, m Model, o Options, grown func(Growth)) ([]Hypothesis, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	if grown == nil {
		grown = func(Growth) {}
	}
	if o.TopP > 0 {
		return sample(ctx, m, o, grown)
	}
	if o.Beams == 1 {
		h, err := greedy(ctx, m, o, grown)
		return []Hypothesis{h}, err
	}
	return newBeamSearch(m, o, grown).run(ctx)
}

// step calls the model and checks the shape of its answer.
func step(ctx context.Context, m Model, tokens [][]int, parents []int) ([][]float32, error) {
	if err := ctx.Err(); err != nil {
		return nil, failure.Wrap(failure.Cancelled, "caption", "", err, "")
	}
	logits, err := m.Step(ctx, tokens, parents)
	if err != nil {
		return nil, failure.Wrap(failure.Model, "caption", "", err, "")
	}
	if len(logits) != len(tokens) || len(logits[0]) == 0 {
		return nil, failure.New(failure.Model, "caption", "", "the decoder answered %d rows for %d", len(logits), len(tokens))
	}
	return logits, nil
}

// mean of xs; 0 of none.
func mean(xs []float64) float64 {
	if len(xs) == 0 {
		return 0
	}
	sum := 0.0
	for _, x := range xs {
		sum += x
	}
	return sum / float64(len(xs))
}
