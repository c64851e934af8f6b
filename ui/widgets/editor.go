package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	fynetheme "fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"descry/ui/theme"
)

// Editor is a multi-line text field for the caption. While the model writes the
// caption, it shows the words so far, followed by a block cursor.
type Editor struct {
	widget.BaseWidget
	entry   *entry
	stream  *stream
	setting bool
	writing bool
	lines   int
}

// NewEditor returns an empty editor that is at least lines lines high. changed
// is called with the text after user edits only.
func NewEditor(lines int, changed func(text string)) *Editor {
	e := &Editor{lines: lines, stream: newStream()}
	e.entry = newEntry(func(s string) {
		if !e.setting {
			changed(s)
		}
	}, func() { e.Refresh() })
	e.ExtendBaseWidget(e)
	return e
}

// SetText shows a text; writing reports that the model is still writing it. The
// cursor does not move if the text is the same.
func (e *Editor) SetText(s string, writing bool) {
	if e.writing != writing {
		e.writing = writing
		defer e.Refresh()
	}
	if writing {
		e.stream.set(s)
		return
	}
	if e.entry.Text != s {
		e.setting = true
		e.entry.SetText(s)
		e.setting = false
	}
}

// SetPlaceHolder sets the text that an empty field shows.
func (e *Editor) SetPlaceHolder(s string) {
	if e.entry.PlaceHolder != s {
		e.entry.SetPlaceHolder(s)
	}
}

// SetEditable enables or disables editing.
func (e *Editor) SetEditable(on bool) {
	switch {
	case on && e.entry.Disabled():
		e.entry.Enable()
	case !on && !e.entry.Disabled():
		e.entry.Disable()
	}
}

// Text returns the text in the field.
func (e *Editor) Text() string { return e.entry.Text }

// Focusable returns the object that takes the focus for typing.
func (e *Editor) Focusable() fyne.Focusable { return e.entry }

// Typing reports whether the field has the focus.
func (e *Editor) Typing() bool { return e.entry.typing }

// maxLines is the number of lines that the editor grows to before it scrolls.
const maxLines = 6

// HeightFor implements TallFor: the editor grows with its text.
func (e *Editor) HeightFor(width float32) float32 {
	words := e.stream.words
	if !e.writing {
		words = NewParagraph(e.entry.Text, theme.Text, theme.SizeCaption, false)
	}
	lines := len(words.broken(max(80, width-24)))
	return float32(min(max(lines, e.lines), maxLines))*words.lineHeight() + 32
}

// CreateRenderer implements fyne.Widget.
func (e *Editor) CreateRenderer() fyne.WidgetRenderer {
	background := canvas.NewRectangle(color.Transparent)
	field := container.NewThemeOverride(e.entry, editorTheme{})
	r := &renderer{objects: []fyne.CanvasObject{background, field, e.stream}}
	paint := func() {
		background.FillColor, background.CornerRadius = colour(theme.Field), theme.RadiusField
		background.StrokeColor, background.StrokeWidth = colour(theme.Line), 1
		if e.entry.typing {
			background.StrokeColor, background.StrokeWidth = colour(theme.Accent), theme.FocusRing
		}
		field.Hidden, e.stream.Hidden = e.writing, !e.writing
	}
	paint()
	r.layout = func(s fyne.Size) {
		background.Resize(s)
		Place(field, 2, 2, s.Width-4, s.Height-4)
		Place(e.stream, 12, 10, s.Width-24, s.Height-20)
	}
	r.min = func() fyne.Size { return fyne.NewSize(160, e.HeightFor(max(160, e.BaseWidget.Size().Width))) }
	r.refresh = func() { paint(); canvas.Refresh(e) }
	return r
}

// editorTheme is the window's theme with the caption's text size and without
// Fyne's frame around text fields.
type editorTheme struct{}

func (editorTheme) Color(n fyne.ThemeColorName, v fyne.ThemeVariant) color.Color {
	switch n {
	case fynetheme.ColorNameInputBorder, fynetheme.ColorNameInputBackground:
		return color.Transparent
	}
	return windowTheme().Color(n, fyne.CurrentApp().Settings().ThemeVariant())
}

