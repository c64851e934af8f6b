package ui

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"descry/ui/state/core"
	"descry/ui/state/prefs"
	"descry/ui/widgets"
)

// captionScreen is the sheet of how captions are found.
func captionScreen() shown {
	s := startScreen()
	s.Sheet = prefs.SheetCaption
	s.Captions = prefs.CaptionPage{Title: "Caption options", Text: "For pictures from now on.", Close: button("Done", "", core.SheetOpened{}),
		Groups: []core.Group{
			{Name: "Way", Text: "What holds", Choices: []core.Choice{{Text: "As the model says", On: true, Do: prefs.PresetSet{}}, {Text: "As in BLIP's paper", Do: prefs.PresetSet{Preset: "paper"}}}},
			{Name: "Search", Choices: []core.Choice{{Text: "1", Do: prefs.BeamsSet{Beams: 1}}, {Text: "Vary", On: true, Do: prefs.DrawingSet{TopP: 0.9, Temperature: 1}}}}},
		Prompt: core.TextField{Name: "Start with", Hint: "The model goes on from it", Placeholder: "a picture of"},
		Avoid:  core.TextField{Name: "Words to avoid", Placeholder: "man", Text: "dog"},
		Noise:  core.Button{Text: "Never begin with noise", Enabled: true, On: true, Do: prefs.AnyStartToggled{}},
		Again:  button("Suggest again", "", core.Run{Command: core.CommandRegenerate})}
	return s
}

// captionPage is the open page.
func (x *harness) captionPage() *captionPage { return x.sheets.page.(*captionPage) }

// captionChoice is a round box of a group.
func (x *harness) captionChoice(group, i int) *widgets.CheckRow {
	return x.captionPage().groups[group].choices.Objects[i].(*widgets.CheckRow)
}

func TestWhatIsTypedOnTheCaptionSheetIsSentAndNotTakenBack(t *testing.T) {
	x := opened(t, captionScreen(), 1280, 800)
	p := x.captionPage()
	if p.avoid.field.Text != "dog" || p.prompt.field.PlaceHolder != "a picture of" {
		t.Errorf("%q, %q", p.avoid.field.Text, p.prompt.field.PlaceHolder)
	}
	x.win.Canvas().Focus(p.prompt.field)
	test.Type(p.prompt.field, "a cat")
	sent := ofType(x.sent, prefs.PromptSet{})
	if len(sent) != 5 || sent[4] != (prefs.PromptSet{Text: "a cat"}) {
		t.Errorf("sent %#v", sent)
	}
	late := captionScreen() // made before the last letters
	late.Captions.Prompt.Text, late.Captions.Prompt.Placeholder = "a c", "none"
	x.Paint(late.whole())
	if p.prompt.field.Text != "a cat" || p.prompt.field.PlaceHolder != "none" {
		t.Errorf("%q, %q", p.prompt.field.Text, p.prompt.field.PlaceHolder)
	}
	if n := len(ofType(x.sent, prefs.PromptSet{})); n != 5 {
		t.Errorf("painting sent %d more", n-5)
	}
	p.prompt.field.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if x.win.Canvas().Focused() != nil {
		t.Error("Escape does not end typing")
	}
}
