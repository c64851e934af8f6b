package widgets

import (
	"image/color"
	"math"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"descry/render"
	"descry/ui/theme"
)

func TestButtonsAreLargeEnoughForTheirWords(t *testing.T) {
	themed(t)
	nop := func() {}
	for name, b := range map[string]*Button{
		"plain": NewButton(Secondary, "Copy", "", nop), "primary": NewButton(Primary, "Save picture…", "", nop), "link": NewButton(Link, "show", "", nop),
		"muted": NewButton(Muted, "by size", "", nop).After(IconDown), "tight": NewButton(Secondary, "Undo", "", nop).Tight(), "small": NewButton(Secondary, "Undo", "", nop).Small(),
		"icon": NewIconButton(Quiet, IconNext, "", nop), "sized": NewButton(Secondary, "Go", "", nop).Sized(120, 34),
	} {
		m := b.MinSize()
		placed(t, b, m.Width, m.Height)
		all := test.WidgetRenderer(b).Objects()
		icon, line := all[1].(*Icon), all[2].(*canvas.Text)
		wide := b.textSize().Width
		if b.icon != "" && b.text != "" {
			wide += 20
			if line.Position().X+line.Size().Width > icon.Position().X || icon.Position().X+icon.Size().Width > m.Width {
				t.Errorf("%s: word at %v, %v large, icon at %v in %v", name, line.Position(), line.Size(), icon.Position(), m)
			}
		}
		if m.Width < wide || m.Height < theme.MinHit {
			t.Errorf("%s is %v large, its word %g", name, m, wide)
		}
		if icon.Visible() != (b.icon != "") {
			t.Errorf("%s: the icon is visible: %v", name, icon.Visible())
		}
	}
	plain, tight, small := NewButton(Secondary, "Undo", "", nop).MinSize(), NewButton(Secondary, "Undo", "", nop).Tight().MinSize(), NewButton(Secondary, "Undo", "", nop).Small().MinSize()
	if tight.Width != plain.Width-12 || small.Width >= plain.Width {
		t.Errorf("plain is %g wide, tight %g, small %g", plain.Width, tight.Width, small.Width)
	}
	for look, padding := range map[Look]float32{Secondary: 16, Primary: 16, Quiet: 16, Pill: 16, Muted: 8, Link: 0} {
		b := NewButton(look, "Undo the last change", "", nop)
		if got := b.MinSize().Width - b.textSize().Width; got != 2*padding {
			t.Errorf("look %d has %g dp beside its text, want %g", look, got, 2*padding)
		}
	}
	if s := NewButton(Secondary, "Go", "", nop).Sized(120, 34).MinSize(); s != fyne.NewSize(120, 34) {
		t.Errorf("a sized button is %v", s)
	}
}

func TestPillsDoNotJump(t *testing.T) {
	themed(t)
	b := NewButton(Pill, "Outlines", "", nil)
	placed(t, b, 100, 30)
	off := b.MinSize()
	if b.SetOn(true); b.MinSize() != off {
		t.Errorf("on it is %v, off %v", b.MinSize(), off)
	}
	if background := test.WidgetRenderer(b).Objects()[0].(*canvas.Rectangle); background.CornerRadius != 15 {
		t.Errorf("its corners are %g round, want half of its height", background.CornerRadius)
	}
}

func TestTogglesBecomeIconsWhereRoomIsScarce(t *testing.T) {
	themed(t)
	b := NewButton(Pill, "Masks", "", nil)
	placed(t, b, 100, 30)
	b.SetIcon(IconMasks, "", fyne.NewSize(34, 30))
	icon, line := test.WidgetRenderer(b).Objects()[1].(*Icon), test.WidgetRenderer(b).Objects()[2].(*canvas.Text)
	if b.Text() != "" || !icon.Visible() || line.Text != "" || b.MinSize() != fyne.NewSize(34, 30) {
		t.Errorf("as an icon: %q, %v, %v", line.Text, icon.Visible(), b.MinSize())
	}
	b.SetIcon("", "Masks", fyne.NewSize(0, 30))
	if icon.Visible() || line.Text != "Masks" || b.MinSize().Width <= 34 {
		t.Errorf("as a word: %q, %v, %v", line.Text, icon.Visible(), b.MinSize())
	}
	if b.SetText("Boxes"); line.Text != "Boxes" {
		t.Errorf("it says %q", line.Text)
	}
}

