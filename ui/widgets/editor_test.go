package widgets

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"descry/ui/theme"
)

func TestOnlyAPersonsEditsAreTold(t *testing.T) {
	themed(t)
	var reported []string
	e := NewEditor(2, func(s string) { reported = append(reported, s) })
	win := placed(t, e, 300, 120)
	e.SetText("a dog", false)
	win.Canvas().Focus(e.Focusable())
	test.Type(e.Focusable(), "x")
	e.SetText("xa dog", false) // the answer to what was typed
	test.Type(e.Focusable(), "y")
	if !slices.Equal(reported, []string{"xa dog", "xya dog"}) {
		t.Errorf("reported %q", reported)
	}
}

func TestEditorShowsWhatTheModelWrites(t *testing.T) {
	themed(t)
	e := NewEditor(2, func(string) { t.Error("reported of a change") })
	placed(t, e, 300, 120)
	e.SetText("an old caption", false)
	all := test.WidgetRenderer(e).Objects()
	field, stream := all[1], all[2]
	e.SetText("two cakes", true)
	if field.Visible() || !stream.Visible() {
		t.Errorf("while it is written: field %v, words %v", field.Visible(), stream.Visible())
	}
	block := test.WidgetRenderer(e.stream).Objects()[1].(*canvas.Rectangle)
	x, y := block.Position().X, block.Position().Y
	if wide := fyne.MeasureText("two cakes", 20, fyne.TextStyle{}).Width; x != wide+5 || block.FillColor != colour(theme.Accent) {
		t.Errorf("the cursor stands at %g, the words end at %g", x, wide)
	}
	e.SetText("two cakes in the", true)
	if block.Position().X <= x || block.Position().Y != y {
		t.Errorf("the cursor went from %g to %v", x, block.Position())
	}
	e.SetText(strings.Repeat("two cakes in the kitchen ", 3), true)
	if block.Position().Y <= y || block.Position().X+9 > e.stream.Size().Width {
		t.Errorf("on the second line the cursor stands at %v", block.Position())
	}
	e.SetText("two cakes", false)
	if !field.Visible() || stream.Visible() || e.Text() != "two cakes" {
		t.Errorf("when it is done: field %v, words %v, %q", field.Visible(), stream.Visible(), e.Text())
	}
	e.SetText("", true)
	if block.Position().X != 0 {
		t.Errorf("before the first word the cursor stands at %v", block.Position())
	}
}

func TestEditorIsAsHighAsItsTextWithinLimits(t *testing.T) {
	themed(t)
	e := NewEditor(2, nil)
	line := NewParagraph("", theme.Text, theme.SizeCaption, false).lineHeight()
	for lines, want := range map[int]float32{0: 2, 1: 2, 2: 2, 3: 3, 6: 6, 7: 6, 30: 6} {
		e.SetText(strings.TrimSuffix(strings.Repeat("a dog\n", lines), "\n"), true)
		if got := (e.HeightFor(400) - 32) / line; got != want {
			t.Errorf("for %d lines it is %g lines high, want %g", lines, got, want)
		}
	}
	if e.MinSize().Height != e.HeightFor(160) {
		t.Errorf("it asks for %g, needs %g", e.MinSize().Height, e.HeightFor(160))
	}
}

func TestEditorFrameShowsTheFocus(t *testing.T) {
	themed(t)
	e := NewEditor(2, nil)
	win := placed(t, e, 300, 120)
	background := test.WidgetRenderer(e).Objects()[0].(*canvas.Rectangle)
	win.Canvas().Focus(e.Focusable())
	if !e.Typing() || background.StrokeWidth != theme.FocusRing || background.StrokeColor != colour(theme.Accent) {
		t.Errorf("typing %v, the frame is %g wide, %v", e.Typing(), background.StrokeWidth, background.StrokeColor)
	}
	e.Focusable().TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if e.Typing() || win.Canvas().Focused() != nil || background.StrokeWidth != 1 {
		t.Errorf("after Escape: typing %v, the frame is %g wide", e.Typing(), background.StrokeWidth)
	}
	if e.entry.AcceptsTab() {
		t.Error("Tab writes into the field")
	}
}

