package settings

import (
	"encoding/json"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestSettingsComeBackAsTheyWere(t *testing.T) {
	s := Default()
	s.Window, s.Score, s.Theme, s.Recent, s.Layers.Classes = Size{900, 600}, 0.42, ThemeDark, []string{"/a", "/b"}, true
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := Parse(text); err != nil || !reflect.DeepEqual(got, s) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestWhatAFileDoesNotHaveKeepsItsDefault(t *testing.T) {
	got, err := Parse([]byte(`{"opacity": 0.5}`))
	want := Default()
	want.Opacity = 0.5
	if err != nil || !reflect.DeepEqual(got, want.Repaired()) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestBadSettingsAreRepaired(t *testing.T) {
	d := Default().Repaired()
	for _, text := range []string{
		"", "null", "[]", "{", `{"opacity": 7}`, `{"score": -1}`, `{"score": "high"}`, `{"window": {"width": 1e30, "height": -2}}`,
		`{"theme": "pink", "sort": "luck"}`, `{"threads": -4, "megapixels": 0}`, `{"panel_width": 9999}`, `{"device": ""}`,
		`{"save": {"placement": "beside", "format": "", "export": ["txt", "", "a\u0000b", "txt"]}}`, `{"recent": ["", "/a\u0000b"]}`, `{"version": 99}`,
	} {
		if got, _ := Parse([]byte(text)); !reflect.DeepEqual(got, d) {
			t.Errorf("%s: %+v", text, got)
		}
	}
	if _, err := Parse([]byte(`{"version": 99}`)); err == nil || !strings.Contains(err.Error(), "newer") {
		t.Errorf("a newer file: %v", err)
	}
	// A bad value does not affect the others.
	if got, err := Parse([]byte(`{"opacity": "x", "theme": "dark"}`)); err == nil || got.Theme != ThemeDark {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestFormatsThatThereAreNoMoreAreForgotten(t *testing.T) {
	s, err := Parse([]byte(`{"save": {"format": "bmp", "export": ["coco", "exe", "txt", "txt"]}}`))
	if err != nil {
		t.Fatal(err)
	}
	got := s.Save.Among([]string{"png", "jpeg"}, []string{"txt", "json", "coco"})
	if got.Format != "png" || !slices.Equal(got.Export, []string{"txt", "coco"}) {
		t.Errorf("%+v", got)
	}
	if got := s.Save.Among([]string{"png", "bmp"}, nil); got.Format != "bmp" || got.Export != nil {
		t.Errorf("%+v", got)
	}
	if got := s.Save.Among(nil, nil); got.Format != "bmp" {
		t.Errorf("without a table: %+v", got)
	}
}

func FuzzSettings(f *testing.F) {
	text, _ := json.Marshal(Default())
	f.Add(string(text))
	f.Add(`{"recent":["a","a","b"],"score":1e-9,"window":{"width":-0,"height":1e9}}`)
	f.Fuzz(func(t *testing.T, text string) {
		s, _ := Parse([]byte(text))
		if again := s.Repaired(); !reflect.DeepEqual(again, s) {
			t.Fatalf("repairing again changes %+v to %+v", s, again)
		}
		if len(s.Recent) > MostRecent || s.Opacity < 0 || s.Opacity > 1 || s.Score != 0 && s.Score < LeastScore || s.MegaPixels < 1 {
			t.Fatalf("%+v", s)
		}
		back, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := Parse(back); err != nil || !reflect.DeepEqual(got, s) {
			t.Fatalf("%+v came back as %+v, %v", s, got, err)
		}
	})
}

func TestABadFormIsRepaired(t *testing.T) {
	for _, text := range []string{
		`{"caption": {"preset": "best", "beams": 99, "top_p": 7, "temperature": -1, "repetition_penalty": 1e9, "length_norm": "half"}}`,
		`{"caption": {"preset": "own", "beams": -1, "top_p": 0}}`, `{"caption": 4}`,
	} {
		if got, _ := Parse([]byte(text)); got.Caption != (CaptionForm{}) {
			t.Errorf("%s: %+v", text, got.Caption)
		}
	}
	long := CaptionForm{Prompt: strings.Repeat("é", MostWords), Avoid: "\xff\x00a\nb", TopP: math.NaN()}
	got := long.repaired()
	if len(got.Prompt) > MostWords || got.Avoid != " a b" || got.TopP != 0 || got.repaired() != got {
		t.Errorf("%+v", got)
	}
	text, err := json.Marshal(Settings{Caption: CaptionForm{Preset: "paper", Beams: 5, Avoid: "x"}})
	if err != nil {
		t.Fatal(err)
	}
	if back, _ := Parse(text); back.Caption != (CaptionForm{Preset: "paper", Beams: 5, Avoid: "x"}) {
		t.Errorf("%+v", back.Caption)
	}
}
