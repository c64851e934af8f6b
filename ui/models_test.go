package ui

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"descry/settings"
	"descry/ui/pages/pagetest"
	"descry/ui/state/core"
	"descry/ui/state/models"
)

func init() {
	for name, screen := range pagetest.ModelScreens {
		states[name] = func() shown { return shownOf(screen()) }
	}
}

// TestTheModelsPageIsBuiltAsItsStateSays compares its structure with masters.
func TestTheModelsPageIsBuiltAsItsStateSays(t *testing.T) {
	notRaced(t)
	for _, name := range []string{"models-empty", "models-busy", "models-error", "models-ready", "models-offer", "models-card"} {
		for suffix, look := range map[string]struct {
			theme settings.Theme
			size  fyne.Size
		}{"": {settings.ThemeLight, fyne.NewSize(1280, 800)}, "-narrow": {settings.ThemeDark, fyne.NewSize(900, 600)}} {
			t.Run(name+suffix, func(t *testing.T) {
				s := states[name]()
				s.Theme = look.theme
				x := opened(t, s, look.size.Width, look.size.Height)
				test.AssertRendersToMarkup(t, name+suffix+".xml", x.win.Canvas())
			})
		}
	}
}

func TestTheChipOfDownloadsOpensTheModelsPage(t *testing.T) {
	x := opened(t, states["models-status"](), 1280, 800)
	test.Tap(x.status.pull)
	if len(x.sent) != 1 || x.sent[0] != (core.SheetOpened{Sheet: models.Sheet}) {
		t.Errorf("it sends %#v", x.sent)
	}
}
