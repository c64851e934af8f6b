package generate

import (
	"context"
	"math"
	"sort"

	"descry/inference"
	"descry/internal/failure"
)

// beam is one live sequence.
type beam struct {
	tokens   []int     // new tokens
	logProbs []float64 // raw log-probability of each
	sum      float32   // of processed log-probabilities; float32 as in transformers, for the same ties
	row      int       // the model's row that it continues
}

// beamSearch keeps o.Beams live sequences and a pool of finished ones
// (transformers: beam_search, BeamSearchScorer, BeamHypotheses).
type beamSearch struct {
	model Model
	o     Options
	grown func(Growth)
	live  []beam
	pool  pool
	logs  [][]float32 // raw log-softmax of each live beam's next token
	score []float32   // processed, of one beam
	best  []candidate // the 2·Beams best continuations, best first
}

// candidate is one continuation of one live beam.
type candidate struct {
	beam, token int
	sum         float32
}

func newBeamSearch(m Model, o Options, grown func(Growth)) *beamSearch {
	s := &beamSearch{model: m, o: o, grown: grown, pool: pool{size: o.Beams, worst: 1e9}}
	s.live = make([]beam, o.Beams)
	s.logs = make([][]float32, o.Beams)
	// All beams start from the prompt, in the model's one row. Only the first has
	// a finite score, else all would choose the same tokens.
	for i := 1; i < o.Beams; i++ {
		s.live[i].sum = -1e9
	}
	return s
}

func (s *beamSearch) run(ctx context.Context) ([]Hypothesis, error) {
	for n := 0; n < s.o.MaxTokens; n++ {
		if err := s.step(ctx, n == 0); err != nil {
			return nil, err
		}
		s.choose()
		if s.best[0].sum == negInf {
			break // the processors forbid every token: return what was found
		}
		if err := s.advance(); err != nil {
			return nil, err
		}
		if s.done() {
			return s.result(), nil
		}
		s.grown(Growth{Tokens: s.live[0].tokens, LogProbs: s.live[0].logProbs})
	}
	for _, b := range s.live {
		s.pool.add(s.hypothesis(b.tokens, b.logProbs, false, float64(b.sum)))
	}
	return s.result(), nil
}

// step runs the model on every live beam's last token and stores the raw
// log-softmax of the next one. The first step runs the prompt once for all beams.
func (s *beamSearch) step(ctx context.Context, first bool) error {
	tokens, parents := [][]int{s.o.Prompt}, []int(nil)
	if !first {
		tokens, parents = make([][]int, len(s.live)), make([]int, len(s.live))
		for i, b := range s.live {
			tokens[i], parents[i] = b.tokens[len(b.tokens)-1:], b.row
		}
	}
	logits, err := step(ctx, s.model, tokens, parents)
	if err != nil {
		return err
	}
	for i := range s.live {
		row := 0
		if !first {
			row = i
		}
		s.live[i].row = row
		s.logs[i] = resize(s.logs[i], len(logits[row]))
		if err := logSoftmax(s.logs[i], logits[row]); err != nil {
			return err
		}
	}
	return nil
}

// choose finds the 2·Beams best continuations of all live beams: enough for Beams
// to remain even if each beam's best is the stop token. Equal sums keep the order
// of beam and token.
func (s *beamSearch) choose() {
	s.best = s.best[:0]
	for i, b := range s.live {
		s.score = append(s.score[:0], s.logs[i]...)
		s.o.process(s.score, b.tokens)
		for id, score := range s.score {
			s.offer(candidate{i, id, score + b.sum})
		}
	}
}

func (s *beamSearch) offer(c candidate) {
	full := len(s.best) == 2*s.o.Beams
	if full && !(c.sum > s.best[len(s.best)-1].sum) {
		return
	}
	if !full {
		s.best = append(s.best, c)
	}
	i := len(s.best) - 1
	for ; i > 0 && c.sum > s.best[i-1].sum; i-- {
		s.best[i] = s.best[i-1]
	}
	s.best[i] = c
}

