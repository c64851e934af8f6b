package canvas

import (
	"image"
	"image/color"
	"math"
	"time"

	"fyne.io/fyne/v2"
	fynecanvas "fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	fynetheme "fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"descry/ui/state/core"
	picturestate "descry/ui/state/picture"
	"descry/ui/theme"
)

const (
	wheelSpeed  = 0.014 // of ln zoom per dp of wheel; one notch is 10 dp, 15 %
	settleAfter = 150 * time.Millisecond
)

// Params are what a Canvas needs, and its callbacks. The canvas does not own the
// view: it sends actions that change it, and shows the view passed to Set.
type Params struct {
	Dispatch func(func())      // runs a function on the window's goroutine
	Send     func(core.Action) // CanvasSized, ZoomedAt, Panned, ViewFitted
	OnHover  func(index int)   // called when another object, or none (-1), is under the pointer
	OnClass  func(class int)   // called when another class, or none (-1), is under the pointer
	OnPick   func(index int)   // an object, or -1, was clicked
}

// Canvas is the widget. All methods are for the window's goroutine only.
type Canvas struct {
	widget.BaseWidget
	p      Params
	stats  Stats
	scene  Scene
	view   picturestate.View
	render *renderer
	raster *fynecanvas.Raster
	frame  *image.RGBA // the last finished frame

	devW, devH int     // the widget's size in device pixels, as last drawn
	scale      float64 // device pixels per dp
	hover      int
	class      int
	moving     bool // the user zooms or pans: frames may be coarse
	settle     *time.Timer
}

// New returns an empty canvas and starts its render goroutine, which Close stops.
func New(p Params) *Canvas {
	c := &Canvas{p: p, view: picturestate.ViewFit(), scale: 1, hover: -1, class: -1}
	c.render = newRenderer(&c.stats, func(frame *image.RGBA, _ request) {
		p.Dispatch(func() { c.show(frame) })
	})
	c.raster = fynecanvas.NewRaster(c.generate)
	c.raster.ScaleMode = fynecanvas.ImageScaleFastest
	c.ExtendBaseWidget(c)
	return c
}

// Close stops the render goroutine and waits for it. It must not be called by a
// dispatcher that is itself waiting for the render goroutine.
func (c *Canvas) Close() {
	if c.settle != nil {
		c.settle.Stop()
	}
	c.render.close()
}

// Stats returns the frame times; they may be read from any goroutine.
func (c *Canvas) Stats() *Stats { return &c.stats }

// Set shows a scene in a view.
func (c *Canvas) Set(s Scene, v picturestate.View) {
	c.scene, c.view = s, v
	if s.Class == nil {
		c.class = -1 // no callback: the class map is gone
	}
	c.update()
}

// Frame returns the sizes that a view is computed from.
func (c *Canvas) Frame() picturestate.Frame {
	w, h := c.scene.Size()
	return picturestate.Frame{Width: float64(c.devW), Height: float64(c.devH), Scale: c.scale, PictureWidth: w, PictureHeight: h}
}

// at returns the point of the picture at a position in the widget.
func (c *Canvas) at(p fyne.Position) (x, y float64) {
	return c.view.Target(c.Frame()).Picture(float64(p.X)*c.scale, float64(p.Y)*c.scale)
}

// update requests a frame of the current view.
func (c *Canvas) update() {
	if c.devW > 0 && c.devH > 0 {
		c.render.ask(c.request())
	}
}

func (c *Canvas) request() request {
	return request{
		scene: c.scene, w: c.devW, h: c.devH, scale: c.scale, background: backgroundColour(), moving: c.moving,
		view: c.view.Target(c.Frame()),
	}
}

// move sends an action that changes the view, and allows coarse frames until the
// view has not moved for settleAfter.
func (c *Canvas) move(a core.Action) {
	if len(c.scene.Levels) == 0 {
		return
	}
	c.moving = true
	if c.settle != nil {
		c.settle.Stop()
	}
	c.settle = time.AfterFunc(settleAfter, func() { c.p.Dispatch(c.rest) })
	c.p.Send(a)
}

// rest requests a sharp frame after a move.
func (c *Canvas) rest() {
	if c.moving {
		c.moving = false
		c.update()
	}
}

func backgroundColour() [4]uint8 {
	r, g, b, _ := fynetheme.Color(theme.Canvas).RGBA()
	return [4]uint8{uint8(r >> 8), uint8(g >> 8), uint8(b >> 8), 255}
}

