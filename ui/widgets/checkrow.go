package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	fynetheme "fyne.io/fyne/v2/theme"

	"descry/ui/theme"
)

// CheckRow is a check box, or a radio button, with a label.
type CheckRow struct {
	Control
	text    string
	checked bool
	round   bool // a radio button
}

// NewCheckRow returns an unchecked box. A press calls tap and changes nothing by
// itself: the caller sets what the box shows.
func NewCheckRow(text, tip string, tap func()) *CheckRow {
	c := &CheckRow{text: text}
	c.extend(c, tip, tap)
	return c
}

// Round makes it a radio button: one choice of several.
func (c *CheckRow) Round() *CheckRow { c.round = true; return c }

// SetText changes the label.
func (c *CheckRow) SetText(s string) {
	if c.text != s {
		c.text = s
		c.Refresh()
	}
}

// SetChecked shows or hides the tick.
func (c *CheckRow) SetChecked(on bool) {
	if c.checked != on {
		c.checked = on
		c.Refresh()
	}
}

// Checked reports whether the tick is shown.
func (c *CheckRow) Checked() bool { return c.checked }

// CreateRenderer implements fyne.Widget.
func (c *CheckRow) CreateRenderer() fyne.WidgetRenderer {
	box := canvas.NewRectangle(color.Transparent)
	tick := NewIcon(IconTick, theme.OnAccent, 14)
	dot := canvas.NewCircle(color.Transparent)
	word := NewText("", theme.Text, theme.SizeLabel, false).Cut()
	focus := newRing()
	r := &renderer{objects: []fyne.CanvasObject{box, tick, dot, word, focus.rect}}
	paint := func() {
		box.FillColor, box.StrokeColor, box.StrokeWidth = colour(theme.Field), colour(theme.Secondary), 1.5
		box.CornerRadius = 4
		if c.round {
			box.CornerRadius = 8
		}
		switch {
		case c.disabled:
			box.StrokeColor = colour(theme.Line)
		case c.hovered:
			box.StrokeColor = colour(theme.Accent)
		}
		if c.checked {
			box.FillColor, box.StrokeWidth = colour(theme.Accent), 0
		}
		ink := theme.Text
		if c.disabled {
			ink = theme.Faint
		}
		word.SetStyle(ink, false)
		word.SetText(c.text)
		tick.Hidden, dot.Hidden = !c.checked || c.round, !c.checked || !c.round
		tick.SetColour(theme.OnAccent)
		dot.FillColor = colour(theme.OnAccent)
		focus.paint(&c.Control, theme.RadiusField)
	}
	paint()
	r.layout = func(s fyne.Size) {
		y := (s.Height - 16) / 2
		Place(box, 4, y, 16, 16)
		Place(tick, 5, y+1, 14, 14)
		Place(dot, 9, y+5, 6, 6)
		Place(word, 28, (s.Height-19)/2, max(0, s.Width-30), 19)
		focus.rect.Resize(s)
	}
	r.min = func() fyne.Size {
		w := fyne.MeasureText(c.text, fynetheme.Size(theme.SizeLabel), fyne.TextStyle{}).Width
		return fyne.NewSize(min(w+36, 180), theme.MinHit)
	}
	r.refresh = func() { paint(); canvas.Refresh(c) }
	return r
}
