package pipeline

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"descry/inference"
	"descry/inference/generate"
	"descry/inference/ort"
	"descry/internal/failure"
	"descry/models"
)

// tinyReference is what transformers computes with a tiny random BLIP
// (tools/reference/blip.py).
type tinyReference struct {
	Pixels []float32
	Steps  []struct {
		Tokens  [][]int
		Parents []int
	}
	Model, Tied struct {
		CrossK [][]float32 `json:"cross_k"`
		CrossV [][]float32 `json:"cross_v"`
		Logits [][]float32
	}
}

func tinySpec(file string) *models.CaptionSpec {
	s := &models.CaptionSpec{Common: models.Common{Architecture: "blip"}, Vocabulary: filepath.Join("testdata", "blip", "vocab.txt")}
	s.Weights = filepath.Join("testdata", "blip", file)
	s.Config = filepath.Join("testdata", "blip", "config.json")
	return s
}

// furthest returns the greatest difference.
func furthest(t *testing.T, what string, got, want []float32) float64 {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d values, want %d", what, len(got), len(want))
	}
	most := 0.0
	for i := range got {
		most = max(most, math.Abs(float64(got[i]-want[i])))
	}
	return most
}

// relative returns furthest as a part of the greatest value wanted.
func relative(t *testing.T, what string, got, want []float32) float64 {
	t.Helper()
	largest := 0.0
	for _, w := range want {
		largest = max(largest, math.Abs(float64(w)))
	}
	return furthest(t, what, got, want) / largest
}

func TestBothGraphsComputeWhatTransformersComputes(t *testing.T) {
	lib := runtimeLibrary(t)
	var r tinyReference
	readJSON(t, filepath.Join("testdata", "blip", "reference.json.gz"), &r)
	for file, want := range map[string]*struct {
		CrossK [][]float32 `json:"cross_k"`
		CrossV [][]float32 `json:"cross_v"`
		Logits [][]float32
	}{"model.safetensors": &r.Model, "tied.safetensors": &r.Tied} {
		t.Run(file, func(t *testing.T) {
			c, err := newCaptioner(tinySpec(file), sessionConfig{lib, ort.DeviceCPU, 1})
			if err != nil {
				t.Fatal(err)
			}
			defer c.close()
			side := int64(c.pixels.Width)
			image, err := c.vision.Run(context.Background(), []*ort.Tensor{ort.NewFloat32([]int64{1, 3, side, side}, r.Pixels)})
			if err != nil {
				t.Fatal(err)
			}
			for i := range want.CrossK {
				k := relative(t, "cross_k", image[2*i].Float32s(), want.CrossK[i])
				v := relative(t, "cross_v", image[2*i+1].Float32s(), want.CrossV[i])
				if k > 2e-5 || v > 2e-5 {
					t.Errorf("layer %d: keys differ by %.1e, values by %.1e", i, k, v)
				}
			}
			d := c.decode(image)
			for i, s := range r.Steps {
				parents := s.Parents
				if i == 0 {
					parents = nil
				}
				logits, err := d.Step(context.Background(), s.Tokens, parents)
				if err != nil {
					t.Fatal(err)
				}
				if far := relative(t, "logits", slices.Concat(logits...), want.Logits[i]); far > 2e-5 {
					t.Errorf("step %d: logits differ by %.1e", i, far)
				}
			}
		})
	}
}

// starterReference is the part of the starter models' reference.json that
// captions need: PyTorch's greedy search, one entry a scene.
type starterReference struct {
	Scenes []struct {
		File    string
		Caption struct {
			TokenIDs []int `json:"token_ids"`
			Text     string
			Logits   []float32 `json:"first_step_logits"`
		}
	}
}

// starter makes the starter set's captioner, over other weights if one is named.
func starter(tb testing.TB, lib *ort.Library, weights string, threads int) *captioner {
	tb.Helper()
	set, err := models.Dirs{}.LoadSet(shared(tb, "starter", "set"))
	if err != nil {
		tb.Fatal(err)
	}
	if weights != "" {
		set.Caption.Weights = weights
	}
	c, err := newCaptioner(set.Caption, sessionConfig{lib, ort.DeviceCPU, threads})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := c.close(); err != nil {
			tb.Error(err)
		}
	})
	return c
}

