package widgets

import (
	"image/color"
	"reflect"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
	fynetheme "fyne.io/fyne/v2/theme"

	"descry/ui/theme"
)

// pressable is what every control can do.
type pressable interface {
	fyne.Widget
	fyne.Focusable
	fyne.Tappable
	fyne.Disableable
	desktop.Hoverable
	SetTip(string)
	ToolTip() string
	control() *Control
}

// controls makes one of each control; press is what a click or Enter does.
var controls = map[string]func(press func()) pressable{
	"button":    func(do func()) pressable { return NewButton(Secondary, "Copy", "Copy it", do) },
	"primary":   func(do func()) pressable { return NewButton(Primary, "Save…", "Save it", do) },
	"icon":      func(do func()) pressable { return NewIconButton(Quiet, IconNext, "Next", do) },
	"link":      func(do func()) pressable { return NewButton(Link, "show", "Show it", do) },
	"pill":      func(do func()) pressable { return NewButton(Pill, "Masks", "Show masks", do) },
	"chip":      func(do func()) pressable { return NewChip("CPU", "Choose a device", do) },
	"sample":    func(do func()) pressable { return NewSampleCard("A dog", do) },
	"check":     func(do func()) pressable { return NewCheckRow("Legend", "Add a legend", do) },
	"choice":    func(do func()) pressable { return NewCheckRow("PNG", "Save a PNG", do).Round() },
	"link text": func(do func()) pressable { l := NewLinkText(theme.Accent, do); l.SetText("Read more"); return l },
	"candidate": func(do func()) pressable { c := NewCandidateRow(nil); c.Set("a dog", "likely", do); return c },
	"class": func(do func()) pressable {
		return NewLegendRow(LegendHandlers{Toggle: func(int) { do() }, Point: func(int) {}})
	},
	"object": func(do func()) pressable {
		return NewObjectRow(ObjectHandlers{Zoom: func(int) { do() }, Hover: func(int) {}, Toggle: func(int, bool) {}})
	},
}

// ringOf returns the line around a control that has the focus: the last thing
// that it draws.
func ringOf(w fyne.Widget) *canvas.Rectangle {
	all := test.WidgetRenderer(w).Objects()
	return all[len(all)-1].(*canvas.Rectangle)
}

func TestControlsAreWorkedByPointerAndKeys(t *testing.T) {
	for name, make := range controls {
		t.Run(name, func(t *testing.T) {
			themed(t)
			pressed := 0
			c := make(func() { pressed++ })
			win := placed(t, c, 200, 60)
			var keys []fyne.KeyName
			var runes []rune
			win.Canvas().SetOnTypedKey(func(e *fyne.KeyEvent) { keys = append(keys, e.Name) })
			win.Canvas().SetOnTypedRune(func(r rune) { runes = append(runes, r) })

			c.Tapped(&fyne.PointEvent{Position: fyne.NewPos(100, 20)})
			if pressed != 1 || win.Canvas().Focused() != nil {
				t.Errorf("a click pressed it %d times; the focus is on %v", pressed, win.Canvas().Focused())
			}
			win.Canvas().FocusNext()
			if win.Canvas().Focused() != fyne.Focusable(c) {
				t.Fatal("Tab does not reach it")
			}
			for _, k := range []fyne.KeyName{fyne.KeyReturn, fyne.KeyEnter, fyne.KeyM, fyne.KeyRight} {
				c.TypedKey(&fyne.KeyEvent{Name: k})
			}
			if pressed != 3 {
				t.Errorf("Enter pressed it %d times in all, want 3", pressed)
			}
			c.TypedRune(' ')
			c.TypedRune('+')
			if !slices.Equal(keys, []fyne.KeyName{fyne.KeyM, fyne.KeyRight}) || string(runes) != "+" {
				t.Errorf("the window got the keys %v and the letters %q", keys, string(runes))
			}
		})
	}
}

func TestFocusIsShownByARing(t *testing.T) {
	for name, make := range controls {
		t.Run(name, func(t *testing.T) {
			themed(t)
			c := make(func() {})
			win := placed(t, c, 200, 60)
			if ringOf(c).Visible() {
				t.Error("there is a ring without the focus")
			}
			win.Canvas().Focus(c)
			r := ringOf(c)
			if !r.Visible() || r.StrokeWidth != theme.FocusRing || r.StrokeColor != colour(theme.Accent) || r.FillColor != color.Transparent {
				t.Errorf("visible %v, %g wide, %v", r.Visible(), r.StrokeWidth, r.StrokeColor)
			}
			if r.Size().Width < c.Size().Width-6 || r.Size().Height < c.Size().Height/2 {
				t.Errorf("the ring is %v large around %v", r.Size(), c.Size())
			}
			win.Canvas().Unfocus()
			if ringOf(c).Visible() {
				t.Error("the ring stays")
			}
		})
	}
}

func TestDisabledControlsAreLeftOutByTab(t *testing.T) {
	for name, make := range controls {
		t.Run(name, func(t *testing.T) {
			themed(t)
			c, after := make(func() {}), NewButton(Secondary, "after", "", nil)
			c.Disable()
			win := placed(t, Column(4, c, after), 200, 120)
			if win.Canvas().FocusNext(); win.Canvas().Focused() != fyne.Focusable(after) {
				t.Error("Tab reaches it")
			}
			c.FocusGained() // it was disabled while it had the focus
			if ringOf(c).Visible() {
				t.Error("it has a ring")
			}
			c.Enable()
			if win.Canvas().FocusPrevious(); win.Canvas().Focused() != fyne.Focusable(c) {
				t.Error("Tab does not reach it when it is switched on again")
			}
		})
	}
}