// advance goes through the candidates in order: a stop token among the best Beams
// ends a sequence, any other token makes one of the next live beams
// (BeamSearchScorer.process).
func (s *beamSearch) advance() error {
	next := make([]beam, 0, s.o.Beams)
	for rank, c := range s.best {
		from := s.live[c.beam]
		logProbs := append(append([]float64(nil), from.logProbs...), float64(s.logs[c.beam][c.token]))
		if c.token == s.o.Stop {
			if rank < s.o.Beams {
				s.pool.add(s.hypothesis(from.tokens, logProbs, true, float64(c.sum)))
			}
			continue
		}
		tokens := append(append([]int(nil), from.tokens...), c.token)
		next = append(next, beam{tokens, logProbs, c.sum, from.row})
		if len(next) == s.o.Beams {
			s.live = next
			return nil
		}
	}
	return failure.New(failure.Model, "caption", "", "the vocabulary is too small for so many beams").WithHint("Ask for fewer beams.")
}

// done reports whether no live beam can still become better than the worst of a
// full pool, judged by the best continuation's sum at its present length
// (BeamHypotheses.is_done, early_stopping False; transformers 4.15 used a length
// shorter by one). live has grown already.
func (s *beamSearch) done() bool {
	if len(s.pool.found) < s.o.Beams {
		return false
	}
	length := s.length(len(s.live[0].tokens))
	return s.pool.worst >= float64(s.best[0].sum)/math.Pow(length, s.o.LengthPenalty)
}

// length returns the divisor, before the exponent, of a sum over n new tokens.
// Whether n includes the stop token is up to the caller.
func (s *beamSearch) length(n int) float64 {
	if s.o.LengthNorm == inference.LengthNormWhole {
		n += len(s.o.Prompt)
	}
	return float64(max(n, 1))
}

// hypothesis scores a finished sequence (BeamHypotheses.add). The whole length
// leaves the stop token out, the generated length counts it.
func (s *beamSearch) hypothesis(tokens []int, logProbs []float64, stopped bool, sum float64) Hypothesis {
	n := len(tokens)
	if stopped && s.o.LengthNorm == inference.LengthNormGenerated {
		n++
	}
	return Hypothesis{
		Tokens: tokens, LogProbs: logProbs, Stopped: stopped,
		Score: mean(logProbs),
		Rank:  sum / math.Pow(s.length(n), s.o.LengthPenalty),
	}
}

// result returns the NBest best of the pool. Sequences of probability 0 (one beam
// had only forbidden tokens left) are dropped; transformers returns them, padded.
func (s *beamSearch) result() []Hypothesis {
	sorted := s.pool.sorted()
	n := 0
	for n < len(sorted) && n < s.o.NBest && !math.IsInf(sorted[n].Rank, 0) {
		n++
	}
	return sorted[:max(n, 1)]
}

// pool keeps the best finished sequences (BeamHypotheses).
type pool struct {
	size  int
	found []Hypothesis // in the order in which they were added
	worst float64      // rank of the worst
}

func (p *pool) add(h Hypothesis) {
	if len(p.found) == p.size && !(h.Rank > p.worst) {
		return
	}
	p.found = append(p.found, h)
	if len(p.found) <= p.size {
		p.worst = min(p.worst, h.Rank)
		return
	}
	least := 0
	for i, f := range p.found {
		if f.Rank < p.found[least].Rank {
			least = i
		}
	}
	p.found = append(p.found[:least], p.found[least+1:]...)
	p.worst = p.found[0].Rank
	for _, f := range p.found {
		p.worst = min(p.worst, f.Rank)
	}
}

// sorted returns the pool, best first; of equals the last added comes first, as
// transformers pops from the end of a stable sort.
func (p *pool) sorted() []Hypothesis {
	all := make([]Hypothesis, len(p.found))
	for i, h := range p.found {
		all[len(all)-1-i] = h
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].Rank > all[j].Rank })
	return all
}
