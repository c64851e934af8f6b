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

	"descry/ui/theme"
)

const (
	marginTop    = 24.0 // dp around a picture that is fitted
	marginSide   = 24.0
	marginBottom = 64.0 // the floating bars stand there
	mostFit      = 8.0  // a tiny picture is not blown up further than this
	mostZoom     = 32.0
	wheelSpeed   = 0.014 // of ln zoom per dp of wheel; one notch is 10 dp, 15 %
	keyStep      = 1.25
	settleAfter  = 150 * time.Millisecond
)

// Params are what a Canvas needs to know and whom it tells.
type Params struct {
	Dispatch func(func()) // runs a function on the window's goroutine
	// OnHover is told the object under the pointer when it changes, -1 for none.
	OnHover func(index int)
	// OnView is told the zoom (1: one pixel of the picture is one of the screen)
	// and whether the picture is fitted to the window.
	OnView func(zoom float64, fit bool)
}

// Canvas is the widget. All methods are for the window's goroutine only.
type Canvas struct {
	widget.BaseWidget
	p      Params
	stats  Stats
	scene  Scene
	render *renderer
	raster *fynecanvas.Raster
	frame  *image.RGBA // the last finished one

	fit    bool
	cx, cy float64 // the picture's point in the middle of the free room
	zoom   float64 // device pixels per pixel of the picture
	devW   int     // the widget's size in device pixels, as last drawn
	devH   int
	scale  float64 // device pixels per dp
	hover  int
	drawn  request // what was last asked for
	settle *time.Timer
	told   struct {
		zoom float64
		fit  bool
	}
}

// New returns an empty canvas and starts its render goroutine; Close ends it.
func New(p Params) *Canvas {
	c := &Canvas{p: p, fit: true, zoom: 1, scale: 1, hover: -1}
	c.render = newRenderer(&c.stats, func(frame *image.RGBA, q request) {
		p.Dispatch(func() { c.show(frame) })
	})
	c.raster = fynecanvas.NewRaster(c.generate)
	c.raster.ScaleMode = fynecanvas.ImageScaleFastest
	c.ExtendBaseWidget(c)
	return c
}

// Close ends the render goroutine and waits for it. It must not be called from
// within the dispatcher while that waits for the render goroutine.
func (c *Canvas) Close() {
	if c.settle != nil {
		c.settle.Stop()
	}
	c.render.close()
}

// Stats gives the counter of frame times, readable from any goroutine.
func (c *Canvas) Stats() *Stats { return &c.stats }

// SetScene shows a scene. Another picture than the last one is fitted.
func (c *Canvas) SetScene(s Scene) {
	other := len(s.Levels) != len(c.scene.Levels) || len(s.Levels) > 0 && s.Levels[0] != c.scene.Levels[0]
	c.scene = s
	if other {
		c.fit, c.hover = true, -1
	}
	c.update(false)
}

// Fit shows the whole picture and keeps doing so when the window changes.
func (c *Canvas) Fit() { c.fit = true; c.update(false) }

// Fitted reports whether the whole picture is kept in view.
func (c *Canvas) Fitted() bool { return c.fit }

// Zoom gives the zoom: device pixels per pixel of the picture.
func (c *Canvas) Zoom() float64 { return c.zoom }

// Actual shows the picture pixel for pixel.
func (c *Canvas) Actual() { c.zoomTo(1, c.middle()) }

// ZoomIn makes the picture larger by one step.
func (c *Canvas) ZoomIn() { c.zoomTo(c.zoom*keyStep, c.middle()) }

// ZoomOut makes the picture smaller by one step.
func (c *Canvas) ZoomOut() { c.zoomTo(c.zoom/keyStep, c.middle()) }

// Look brings a rectangle of the picture into view, large but not blown up.
func (c *Canvas) Look(x1, y1, x2, y2 float64) {
	if len(c.scene.Levels) == 0 || x2 <= x1 || y2 <= y1 {
		return
	}
	w, h := c.room()
	c.fit = false
	c.zoom = c.bounded(min(0.6*w/(x2-x1), 0.6*h/(y2-y1), max(4, c.fitZoom()*2)))
	c.cx, c.cy = (x1+x2)/2, (y1+y2)/2
	c.update(false)
}

