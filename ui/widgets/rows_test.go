package widgets

import (
	"fmt"
	"image"
	"reflect"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"descry/ui/theme"
)

// clash returns two of a widget's visible texts or swatches that lie over one
// another, or one that stands out of the widget; "" if none does.
func clash(w fyne.Widget) string {
	type piece struct {
		what string
		at   fyne.Position
		size fyne.Size
	}
	var all []piece
	for _, o := range test.WidgetRenderer(w).Objects() {
		if !o.Visible() || o.Size().Width <= 0 {
			continue
		}
		switch o := o.(type) {
		case *Text:
			all = append(all, piece{o.Text(), o.Position(), o.Size()})
		case *Paragraph:
			if need := o.HeightFor(o.Size().Width); o.Size().Height < need {
				return fmt.Sprintf("%q is %g high, needs %g", o.Text(), o.Size().Height, need)
			}
			all = append(all, piece{o.Text(), o.Position(), o.Size()})
		case *Swatch:
			all = append(all, piece{"swatch", o.Position(), o.Size()})
		case *Icon:
			all = append(all, piece{"icon", o.Position(), o.Size()})
		}
	}
	for i, a := range all {
		if a.at.X < 0 || a.at.Y < 0 || a.at.X+a.size.Width > w.Size().Width || a.at.Y+a.size.Height > w.Size().Height {
			return fmt.Sprintf("%+v stands out of %v", a, w.Size())
		}
		for _, b := range all[:i] {
			if a.at.X < b.at.X+b.size.Width && b.at.X < a.at.X+a.size.Width && a.at.Y+1 < b.at.Y+b.size.Height && b.at.Y+1 < a.at.Y+a.size.Height { // lines have 1 dp of air
				return fmt.Sprintf("%+v and %+v", a, b)
			}
		}
	}
	return ""
}

// TestNothingInARowLiesOverAnother: from a row's least width on, with long names.
func TestNothingInARowLiesOverAnother(t *testing.T) {
	const long = "a very long name of an object that has no room"
	for name, make := range map[string]func() fyne.Widget{
		"object": func() fyne.Widget {
			o := NewObjectRow(ObjectHandlers{})
			o.Set(ObjectData{Name: long, Detail: "lower right · 6 % of the picture", Score: "100 %", Shown: true})
			return o
		},
		"candidate": func() fyne.Widget { c := NewCandidateRow(nil); c.Set(long+" "+long, "very likely", nil); return c },
		"class": func() fyne.Widget {
			l := NewLegendRow(LegendHandlers{})
			l.Set(LegendData{Name: long, Share: "100 %"})
			return l
		},
		"check": func() fyne.Widget { return NewCheckRow(long, "", nil) },
	} {
		t.Run(name, func(t *testing.T) {
			themed(t)
			w := make()
			placed(t, w, 400, 200)
			least := w.MinSize()
			for _, width := range []float32{least.Width, least.Width + 1, 200, 320, 900} {
				w.Resize(fyne.NewSize(width, max(least.Height, HeightFor(w, width))))
				if what := clash(w); what != "" {
					t.Errorf("at %g: %s", width, what)
				}
			}
		})
	}
}

