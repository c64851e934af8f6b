package generate

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"slices"
	"testing"

	"descry/inference"
	"descry/internal/failure"
)

// table is the decoder of tools/reference/generate.py: logits are a hash of the
// last two tokens. Like a decoder with a cache it keeps each row's sequence and
// reorders them by parents.
type table struct {
	seed  uint32
	rows  [][]int
	calls int
}

const (
	tableVocabulary = 24
	tableStop       = 5
)

func (m *table) Step(_ context.Context, tokens [][]int, parents []int) ([][]float32, error) {
	m.calls++
	rows := make([][]int, len(tokens))
	for i, ids := range tokens {
		var past []int
		if parents != nil {
			past = m.rows[parents[i]]
		}
		rows[i] = append(slices.Clone(past), ids...)
	}
	m.rows = rows
	out := make([][]float32, len(rows))
	for i, row := range rows {
		out[i] = m.logits(row)
	}
	return out, nil
}

func (m *table) logits(row []int) []float32 {
	a, b := -1, row[len(row)-1]
	if len(row) > 1 {
		a = row[len(row)-2]
	}
	out := make([]float32, tableVocabulary)
	for v := range out {
		h := m.seed*2654435761 + uint32(a+1)*73856093 + uint32(b+1)*19349663 + uint32(v+1)*83492791
		h ^= h >> 15
		h *= 2246822519
		h ^= h >> 13
		h *= 3266489917
		h ^= h >> 16
		x := float64(h>>8)/16777216.0*6.0 - 3.0
		if v == tableStop {
			x += float64(len(row))*0.25 - 1.0
		}
		out[v] = float32(x)
	}
	return out
}

type reference struct {
	Seed          uint32
	Beams         int
	NBest         int `json:"n_best"`
	Prompt        []int
	Max, Min      int
	Norm          inference.LengthNorm
	LengthPenalty float64 `json:"length_penalty"`
	Repetition    float64
	NGram         int
	Banned        [][]int
	Starts        []int
	Found         []struct {
		Tokens      []int
		Stopped     bool
		Score, Rank float64
	}
}

func (r reference) options() Options {
	return Options{
		Prompt: r.Prompt, Stop: tableStop, Beams: r.Beams, MaxTokens: r.Max, MinTokens: r.Min, NBest: r.NBest,
		LengthNorm: r.Norm, LengthPenalty: r.LengthPenalty, RepetitionPenalty: r.Repetition, NoRepeatNGram: r.NGram,
		Banned: r.Banned, BannedStarts: runs(r.Starts),
	}
}

// runs returns a sequence of each token.
func runs(tokens []int) [][]int {
	var all [][]int
	for _, id := range tokens {
		all = append(all, []int{id})
	}
	return all
}

func references(t *testing.T) []reference {
	t.Helper()
	var all []reference
	if read(t, "testdata/transformers.json.gz", &all); len(all) < 640 {
		t.Fatalf("only %d references", len(all))
	}
	return all
}

func read(t *testing.T, path string, into any) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.NewDecoder(z).Decode(into); err != nil {
		t.Fatal(err)
	}
}

func TestSearchMatchesTransformers(t *testing.T) {
	for _, r := range references(t) {
		got, err := Search(context.Background(), &table{seed: r.Seed}, r.options(), nil)
		if err != nil {
			t.Errorf("case %d: %v", r.Seed, err)
			continue
		}
		if len(got) != len(r.Found) {
			t.Errorf("case %d: %d sequences, want %d", r.Seed, len(got), len(r.Found))
			continue
		}
		for k, want := range r.Found {
			h := got[k]
			if !slices.Equal(h.Tokens, want.Tokens) || h.Stopped != want.Stopped {
				t.Errorf("case %d (%+v), sequence %d: %v stopped %v, want %v stopped %v", r.Seed, r.options(), k, h.Tokens, h.Stopped, want.Tokens, want.Stopped)
			}
			if math.Abs(h.Score-want.Score) > 1e-6 || math.Abs(h.Rank-want.Rank) > 1e-5*max(1, math.Abs(want.Rank)) {
				t.Errorf("case %d, sequence %d: score %v rank %v, want %v and %v", r.Seed, k, h.Score, h.Rank, want.Score, want.Rank)
			}
		}
	}
}

