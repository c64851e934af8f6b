package prefs

import (
	"fmt"
	"math"

	"descry/inference"
	"descry/internal/message"
	"descry/settings"
	"descry/ui/state/core"
)

// The actions of the page of caption options.
type (
	// PresetSet chooses a way of finding captions; empty: the model set's own.
	PresetSet struct{ Preset inference.CaptionPreset }
	// PromptSet is the whole text of the field for a caption's beginning.
	PromptSet struct{ Text string }
	// BeamsSet searches with so many beams (0: the preset's), and draws no more.
	BeamsSet struct{ Beams int }
	// DrawingSet draws words, from the likeliest that make up the share TopP.
	DrawingSet struct{ TopP, Temperature float64 }
	// LengthNormSet chooses what the scores of beams are divided by.
	LengthNormSet struct{ Norm inference.LengthNorm }
	// RepetitionSet makes words that came before less likely; 0: it does not.
	RepetitionSet struct{ Penalty float64 }
	// AvoidSet is the whole text of the field for words to avoid.
	AvoidSet struct{ Text string }
	// AnyStartToggled lets captions begin with noise words, or keeps them from it.
	AnyStartToggled struct{}
)

// CaptionPage chooses how captions are found.
type CaptionPage struct {
	Title  string
	Text   string
	Groups []core.Group // way, search, length, repeated words
	Prompt core.TextField
	Avoid  core.TextField
	Noise  core.Button // a check box: noise words are kept from the start
	Again  core.Button // writes the visible picture's caption again; empty without a picture
	Close  core.Button
}

// TextField is a line of text that a person types. Text is what it begins with:
// the widget sends what is typed and does not take its own words back.
type TextField struct {
	Name        string
	Hint        string // under the name
	Placeholder string
	Text        string
}

func (e Env) captions() CaptionPage {
	f := e.Settings().Caption
	sheet := CaptionPage{
		Title: "Caption options", Close: core.CloseButton("Done"),
		Text:   "Applies to new captions; existing ones stay.",
		Again:  e.Rewrite,
		Groups: []core.Group{e.presetGroup(), searchGroup(f), repetitionGroup(f), lengthGroup(f)},
		Prompt: core.TextField{Name: "Start with", Hint: "The model continues from these words; they are not part of the caption", Placeholder: e.promptHint(), Text: f.Prompt},
		Avoid:  core.TextField{Name: "Words to avoid", Hint: "Separated by commas; a phrase is avoided only as a whole", Placeholder: "man, two people", Text: f.Avoid},
		Noise: core.Button{Text: "Never start with “arafed” or “araffe”", Tip: "BLIP large sometimes starts captions with these meaningless words",
			Enabled: true, On: !f.AnyStart, Do: AnyStartToggled{}},
	}
	return sheet
}

// promptHint says what stands in the place of an empty beginning.
func (e Env) promptHint() string {
	r, known := e.Settings().Caption.Preset.Recipe()
	switch {
	case !known:
		return "model default"
	case r.Prompt == "":
		return "none"
	}
	return r.Prompt
}

func (e Env) presetGroup() core.Group {
	g := core.Group{Name: "Preset", Text: "Used unless changed below"}
	for _, p := range []struct {
		preset    inference.CaptionPreset
		text, tip string
	}{
		{"", "Model default", "The settings that come with the model"},
		{inference.PresetPaper, "BLIP paper style", "Continues from “a picture of”, compares 3 captions, up to 20 word pieces including that start"},
		{inference.PresetHuggingFace, "Hugging Face style", "Picks the likeliest word each time, up to 20 word pieces"},
		{inference.PresetSeed, "Simple and longer", "Picks the likeliest word each time, up to 30 word pieces"},
	} {
		g.Choices = append(g.Choices, core.Choice{Text: p.text, Tip: p.tip, On: e.Settings().Caption.Preset == p.preset, Do: PresetSet{p.preset}})
	}
	return g
}

// draws are the ways of drawing that can be chosen.
var draws = []struct {
	topP, temperature float64
	text, tip         string
}{
	{0.9, 1, "Vary", "Pick at random among likely words; each try gives a different caption"},
	{0.95, 1.3, "Vary more", "Pick at random among more words; bolder and more often wrong"},
}

