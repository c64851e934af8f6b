package widgets

import (
	"image/color"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
	fynetheme "fyne.io/fyne/v2/theme"
	fynetooltip "github.com/dweymouth/fyne-tooltip"

	"descry/ui/theme"
)

// themed starts a program in Descry's light theme.
func themed(t *testing.T) fyne.App {
	t.Helper()
	a := test.NewTempApp(t)
	a.Settings().SetTheme(lightTheme())
	return a
}

func lightTheme() fyne.Theme { return theme.Fixed(fynetheme.VariantLight) }

// placed puts an object into a window of a size.
func placed(t *testing.T, o fyne.CanvasObject, w, h float32) fyne.Window {
	t.Helper()
	win := test.NewTempWindow(t, o)
	win.SetPadded(false)
	win.Resize(fyne.NewSize(w, h))
	return win
}

var boatBlue = Colour{Fill: color.NRGBA{0x56, 0xB4, 0xE9, 0xFF}, Ink: color.NRGBA{0x1B, 0x1D, 0x21, 0xFF}}

func TestPartsRenderByState(t *testing.T) {
	nop := func() {}
	for name, c := range map[string]struct {
		make func() fyne.CanvasObject
		w, h float32
	}{
		"button": {func() fyne.CanvasObject { return NewButton(Secondary, "Copy", "", nop) }, 80, 32},
		"button-hovered": {func() fyne.CanvasObject {
			b := NewButton(Secondary, "Copy", "", nop)
			b.MouseIn(&desktop.MouseEvent{})
			return b
		}, 80, 32},
		"button-focused":  {func() fyne.CanvasObject { b := NewButton(Secondary, "Copy", "", nop); b.FocusGained(); return b }, 80, 32},
		"button-disabled": {func() fyne.CanvasObject { b := NewButton(Primary, "Save…", "", nop); b.Disable(); return b }, 80, 32},
		"primary":         {func() fyne.CanvasObject { return NewButton(Primary, "Save…", "", nop) }, 80, 32},
		"pill-off":        {func() fyne.CanvasObject { return NewButton(Pill, "Masks", "", nop) }, 80, 30},
		"pill-on":         {func() fyne.CanvasObject { b := NewButton(Pill, "Masks", "", nop); b.SetOn(true); return b }, 80, 30},
		"icon":            {func() fyne.CanvasObject { return NewIconButton(Quiet, IconNext, "Next", nop) }, 32, 32},
		"slider":          {func() fyne.CanvasObject { s := NewSlider("", 100, nil); s.SetValue(0.25); return s }, 100, 28},
		"object":          {func() fyne.CanvasObject { return objectRow(true, false) }, 320, 44},
		"object-hidden":   {func() fyne.CanvasObject { return objectRow(false, false) }, 320, 44},
		"object-hovered":  {func() fyne.CanvasObject { return objectRow(true, true) }, 320, 44},
		"checked":         {func() fyne.CanvasObject { r := NewCheckRow("Legend", "", nop); r.SetChecked(true); return r }, 160, 28},
		"choice":          {func() fyne.CanvasObject { r := NewCheckRow("PNG", "", nop).Round(); r.SetChecked(true); return r }, 160, 28},
		"bones":           {func() fyne.CanvasObject { return NewBones(2) }, 300, 92},
		"chip":            {func() fyne.CanvasObject { return NewChip("CPU · 2 threads", "", nop) }, 130, 22},
	} {
		t.Run(name, func(t *testing.T) {
			themed(t)
			win := placed(t, c.make(), c.w, c.h)
			test.AssertRendersToMarkup(t, name+".xml", win.Canvas())
		})
	}
}

func objectRow(shown, hovered bool) *ObjectRow {
	o := NewObjectRow(ObjectHandlers{})
	o.Set(ObjectData{Index: 1, Name: "boat", Detail: "middle · 9 % of the picture", Score: "99 %", Colour: boatBlue, Shown: shown, Highlighted: hovered})
	return o
}

