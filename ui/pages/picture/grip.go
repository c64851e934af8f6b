package picture

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"descry/ui/theme"
	"descry/ui/widgets"
)

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
