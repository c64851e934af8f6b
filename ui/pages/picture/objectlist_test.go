package picture

import (
	"fmt"
	"testing"

	"fyne.io/fyne/v2"

	"descry/ui/pages/pagetest"
	"descry/ui/state/picture"
)

// crowded is a result with a number of objects.
func crowded(objects int) picture.Content {
	s := pagetest.Result()
	s.Panel.Objects.Rows = nil
	for i := range objects {
		s.Panel.Objects.Rows = append(s.Panel.Objects.Rows, pagetest.ObjectRow(i, fmt.Sprintf("object %d", i), "middle", "99 %"))
	}
	return s
}

func TestManyObjectsHaveRowsWhereTheyAreSeen(t *testing.T) {
	x := opened(t, crowded(500), 1280, 618)
	p := x.panel
	check := func(when string, first, last int) {
		t.Helper()
		for i, want := range map[int]bool{first: true, last: true, first - 5: false, last + 6: false} {
			row, ok := p.objects.Row(i)
			if ok != want {
				t.Errorf("%s: object %d has a row: %v, want %v", when, i, ok, want)
			}
			if ok && row.Data().Name != fmt.Sprintf("object %d", i) {
				t.Errorf("%s: the row of object %d shows %q", when, i, row.Data().Name)
			}
		}
	}
	height := p.scroll.Size().Height
	inView := func(at float32) (first, last int) { // of objects, below what stands above them
		driver := fyne.CurrentApp().Driver()
		above := driver.AbsolutePositionForObject(p.objects.Container).Y - driver.AbsolutePositionForObject(p.scroll).Y
		return int((0 - above) / 46), int((at - above) / 46)
	}
	_, last := inView(height)
	check("at the start", 0, last)
	if n := len(p.objects.Objects); n > 20 {
		t.Errorf("%d rows exist", n)
	}
	p.scroll.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.NewDelta(0, -9200)})
	first, last := inView(height)
	check("scrolled", first, last)
	x.win.Resize(fyne.NewSize(1280, 1418))
	first, last = inView(p.scroll.Size().Height)
	check("in a higher window", first, last)
	s := crowded(500)
	s.Panel.Caption.Alternatives = nil
	s.Panel.Caption.AlternativesTitle = ""
	x.Show(s, "")
	first, last = inView(p.scroll.Size().Height)
	check("with less above", first, last)
	x.Show(crowded(3), "")
	check("with fewer objects", 0, 2)
	if n := len(p.objects.Objects); n != 3 {
		t.Errorf("%d rows exist, want 3", n)
	}
}

func TestKeysGoThroughTheObjects(t *testing.T) {
	x := opened(t, crowded(200), 1280, 618)
	list := x.panel.objects
	list.Focus(0)
	for _, k := range []struct {
		key  fyne.KeyName
		want int
	}{{fyne.KeyDown, 1}, {fyne.KeyEnd, 199}, {fyne.KeyUp, 198}, {fyne.KeyHome, 0}} {
		x.win.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: k.key})
		if i, ok := list.Focused(); !ok || i != k.want {
			t.Errorf("after %s the focus is on %d (%v), want %d", k.key, i, ok, k.want)
		}
	}
}
