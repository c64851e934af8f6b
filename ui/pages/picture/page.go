// Package picture has the widgets of the page with a picture and of the sheets over
// it. Page is what fills the window: the canvas, what floats over it, and at the
// right the inspector, which has the caption, the objects and the classes. The sheets
// save the picture with its caption and write what was found to files.
package picture

import (
	"reflect"

	"fyne.io/fyne/v2"

	piccanvas "descry/ui/canvas"
	"descry/ui/pages/parts"
	"descry/ui/state/picture"
	"descry/ui/theme"
	"descry/ui/widgets"
)

const (
	inspectorWidth  float32 = 360
	inspectorLeast  float32 = 280
	inspectorMost   float32 = 560
	inspectorNarrow float32 = 300  // in a window narrower than narrowWindow
	narrowWindow    float32 = 1040 // dp
	narrowRoom      float32 = 680  // for the canvas: the zoom bar does without its 1:1
)

// Page is the page with a picture: the canvas with what floats over it, the panel
// at the right, and a grip between the two.
type Page struct {
	box      *fyne.Container
	send     parts.Sender
	pixels   parts.Pixels
	shown    picture.Content
	view     *piccanvas.Canvas
	overlays overlays
	panel    *inspector
	grip     *grip
	left     *fyne.Container // opacity and threshold
	right    *fyne.Container // zoom
	busy     *widgets.Busy
	class    classLabel
	failure  *failureCard
	title    *widgets.Text // while there is nothing to show yet

	opacity, least            *widgets.Slider
	opWord, minWord           *widgets.Text
	opText, minText           *widgets.Text
	opPart                    fyne.CanvasObject // opText in its room
	smaller, fit, larger, one *widgets.Button
	wide                      float32 // the panel's width as chosen; 0: by the window's
	hidden                    bool    // the panel
}

// NewPage returns the page, hidden until it shows a picture; menu shows a pop-up
// menu at a place of the window.
func NewPage(t parts.Tools, menu func(items []*fyne.MenuItem, at fyne.Position)) *Page {
	send := t.Send
	d := &Page{send: send, pixels: t.Pixels, panel: newInspector(send, menu), failure: newFailureCard(send)}
	d.view = piccanvas.New(piccanvas.Params{
		Dispatch: t.Dispatch, Send: send,
		OnHover: func(object int) { send(picture.Hovered{Object: object}) },
		OnClass: func(class int) { send(picture.ClassPointed{Class: class}) },
		OnPick:  func(object int) { send(picture.Selected{Object: object}) },
	})
	d.opacity = widgets.NewSlider("", 76, func(v float64) { send(picture.OpacitySet{Value: v}) })
	d.least = widgets.NewSlider("", 84, func(v float64) { send(picture.ScoreSet{Value: v}) })
	d.opWord, d.minWord = parts.Secondary(), parts.Secondary()
	d.opText = widgets.NewText("", theme.Text, theme.SizeSecondary, false)
	d.minText = widgets.NewText("", theme.Text, theme.SizeSecondary, false)
	percent := func(t *widgets.Text) fyne.CanvasObject { return widgets.Padded(t, 0, 0, 0, 0, fyne.NewSize(34, 18)) }
	d.opPart = percent(d.opText)
	d.left = widgets.NewFloatingBar(widgets.Row(8, -1, d.opWord, d.opacity, d.opPart, d.minWord, d.least, percent(d.minText)))
	d.smaller = widgets.NewIconButton(widgets.Quiet, widgets.IconMinus, "", nil)
	d.larger = widgets.NewIconButton(widgets.Quiet, widgets.IconPlus, "", nil)
	d.fit = widgets.NewButton(widgets.Quiet, "", "", nil).Tight().Sized(64, 28)
	d.one = widgets.NewButton(widgets.Quiet, "1:1", "", nil).Tight().Sized(40, 28)
	d.right = widgets.NewFloatingBar(widgets.Row(2, -1, d.smaller, d.fit, d.larger, d.one))
	d.busy = widgets.NewBusy(nil)
	d.class = newClassLabel()
	d.title = widgets.NewText("", theme.Secondary, theme.SizeBody, false).Aligned(fyne.TextAlignCenter).Cut()
	d.grip = newGrip(d.dragged, func() { send(picture.PanelSized{Width: d.wide}) })
	d.box = widgets.Arrange(func() fyne.Size { return fyne.NewSize(480, 300) }, d.lay,
		d.view, d.title, d.left, d.right, d.busy.Container, d.class.box, d.failure, d.panel.box, d.grip)
	d.box.Hide()
	return d
}

// Object returns what is shown of the page.
func (d *Page) Object() fyne.CanvasObject { return d.box }

// Canvas returns the canvas with the picture: its times are asked for, and it
// draws at once where that is wished.
func (d *Page) Canvas() *piccanvas.Canvas { return d.view }

// Show paints a picture's content; name is the picture's. Parts whose content is
// the same as the last one are not visited, unless the page was hidden since.
func (d *Page) Show(c picture.Content, name string) {
	old, again := d.shown, !d.box.Visible()
	d.shown = c
	widgets.SetVisible(d.box, true)
	if again || differs(c.Canvas, old.Canvas) || c.Panel.Shown != old.Panel.Shown || c.Panel.Width != old.Panel.Width {
		d.showFloating(c.Canvas, c.Panel, name)
	}
	if again || !sameCanvas(c.Canvas, old.Canvas) {
		d.Repaint()
	}
	if again || differs(c.Panel, old.Panel) {
		d.panel.show(c.Panel)
	}
}

