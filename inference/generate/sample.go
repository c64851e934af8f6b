package generate

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"sort"
)

// sampler draws o.NBest sequences in parallel (transformers: sample, with
// TemperatureLogitsWarper and TopPLogitsWarper; Holtzman et al. 2019, "The Curious
// Case of Neural Text Degeneration", §3.1). The k-th sequence draws its numbers
// from a PCG (math/rand/v2, O'Neill 2014) seeded with Seed and k, which is the same
// on every platform, so a sequence does not depend on how many are drawn.
type sampler struct {
	o    Options
	rows []drawn
	logs []float32 // raw log-softmax
	work []float32 // processed scores
	nuc  nucleus
}

// drawn is one sequence being drawn.
type drawn struct {
	Hypothesis
	rand *rand.Rand
	row  int // of the model; −1: ended
}

func sample(ctx context.Context, m Model, o Options, grown func(Growth)) ([]Hypothesis, error) {
	s := &sampler{o: o}
	for k := range o.NBest {
		s.rows = append(s.rows, drawn{rand: rand.New(rand.NewPCG(o.Seed, uint64(k)))})
	}
	tokens, parents := [][]int{o.Prompt}, []int(nil)
	for range o.MaxTokens {
		logits, err := step(ctx, m, tokens, parents)
		if err != nil {
			return nil, err
		}
		tokens, parents = nil, nil
		for k := range s.rows {
			r := &s.rows[k]
			if r.row < 0 {
				continue
			}
			from := r.row
			if err := s.draw(r, logits[from]); err != nil {
				return nil, err
			}
			if r.row >= 0 {
				tokens, parents, r.row = append(tokens, r.Tokens[len(r.Tokens)-1:]), append(parents, from), len(parents)
			}
			if k == 0 && r.row >= 0 {
				grown(Growth{Tokens: r.Tokens, LogProbs: r.LogProbs})
			}
		}
		if len(tokens) == 0 {
			break
		}
	}
	return s.result(), nil
}

// draw appends a token to r, or ends it.
func (s *sampler) draw(r *drawn, logits []float32) error {
	s.logs = resize(s.logs, len(logits))
	if err := logSoftmax(s.logs, logits); err != nil {
		return err
	}
	s.work = append(s.work[:0], logits...)
	s.o.process(s.work, r.Tokens)
	s.nuc.choose(s.work, s.o.Temperature, s.o.TopP)
	if len(s.nuc.ids) == 0 { // the processors forbid every token
		r.row = -1
		return nil
	}
	id := s.nuc.at(r.rand.Float64())
	r.LogProbs = append(r.LogProbs, float64(s.logs[id]))
	if id == s.o.Stop {
		r.Stopped, r.row = true, -1
		return nil
	}
	r.Tokens = append(r.Tokens, id)
	return nil
}

// result returns the sequences by descending mean log-probability.
func (s *sampler) result() []Hypothesis {
	var all []Hypothesis
	for _, r := range s.rows {
		r.Score = mean(r.LogProbs)
		r.Rank = r.Score
		all = append(all, r.Hypothesis)
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].Rank > all[j].Rank })
	return all
}

// nucleus holds the most likely tokens, most likely first, and their probabilities,
// normalised.
type nucleus struct {
	ids   []int
	probs []float64
}

// choose keeps the fewest tokens whose probabilities, of softmax(scores /
// temperature), reach p together; at least one that is allowed.
func (n *nucleus) choose(scores []float32, temperature, p float64) {
	n.ids, n.probs = n.ids[:0], n.probs[:0]
	for id, s := range scores {
		if s != negInf {
			n.ids = append(n.ids, id)
		}
	}
	if len(n.ids) == 0 {
		return
	}
	slices.SortStableFunc(n.ids, func(a, b int) int {
		switch {
		case scores[a] > scores[b]:
			return -1
		case scores[a] < scores[b]:
			return 1
		}
		return 0
	})
	sum, most := 0.0, float64(scores[n.ids[0]])
	for _, id := range n.ids {
		x := math.Exp((float64(scores[id]) - most) / temperature)
		n.probs = append(n.probs, x)
		sum += x
	}
	kept, before := 0, 0.0
	for kept < len(n.ids) && (kept == 0 || before < p*sum) {
		before += n.probs[kept]
		kept++
	}
	n.ids, n.probs = n.ids[:kept], n.probs[:kept]
	for i := range n.probs {
		n.probs[i] /= before
	}
}

// at returns the token at x of [0, 1) in the cumulative distribution.
func (n *nucleus) at(x float64) int {
	for i, p := range n.probs {
		if x < p {
			return n.ids[i]
		}
		x -= p
	}
	return n.ids[len(n.ids)-1] // rounding
}
