package canvas

import (
	"context"
	"image"
	"image/color"
	"math"
	"slices"
	"sync"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
	fynetheme "fyne.io/fyne/v2/theme"

	"descry/picture"
	"descry/render"
	"descry/ui/state/core"
	picturestate "descry/ui/state/picture"
	"descry/ui/theme"
)

// chequered is a picture each pixel of which tells where it is.
func chequered(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetRGBA(x, y, color.RGBA{uint8(x), uint8(y), uint8((x ^ y) * 8), 255})
		}
	}
	return img
}

// mailbox is a dispatcher whose functions run when the test says so.
type mailbox struct {
	mu   sync.Mutex
	jobs []func()
}

func (m *mailbox) dispatch(f func()) { m.mu.Lock(); m.jobs = append(m.jobs, f); m.mu.Unlock() }

// shown puts a canvas into a window of the given size and draws it once.
func shown(t *testing.T, s Scene, w, h float32, p Params) (*Canvas, fyne.Window) {
	t.Helper()
	test.NewTempApp(t).Settings().SetTheme(theme.Fixed(fynetheme.VariantDark))
	view := picturestate.ViewFit()
	var c *Canvas
	if p.Send == nil {
		p.Send = func(a core.Action) { // what the state does with it
			switch f := c.Frame(); a := a.(type) {
			case picturestate.ZoomedAt:
				view = picturestate.ZoomAt(view, f, a.Factor, a.X, a.Y)
			case picturestate.Panned:
				view = picturestate.Pan(view, f, a.DX, a.DY)
			case picturestate.ViewFitted:
				view = picturestate.ViewFit()
			}
			c.Set(s, view)
		}
	}
	if p.Dispatch == nil {
		p.Dispatch = (&mailbox{}).dispatch
	}
	c = New(p)
	t.Cleanup(c.Close)
	win := test.NewTempWindow(t, c)
	win.SetPadded(false)
	win.Resize(fyne.NewSize(w, h))
	c.Set(s, view)
	win.Canvas().Capture() // tells the size in pixels
	c.Settle()
	return c, win
}

func TestPixelForPixelIsThePictureItself(t *testing.T) {
	pic := chequered(90, 70)
	dst := image.NewRGBA(image.Rect(0, 0, 60, 50))
	drawBase(dst, picture.Pyramid(context.Background(), pic), render.View{X: 7, Y: 11, Zoom: 1}, [4]uint8{})
	for y := range 50 {
		for x := range 60 {
			if got, want := dst.RGBAAt(x, y), pic.RGBAAt(x+7, y+11); got != want {
				t.Fatalf("at %d,%d: %v, want %v", x, y, got, want)
			}
		}
	}
}

func TestOutsideThePictureIsTheGround(t *testing.T) {
	dst := image.NewRGBA(image.Rect(0, 0, 40, 40))
	drawBase(dst, picture.Pyramid(context.Background(), chequered(10, 10)), render.View{X: -15, Y: -15, Zoom: 1}, [4]uint8{1, 2, 3, 255})
	inside := image.Rect(15, 15, 25, 25)
	for y := range 40 {
		for x := range 40 {
			background := dst.RGBAAt(x, y) == color.RGBA{1, 2, 3, 255}
			if background == (image.Pt(x, y).In(inside)) {
				t.Fatalf("at %d,%d background is %v", x, y, background)
			}
		}
	}
}

func TestASmallViewUsesALevelThatIsFineEnough(t *testing.T) {
	// A picture of single black and white columns is grey from afar; picked
	// pixels would be black or white.
	pic := image.NewRGBA(image.Rect(0, 0, 4096, 64))
	for i := range pic.Pix {
		pic.Pix[i] = uint8(255 * (i / 4 % 2))
		if i%4 == 3 {
			pic.Pix[i] = 255
		}
	}
	dst := image.NewRGBA(image.Rect(0, 0, 512, 8))
	drawBase(dst, picture.Pyramid(context.Background(), pic), render.View{Zoom: 0.125}, [4]uint8{})
	for x := 1; x < 511; x++ { // at the very edge the kernel repeats the edge's black or white
		if v := dst.RGBAAt(x, 4).R; v < 120 || v > 135 {
			t.Fatalf("column %d is %d, want a middle grey", x, v)
		}
	}
}

func TestTheWheelZoomsAtThePointer(t *testing.T) {
	c, _ := shown(t, Scene{Levels: picture.Pyramid(context.Background(), chequered(2000, 1500))}, 800, 600, Params{})
	at := fyne.NewPos(300, 200)
	zoom := c.view.Resolved(c.Frame()).Zoom
	for _, wheel := range []float32{10, 30, -20, 40} {
		x0, y0 := c.at(at)
		c.Scrolled(&fyne.ScrollEvent{PointEvent: fyne.PointEvent{Position: at}, Scrolled: fyne.NewDelta(0, wheel)})
		x1, y1 := c.at(at)
		if wheel > 10 && (math.Abs(x1-x0) > 1e-6 || math.Abs(y1-y0) > 1e-6) {
			t.Errorf("wheel %g: %g,%g became %g,%g", wheel, x0, y0, x1, y1)
		}
		if next := c.view.Resolved(c.Frame()).Zoom; (next > zoom) != (wheel > 0) {
			t.Errorf("wheel %g: zoom %g became %g", wheel, zoom, next)
		} else {
			zoom = next
		}
	}
}