func TestLogProbsAreTheRawOnesOfEachEmittedToken(t *testing.T) {
	for _, r := range references(t) {
		m := &table{seed: r.Seed}
		got, err := Search(context.Background(), m, r.options(), nil)
		if err != nil {
			t.Fatal(err)
		}
		for k, h := range got {
			emitted := slices.Clone(h.Tokens)
			if h.Stopped {
				emitted = append(emitted, tableStop)
			}
			if len(h.LogProbs) != len(emitted) {
				t.Fatalf("case %d, sequence %d: %d log-probabilities for %d tokens", r.Seed, k, len(h.LogProbs), len(emitted))
			}
			row := slices.Clone(r.Prompt)
			for i, id := range emitted {
				logits := m.logits(row)
				sum := 0.0
				for _, x := range logits {
					sum += math.Exp(float64(x))
				}
				if want := float64(logits[id]) - math.Log(sum); math.Abs(h.LogProbs[i]-want) > 1e-5 {
					t.Errorf("case %d, sequence %d, token %d: %v, want %v", r.Seed, k, i, h.LogProbs[i], want)
				}
				row = append(row, id)
			}
		}
	}
}

func TestGreedyReportsEachToken(t *testing.T) {
	for _, r := range references(t) {
		if r.Beams > 1 {
			continue
		}
		var last []int
		got, err := Search(context.Background(), &table{seed: r.Seed}, r.options(), func(g Growth) {
			if len(g.Tokens) != len(last)+1 || !slices.Equal(g.Tokens[:len(last)], last) || len(g.LogProbs) != len(g.Tokens) {
				t.Errorf("case %d: %v after %v", r.Seed, g.Tokens, last)
			}
			last = slices.Clone(g.Tokens)
		})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(last, got[0].Tokens) {
			t.Errorf("case %d: reported %v, found %v", r.Seed, last, got[0].Tokens)
		}
	}
}

