package picture

import (
	"image"
	"reflect"
	"sync"

	"descry/render"
	"descry/ui/pages/parts"
	"descry/ui/state/picture"
)

// previewSide is the longer side of a preview's picture in pixels.
const previewSide = 900

// previewer draws captioned pictures in small, on a goroutine of its own, the
// newest wish only.
type previewer struct {
	pixels  parts.Pixels
	deliver func(*image.RGBA)
	wake    chan struct{}
	done    chan struct{}

	mu     sync.Mutex
	next   *picture.Captioned
	last   *picture.Captioned
	closed bool

	prepared *render.Prepared // the goroutine's own
}

func newPreviewer(pixels parts.Pixels, deliver func(*image.RGBA)) *previewer {
	p := &previewer{pixels: pixels, deliver: deliver, wake: make(chan struct{}, 1), done: make(chan struct{})}
	go p.run()
	return p
}

// ask wishes for a preview; the same again is none.
func (p *previewer) ask(c picture.Captioned) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || p.last != nil && reflect.DeepEqual(*p.last, c) {
		return
	}
	p.next, p.last = &c, &c
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// close ends the goroutine; it does not wait for a preview that is being drawn,
// whose delivery is dropped.
func (p *previewer) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.closed {
		p.closed = true
		close(p.wake)
	}
}

func (p *previewer) run() {
	defer close(p.done)
	for range p.wake {
		p.mu.Lock()
		c := p.next
		p.next = nil
		p.mu.Unlock()
		if c == nil {
			continue
		}
		img := p.draw(*c)
		p.mu.Lock()
		drop := p.closed || img == nil
		p.mu.Unlock()
		if !drop {
			p.deliver(img)
		}
	}
}

func (p *previewer) draw(c picture.Captioned) *image.RGBA {
	levels := p.pixels.Levels(c.Picture)
	if len(levels) == 0 {
		return nil
	}
	w, h := levels[0].Rect.Dx(), levels[0].Rect.Dy()
	content := render.Content{Base: levels[0], Items: c.Items, Classes: c.Classes, HideClass: c.HideClass}
	p.prepared = render.Prepare(content, p.prepared)
	return render.Captioned(p.prepared, c.Style, c.Layout, min(1, previewSide/float64(max(w, h))))
}
