package prefs

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"descry/ui/pages/pagetest"
	"descry/ui/pages/parts"
	"descry/ui/state/core"
	"descry/ui/state/prefs"
)

func button(text string, do core.Action) core.Button {
	return core.Button{Text: text, Enabled: true, Do: do}
}

// captions is what the page of caption options shows.
func captions() prefs.CaptionPage {
	return prefs.CaptionPage{Title: "Caption options", Text: "Applies to new captions.", Close: button("Done", core.SheetOpened{}),
		Groups: []core.Group{
			{Name: "Preset", Text: "Used unless changed below", Choices: []core.Choice{{Text: "Model default", On: true, Do: prefs.PresetSet{}}, {Text: "As in BLIP's paper", Do: prefs.PresetSet{Preset: "paper"}}}},
			{Name: "Search", Choices: []core.Choice{{Text: "1", Do: prefs.BeamsSet{Beams: 1}}, {Text: "Vary", On: true, Do: prefs.DrawingSet{TopP: 0.9, Temperature: 1}}}}},
		Prompt: core.TextField{Name: "Start with", Hint: "The model continues from these words", Placeholder: "a picture of"},
		Avoid:  core.TextField{Name: "Words to avoid", Placeholder: "man", Text: "dog"},
		Noise:  core.Button{Text: "Never begin with noise", Enabled: true, On: true, Do: prefs.AnyStartToggled{}},
		Again:  button("Suggest again", core.Run{Command: core.CommandRegenerate})}
}

// prompts are the texts of the first field that were sent.
func prompts(b *pagetest.Bench) (all []core.Action) {
	for _, a := range b.Sent {
		if _, of := a.(prefs.PromptSet); of {
			all = append(all, a)
		}
	}
	return all
}

// choice is a round box of a group.
func choice(g *parts.Group, i int) fyne.Tappable {
	return g.Box().(*fyne.Container).Objects[2].(*fyne.Container).Objects[i].(fyne.Tappable)
}

func TestTheCaptionOptionsSendWhatTheySay(t *testing.T) {
	b := pagetest.Open(t, NewCaptionPage, nil, captions(), 1280, 800)
	p := b.Page.(*CaptionPage)
	for _, c := range []struct {
		on   fyne.Tappable
		want core.Action
	}{
		{choice(p.groups[0], 1), prefs.PresetSet{Preset: "paper"}},
		{choice(p.groups[1], 0), prefs.BeamsSet{Beams: 1}},
		{p.noise, prefs.AnyStartToggled{}},
		{p.again, core.Run{Command: core.CommandRegenerate}},
		{p.done, core.SheetOpened{}},
	} {
		if got := b.Pressed(c.on); got != c.want {
			t.Errorf("sent %#v, want %#v", got, c.want)
		}
	}
	if b.Title != "Caption options" {
		t.Errorf("the title is %q", b.Title)
	}
}

func TestTheSettingsSendWhatTheySay(t *testing.T) {
	content := prefs.SettingsPage{Title: "Settings", ModelsTitle: "Models", ModelsText: "Captions by BLIP base.", Models: button("Choose models…", core.Run{Command: core.CommandModels}), Close: button("Done", core.SheetOpened{}),
		Groups: []core.Group{{Name: "Theme", Choices: []core.Choice{{Text: "Light", On: true, Do: prefs.ThemeSet{Theme: "light"}}, {Text: "Dark", Do: prefs.ThemeSet{Theme: "dark"}}}}}}
	b := pagetest.Open(t, NewSettingsPage, nil, content, 900, 600)
	p := b.Page.(*SettingsPage)
	for _, c := range []struct {
		on   fyne.Tappable
		want core.Action
	}{{p.models, core.Run{Command: core.CommandModels}}, {choice(p.groups[0], 1), prefs.ThemeSet{Theme: "dark"}}, {p.done, core.SheetOpened{}}} {
		if got := b.Pressed(c.on); got != c.want {
			t.Errorf("sent %#v, want %#v", got, c.want)
		}
	}
	content.ModelsText = "Captions by BLIP large."
	content.Groups = append(content.Groups, core.Group{Name: "Threads", Choices: []core.Choice{{Text: "1", Do: prefs.ThreadsSet{Threads: 1}}}})
	b.Show(content)
	if p.about.Text() != "Captions by BLIP large." || len(p.groups) != 2 {
		t.Errorf("it shows %q and %d settings", p.about.Text(), len(p.groups))
	}
	if got := b.Pressed(choice(p.groups[1], 0)); got != (prefs.ThreadsSet{Threads: 1}) {
		t.Errorf("sent %#v", got)
	}
}

func TestDiagnosticsCanBeCopiedOnceTheyAreThere(t *testing.T) {
	content := prefs.AboutPage{Title: "About Descry", Text: "Descry 0.1", Report: "Looking…", Copy: core.Button{Text: "Copy diagnostics", Do: prefs.DiagnosticsCopied{}}, Close: button("Close", core.SheetOpened{})}
	b := pagetest.Open(t, NewAboutPage, nil, content, 900, 600)
	p := b.Page.(*AboutPage)
	if test.Tap(p.copy); len(b.Sent) != 0 {
		t.Errorf("a button that is off sends %#v", b.Sent)
	}
	content.Copy.Enabled, content.Report = true, "all is well"
	b.Show(content)
	if got := b.Pressed(p.copy); got != (prefs.DiagnosticsCopied{}) {
		t.Errorf("sent %#v", got)
	}
	if p.report.Text != "all is well" {
		t.Errorf("the report says %q", p.report.Text)
	}
}

func TestWhatIsTypedOnTheCaptionSheetIsSentAndNotTakenBack(t *testing.T) {
	x := pagetest.Open(t, NewCaptionPage, nil, captions(), 1280, 800)
	p := x.Page.(*CaptionPage)
	if p.avoid.field.Text != "dog" || p.prompt.field.PlaceHolder != "a picture of" {
		t.Errorf("%q, %q", p.avoid.field.Text, p.prompt.field.PlaceHolder)
	}
	x.Win.Canvas().Focus(p.prompt.field)
	test.Type(p.prompt.field, "a cat")
	sent := prompts(x)
	if len(sent) != 5 || sent[4] != (prefs.PromptSet{Text: "a cat"}) {
		t.Errorf("sent %#v", sent)
	}
	late := captions() // made before the last letters
	late.Prompt.Text, late.Prompt.Placeholder = "a c", "none"
	x.Show(late)
	if p.prompt.field.Text != "a cat" || p.prompt.field.PlaceHolder != "none" {
		t.Errorf("%q, %q", p.prompt.field.Text, p.prompt.field.PlaceHolder)
	}
	if n := len(prompts(x)); n != 5 {
		t.Errorf("painting sent %d more", n-5)
	}
	p.prompt.field.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if x.Win.Canvas().Focused() != nil {
		t.Error("Escape does not end typing")
	}
}
