package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// flow lays out parts in lines, as text is wrapped.
type flow struct {
	gap   float32
	width float32 // at which it was last laid out
}

// Flow returns a container with parts in lines: one that does not fit starts a
// new line.
func Flow(gap float32, parts ...fyne.CanvasObject) *fyne.Container {
	return container.New(&flow{gap: gap}, parts...)
}

// walk calls put with the place of each part and returns the height of all lines.
func (f *flow) walk(parts []fyne.CanvasObject, width float32, put func(o fyne.CanvasObject, x, y float32, s fyne.Size)) float32 {
	var x, y, line float32
	for _, p := range parts {
		if !shown(p) {
			continue
		}
		s := p.MinSize()
		if x > 0 && x+s.Width > width {
			x, y, line = 0, y+line+f.gap, 0
		}
		put(p, x, y, s)
		x += s.Width + f.gap
		line = max(line, s.Height)
	}
	return y + line
}

func (f *flow) heightFor(parts []fyne.CanvasObject, width float32) float32 {
	return f.walk(parts, width, func(fyne.CanvasObject, float32, float32, fyne.Size) {})
}

func (f *flow) MinSize(parts []fyne.CanvasObject) fyne.Size {
	var w float32
	for _, p := range parts {
		if shown(p) {
			w = max(w, p.MinSize().Width)
		}
	}
	return fyne.NewSize(w, f.heightFor(parts, max(w, f.width)))
}

func (f *flow) Layout(parts []fyne.CanvasObject, size fyne.Size) {
	f.width = size.Width
	f.walk(parts, size.Width, func(o fyne.CanvasObject, x, y float32, s fyne.Size) { Place(o, x, y, s.Width, s.Height) })
}

// sized is the layout of Sized.
type sized struct {
	minWidth float32
	height   func(width float32) float32
	lay      func(fyne.Size)
	width    float32 // at which it was last laid out
}

// Sized returns a container with a minimum width, whose height for a width and
// whose layout are defined by functions.
func Sized(minWidth float32, height func(width float32) float32, lay func(fyne.Size), parts ...fyne.CanvasObject) *fyne.Container {
	return container.New(&sized{minWidth: minWidth, height: height, lay: lay}, parts...)
}

func (s *sized) heightFor(_ []fyne.CanvasObject, width float32) float32 { return s.height(width) }

func (s *sized) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(s.minWidth, s.height(max(s.minWidth, s.width)))
}

func (s *sized) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	s.width = size.Width
	s.lay(size)
}

// Beside returns a container with wrapped text on the left and a part that keeps
// its size on the right.
func Beside(gap float32, text *Paragraph, part fyne.CanvasObject) *fyne.Container {
	room := func(width float32) float32 {
		if !part.Visible() {
			return width
		}
		return max(40, width-part.MinSize().Width-gap)
	}
	height := func(width float32) float32 {
		h := text.HeightFor(room(width))
		if part.Visible() {
			h = max(h, part.MinSize().Height)
		}
		return h
	}
	return Sized(200, height, func(s fyne.Size) {
		w := room(s.Width)
		h := text.HeightFor(w)
		Place(text, 0, (s.Height-h)/2, w, h)
		m := part.MinSize()
		Place(part, s.Width-m.Width, (s.Height-m.Height)/2, m.Width, m.Height)
	}, text, part)
}
