package ui

import (
	"image/png"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"descry/ui/state"
	"descry/ui/theme"
)

// harness is a window in Fyne's software driver, with what it sent.
type harness struct {
	*Window
	win  fyne.Window
	mu   sync.Mutex
	jobs []func()
	sent []state.Action
}

// opened paints a screen into a new window of a size.
func opened(t *testing.T, s state.Screen, w, h float32) *harness {
	t.Helper()
	test.NewTempApp(t).Settings().SetTheme(theme.System())
	x := &harness{win: test.NewTempWindow(t, nil)}
	x.Window = New(x.win, Params{Dispatch: x.dispatch, Pixels: newStock(), Dropped: func([]string) {},
		Send: func(a state.Action) { x.sent = append(x.sent, a) }})
	t.Cleanup(x.Close)
	s.Window = state.WindowSize{Width: w, Height: h}
	x.Paint(s)
	x.win.Canvas().Capture() // tells the canvas its size in pixels
	x.Settle()
	x.sent = nil
	return x
}

// dispatch keeps functions until deliver runs them: in these tests the window's
// goroutine is the test's.
func (x *harness) dispatch(f func()) { x.mu.Lock(); x.jobs = append(x.jobs, f); x.mu.Unlock() }

func (x *harness) deliver() {
	x.mu.Lock()
	jobs := x.jobs
	x.jobs = nil
	x.mu.Unlock()
	for _, f := range jobs {
		f()
	}
}

// states are the screens of the window by name.
var states = map[string]func() state.Screen{
	"start": startScreen, "busy": busyScreen, "result": resultScreen, "empty": emptyScreen, "error": errorScreen, "classes": classesScreen,
	"save": saveScreen, "keys": keysScreen, "settings": settingsScreen, "about": aboutScreen, "export": exportScreen,
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
			theme state.Theme
			w, h  float32
		}{"light": {state.ThemeLight, 1280, 800}, "dark": {state.ThemeDark, 1280, 800}, "narrow": {state.ThemeDark, 900, 600}, "wide": {state.ThemeLight, 1920, 1080}} {
			t.Run(name+" "+suffix, func(t *testing.T) {
				s := make()
				s.Theme = look.theme
				x := opened(t, s, look.w, look.h)
				f, err := os.Create(filepath.Join(dir, name+"-"+suffix+".png"))
				if err != nil {
					t.Fatal(err)
				}
				defer f.Close()
				if p, ok := x.sheets.page.(*savePage); ok {
					p.previewer.close()
					<-p.previewer.done
					if img := p.previewer.draw(*s.Save.Plan); img != nil {
						p.preview.Image = img
						p.preview.Refresh()
					}
				}
				if err := png.Encode(f, x.win.Canvas().Capture()); err != nil {
					t.Fatal(err)
				}
			})
		}
	}
}
