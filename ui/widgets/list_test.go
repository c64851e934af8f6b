package widgets

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"descry/ui/theme"
)

const rowPitch = objectRowHeight + 2

// listed is a list of objects in a window, and what its rows asked for.
type listed struct {
	*List[*ObjectRow]
	win     fyne.Window
	made    int
	hovered []int
	toggled []int
	typed   []fyne.KeyName // keys that reached the window
	names   string         // a prefix of all names
}

// newListed makes a list; the caller shows it.
func newListed(t testing.TB) *listed {
	x := &listed{}
	acts := ObjectHandlers{
		Hover:  func(i int) { x.hovered = append(x.hovered, i) },
		Toggle: func(i int, _ bool) { x.toggled = append(x.toggled, i) },
	}
	x.List = NewList(2, func() *ObjectRow { x.made++; return NewObjectRow(acts) }, func(i int, r *ObjectRow) {
		if i >= x.Len() {
			t.Errorf("item %d of %d was asked for", i, x.Len())
		}
		r.Set(ObjectData{Index: i, Name: fmt.Sprintf("%sobject %d", x.names, i), Detail: "middle", Score: "99 %", Colour: boatBlue, Shown: true})
	})
	return x
}

// scrolling shows count objects in a window of 320 dp by height.
func scrolling(t testing.TB, count int, height float32) *listed {
	t.Helper()
	test.NewTempApp(t).Settings().SetTheme(lightTheme())
	return inWindow(t, count, height)
}

// inWindow is scrolling within a running program.
func inWindow(t testing.TB, count int, height float32) *listed {
	x := newListed(t)
	x.win = test.NewTempWindow(t, x.Scroller())
	x.Update(count)
	x.win.SetPadded(false)
	x.win.Resize(fyne.NewSize(320, height))
	x.win.Canvas().SetOnTypedKey(func(e *fyne.KeyEvent) { x.typed = append(x.typed, e.Name) })
	return x
}

// present returns the items that have a row, in order.
func (x *listed) present() []int { return slices.Sorted(maps.Keys(x.rows)) }

func ints(from, to int) []int {
	var all []int
	for i := from; i < to; i++ {
		all = append(all, i)
	}
	return all
}

// wholly reports whether an item's row is wholly in view.
func (x *listed) wholly(i int) bool {
	top := float32(i)*rowPitch - x.scroll.Offset.Y
	return top >= 0 && top+objectRowHeight <= x.scroll.Size().Height
}

func TestOnlyVisibleRowsExist(t *testing.T) {
	for name, c := range map[string]struct {
		count  int
		height float32
		scroll float32
		want   []int
	}{
		"none":           {0, 460, 0, nil},
		"one":            {1, 460, 0, ints(0, 1)},
		"fewer than fit": {5, 460, 0, ints(0, 5)},
		"many":           {1000, 10*rowPitch - 1, 0, ints(0, 12)},
		"in the middle":  {1000, 10*rowPitch - 1, 500 * rowPitch, ints(498, 512)},
		"half a row":     {1000, 10*rowPitch - 1, 500.5 * rowPitch, ints(498, 513)},
		"at the end":     {1000, 10 * rowPitch, 1e9, ints(987, 1000)},
		"a low window":   {1000, 40, 0, ints(0, 3)},
		"a great many":   {100000, 10*rowPitch - 1, 0, ints(0, 12)},
	} {
		t.Run(name, func(t *testing.T) {
			x := scrolling(t, c.count, c.height)
			x.scroll.ScrollToOffset(fyne.NewPos(0, c.scroll))
			x.Arranged()
			if got := x.present(); !slices.Equal(got, c.want) {
				t.Errorf("rows exist for %v, want %v", got, c.want)
			}
			if x.Len() != c.count || len(x.Objects) != len(c.want) {
				t.Errorf("%d items and %d widgets, want %d and %d", x.Len(), len(x.Objects), c.count, len(c.want))
			}
			for n, o := range x.Objects {
				r := o.(*ObjectRow)
				i := c.want[n]
				if r.Data().Name != fmt.Sprintf("object %d", i) || r.Position() != fyne.NewPos(0, float32(i)*rowPitch) || r.Size() != fyne.NewSize(320, objectRowHeight) {
					t.Errorf("the row of item %d shows %q at %v, %v large", i, r.Data().Name, r.Position(), r.Size())
				}
			}
			if want := max(0, float32(c.count)*rowPitch-2); x.MinSize().Height != want {
				t.Errorf("the list is %g high, want %g", x.MinSize().Height, want)
			}
		})
	}
}

