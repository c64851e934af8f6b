package state

import (
	"reflect"
	"testing"

	"descry/inference"
	"descry/settings"
	"descry/ui/state/core"
	"descry/ui/state/prefs"
)

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
		"drawn": {settings.CaptionForm{TopP: 0.9}, 2, inference.CaptionOptions{TopP: 0.9, Seed: 2}, inference.CaptionOptions{TopP: 0.9, NBest: 4, Seed: 2 + otherSeeds}},
	} {
		if got := captionOptions(c.form, slotCaption, c.attempt); !reflect.DeepEqual(got, c.caption) {
			t.Errorf("%s: %+v, want %+v", name, got, c.caption)
		}
		if got := captionOptions(c.form, slotOthers, c.attempt); !reflect.DeepEqual(got, c.others) {
			t.Errorf("%s, others: %+v, want %+v", name, got, c.others)
		}
	}
}

func TestWritingAgainUsesWhatWasChosenAndThenSearchesWider(t *testing.T) {
	d := resultDesk(t)
	again := func() inference.CaptionOptions {
		d.take()
		d.send(Regenerated{})
		for _, s := range pick[Submit](d.take()) {
			if s.Request.Task == inference.TaskCaption {
				d.finish(slotCaption)
				return s.Request.Caption
			}
		}
		t.Fatal("no caption was asked for")
		return inference.CaptionOptions{}
	}
	d.send(prefs.PresetSet{Preset: inference.PresetPaper}, prefs.BeamsSet{Beams: 3})
	if got := again(); got.Beams != 3 || got.Preset != inference.PresetPaper || got.NBest != 0 {
		t.Errorf("first: %+v", got)
	}
	if got := again(); got.Beams != 5 {
		t.Errorf("second: %+v", got)
	}
	d.send(prefs.DrawingSet{TopP: 0.95, Temperature: 1.3})
	if got := again(); got.TopP != 0.95 || got.Temperature != 1.3 || got.Beams != 0 || got.Seed != 0 {
		t.Errorf("drawn: %+v", got)
	}
	if got := again(); got.Seed != 1 {
		t.Errorf("drawn again: %+v", got)
	}
	d.send(prefs.BeamsSet{Beams: 0}, prefs.AvoidSet{Text: "cat"})
	if got := again(); got.TopP != 0 || got.Temperature != 0 || len(got.Avoid) != 1 || got.Beams != 0 {
		t.Errorf("searched once more: %+v", got)
	}
}

func TestTheCaptionSheetShowsWhatIsChosen(t *testing.T) {
	d := newDesk(t)
	d.send(core.Run{Command: CommandCaptionForm})
	sheet := d.screen().Captions
	if d.screen().Sheet != prefs.SheetCaption || len(sheet.Groups) != 4 || sheet.Again.Text != "" || !sheet.Noise.On || sheet.Prompt.Placeholder != "as the model says" {
		t.Fatalf("%+v", sheet)
	}
	for g := range sheet.Groups { // each choice can be made, and then is the only one that is on
		for c := range d.screen().Captions.Groups[g].Choices {
			d.send(d.screen().Captions.Groups[g].Choices[c].Do)
			for i, now := range d.screen().Captions.Groups[g].Choices {
				if now.On != (i == c) {
					t.Errorf("%s: %q is on: %v after %q was chosen", sheet.Groups[g].Name, now.Text, now.On, sheet.Groups[g].Choices[c].Text)
				}
			}
		}
	}
	d.send(prefs.PresetSet{Preset: inference.PresetPaper}, prefs.AnyStartToggled{}, prefs.PromptSet{Text: "two\nlines"}, prefs.AvoidSet{Text: "a, b"})
	sheet = d.screen().Captions
	if sheet.Prompt.Placeholder != "a picture of" || sheet.Noise.On || sheet.Prompt.Text != "two lines" || sheet.Avoid.Text != "a, b" {
		t.Errorf("%+v", sheet)
	}
	d.send(prefs.PresetSet{Preset: inference.PresetSeed})
	if got := d.screen().Captions.Prompt.Placeholder; got != "none" {
		t.Errorf("%q", got)
	}
	// What only a settings file can say is shown too.
	d.configure(func(s *settings.Settings) { s.Caption = settings.CaptionForm{TopP: 0.5, Repetition: 3, Beams: 0} })
	for _, g := range []int{1, 2} {
		choices := d.screen().Captions.Groups[g].Choices
		if last := choices[len(choices)-1]; !last.On {
			t.Errorf("%+v", choices)
		}
	}
	d.configure(func(s *settings.Settings) { s.Caption = settings.CaptionForm{Beams: 7} })
	on := ""
	for _, c := range d.screen().Captions.Groups[1].Choices {
		if c.On {
			on += c.Text
		}
	}
	if on != "7" {
		t.Errorf("chosen %q", on)
	}
}
