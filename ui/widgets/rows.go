package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	fynetheme "fyne.io/fyne/v2/theme"

	"descry/ui/theme"
)

// ObjectData is the content of an ObjectRow.
type ObjectData struct {
	Index       int // of the object in the result
	Name        string
	Detail      string // "lower right · 4 % of the picture"
	Score       string // "99 %"
	Colour      Colour
	Shown       bool // ticked
	Highlighted bool // hovered or selected, here or in the picture
}

// ObjectHandlers are the callbacks of an ObjectRow.
type ObjectHandlers struct {
	Toggle func(index int, show bool)
	Zoom   func(index int)
	Hover  func(index int) // -1 when the pointer leaves
	Menu   func(index int, at fyne.Position)
}

// ObjectRow shows an object: check box in its colour, name, place and size, score.
type ObjectRow struct {
	Control
	data     ObjectData
	handlers ObjectHandlers
}

const (
	objectRowHeight float32 = 44
	objectCheckEdge float32 = 34 // a click left of it toggles the check box
)

// NewObjectRow returns an empty row.
func NewObjectRow(handlers ObjectHandlers) *ObjectRow {
	o := &ObjectRow{handlers: handlers}
	o.extend(o, "Click to zoom in; use the check box to hide", nil)
	o.onTap = func() { o.handlers.Zoom(o.data.Index) }
	return o
}

// Data returns what the row shows.
func (o *ObjectRow) Data() ObjectData { return o.data }

// Set shows an object.
func (o *ObjectRow) Set(d ObjectData) {
	if o.data != d {
		o.data = d
		o.Refresh()
	}
}

// Tapped hides or shows the object if the check box was clicked, else zooms in on
// it.
func (o *ObjectRow) Tapped(e *fyne.PointEvent) {
	if e.Position.X < objectCheckEdge {
		o.handlers.Toggle(o.data.Index, !o.data.Shown)
		return
	}
	o.handlers.Zoom(o.data.Index)
}

// TappedSecondary opens the object's menu at the pointer.
func (o *ObjectRow) TappedSecondary(e *fyne.PointEvent) {
	o.handlers.Menu(o.data.Index, e.AbsolutePosition)
}

// TypedKey hides or shows the object on Space and zooms in on it on Enter.
func (o *ObjectRow) TypedKey(e *fyne.KeyEvent) {
	if e.Name == fyne.KeySpace {
		o.handlers.Toggle(o.data.Index, !o.data.Shown)
		return
	}
	o.Control.TypedKey(e)
}

// MouseIn implements desktop.Hoverable.
func (o *ObjectRow) MouseIn(e *desktop.MouseEvent) {
	o.Control.MouseIn(e)
	o.handlers.Hover(o.data.Index)
}

// MouseOut implements desktop.Hoverable.
func (o *ObjectRow) MouseOut() {
	o.Control.MouseOut()
	o.handlers.Hover(-1)
}

// CreateRenderer implements fyne.Widget.
func (o *ObjectRow) CreateRenderer() fyne.WidgetRenderer {
	background := canvas.NewRectangle(color.Transparent)
	background.CornerRadius = theme.RadiusField
	chip := NewSwatch(18, true)
	name := NewText("", theme.Text, theme.SizeBody, true).Cut()
	detail := NewText("", theme.Secondary, theme.SizeSecondary, false).Cut()
	score := NewText("", theme.Text, theme.SizeLabel, false).Aligned(fyne.TextAlignTrailing)
	focus := newRing()
	r := &renderer{objects: []fyne.CanvasObject{background, chip, name, detail, score, focus.rect}}
	paint := func() {
		background.FillColor = color.Transparent
		if o.hovered || o.data.Highlighted {
			background.FillColor = colour(theme.Hover)
		}
		chip.Set(o.data.Colour, o.data.Shown)
		ink := theme.Text
		if !o.data.Shown {
			ink = theme.Secondary
		}
		name.SetStyle(ink, true)
		name.SetText(o.data.Name)
		detail.SetText(o.data.Detail)
		score.SetText(o.data.Score)
		focus.paint(&o.Control, theme.RadiusField)
	}
	paint()
	r.layout = func(s fyne.Size) {
		Place(background, -6, 0, s.Width+12, s.Height)
		Place(focus.rect, -6, 0, s.Width+12, s.Height)
		Place(chip, 4, (s.Height-18)/2, 18, 18)
		w := score.MinSize().Width
		Place(score, s.Width-w-4, (s.Height-20)/2, w, 20)
		Place(name, objectCheckEdge, 3, max(0, s.Width-w-objectCheckEdge-16), 20)
		Place(detail, objectCheckEdge, 22, max(0, s.Width-w-objectCheckEdge-16), 18)
	}
	r.min = func() fyne.Size { return fyne.NewSize(160, objectRowHeight) }
	r.refresh = func() { paint(); r.layout(o.BaseWidget.Size()); canvas.Refresh(o) }
	return r
}

// CandidateRow is an alternative caption, with its likelihood. A click picks it.
type CandidateRow struct {
	Control
	text, likely string
	words        *Paragraph
}

// NewCandidateRow returns an empty row.
func NewCandidateRow(pick func()) *CandidateRow {
	c := &CandidateRow{words: NewParagraph("", theme.Text, theme.SizeLabel, false)}
	c.extend(c, "Use this caption", pick)
	return c
}

