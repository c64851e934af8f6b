package ui

import (
	"reflect"

	"fyne.io/fyne/v2"

	"descry/ui/state"
	"descry/ui/state/picture"
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
	if first || differs(s.Page, last.Page) {
		w.paintPage(s.Page)
	}
	if first || differs(s.Notices, last.Notices) {
		w.pile.show(s.Notices)
	}
	w.sheets.show(s.Sheet)
	if w.p.MainMenu && (first || differs(s.Menus, last.Menus)) {
		w.win.SetMainMenu(fyne.NewMainMenu(menuOf(s.Menus, w.send)...))
	}
}

// paintPage shows the page that fills the window.
func (w *Window) paintPage(v state.View) {
	pic, isPicture := v.Content.(picture.Content)
	widgets.SetVisible(w.start.box, !isPicture)
	if isPicture {
		w.pictures.Show(pic, w.last.Bar.Name)
		return
	}
	w.pictures.Hide()
	if start, is := v.Content.(state.StartPage); is {
		w.start.show(start)
	}
}

// Repaint shows the last screen again where its pixels may be new: a decoded
// picture, a thumbnail.
func (w *Window) Repaint() {
	if !w.painted {
		return
	}
	switch c := w.last.Page.Content.(type) {
	case picture.Content:
		w.pictures.Repaint()
	case state.StartPage:
		w.start.show(c)
	}
}

// differs compares two parts of a screen. Results and masks are shared, so
// comparing them ends at the pointer.
func differs(a, b any) bool { return !reflect.DeepEqual(a, b) }