func TestScrollingUsesRowsAgain(t *testing.T) {
	x := scrolling(t, 1000, 460)
	for range 200 {
		test.Scroll(x.win.Canvas(), fyne.NewPos(100, 100), 0, -35)
		top := int(x.scroll.Offset.Y / rowPitch)
		for i := top; i < top+10; i++ {
			if r, ok := x.Row(i); !ok || r.Data().Index != i {
				t.Fatalf("scrolled to %g, item %d has no row that shows it", x.scroll.Offset.Y, i)
			}
		}
	}
	if x.scroll.Offset.Y != 7000 {
		t.Errorf("scrolled to %g, want 7000", x.scroll.Offset.Y)
	}
	if x.made > 17 { // 11 in view and 2 above and below, 1 to measure, 1 that changes places
		t.Errorf("%d rows were made", x.made)
	}
}

func TestKeysMoveFromRowToRow(t *testing.T) {
	const page = 9 // of ten rows one stays in view
	for name, c := range map[string]struct {
		from int
		key  fyne.KeyName
		want int
	}{
		"down":               {4, fyne.KeyDown, 5},
		"up":                 {4, fyne.KeyUp, 3},
		"down out of view":   {9, fyne.KeyDown, 10},
		"up at the start":    {0, fyne.KeyUp, 0},
		"down at the end":    {99, fyne.KeyDown, 99},
		"home":               {50, fyne.KeyHome, 0},
		"end":                {50, fyne.KeyEnd, 99},
		"page down":          {50, fyne.KeyPageDown, 50 + page},
		"page up":            {50, fyne.KeyPageUp, 50 - page},
		"page up at start":   {3, fyne.KeyPageUp, 0},
		"page down at end":   {95, fyne.KeyPageDown, 99},
		"a key of no effect": {50, fyne.KeyM, 50},
	} {
		t.Run(name, func(t *testing.T) {
			x := scrolling(t, 100, 10*rowPitch-2)
			x.Focus(c.from)
			if i, ok := x.Focused(); !ok || i != c.from {
				t.Fatalf("the focus is on %d, %v", i, ok)
			}
			x.win.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: c.key})
			i, ok := x.Focused()
			if !ok || i != c.want || !x.wholly(i) {
				t.Errorf("the focus is on %d (%v), wholly in view: %v; want %d", i, ok, x.wholly(i), c.want)
			}
			if r, _ := x.Row(i); x.win.Canvas().Focused() != fyne.Focusable(r) {
				t.Error("the window's focus is elsewhere")
			}
			if toWindow := len(x.typed) == 1; toWindow != (c.key == fyne.KeyM) {
				t.Errorf("the window got %v", x.typed)
			}
		})
	}
}

func TestTabWalksThroughAllRows(t *testing.T) {
	x := scrolling(t, 60, 300)
	for i := range 60 {
		x.win.Canvas().FocusNext()
		if got, ok := x.Focused(); !ok || got != i || !x.wholly(i) {
			t.Fatalf("after %d times Tab the focus is on %d (%v), wholly in view: %v", i+1, got, ok, x.wholly(i))
		}
	}
	for i := 58; i >= 0; i-- {
		x.win.Canvas().FocusPrevious()
		if got, ok := x.Focused(); !ok || got != i || !x.wholly(i) {
			t.Fatalf("going back, the focus is on %d (%v), want %d", got, ok, i)
		}
	}
}

func TestChangedDataKeepFocusAndPosition(t *testing.T) {
	for name, c := range map[string]struct {
		count   int
		focused int // -1: none
	}{
		"as many":         {100, 40},
		"more":            {1000, 40},
		"one less":        {99, 40},
		"just enough":     {41, 40},
		"one too few":     {40, 39},
		"much fewer":      {3, 2},
		"nothing is left": {0, -1},
	} {
		t.Run(name, func(t *testing.T) {
			x := scrolling(t, 100, 300)
			x.Focus(40)
			x.ScrollTo(44)
			before := x.scroll.Offset.Y
			x.names = "new "
			x.Update(c.count)
			i, ok := x.Focused()
			if ok != (c.focused >= 0) || ok && i != c.focused {
				t.Errorf("the focus is on %d (%v), want %d", i, ok, c.focused)
			}
			if !ok && x.win.Canvas().Focused() != nil {
				t.Errorf("the focus is on %v", x.win.Canvas().Focused())
			}
			if most := max(0, x.MinSize().Height-300); x.scroll.Offset.Y != min(before, most) {
				t.Errorf("scrolled to %g, was %g", x.scroll.Offset.Y, before)
			}
			for i, r := range x.rows {
				if r.Data().Name != fmt.Sprintf("new object %d", i) {
					t.Errorf("item %d shows %q", i, r.Data().Name)
				}
			}
		})
	}
}