func TestStarterCaptionsEqualPyTorchsTokenForToken(t *testing.T) {
	lib := runtimeLibrary(t)
	var r starterReference
	readJSON(t, shared(t, "starter", "reference.json"), &r)
	if len(r.Scenes) != 30 {
		t.Fatalf("%d scenes, want 30", len(r.Scenes))
	}
	for name, file := range map[string]struct {
		weights string
		near    float64
	}{
		"fp32": {"", 3e-5},
		"fp16": {shared(t, "starter", "containers", "blip.model.fp16.safetensors"), 0.05},
	} {
		t.Run(name, func(t *testing.T) {
			c := starter(t, lib, file.weights, 2)
			for _, s := range r.Scenes {
				p := scene(t, shared(t, "starter", "scenes", s.File))
				var told []string
				got, err := c.run(context.Background(), p, inference.CaptionOptions{}, func(k inference.CaptionToken) { told = append(told, k.Text) })
				if err != nil {
					t.Fatal(err)
				}
				h := got.Hypotheses[0]
				if !slices.Equal(h.TokenIDs, s.Caption.TokenIDs) || h.Text != s.Caption.Text {
					t.Errorf("%s: %q %v, want %q %v", s.File, h.Text, h.TokenIDs, s.Caption.Text, s.Caption.TokenIDs)
				}
				if len(told) != len(h.TokenIDs) || told[len(told)-1] != h.Text {
					t.Errorf("%s: told %q of %q", s.File, told, h.Text)
				}
				if far := furthest(t, "logits", firstLogits(t, c, p), s.Caption.Logits); far > file.near {
					t.Errorf("%s: first logits differ by %.1e", s.File, far)
				}
			}
		})
	}
}

