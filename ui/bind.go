package ui

import (
	"image/color"

	"fyne.io/fyne/v2"

	"descry/render"
	"descry/ui/state/core"
	"descry/ui/state/picture"
	"descry/ui/widgets"
)

// sender is the one way out of the window.
type sender func(core.Action)

// do returns a function that sends an action; of none, one that does nothing.
func (s sender) do(a core.Action) func() {
	return func() {
		if a != nil {
			s(a)
		}
	}
}

// button makes a control say and do what the state says. A button that is no
// button is hidden.
func (s sender) button(w *widgets.Button, b core.Button) {
	widgets.SetVisible(w, !none(b))
	if none(b) {
		return
	}
	w.SetText(b.Text)
	s.icon(w, b)
}

// icon is button for a control whose label is an icon.
func (s sender) icon(w *widgets.Button, b core.Button) {
	w.SetTip(b.Tip)
	w.SetEnabled(b.Enabled)
	w.SetOn(b.On)
	w.OnTap(s.do(b.Do))
}

// check is button for a check box, whose words are fixed.
func (s sender) check(w *widgets.CheckRow, b core.Button) {
	widgets.SetVisible(w, !none(b))
	w.SetText(b.Text)
	w.SetTip(b.Tip)
	w.SetEnabled(b.Enabled)
	w.SetChecked(b.On)
	w.OnTap(s.do(b.Do))
}

// choices shows a list of which one is chosen as round boxes in a column.
func (s sender) choices(into *fyne.Container, list []core.Choice) {
	changed := len(into.Objects) != len(list)
	for len(into.Objects) < len(list) {
		into.Objects = append(into.Objects, widgets.NewCheckRow("", "", nil).Round())
	}
	into.Objects = into.Objects[:len(list)]
	for i, c := range list {
		row := into.Objects[i].(*widgets.CheckRow)
		row.SetText(c.Text)
		row.SetTip(c.Tip)
		row.SetChecked(c.On)
		row.OnTap(s.do(c.Do))
	}
	if changed {
		into.Refresh()
	}
}

// buttons shows a list of buttons in a row, the first as the primary one where
// that is asked for.
func (s sender) buttons(into *fyne.Container, list []core.Button, primary bool) {
	changed := len(into.Objects) != len(list)
	for i := len(into.Objects); i < len(list); i++ {
		look := widgets.Secondary
		if i == 0 && primary {
			look = widgets.Primary
		}
		into.Objects = append(into.Objects, widgets.NewButton(look, "", "", nil).Sized(84, 34))
	}
	into.Objects = into.Objects[:len(list)]
	for i, b := range list {
		w := into.Objects[i].(*widgets.Button)
		changed = changed || w.Text() != b.Text
		s.button(w, b)
	}
	if changed {
		into.Refresh()
	}
}

// slider makes a slider show a value.
func slider(w *widgets.Slider, text *widgets.Text, v picture.Slider) {
	w.SetRange(v.Least, v.Most)
	w.SetValue(v.Value)
	w.SetTip(v.Tip)
	w.SetEnabled(v.Enabled)
	text.SetText(v.Text)
}

// none reports whether a button is not there at all.
func none(b core.Button) bool { return b.Text == "" && b.Do == nil }

// swatch returns a class's colour with what can be read on it.
func swatch(t picture.Tint) widgets.Colour {
	c := widgets.Colour{Fill: t.Color, Ink: render.InkOn(t.Color), Stripe: render.StripeOf(t.Color), Pattern: t.Pattern}
	if c.Fill == (color.NRGBA{}) {
		c.Fill.A = 255
	}
	return c
}