func TestSliderKeysAndWheel(t *testing.T) {
	for name, c := range map[string]struct {
		do   func(s *Slider)
		want float64
	}{
		"left":          {func(s *Slider) { s.TypedKey(&fyne.KeyEvent{Name: fyne.KeyLeft}) }, 0.49},
		"down":          {func(s *Slider) { s.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown}) }, 0.49},
		"right":         {func(s *Slider) { s.TypedKey(&fyne.KeyEvent{Name: fyne.KeyRight}) }, 0.51},
		"up":            {func(s *Slider) { s.TypedKey(&fyne.KeyEvent{Name: fyne.KeyUp}) }, 0.51},
		"page down":     {func(s *Slider) { s.TypedKey(&fyne.KeyEvent{Name: fyne.KeyPageDown}) }, 0.4},
		"page up":       {func(s *Slider) { s.TypedKey(&fyne.KeyEvent{Name: fyne.KeyPageUp}) }, 0.6},
		"home":          {func(s *Slider) { s.TypedKey(&fyne.KeyEvent{Name: fyne.KeyHome}) }, 0.05},
		"end":           {func(s *Slider) { s.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEnd}) }, 0.95},
		"wheel up":      {func(s *Slider) { s.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.NewDelta(0, 10)}) }, 0.52},
		"wheel right":   {func(s *Slider) { s.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.NewDelta(10, 0)}) }, 0.52},
		"wheel down":    {func(s *Slider) { s.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.NewDelta(0, -10)}) }, 0.48},
		"click":         {func(s *Slider) { s.Tapped(&fyne.PointEvent{Position: fyne.NewPos(0, 14)}) }, 0.05},
		"narrower":      {func(s *Slider) { s.SetRange(0.6, 0.9) }, 0.6},
		"no range":      {func(s *Slider) { s.SetRange(0.9, 0.2) }, 0.5},
		"other key":     {func(s *Slider) { s.TypedKey(&fyne.KeyEvent{Name: fyne.KeyM}) }, 0.5},
		"end of a drag": {func(s *Slider) { s.DragEnd() }, 0.5},
	} {
		t.Run(name, func(t *testing.T) {
			themed(t)
			s := NewSlider("", 115, func(float64) {})
			keys := 0
			placed(t, s, 115, 28).Canvas().SetOnTypedKey(func(*fyne.KeyEvent) { keys++ })
			s.SetRange(0.05, 0.95)
			s.SetValue(0.5)
			c.do(s)
			if math.Abs(s.Value()-c.want) > 1e-9 {
				t.Errorf("the value is %g, want %g", s.Value(), c.want)
			}
			if (keys == 1) != (name == "other key") {
				t.Errorf("the window got %d keys", keys)
			}
			all := test.WidgetRenderer(s).Objects()
			thumb := all[2].(*canvas.Circle)
			if want := float32(s.part()) * 100; math.Abs(float64(thumb.Position().X-want)) > 1e-3 {
				t.Errorf("the thumb is at %g, want %g", thumb.Position().X, want)
			}
			if filled := all[1]; filled.Size().Width != thumb.Position().X+thumbSide/2 {
				t.Errorf("the track is filled to %g, the thumb is at %g", filled.Size().Width, thumb.Position().X)
			}
		})
	}
}