// show puts a finished frame on the screen.
func (c *Canvas) show(frame *image.RGBA) {
	c.frame = frame
	c.raster.Refresh()
}

// generate returns an image for w × h device pixels, as Fyne's raster asks for:
// the last frame, which the graphics card stretches if its size differs. It
// reports a new size to the state.
func (c *Canvas) generate(w, h int) image.Image {
	if w != c.devW || h != c.devH {
		c.devW, c.devH = w, h
		if s := c.Size(); s.Width > 0 {
			c.scale = float64(w) / float64(s.Width)
		}
		c.p.Send(picturestate.CanvasSized{Width: float64(w), Height: float64(h), Scale: c.scale})
		c.update()
	}
	if c.frame == nil {
		one := image.NewRGBA(image.Rect(0, 0, 1, 1))
		g := backgroundColour()
		one.SetRGBA(0, 0, color.RGBA{R: g[0], G: g[1], B: g[2], A: g[3]})
		return one
	}
	return c.frame
}

// Settle draws the current view immediately, on the calling goroutine. It is for
// screenshots and tests.
func (c *Canvas) Settle() {
	if c.devW > 0 && c.devH > 0 {
		c.moving = false
		c.show(c.render.draw(c.request()))
	}
}

// MinSize implements fyne.CanvasObject.
func (c *Canvas) MinSize() fyne.Size { return fyne.NewSize(120, 120) }

// Scrolled zooms at the pointer.
func (c *Canvas) Scrolled(e *fyne.ScrollEvent) {
	c.zoomAt(math.Exp(wheelSpeed*float64(e.Scrolled.DY)), e.Position)
}

func (c *Canvas) zoomAt(factor float64, p fyne.Position) {
	c.move(picturestate.ZoomedAt{Factor: factor, X: float64(p.X) * c.scale, Y: float64(p.Y) * c.scale})
}

// Dragged pans.
func (c *Canvas) Dragged(e *fyne.DragEvent) {
	c.move(picturestate.Panned{DX: float64(e.Dragged.DX) * c.scale, DY: float64(e.Dragged.DY) * c.scale})
}

// DragEnd requests a sharp frame.
func (c *Canvas) DragEnd() { c.rest() }

// Tapped picks the object under the pointer.
func (c *Canvas) Tapped(e *fyne.PointEvent) {
	if c.p.OnPick != nil && c.scene.Hit != nil {
		c.p.OnPick(c.scene.Hit(c.at(e.Position)))
	}
}

// DoubleTapped toggles between the whole picture and a zoom at the pointer: actual
// size, or twice the fitted size if that is larger.
func (c *Canvas) DoubleTapped(e *fyne.PointEvent) {
	if !c.view.Fit {
		c.move(picturestate.ViewFitted{})
		return
	}
	fit := c.Frame().FitZoom()
	c.zoomAt(max(1, 2*fit)/fit, e.Position)
}

// MouseIn implements desktop.Hoverable.
func (c *Canvas) MouseIn(e *desktop.MouseEvent) { c.MouseMoved(e) }

// MouseMoved reports the object and the class under the pointer if they changed.
func (c *Canvas) MouseMoved(e *desktop.MouseEvent) {
	object, class := -1, -1
	x, y := c.at(e.Position)
	if c.scene.Hit != nil {
		object = c.scene.Hit(x, y)
	}
	if c.scene.Class != nil {
		class = c.scene.Class(x, y)
	}
	notify(&c.hover, object, c.p.OnHover)
	notify(&c.class, class, c.p.OnClass)
}

// MouseOut implements desktop.Hoverable.
func (c *Canvas) MouseOut() {
	notify(&c.hover, -1, c.p.OnHover)
	notify(&c.class, -1, c.p.OnClass)
}

// notify stores now in last and calls the listener if it changed.
func notify(last *int, now int, listener func(int)) {
	if *last != now {
		if *last = now; listener != nil {
			listener(now)
		}
	}
}

// CreateRenderer implements fyne.Widget.
func (c *Canvas) CreateRenderer() fyne.WidgetRenderer { return &canvasRenderer{c} }

type canvasRenderer struct{ c *Canvas }

func (r *canvasRenderer) Destroy() {}
func (r *canvasRenderer) Layout(s fyne.Size) {
	r.c.raster.Resize(s)
}
func (r *canvasRenderer) MinSize() fyne.Size           { return r.c.MinSize() }
func (r *canvasRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.c.raster} }
func (r *canvasRenderer) Refresh()                     { r.c.update() }
