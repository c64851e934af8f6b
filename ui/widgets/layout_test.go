package widgets

import (
	"fmt"
	"math"
	"reflect"
	"testing"

	"fyne.io/fyne/v2"

	"descry/ui/theme"
)

// brick is a part of a fixed size.
func brick(w, h float32) fyne.CanvasObject {
	return Padded(NewBox(theme.Line, "", 0), 0, 0, 0, 0, fyne.NewSize(w, h))
}

// words is a part whose height depends on its width.
func words() *Paragraph {
	return NewParagraph("A dog and a cat sit beside a boat in front of a wall with a stop sign.", theme.Text, theme.SizeBody, false)
}

// frames returns where a container's visible parts stand, as "x,y w×h".
func frames(c *fyne.Container) []string {
	var all []string
	for _, o := range c.Objects {
		if o.Visible() {
			all = append(all, fmt.Sprintf("%g,%g %g×%g", o.Position().X, o.Position().Y, o.Size().Width, o.Size().Height))
		}
	}
	return all
}

func hidden(o fyne.CanvasObject) fyne.CanvasObject { o.Hide(); return o }

func TestLayoutsPlaceTheirParts(t *testing.T) {
	themed(t)
	for name, c := range map[string]struct {
		box  *fyne.Container
		size fyne.Size
		want []string
	}{
		"row":                   {Row(5, -1, brick(30, 10), brick(40, 20)), fyne.NewSize(200, 40), []string{"0,15 30×10", "35,10 40×20"}},
		"row that grows":        {Row(5, 0, brick(30, 10), brick(40, 20)), fyne.NewSize(200, 20), []string{"0,5 155×10", "160,0 40×20"}},
		"row without room":      {Row(5, 0, brick(30, 10), brick(40, 20)), fyne.NewSize(40, 20), []string{"0,5 0×10", "5,0 40×20"}},
		"row with a hidden one": {Row(5, 2, brick(30, 10), hidden(brick(9, 9)), brick(40, 10)), fyne.NewSize(100, 10), []string{"0,0 30×10", "35,0 65×10"}},
		"column":                {Column(5, brick(30, 10), hidden(brick(9, 9)), brick(40, 20)), fyne.NewSize(100, 80), []string{"0,0 100×10", "0,15 100×20"}},
		"margin":                {Padded(brick(30, 10), 1, 2, 3, 4, fyne.Size{}), fyne.NewSize(100, 80), []string{"4,1 94×76"}},
		"background":            {On(NewBox(theme.Panel, "", 0), brick(30, 10), 1, 2, 3, 4), fyne.NewSize(100, 80), []string{"0,0 100×80", "0,0 100×80"}},
		"halves":                {Halves(8, brick(30, 10), brick(40, 20)), fyne.NewSize(108, 30), []string{"0,0 50×30", "58,0 50×30"}},
		"thirds":                {Halves(5, brick(1, 1), brick(1, 1), brick(1, 1)), fyne.NewSize(100, 9), []string{"0,0 30×9", "35,0 30×9", "70,0 30×9"}},
		"flow":                  {Flow(5, brick(40, 10), hidden(brick(9, 9)), brick(40, 20), brick(30, 10)), fyne.NewSize(100, 99), []string{"0,0 40×10", "45,0 40×20", "0,25 30×10"}},
		"corner":                {Overlaid(brick(1, 1), brick(50, 20), brick(10, 10)), fyne.NewSize(100, 40), []string{"0,0 100×40", "0,0 100×40", "86,4 10×10"}},
		"two columns":           {Newspaper(10, 4, 2, brick(1, 30), brick(1, 30), brick(1, 60)), fyne.NewSize(510, 99), []string{"0,0 250×30", "0,34 250×30", "260,0 250×60"}},
		"one column":            {Newspaper(10, 4, 2, brick(1, 30), brick(1, 60)), fyne.NewSize(400, 99), []string{"0,0 400×30", "0,34 400×60"}},
	} {
		c.box.Resize(c.size)
		if got := frames(c.box); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestLayoutsAskForTheRoomOfTheirParts(t *testing.T) {
	themed(t)
	for name, c := range map[string]struct {
		box  *fyne.Container
		want fyne.Size
	}{
		"row":        {Row(5, -1, brick(30, 10), hidden(brick(99, 99)), brick(40, 20)), fyne.NewSize(75, 20)},
		"column":     {Column(5, brick(30, 10), hidden(brick(99, 99)), brick(40, 20)), fyne.NewSize(40, 35)},
		"margin":     {Padded(brick(30, 10), 1, 2, 3, 4, fyne.NewSize(0, 50)), fyne.NewSize(36, 50)},
		"background": {On(NewBox(theme.Panel, "", 0), brick(30, 10), 1, 2, 3, 4), fyne.NewSize(36, 14)},
		"halves":     {Halves(8, brick(30, 10), brick(40, 20)), fyne.NewSize(88, 20)},
		"flow":       {Flow(5, brick(40, 10), brick(30, 20)), fyne.NewSize(40, 35)},
		"corner":     {Overlaid(brick(1, 1), brick(50, 20), brick(10, 10)), fyne.NewSize(50, 20)},
		"newspaper":  {Newspaper(10, 4, 2, brick(1, 30), brick(1, 30), brick(1, 60)), fyne.NewSize(260, 64)},
		"of its own": {Sized(70, func(w float32) float32 { return w / 2 }, func(fyne.Size) {}), fyne.NewSize(70, 35)},
		"nothing":    {Row(5, -1), fyne.Size{}},
	} {
		if got := c.box.MinSize(); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// TestHeightForIsWhatIsNeeded: a layout's height for a width is that of its
// parts when it is laid out at that width, and its least height once it was.
func TestHeightForIsWhatIsNeeded(t *testing.T) {
	for name, make := range map[string]func() *fyne.Container{
		"column":     func() *fyne.Container { return Column(5, words(), brick(30, 10), words()) },
		"margin":     func() *fyne.Container { return Padded(words(), 3, 8, 5, 8, fyne.Size{}) },
		"nested":     func() *fyne.Container { return Column(5, Padded(Column(3, words(), words()), 4, 4, 4, 4, fyne.Size{})) },
		"background": func() *fyne.Container { return On(NewBox(theme.Panel, "", 0), words(), 6, 6, 6, 6) },
		"beside":     func() *fyne.Container { return Beside(8, words(), brick(60, 28)) },
		"flow":       func() *fyne.Container { return Flow(5, brick(60, 20), brick(90, 30), brick(60, 20), brick(90, 10)) },
	} {
		themed(t)
		for _, width := range []float32{120, 200, 333, 640} {
			box := make()
			h := HeightFor(box, width)
			box.Resize(fyne.NewSize(width, h))
			var lowest float32
			walkParts(box, 0, func(o fyne.CanvasObject, bottom float32) {
				if need := HeightFor(o, o.Size().Width); o.Size().Height < need {
					t.Errorf("%s at %g: a %T of %v needs %g", name, width, o, o.Size(), need)
				}
				lowest = max(lowest, bottom)
			})
			if lowest > h || h-lowest > 12 {
				t.Errorf("%s at %g is %g high, its parts end at %g", name, width, h, lowest)
			}
			if box.MinSize().Width <= width && math.Abs(float64(box.MinSize().Height-h)) > 0.01 && name != "margin" && name != "background" {
				t.Errorf("%s, laid out at %g, asks for %g, not %g", name, width, box.MinSize().Height, h)
			}
		}
	}
}

// walkParts visits all visible parts in a container that are no containers, with
// where they end.
func walkParts(c *fyne.Container, y float32, visit func(o fyne.CanvasObject, bottom float32)) {
	for _, o := range c.Objects {
		if inner, ok := o.(*fyne.Container); ok && !isBrick(inner) {
			walkParts(inner, y+o.Position().Y, visit)
			continue
		}
		if _, background := o.(*Box); o.Visible() && !background {
			visit(o, y+o.Position().Y+o.Size().Height)
		}
	}
}

func isBrick(c *fyne.Container) bool {
	_, box := c.Objects[0].(*Box)
	return box && len(c.Objects) == 1
}

func TestBesideLeavesItsRoomToTheTextWhenThePartIsHidden(t *testing.T) {
	themed(t)
	text, part := words(), brick(100, 28)
	b := Beside(8, text, part)
	b.Resize(fyne.NewSize(300, HeightFor(b, 300)))
	if text.Size().Width != 192 || part.Position().X != 200 {
		t.Errorf("the text is %g wide, the part at %v", text.Size().Width, part.Position())
	}
	tall := HeightFor(b, 300)
	part.Hide()
	if HeightFor(b, 300) >= tall {
		t.Error("with all the room the text is not lower")
	}
	if b.Refresh(); text.Size().Width != 300 {
		t.Errorf("the text is %g wide, want 300", text.Size().Width)
	}
}

func TestNewspaperKeepsTheOrderAndBalances(t *testing.T) {
	themed(t)
	for _, n := range []int{1, 2, 5, 9, 20} {
		var parts []fyne.CanvasObject
		for i := range n {
			parts = append(parts, brick(1, float32(20+i%3*15)))
		}
		box := Newspaper(10, 4, 3, parts...)
		box.Resize(fyne.NewSize(900, 600))
		bottom := map[float32]float32{}
		for i, p := range parts {
			if i > 0 && p.Position().X < parts[i-1].Position().X {
				t.Errorf("of %d, part %d stands left of the one before", n, i)
			}
			if i > 0 && p.Position().X == parts[i-1].Position().X && p.Position().Y < parts[i-1].Position().Y+parts[i-1].Size().Height+4 {
				t.Errorf("of %d, part %d stands over the one before", n, i)
			}
			bottom[p.Position().X] = p.Position().Y + p.Size().Height
		}
		if want := min(n, 3); len(bottom) != want {
			t.Errorf("%d parts stand in %d columns, want %d", n, len(bottom), want)
		}
		for x, y := range bottom {
			if y > box.MinSize().Height+0.01 {
				t.Errorf("of %d, the column at %g ends at %g, below %g", n, x, y, box.MinSize().Height)
			}
		}
	}
}

func TestRuleIsAHairline(t *testing.T) {
	themed(t)
	if s := NewRule().MinSize(); s.Height != 1 {
		t.Errorf("a rule is %g high", s.Height)
	}
	o := brick(1, 1)
	if Place(o, 1, 2, 3, 4); o.Position() != fyne.NewPos(1, 2) || o.Size() != fyne.NewSize(3, 4) {
		t.Errorf("placed at %v, %v large", o.Position(), o.Size())
	}
}
