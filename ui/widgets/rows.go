package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	fynetheme "fyne.io/fyne/v2/theme"

	"descry/ui/theme"
)

// ObjectData is what one row of the list of objects says.
type ObjectData struct {
	Index       int // in the result
	Name        string
	Detail      string // "lower right · 4 % of the picture"
	Score       string // "99 %"
	Colour      Colour
	Shown       bool // ticked
	Highlighted bool // the pointer is on it, here or in the picture
}

// ObjectActs are what a row of the list of objects can ask for.
type ObjectActs struct {
	Toggle func(index int, show bool)
	Zoom   func(index int)
	Hover  func(index int) // -1: the pointer left
	Menu   func(index int, at fyne.Position)
}

// ObjectRow shows one object: chip with tick, name, where and how large, score.
type ObjectRow struct {
	Control
	data ObjectData
	acts ObjectActs
}

const (
	objectRowHeight float32 = 44
	objectCheckEdge float32 = 34 // what lies left of it toggles
)

// NewObjectRow returns a row without content.
func NewObjectRow(acts ObjectActs) *ObjectRow {
	o := &ObjectRow{acts: acts}
	o.extend(o, "Click to look closer, on the chip to hide it, right-click for more", nil)
	o.onTap = func() { o.acts.Zoom(o.data.Index) }
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

// Tapped hides or shows the object on its chip, else goes to it.
func (o *ObjectRow) Tapped(e *fyne.PointEvent) {
	if e.Position.X < objectCheckEdge {
		o.acts.Toggle(o.data.Index, !o.data.Shown)
		return
	}
	o.acts.Zoom(o.data.Index)
}

// TappedSecondary opens the object's menu.
func (o *ObjectRow) TappedSecondary(e *fyne.PointEvent) {
	o.acts.Menu(o.data.Index, e.AbsolutePosition)
}

// TypedKey ticks with Space and goes to the object with Enter.
func (o *ObjectRow) TypedKey(e *fyne.KeyEvent) {
	if e.Name == fyne.KeySpace {
		o.acts.Toggle(o.data.Index, !o.data.Shown)
		return
	}
	o.Control.TypedKey(e)
}

// MouseIn tells that the pointer is on the object.
func (o *ObjectRow) MouseIn(e *desktop.MouseEvent) {
	o.Control.MouseIn(e)
	o.acts.Hover(o.data.Index)
}

// MouseOut tells that the pointer left.
func (o *ObjectRow) MouseOut() {
	o.Control.MouseOut()
	o.acts.Hover(-1)
}

// CreateRenderer implements fyne.Widget.
func (o *ObjectRow) CreateRenderer() fyne.WidgetRenderer {
	ground := canvas.NewRectangle(color.Transparent)
	ground.CornerRadius = theme.RadiusField
	chip := NewSwatch(18, true)
	name := NewText("", theme.Text, theme.SizeBody, true).Cut()
	detail := NewText("", theme.Secondary, theme.SizeSecondary, false).Cut()
	score := NewText("", theme.Text, theme.SizeLabel, false).Aligned(fyne.TextAlignTrailing)
	focus := newRing()
	r := &renderer{objects: []fyne.CanvasObject{ground, chip, name, detail, score, focus.rect}}
	paint := func() {
		ground.FillColor = color.Transparent
		if o.hovered || o.data.Highlighted {
			ground.FillColor = colour(theme.Hover)
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
		place(ground, -6, 0, s.Width+12, s.Height)
		place(focus.rect, -6, 0, s.Width+12, s.Height)
		place(chip, 4, (s.Height-18)/2, 18, 18)
		w := score.MinSize().Width
		place(score, s.Width-w-4, (s.Height-20)/2, w, 20)
		place(name, objectCheckEdge, 3, max(0, s.Width-w-objectCheckEdge-16), 20)
		place(detail, objectCheckEdge, 22, max(0, s.Width-w-objectCheckEdge-16), 18)
	}
	r.min = func() fyne.Size { return fyne.NewSize(160, objectRowHeight) }
	r.refresh = func() { paint(); r.layout(o.BaseWidget.Size()); canvas.Refresh(o) }
	return r
}

// CandidateRow is another caption that can be picked, and how likely it is.
type CandidateRow struct {
	Control
	text, likely string
	words        *Paragraph
}

// NewCandidateRow returns a row without content.
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

// HeightFor implements TallFor: a long caption takes two lines rather than being
// cut.
func (c *CandidateRow) HeightFor(width float32) float32 {
	w := fyne.MeasureText(c.likely, fynetheme.Size(theme.SizeSecondary), fyne.TextStyle{}).Width
	return max(theme.LeastHit, c.words.HeightFor(max(60, width-w-34))+8)
}

// CreateRenderer implements fyne.Widget.
func (c *CandidateRow) CreateRenderer() fyne.WidgetRenderer {
	ground := canvas.NewRectangle(color.Transparent)
	ground.CornerRadius = theme.RadiusField
	text := c.words
	likely := NewText("", theme.Secondary, theme.SizeSecondary, false)
	focus := newRing()
	r := &renderer{objects: []fyne.CanvasObject{ground, text, likely, focus.rect}}
	paint := func() {
		ground.FillColor, ground.StrokeWidth = colour(theme.Hover), 0
		if c.hovered {
			ground.StrokeColor, ground.StrokeWidth = colour(theme.Accent), 1
		}
		likely.SetText(c.likely)
		focus.paint(&c.Control, theme.RadiusField)
	}
	paint()
	r.layout = func(s fyne.Size) {
		ground.Resize(s)
		focus.rect.Resize(s)
		w := likely.MinSize().Width
		place(likely, s.Width-w-10, (s.Height-18)/2, w, 18)
		h := text.HeightFor(max(0, s.Width-w-34))
		place(text, 12, (s.Height-h)/2, max(0, s.Width-w-34), h)
	}
	r.min = func() fyne.Size { return fyne.NewSize(160, c.HeightFor(max(160, c.BaseWidget.Size().Width))) }
	r.refresh = func() { paint(); r.layout(c.BaseWidget.Size()); canvas.Refresh(c) }
	return r
}

// LegendRow is one class of the class map: chip, name, share; a click hides it.
type LegendRow struct {
	Control
	data LegendData
	acts LegendActs
}

// LegendData is what a row of the legend shows.
type LegendData struct {
	Class       int // its value in the map
	Name, Share string
	Colour      Colour
	Shown       bool // ticked
	Highlighted bool // the pointer is on it, here or in the picture
}

// LegendActs are what a row of the legend can ask for.
type LegendActs struct {
	Toggle func(class int)
	Point  func(class int) // pointer or focus is on it; −1: they left
}

// NewLegendRow returns a row without content.
func NewLegendRow(acts LegendActs) *LegendRow {
	l := &LegendRow{acts: acts}
	l.extend(l, "Show or hide this class", nil)
	l.onTap = func() { l.acts.Toggle(l.data.Class) }
	return l
}

// Set shows a class.
func (l *LegendRow) Set(d LegendData) {
	if l.data != d {
		l.data = d
		l.Refresh()
	}
}

// MouseIn tells that the pointer is on the class.
func (l *LegendRow) MouseIn(e *desktop.MouseEvent) {
	l.Control.MouseIn(e)
	l.acts.Point(l.data.Class)
}

// MouseOut tells that the pointer left.
func (l *LegendRow) MouseOut() {
	l.Control.MouseOut()
	l.acts.Point(-1)
}

// FocusGained does with the keyboard what MouseIn does.
func (l *LegendRow) FocusGained() {
	l.Control.FocusGained()
	l.acts.Point(l.data.Class)
}

// FocusLost tells that the keyboard left.
func (l *LegendRow) FocusLost() {
	l.Control.FocusLost()
	l.acts.Point(-1)
}

// CreateRenderer implements fyne.Widget.
func (l *LegendRow) CreateRenderer() fyne.WidgetRenderer {
	ground := canvas.NewRectangle(color.Transparent)
	ground.CornerRadius = theme.RadiusField
	chip := NewSwatch(14, true)
	name := NewText("", theme.Text, theme.SizeLabel, false).Cut()
	share := NewText("", theme.Secondary, theme.SizeSecondary, false)
	focus := newRing()
	r := &renderer{objects: []fyne.CanvasObject{ground, chip, name, share, focus.rect}}
	paint := func() {
		ground.FillColor = color.Transparent
		if l.hovered || l.data.Highlighted {
			ground.FillColor = colour(theme.Hover)
		}
		chip.Set(l.data.Colour, l.data.Shown)
		name.SetText(l.data.Name)
		share.SetText(l.data.Share)
		focus.paint(&l.Control, theme.RadiusField)
	}
	paint()
	r.layout = func(s fyne.Size) {
		place(ground, -6, 0, s.Width+12, s.Height)
		place(focus.rect, -6, 0, s.Width+12, s.Height)
		w := share.MinSize().Width
		place(chip, 4, (s.Height-14)/2, 14, 14)
		place(share, s.Width-w-4, (s.Height-18)/2, w, 18)
		place(name, objectCheckEdge, (s.Height-19)/2, max(0, s.Width-w-objectCheckEdge-16), 19)
	}
	r.min = func() fyne.Size { return fyne.NewSize(140, theme.LeastHit) }
	r.refresh = func() { paint(); r.layout(l.BaseWidget.Size()); canvas.Refresh(l) }
	return r
}
