package generate

import (
	"context"
	"math"
	"slices"
	"testing"
)

// counting is a model that counts its steps.
type counting struct {
	Model
	steps int
}

func (c *counting) Step(ctx context.Context, tokens [][]int, parents []int) ([][]float32, error) {
	c.steps++
	return c.Model.Step(ctx, tokens, parents)
}

func TestNoStepIsMadeOnceEveryTokenIsForbidden(t *testing.T) {
	for _, beams := range []int{1, 2} {
		o := plain(beams)
		o.Prompt, o.Stop, o.MinTokens, o.NoRepeatNGram = []int{0}, 3, 8, 1
		m := &counting{Model: constantLogits{1, 2, 3, 4}}
		if _, err := Search(context.Background(), m, o, nil); err != nil || m.steps != 3 {
			t.Errorf("%d beams: %d steps, %v; want 3: two tokens, and one to see that there is no third", beams, m.steps, err)
		}
	}
}

func TestOfEqualTokensTheFirstIsTaken(t *testing.T) {
	o := plain(1)
	o.MaxTokens = 2
	got, err := Search(context.Background(), constantLogits{1, 4, 2, 4, 4, 0}, o, nil)
	if err != nil || !slices.Equal(got[0].Tokens, []int{1, 1}) {
		t.Errorf("%+v, %v", got, err)
	}
	s := &beamSearch{o: Options{Beams: 1}}
	for i, c := range []candidate{{0, 0, 1}, {0, 1, 1}, {0, 2, 1}, {0, 3, 2}, {1, 0, 2}, {1, 1, 1}} {
		s.offer(c)
		want := [][]candidate{{{0, 0, 1}}, {{0, 0, 1}, {0, 1, 1}}, {{0, 0, 1}, {0, 1, 1}}, {{0, 3, 2}, {0, 0, 1}}, {{0, 3, 2}, {1, 0, 2}}, {{0, 3, 2}, {1, 0, 2}}}[i]
		if !slices.Equal(s.best, want) {
			t.Errorf("after %v the best continuations are %v, want %v", c, s.best, want)
		}
	}
	p := pool{size: 2, worst: 1e9}
	for i, rank := range []float64{1, 2, 1, 0.5, 1} { // the third and fifth are no better than the worst
		p.add(Hypothesis{Tokens: []int{i}, Rank: rank})
	}
	if all := p.sorted(); len(all) != 2 || all[0].Tokens[0] != 1 || all[1].Tokens[0] != 0 {
		t.Errorf("the pool holds %+v", all)
	}
}

// A prompt or a stop token may have numbers beyond the vocabulary that a damaged
// or cut decoder answers with: they are nobody's score.
func TestTokensBeyondTheVocabularyHaveNoScore(t *testing.T) {
	o := plain(1)
	o.Prompt, o.Stop, o.MinTokens, o.MaxTokens = []int{4, 1, 4, 1, 4}, 4, 2, 3
	o.RepetitionPenalty, o.NoRepeatNGram = 2, 2
	o.Banned, o.BannedStarts = [][]int{{4}}, [][]int{{4}}
	got, err := Search(context.Background(), constantLogits{1, 6, 2.5, 0}, o, nil)
	// First the pair (4, 1) would come again, so 2 is taken; then token 1, of half its
	// score still the best; then the pair (1, 4) is forbidden, but 4 has no score.
	if err != nil || !slices.Equal(got[0].Tokens, []int{2, 1, 1}) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestDrawnSequencesAreWhole(t *testing.T) {
	o := drawing(0.95, 4, 12)
	var told [][]int
	got, err := Search(context.Background(), &table{seed: 5}, o, func(g Growth) {
		if len(g.LogProbs) != len(g.Tokens) {
			t.Errorf("%d log-probabilities of %d tokens", len(g.LogProbs), len(g.Tokens))
		}
		told = append(told, slices.Clone(g.Tokens))
	})
	if err != nil {
		t.Fatal(err)
	}
	lengths := map[int]bool{}
	for _, h := range got {
		lengths[len(h.Tokens)] = true
		if !h.Stopped && len(h.Tokens) != o.MaxTokens {
			t.Errorf("%v neither stopped nor reached the limit", h.Tokens)
		}
	}
	if len(lengths) < 3 {
		t.Errorf("all sequences are of lengths %v: the cases show little", lengths)
	}
	// The first sequence is told, token by token, and no other.
	alone, err := Search(context.Background(), &table{seed: 5}, drawing(0.95, 4, 1), nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, tokens := range told {
		if !slices.Equal(tokens, alone[0].Tokens[:i+1]) {
			t.Errorf("told of %v, drew %v", tokens, alone[0].Tokens)
		}
	}
	if len(told) != len(alone[0].Tokens) || len(told) == 0 {
		t.Errorf("told %d times of %d tokens", len(told), len(alone[0].Tokens))
	}
}

func TestDrawingKeepsTheRules(t *testing.T) {
	o := drawing(1, 8, 40)
	o.NoRepeatNGram, o.MinTokens, o.Banned = 1, 3, [][]int{{2}, {4}}
	got, err := Search(context.Background(), &table{seed: 21}, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range got {
		sorted := slices.Sorted(slices.Values(h.Tokens))
		if len(slices.Compact(sorted)) != len(h.Tokens) || slices.Contains(h.Tokens, 2) || slices.Contains(h.Tokens, 4) || len(h.Tokens) < o.MinTokens {
			t.Errorf("drew %v", h.Tokens)
		}
	}
}

func TestOfEquallyLikelySequencesTheFirstDrawnComesFirst(t *testing.T) {
	o := drawing(1, 6, 30)
	o.MaxTokens, o.MinTokens = 1, 1
	uniform := make(constantLogits, 24)
	all, err := Search(context.Background(), uniform, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	for n := 1; n < len(all); n++ {
		o.NBest = n
		some, err := Search(context.Background(), uniform, o, nil)
		if err != nil || !slices.EqualFunc(some, all[:n], func(a, b Hypothesis) bool { return slices.Equal(a.Tokens, b.Tokens) }) {
			t.Fatalf("the first %d are %v, of all %v (%v)", n, some, all, err)
		}
	}
}

func TestTheNucleusIsNoLargerThanAsked(t *testing.T) {
	var n nucleus
	for _, c := range []struct {
		scores []float32
		p      float64
		ids    []int
		probs  []float64
	}{
		{[]float32{1, 1}, 0.5, []int{0}, []float64{1}},
		{[]float32{1, 1}, 0.51, []int{0, 1}, []float64{0.5, 0.5}},
		{[]float32{1, 1, 1, 1}, 0.75, []int{0, 1, 2}, []float64{1. / 3, 1. / 3, 1. / 3}},
		{[]float32{negInf, 800, 799}, 1, []int{1, 2}, []float64{1 / (1 + math.Exp(-1)), 1 / (1 + math.E)}},
		{[]float32{-800, negInf, -799}, 1, []int{2, 0}, []float64{1 / (1 + math.Exp(-1)), 1 / (1 + math.E)}},
	} {
		n.choose(c.scores, 1, c.p)
		near := slices.EqualFunc(n.probs, c.probs, func(a, b float64) bool { return math.Abs(a-b) < 1e-12 })
		if !slices.Equal(n.ids, c.ids) || !near {
			t.Errorf("%v, p %v: tokens %v of %v, want %v of %v", c.scores, c.p, n.ids, n.probs, c.ids, c.probs)
		}
	}
}
