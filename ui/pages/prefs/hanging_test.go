package prefs

import (
	"strings"
	"testing"

	"descry/ui/pages/pagetest"
	"descry/ui/state/prefs"
)

func TestLongLinesOfAReportHangBelowTheirColumn(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		room int
		want string
	}{
		"short":            {"ok    program   descry 1\nok    cores     2", 40, "ok    program   descry 1\nok    cores     2"},
		"at a blank":       {"ok    models    three sets are here and well", 32, "ok    models    three sets are\n                here and well"},
		"within a word":    {"ok    cache     /home/ada/.cache/descry/models", 36, "ok    cache     /home/ada/.cache/des\n                cry/models"},
		"a hint":           {"                Make the folder writable, please", 32, "                Make the folder\n                writable, please"},
		"no room to hang":  {"ok    a very long name of a check    what was found there", 40, "ok    a very long name of a check\n  what was found there"},
		"no columns":       {"Checking models, ONNX Runtime and folders…", 20, "Checking models,\nONNX Runtime and\nfolders…"},
		"letters of bytes": {"ok    größe     ääääää öööööö üüüüüü ßßßßßß", 32, "ok    größe     ääääää öööööö\n                üüüüüü ßßßßßß"},
	} {
		got := hanging(c.text, c.room)
		if got != c.want {
			t.Errorf("%s:\n%s\nwant:\n%s", name, got, c.want)
		}
	}
}

func TestTheReportFitsItsSheet(t *testing.T) {
	s := prefs.AboutPage{Title: "About Descry", Text: "Descry 0.1"}
	s.Report = strings.Repeat("ok    folder cache     /home/somebody/with/a/long/name/.cache/descry/and/some/more/folders/of/a/deep/tree/that/does/not/end here\n", 4)
	for _, width := range []float32{600, 900, 1280} {
		x := pagetest.Open(t, NewAboutPage, nil, s, width, 600)
		a := x.Page.(*AboutPage)
		if got, room := a.report.MinSize().Width, a.scroll.Size().Width; got > room {
			t.Errorf("at %v the report is %v wide, its field %v", width, got, room)
		}
		if letters := func(text string) string { return strings.Join(strings.Fields(text), "") }; letters(a.report.Text) != letters(s.Report) {
			t.Errorf("at %v the report says %q", width, a.report.Text)
		}
		s.Report += "one more line"
		if x.Show(s); !strings.HasSuffix(a.report.Text, "one more line") {
			t.Error("a new report is not shown")
		}
	}
}