func TestBeamSearchReportsOneLongerSequenceEachStep(t *testing.T) {
	for _, r := range references(t) {
		if r.Beams == 1 {
			continue
		}
		m, told := &table{seed: r.Seed}, 0
		_, err := Search(context.Background(), m, r.options(), func(g Growth) {
			told++
			if len(g.Tokens) != told || len(g.LogProbs) != told {
				t.Errorf("case %d: %d tokens in step %d", r.Seed, len(g.Tokens), told)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		if told != m.calls && told != m.calls-1 {
			t.Errorf("case %d: %d reports in %d steps", r.Seed, told, m.calls)
		}
	}
}

func TestSearchEndsBetweenStepsWhenCancelled(t *testing.T) {
	for _, beams := range []int{1, 3} {
		ctx, cancel := context.WithCancel(context.Background())
		m, o := &table{}, plain(beams)
		o.MinTokens = o.MaxTokens
		_, err := Search(ctx, m, o, func(g Growth) {
			if len(g.Tokens) == 2 {
				cancel()
			}
		})
		if f := failure.Of(err, failure.Model); f == nil || f.Kind != failure.Cancelled || !errors.Is(err, context.Canceled) {
			t.Errorf("%d beams: %v, want a cancelled failure", beams, err)
		}
		if m.calls != 2 {
			t.Errorf("%d beams: %d steps after a cancel in the second", beams, m.calls)
		}
	}
}

func plain(beams int) Options {
	return Options{
		Prompt: []int{7}, Stop: tableStop, Beams: beams, MaxTokens: 8, NBest: 1,
		LengthNorm: inference.LengthNormWhole, LengthPenalty: 1, RepetitionPenalty: 1,
	}
}

func TestInvalidOptionsAreRefused(t *testing.T) {
	for name, change := range map[string]func(*Options){
		"no start token":       func(o *Options) { o.Prompt = nil },
		"no beams":             func(o *Options) { o.Beams = 0 },
		"no tokens":            func(o *Options) { o.MaxTokens = 0 },
		"negative least":       func(o *Options) { o.MinTokens = -1 },
		"negative n-gram":      func(o *Options) { o.NoRepeatNGram = -1 },
		"more wanted than had": func(o *Options) { o.NBest = 4 },
		"none wanted":          func(o *Options) { o.NBest = 0 },
		"unknown norm":         func(o *Options) { o.LengthNorm = "half" },
		"a share above 1":      func(o *Options) { o.TopP = 1.5 },
		"drawing with beams":   func(o *Options) { o.TopP, o.Temperature = 0.9, 1 },
		"no temperature":       func(o *Options) { o.TopP, o.Beams = 0.9, 1 },
		"an empty run":         func(o *Options) { o.Banned = [][]int{{}} },
		"zero repetition":      func(o *Options) { o.RepetitionPenalty = 0 },
		"NaN repetition":       func(o *Options) { o.RepetitionPenalty = math.NaN() },
		"NaN length penalty":   func(o *Options) { o.LengthPenalty = math.NaN() },
	} {
		o := plain(3)
		change(&o)
		_, err := Search(context.Background(), &table{}, o, nil)
		if f := failure.Of(err, failure.Model); f == nil || f.Kind != failure.Usage {
			t.Errorf("%s: %v, want a usage failure", name, err)
		}
	}
}

// constantLogits returns the same logits at every step.
type constantLogits []float32

func (s constantLogits) Step(_ context.Context, tokens [][]int, _ []int) ([][]float32, error) {
	out := make([][]float32, len(tokens))
	for i := range out {
		out[i] = s
	}
	return out, nil
}

func TestDamagedLogitsAreAnError(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for name, m := range map[string]constantLogits{
		"NaN first": {nan, 1, 2, 3, 4, 5}, "NaN last": {1, 2, 3, 4, 5, nan}, "infinite": {1, inf, 2, 3, 4, 5},
		"all -Inf": {-inf, -inf, -inf, -inf, -inf, -inf}, "none": {},
	} {
		for _, beams := range []int{1, 2} {
			if _, err := Search(context.Background(), m, plain(beams), nil); failure.Of(err, failure.Usage) == nil || failure.Of(err, failure.Usage).Kind != failure.Model {
				t.Errorf("%s, %d beams: %v, want a model failure", name, beams, err)
			}
		}
	}
}

func TestAForbiddenVocabularyEndsTheCaption(t *testing.T) {
	o := plain(1)
	o.Prompt, o.Stop, o.MinTokens, o.NoRepeatNGram = []int{0}, 3, 8, 1
	got, err := Search(context.Background(), constantLogits{1, 2, 3, 4}, o, nil)
	if err != nil || !slices.Equal(got[0].Tokens, []int{2, 1}) {
		t.Errorf("%v, %v; want tokens 2 and 1, then nothing", got, err)
	}
	o.Beams, o.NBest = 2, 2
	got, err = Search(context.Background(), constantLogits{1, 2, 3, 4}, o, nil)
	if err != nil || len(got) != 2 || !slices.Equal(got[0].Tokens, []int{1, 2}) || !slices.Equal(got[1].Tokens, []int{2, 1}) {
		t.Errorf("two beams: %+v, %v; want tokens 1, 2 and 2, 1", got, err)
	}
	for _, h := range got {
		if math.IsInf(h.Rank, 0) || math.IsNaN(h.Rank) {
			t.Errorf("rank %v is not sortable", h.Rank)
		}
	}
}
