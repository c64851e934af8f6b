package picture

import (
	"math"

	"descry/internal/message"
	"descry/render"
)

// Sizes of the canvas. The margins are dp around a picture that is fitted; the
// floating bars stand at the bottom.
const (
	marginTop    = 24.0
	marginSide   = 24.0
	marginBottom = 64.0
	mostFit      = 8.0  // pixels of a dp: a tiny picture is not blown up further to fit
	mostZoom     = 32.0 // pixels of the screen for one of the picture
	zoomStep     = 1.25
	lookShare    = 0.6 // of the room, for an object that is looked at
	mostLook     = 4.0 // zoom
)

// View says which part of the picture is seen. Fit keeps the whole picture in
// the room, whatever the window's size; X, Y and Zoom then follow from it and
// are 0. Else the picture's point (X, Y) is in the middle of the room, and one
// pixel of the picture is Zoom pixels of the screen wide.
type View struct {
	Fit  bool
	X, Y float64
	Zoom float64
}

// Frame is the canvas and the picture in it: pixels of the screen, pixels of
// the screen for a dp, pixels of the picture.
type Frame struct {
	Width, Height, Scale        float64
	PictureWidth, PictureHeight int
}

// ready reports whether there is something to see and to see it on.
func (f Frame) ready() bool {
	return f.PictureWidth > 0 && f.PictureHeight > 0 && f.Width > 0 && f.Height > 0 && f.Scale > 0
}

// room is what is free for a fitted picture, and where its middle is on the canvas.
func (f Frame) room() (w, h, midX, midY float64) {
	w = max(8, f.Width-2*marginSide*f.Scale)
	h = max(8, f.Height-(marginTop+marginBottom)*f.Scale)
	return w, h, f.Width / 2, marginTop*f.Scale + h/2
}

// FitZoom is the zoom at which the whole picture fits the room.
func (f Frame) FitZoom() float64 {
	if !f.ready() {
		return 1
	}
	w, h, _, _ := f.room()
	return min(w/float64(f.PictureWidth), h/float64(f.PictureHeight), mostFit*f.Scale)
}

// bounded returns the nearest zoom that is allowed.
func (f Frame) bounded(zoom float64) float64 {
	fit := f.FitZoom()
	return min(max(zoom, min(fit, 1)/2), max(mostZoom, fit))
}

// ViewFit is the view of the whole picture.
func ViewFit() View { return View{Fit: true} }

// Resolved returns v with place and zoom in numbers, also when it is fitted, and
// moved so that the picture stays in the room.
func (v View) Resolved(f Frame) View {
	pw, ph := float64(f.PictureWidth), float64(f.PictureHeight)
	if v.Fit || !sane(v.Zoom) || v.Zoom <= 0 {
		return View{Fit: true, X: pw / 2, Y: ph / 2, Zoom: f.FitZoom()}
	}
	v.Zoom = f.bounded(v.Zoom)
	w, h, _, _ := f.room()
	v.X, v.Y = kept(v.X, pw, w/v.Zoom), kept(v.Y, ph, h/v.Zoom)
	return v
}

// kept moves the middle of what is seen so that a picture smaller than the room
// stays whole and a larger one fills it. All in pixels of the picture.
func kept(middle, size, seen float64) float64 {
	if !sane(middle) || seen >= size {
		return size / 2
	}
	return min(max(middle, seen/2), size-seen/2)
}

// Target returns the view as the renderer wants it: the picture's point at the
// canvas's upper left corner.
func (v View) Target(f Frame) render.View {
	v = v.Resolved(f)
	_, _, mx, my := f.room()
	return render.View{X: v.X - mx/v.Zoom, Y: v.Y - my/v.Zoom, Zoom: v.Zoom}
}

// ZoomAt zooms by factor and keeps the picture's point under the canvas's point
// (x, y) where it is, as far as the picture stays in the room.
func ZoomAt(v View, f Frame, factor, x, y float64) View {
	if !f.ready() || !sane(factor) || factor <= 0 || !sane(x) || !sane(y) {
		return v
	}
	now := v.Resolved(f)
	px, py := v.Target(f).Picture(x, y)
	zoom := f.bounded(now.Zoom * factor)
	if zoom == now.Zoom {
		return v
	}
	_, _, mx, my := f.room()
	return View{X: px - (x-mx)/zoom, Y: py - (y-my)/zoom, Zoom: zoom}.Resolved(f)
}

// ZoomTo zooms about the middle of the room.
func ZoomTo(v View, f Frame, zoom float64) View {
	if !f.ready() {
		return v
	}
	_, _, mx, my := f.room()
	next := ZoomAt(v, f, zoom/v.Resolved(f).Zoom, mx, my)
	if next.Fit { // the zoom is as asked for already, but it must not follow the window
		next = v.Resolved(f)
		next.Fit = false
	}
	return next
}

// Pan moves the picture by (dx, dy) pixels of the screen. A fitted picture has
// nowhere to go.
func Pan(v View, f Frame, dx, dy float64) View {
	if !f.ready() || v.Fit || !sane(dx) || !sane(dy) {
		return v
	}
	v = v.Resolved(f)
	return View{X: v.X - dx/v.Zoom, Y: v.Y - dy/v.Zoom, Zoom: v.Zoom}.Resolved(f)
}

// Look brings a box (x1, y1, x2, y2 in pixels of the picture) into view: large,
// with its surroundings, but not blown up.
func Look(v View, f Frame, box [4]float32) View {
	bw, bh := float64(box[2]-box[0]), float64(box[3]-box[1])
	if !f.ready() || !(bw > 0) || !(bh > 0) {
		return v
	}
	w, h, _, _ := f.room()
	zoom := min(lookShare*w/bw, lookShare*h/bh, max(mostLook, 2*f.FitZoom()))
	return View{X: float64(box[0]) + bw/2, Y: float64(box[1]) + bh/2, Zoom: zoom}.Resolved(f)
}

// zoomText says the zoom.
func zoomText(v View, f Frame) string {
	if v.Fit {
		return "Fit"
	}
	return message.Sprintf("%.0f %%", 100*v.Resolved(f).Zoom)
}

func sane(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
