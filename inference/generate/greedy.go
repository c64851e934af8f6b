package generate

import "context"

// greedy takes the best token at each step until the stop token or the limit
// (transformers: greedy_search). The processors act on the logits; the reported
// log-probabilities are the unprocessed ones.
func greedy(ctx context.Context, m Model, o Options, grown func(Growth)) (Hypothesis, error) {
	var h Hypothesis
	var logs, scores []float32
	next, parents := o.Prompt, []int(nil)
	for range o.MaxTokens {
		logits, err := step(ctx, m, [][]int{next}, parents)
		if err != nil {
			return Hypothesis{}, err
		}
		logs = resize(logs, len(logits[0]))
		if err := logSoftmax(logs, logits[0]); err != nil {
			return Hypothesis{}, err
		}
		scores = append(scores[:0], logits[0]...)
		o.process(scores, h.Tokens)
		id := argmax(scores)
		if scores[id] == negInf {
			break // the processors forbid every token
		}
		h.LogProbs = append(h.LogProbs, float64(logs[id]))
		if id == o.Stop {
			h.Stopped = true
			break
		}
		h.Tokens = append(h.Tokens, id)
		grown(Growth{Tokens: h.Tokens, LogProbs: h.LogProbs})
		next, parents = []int{id}, []int{0}
	}
	h.Score = mean(h.LogProbs)
	h.Rank = h.Score
	return h, nil
}

// argmax returns the first index of the greatest score.
func argmax(scores []float32) int {
	best := 0
	for i, s := range scores {
		if s > scores[best] {
			best = i
		}
	}
	return best
}

// resize returns a slice of length n, reusing s where it is long enough.
func resize(s []float32, n int) []float32 {
	if cap(s) < n {
		return make([]float32, n)
	}
	return s[:n]
}
