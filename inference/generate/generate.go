// Package generate searches for the best token sequence of an autoregressive
// decoder by greedy search, beam search or nucleus sampling, with the logits
// processors and stopping rules of Hugging Face transformers, so that the same
// logits give the same tokens (or, when sampled, the same distribution).
//
// The decoder is a Model: each Step extends every row by new tokens and states
// which row of the previous step it continues, so that a decoder with a key/value
// cache can reorder it. This package is independent of tensors and of the runtime;
// in the tests, a table of numbers is the Model.
//
// The rules were read in transformers 4.30.2 (src/transformers/generation: utils.py
// greedy_search, beam_search and sample, beam_search.py, logits_process.py) and,
// for LengthNormGenerated, 4.41.2 (beam_search.py). early_stopping is always False,
// as in BLIP's configuration.
package generate

import (
	"context"
	"math"
	"slices"

	"descry/inference"
	"descry/internal/failure"
)

// Model is a decoder that computes the logits of the next token for rows of tokens.
type Model interface {
	// Step appends tokens[i] to row i and returns, for each row, the logits of the
	// token after its last: [rows][vocabulary]. All rows get the same number of
	// tokens. parents[i] is the row of the previous step that row i continues; in
	// the first step parents is nil and there is one row, the prompt. The result is
	// valid until the next Step.
	Step(ctx context.Context, tokens [][]int, parents []int) ([][]float32, error)
}

// Options configure a search. Every field is used as it is: the caller sets
// defaults.
type Options struct {
	Prompt []int // the start token and what follows it; at least one token
	Stop   int   // the token that ends a sequence

	Beams     int // live sequences; 1 is greedy search
	MaxTokens int // maximum number of new tokens, the stop token included
	MinTokens int // new tokens before the stop token is allowed
	NBest     int // sequences wanted, at most Beams

	LengthNorm    inference.LengthNorm // the divisor of a beam's score
	LengthPenalty float64              // exponent of that divisor; 1 is the mean, 0 the sum

	// RepetitionPenalty lowers the score of each token that is in the sequence
	// already, the prompt included (Keskar et al. 2019, "CTRL", §4.1); 1 is none.
	RepetitionPenalty float64
	NoRepeatNGram     int // n-grams of this length occur once, the prompt included; 0: no limit

	Banned       [][]int // token sequences that must not occur, not even across the prompt's end; none is empty
	BannedStarts [][]int // token sequences with which the new tokens must not begin; none is empty

	// TopP above 0 selects nucleus sampling: tokens are drawn from the most likely
	// ones whose probabilities reach TopP together, after division of the logits by
	// Temperature. Then Beams is 1 and NBest sequences are drawn from Seed.
	TopP        float64
	Temperature float64 // above 0; unused without TopP
	Seed        uint64
}

// check returns an error for the first invalid option.
func (o Options) check() error {
	usage := func(format string, args ...any) error {
		return failure.New(failure.Usage, "caption", "", format, args...)
	}
	switch {
	case len(o.Prompt) == 0:
		return usage("the search has no start token")
	case o.Beams < 1:
		return usage("%d beams: at least 1 is needed", o.Beams)
	case o.MaxTokens < 1:
		return usage("at most %d tokens: at least 1 is needed", o.MaxTokens)
	case o.MinTokens < 0 || o.NoRepeatNGram < 0:
		return usage("a count of tokens is negative")
	case !(o.TopP >= 0 && o.TopP <= 1):
		return usage("the share of likely tokens to draw from is %g, which is not between 0 and 1", o.TopP)
	case o.TopP > 0 && (o.Beams != 1 || o.NBest < 1):
		return usage("%d random captions with %d beams: only 1 beam is possible", o.NBest, o.Beams)
	case o.TopP > 0 && (!(o.Temperature > 0) || math.IsInf(o.Temperature, 1)):
		return usage("the temperature %g is not above 0", o.Temperature)
	case hasEmpty(o.Banned) || hasEmpty(o.BannedStarts):
		return usage("a banned run of tokens is empty")
	case o.TopP == 0 && (o.NBest < 1 || o.NBest > o.Beams):
		return usage("%d captions from %d beams: 1 to %d are possible", o.NBest, o.Beams, o.Beams)
	case o.LengthNorm != inference.LengthNormWhole && o.LengthNorm != inference.LengthNormGenerated:
		return usage("the length normalisation %q is unknown: it is %q or %q", o.LengthNorm, inference.LengthNormWhole, inference.LengthNormGenerated)
	case !(o.RepetitionPenalty > 0) || math.IsInf(o.RepetitionPenalty, 1):
		return usage("the repetition penalty %g is not above 0", o.RepetitionPenalty)
	case math.IsNaN(o.LengthPenalty) || math.IsInf(o.LengthPenalty, 0):
		return usage("the length penalty is not a number")
	}
	return nil
}

// hasEmpty reports whether one of the sequences is empty.
func hasEmpty(runs [][]int) bool {
	return slices.ContainsFunc(runs, func(run []int) bool { return len(run) == 0 })
}

// Hypothesis is one sequence that was found.
type Hypothesis struct {
	Tokens   []int     // new tokens, without prompt and stop token
	LogProbs []float64 // raw log-softmax of each new token; with Stopped one more, the stop token's
	Stopped  bool      // the stop token was chosen; else MaxTokens was reached
	Score    float64   // mean of LogProbs
	Rank     float64   // the key by which the search sorts; Score for greedy search
}

// Growth describes a sequence that has grown by one token: the only one in greedy
// search, the best live one in beam search (which may then differ from the previous
// one in more than its last token). The slices are valid during the call only.
type Growth struct {
	Tokens   []int // new tokens so far
	LogProbs []float64
}

// Search finds sequences, best first: o.NBest of them, or fewer where the
// processors leave no other sequence a probability above 0. grown may be nil.
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

// step calls the model and checks the shape of its result.
func step(ctx context.Context, m Model, tokens [][]int, parents []int) ([][]float32, error) {
	if err := ctx.Err(); err != nil {
		return nil, failure.Wrap(failure.Cancelled, "caption", "", err, "")
	}
	logits, err := m.Step(ctx, tokens, parents)
	if err != nil {
		return nil, failure.Wrap(failure.Model, "caption", "", err, "")
	}
	if len(logits) != len(tokens) || len(logits[0]) == 0 {
		return nil, failure.New(failure.Model, "caption", "", "the decoder returned %d rows for %d", len(logits), len(tokens))
	}
	return logits, nil
}

// mean returns the mean of xs, 0 if there are none.
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
