package canvas

import (
	"image"
	"sync"
	"time"

	"descry/render"
)

// Scene is a picture and its overlay. The levels, and everything that Draw, Hit
// and Class read, are shared and read-only.
type Scene struct {
	Levels []*image.RGBA // from picture.Pyramid; empty without a picture
	// Draw draws the overlay, on the render goroutine; scale is device pixels per
	// dp. Nil if there is none.
	Draw func(dst *image.RGBA, v render.View, scale float64)
	// Hit returns the object at a point of the picture, or -1. Nil if there are no
	// objects.
	Hit func(x, y float64) int
	// Class returns the class at a point of the picture, or -1 outside it. Nil if
	// there is no class map.
	Class func(x, y float64) int
}

// Size returns the picture's size in pixels, or 0 × 0 without a picture.
func (s Scene) Size() (w, h int) {
	if len(s.Levels) == 0 {
		return 0, 0
	}
	return s.Levels[0].Rect.Dx(), s.Levels[0].Rect.Dy()
}

// request describes a frame of w × h device pixels.
type request struct {
	scene      Scene
	view       render.View // for w × h
	w, h       int
	scale      float64
	background [4]uint8
	moving     bool // may be coarse: another request follows
}

// slow is the duration of a frame above which moving frames are drawn coarser.
const slow = 20 * time.Millisecond

// renderer draws the newest request on its own goroutine.
type renderer struct {
	stats   *Stats
	deliver func(*image.RGBA, request)

	mu     sync.Mutex
	next   *request
	wake   chan struct{} // holds one
	closed bool
	done   chan struct{}

	coarse int // width of a moving frame's pixels in device pixels
}

func newRenderer(stats *Stats, deliver func(*image.RGBA, request)) *renderer {
	r := &renderer{stats: stats, deliver: deliver, wake: make(chan struct{}, 1), done: make(chan struct{}), coarse: 1}
	go r.run()
	return r
}

// ask replaces the waiting request, if any.
func (r *renderer) ask(q request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return
	}
	r.next = &q
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

func (r *renderer) close() {
	r.mu.Lock()
	if r.closed {
		r.mu.Unlock()
		return
	}
	r.closed = true
	close(r.wake)
	r.mu.Unlock()
	<-r.done
}

func (r *renderer) run() {
	defer close(r.done)
	for range r.wake {
		r.mu.Lock()
		q := r.next
		r.next = nil
		r.mu.Unlock()
		if q == nil {
			continue
		}
		start := time.Now()
		frame := r.draw(*q)
		took := time.Since(start)
		r.stats.frame(took)
		if q.moving {
			r.adapt(took)
		}
		r.deliver(frame, *q)
	}
}

// adapt chooses how coarse the next moving frame is, from the duration of the last
// one.
func (r *renderer) adapt(took time.Duration) {
	switch {
	case took > slow && r.coarse < 4:
		r.coarse *= 2
	case took < slow/5 && r.coarse > 1:
		r.coarse /= 2
	}
}

// draw returns a frame in a new buffer.
func (r *renderer) draw(q request) *image.RGBA {
	k := 1
	if q.moving {
		k = r.coarse
	}
	dst := image.NewRGBA(image.Rect(0, 0, max(1, q.w/k), max(1, q.h/k)))
	v, scale := q.view, q.scale
	v.Zoom, scale = v.Zoom/float64(k), scale/float64(k)
	if len(q.scene.Levels) == 0 {
		for i := 0; i < len(dst.Pix); i += 4 {
			copy(dst.Pix[i:], q.background[:])
		}
		return dst
	}
	drawBase(dst, q.scene.Levels, v, q.background)
	if q.scene.Draw != nil {
		q.scene.Draw(dst, v, scale)
	}
	return dst
}
