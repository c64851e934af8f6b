package picture

import (
	"image/color"

	"descry/render"
	"descry/ui/state/picture"
	"descry/ui/widgets"
)

// slider makes a slider show a value.
func slider(w *widgets.Slider, text *widgets.Text, v picture.Slider) {
	w.SetRange(v.Least, v.Most)
	w.SetValue(v.Value)
	w.SetTip(v.Tip)
	w.SetEnabled(v.Enabled)
	text.SetText(v.Text)
}

// swatch returns a class's colour with what can be read on it.
func swatch(t picture.Tint) widgets.Colour {
	c := widgets.Colour{Fill: t.Color, Ink: render.InkOn(t.Color), Stripe: render.StripeOf(t.Color), Pattern: t.Pattern}
	if c.Fill == (color.NRGBA{}) {
		c.Fill.A = 255
	}
	return c
}