// Hide takes the page away until it is shown again.
func (d *Page) Hide() { widgets.SetVisible(d.box, false) }

// Repaint draws the picture again: its pixels may be new.
func (d *Page) Repaint() {
	c := d.shown.Canvas
	d.view.Set(d.overlays.scene(d.pixels.Levels(c.Picture), c), c.View)
}

// differs compares two parts of the content. Results and masks are shared, so
// comparing them ends at the pointer.
func differs(a, b any) bool { return !reflect.DeepEqual(a, b) }

// showFloating paints what floats over the picture, and the panel's place.
func (d *Page) showFloating(c picture.Canvas, p picture.Panel, name string) {
	bars := d.left.MinSize().Width + d.right.MinSize().Width
	d.opWord.SetText(c.Opacity.Label)
	d.minWord.SetText(c.Score.Label)
	slider(d.opacity, d.opText, c.Opacity)
	slider(d.least, d.minText, c.Score)
	d.send.Icon(d.smaller, c.ZoomOut)
	d.send.Icon(d.larger, c.ZoomIn)
	d.send.Icon(d.fit, c.Fit)
	d.fit.SetText(c.Zoom)
	d.send.Icon(d.one, c.Actual)
	again := d.hidden == p.Shown || d.wide != p.Width
	if d.left.MinSize().Width+d.right.MinSize().Width != bars {
		again = true
		d.left.Refresh()
		d.right.Refresh()
	}
	d.hidden, d.wide = !p.Shown, p.Width
	bare := c.Failure != nil || c.Picture == 0
	again = again || d.left.Visible() == bare || d.failure.Visible() != (c.Failure != nil)
	widgets.SetVisible(d.left, !bare)
	widgets.SetVisible(d.right, !bare)
	d.failure.show(c.Failure)
	d.title.SetText(name)
	widgets.SetVisible(d.title, c.Failure == nil && c.Picture == 0)
	busy := picture.Busy{}
	if c.Busy != nil {
		busy = *c.Busy
	}
	again = d.busy.Set(busy.Text, busy.Elapsed, busy.Stop.Tip, d.send.Do(busy.Stop.Do)) || again || c.Failure != nil
	again = d.class.show(c.Pointed) || again
	if again {
		d.lay(d.box.Size())
	}
}

// panelWidth returns the panel's width in a window of the given width.
func (d *Page) panelWidth(window float32) float32 {
	if d.hidden {
		return 0
	}
	w := d.wide
	if w == 0 {
		w = inspectorWidth
		if window < narrowWindow {
			w = inspectorNarrow
		}
	}
	return min(max(w, inspectorLeast), inspectorMost, max(inspectorLeast, window-320))
}

func (d *Page) dragged(dx float32) {
	d.wide = min(max(d.panelWidth(d.box.Size().Width)-dx, inspectorLeast), inspectorMost)
	d.lay(d.box.Size())
}

// leftBar returns the size of the bar of sliders in a room of some width: where
// both have no place, objects' sureness stays.
func (d *Page) leftBar(room float32) fyne.Size {
	parts := []fyne.CanvasObject{d.opWord, d.opacity, d.opPart}
	show := func(on bool) {
		for _, o := range parts {
			widgets.SetVisible(o, on)
		}
	}
	before := d.opacity.Visible()
	show(true)
	if d.left.MinSize().Width > room {
		show(false)
	}
	if d.opacity.Visible() != before {
		d.left.Refresh()
	}
	return d.left.MinSize()
}

func (d *Page) lay(s fyne.Size) {
	p := d.panelWidth(s.Width)
	room := s.Width - p
	widgets.Place(d.view, 0, 0, room, s.Height)
	widgets.Place(d.title, 20, s.Height/2-40, max(0, room-40), 24)
	widgets.SetVisible(d.panel.box, p > 0)
	widgets.SetVisible(d.grip, p > 0)
	if p > 0 {
		widgets.Place(d.panel.box, room, 0, p, s.Height)
		widgets.Place(d.grip, room-3, 0, 7, s.Height)
	}
	l := d.leftBar(room - 28)
	if wide := d.one.Visible(); wide != (room >= narrowRoom) { // key 1 and a double click do the same
		widgets.SetVisible(d.one, !wide)
		d.right.Refresh()
	}
	r := d.right.MinSize()
	y := s.Height - 12 - l.Height
	widgets.Place(d.left, 14, y, l.Width, l.Height)
	ry := y
	if l.Width+r.Width+14+14+8 > room {
		ry -= r.Height + 8
	}
	widgets.Place(d.right, room-14-r.Width, ry, r.Width, r.Height)
	name := d.class.box.MinSize()
	widgets.Place(d.class.box, 14, 14, min(name.Width, room-28), name.Height)
	b := d.busy.MinSize()
	above := float32(14)
	if (room-b.Width)/2 < 14+l.Width+8 || (room+b.Width)/2 > room-14-r.Width-8 {
		above = s.Height - ry + 12
	}
	widgets.Place(d.busy.Container, (room-b.Width)/2, s.Height-above-b.Height, b.Width, b.Height)
	if d.failure.Visible() {
		w := min(460, room-48)
		h := d.failure.HeightFor(w)
		widgets.Place(d.failure, (room-w)/2, max(16, (s.Height-h)/2-40), w, h)
	}
}
