// Package ui is Descry's window, made with Fyne. It shows a state.Screen and
// sends state.Actions; it decides nothing, opens no file and knows no model.
//
//	state.Loop ─ Screen ─► Window.Paint ─► widgets ─ Action ─► Params.Send
//	                                         │
//	              Params.Pixels ─ pyramid ─► canvas, its own render goroutine
//
// The parts: tool bar, start page, picture page, status bar, notices, and one sheet
// at a time over all of them. Each has a method that takes its part of the Screen and
// changes only what differs; none calls back while it is painted. The picture page
// and the sheets are packages below pages, one for each feature of the state;
// registry.go lists the sheets.
//
// Who opens the window hands in what ui must not import: how to get onto the
// window's goroutine (fyne.Do), where Actions go, and ready-made pixels. The
// import of fyne.io/fyne/v2/app stays with them, so that all of this builds and
// is tested without cgo.
package ui
