package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"descry/ui/theme"
)

// Progress is a thin progress bar.
type Progress struct {
	widget.BaseWidget
	part  float64
	quiet bool
}

// NewProgress returns an empty bar.
func NewProgress() *Progress {
	p := &Progress{}
	p.ExtendBaseWidget(p)
	return p
}

// Set shows progress, 0 to 1. A quiet bar is grey: the task is paused.
func (p *Progress) Set(part float64, quiet bool) {
	part = min(max(part, 0), 1)
	if p.part != part || p.quiet != quiet {
		p.part, p.quiet = part, quiet
		p.Refresh()
	}
}

// Part returns the progress shown.
func (p *Progress) Part() float64 { return p.part }

// CreateRenderer implements fyne.Widget.
func (p *Progress) CreateRenderer() fyne.WidgetRenderer {
	bed, bar := canvas.NewRectangle(color.Transparent), canvas.NewRectangle(color.Transparent)
	r := &renderer{objects: []fyne.CanvasObject{bed, bar}}
	r.layout = func(s fyne.Size) {
		bed.FillColor, bed.CornerRadius = colour(theme.Line), s.Height/2
		bar.FillColor, bar.CornerRadius = colour(theme.Accent), s.Height/2
		if p.quiet {
			bar.FillColor = colour(theme.Faint)
		}
		bed.Resize(s)
		w := s.Width * float32(p.part)
		if p.part > 0 {
			w = max(w, s.Height)
		}
		bar.Resize(fyne.NewSize(w, s.Height))
	}
	r.min = func() fyne.Size { return fyne.NewSize(24, 4) }
	r.refresh = func() { r.layout(p.BaseWidget.Size()); canvas.Refresh(p) }
	return r
}
