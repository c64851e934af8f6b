package ui

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
	fynetooltip "github.com/dweymouth/fyne-tooltip"

	fynetheme "fyne.io/fyne/v2/theme"

	"descry/settings"
	piccanvas "descry/ui/canvas"
	"descry/ui/pages/parts"
	picturepages "descry/ui/pages/picture"
	"descry/ui/state"
	"descry/ui/state/core"
	"descry/ui/theme"
	"descry/ui/widgets"
)

// Params are what the window is given. Nothing in them blocks.
type Params struct {
	// Dispatch runs a function on the window's goroutine: fyne.Do.
	Dispatch func(func())
	// Send takes what a person does.
	Send func(core.Action)
	// Pixels gives pictures and thumbnails.
	Pixels parts.Pixels
	// Dropped takes the paths of what is dropped on the window.
	Dropped func(paths []string)
	// MainMenu gives the menus to the system's own bar (macOS) too.
	MainMenu bool
}

// Window is Descry's window. Its methods are for the window's goroutine, but for
// Stats and Watchdog, whose answers may be asked from anywhere.
type Window struct {
	win      fyne.Window
	p        Params
	send     parts.Sender
	watchdog *piccanvas.Watchdog

	bar      *toolBar
	status   *statusBar
	start    *startPage
	pictures *picturepages.Page
	pile     *noticePile
	sheets   *sheets
	keys     *keyboard
	root     *fyne.Container
	popMenu  *widget.PopUpMenu

	painted bool
	early   []core.Action // what was sent before the first Paint
	last    state.Screen
}

// heartbeat is the pause between two measurements of the watchdog.
const heartbeat = 20 * time.Millisecond

// New fills a window. Paint shows it something; Close ends its goroutines.
func New(win fyne.Window, p Params) *Window {
	setTheme(settings.ThemeSystem) // before the first widget asks it for a colour
	w := &Window{win: win, p: p}
	w.send = w.out
	w.bar = newToolBar(w.send, w.openMenu, w.showBelow)
	w.status = newStatusBar(w.send)
	w.start = newStartPage(w.send, p.Pixels)
	w.pictures = picturepages.NewPage(parts.Tools{Send: w.send, Pixels: p.Pixels, Dispatch: p.Dispatch}, w.showMenu)
	w.pile = newNoticePile(w.send)
	w.sheets = newSheets(win.Canvas(), w.send, p.Pixels, p.Dispatch)
	w.root = newRoot(w.bar.box, w.start.box, w.pictures.Object(), w.status.box, w.pile.box, func(s fyne.Size) {
		w.out(state.WindowSized{Width: s.Width, Height: s.Height})
		w.sheets.fit()
	})
	win.SetPadded(false)
	win.SetContent(fynetooltip.AddWindowToolTipLayer(w.root, win.Canvas()))
	w.keys = newKeyboard(win.Canvas(), w.send, w.typing, map[fyne.KeyName]func(){
		fyne.KeyF10: func() { w.openMenu(w.bar.menu) },
	})
	win.SetOnDropped(func(_ fyne.Position, uris []fyne.URI) {
		var paths []string
		for _, u := range uris {
			paths = append(paths, u.Path())
		}
		p.Dropped(paths)
	})
	win.SetCloseIntercept(func() { w.out(state.Closing{}) })
	w.watchdog = piccanvas.NewWatchdog(p.Dispatch, heartbeat)
	return w
}

// out sends an action. Before the first Paint there may be nobody to send it
// to: sizes, which are known early, wait until then.
func (w *Window) out(a core.Action) {
	switch {
	case a == nil:
	case w.painted:
		w.p.Send(a)
	default:
		w.early = append(w.early, a)
	}
}

// Close ends the window's goroutines. It is to be called from another goroutine
// than the window's, or after the window's has ended.
func (w *Window) Close() {
	w.watchdog.Close()
	w.pictures.Canvas().Close()
	w.sheets.shut()
	fynetooltip.DestroyWindowToolTipLayer(w.win.Canvas())
}

// Stats returns the times of the canvas's frames.
func (w *Window) Stats() *piccanvas.Stats { return w.pictures.Canvas().Stats() }

// Watchdog returns the stalls of the window's goroutine.
func (w *Window) Watchdog() *piccanvas.Watchdog { return w.watchdog }

// Settle draws the canvas's present view at once: for screenshots and tests.
func (w *Window) Settle() { w.pictures.Canvas().Settle() }

// typing reports whether the keyboard writes into a text field.
func (w *Window) typing() bool {
	_, entry := w.win.Canvas().Focused().(interface{ SelectedText() string })
	return entry
}

// openMenu shows all menus under a button.
func (w *Window) openMenu(below fyne.CanvasObject) {
	var items []*fyne.MenuItem
	for _, m := range menuOf(w.last.Menus, w.send) {
		item := fyne.NewMenuItem(m.Label, nil)
		item.ChildMenu = m
		items = append(items, item)
	}
	w.showBelow(items, below)
}

// showBelow shows a menu under a control.
func (w *Window) showBelow(items []*fyne.MenuItem, below fyne.CanvasObject) {
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(below)
	w.showMenu(items, at.AddXY(0, below.Size().Height+4))
}

// showMenu shows a menu at a place of the window.
func (w *Window) showMenu(items []*fyne.MenuItem, at fyne.Position) {
	if len(items) == 0 {
		return
	}
	w.popMenu = widget.NewPopUpMenu(fyne.NewMenu("", items...), w.win.Canvas())
	w.popMenu.ShowAtPosition(at)
}

// newRoot stacks tool bar, page and status bar without a gap, and the notices
// over them; sized is told the window's size when it changes.
func newRoot(bar, start, pictures, status, pile fyne.CanvasObject, sized func(fyne.Size)) *fyne.Container {
	var last fyne.Size
	return widgets.Arrange(func() fyne.Size { return fyne.NewSize(600, 400) }, func(s fyne.Size) {
		widgets.Place(bar, 0, 0, s.Width, toolBarHeight)
		widgets.Place(start, 0, toolBarHeight, s.Width, s.Height-toolBarHeight-statusBarHeight)
		widgets.Place(pictures, 0, toolBarHeight, s.Width, s.Height-toolBarHeight-statusBarHeight)
		widgets.Place(status, 0, s.Height-statusBarHeight, s.Width, statusBarHeight)
		widgets.Place(pile, 0, 0, s.Width, s.Height)
		if s != last {
			last = s
			sized(s)
		}
	}, bar, start, pictures, status, pile) // the order of Tab
}

// variants are the themes that do not follow the system.
var variants = map[settings.Theme]fyne.ThemeVariant{settings.ThemeLight: fynetheme.VariantLight, settings.ThemeDark: fynetheme.VariantDark}

// setTheme makes the program light, dark, or as the system is.
func setTheme(t settings.Theme) {
	if v, ok := variants[t]; ok {
		fyne.CurrentApp().Settings().SetTheme(theme.Fixed(v))
		return
	}
	fyne.CurrentApp().Settings().SetTheme(theme.System())
}
