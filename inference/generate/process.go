package generate

import (
	"math"

	"descry/internal/failure"
)

// logSoftmax writes log(softmax(logits)) to out, of the same length. It returns an
// error if a logit is not a number.
func logSoftmax(out, logits []float32) error {
	most := logits[0]
	for _, x := range logits {
		most = max(most, x) // NaN if any is
	}
	sum := 0.0
	for _, x := range logits {
		sum += math.Exp(float64(x - most))
	}
	if math.IsNaN(sum) || math.IsInf(float64(most), 0) {
		return failure.New(failure.Model, "caption", "", "the decoder's output is not a number").WithHint("The weights are damaged, or of another model than their configuration says; install the model again.")
	}
	offset := float64(most) + math.Log(sum)
	for i, x := range logits {
		out[i] = float32(float64(x) - offset)
	}
	return nil
}

var negInf = float32(math.Inf(-1))

// process changes the scores of the next token in place, in transformers' order:
// repetition penalty, no repeated n-gram, no banned words, minimum length. Scores
// are logits in greedy search and log-probabilities in beam search; generated holds
// the new tokens after o.Prompt.
func (o *Options) process(scores []float32, generated []int) {
	sequence := make([]int, 0, len(o.Prompt)+len(generated))
	sequence = append(append(sequence, o.Prompt...), generated...)
	penalise(scores, sequence, float32(o.RepetitionPenalty))
	banRepeats(scores, sequence, o.NoRepeatNGram)
	banSequences(scores, sequence, o.Banned)
	for _, start := range o.BannedStarts {
		if len(start) == len(generated)+1 {
			banSequences(scores, generated, [][]int{start})
		}
	}
	if len(generated) < o.MinTokens && o.Stop < len(scores) {
		scores[o.Stop] = negInf
	}
}

// penalise divides the score of every token of sequence by penalty where it is
// positive and multiplies it where it is negative, once for each distinct token
// (RepetitionPenaltyLogitsProcessor).
func penalise(scores []float32, sequence []int, penalty float32) {
	if penalty == 1 {
		return
	}
	for i, id := range sequence {
		if id >= len(scores) || contains(sequence[:i], id) {
			continue
		}
		if scores[id] < 0 {
			scores[id] *= penalty
		} else {
			scores[id] /= penalty
		}
	}
}

// banRepeats forbids each token that would complete an n-gram that sequence already
// contains (NoRepeatNGramLogitsProcessor).
func banRepeats(scores []float32, sequence []int, n int) {
	if n == 0 || len(sequence)+1 < n {
		return
	}
	tail := sequence[len(sequence)-(n-1):]
	for i := 0; i+n <= len(sequence); i++ {
		if equal(sequence[i:i+n-1], tail) && sequence[i+n-1] < len(scores) {
			scores[sequence[i+n-1]] = negInf
		}
	}
}

// banSequences forbids each token that would complete one of the banned sequences
// (NoBadWordsLogitsProcessor; SuppressTokensAtBeginLogitsProcessor for starts).
func banSequences(scores []float32, sequence []int, banned [][]int) {
	for _, run := range banned {
		head, last := run[:len(run)-1], run[len(run)-1]
		if len(head) <= len(sequence) && last < len(scores) && equal(head, sequence[len(sequence)-len(head):]) {
			scores[last] = negInf
		}
	}
}

func contains(ids []int, id int) bool {
	for _, x := range ids {
		if x == id {
			return true
		}
	}
	return false
}

func equal(a, b []int) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
