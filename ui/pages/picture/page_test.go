package picture

import (
	"reflect"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"descry/ui/pages/pagetest"
	"descry/ui/pages/parts"
	"descry/ui/state/core"
	"descry/ui/state/picture"
	"descry/ui/state/prefs"
	"descry/ui/theme"
	"descry/ui/widgets"
)

// bench is the page with a picture in a window of its own, with what it sent.
type bench struct {
	*Page
	win  fyne.Window
	sent []core.Action
}

// opened shows a content on a new page that fills a window of a size.
func opened(t *testing.T, c picture.Content, w, h float32) *bench {
	t.Helper()
	test.NewTempApp(t).Settings().SetTheme(theme.System())
	x := &bench{win: test.NewTempWindow(t, nil)}
	x.Page = NewPage(parts.Tools{Pixels: pagetest.NewStock(), Dispatch: func(func()) {},
		Send: func(a core.Action) { x.sent = append(x.sent, a) }}, func([]*fyne.MenuItem, fyne.Position) {})
	t.Cleanup(x.view.Close)
	x.win.SetPadded(false)
	x.win.SetContent(container.NewStack(x.Object()))
	x.win.Resize(fyne.NewSize(w, h))
	x.Show(c, "harbour.png")
	x.win.Canvas().Capture() // tells the canvas its size in pixels
	x.view.Settle()
	x.sent = nil
	return x
}

// ofType keeps the actions of the wanted one's type: hovering and sizes come
// along with much.
func ofType(sent []core.Action, want core.Action) []core.Action {
	var list []core.Action
	for _, a := range sent {
		if reflect.TypeOf(a) == reflect.TypeOf(want) {
			list = append(list, a)
		}
	}
	return list
}

func at(x, y float32) *fyne.PointEvent { return &fyne.PointEvent{Position: fyne.NewPos(x, y)} }

func row(x *bench, i int) *widgets.ObjectRow { return x.panel.objects.Objects[i].(*widgets.ObjectRow) }

func legendRow(x *bench, i int) *widgets.LegendRow {
	return x.panel.legend.Objects[i].(*widgets.LegendRow)
}

func TestEachControlOfThePageSendsItsAction(t *testing.T) {
	for name, c := range map[string]struct {
		content func() picture.Content
		do      func(x *bench)
		want    core.Action
	}{
		"opacity":         {pagetest.Result, func(x *bench) { x.opacity.TypedKey(&fyne.KeyEvent{Name: fyne.KeyRight}) }, picture.OpacitySet{Value: 0.39}},
		"threshold":       {pagetest.Result, func(x *bench) { x.least.TypedKey(&fyne.KeyEvent{Name: fyne.KeyHome}) }, picture.ScoreSet{Value: 0.05}},
		"larger":          {pagetest.Result, func(x *bench) { test.Tap(x.larger) }, picture.ZoomStepped{Step: 1}},
		"fit":             {pagetest.Result, func(x *bench) { test.Tap(x.fit) }, picture.ViewFitted{}},
		"actual":          {pagetest.Result, func(x *bench) { test.Tap(x.one) }, picture.ViewActual{}},
		"stop":            {pagetest.Busy, func(x *bench) { x.busy.Stop() }, picture.Stopped{}},
		"object row":      {pagetest.Result, func(x *bench) { row(x, 1).Tapped(at(200, 20)) }, picture.LookedAt{Object: 1}},
		"object chip":     {pagetest.Result, func(x *bench) { row(x, 0).Tapped(at(10, 20)) }, picture.ObjectToggled{Object: 0}},
		"object by key":   {pagetest.Result, func(x *bench) { row(x, 0).TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace}) }, picture.ObjectToggled{Object: 0}},
		"object hovered":  {pagetest.Result, func(x *bench) { row(x, 1).SetTip(""); row(x, 1).MouseIn(&desktop.MouseEvent{}) }, picture.Hovered{Object: 1}},
		"candidate":       {pagetest.Result, func(x *bench) { test.Tap(x.panel.alternatives.Objects[0].(fyne.Tappable)) }, picture.CaptionPicked{Text: "a boat above a sports ball at night"}},
		"retry":           {pagetest.Result, func(x *bench) { test.Tap(x.panel.again) }, picture.Regenerated{}},
		"lower threshold": {pagetest.Empty, func(x *bench) { test.Tap(x.panel.moreB) }, picture.ScoreSet{Value: 0.3}},
		"second names":    {pagetest.Result, func(x *bench) { test.Tap(x.panel.second) }, picture.SecondNamesToggled{}},
		"class":           {pagetest.Classes, func(x *bench) { test.Tap(x.panel.legend.Objects[1].(fyne.Tappable)) }, picture.ClassToggled{Class: 12}},
		"class by key":    {pagetest.Classes, func(x *bench) { x.win.Canvas().Focus(x.panel.legend.Objects[1].(fyne.Focusable)) }, picture.ClassPointed{Class: 12, Listed: true}},
		"class in list":   {pagetest.Classes, func(x *bench) { legendRow(x, 0).SetTip(""); legendRow(x, 0).MouseIn(&desktop.MouseEvent{}) }, picture.ClassPointed{Class: 4, Listed: true}},
		"class hovered":   {pagetest.Classes, func(x *bench) { x.view.MouseMoved(&desktop.MouseEvent{PointEvent: *at(380, 290)}) }, picture.ClassPointed{Class: 4}},
		"how captions":    {pagetest.Result, func(x *bench) { test.Tap(x.panel.how) }, core.SheetOpened{Sheet: prefs.SheetCaption}},
		"error's offer":   {pagetest.Failed, func(x *bench) { test.Tap(x.failure.buttons.Objects[1].(fyne.Tappable)) }, picture.DecodeAgain{}},
		"picture hovered": {pagetest.Result, func(x *bench) { x.view.MouseMoved(&desktop.MouseEvent{PointEvent: *at(380, 290)}) }, picture.Hovered{Object: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			x := opened(t, c.content(), 1280, 718)
			c.do(x)
			if got := ofType(x.sent, c.want); len(got) != 1 || !reflect.DeepEqual(got[0], c.want) {
				t.Errorf("sent %#v, want %#v once", x.sent, c.want)
			}
		})
	}
}