func TestRowWithTheFocusStaysWhenItIsScrolledAway(t *testing.T) {
	x := scrolling(t, 1000, 300)
	x.Focus(3)
	row, _ := x.Row(3)
	x.ScrollTo(800)
	if r, ok := x.Row(3); !ok || r != row || row.Data().Index != 3 {
		t.Fatal("the row with the focus shows another item")
	}
	row.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	if !slices.Equal(x.toggled, []int{3}) {
		t.Errorf("Space toggled %v", x.toggled)
	}
	row.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
	if i, ok := x.Focused(); !ok || i != 4 || !x.wholly(4) {
		t.Errorf("the focus is on %d (%v)", i, ok)
	}
	x.ScrollTo(800)
	if _, ok := x.Row(3); ok {
		t.Error("a row out of view exists after the focus left it")
	}
}

func TestRowUnderThePointerShowsNoOtherItem(t *testing.T) {
	x := scrolling(t, 1000, 300)
	row, _ := x.Row(2)
	row.SetTip("")
	row.MouseIn(&desktop.MouseEvent{})
	x.ScrollTo(500)
	if row.Data().Index != 2 {
		t.Errorf("the row under the pointer shows item %d", row.Data().Index)
	}
	x.Update(1) // its item is gone, the pointer has not moved
	x.Update(1000)
	for i, r := range x.rows {
		if r == row {
			t.Errorf("the row under the pointer shows item %d", i)
		}
	}
	row.MouseOut()
	if !slices.Equal(x.hovered, []int{2, -1}) {
		t.Errorf("pointed at %v", x.hovered)
	}
}

func TestFocusComesBackToItsRowWithTheWindow(t *testing.T) {
	x := scrolling(t, 1000, 300)
	x.Focus(0)
	row, _ := x.Row(0)
	row.FocusLost() // the window lost the keyboard, and is scrolled without it
	x.ScrollTo(500)
	row.FocusGained()
	if i, ok := x.Focused(); !ok || i != 0 || row.Data().Index != 0 || !x.wholly(0) {
		t.Errorf("the focus is on %d (%v), in a row of item %d", i, ok, row.Data().Index)
	}
}

func TestRowWithTheFocusStaysBelowAMenu(t *testing.T) {
	x := scrolling(t, 1000, 300)
	x.Focus(1)
	widget.ShowPopUpMenuAtPosition(fyne.NewMenu("", fyne.NewMenuItem("Hide", nil)), x.win.Canvas(), fyne.NewPos(10, 10))
	x.ScrollTo(500)
	if r, ok := x.Row(1); !ok || r.Data().Index != 1 {
		t.Error("the row with the focus is gone")
	}
}

func TestScrollToMovesNoFurtherThanNeeded(t *testing.T) {
	x := scrolling(t, 100, 300)
	for _, step := range []struct {
		to   int
		want float32
	}{{3, 0}, {10, 10*rowPitch + objectRowHeight - 300}, {9, 10*rowPitch + objectRowHeight - 300}, {2, 2 * rowPitch}, {99, 100*rowPitch - 2 - 300}, {-1, 100*rowPitch - 2 - 300}, {2, 2 * rowPitch}, {100, 2 * rowPitch}} {
		if x.ScrollTo(step.to); x.scroll.Offset.Y != step.want {
			t.Errorf("for item %d scrolled to %g, want %g", step.to, x.scroll.Offset.Y, step.want)
		}
	}
	x = scrolling(t, 100, 30) // lower than a row
	if x.ScrollTo(7); x.scroll.Offset.Y != 7*rowPitch {
		t.Errorf("scrolled to %g: the row's top is out of view", x.scroll.Offset.Y)
	}
}

func TestHigherWindowShowsMoreRows(t *testing.T) {
	x := scrolling(t, 1000, 3*rowPitch-1)
	x.win.Resize(fyne.NewSize(320, 8*rowPitch-1))
	if got, want := x.present(), ints(0, 8+listMargin); !slices.Equal(got, want) {
		t.Errorf("rows exist for %v, want %v", got, want)
	}
}

