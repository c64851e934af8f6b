package widgets

import (
	"image"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"descry/render"
)

// Colour is the colour and pattern of an object or a class, and a text colour that
// is readable on it.
type Colour struct {
	Fill    color.NRGBA
	Stripe  color.NRGBA // of the pattern
	Ink     color.NRGBA
	Pattern render.Pattern
}

// Swatch is a small coloured square, optionally a check box.
type Swatch struct {
	widget.BaseWidget
	colour Colour
	ticked bool
	check  bool
	side   float32
}

// NewSwatch returns a square with the given side. A check box is filled if it is
// ticked, else an empty frame.
func NewSwatch(side float32, check bool) *Swatch {
	s := &Swatch{side: side, check: check}
	s.ExtendBaseWidget(s)
	return s
}

// Set changes colour and tick.
func (s *Swatch) Set(c Colour, ticked bool) {
	if s.colour != c || s.ticked != ticked {
		s.colour, s.ticked = c, ticked
		s.Refresh()
	}
}

// stripes draws the pattern with rounded corners, w×h device pixels.
func (s *Swatch) stripes(w, h int) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	if s.colour.Pattern == 0 || w == 0 {
		return img
	}
	unit := float64(w) / float64(s.side)
	apart, radius := 6*unit, 4*unit
	for y := range h {
		for x := range w {
			dx := max(radius-float64(x)-0.5, float64(x)+0.5-float64(w)+radius, 0)
			dy := max(radius-float64(y)-0.5, float64(y)+0.5-float64(h)+radius, 0)
			if dx*dx+dy*dy > radius*radius {
				continue
			}
			c := s.colour.Stripe
			c.A = uint8(255*s.colour.Pattern.Weak(x, y, apart) + 0.5)
			img.Set(x, y, c)
		}
	}
	return img
}

// CreateRenderer implements fyne.Widget.
func (s *Swatch) CreateRenderer() fyne.WidgetRenderer {
	background := canvas.NewRectangle(color.Transparent)
	background.CornerRadius = 4
	stripes := canvas.NewRaster(s.stripes)
	a, b := canvas.NewLine(color.Black), canvas.NewLine(color.Black)
	under := [2]*canvas.Line{canvas.NewLine(color.Black), canvas.NewLine(color.Black)}
	paint := func() {
		full := s.ticked || !s.check
		background.FillColor, background.StrokeColor, background.StrokeWidth = color.Transparent, s.colour.Fill, 2
		if full {
			background.FillColor, background.StrokeWidth = s.colour.Fill, 0
		}
		stripes.Hidden = !full || s.colour.Pattern == 0
		a.Hidden, b.Hidden = !s.check || !s.ticked, !s.check || !s.ticked
		a.StrokeColor, b.StrokeColor = s.colour.Ink, s.colour.Ink
		a.StrokeWidth, b.StrokeWidth = 2, 2
		for _, u := range under {
			u.StrokeColor, u.StrokeWidth, u.Hidden = s.colour.Fill, 6, a.Hidden || s.colour.Pattern == 0
		}
	}
	paint()
	return &renderer{
		objects: []fyne.CanvasObject{background, stripes, under[0], under[1], a, b},
		layout: func(size fyne.Size) {
			u := s.side / 18
			x, y := (size.Width-s.side)/2, (size.Height-s.side)/2
			Place(background, x, y, s.side, s.side)
			Place(stripes, x, y, s.side, s.side)
			a.Position1, a.Position2 = fyne.NewPos(x+4.2*u, y+9.2*u), fyne.NewPos(x+7.8*u, y+12.8*u)
			b.Position1, b.Position2 = fyne.NewPos(x+7.8*u, y+12.8*u), fyne.NewPos(x+14*u, y+5.4*u)
			under[0].Position1, under[0].Position2 = a.Position1, a.Position2
			under[1].Position1, under[1].Position2 = b.Position1, b.Position2
		},
		min:     func() fyne.Size { return fyne.NewSquareSize(s.side) },
		refresh: func() { paint(); canvas.Refresh(s) },
	}
}
