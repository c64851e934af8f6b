package widgets

import (
	"image/color"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	fynetheme "fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"descry/ui/theme"
)

// colour returns a colour of the current theme.
func colour(n fyne.ThemeColorName) color.Color { return fynetheme.Color(n) }

// renderer is a fyne.WidgetRenderer made of a list of objects and three functions.
type renderer struct {
	objects []fyne.CanvasObject
	layout  func(fyne.Size)
	min     func() fyne.Size
	refresh func()
}

func (r *renderer) Destroy()                     {}
func (r *renderer) Layout(s fyne.Size)           { r.layout(s) }
func (r *renderer) MinSize() fyne.Size           { return r.min() }
func (r *renderer) Objects() []fyne.CanvasObject { return r.objects }
func (r *renderer) Refresh()                     { r.refresh() }

// Place moves and resizes an object.
func Place(o fyne.CanvasObject, x, y, w, h float32) {
	o.Move(fyne.NewPos(x, y))
	o.Resize(fyne.NewSize(w, h))
}

// Box is a background: a filled rectangle with a border and rounded corners, in
// colours of the theme.
type Box struct {
	widget.BaseWidget
	Fill, Border fyne.ThemeColorName
	Radius       float32
	BorderWidth  float32
	Shadow       bool // for bars that float over the picture
}

// NewBox returns a background. An empty border name means no border.
func NewBox(fill, border fyne.ThemeColorName, radius float32) *Box {
	b := &Box{Fill: fill, Border: border, Radius: radius, BorderWidth: 1}
	b.ExtendBaseWidget(b)
	return b
}

// SetColours changes the colours of fill and border.
func (b *Box) SetColours(fill, border fyne.ThemeColorName) {
	if b.Fill == fill && b.Border == border {
		return
	}
	b.Fill, b.Border = fill, border
	b.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (b *Box) CreateRenderer() fyne.WidgetRenderer {
	r := canvas.NewRectangle(color.Transparent)
	paint := func() {
		r.FillColor, r.StrokeColor, r.StrokeWidth = colour(b.Fill), color.Transparent, 0
		if b.Border != "" {
			r.StrokeColor, r.StrokeWidth = colour(b.Border), b.BorderWidth
		}
		r.CornerRadius = b.Radius
		if b.Shadow {
			r.Shadow = canvas.Shadow{Color: colour(fynetheme.ColorNameShadow), BlurRadius: 8, Offset: fyne.NewPos(0, 2)}
		}
	}
	paint()
	return &renderer{
		objects: []fyne.CanvasObject{r},
		layout:  func(s fyne.Size) { r.Resize(s) },
		min:     func() fyne.Size { return fyne.Size{} },
		refresh: func() { paint(); r.Refresh() },
	}
}

// Text is a single line of text in a colour and size of the theme. With Cut it
// is truncated with an ellipsis when it does not fit.
type Text struct {
	widget.BaseWidget
	text  string
	color fyne.ThemeColorName
	size  fyne.ThemeSizeName
	bold  bool
	align fyne.TextAlign
	cut   bool
}

// NewText returns a line of text that is never truncated.
func NewText(text string, c fyne.ThemeColorName, s fyne.ThemeSizeName, bold bool) *Text {
	t := &Text{text: text, color: c, size: s, bold: bold}
	t.ExtendBaseWidget(t)
	return t
}

// Cut allows the text to be truncated with an ellipsis, so that it can be narrow.
func (t *Text) Cut() *Text { t.cut = true; return t }

// Aligned sets the alignment of the text within its width.
func (t *Text) Aligned(a fyne.TextAlign) *Text { t.align = a; return t }

// Text returns the whole text, truncated or not.
func (t *Text) Text() string { return t.text }

// Wanted returns the width that the whole text needs.
func (t *Text) Wanted() float32 { return t.measure(t.text).Width }

// SetText changes the text.
func (t *Text) SetText(s string) {
	if t.text != s {
		t.text = s
		t.Refresh()
	}
}

// SetStyle changes the colour and the weight.
func (t *Text) SetStyle(c fyne.ThemeColorName, bold bool) {
	if t.color != c || t.bold != bold {
		t.color, t.bold = c, bold
		t.Refresh()
	}
}

func (t *Text) measure(s string) fyne.Size {
	return fyne.MeasureText(s, fynetheme.Size(t.size), fyne.TextStyle{Bold: t.bold})
}

// fit returns the text, truncated with an ellipsis if it is wider than width.
func (t *Text) fit(width float32) string {
	if !t.cut || t.measure(t.text).Width <= width {
		return t.text
	}
	r := []rune(t.text)
	low, high := 0, len(r)
	for low < high {
		mid := (low + high + 1) / 2
		if t.measure(string(r[:mid])+"…").Width <= width {
			low = mid
		} else {
			high = mid - 1
		}
	}
	return strings.TrimRight(string(r[:low]), " ") + "…"
}

// CreateRenderer implements fyne.Widget.
func (t *Text) CreateRenderer() fyne.WidgetRenderer {
	line := canvas.NewText("", color.Black)
	paint := func(width float32) {
		line.Text, line.Color, line.TextSize = t.fit(width), colour(t.color), fynetheme.Size(t.size)
		line.TextStyle, line.Alignment = fyne.TextStyle{Bold: t.bold}, t.align
	}
	paint(t.BaseWidget.Size().Width)
	return &renderer{
		objects: []fyne.CanvasObject{line},
		layout:  func(s fyne.Size) { paint(s.Width); line.Resize(s); line.Refresh() },
		min: func() fyne.Size {
			m := t.measure(t.text)
			if t.cut {
				m.Width = min(m.Width, 24)
			}
			return m
		},
		refresh: func() { paint(t.BaseWidget.Size().Width); line.Refresh() },
	}
}

// Icon is a small line drawing in a colour of the theme.
type Icon struct {
	widget.BaseWidget
	name  IconName
	color fyne.ThemeColorName
	side  float32
}

// NewIcon returns an icon of the given side in dp.
func NewIcon(n IconName, c fyne.ThemeColorName, side float32) *Icon {
	i := &Icon{name: n, color: c, side: side}
	i.ExtendBaseWidget(i)
	return i
}

// SetColour changes the colour.
func (i *Icon) SetColour(c fyne.ThemeColorName) {
	if i.color != c {
		i.color = c
		i.Refresh()
	}
}

// SetIcon changes the drawing.
func (i *Icon) SetIcon(n IconName) {
	if i.name != n {
		i.name = n
		i.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (i *Icon) CreateRenderer() fyne.WidgetRenderer {
	img := canvas.NewImageFromResource(i.name.resource(colour(i.color)))
	img.FillMode = canvas.ImageFillContain
	return &renderer{
		objects: []fyne.CanvasObject{img},
		layout: func(s fyne.Size) {
			Place(img, (s.Width-i.side)/2, (s.Height-i.side)/2, i.side, i.side)
		},
		min: func() fyne.Size { return fyne.NewSquareSize(i.side) },
		refresh: func() {
			if r := i.name.resource(colour(i.color)); img.Resource.Name() != r.Name() {
				img.Resource = r
				img.Refresh()
			}
		},
	}
}

// NewRule returns a horizontal line of 1 dp.
func NewRule() fyne.CanvasObject {
	return Padded(NewBox(theme.Line, "", 0), 0, 0, 0, 0, fyne.NewSize(1, 1))
}