func TestSettersNeverCallBack(t *testing.T) {
	themed(t)
	called := 0
	s := NewSlider("", 100, func(float64) { called++ })
	s.SetValue(0.7)
	s.SetRange(0.1, 0.5)
	e := NewEditor(2, func(string) { called++ })
	placed(t, e, 300, 100)
	e.SetText("a dog", false)
	e.SetText("a dog at", true)
	e.SetText("a dog at night", false)
	c := NewCheckRow("", "", func() { called++ })
	c.SetChecked(true)
	b := NewButton(Pill, "Masks", "", func() { called++ })
	b.SetOn(true)
	if called != 0 {
		t.Errorf("setters called back %d times", called)
	}
	if s.Value() != 0.5 || e.Text() != "a dog at night" || !c.Checked() || !b.On() {
		t.Errorf("shown are %g, %q, %v, %v", s.Value(), e.Text(), c.Checked(), b.On())
	}
}

func TestSliderPicksWhatAPersonPointsAt(t *testing.T) {
	themed(t)
	var reported []float64
	s := NewSlider("", 115, func(v float64) { reported = append(reported, v) })
	placed(t, s, 115, 28)
	s.Tapped(&fyne.PointEvent{Position: fyne.NewPos(thumbSide/2+50, 14)})
	s.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(900, 14)}})
	s.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(901, 14)}})
	s.TypedKey(&fyne.KeyEvent{Name: fyne.KeyLeft})
	s.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.NewDelta(0, -10)})
	s.TypedKey(&fyne.KeyEvent{Name: fyne.KeyHome})
	if want := []float64{0.5, 1, 0.99, 0.97, 0}; !slices.Equal(reported, want) {
		t.Errorf("reported %v, want %v", reported, want)
	}
	s.Disable()
	if s.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEnd}); s.Value() != 0 {
		t.Error("a slider that is disabled moves")
	}
}

func TestDisabledControlsDoNothing(t *testing.T) {
	themed(t)
	pressed := 0
	b := NewButton(Secondary, "Undo", "", func() { pressed++ })
	b.Disable()
	b.Tapped(nil)
	b.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	if pressed != 0 {
		t.Errorf("pressed %d times", pressed)
	}
	b.Enable()
	b.Tapped(nil)
	b.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	b.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if pressed != 3 {
		t.Errorf("pressed %d times, want 3", pressed)
	}
}

func TestEverythingToPressIsHighEnoughToHit(t *testing.T) {
	themed(t)
	for name, o := range map[string]fyne.CanvasObject{
		"button": NewButton(Secondary, "A", "", nil), "link": NewButton(Link, "show", "", nil), "icon": NewIconButton(Quiet, IconClose, "", nil),
		"slider": NewSlider("", 90, nil), "object": NewObjectRow(ObjectHandlers{}), "candidate": NewCandidateRow(nil), "class": NewLegendRow(LegendHandlers{}), "check": NewCheckRow("A", "", nil),
	} {
		if h := o.MinSize().Height; h < theme.MinHit {
			t.Errorf("%s is %g high", name, h)
		}
	}
}

func TestTooltipAppearsAfterAWhileAndGoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		themed(t)
		b := NewIconButton(Quiet, IconNext, "Next picture (→)", nil)
		win := test.NewTempWindow(t, nil)
		win.SetContent(fynetooltip.AddWindowToolTipLayer(Padded(b, 40, 40, 40, 40, fyne.NewSize(300, 200)), win.Canvas()))
		defer fynetooltip.DestroyWindowToolTipLayer(win.Canvas())
		tip := func() bool { return strings.Contains(test.RenderToMarkup(win.Canvas()), "Next picture") }
		b.MouseIn(&desktop.MouseEvent{PointEvent: fyne.PointEvent{AbsolutePosition: fyne.NewPos(50, 50)}})
		if tip() {
			t.Error("the tooltip is there at once")
		}
		time.Sleep(2 * time.Second) // virtual
		synctest.Wait()
		if !tip() {
			t.Error("the tooltip does not come")
		}
		if b.MouseOut(); tip() {
			t.Error("the tooltip stays")
		}
		b.MouseIn(&desktop.MouseEvent{PointEvent: fyne.PointEvent{AbsolutePosition: fyne.NewPos(50, 50)}})
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if b.Tapped(nil); tip() {
			t.Error("the tooltip stays after a click")
		}
	})
}

func TestEditorGrowsWithItsText(t *testing.T) {
	themed(t)
	e := NewEditor(2, func(string) {})
	placed(t, e, 300, 200)
	e.SetText("a dog", false)
	short := e.HeightFor(300)
	e.SetText("a stop sign above a pair of scissors on a wooden table beside a dog and a cat", false)
	long := e.HeightFor(300)
	e.SetText(strings.Repeat("a stop sign above a pair of scissors ", 20), false)
	longest := e.HeightFor(300)
	if !(short < long && long < longest) || longest > 250 {
		t.Errorf("the heights are %g, %g, %g", short, long, longest)
	}
}

