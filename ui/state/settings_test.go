package state

import (
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestSettingsComeBackAsTheyWere(t *testing.T) {
	s := DefaultSettings()
	s.Window, s.Score, s.Theme, s.Recent, s.Layers.Classes = Size{900, 600}, 0.42, ThemeDark, []string{"/a", "/b"}, true
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := ParseSettings(text); err != nil || !reflect.DeepEqual(got, s) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestWhatAFileDoesNotHaveKeepsItsDefault(t *testing.T) {
	got, err := ParseSettings([]byte(`{"opacity": 0.5}`))
	want := DefaultSettings()
	want.Opacity = 0.5
	if err != nil || !reflect.DeepEqual(got, want.Repaired()) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestBadSettingsAreRepaired(t *testing.T) {
	d := DefaultSettings().Repaired()
	for _, text := range []string{
		"", "null", "[]", "{", `{"opacity": 7}`, `{"score": -1}`, `{"score": "high"}`, `{"window": {"width": 1e30, "height": -2}}`,
		`{"theme": "pink", "sort": "luck"}`, `{"threads": -4, "megapixels": 0}`, `{"panel_width": 9999}`, `{"device": ""}`,
		`{"save": {"placement": "beside", "format": "bmp", "export": ["txt", "exe", "txt"]}}`, `{"recent": ["", "/a\u0000b"]}`, `{"version": 99}`,
	} {
		if got, _ := ParseSettings([]byte(text)); !reflect.DeepEqual(got, d) {
			t.Errorf("%s: %+v", text, got)
		}
	}
	if _, err := ParseSettings([]byte(`{"version": 99}`)); err == nil || !strings.Contains(err.Error(), "newer") {
		t.Errorf("a newer file: %v", err)
	}
	// One bad value does not cost the others.
	if got, err := ParseSettings([]byte(`{"opacity": "x", "theme": "dark"}`)); err == nil || got.Theme != ThemeDark {
		t.Errorf("%+v, %v", got, err)
	}
}

func FuzzSettings(f *testing.F) {
	text, _ := json.Marshal(DefaultSettings())
	f.Add(string(text))
	f.Add(`{"recent":["a","a","b"],"score":1e-9,"window":{"width":-0,"height":1e9}}`)
	f.Fuzz(func(t *testing.T, text string) {
		s, _ := ParseSettings([]byte(text))
		if again := s.Repaired(); !reflect.DeepEqual(again, s) {
			t.Fatalf("repairing again changes %+v to %+v", s, again)
		}
		if len(s.Recent) > mostRecent || s.Opacity < 0 || s.Opacity > 1 || s.Score != 0 && s.Score < leastScore || s.MegaPixels < 1 {
			t.Fatalf("%+v", s)
		}
		setup := testSetup()
		setup.Settings = s
		back, err := json.Marshal(New(setup).Settings())
		if err != nil {
			t.Fatal(err)
		}
		if got, err := ParseSettings(back); err != nil || !reflect.DeepEqual(got, s) {
			t.Fatalf("%+v came back as %+v, %v", s, got, err)
		}
	})
}

func TestSettingsAreSavedOnceAfterARunOfChanges(t *testing.T) {
	d := newDesk(t)
	for i := range 50 {
		d.send(OpacitySet{float64(i) / 100})
		d.pass(5 * time.Millisecond)
	}
	d.pass(2 * time.Second)
	all := pick[SaveSettings](d.take())
	if len(all) != 1 || all[0].Settings.Opacity != 0.49 {
		t.Errorf("saved %d times: %+v", len(all), all)
	}
	d.send(OpacitySet{math.NaN()}, OpacitySet{-1}, OpacitySet{2}, ScoreSet{math.Inf(1)}, PanelSized{float32(math.NaN())}, WindowSized{0, 0})
	d.pass(2 * time.Second)
	none[SaveSettings](d)
	d.send(PanelSized{9999}, ScoreSet{7})
	if d.s.settings.PanelWidth != mostPanel || d.s.settings.Score != mostScore {
		t.Errorf("%+v", d.s.settings)
	}
}

func TestSettingsAreChosenOnTheirSheet(t *testing.T) {
	d := newDesk(t)
	d.send(Run{CommandSettings})
	sheet := d.screen().Settings
	if sheet.ModelsText != "Starter models do everything." || sheet.Models.Do != (Run{CommandModels}) {
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
	if s.Theme != ThemeDark || s.Threads != 1 || s.MegaPixels != 50 || d.screen().Theme != ThemeDark {
		t.Errorf("%+v", s)
	}
	d.send(Opened{[]string{"/p/a.png"}})
	if e := must[Decode](d); e.Pixels != 50_000_000 {
		t.Errorf("%+v", e)
	}
}

func TestDiagnosticsAreAskedForOnceAndCanBeCopied(t *testing.T) {
	d := newDesk(t)
	d.send(Run{CommandAbout})
	must[RunDoctor](d)
	if a := d.screen().About; a.Copy.Enabled || a.Report == "" {
		t.Errorf("%+v", a)
	}
	d.send(DoctorSaid{"all is well"}, DiagnosticsCopied{})
	if e := must[CopyText](d); e.Text != "all is well" {
		t.Errorf("%+v", e)
	}
	d.take()
	d.send(Escaped{}, Run{CommandAbout})
	none[RunDoctor](d)
}
