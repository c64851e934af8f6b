package ui

import (
	"fyne.io/fyne/v2"

	"descry/ui/pages/parts"
)

// Control is a control of the open sheet and its middle, in pixels of the window.
// Tests that drive a real window press there.
type Control struct {
	Name string
	X, Y int
}

// Controls lists the controls of the open sheet; none where the sheet has no names
// for them. It is for the window's goroutine.
func (w *Window) Controls() []Control {
	page, ok := w.sheets.page.(parts.Controlled)
	if !ok {
		return nil
	}
	var all []Control
	scale, driver := w.win.Canvas().Scale(), fyne.CurrentApp().Driver()
	page.Controls(func(name string, o fyne.CanvasObject) {
		if !o.Visible() || o.Size().IsZero() {
			return
		}
		at := driver.AbsolutePositionForObject(o).AddXY(o.Size().Width/2, o.Size().Height/2)
		all = append(all, Control{name, int(at.X * scale), int(at.Y * scale)})
	})
	return all
}
