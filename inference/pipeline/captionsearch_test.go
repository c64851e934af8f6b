package pipeline

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"descry/inference"
	"descry/inference/ort"
	"descry/internal/failure"
	"descry/models"
)

// worded makes the tiny captioner over a vocabulary with these words from token
// 4 on, with room for long captions.
func worded(t *testing.T, set func(*models.CaptionSpec), words ...string) *captioner {
	t.Helper()
	lines := append([]string{"[PAD]", "[UNK]", "[CLS]", "[SEP]"}, words...)
	for len(lines) < 42 {
		lines = append(lines, fmt.Sprint("w", len(lines)))
	}
	path := filepath.Join(t.TempDir(), "vocab.txt")
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := tiny(t, func(s *models.CaptionSpec) {
		s.Vocabulary = path
		if set != nil {
			set(s)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestPresetsCountTokensAsThoseWhoMadeThem(t *testing.T) {
	c := worded(t, func(s *models.CaptionSpec) { s.Prompt, s.Beams, s.MaxTokens = "w8", 2, 9 }, "a", "picture", "of")
	c.language.Positions = 512
	long := "a a a a a a"
	for name, k := range map[string]struct {
		asked                         inference.CaptionOptions
		prompt, beams, tokens, before int
		norm                          inference.LengthNorm
	}{
		"the set's":              {inference.CaptionOptions{}, 1, 2, 9, 0, "whole"},
		"the set's, by name":     {inference.CaptionOptions{Preset: "own"}, 1, 2, 9, 0, "whole"},
		"paper":                  {inference.CaptionOptions{Preset: "paper"}, 3, 3, 16, 1, "whole"},
		"paper, another prompt":  {inference.CaptionOptions{Preset: "paper", Prompt: &long}, 6, 3, 13, 0, "whole"},
		"paper, other numbers":   {inference.CaptionOptions{Preset: "paper", Beams: 5, MaxTokens: 7, MinTokens: 2, LengthNorm: "generated"}, 3, 5, 7, 2, "generated"},
		"huggingface":            {inference.CaptionOptions{Preset: "huggingface"}, 0, 1, 19, 0, "whole"},
		"huggingface, a prompt":  {inference.CaptionOptions{Preset: "huggingface", Prompt: &long}, 6, 1, 13, 0, "whole"},
		"seed":                   {inference.CaptionOptions{Preset: "seed"}, 0, 1, 30, 0, "whole"},
		"drawn, whatever is set": {inference.CaptionOptions{Preset: "paper", TopP: 0.9, NBest: 4}, 3, 1, 16, 1, "whole"},
	} {
		given, err := c.words.Encode(c.prompt(k.asked))
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.search(given, k.asked)
		if err != nil || len(got.Prompt) != 1+k.prompt || got.Beams != k.beams || got.MaxTokens != k.tokens || got.MinTokens != k.before || got.LengthNorm != k.norm {
			t.Errorf("%s: %+v, %v; want %+v", name, got, err, k)
		}
	}
	if _, err := c.search(nil, inference.CaptionOptions{Preset: "papre"}); failure.Of(err, failure.Model) == nil || failure.Of(err, failure.Model).Kind != failure.Usage {
		t.Errorf("an unknown preset: %v", err)
	}
}

func TestASilentSetOverOfficialWordsIsSearchedAsThePaperDoes(t *testing.T) {
	paper, _ := inference.PresetPaper.Recipe()
	c := worded(t, nil)
	if got := c.recipe(inference.CaptionOptions{}); got != plainRecipe {
		t.Errorf("another vocabulary: %+v", got)
	}
	c.language.Published = true
	if got := c.recipe(inference.CaptionOptions{}); got != paper {
		t.Errorf("a silent set: %+v", got)
	}
	c.spec.Beams = 1
	if got := c.recipe(inference.CaptionOptions{}); got != plainRecipe {
		t.Errorf("a set that speaks: %+v", got)
	}
}

func TestWordsToAvoidAreTokensThatMayNotCome(t *testing.T) {
	c := worded(t, nil, "dog", "##house", "cat", "ara", "##fed", "##ffe", "ab", "##c")
	got, err := c.avoided([]string{"Dog", "doghouse", "cat dog", "", " ", "zebra", "dog zebra"})
	if err != nil || fmt.Sprint(got) != "[[4] [4 5] [6 4]]" {
		t.Errorf("%v, %v", got, err)
	}
	if got := c.badStarts(); fmt.Sprint(got) != "[[7] [7]]" {
		t.Errorf("starts %v", got)
	}
	if _, err := c.avoided(make([]string, mostAvoided+1)); err == nil {
		t.Error("an endless list is taken")
	}
	if _, err := c.avoided([]string{"\xff"}); err == nil {
		t.Error("bytes that are no text are taken")
	}
	on := inference.CaptionOptions{MaxTokens: 8}
	for range 6 { // each time, what came first is avoided from then on
		found, err := c.run(context.Background(), tinyPicture(), on, nil)
		if err != nil {
			t.Fatal(err)
		}
		ids := found.Hypotheses[0].TokenIDs
		if len(ids) == 0 {
			break
		}
		word := c.words.Token(ids[0])
		if slices.Contains(on.Avoid, word) {
			t.Fatalf("%q came although it is avoided: %v", word, on.Avoid)
		}
		if !strings.HasPrefix(word, "##") {
			on.Avoid = append(on.Avoid, word)
		}
	}
	if len(on.Avoid) == 0 {
		t.Error("nothing was avoided")
	}
}

func TestNoiseWordsBeginNoCaptionUnlessTheyMay(t *testing.T) {
	// The vocabulary gives the likeliest first token the name of the noise.
	plain, err := worded(t, nil).run(context.Background(), tinyPicture(), inference.CaptionOptions{MinTokens: 2}, nil)
	if err != nil {
		t.Fatal(err)
	}
	at := plain.Hypotheses[0].TokenIDs[0]
	words := make([]string, at-3)
	for i := range words {
		words[i] = fmt.Sprint("x", i)
	}
	words[len(words)-1] = "ara"
	c := worded(t, nil, append(words, "##fed", "##ffe")...)
	for any, want := range map[bool]bool{false: false, true: true} {
		got, err := c.run(context.Background(), tinyPicture(), inference.CaptionOptions{AnyStart: any, MinTokens: 2}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if begins := got.Hypotheses[0].TokenIDs[0] == at; begins != want {
			t.Errorf("any start %v: begins with the noise %v: %q", any, begins, got.Hypotheses[0].Text)
		}
	}
}

func TestDrawnCaptionsAreAsManyAsWantedAndTheSameForASeed(t *testing.T) {
	c := worded(t, nil)
	draw := func(seed uint64) string {
		got, err := c.run(context.Background(), tinyPicture(), inference.CaptionOptions{TopP: 0.95, NBest: 5, Seed: seed, MaxTokens: 8}, nil)
		if err != nil || len(got.Hypotheses) != 5 {
			t.Fatalf("%+v, %v", got, err)
		}
		text := ""
		for _, h := range got.Hypotheses {
			text += h.Text + "|"
		}
		return text
	}
	if a, b := draw(4), draw(4); a != b {
		t.Errorf("%q and then %q", a, b)
	}
	if a, b := draw(4), draw(5); a == b {
		t.Errorf("two seeds drew %q", a)
	}
}

func TestSalesforcesOwnFilesWriteWhatHuggingFacesDo(t *testing.T) {
	lib := runtimeLibrary(t)
	ids := func(file string) string {
		spec := tinySpec(file)
		c, err := newCaptioner(spec, sessionConfig{lib: lib, device: ort.DeviceCPU, threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		defer c.close()
		got, err := c.run(context.Background(), tinyPicture(), inference.CaptionOptions{Beams: 3, NBest: 3}, nil)
		if err != nil {
			t.Fatal(err)
		}
		text := ""
		for _, h := range got.Hypotheses {
			text += fmt.Sprintf("%v %.4f ", h.TokenIDs, h.Rank)
		}
		return text
	}
	// The same numbers, there in half precision that holds them exactly.
	want := ids("tied.safetensors")
	for _, file := range []string{"salesforce.pth", "checkpoint.pth"} {
		if got := ids(file); got != want {
			t.Errorf("%s: %s, want %s", file, got, want)
		}
	}
	if other := ids("model.safetensors"); other == want {
		t.Errorf("another model writes the same: %s", other)
	}
}
