package widgets

import (
	"image/color"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"descry/ui/theme"
)

const (
	thumbSide  float32 = 15
	trackThick float32 = 4
)

// Slider selects a number in a range, 0 to 1 by default, in steps of 0.01: by
// dragging, by a click on the track, with the wheel or with keys.
type Slider struct {
	Control
	value   float64
	low     float64
	high    float64
	width   float32
	changed func(float64)
}

// NewSlider returns a slider whose track is width dp long. changed is called on
// user input only, never by SetValue.
func NewSlider(tip string, width float32, changed func(float64)) *Slider {
	s := &Slider{width: width, high: 1, changed: changed}
	s.extend(s, tip, nil)
	return s
}

// Value returns the value shown.
func (s *Slider) Value() float64 { return s.value }

// SetValue shows a value.
func (s *Slider) SetValue(v float64) {
	if v = s.hundredth(v); s.value != v {
		s.value = v
		s.Refresh()
	}
}

// SetRange sets the range of values.
func (s *Slider) SetRange(low, high float64) {
	if high > low && (s.low != low || s.high != high) {
		s.low, s.high = low, high
		s.value = s.hundredth(s.value)
		s.Refresh()
	}
}

func (s *Slider) hundredth(v float64) float64 {
	return min(s.high, max(s.low, math.Round(v*100)/100))
}

// part returns the value's position in the range, 0 to 1.
func (s *Slider) part() float64 { return (s.value - s.low) / (s.high - s.low) }

// pick shows a value that the user chose, then reports it.
func (s *Slider) pick(v float64) {
	if v = s.hundredth(v); v == s.value || s.disabled {
		return
	}
	s.SetValue(v)
	s.changed(v)
}

func (s *Slider) pickAt(x float32) {
	part := float64((x - thumbSide/2) / max(1, s.BaseWidget.Size().Width-thumbSide))
	s.pick(s.low + part*(s.high-s.low))
}

// Tapped picks the value under the pointer.
func (s *Slider) Tapped(e *fyne.PointEvent) { s.pickAt(e.Position.X) }

// Dragged follows the pointer.
func (s *Slider) Dragged(e *fyne.DragEvent) { s.pickAt(e.Position.X) }

// DragEnd implements fyne.Draggable.
func (s *Slider) DragEnd() {}

// Scrolled moves the thumb by 0.02 per event of the wheel.
func (s *Slider) Scrolled(e *fyne.ScrollEvent) {
	if step := 0.02; e.Scrolled.DY > 0 || e.Scrolled.DX > 0 {
		s.pick(s.value + step)
	} else {
		s.pick(s.value - step)
	}
}

// TypedKey moves the thumb with the arrow keys, PageUp, PageDown, Home and End;
// other keys go to the window.
func (s *Slider) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyLeft, fyne.KeyDown:
		s.pick(s.value - 0.01)
	case fyne.KeyRight, fyne.KeyUp:
		s.pick(s.value + 0.01)
	case fyne.KeyPageDown:
		s.pick(s.value - 0.1)
	case fyne.KeyPageUp:
		s.pick(s.value + 0.1)
	case fyne.KeyHome:
		s.pick(s.low)
	case fyne.KeyEnd:
		s.pick(s.high)
	default:
		s.forward(e)
	}
}

// CreateRenderer implements fyne.Widget.
func (s *Slider) CreateRenderer() fyne.WidgetRenderer {
	track, filled := canvas.NewRectangle(color.Transparent), canvas.NewRectangle(color.Transparent)
	thumb := canvas.NewCircle(color.Transparent)
	focus := newRing()
	r := &renderer{objects: []fyne.CanvasObject{track, filled, thumb, focus.rect}}
	r.layout = func(size fyne.Size) {
		track.FillColor, track.CornerRadius = colour(theme.Line), trackThick/2
		accent := colour(theme.Accent)
		if s.disabled {
			accent = colour(theme.Faint)
		}
		filled.FillColor, filled.CornerRadius = accent, trackThick/2
		thumb.FillColor, thumb.StrokeColor, thumb.StrokeWidth = colour(theme.Panel), accent, 2
		if s.hovered {
			thumb.FillColor = colour(theme.Hover)
		}
		focus.paint(&s.Control, size.Height/2)
		x := float32(s.part()) * (size.Width - thumbSide)
		y := (size.Height - trackThick) / 2
		Place(track, 0, y, size.Width, trackThick)
		Place(filled, 0, y, x+thumbSide/2, trackThick)
		Place(thumb, x, (size.Height-thumbSide)/2, thumbSide, thumbSide)
		Place(focus.rect, -4, 0, size.Width+8, size.Height)
	}
	r.min = func() fyne.Size { return fyne.NewSize(s.width, theme.MinHit) }
	r.refresh = func() { r.layout(s.BaseWidget.Size()); canvas.Refresh(s) }
	return r
}