// Set shows a caption.
func (c *CandidateRow) Set(text, likely string, pick func()) {
	c.onTap = pick
	if c.text != text || c.likely != likely {
		c.text, c.likely = text, likely
		c.words.SetText(text)
		c.SetTip("Use this caption: " + text)
		c.Refresh()
	}
}

// HeightFor implements TallFor: long captions are wrapped, not truncated.
func (c *CandidateRow) HeightFor(width float32) float32 {
	w := fyne.MeasureText(c.likely, fynetheme.Size(theme.SizeSecondary), fyne.TextStyle{}).Width
	return max(theme.MinHit, c.words.HeightFor(max(60, width-w-34))+8)
}

// CreateRenderer implements fyne.Widget.
func (c *CandidateRow) CreateRenderer() fyne.WidgetRenderer {
	background := canvas.NewRectangle(color.Transparent)
	background.CornerRadius = theme.RadiusField
	text := c.words
	likely := NewText("", theme.Secondary, theme.SizeSecondary, false)
	focus := newRing()
	r := &renderer{objects: []fyne.CanvasObject{background, text, likely, focus.rect}}
	paint := func() {
		background.FillColor, background.StrokeWidth = colour(theme.Hover), 0
		if c.hovered {
			background.StrokeColor, background.StrokeWidth = colour(theme.Accent), 1
		}
		likely.SetText(c.likely)
		focus.paint(&c.Control, theme.RadiusField)
	}
	paint()
	r.layout = func(s fyne.Size) {
		background.Resize(s)
		focus.rect.Resize(s)
		w := likely.MinSize().Width
		Place(likely, s.Width-w-10, (s.Height-18)/2, w, 18)
		h := text.HeightFor(max(0, s.Width-w-34))
		Place(text, 12, (s.Height-h)/2, max(0, s.Width-w-34), h)
	}
	r.min = func() fyne.Size { return fyne.NewSize(160, c.HeightFor(max(160, c.BaseWidget.Size().Width))) }
	r.refresh = func() { paint(); r.layout(c.BaseWidget.Size()); canvas.Refresh(c) }
	return r
}

// LegendRow shows a class of the class map: check box in its colour, name, share
// of the picture. A click hides or shows the class.
type LegendRow struct {
	Control
	data     LegendData
	handlers LegendHandlers
}

// LegendData is the content of a LegendRow.
type LegendData struct {
	Class       int // its value in the map
	Name, Share string
	Colour      Colour
	Shown       bool // ticked
	Highlighted bool // pointed at, here or in the picture
}

// LegendHandlers are the callbacks of a LegendRow.
type LegendHandlers struct {
	Toggle func(class int)
	Point  func(class int) // got the pointer or the focus; -1 when they leave
}

// NewLegendRow returns an empty row.
func NewLegendRow(handlers LegendHandlers) *LegendRow {
	l := &LegendRow{handlers: handlers}
	l.extend(l, "Show or hide this class", nil)
	l.onTap = func() { l.handlers.Toggle(l.data.Class) }
	return l
}

// Set shows a class.
func (l *LegendRow) Set(d LegendData) {
	if l.data != d {
		l.data = d
		l.Refresh()
	}
}

// MouseIn implements desktop.Hoverable.
func (l *LegendRow) MouseIn(e *desktop.MouseEvent) {
	l.Control.MouseIn(e)
	l.handlers.Point(l.data.Class)
}

// MouseOut implements desktop.Hoverable.
func (l *LegendRow) MouseOut() {
	l.Control.MouseOut()
	l.handlers.Point(-1)
}

// FocusGained points at the class, as the pointer does.
func (l *LegendRow) FocusGained() {
	l.Control.FocusGained()
	l.handlers.Point(l.data.Class)
}

// FocusLost implements fyne.Focusable.
func (l *LegendRow) FocusLost() {
	l.Control.FocusLost()
	l.handlers.Point(-1)
}

// CreateRenderer implements fyne.Widget.
func (l *LegendRow) CreateRenderer() fyne.WidgetRenderer {
	background := canvas.NewRectangle(color.Transparent)
	background.CornerRadius = theme.RadiusField
	chip := NewSwatch(14, true)
	name := NewText("", theme.Text, theme.SizeLabel, false).Cut()
	share := NewText("", theme.Secondary, theme.SizeSecondary, false)
	focus := newRing()
	r := &renderer{objects: []fyne.CanvasObject{background, chip, name, share, focus.rect}}
	paint := func() {
		background.FillColor = color.Transparent
		if l.hovered || l.data.Highlighted {
			background.FillColor = colour(theme.Hover)
		}
		chip.Set(l.data.Colour, l.data.Shown)
		name.SetText(l.data.Name)
		share.SetText(l.data.Share)
		focus.paint(&l.Control, theme.RadiusField)
	}
	paint()
	r.layout = func(s fyne.Size) {
		Place(background, -6, 0, s.Width+12, s.Height)
		Place(focus.rect, -6, 0, s.Width+12, s.Height)
		w := share.MinSize().Width
		Place(chip, 4, (s.Height-14)/2, 14, 14)
		Place(share, s.Width-w-4, (s.Height-18)/2, w, 18)
		Place(name, objectCheckEdge, (s.Height-19)/2, max(0, s.Width-w-objectCheckEdge-16), 19)
	}
	r.min = func() fyne.Size { return fyne.NewSize(140, theme.MinHit) }
	r.refresh = func() { paint(); r.layout(l.BaseWidget.Size()); canvas.Refresh(l) }
	return r
}