// room is what is free for a fitted picture, in device pixels.
func (c *Canvas) room() (w, h float64) {
	size := c.Size()
	return max(8, (float64(size.Width)-2*marginSide)*c.scale), max(8, (float64(size.Height)-marginTop-marginBottom)*c.scale)
}

// middle is the place on the widget, in dp, where the middle of the room is.
func (c *Canvas) middle() fyne.Position {
	s := c.Size()
	return fyne.NewPos(s.Width/2, float32(marginTop+(float64(s.Height)-marginTop-marginBottom)/2))
}

func (c *Canvas) fitZoom() float64 {
	pw, ph := c.scene.Size()
	if pw == 0 || ph == 0 {
		return 1
	}
	w, h := c.room()
	return min(w/float64(pw), h/float64(ph), mostFit*c.scale)
}

func (c *Canvas) bounded(z float64) float64 {
	return min(max(z, min(c.fitZoom(), 1)/2), max(mostZoom, c.fitZoom()))
}

// zoomTo zooms and keeps the picture's point under a place of the widget (dp)
// where it is.
func (c *Canvas) zoomTo(z float64, at fyne.Position) {
	if len(c.scene.Levels) == 0 {
		return
	}
	z = c.bounded(z)
	x, y := c.at(at)
	m := c.middle()
	c.fit, c.zoom = false, z
	c.cx = x - float64(at.X-m.X)*c.scale/z
	c.cy = y - float64(at.Y-m.Y)*c.scale/z
	c.update(true)
}

// at gives the picture's point under a place of the widget.
func (c *Canvas) at(p fyne.Position) (x, y float64) {
	m := c.middle()
	return c.cx + float64(p.X-m.X)*c.scale/c.zoom, c.cy + float64(p.Y-m.Y)*c.scale/c.zoom
}

// clamp keeps the picture in view: centred along a side that fits, else without
// a gap at its edges.
func (c *Canvas) clamp() {
	pw, ph := c.scene.Size()
	w, h := c.room()
	c.cx = kept(c.cx, float64(pw), w/c.zoom)
	c.cy = kept(c.cy, float64(ph), h/c.zoom)
}

func kept(centre, size, seen float64) float64 {
	if size <= seen {
		return size / 2
	}
	return min(max(centre, seen/2), size-seen/2)
}

// update asks for the frame of the present view.
func (c *Canvas) update(moving bool) {
	if c.fit {
		c.zoom = c.fitZoom()
		pw, ph := c.scene.Size()
		c.cx, c.cy = float64(pw)/2, float64(ph)/2
	}
	c.clamp()
	if c.told.zoom != c.zoom || c.told.fit != c.fit {
		c.told.zoom, c.told.fit = c.zoom, c.fit
		if c.p.OnView != nil {
			c.p.OnView(c.zoom, c.fit)
		}
	}
	if c.devW == 0 || c.devH == 0 {
		return
	}
	c.drawn = c.request(moving)
	c.render.ask(c.drawn)
	if moving {
		c.later()
	}
}

func (c *Canvas) request(moving bool) request {
	m := c.middle()
	return request{
		scene: c.scene, w: c.devW, h: c.devH, scale: c.scale, ground: groundColour(), moving: moving,
		view: View{X: c.cx - float64(m.X)*c.scale/c.zoom, Y: c.cy - float64(m.Y)*c.scale/c.zoom, Zoom: c.zoom},
	}
}

// later asks for a sharp frame once nothing has moved for a moment.
func (c *Canvas) later() {
	if c.settle != nil {
		c.settle.Stop()
	}
	c.settle = time.AfterFunc(settleAfter, func() { c.p.Dispatch(func() { c.update(false) }) })
}