func TestProgressFillsItsBar(t *testing.T) {
	themed(t)
	p := NewProgress()
	placed(t, p, 200, 4)
	bar := test.WidgetRenderer(p).Objects()[1].(*canvas.Rectangle)
	for _, c := range []struct {
		part  float64
		quiet bool
		width float32
		ink   fyne.ThemeColorName
	}{{0, false, 0, theme.Accent}, {0.001, false, 4, theme.Accent}, {0.5, false, 100, theme.Accent}, {0.5, true, 100, theme.Faint}, {1, false, 200, theme.Accent}, {7, false, 200, theme.Accent}, {-1, true, 0, theme.Faint}} {
		p.Set(c.part, c.quiet)
		if bar.Size().Width != c.width || bar.FillColor != colour(c.ink) {
			t.Errorf("at %g (%v) the bar is %g wide, %v", c.part, c.quiet, bar.Size().Width, bar.FillColor)
		}
		if p.Part() != min(1, max(0, c.part)) {
			t.Errorf("at %g it reports %g", c.part, p.Part())
		}
	}
}

func TestBusyPillSaysWhatRuns(t *testing.T) {
	themed(t)
	stopped := ""
	b := NewBusy(nil)
	if b.Visible() {
		t.Error("the pill is there before anything runs")
	}
	if !b.Set("Finding objects…", "0.1 s", "Stop (Ctrl+.)", func() { stopped += "a" }) || !b.Visible() {
		t.Error("showing it is no change")
	}
	b.Resize(b.MinSize())
	if b.Set("Finding objects…", "0.2 s", "Stop (Ctrl+.)", func() { stopped += "b" }) {
		t.Error("another time of the same length changes its size")
	}
	if b.what.Text() != "Finding objects…" || b.time.Text() != "0.2 s" || b.stop.ToolTip() != "Stop (Ctrl+.)" {
		t.Errorf("it says %q, %q, %q", b.what.Text(), b.time.Text(), b.stop.ToolTip())
	}
	if b.Stop(); stopped != "b" {
		t.Errorf("stopped is %q", stopped)
	}
	if !b.Set("Writing the caption with a model that takes its time…", "12.4 s", "", nil) {
		t.Error("a longer text does not change its size")
	}
	b.Resize(b.MinSize())
	for _, o := range []fyne.CanvasObject{b.what, b.time, b.stop} {
		if o.Position().X+o.Size().Width > b.line.Size().Width {
			t.Errorf("%T at %v stands out of %v", o, o.Position(), b.line.Size())
		}
	}
	if b.Set("", "", "", nil) || b.Visible() {
		t.Error("the pill stays")
	}
}

func TestSetVisibleShowsAndHides(t *testing.T) {
	themed(t)
	o := brick(1, 1)
	for _, on := range []bool{true, false, false, true} {
		if SetVisible(o, on); o.Visible() != on {
			t.Errorf("visible is %v, want %v", o.Visible(), on)
		}
	}
}

func TestDropZoneCentresItsContent(t *testing.T) {
	themed(t)
	content := brick(100, 40)
	d := NewDropZone(content)
	placed(t, d, 300, 200)
	if content.Position() != fyne.NewPos(16, 80) || content.Size() != fyne.NewSize(268, 40) {
		t.Errorf("the content is at %v, %v large", content.Position(), content.Size())
	}
	if d.MinSize() != fyne.NewSize(132, 72) {
		t.Errorf("it asks for %v", d.MinSize())
	}
}

func TestLinkTextIsUnderlinedAndBroken(t *testing.T) {
	themed(t)
	l := NewLinkText(theme.Accent, nil)
	placed(t, l, 120, 100)
	l.SetText("Some of these models need a licence that you must accept")
	lines := test.WidgetRenderer(l.words).Objects()
	if len(lines) < 3 {
		t.Errorf("it has %d lines", len(lines))
	}
	for _, o := range lines {
		if line := o.(*canvas.Text); !line.TextStyle.Underline || line.Color != colour(theme.Accent) {
			t.Errorf("%q is underlined: %v", line.Text, line.TextStyle.Underline)
		}
	}
	if l.HeightFor(2000) != 24 || l.MinSize().Height != l.HeightFor(120) {
		t.Errorf("it is %g high, asks for %g", l.HeightFor(2000), l.MinSize().Height)
	}
	l.SetTip("")
	l.MouseIn(&desktop.MouseEvent{})
	l.MouseOut()
}