// TestListAmongOtherParts: in a panel that scrolls as a whole, the rows in view
// depend on what stands above the list.
func TestListAmongOtherParts(t *testing.T) {
	themed(t)
	x := newListed(t)
	above := NewParagraph("", theme.Text, theme.SizeBody, false)
	above.Hide()
	heard := 0
	s := container.NewVScroll(nil)
	s.OnScrolled = func(fyne.Position) { heard++ }
	s.Content = Padded(Column(8, above, Padded(Column(4, NewRule(), x.Container), 10, 0, 0, 0, fyne.Size{})), 16, 16, 16, 16, fyne.Size{})
	x.In(s)
	x.Update(200)
	if got := x.present(); len(got) > 0 {
		t.Errorf("before it is laid out rows exist for %v", got)
	}
	placed(t, s, 320, 460)
	top := float32(16 + 10 + 1 + 4)
	if got, want := x.present(), ints(0, int((460-top)/rowPitch)+1+listMargin); !slices.Equal(got, want) {
		t.Errorf("rows exist for %v, want %v", got, want)
	}
	s.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.NewDelta(0, -1000)})
	if from := int((1000-top)/rowPitch) - listMargin; x.present()[0] != from || heard != 1 {
		t.Errorf("the first row is of item %d, want %d; scrolled %d times", x.present()[0], from, heard)
	}
	above.SetText("one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten")
	above.Show()
	s.Refresh()
	down := above.HeightFor(288) + 8
	if from := int((1000-top-down)/rowPitch) - listMargin; x.present()[0] != from {
		t.Errorf("below the text the first row is of item %d, want %d", x.present()[0], from)
	}
	x.ScrollTo(0)
	if s.Offset.Y != top+down {
		t.Errorf("scrolled to %g, want %g", s.Offset.Y, top+down)
	}
	s.Resize(fyne.NewSize(320, 46))
	x.Arranged()
	if got := len(x.present()); got > 2+2*listMargin {
		t.Errorf("in a low panel %d rows exist", got)
	}
	x.Hide()
	if x.Arranged(); len(x.present()) > 0 {
		t.Errorf("hidden, rows exist for %v", x.present())
	}
}

func TestEmptyListTakesNoRoom(t *testing.T) {
	themed(t)
	x := newListed(t)
	a, b := NewChip("a", "", nil), NewChip("b", "", nil)
	box := Column(10, a, x.Container, b)
	if h := box.MinSize().Height; h != 22+10+22 {
		t.Errorf("with an empty list the column is %g high", h)
	}
	x.Update(2)
	if h := box.MinSize().Height; h != 22+10+2*objectRowHeight+2+10+22 {
		t.Errorf("with two rows the column is %g high", h)
	}
	placed(t, box, 300, 300)
	if got := x.present(); !slices.Equal(got, ints(0, 2)) { // no scroll: all rows
		t.Errorf("rows exist for %v", got)
	}
	x.Hide()
	if h := box.MinSize().Height; h != 22+10+22 {
		t.Errorf("with a hidden list the column is %g high", h)
	}
}

func TestListOutsideItsScrollHasAllRows(t *testing.T) {
	themed(t)
	x := newListed(t)
	x.In(container.NewVScroll(Column(0)))
	x.Update(30)
	if got := x.present(); !slices.Equal(got, ints(0, 30)) {
		t.Errorf("rows exist for %v", got)
	}
}

func TestListLooksAsItsRows(t *testing.T) {
	x := scrolling(t, 1000, 140)
	x.scroll.ScrollToOffset(fyne.NewPos(0, 500.5*rowPitch))
	x.Arranged()
	test.AssertImageMatches(t, "list.png", x.win.Canvas().Capture())
}

// BenchmarkList builds a list in a window and scrolls once.
func BenchmarkList(b *testing.B) {
	for _, count := range []int{100, 1000, 10000} {
		b.Run(fmt.Sprint(count), func(b *testing.B) {
			test.NewTempApp(b).Settings().SetTheme(lightTheme())
			b.ReportAllocs()
			for b.Loop() {
				x := inWindow(b, count, 460)
				x.scroll.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.NewDelta(0, -500)})
				if x.scroll.Offset.Y != 500 {
					b.Fatal("did not scroll")
				}
			}
		})
	}
}

// BenchmarkListUpdate shows changed data in a list that is scrolled to its
// middle.
func BenchmarkListUpdate(b *testing.B) {
	for _, count := range []int{100, 1000, 10000} {
		b.Run(fmt.Sprint(count), func(b *testing.B) {
			x := scrolling(b, count, 460)
			x.ScrollTo(count / 2)
			b.ReportAllocs()
			for b.Loop() {
				x.names += "a"
				if len(x.names) > 8 {
					x.names = ""
				}
				x.Update(count)
			}
		})
	}
}
