package ui

import (
	"image/png"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"descry/settings"
	"descry/ui/pages/pagetest"
	picturepages "descry/ui/pages/picture"
	"descry/ui/state"
	"descry/ui/state/core"
	"descry/ui/state/picture"
	"descry/ui/theme"
)

// harness is a window in Fyne's software driver, with what it sent.
type harness struct {
	*Window
	win  fyne.Window
	mu   sync.Mutex
	jobs []func()
	sent []core.Action
}

// opened paints a screen into a new window of a size.
func opened(t *testing.T, s shown, w, h float32) *harness {
	t.Helper()
	test.NewTempApp(t).Settings().SetTheme(theme.System())
	x := &harness{win: test.NewTempWindow(t, nil)}
	x.Window = New(x.win, Params{Dispatch: x.dispatch, Pixels: pagetest.NewStock(), Dropped: func([]string) {},
		Send: func(a core.Action) { x.sent = append(x.sent, a) }})
	t.Cleanup(x.Close)
	s.Window = state.WindowSize{Width: w, Height: h}
	x.Paint(s.whole())
	x.win.Canvas().Capture() // tells the canvas its size in pixels
	x.Settle()
	x.sent = nil
	return x
}

// dispatch keeps functions and never runs them: in these tests the window's
// goroutine is the test's.
func (x *harness) dispatch(f func()) { x.mu.Lock(); x.jobs = append(x.jobs, f); x.mu.Unlock() }

// states are the screens of the window by name.
var states = map[string]func() shown{
	"start": startScreen, "busy": busyScreen, "result": resultScreen, "empty": emptyScreen, "error": errorScreen, "classes": classesScreen,
	"save": saveScreen, "keys": keysScreen, "settings": settingsScreen, "about": aboutScreen, "devices": devicesScreen, "export": exportScreen, "captions": captionScreen,
}

// TestPicturesOfEveryState writes PNG files of the window into the folder named
// by DESCRY_UI_PICTURES, for somebody to look at.
func TestPicturesOfEveryState(t *testing.T) {
	dir := os.Getenv("DESCRY_UI_PICTURES")
	if dir == "" {
		t.Skip("DESCRY_UI_PICTURES names no folder")
	}
	for name, make := range states {
		for suffix, look := range map[string]struct {
			theme settings.Theme
			w, h  float32
		}{"light": {settings.ThemeLight, 1280, 800}, "dark": {settings.ThemeDark, 1280, 800}, "narrow": {settings.ThemeDark, 900, 600}, "small": {settings.ThemeLight, 700, 500}, "least": {settings.ThemeDark, 600, 400}, "wide": {settings.ThemeLight, 1920, 1080}} {
			t.Run(name+" "+suffix, func(t *testing.T) {
				s := make()
				s.Theme = look.theme
				x := opened(t, s, look.w, look.h)
				f, err := os.Create(filepath.Join(dir, name+"-"+suffix+".png"))
				if err != nil {
					t.Fatal(err)
				}
				defer f.Close()
				if p, ok := x.sheets.page.(*picturepages.SavePage); ok {
					p.DrawPreview(*s.Save.Plan)
				}
				if err := png.Encode(f, x.win.Canvas().Capture()); err != nil {
					t.Fatal(err)
				}
			})
		}
	}
}

// TestWindowIsBuiltAsItsStateSays compares the window's structure with masters:
// what is shown, where, in which words and colours.
func TestWindowIsBuiltAsItsStateSays(t *testing.T) {
	for _, name := range []string{"start", "busy", "result", "empty", "error"} {
		t.Run(name, func(t *testing.T) {
			s := states[name]()
			s.Theme = settings.ThemeLight
			x := opened(t, s, 1280, 800)
			test.AssertRendersToMarkup(t, name+".xml", x.win.Canvas())
		})
	}
}

// notRaced leaves out, with -short, what draws and measures on one goroutine: the
// race detector has nothing to find there and takes minutes for it.
func notRaced(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("told without -short")
	}
}

