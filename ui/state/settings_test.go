package state

import (
	"math"
	"strings"
	"testing"
	"time"

	"descry/settings"
	"descry/ui/state/core"
	"descry/ui/state/picture"
	"descry/ui/state/prefs"
)

func TestSettingsAreSavedOnceAfterARunOfChanges(t *testing.T) {
	d := newSession(t)
	for i := range 50 {
		d.send(picture.OpacitySet{Value: float64(i) / 100})
		d.pass(5 * time.Millisecond)
	}
	d.pass(2 * time.Second)
	all := pick[core.SaveSettings](d.take())
	if len(all) != 1 || all[0].Settings.Opacity != 0.49 {
		t.Errorf("saved %d times: %+v", len(all), all)
	}
	d.send(picture.OpacitySet{Value: math.NaN()}, picture.OpacitySet{Value: -1}, picture.OpacitySet{Value: 2}, picture.ScoreSet{Value: math.Inf(1)}, picture.PanelSized{Width: float32(math.NaN())}, WindowSized{0, 0})
	d.pass(2 * time.Second)
	none[core.SaveSettings](d)
	d.send(picture.PanelSized{Width: 9999}, picture.ScoreSet{Value: 7})
	if d.s.Settings().PanelWidth != settings.MostPanel || d.s.Settings().Score != settings.MostScore {
		t.Errorf("%+v", d.s.Settings())
	}
}

func TestSettingsAreChosenOnTheirSheet(t *testing.T) {
	d := newSession(t)
	d.send(core.Run{Command: core.CommandSettings})
	sheet := d.screen().Settings
	if sheet.ModelsText != "All tasks use the starter models." || sheet.Models.Do != (core.Run{Command: core.CommandModels}) {
		t.Errorf("models %q, %+v", sheet.ModelsText, sheet.Models)
	}
	var names []string
	for _, g := range sheet.Groups {
		names = append(names, g.Name)
		on := 0
		for _, c := range g.Choices {
			if c.On {
				on++
			}
		}
		if on != 1 {
			t.Errorf("%s: %d choices are on: %+v", g.Name, on, g.Choices)
		}
	}
	if got := strings.Join(names, ", "); got != "Theme, Device, Threads, Largest picture" {
		t.Errorf("groups %s", got)
	}
	d.send(sheet.Groups[0].Choices[2].Do, sheet.Groups[2].Choices[1].Do, sheet.Groups[3].Choices[0].Do)
	s := d.s.Settings()
	if s.Theme != settings.ThemeDark || s.Threads != 1 || s.MegaPixels != 50 || d.screen().Theme != settings.ThemeDark {
		t.Errorf("%+v", s)
	}
	d.send(picture.Opened{Paths: []string{"/p/a.png"}})
	if e := must[picture.Decode](d); e.Pixels != 50_000_000 {
		t.Errorf("%+v", e)
	}
}

func TestDiagnosticsAreAskedForOnceAndCanBeCopied(t *testing.T) {
	d := newSession(t)
	d.send(core.Run{Command: core.CommandAbout})
	must[prefs.RunDoctor](d)
	if a := d.screen().About; a.Copy.Enabled || a.Report == "" {
		t.Errorf("%+v", a)
	}
	d.send(prefs.DoctorSaid{Text: "all is well"}, prefs.DiagnosticsCopied{})
	if e := must[core.CopyText](d); e.Text != "all is well" {
		t.Errorf("%+v", e)
	}
	d.take()
	d.send(Escaped{}, core.Run{Command: core.CommandAbout})
	none[prefs.RunDoctor](d)
}