// firstLogits are those after the start token.
func firstLogits(t *testing.T, c *captioner, p inference.Picture) []float32 {
	t.Helper()
	image, err := c.encodeImage(context.Background(), p)
	if err != nil {
		t.Fatal(err)
	}
	logits, err := c.decode(image).Step(context.Background(), [][]int{{c.language.Start}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return logits[0]
}

// searched is one search by transformers on a sample picture (starter.json).
type searched struct {
	Scene         string
	Beams         int
	NBest         int `json:"n_best"`
	Prompt        string
	Max, Min      int
	Norm          inference.LengthNorm
	LengthPenalty float64 `json:"length_penalty"`
	Repetition    float64
	NGram         int
	Found         []struct {
		Tokens      []int
		Stopped     bool
		Score, Rank float64
	}
}

func (s searched) options() inference.CaptionOptions {
	return inference.CaptionOptions{
		Prompt: &s.Prompt, Beams: s.Beams, MaxTokens: s.Max, MinTokens: s.Min, LengthNorm: s.Norm, LengthPenalty: &s.LengthPenalty,
		RepetitionPenalty: s.Repetition, NoRepeatNGram: s.NGram, NBest: s.NBest,
	}
}

func TestStarterBeamsEqualThoseOfTransformers(t *testing.T) {
	lib := runtimeLibrary(t)
	set, err := models.Dirs{}.LoadSet(filepath.Join("..", "..", "resources", "starter"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := newCaptioner(set.Caption, sessionConfig{lib, ort.DeviceCPU, 2})
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	var all []searched
	readJSON(t, filepath.Join("testdata", "blip", "starter.json"), &all)
	if len(all) < 80 {
		t.Fatalf("only %d searches", len(all))
	}
	for i, s := range all {
		what := fmt.Sprintf("%d: %s, %d beams, prompt %q", i, s.Scene, s.Beams, s.Prompt)
		got, err := c.run(context.Background(), scene(t, filepath.Join("..", "..", "resources", "samples", s.Scene)), s.options(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Hypotheses) != len(s.Found) {
			t.Errorf("%s: %d captions, want %d", what, len(got.Hypotheses), len(s.Found))
			continue
		}
		for k, want := range s.Found {
			h := got.Hypotheses[k]
			if !slices.Equal(h.TokenIDs, want.Tokens) {
				t.Errorf("%s, caption %d: %v, want %v", what, k, h.TokenIDs, want.Tokens)
			}
			if stopped := len(h.LogProbs) > len(h.TokenIDs); stopped != want.Stopped {
				t.Errorf("%s, caption %d: stopped %v", what, k, stopped)
			}
			if math.Abs(h.Score-want.Score) > 1e-4 || math.Abs(h.Rank-want.Rank) > 1e-4*max(1, math.Abs(want.Rank)) {
				t.Errorf("%s, caption %d: score %v rank %v, want %v and %v", what, k, h.Score, h.Rank, want.Score, want.Rank)
			}
			if strings.HasPrefix(h.Text, "a picture") || h.Text == "" {
				t.Errorf("%s, caption %d: %q has the prompt in it", what, k, h.Text)
			}
		}
	}
}

func tinyPicture() inference.Picture {
	p := inference.Picture{Name: "tiny", Width: 5, Height: 3, Pix: make([]byte, 45)}
	for i := range p.Pix {
		p.Pix[i] = byte(i * 37)
	}
	return p
}

func tiny(t *testing.T, change func(*models.CaptionSpec)) (*captioner, error) {
	t.Helper()
	spec := tinySpec("model.safetensors")
	change(spec)
	c, err := newCaptioner(spec, sessionConfig{runtimeLibrary(t), ort.DeviceCPU, 1})
	if err == nil {
		t.Cleanup(func() { _ = c.close() })
	}
	return c, err
}

func TestTheSetsSearchHoldsUntilTheRequestSaysOtherwise(t *testing.T) {
	none, zero, word := "", 0.0, "w5"
	c, err := tiny(t, func(s *models.CaptionSpec) {
		s.Prompt, s.Beams, s.MaxTokens, s.MinTokens, s.LengthNorm = "w4 w6", 2, 6, 1, "generated"
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, k := range map[string]struct {
		asked inference.CaptionOptions
		want  generate.Options
	}{
		"nothing":       {inference.CaptionOptions{}, generate.Options{Beams: 2, MaxTokens: 6, MinTokens: 1, NBest: 1, LengthNorm: "generated", LengthPenalty: 1, RepetitionPenalty: 1}},
		"everything":    {inference.CaptionOptions{Beams: 3, MaxTokens: 4, MinTokens: 2, NBest: 2, LengthNorm: "whole", LengthPenalty: &zero, RepetitionPenalty: 1.5, NoRepeatNGram: 2}, generate.Options{Beams: 3, MaxTokens: 4, MinTokens: 2, NBest: 2, LengthNorm: "whole", RepetitionPenalty: 1.5, NoRepeatNGram: 2}},
		"only captions": {inference.CaptionOptions{NBest: 5}, generate.Options{Beams: 5, MaxTokens: 6, MinTokens: 1, NBest: 5, LengthNorm: "generated", LengthPenalty: 1, RepetitionPenalty: 1}},
		"too many":      {inference.CaptionOptions{MaxTokens: 99}, generate.Options{Beams: 2, MaxTokens: 13, MinTokens: 1, NBest: 1, LengthNorm: "generated", LengthPenalty: 1, RepetitionPenalty: 1}},
	} {
		k.want.Prompt, k.want.Stop, k.want.Temperature = []int{42, 4, 6}, 3, 1
		got, err := c.search([]int{4, 6}, k.asked)
		if err != nil || fmt.Sprint(got) != fmt.Sprint(k.want) {
			t.Errorf("%s: %+v, %v, want %+v", name, got, err, k.want)
		}
	}
	with := func(prompt *string) string {
		got, err := c.run(context.Background(), tinyPicture(), inference.CaptionOptions{Prompt: prompt, Beams: 1}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(got.Hypotheses[0].LogProbs[0])
	}
	if with(nil) == with(&none) || with(nil) == with(&word) {
		t.Error("the prompt changes nothing")
	}
}

func TestAPromptThatIsTooLongSaysHowLongItMayBe(t *testing.T) {
	c, err := tiny(t, func(*models.CaptionSpec) {})
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("w4 ", 15)
	_, err = c.run(context.Background(), tinyPicture(), inference.CaptionOptions{Prompt: &long}, nil)
	if f := failure.Of(err, failure.Model); f == nil || f.Kind != failure.Usage || !strings.Contains(f.Message.String(), "takes 14") {
		t.Errorf("%v", err)
	}
	fits := strings.Repeat("w4 ", 14)
	if got, err := c.run(context.Background(), tinyPicture(), inference.CaptionOptions{Prompt: &fits}, nil); err != nil || len(got.Hypotheses[0].LogProbs) != 1 {
		t.Errorf("the longest prompt: %+v, %v; want one token", got, err)
	}
}

func TestACaptionThatIsCancelledEndsBetweenTokensAndBeforeTheVisionTower(t *testing.T) {
	c, err := tiny(t, func(*models.CaptionSpec) {})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	told := 0
	_, err = c.run(ctx, tinyPicture(), inference.CaptionOptions{MinTokens: 10}, func(inference.CaptionToken) {
		if told++; told == 2 {
			cancel()
		}
	})
	if f := failure.Of(err, failure.Model); f == nil || f.Kind != failure.Cancelled || told != 2 {
		t.Errorf("%v after %d tokens", err, told)
	}
	if _, err := c.run(cancelled(), tinyPicture(), inference.CaptionOptions{}, nil); failure.Of(err, failure.Model) == nil || failure.Of(err, failure.Model).Kind != failure.Cancelled {
		t.Errorf("cancelled before: %v", err)
	}
}

func TestAFileThatIsWrongIsNamedWithTheReasonAndWhatToDo(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	config, err := os.ReadFile(filepath.Join("testdata", "blip", "config.json"))
	if err != nil {
		t.Fatal(err)
	}
	edited := func(from, to string) string {
		text := strings.Replace(string(config), from, to, 1)
		if text == string(config) {
			t.Fatalf("%q is not in config.json", from)
		}
		return text
	}
	for name, k := range map[string]struct {
		change  func(*models.CaptionSpec) string // gives the file that is to be named
		message string
	}{
		"no weights":     {func(s *models.CaptionSpec) string { s.Weights = filepath.Join(dir, "absent"); return "absent" }, ""},
		"no config":      {func(s *models.CaptionSpec) string { s.Config = filepath.Join(dir, "none.json"); return "none.json" }, ""},
		"config no JSON": {func(s *models.CaptionSpec) string { s.Config = write("a.json", "{"); return "a.json" }, "JSON"},
		"other shape": {func(s *models.CaptionSpec) string {
			s.Config = write("b.json", edited(`"vocab_size": 44`, `"vocab_size": 45`))
			return "model.safetensors"
		}, "[44 18], expected [45 18]"},
		"a layer too many": {func(s *models.CaptionSpec) string {
			s.Config = write("c.json", edited(`"num_hidden_layers": 3`, `"num_hidden_layers": 4`))
			return "model.safetensors"
		}, "layer.3"},
		"no head count": {func(s *models.CaptionSpec) string {
			s.Config = write("d.json", edited(`"num_attention_heads": 3,`, ``))
			return "d.json"
		}, "num_attention_heads"},
		"other gelu": {func(s *models.CaptionSpec) string {
			s.Config = write("e.json", edited(`"gelu"`, `"gelu_new"`))
			return "e.json"
		}, "gelu_new"},
		"other size":    {func(s *models.CaptionSpec) string { s.Preprocessor = write("f.json", `{"size": 384}`); return "f.json" }, "40 × 40"},
		"no vocabulary": {func(s *models.CaptionSpec) string { s.Vocabulary = filepath.Join(dir, "vocab"); return "vocab" }, ""},
		"large vocabulary": {func(s *models.CaptionSpec) string {
			s.Vocabulary = write("v.txt", "[UNK]\n"+numbered(50))
			return "v.txt"
		}, "51 tokens"},
	} {
		t.Run(name, func(t *testing.T) {
			var file string
			_, err := tiny(t, func(s *models.CaptionSpec) { file = k.change(s) })
			f := failure.Of(err, failure.Usage)
			if f == nil || f.Kind != failure.Model || !strings.Contains(f.Subject, file) || !strings.Contains(f.Message.String(), k.message) || f.Hint.IsZero() {
				t.Errorf("%+v, want %q and %q", f, file, k.message)
			}
		})
	}
}

func numbered(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "n%d\n", i)
	}
	return b.String()
}

func BenchmarkCaption(b *testing.B) {
	lib := runtimeLibrary(b)
	c := starter(b, lib, "", 0)
	p := scene(b, shared(b, "starter", "scenes", "score_07.png"))
	ctx := context.Background()
	b.Run("vision", func(b *testing.B) {
		for range b.N {
			if _, err := c.encodeImage(ctx, p); err != nil {
				b.Fatal(err)
			}
		}
	})
	for _, beams := range []int{1, 3} {
		b.Run(fmt.Sprintf("token/%d", beams), func(b *testing.B) {
			image, err := c.encodeImage(ctx, p)
			if err != nil {
				b.Fatal(err)
			}
			tokens, parents := make([][]int, beams), make([]int, beams)
			for i := range tokens {
				tokens[i] = []int{20 + i}
			}
			var d *decoding
			for i := range b.N {
				if i%15 == 0 { // as long as a caption
					d = c.decode(image)
				}
				if _, err := d.Step(ctx, tokens, parents); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("whole/%d", beams), func(b *testing.B) {
			for range b.N {
				if _, err := c.run(ctx, p, inference.CaptionOptions{Beams: beams}, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
