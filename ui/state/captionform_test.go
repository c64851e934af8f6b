package state

import (
	"testing"

	"descry/inference"
	"descry/settings"
	"descry/ui/state/core"
	"descry/ui/state/picture"
	"descry/ui/state/prefs"
)

func TestWritingAgainUsesWhatWasChosenAndThenSearchesWider(t *testing.T) {
	d := resultSession(t)
	again := func() inference.CaptionOptions {
		d.take()
		d.send(picture.Regenerated{})
		for _, s := range pick[picture.Submit](d.take()) {
			if s.Request.Task == inference.TaskCaption {
				d.finish(picture.SlotCaption)
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
	d := newSession(t)
	d.send(core.Run{Command: core.CommandCaptionForm})
	sheet := d.screen().Captions
	if d.screen().Sheet != prefs.SheetCaption || len(sheet.Groups) != 4 || sheet.Again.Text != "" || !sheet.Noise.On || sheet.Prompt.Placeholder != "model default" {
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