// TestNothingOfThePageLeavesItsPlace finds controls that stand out of the page, from
// the smallest to a very large one.
func TestNothingOfThePageLeavesItsPlace(t *testing.T) {
	if testing.Short() {
		t.Skip("told without -short")
	}
	for name, content := range map[string]func() picture.Content{"busy": pagetest.Busy, "result": pagetest.Result, "error": pagetest.Failed} {
		for _, size := range []fyne.Size{{Width: 600, Height: 318}, {Width: 700, Height: 418}, {Width: 900, Height: 518}, {Width: 1280, Height: 718}, {Width: 3840, Height: 2078}} {
			x := opened(t, content(), 900, 518)
			x.win.Resize(size)
			for _, o := range []fyne.CanvasObject{x.left, x.right, x.busy.Container, x.panel.export, x.panel.copyAlt} {
				if !o.Visible() || !pagetest.ShownWithin(x.box, o) {
					continue
				}
				at := fyne.CurrentApp().Driver().AbsolutePositionForObject(o)
				if at.X < 0 || at.Y < 0 || at.X+o.Size().Width > size.Width || at.Y+o.Size().Height > size.Height {
					t.Errorf("%s at %v: %T stands at %v, %v large", name, size, o, at, o.Size())
				}
			}
			if a, b := pagetest.Overlapping([]fyne.CanvasObject{x.left, x.right, x.busy.Container, x.panel.box}); a != nil {
				t.Errorf("%s at %v: %T at %v, %v large, and %T at %v, %v large, lie over one another", name, size, a, a.Position(), a.Size(), b, b.Position(), b.Size())
			}
		}
	}
}

func TestTheCaptionBeingTypedKeepsItsCursor(t *testing.T) {
	s := pagetest.Result()
	x := opened(t, s, 1280, 800)
	e := x.panel.editor
	x.win.Canvas().Focus(e.Focusable())
	test.Type(e.Focusable(), "x")
	edit := x.sent[len(x.sent)-1].(picture.CaptionEdited)
	s.Panel.Caption.Text, s.Panel.Caption.Serial = edit.Text, edit.Serial // the state's answer
	x.Show(s, "")
	test.Type(e.Focusable(), "y")
	if got := x.sent[len(x.sent)-1].(picture.CaptionEdited).Text; got != "xy"+pagetest.Result().Panel.Caption.Text {
		t.Errorf("the caption is %q", got)
	}
	if x.win.Canvas().Focused() != e.Focusable() {
		t.Error("painting took the keyboard away")
	}
}

func TestLettersTypedMeanwhileAreNotTakenBack(t *testing.T) {
	s := pagetest.Result()
	x := opened(t, s, 1280, 800)
	e := x.panel.editor
	x.win.Canvas().Focus(e.Focusable())
	test.Type(e.Focusable(), "a")
	late := pagetest.Result() // knows the first letter only
	edit := x.sent[len(x.sent)-1].(picture.CaptionEdited)
	late.Panel.Caption.Text, late.Panel.Caption.Serial = edit.Text, edit.Serial
	test.Type(e.Focusable(), "b")
	x.Show(late, "")
	if want := "ab" + s.Panel.Caption.Text; e.Text() != want {
		t.Errorf("the field has %q, want %q", e.Text(), want)
	}
	late.Panel.Caption.Picture++
	late.Panel.Caption.Text = "another picture"
	if x.Show(late, ""); e.Text() != "another picture" {
		t.Errorf("the field has %q after another picture came", e.Text())
	}
}
