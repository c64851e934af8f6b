//go:build cgo

package desktop

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"descry/ui/state"
	"descry/ui/state/core"
)

func TestTheToolkitsOwnDialogsOpenWhereTheSystemHasNone(t *testing.T) {
	for name, ask := range map[string]func(r *windowRun, folder string){
		"open":                    func(r *windowRun, folder string) { r.AskOpen(folder, func([]string) {}) },
		"save":                    func(r *windowRun, folder string) { r.AskSave(folder, "a.png", func(string) {}) },
		"folder":                  func(r *windowRun, folder string) { r.AskFolder(folder, func(string) {}) },
		"open in no folder":       func(r *windowRun, _ string) { r.AskOpen("", func([]string) {}) },
		"open in an absent place": func(r *windowRun, folder string) { r.AskOpen(folder+"/absent", func([]string) {}) },
	} {
		t.Run(name, func(t *testing.T) {
			a := test.NewTempApp(t)
			win := a.NewWindow("Descry")
			win.Resize(fyne.NewSize(900, 600))
			r := &windowRun{app: a, win: win}
			ask(r, t.TempDir())
			top := win.Canvas().Overlays().Top()
			if top == nil {
				t.Fatal("no dialog is shown")
			}
			if s := top.Size(); s.Width > 900 || s.Height > 600 {
				t.Errorf("the dialog is larger than the window: %v", s)
			}
			if !r.heldBack(core.Run{Command: core.CommandPanel}) || r.heldBack(state.Closing{}) || r.heldBack(core.Run{Command: core.CommandQuit}) {
				t.Error("under a dialog all commands but quit are held back")
			}
			if r.heldBack(core.Run{Command: core.CommandEscape}); win.Canvas().Overlays().Top() != nil || r.heldBack(core.Run{Command: core.CommandPanel}) {
				t.Error("Escape did not close the dialog")
			}
		})
	}
}