func TestObjectRowReportsWhatWasDone(t *testing.T) {
	at := func(x float32) *fyne.PointEvent {
		return &fyne.PointEvent{Position: fyne.NewPos(x, 20), AbsolutePosition: fyne.NewPos(x+500, 320)}
	}
	for name, c := range map[string]struct {
		do   func(o *ObjectRow)
		want []string
	}{
		"on the chip":        {func(o *ObjectRow) { o.Tapped(at(10)) }, []string{"toggle 7 false"}},
		"right of the chip":  {func(o *ObjectRow) { o.Tapped(at(objectCheckEdge)) }, []string{"zoom 7"}},
		"left of its edge":   {func(o *ObjectRow) { o.Tapped(at(objectCheckEdge - 1)) }, []string{"toggle 7 false"}},
		"on the name":        {func(o *ObjectRow) { o.Tapped(at(100)) }, []string{"zoom 7"}},
		"on a hidden one":    {func(o *ObjectRow) { o.Set(ObjectData{Index: 8}); o.Tapped(at(10)) }, []string{"toggle 8 true"}},
		"with the right":     {func(o *ObjectRow) { o.TappedSecondary(at(100)) }, []string{"menu 7 600,320"}},
		"Space":              {func(o *ObjectRow) { o.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace}) }, []string{"toggle 7 false"}},
		"Enter":              {func(o *ObjectRow) { o.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn}) }, []string{"zoom 7"}},
		"pointer in and out": {func(o *ObjectRow) { o.MouseIn(&desktop.MouseEvent{}); o.MouseOut() }, []string{"hover 7", "hover -1"}},
		"data alone":         {func(o *ObjectRow) { o.Set(ObjectData{Index: 3}) }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			themed(t)
			var reported []string
			tell := func(format string, args ...any) { reported = append(reported, fmt.Sprintf(format, args...)) }
			o := NewObjectRow(ObjectHandlers{
				Toggle: func(i int, show bool) { tell("toggle %d %v", i, show) },
				Zoom:   func(i int) { tell("zoom %d", i) },
				Hover:  func(i int) { tell("hover %d", i) },
				Menu:   func(i int, at fyne.Position) { tell("menu %d %g,%g", i, at.X, at.Y) },
			})
			o.Set(ObjectData{Index: 7, Name: "boat", Shown: true})
			placed(t, o, 320, 44)
			o.SetTip("")
			if c.do(o); !reflect.DeepEqual(reported, c.want) {
				t.Errorf("reported %q, want %q", reported, c.want)
			}
		})
	}
}

func TestLegendRowReportsWhatWasDone(t *testing.T) {
	for name, c := range map[string]struct {
		do   func(l *LegendRow)
		want []string
	}{
		"click":              {func(l *LegendRow) { test.Tap(l) }, []string{"toggle 4"}},
		"Space":              {func(l *LegendRow) { l.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace}) }, []string{"toggle 4"}},
		"pointer in and out": {func(l *LegendRow) { l.MouseIn(&desktop.MouseEvent{}); l.MouseOut() }, []string{"point 4", "point -1"}},
		"focus and away":     {func(l *LegendRow) { l.FocusGained(); l.FocusLost() }, []string{"point 4", "point -1"}},
		"another class":      {func(l *LegendRow) { l.Set(LegendData{Class: 9}); test.Tap(l) }, []string{"toggle 9"}},
	} {
		t.Run(name, func(t *testing.T) {
			themed(t)
			var reported []string
			l := NewLegendRow(LegendHandlers{
				Toggle: func(i int) { reported = append(reported, fmt.Sprint("toggle ", i)) },
				Point:  func(i int) { reported = append(reported, fmt.Sprint("point ", i)) },
			})
			l.Set(LegendData{Class: 4, Name: "boat"})
			placed(t, l, 320, 28)
			l.SetTip("")
			if c.do(l); !reflect.DeepEqual(reported, c.want) {
				t.Errorf("reported %q, want %q", reported, c.want)
			}
		})
	}
}

func TestHighlightedRowsHaveAGround(t *testing.T) {
	themed(t)
	l := NewLegendRow(LegendHandlers{})
	placed(t, l, 320, 28)
	background := test.WidgetRenderer(l).Objects()[0].(*canvas.Rectangle)
	for _, on := range []bool{true, false} {
		l.Set(LegendData{Name: "boat", Highlighted: on})
		if _, _, _, a := background.FillColor.RGBA(); (a > 0) != on {
			t.Errorf("highlighted %v: the background is %v", on, background.FillColor)
		}
	}
}

