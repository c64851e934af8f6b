package picture

import (
	"fmt"
	"reflect"
	"testing"

	"descry/inference"
	"descry/settings"
)

func TestPathsAreFoundInPastedText(t *testing.T) {
	for text, want := range map[string][]string{
		"/p/a.png":                               {"/p/a.png"},
		"  \"/p/a b.png\"\n":                     {"/p/a b.png"},
		"file:///p/a%20b.png\r\nfile:///p/c.png": {"/p/a b.png", "/p/c.png"},
		"copy\nfile:///p/a.png":                  {"/p/a.png"},
		"~/x.jpg":                                {"/home/ada/x.jpg"},
		"a dog in the snow":                      nil,
		"/p/a.png\nand some words":               nil,
		"":                                       nil,
		"https://example.org/a.png":              nil,
	} {
		if got := pathsIn(text, "/home/ada"); !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestTheFormSaysHowACaptionIsAskedFor(t *testing.T) {
	prompt := "a drawing of"
	for name, c := range map[string]struct {
		form            settings.CaptionForm
		attempt         int
		caption, others inference.CaptionOptions
	}{
		"nothing chosen":  {settings.CaptionForm{}, 0, inference.CaptionOptions{}, inference.CaptionOptions{Beams: 4, NBest: 4}},
		"asked for again": {settings.CaptionForm{Beams: 3}, 1, inference.CaptionOptions{Beams: 5, NBest: 4}, inference.CaptionOptions{Beams: 4, NBest: 4}},
		"and again":       {settings.CaptionForm{}, 3, inference.CaptionOptions{Beams: 10, NBest: 4}, inference.CaptionOptions{Beams: 4, NBest: 4}},
		"from the start":  {settings.CaptionForm{Beams: 1}, 4, inference.CaptionOptions{Beams: 1, NBest: 1}, inference.CaptionOptions{Beams: 4, NBest: 4}},
		"searched": {
			settings.CaptionForm{Preset: "paper", Prompt: " a drawing of ", Beams: 10, LengthNorm: "generated", Repetition: 1.5, Avoid: "man, two people,,man ,", AnyStart: true}, 0,
			inference.CaptionOptions{Preset: "paper", Prompt: &prompt, Beams: 10, LengthNorm: "generated", RepetitionPenalty: 1.5, Avoid: []string{"man", "two people"}, AnyStart: true},
			inference.CaptionOptions{Preset: "paper", Prompt: &prompt, Beams: 10, NBest: 4, LengthNorm: "generated", RepetitionPenalty: 1.5, Avoid: []string{"man", "two people"}, AnyStart: true},
		},
		"drawn": {settings.CaptionForm{TopP: 0.9}, 2, inference.CaptionOptions{TopP: 0.9, Seed: 2}, inference.CaptionOptions{TopP: 0.9, NBest: 4, Seed: 2 + alternativeSeeds}},
	} {
		if got := captionOptions(c.form, SlotCaption, c.attempt); !reflect.DeepEqual(got, c.caption) {
			t.Errorf("%s: %+v, want %+v", name, got, c.caption)
		}
		if got := captionOptions(c.form, SlotAlternatives, c.attempt); !reflect.DeepEqual(got, c.others) {
			t.Errorf("%s, others: %+v, want %+v", name, got, c.others)
		}
	}
}

func TestResultsAreBounded(t *testing.T) {
	state := New()
	r, block := reduction{s: Scene{State: &state}}, make([]byte, 3<<20)
	for i := range mostResults + 50 {
		r.change(fmt.Sprint(i), "starter", func(res *result) {
			res.classes = &inference.Classes{Map: block}
		})
	}
	bytes := 0
	for _, res := range r.s.results {
		if res.classes != nil {
			bytes += len(res.classes.Map)
		}
	}
	if len(r.s.results) != mostResults || bytes > mostClassMaps {
		t.Errorf("%d results, %d bytes of class maps", len(r.s.results), bytes)
	}
	if last := r.s.results[len(r.s.results)-1]; last.classes == nil {
		t.Error("the newest was forgotten first")
	}
}