func TestTextSetters(t *testing.T) {
	themed(t)
	line := NewText("a", theme.Text, theme.SizeBody, false).Aligned(fyne.TextAlignTrailing)
	placed(t, line, 100, 20)
	drawn := test.WidgetRenderer(line).Objects()[0].(*canvas.Text)
	line.SetText("boat")
	line.SetStyle(theme.Notice, true)
	if drawn.Text != "boat" || drawn.Color != colour(theme.Notice) || !drawn.TextStyle.Bold || drawn.Alignment != fyne.TextAlignTrailing {
		t.Errorf("drawn is %+v", drawn)
	}
	if line.Wanted() != line.MinSize().Width {
		t.Errorf("it wants %g, asks for %g", line.Wanted(), line.MinSize().Width)
	}
	if cut := NewText("a long name", theme.Text, theme.SizeBody, false).Cut(); cut.MinSize().Width != 24 || cut.Wanted() <= 24 {
		t.Errorf("one that can be cut asks for %g, wants %g", cut.MinSize().Width, cut.Wanted())
	}
	p := NewParagraph("a", theme.Text, theme.SizeBody, false).Aligned(fyne.TextAlignCenter)
	placed(t, p, 100, 20)
	p.SetText("one\ntwo")
	p.SetColour(theme.Faint)
	for i, o := range test.WidgetRenderer(p).Objects() {
		if l := o.(*canvas.Text); l.Text != []string{"one", "two"}[i] || l.Color != colour(theme.Faint) || l.Alignment != fyne.TextAlignCenter {
			t.Errorf("line %d is %+v", i, l)
		}
	}
	if p.Text() != "one\ntwo" {
		t.Errorf("the text is %q", p.Text())
	}
	b := NewBox(theme.Panel, "", 8)
	placed(t, b, 50, 50)
	b.SetColours(theme.NoticeGround, theme.Notice)
	if r := test.WidgetRenderer(b).Objects()[0].(*canvas.Rectangle); r.FillColor != colour(theme.NoticeGround) || r.StrokeColor != colour(theme.Notice) || r.StrokeWidth != 1 {
		t.Errorf("the box is %+v", r)
	}
	i := NewIcon(IconSave, theme.Text, 18)
	placed(t, i, 40, 40)
	i.SetIcon(IconOpen)
	i.SetColour(theme.Accent)
	if img := test.WidgetRenderer(i).Objects()[0].(*canvas.Image); img.Resource.Name() != "descry-open#0f6cbd.svg" || img.Position() != fyne.NewPos(11, 11) {
		t.Errorf("the icon is %s at %v", img.Resource.Name(), img.Position())
	}
}

// TestPartsLookAsDrawn compares pixels where the drawing is our own.
func TestPartsLookAsDrawn(t *testing.T) {
	for name, c := range map[string]struct {
		make func() fyne.CanvasObject
		w, h float32
	}{
		"swatches": {func() fyne.CanvasObject {
			row := Row(6, -1)
			for p := range 4 {
				for _, ticked := range []bool{true, false} {
					s := NewSwatch(18, true)
					look := boatBlue
					look.Pattern, look.Stripe = render.Pattern(p), color.NRGBA{0x1B, 0x1D, 0x21, 0xFF}
					s.Set(look, ticked)
					row.Objects = append(row.Objects, s)
				}
			}
			return row
		}, 190, 24},
		"icons": {func() fyne.CanvasObject {
			row := Flow(6)
			for _, n := range []IconName{IconMasks, IconOutlines, IconBoxes, IconLabels, IconClasses, IconBack, IconNext, IconClose, IconMinus, IconPlus, IconTick, IconSave, IconMore, IconPanel, IconDown, IconOpen} {
				row.Objects = append(row.Objects, NewIcon(n, theme.Text, 24))
			}
			return row
		}, 240, 54},
		"drop-zone": {func() fyne.CanvasObject { return NewDropZone(NewText("Drop", theme.Text, theme.SizeBody, false)) }, 160, 90},
	} {
		t.Run(name, func(t *testing.T) {
			themed(t)
			test.AssertImageMatches(t, name+".png", placed(t, c.make(), c.w, c.h).Canvas().Capture())
		})
	}
}
