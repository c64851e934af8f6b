package render

import (
	"image"
	"image/color"
	"runtime"
	"sync"

	"descry/inference/rle"
	"descry/inference/words"
)

// Prepared is a Content with everything that is computed once to draw it: a
// distance field for each mask, the picture's halves, the class colours and the
// labels' glyphs. It is safe for concurrent use. Drawing with another View or Style
// needs no new one; other Items do, but Prepare reuses what is still valid of the
// previous, so that hiding an object costs microseconds.
type Prepared struct {
	content Content
	shapes  []shape // by index in content.Items
	classes []classFill
	names   *textCache
	base    *pyramid // nil without a picture
	fields  map[*rle.Mask]*lazyField
}

// shape is one item as it is drawn.
type shape struct {
	field   *field // nil without a mask
	color   color.NRGBA
	pattern Pattern
	label   string
}

// lazyField is a field that is computed when it is first needed.
type lazyField struct {
	once  sync.Once
	mask  *rle.Mask
	field field
	ok    bool
}

func (l *lazyField) get() *field {
	l.once.Do(func() { l.field, l.ok = newField(*l.mask) })
	if !l.ok {
		return nil
	}
	return &l.field
}

// classFill describes how one class of the class map is drawn.
type classFill struct {
	color   color.NRGBA
	pattern Pattern
	hidden  bool // also for the background
}

// Prepare computes what drawing c needs. previous may be nil; fields of masks that
// are the same pointer, and the picture's smaller sizes if Base is the same
// pointer, are reused. It takes about 10 ms for each million mask pixels, on all
// processors, so new results should be prepared outside the window's goroutine.
func Prepare(c Content, previous *Prepared) *Prepared {
	p := &Prepared{content: c, fields: map[*rle.Mask]*lazyField{}}
	if previous != nil {
		p.names = previous.names
		if previous.content.Base == c.Base {
			p.base = previous.base
			for mask, f := range previous.fields { // hidden objects may be shown again
				p.fields[mask] = f
			}
		}
	} else {
		p.names = newTextCache()
	}
	if p.base == nil && c.Base != nil {
		p.base = newPyramid(c.Base)
	}
	p.prepareItems()
	p.prepareClasses()
	return p
}

// Content returns what was prepared.
func (p *Prepared) Content() Content { return p.content }

func (p *Prepared) prepareItems() {
	p.shapes = make([]shape, len(p.content.Items))
	for _, item := range p.content.Items {
		if m := item.Instance.Mask; m != nil && p.fields[m] == nil {
			p.fields[m] = &lazyField{mask: m}
		}
	}
	parallel(len(p.shapes), 1, func(from, to int) {
		for i := from; i < to; i++ {
			in := p.content.Items[i].Instance
			s := &p.shapes[i]
			s.color, s.pattern = ClassColor(in.Label)
			s.label = in.Label + " " + words.Percent(float64(in.Score))
			if in.Mask != nil {
				s.field = p.fields[in.Mask].get()
			}
		}
	})
}

func (p *Prepared) prepareClasses() {
	c := p.content.Classes
	if c == nil {
		return
	}
	p.classes = make([]classFill, 256) // any byte in Map may be looked up
	for i := range p.classes {
		f := &p.classes[i]
		if f.hidden = i >= len(c.Labels); f.hidden {
			continue
		}
		f.color, f.pattern = ClassColor(c.Labels[i])
		f.hidden = Background(c.Labels[i]) || i < len(p.content.HideClass) && p.content.HideClass[i]
	}
}

// size returns the picture's size, from any part of the content that has it; 0, 0
// if none does.
func (p *Prepared) size() (w, h int) {
	c := p.content
	switch {
	case c.Base != nil:
		return c.Base.Rect.Dx(), c.Base.Rect.Dy()
	case c.Classes != nil:
		return c.Classes.Width, c.Classes.Height
	}
	for _, item := range c.Items {
		if m := item.Instance.Mask; m != nil {
			return m.Width, m.Height
		}
	}
	return 0, 0
}

// visible returns the part of a target that shows the picture: nothing is drawn
// outside it.
func (p *Prepared) visible(target image.Rectangle, v View) image.Rectangle {
	w, h := p.size()
	if w == 0 || h == 0 { // only boxes: the picture's size is unknown
		return target
	}
	return targetRect(v, 0, 0, float64(w), float64(h)).Add(target.Min).Intersect(target)
}

// parallel calls f for consecutive parts of 0 … n-1, on as many goroutines as there
// are processors, and waits. Each part has at least minLen elements.
func parallel(n, minLen int, f func(from, to int)) {
	workers := min(runtime.GOMAXPROCS(0), n/max(minLen, 1))
	if workers <= 1 {
		if n > 0 {
			f(0, n)
		}
		return
	}
	parts := min(workers*4, n/max(minLen, 1)) // more parts than workers: they take unequal time
	next := make(chan int, parts)
	for i := range parts {
		next <- i
	}
	close(next)
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for i := range next {
				f(i*n/parts, (i+1)*n/parts)
			}
		})
	}
	all.Wait()
}