func TestDraggingMovesThePictureWithThePointer(t *testing.T) {
	c, _ := shown(t, Scene{Levels: picture.Pyramid(context.Background(), chequered(4000, 3000))}, 800, 600, Params{})
	c.Scrolled(&fyne.ScrollEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(400, 280)}, Scrolled: fyne.NewDelta(0, 150)})
	x0, y0 := c.at(fyne.NewPos(400, 300))
	c.Dragged(&fyne.DragEvent{Dragged: fyne.NewDelta(50, -20)})
	x1, y1 := c.at(fyne.NewPos(450, 280))
	if math.Abs(x1-x0) > 1e-6 || math.Abs(y1-y0) > 1e-6 {
		t.Errorf("%g,%g became %g,%g", x0, y0, x1, y1)
	}
}

func TestDoubleClickChangesBetweenWholeAndCloser(t *testing.T) {
	c, _ := shown(t, Scene{Levels: picture.Pyramid(context.Background(), chequered(4000, 3000))}, 800, 600, Params{})
	c.DoubleTapped(&fyne.PointEvent{Position: fyne.NewPos(400, 300)})
	if v := c.view; v.Fit || v.Zoom < 1 {
		t.Errorf("after one double click: %+v", v)
	}
	c.DoubleTapped(&fyne.PointEvent{Position: fyne.NewPos(400, 300)})
	if !c.view.Fit {
		t.Error("the second double click does not show the whole picture")
	}
}

func TestWithoutAPictureNothingIsAskedFor(t *testing.T) {
	var sent []core.Action
	c, _ := shown(t, Scene{}, 300, 200, Params{Send: func(a core.Action) { sent = append(sent, a) }})
	sent = nil
	c.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.NewDelta(0, 10)})
	c.Dragged(&fyne.DragEvent{Dragged: fyne.NewDelta(5, 5)})
	c.DoubleTapped(&fyne.PointEvent{})
	if len(sent) > 0 {
		t.Errorf("sent %v", sent)
	}
}

func TestTheCanvasTellsItsSizeInPixels(t *testing.T) {
	var sent []core.Action
	_, win := shown(t, Scene{}, 300, 200, Params{Send: func(a core.Action) { sent = append(sent, a) }})
	if len(sent) == 0 || sent[len(sent)-1] != (picturestate.CanvasSized{Width: 300, Height: 200, Scale: 1}) {
		t.Errorf("sent %v", sent)
	}
	win.Resize(fyne.NewSize(400, 250))
	win.Canvas().Capture()
	if sent[len(sent)-1] != (picturestate.CanvasSized{Width: 400, Height: 250, Scale: 1}) {
		t.Errorf("sent %v", sent)
	}
}

func TestThePointerTellsWhatItIsOn(t *testing.T) {
	var reported []int
	s := Scene{Levels: picture.Pyramid(context.Background(), chequered(100, 100)), Hit: func(x, y float64) int {
		if x < 50 {
			return 3
		}
		return -1
	}}
	c, _ := shown(t, s, 800, 600, Params{OnHover: func(i int) { reported = append(reported, i) }})
	m := fyne.NewPos(400, (24+600-64)/2)
	for _, dx := range []float32{-60, -40, 40, 60, -60} {
		c.MouseMoved(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(m.X+dx, m.Y)}})
	}
	c.MouseOut()
	if want := []int{3, -1, 3, -1}; len(reported) != 4 || reported[0] != want[0] || reported[1] != want[1] || reported[2] != want[2] || reported[3] != want[3] {
		t.Errorf("reported %v, want %v", reported, want)
	}
}

func TestThePointerTellsTheClassUnderIt(t *testing.T) {
	var reported []int
	s := Scene{Levels: picture.Pyramid(context.Background(), chequered(100, 100)), Class: func(x, y float64) int {
		if x < 0 || y < 0 || x >= 100 || y >= 100 {
			return -1
		}
		return int(x) / 50
	}}
	c, _ := shown(t, s, 400, 400, Params{OnClass: func(i int) { reported = append(reported, i) }})
	over := func(x, y float64) { // a point of the picture
		v := c.view.Target(c.Frame())
		c.MouseMoved(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(float32((x-v.X)*v.Zoom/c.scale), float32((y-v.Y)*v.Zoom/c.scale))}})
	}
	for _, p := range [][2]float64{{10, 50}, {49.5, 99.5}, {50.5, 50}, {99, 1}, {-3, 50}} {
		over(p[0], p[1])
	}
	over(10, 10)
	c.MouseOut()
	if want := []int{0, 1, -1, 0, -1}; !slices.Equal(reported, want) {
		t.Errorf("reported %v, want %v", reported, want)
	}
	over(10, 10)
	plain := s
	plain.Class = nil
	c.Set(plain, c.view) // the layer is disabled and on again
	c.Set(s, c.view)
	over(10, 10)
	if want := []int{0, 1, -1, 0, -1, 0, 0}; !slices.Equal(reported, want) {
		t.Errorf("reported %v, want %v", reported, want)
	}
}

func TestCanvasDrawsPictureAndOverlay(t *testing.T) {
	red := func(dst *image.RGBA, v render.View, scale float64) {
		x, y := int((10-v.X)*v.Zoom), int((10-v.Y)*v.Zoom)
		for dy := range 40 {
			for dx := range 40 {
				dst.SetRGBA(x+dx, y+dy, color.RGBA{255, 0, 0, 255})
			}
		}
	}
	for name, s := range map[string]Scene{
		"empty":   {},
		"fit":     {Levels: picture.Pyramid(context.Background(), chequered(64, 48))},
		"overlay": {Levels: picture.Pyramid(context.Background(), chequered(64, 48)), Draw: red},
	} {
		t.Run(name, func(t *testing.T) {
			_, win := shown(t, s, 320, 240, Params{})
			test.AssertImageMatches(t, name+".png", win.Canvas().Capture())
		})
	}
}