func searchGroup(f settings.CaptionForm) core.Group {
	g := core.Group{Name: "Search", Text: "Candidates compared, or random choice"}
	add := func(n int, text, tip string) {
		g.Choices = append(g.Choices, core.Choice{Text: text, Tip: tip, On: f.TopP == 0 && f.Beams == n, Do: BeamsSet{n}})
	}
	add(0, "Preset default", "")
	add(1, "1", "Pick the likeliest word each time; fastest")
	for _, n := range core.With([]int{3, 5, settings.MostBeams}, f.Beams) {
		if n > 1 {
			add(n, fmt.Sprint(n), message.Sprintf("Compare %d captions", n))
		}
	}
	for _, d := range draws {
		on := f.TopP > 0 && same(f.TopP, d.topP) && same(f.DrawingTemperature(), d.temperature)
		g.Choices = append(g.Choices, core.Choice{Text: d.text, Tip: d.tip, On: on, Do: DrawingSet{d.topP, d.temperature}})
	}
	return withOther(g, message.Sprintf("Top-p %.2g, temperature %.2g", f.TopP, f.DrawingTemperature()), DrawingSet{f.TopP, f.Temperature})
}

func repetitionGroup(f settings.CaptionForm) core.Group {
	g := core.Group{Name: "Repeated words"}
	for _, c := range []struct {
		penalty float64
		text    string
	}{{0, "Allowed"}, {1.1, "Less often"}, {1.5, "Rarely"}} {
		g.Choices = append(g.Choices, core.Choice{Text: c.text, Tip: "", On: same(f.Repetition, c.penalty), Do: RepetitionSet{c.penalty}})
	}
	return withOther(g, message.Sprintf("Penalty %.3g", f.Repetition), RepetitionSet{f.Repetition})
}

func lengthGroup(f settings.CaptionForm) core.Group {
	g := core.Group{Name: "Captions of different length", Text: "Length used for scoring"}
	for _, c := range []struct {
		norm      inference.LengthNorm
		text, tip string
	}{
		{"", "Preset default", ""},
		{inference.LengthNormWhole, "Whole caption", "Counts the start as well, as in BLIP's paper"},
		{inference.LengthNormGenerated, "New words", "Counts only the words that the model adds, as newer libraries do"},
	} {
		g.Choices = append(g.Choices, core.Choice{Text: c.text, Tip: c.tip, On: f.LengthNorm == c.norm, Do: LengthNormSet{c.norm}})
	}
	return g
}

// withOther adds what a settings file says and no choice does.
func withOther(g core.Group, text string, do core.Action) core.Group {
	for _, c := range g.Choices {
		if c.On {
			return g
		}
	}
	g.Choices = append(g.Choices, core.Choice{Text: text, Tip: "", On: true, Do: do})
	return g
}

// changeForm changes the form.
func (r *reduction) changeForm(f func(*settings.CaptionForm)) {
	r.t.ChangeSettings(func(s *settings.Settings) { f(&s.Caption) })
}

func (a PresetSet) on(r *reduction) {
	r.changeForm(func(f *settings.CaptionForm) { f.Preset = a.Preset })
}

func (a PromptSet) on(r *reduction) {
	r.changeForm(func(f *settings.CaptionForm) { f.Prompt = a.Text })
}

func (a BeamsSet) on(r *reduction) {
	r.changeForm(func(f *settings.CaptionForm) { f.Beams, f.TopP, f.Temperature = a.Beams, 0, 0 })
}

func (a DrawingSet) on(r *reduction) {
	r.changeForm(func(f *settings.CaptionForm) { f.TopP, f.Temperature, f.Beams = a.TopP, a.Temperature, 0 })
}

func (a LengthNormSet) on(r *reduction) {
	r.changeForm(func(f *settings.CaptionForm) { f.LengthNorm = a.Norm })
}

func (a RepetitionSet) on(r *reduction) {
	r.changeForm(func(f *settings.CaptionForm) { f.Repetition = a.Penalty })
}

func (a AvoidSet) on(r *reduction) {
	r.changeForm(func(f *settings.CaptionForm) { f.Avoid = a.Text })
}

func (AnyStartToggled) on(r *reduction) {
	r.changeForm(func(f *settings.CaptionForm) { f.AnyStart = !f.AnyStart })
}

// same reports whether two numbers of the form are the same choice.
func same(a, b float64) bool { return math.Abs(a-b) < 1e-6 }