// fills returns the colours that a widget's own shapes are drawn with.
func fills(w fyne.Widget) (all []color.Color) {
	for _, o := range test.WidgetRenderer(w).Objects() {
		switch o := o.(type) {
		case *canvas.Rectangle:
			all = append(all, o.FillColor)
			if o.StrokeWidth > 0 {
				all = append(all, o.StrokeColor)
			}
		case *canvas.Circle:
			all = append(all, o.FillColor, o.StrokeColor)
		}
	}
	return all
}

func TestPointerIsAnswered(t *testing.T) {
	for name, make := range controls {
		if name == "link text" { // it is underlined always
			continue
		}
		t.Run(name, func(t *testing.T) {
			themed(t)
			c := make(func() {})
			placed(t, c, 200, 60)
			c.SetTip("")
			rest := fills(c)
			c.MouseIn(&desktop.MouseEvent{})
			if slices.Equal(fills(c), rest) {
				t.Error("it looks the same under the pointer")
			}
			c.MouseOut()
			if got := fills(c); !slices.Equal(got, rest) {
				t.Errorf("after the pointer left it is drawn in %v, before in %v", got, rest)
			}
		})
	}
}

// TestThemeChangeRepaintsEverything: what was made in the light theme and
// refreshed in the dark one looks as if it had been made there.
func TestThemeChangeRepaintsEverything(t *testing.T) {
	parts := map[string]func() fyne.CanvasObject{
		"box":       func() fyne.CanvasObject { return NewBox(theme.Panel, theme.Line, 8) },
		"text":      func() fyne.CanvasObject { return NewText("boat", theme.Text, theme.SizeBody, true) },
		"paragraph": func() fyne.CanvasObject { return NewParagraph("a boat", theme.Secondary, theme.SizeBody, false) },
		"icon":      func() fyne.CanvasObject { return NewIcon(IconSave, theme.Text, 18) },
		"bones":     func() fyne.CanvasObject { return NewBones(2) },
		"progress":  func() fyne.CanvasObject { p := NewProgress(); p.Set(0.5, false); return p },
		"slider":    func() fyne.CanvasObject { s := NewSlider("", 100, nil); s.SetValue(0.5); return s },
		"editor":    func() fyne.CanvasObject { e := NewEditor(2, nil); e.SetText("a boat", true); return e },
		"bar":       func() fyne.CanvasObject { return NewFloatingBar(NewText("Fit", theme.Text, theme.SizeLabel, false)) },
		"drop zone": func() fyne.CanvasObject { return NewDropZone(NewText("Drop", theme.Text, theme.SizeBody, false)) },
	}
	for name, make := range controls {
		parts[name] = func() fyne.CanvasObject { return make(nil) }
	}
	for name, make := range parts {
		t.Run(name, func(t *testing.T) {
			a := themed(t)
			win := placed(t, make(), 300, 100)
			light := win.Canvas().Capture()
			a.Settings().SetTheme(theme.Fixed(fynetheme.VariantDark))
			win.Content().Refresh()
			got := win.Canvas().Capture()
			if want := placed(t, make(), 300, 100).Canvas().Capture(); !reflect.DeepEqual(got, want) {
				t.Error("repainted it is not as if it were made anew")
			}
			if reflect.DeepEqual(got, light) {
				t.Error("it is the same in both themes")
			}
		})
	}
}

func TestTooltipsSayWhatTheyWereGiven(t *testing.T) {
	for name, make := range controls {
		themed(t)
		c := make(func() {})
		if name != "link text" && c.ToolTip() == "" {
			t.Errorf("%s has no tooltip", name)
		}
		if c.SetTip("another"); c.ToolTip() != "another" {
			t.Errorf("%s: the tooltip is %q", name, c.ToolTip())
		}
	}
	themed(t)
	long := strings.Repeat("a dog beside a boat ", 20)
	r := NewCandidateRow(nil)
	if r.Set(long, "likely", nil); !strings.HasSuffix(r.ToolTip(), long) {
		t.Errorf("the whole caption is not in the tooltip %q", r.ToolTip())
	}
	chip := NewChip("CPU", "", nil)
	if chip.Set("GPU", "NVIDIA"); chip.ToolTip() != "NVIDIA" || chip.Text() != "GPU" {
		t.Errorf("the chip says %q, %q", chip.Text(), chip.ToolTip())
	}
	name := NewText("name", theme.Text, theme.SizeBody, false)
	tip := NewTip(name)
	placed(t, tip, 80, 20)
	if tip.SetTip("the whole name"); tip.ToolTip() != "the whole name" || tip.MinSize() != name.MinSize() || name.Size() != fyne.NewSize(80, 20) {
		t.Errorf("the tip is %q, %v large, its part %v", tip.ToolTip(), tip.MinSize(), name.Size())
	}
}

func TestOnTapChangesWhatAControlDoes(t *testing.T) {
	themed(t)
	b := NewButton(Secondary, "A", "", nil)
	b.Tapped(nil) // does nothing yet
	done := ""
	b.OnTap(func() { done += "x" })
	b.Tapped(nil)
	if done != "x" {
		t.Errorf("done is %q", done)
	}
}