func TestTextIsCutWithAnEllipsisWhereItHasNoRoom(t *testing.T) {
	themed(t)
	line := NewText("a very long name of a picture.png", theme.Text, theme.SizeBody, false).Cut()
	placed(t, line, 120, 20)
	if got := line.fit(120); !strings.HasSuffix(got, "…") || line.measure(got).Width > 120 {
		t.Errorf("cut to %q", got)
	}
	if got := line.fit(1000); got != line.Text() {
		t.Errorf("cut to %q though there is room", got)
	}
}

func TestParagraphsBreakAtWordsAndKeepThemAll(t *testing.T) {
	themed(t)
	text := "It is captioned, every object is outlined and named.\nNothing leaves this computer. Donaudampfschifffahrtsgesellschaftskapitän"
	p := NewParagraph(text, theme.Text, theme.SizeBody, false)
	for _, width := range []float32{60, 120, 300, 2000} {
		lines := p.broken(width)
		if got, want := strings.Join(strings.Fields(strings.Join(lines, " ")), ""), strings.Join(strings.Fields(text), ""); got != want {
			t.Errorf("at %g words are lost: %q", width, lines)
		}
		for _, l := range lines {
			if w := fyne.MeasureText(l, p.Theme().Size(theme.SizeBody), fyne.TextStyle{}).Width; w > width {
				t.Errorf("at %g the line %q is %g wide", width, l, w)
			}
		}
		if h := p.HeightFor(width); h != float32(len(lines))*p.lineHeight() {
			t.Errorf("at %g the height is %g for %d lines", width, h, len(lines))
		}
	}
}

func TestLayoutsGiveNoRoomToWhatIsHidden(t *testing.T) {
	themed(t)
	box := func(w, h float32) fyne.CanvasObject {
		return Padded(NewBox(theme.Line, "", 0), 0, 0, 0, 0, fyne.NewSize(w, h))
	}
	a, b, c := box(30, 10), box(40, 20), box(50, 30)
	for name, l := range map[string]struct {
		box  *fyne.Container
		all  fyne.Size
		less fyne.Size
	}{
		"row":    {Row(5, -1, a, b, c), fyne.NewSize(130, 30), fyne.NewSize(85, 30)},
		"column": {Column(5, a, b, c), fyne.NewSize(50, 70), fyne.NewSize(50, 45)},
	} {
		b.Show()
		if s := l.box.MinSize(); s != l.all {
			t.Errorf("%s: %v, want %v", name, s, l.all)
		}
		b.Hide()
		if s := l.box.MinSize(); s != l.less {
			t.Errorf("%s without one: %v, want %v", name, s, l.less)
		}
	}
	outer := Column(5, a, Padded(b, 8, 8, 8, 8, fyne.Size{}), c)
	if s := outer.MinSize(); s != fyne.NewSize(50, 45) {
		t.Errorf("the margin of what is hidden takes room: %v", s)
	}
}

func TestFlowBeginsANewLineWhereThereIsNoRoom(t *testing.T) {
	themed(t)
	part := func() fyne.CanvasObject {
		return Padded(NewBox(theme.Line, "", 0), 0, 0, 0, 0, fyne.NewSize(40, 10))
	}
	f := Flow(5, part(), part(), part())
	for width, want := range map[float32]float32{130: 10, 129: 25, 84: 40, 40: 40} {
		if h := HeightFor(f, width); h != want {
			t.Errorf("at %g: %g high, want %g", width, h, want)
		}
	}
}

func TestEveryIconIsADrawing(t *testing.T) {
	for _, n := range []IconName{IconMasks, IconOutlines, IconBoxes, IconLabels, IconClasses, IconBack, IconNext, IconClose, IconMinus, IconPlus, IconTick, IconSave, IconMore, IconPanel, IconDown, IconOpen} {
		svg := string(n.resource(color.NRGBA{1, 2, 3, 255}).Content())
		if !strings.Contains(svg, `<path `) || !strings.Contains(svg, "#010203") || strings.Contains(svg, "<path S") || strings.Contains(svg, "<path F") {
			t.Errorf("%s: %s", n, svg)
		}
	}
}
