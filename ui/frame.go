package ui

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	piccanvas "descry/ui/canvas"
	"descry/ui/theme"
	"descry/ui/widgets"
)

const (
	inspectorWidth  float32 = 360
	inspectorLeast  float32 = 280
	inspectorMost   float32 = 560
	inspectorNarrow float32 = 300  // in a window narrower than narrowWindow
	narrowWindow    float32 = 1040 // dp
)

// desk is the page with a picture: canvas with what floats over it, the panel
// at the right, and a grip between the two.
type desk struct {
	*fyne.Container
	view    *piccanvas.Canvas
	panel   *inspector
	grip    *grip
	left    *fyne.Container // opacity and threshold
	right   *fyne.Container // zoom
	busy    *widgets.Busy
	failure *failureCard
	opacity *widgets.Slider
	least   *widgets.Slider
	opText  *widgets.Text
	minText *widgets.Text
	zoomBox *widgets.Button
	wide    float32 // the panel's width as chosen; 0: by the window's
	hidden  bool    // the panel
	drag    float32
}

// deskActs are what the floating bars and the grip can ask for.
type deskActs struct {
	opacity, least func(float64)
	stop           func()
	width          func(float32)
}

func newDesk(view *piccanvas.Canvas, panel *inspector, acts deskActs) *desk {
	d := &desk{view: view, panel: panel, failure: newFailureCard()}
	d.opacity = widgets.NewSlider("How strongly objects are filled", 92, acts.opacity)
	d.least = widgets.NewSlider("Show objects that are at least this sure", 100, acts.least)
	d.opText = widgets.NewText("38 %", theme.Text, theme.SizeSecondary, false)
	d.minText = widgets.NewText("50 %", theme.Text, theme.SizeSecondary, false)
	word := func(s string) fyne.CanvasObject {
		return widgets.NewText(s, theme.Secondary, theme.SizeSecondary, false)
	}
	percent := func(t *widgets.Text) fyne.CanvasObject {
		return widgets.Padded(t, 0, 0, 0, 0, fyne.NewSize(38, 18))
	}
	d.left = widgets.NewFloatingBar(widgets.Row(10, -1, word("Opacity"), d.opacity, percent(d.opText), word("At least"), d.least, percent(d.minText)))
	d.zoomBox = widgets.NewButton(widgets.Quiet, "Fit", "Show the whole picture (0)", view.Fit).Sized(56, 28)
	d.right = widgets.NewFloatingBar(widgets.Row(2, -1,
		widgets.NewIconButton(widgets.Quiet, widgets.IconMinus, "Smaller (−)", view.ZoomOut), d.zoomBox,
		widgets.NewIconButton(widgets.Quiet, widgets.IconPlus, "Larger (+)", view.ZoomIn),
		widgets.NewButton(widgets.Quiet, "1:1", "Pixel for pixel (1)", view.Actual).Sized(36, 28)))
	d.busy = widgets.NewBusy(acts.stop)
	d.grip = newGrip(func(dx float32) { d.dragged(dx) }, func() { acts.width(d.wide) })
	d.Container = widgets.Arrange(func() fyne.Size { return fyne.NewSize(480, 300) }, d.lay,
		view, d.left, d.right, d.busy.Container, d.failure, panel.Container, d.grip)
	return d
}

// panelWidth gives the panel's width in a window of the given width.
func (d *desk) panelWidth(window float32) float32 {
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

func (d *desk) dragged(dx float32) {
	d.wide = min(max(d.panelWidth(d.Size().Width)-dx, inspectorLeast), inspectorMost)
	d.lay(d.Size())
}

// setPanel shows or hides the panel and sets its chosen width, 0 for the
// window's choice.
func (d *desk) setPanel(shown bool, width float32) {
	if d.hidden == !shown && d.wide == width {
		return
	}
	d.hidden, d.wide = !shown, width
	d.lay(d.Size())
}

func (d *desk) lay(s fyne.Size) {
	p := d.panelWidth(s.Width)
	room := s.Width - p
	widgets.Place(d.view, 0, 0, room, s.Height)
	widgets.SetVisible(d.panel.Container, p > 0)
	widgets.SetVisible(d.grip, p > 0)
	if p > 0 {
		widgets.Place(d.panel.Container, room, 0, p, s.Height)
		widgets.Place(d.grip, room-3, 0, 7, s.Height)
	}
	l, r := d.left.MinSize(), d.right.MinSize()
	y := s.Height - 12 - l.Height
	widgets.Place(d.left, 14, y, l.Width, l.Height)
	ry := y
	if l.Width+r.Width+14+14+8 > room {
		ry -= r.Height + 8
	}
	widgets.Place(d.right, room-14-r.Width, ry, r.Width, r.Height)
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

// grip is the edge by which the panel is made wider or narrower.
type grip struct {
	widget.BaseWidget
	moved func(dx float32)
	ended func()
	over  bool
}

func newGrip(moved func(float32), ended func()) *grip {
	g := &grip{moved: moved, ended: ended}
	g.ExtendBaseWidget(g)
	return g
}

// Cursor shows that the edge can be moved.
func (g *grip) Cursor() desktop.Cursor { return desktop.HResizeCursor }

// Dragged moves the edge.
func (g *grip) Dragged(e *fyne.DragEvent) { g.moved(e.Dragged.DX) }

// DragEnd tells that the edge stays.
func (g *grip) DragEnd() { g.ended() }

// MouseIn implements desktop.Hoverable.
func (g *grip) MouseIn(*desktop.MouseEvent) { g.over = true; g.Refresh() }

// MouseMoved implements desktop.Hoverable.
func (g *grip) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (g *grip) MouseOut() { g.over = false; g.Refresh() }

// CreateRenderer implements fyne.Widget.
func (g *grip) CreateRenderer() fyne.WidgetRenderer {
	line := canvas.NewRectangle(color.Transparent)
	return &gripRenderer{g, line}
}

type gripRenderer struct {
	g    *grip
	line *canvas.Rectangle
}

func (r *gripRenderer) Destroy()                     {}
func (r *gripRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.line} }
func (r *gripRenderer) MinSize() fyne.Size           { return fyne.NewSize(7, 20) }
func (r *gripRenderer) Layout(s fyne.Size)           { widgets.Place(r.line, 3, 0, 2, s.Height) }
func (r *gripRenderer) Refresh() {
	r.line.FillColor = color.Transparent
	if r.g.over {
		r.line.FillColor = r.g.Theme().Color(theme.Accent, fyne.CurrentApp().Settings().ThemeVariant())
	}
	r.line.Refresh()
}

// newRoot stacks tool bar, page and status bar without a gap.
func newRoot(bar, page, status fyne.CanvasObject) *fyne.Container {
	return widgets.Arrange(func() fyne.Size { return fyne.NewSize(560, 380) }, func(s fyne.Size) {
		widgets.Place(bar, 0, 0, s.Width, toolBarHeight)
		widgets.Place(page, 0, toolBarHeight, s.Width, s.Height-toolBarHeight-statusBarHeight)
		widgets.Place(status, 0, s.Height-statusBarHeight, s.Width, statusBarHeight)
	}, page, bar, status)
}