func TestCandidateTakesTwoLinesRatherThanBeingCut(t *testing.T) {
	themed(t)
	picked := ""
	c := NewCandidateRow(nil)
	placed(t, c, 300, 100)
	c.Set("a dog", "likely", func() { picked = "short" })
	short := c.HeightFor(300)
	c.Set("a dog beside a boat in front of a wall with a stop sign", "likely", func() { picked = "long" })
	if long := c.HeightFor(300); short != theme.MinHit || long <= short {
		t.Errorf("one line is %g high, two are %g", short, long)
	}
	if c.MinSize().Height != c.HeightFor(300) {
		t.Errorf("it asks for %g, needs %g", c.MinSize().Height, c.HeightFor(300))
	}
	if test.Tap(c); picked != "long" {
		t.Errorf("picked is %q", picked)
	}
}

func TestCheckRowsShowTheirTick(t *testing.T) {
	for name, round := range map[string]bool{"box": false, "choice": true} {
		t.Run(name, func(t *testing.T) {
			themed(t)
			c := NewCheckRow("Legend", "", nil)
			if round {
				c.Round()
			}
			placed(t, c, 200, 28)
			all := test.WidgetRenderer(c).Objects()
			box, tick, dot, word := all[0].(*canvas.Rectangle), all[1].(*Icon), all[2].(*canvas.Circle), all[3].(*Text)
			for _, on := range []bool{false, true, false} {
				c.SetChecked(on)
				if tick.Visible() != (on && !round) || dot.Visible() != (on && round) || (box.FillColor == colour(theme.Accent)) != on {
					t.Errorf("checked %v: tick %v, dot %v, box %v", on, tick.Visible(), dot.Visible(), box.FillColor)
				}
			}
			c.SetText("Class legend")
			c.Disable()
			if word.Text() != "Class legend" || word.color != theme.Faint {
				t.Errorf("it says %q in %s", word.Text(), word.color)
			}
		})
	}
}

func TestSampleCardShowsItsPicture(t *testing.T) {
	themed(t)
	opened := ""
	s := NewSampleCard("A dog", nil)
	placed(t, s, SampleWidth, SampleHeight)
	all := test.WidgetRenderer(s).Objects()
	pic, name := all[1].(*canvas.Image), all[3].(*Text)
	if pic.Visible() || name.Text() != "A dog" {
		t.Errorf("without a picture it shows %v, %q", pic.Visible(), name.Text())
	}
	thumb := image.NewRGBA(image.Rect(0, 0, 8, 8))
	s.Set("A cat", thumb, func() { opened += "cat" })
	if !pic.Visible() || pic.Image != image.Image(thumb) || name.Text() != "A cat" {
		t.Errorf("with a picture it shows %v, %q", pic.Visible(), name.Text())
	}
	if name.Position().Y < pic.Size().Height || name.Position().Y+name.Size().Height > SampleHeight {
		t.Errorf("the name at %v, %v large, is not below the picture of %v", name.Position(), name.Size(), pic.Size())
	}
	if test.Tap(s); opened != "cat" {
		t.Errorf("opened is %q", opened)
	}
	if s.Set("A cat", nil, nil); pic.Visible() {
		t.Error("the picture stays")
	}
}

func TestChipIsFilledByProgress(t *testing.T) {
	themed(t)
	c := NewChip("12 %", "", nil)
	placed(t, c, 122, 22)
	bar := test.WidgetRenderer(c).Objects()[1].(*canvas.Rectangle)
	for part, width := range map[float64]float32{0: 0, 0.25: 25, 1: 100} {
		if c.Fill(part); bar.Visible() != (part > 0) || part > 0 && bar.Size().Width != width {
			t.Errorf("at %g the bar is visible %v, %g wide, want %g", part, bar.Visible(), bar.Size().Width, width)
		}
	}
	before := c.MinSize().Width
	if c.Set("a longer word than before", ""); c.MinSize().Width <= before {
		t.Error("the chip does not grow with its word")
	}
}