func TestEditorCanBeDisabled(t *testing.T) {
	themed(t)
	reported := 0
	e := NewEditor(2, func(string) { reported++ })
	placed(t, e, 300, 120)
	e.SetPlaceHolder("No caption yet")
	if e.entry.PlaceHolder != "No caption yet" {
		t.Errorf("the empty field says %q", e.entry.PlaceHolder)
	}
	e.SetEditable(false)
	if e.entry.TypedRune('x'); reported != 0 || e.Text() != "" || !e.entry.Disabled() {
		t.Errorf("disabled it takes letters: %q", e.Text())
	}
	e.SetEditable(true)
	if e.entry.TypedRune('x'); reported != 1 || e.Text() != "x" {
		t.Errorf("switched on it has %q", e.Text())
	}
}

func TestEditorHandsTheWindowItsShortcuts(t *testing.T) {
	custom := func(k fyne.KeyName) fyne.Shortcut {
		return &desktop.CustomShortcut{KeyName: k, Modifier: fyne.KeyModifierControl}
	}
	for name, c := range map[string]struct {
		shortcut fyne.Shortcut
		selected bool
		want     bool // the window gets it
	}{
		"save":                 {custom(fyne.KeyS), false, true},
		"word left":            {custom(fyne.KeyLeft), false, false},
		"delete a word":        {custom(fyne.KeyBackspace), false, false},
		"undo":                 {&fyne.ShortcutUndo{}, false, true},
		"redo":                 {&fyne.ShortcutRedo{}, false, true},
		"copy the caption":     {&fyne.ShortcutCopy{Clipboard: test.NewClipboard()}, false, true},
		"copy a selected word": {&fyne.ShortcutCopy{Clipboard: test.NewClipboard()}, true, false},
		"paste":                {&fyne.ShortcutPaste{Clipboard: test.NewClipboard()}, false, false},
		"select all":           {&fyne.ShortcutSelectAll{}, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			themed(t)
			e := NewEditor(2, func(string) {})
			win := placed(t, e, 300, 120)
			e.SetText("a dog", false)
			win.Canvas().Focus(e.Focusable())
			if c.selected {
				e.entry.TypedShortcut(&fyne.ShortcutSelectAll{})
			}
			if got := e.entry.forWindow(c.shortcut); got != c.want {
				t.Errorf("the window gets it: %v, want %v", got, c.want)
			}
		})
	}
}

// TestEditorDoesNotUndoByItself: the window's history is longer than the field's.
func TestEditorDoesNotUndoByItself(t *testing.T) {
	themed(t)
	e := NewEditor(2, func(string) {})
	placed(t, e, 300, 120)
	test.Type(e.entry, "dog")
	e.entry.TypedShortcut(&fyne.ShortcutUndo{})
	if e.Text() != "dog" {
		t.Errorf("undo left %q", e.Text())
	}
	e.entry.TypedShortcut(&fyne.ShortcutSelectAll{})
	if e.entry.SelectedText() != "dog" {
		t.Errorf("selected is %q", e.entry.SelectedText())
	}
}

func TestFieldTellsAPersonsEdits(t *testing.T) {
	themed(t)
	var reported []string
	f := NewField(func(s string) { reported = append(reported, s) })
	win := placed(t, f, 200, 40)
	f.Put("0.5", "a number")
	if f.Text != "0.5" || f.PlaceHolder != "a number" || len(reported) > 0 {
		t.Errorf("it shows %q, %q and reported %q", f.Text, f.PlaceHolder, reported)
	}
	win.Canvas().Focus(f)
	test.Type(f, "1")
	if !slices.Equal(reported, []string{"10.5"}) {
		t.Errorf("reported %q", reported)
	}
	f.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if win.Canvas().Focused() != nil {
		t.Error("Escape does not end typing")
	}
}