func groundColour() [4]uint8 {
	r, g, b, _ := fynetheme.Color(theme.Canvas).RGBA()
	return [4]uint8{uint8(r >> 8), uint8(g >> 8), uint8(b >> 8), 255}
}

// show puts a finished frame on the screen.
func (c *Canvas) show(frame *image.RGBA) {
	c.frame = frame
	c.raster.Refresh()
}

// generate is asked by Fyne for w × h device pixels. It gives the last frame,
// stretched by the graphics card if that has another size, and asks for a new
// one where the size is new.
func (c *Canvas) generate(w, h int) image.Image {
	if w != c.devW || h != c.devH {
		c.devW, c.devH = w, h
		if s := c.Size(); s.Width > 0 {
			before := c.scale
			c.scale = float64(w) / float64(s.Width)
			if !c.fit && before > 0 && math.Abs(c.scale-before) > 0.01 {
				c.zoom *= c.scale / before
			}
		}
		c.update(false)
	}
	if c.frame == nil {
		one := image.NewRGBA(image.Rect(0, 0, 1, 1))
		g := groundColour()
		one.SetRGBA(0, 0, color.RGBA{R: g[0], G: g[1], B: g[2], A: g[3]})
		return one
	}
	return c.frame
}

// Settle draws the present view at once, on the caller's goroutine: for
// screenshots and tests.
func (c *Canvas) Settle() {
	if c.devW > 0 && c.devH > 0 {
		c.show(c.render.draw(c.request(false)))
	}
}

// MinSize implements fyne.CanvasObject.
func (c *Canvas) MinSize() fyne.Size { return fyne.NewSize(120, 120) }

// Scrolled zooms at the pointer.
func (c *Canvas) Scrolled(e *fyne.ScrollEvent) {
	c.zoomTo(c.zoom*math.Exp(wheelSpeed*float64(e.Scrolled.DY)), e.Position)
}

// Dragged pans.
func (c *Canvas) Dragged(e *fyne.DragEvent) {
	if len(c.scene.Levels) == 0 {
		return
	}
	if c.fit {
		c.fit = false
	}
	c.cx -= float64(e.Dragged.DX) * c.scale / c.zoom
	c.cy -= float64(e.Dragged.DY) * c.scale / c.zoom
	c.update(true)
}

// DragEnd draws the sharp frame.
func (c *Canvas) DragEnd() { c.update(false) }

// DoubleTapped changes between the whole picture and pixel for pixel at the
// pointer.
func (c *Canvas) DoubleTapped(e *fyne.PointEvent) {
	if c.fit {
		c.zoomTo(max(1, 2*c.zoom), e.Position)
		return
	}
	c.Fit()
}

// MouseIn implements desktop.Hoverable.
func (c *Canvas) MouseIn(e *desktop.MouseEvent) { c.MouseMoved(e) }

// MouseMoved tells which object is under the pointer.
func (c *Canvas) MouseMoved(e *desktop.MouseEvent) {
	if c.scene.Hit == nil {
		c.tell(-1)
		return
	}
	c.tell(c.scene.Hit(c.at(e.Position)))
}

// MouseOut implements desktop.Hoverable.
func (c *Canvas) MouseOut() { c.tell(-1) }

func (c *Canvas) tell(index int) {
	if c.hover != index {
		c.hover = index
		if c.p.OnHover != nil {
			c.p.OnHover(index)
		}
	}
}

// CreateRenderer implements fyne.Widget.
func (c *Canvas) CreateRenderer() fyne.WidgetRenderer { return &canvasRenderer{c} }

type canvasRenderer struct{ c *Canvas }

func (r *canvasRenderer) Destroy() {}
func (r *canvasRenderer) Layout(s fyne.Size) {
	r.c.raster.Resize(s)
	r.c.update(false)
}
func (r *canvasRenderer) MinSize() fyne.Size           { return r.c.MinSize() }
func (r *canvasRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.c.raster} }
func (r *canvasRenderer) Refresh()                     { r.c.update(false) }