func (editorTheme) Font(s fyne.TextStyle) fyne.Resource     { return windowTheme().Font(s) }
func (editorTheme) Icon(n fyne.ThemeIconName) fyne.Resource { return windowTheme().Icon(n) }
func (editorTheme) Size(n fyne.ThemeSizeName) float32 {
	switch n {
	case fynetheme.SizeNameText:
		return windowTheme().Size(theme.SizeCaption)
	case fynetheme.SizeNameInputBorder:
		return 0
	}
	return windowTheme().Size(n)
}

// entry is Fyne's text field; shortcuts that do not edit go to the window.
type entry struct {
	widget.Entry
	typing bool
	focus  func()
}

func newEntry(changed func(string), focus func()) *entry {
	e := &entry{focus: focus}
	e.MultiLine, e.Wrapping = true, fyne.TextWrapWord
	e.Scroll = fyne.ScrollVerticalOnly
	e.OnChanged = changed
	e.ExtendBaseWidget(e)
	return e
}

// FocusGained implements fyne.Focusable.
func (e *entry) FocusGained() { e.typing = true; e.Entry.FocusGained(); e.focus() }

// FocusLost implements fyne.Focusable.
func (e *entry) FocusLost() { e.typing = false; e.Entry.FocusLost(); e.focus() }

// AcceptsTab returns false: Tab moves the focus.
func (e *entry) AcceptsTab() bool { return false }

// TypedKey removes the focus on Escape.
func (e *entry) TypedKey(k *fyne.KeyEvent) {
	if k.Name == fyne.KeyEscape {
		if c := fyne.CurrentApp().Driver().CanvasForObject(e); c != nil {
			c.Unfocus()
		}
		return
	}
	e.Entry.TypedKey(k)
}

// editKeys are the keys that a text field handles together with a modifier.
var editKeys = map[fyne.KeyName]bool{
	fyne.KeyLeft: true, fyne.KeyRight: true, fyne.KeyUp: true, fyne.KeyDown: true, fyne.KeyHome: true,
	fyne.KeyEnd: true, fyne.KeyBackspace: true, fyne.KeyDelete: true,
}

// forWindow reports whether the window handles a shortcut: its commands, undo and
// redo (the window's history is kept on disk), and copy without a selection,
// which copies the whole caption.
func (e *entry) forWindow(s fyne.Shortcut) bool {
	switch s := s.(type) {
	case *desktop.CustomShortcut:
		return !editKeys[s.KeyName]
	case *fyne.ShortcutUndo, *fyne.ShortcutRedo:
		return true
	case *fyne.ShortcutCopy:
		return e.SelectedText() == ""
	}
	return false
}

// TypedShortcut edits the text or passes the shortcut to the window.
func (e *entry) TypedShortcut(s fyne.Shortcut) {
	if e.forWindow(s) {
		if c, ok := fyne.CurrentApp().Driver().CanvasForObject(e).(fyne.Shortcutable); ok {
			c.TypedShortcut(s)
		}
		return
	}
	e.Entry.TypedShortcut(s)
}

// stream is growing text with a block cursor at its end.
type stream struct {
	widget.BaseWidget
	words *Paragraph
}

func newStream() *stream {
	s := &stream{words: NewParagraph("", theme.Text, theme.SizeCaption, false)}
	s.ExtendBaseWidget(s)
	return s
}

func (s *stream) set(text string) {
	if s.words.text != text {
		s.words.SetText(text)
		s.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (s *stream) CreateRenderer() fyne.WidgetRenderer {
	block := canvas.NewRectangle(color.Transparent)
	r := &renderer{objects: []fyne.CanvasObject{s.words, block}}
	r.layout = func(size fyne.Size) {
		block.FillColor = colour(theme.Accent)
		s.words.Resize(size)
		lines := s.words.broken(size.Width)
		h := s.words.lineHeight()
		x := fyne.MeasureText(lines[len(lines)-1], fynetheme.Size(theme.SizeCaption), fyne.TextStyle{}).Width
		if x > 0 {
			x += 5
		}
		Place(block, min(x, size.Width-9), float32(len(lines)-1)*h+4, 9, h-8)
	}
	r.min = func() fyne.Size { return fyne.NewSize(100, 30) }
	r.refresh = func() { r.layout(s.BaseWidget.Size()); canvas.Refresh(s) }
	return r
}

// windowTheme returns the theme without the editor's changes. Fyne's Current
// would return the theme being drawn with, which is editorTheme again.
func windowTheme() fyne.Theme { return fyne.CurrentApp().Settings().Theme() }
