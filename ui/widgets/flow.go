package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// flow lays parts side by side and begins a new line where one has no room.
type flow struct {
	gap   float32
	width float32 // at which it was last laid out
}

// Flow puts parts side by side like words.
func Flow(gap float32, parts ...fyne.CanvasObject) *fyne.Container {
	return container.New(&flow{gap: gap}, parts...)
}

// walk gives each part's place to put and returns the height of all lines.
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
	f.walk(parts, size.Width, func(o fyne.CanvasObject, x, y float32, s fyne.Size) { place(o, x, y, s.Width, s.Height) })
}