// TestNothingLeavesItsPlace finds controls that stand out of the window, from
// the smallest to a very large one.
func TestNothingLeavesItsPlace(t *testing.T) {
	notRaced(t)
	for _, name := range []string{"start", "busy", "result", "error"} {
		for _, size := range []fyne.Size{{Width: 600, Height: 400}, {Width: 700, Height: 500}, {Width: 900, Height: 600}, {Width: 1280, Height: 800}, {Width: 3840, Height: 2160}} {
			x := opened(t, states[name](), 900, 600)
			x.win.Resize(size)
			for _, o := range []fyne.CanvasObject{x.bar.open, x.bar.menu, x.bar.save, x.bar.panel, x.status.model, x.status.device} {
				if !o.Visible() || !pagetest.ShownWithin(x.root, o) {
					continue
				}
				at := fyne.CurrentApp().Driver().AbsolutePositionForObject(o)
				if at.X < 0 || at.Y < 0 || at.X+o.Size().Width > size.Width || at.Y+o.Size().Height > size.Height {
					t.Errorf("%s at %v: %T stands at %v, %v large", name, size, o, at, o.Size())
				}
			}
			bar := []fyne.CanvasObject{x.bar.open, x.bar.back, x.bar.next, x.bar.name, x.bar.count, x.bar.few, x.bar.menu, x.bar.models, x.bar.panel, x.bar.save}
			for _, p := range x.bar.pills {
				bar = append(bar, p)
			}
			if a, b := pagetest.Overlapping(bar); a != nil {
				t.Errorf("%s at %v: %T at %v, %v large, and %T at %v, %v large, lie over one another", name, size, a, a.Position(), a.Size(), b, b.Position(), b.Size())
			}
			if name == "result" && x.bar.few.Visible() == x.bar.pills[0].Visible() {
				t.Errorf("at %v there are toggles and their menu, or neither", size)
			}
		}
	}
}

// TestTogglesGiveWayToAMenu: where they have no room, one button has them all.
func TestTogglesGiveWayToAMenu(t *testing.T) {
	x := opened(t, resultScreen(), 600, 400)
	x.bar.few.Tapped(&fyne.PointEvent{})
	items := x.popMenu.Items
	if len(items) != len(testLayers()) {
		t.Fatalf("the menu has %d lines", len(items))
	}
	for i, item := range x.bar.layerItems() {
		if l := testLayers()[i]; item.Label != l.Text || item.Checked != l.On || item.Disabled {
			t.Errorf("line %d is %+v", i, item)
		}
	}
	x.bar.layerItems()[1].Action()
	if len(x.sent) != 1 || x.sent[0] != (picture.LayerToggled{Layer: settings.LayerOutlines}) {
		t.Errorf("sent %v", x.sent)
	}
}

func TestTheSameScreenAgainAsksForNoFrame(t *testing.T) {
	x := opened(t, resultScreen(), 1280, 800)
	for range 5 {
		s := resultScreen() // equal, but newly made
		s.Panel.Caption.Sure = "sure"
		x.Paint(s.whole())
	}
	x.pictures.Canvas().Close()
	if n := x.Stats().Report().Frames; n > 3 {
		t.Errorf("%d frames were drawn", n)
	}
}

func TestEachSheetOpensAndCloses(t *testing.T) {
	for _, name := range []string{"save", "keys", "settings", "about", "export", "captions"} {
		s := states[name]()
		x := opened(t, s, 900, 600)
		if n := len(x.win.Canvas().Overlays().List()); n != 1 {
			t.Errorf("%s: %d overlays", name, n)
		}
		if size := x.sheets.pop.Content.Size(); size.Width > 900 || size.Height > 600 {
			t.Errorf("%s: the sheet is %v large", name, size)
		}
		s.Sheet = core.SheetNone
		if x.Paint(s.whole()); len(x.win.Canvas().Overlays().List()) != 0 {
			t.Errorf("%s: the sheet stays", name)
		}
	}
}
