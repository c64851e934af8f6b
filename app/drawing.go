package app

import (
	"image"

	"descry/render"
)

// drawing is the captioned picture of one outcome, drawn once for all formats.
type drawing struct{ img *image.RGBA }

// captioned draws the picture with everything found: fills, contours, names and
// the caption under it.
func (d *drawing) captioned(o *outcome) *image.RGBA {
	if d.img != nil {
		return d.img
	}
	c := render.Content{Base: o.picture.ForEye(), Classes: o.classes}
	if o.instances != nil {
		for i, in := range o.instances.Items {
			c.Items = append(c.Items, render.Item{Index: i, Instance: in})
		}
	}
	d.img = render.Captioned(render.Prepare(c, nil), render.DefaultStyle(), render.CaptionLayout{Text: bestText(o.caption), Legend: true}, 1)
	return d.img
}
