package ui

import (
	"reflect"

	"fyne.io/fyne/v2"

	"descry/ui/state"
	"descry/ui/widgets"
)

// Paint shows a screen. A widget is set only where it differs from what it
// shows, so that cursor, scrolling and focus stay, and parts whose screen is the
// same as the last one are not visited at all.
func (w *Window) Paint(s state.Screen) {
	last := w.last
	first := !w.painted
	w.painted, w.last = true, s
	for _, a := range w.early {
		w.p.Send(a)
	}
	w.early = nil
	if first || s.Theme != last.Theme {
		setTheme(s.Theme)
	}
	if first && s.Window.Width > 0 && s.Window.Height > 0 {
		w.win.Resize(fyne.NewSize(s.Window.Width, s.Window.Height))
	}
	if first || s.Title != last.Title {
		w.win.SetTitle(s.Title)
	}
	if first || differs(s.Bar, last.Bar) {
		w.bar.show(s.Bar)
	}
	if first || differs(s.Status, last.Status) {
		w.status.show(s.Status)
	}
	w.paintPage(s, last, first)
	if first || differs(s.Notices, last.Notices) {
		w.pile.show(s.Notices)
	}
	w.sheets.show(s)
	if w.p.MainMenu && (first || differs(s.Menus, last.Menus)) {
		w.win.SetMainMenu(fyne.NewMainMenu(menuOf(s.Menus, w.send)...))
	}
}

// paintPage shows the start page or the picture.
func (w *Window) paintPage(s, last state.Screen, first bool) {
	picture := s.Page == state.PagePicture
	widgets.SetVisible(w.start.box, !picture)
	widgets.SetVisible(w.desk.box, picture)
	if !picture {
		if first || last.Page != s.Page || differs(s.Start, last.Start) || differs(s.Canvas.Failure, last.Canvas.Failure) {
			w.start.show(s.Start, s.Canvas.Failure)
		}
		return
	}
	if first || differs(s.Canvas, last.Canvas) || s.Panel.Shown != last.Panel.Shown || s.Panel.Width != last.Panel.Width || s.Page != last.Page {
		w.desk.show(s.Canvas, s.Panel, s.Bar.Name)
	}
	if first || s.Page != last.Page || !sameCanvas(s.Canvas, last.Canvas) {
		w.paintCanvas(s.Canvas)
	}
	if first || s.Page != last.Page || differs(s.Panel, last.Panel) {
		w.desk.panel.show(s.Panel)
	}
}

func (w *Window) paintCanvas(c state.Canvas) {
	w.view.Set(w.overlays.scene(w.p.Pixels.Levels(c.Picture), c), c.View)
}

// Repaint shows the last screen again where its pixels may be new: a decoded
// picture, a thumbnail.
func (w *Window) Repaint() {
	if !w.painted {
		return
	}
	if w.last.Page == state.PagePicture {
		w.paintCanvas(w.last.Canvas)
	} else {
		w.start.show(w.last.Start, w.last.Canvas.Failure)
	}
}

// differs compares two parts of a screen. Results and masks are shared, so
// comparing them ends at the pointer.
func differs(a, b any) bool { return !reflect.DeepEqual(a, b) }
