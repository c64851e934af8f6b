package cli

import (
	"image"

	"descry/describe"
	"descry/render"
)

// drawing is the captioned picture of one outcome, drawn once for all formats.
type drawing struct{ img *image.RGBA }

// captioned draws the picture with everything found: fills, contours, names and
// the caption under it.
func (d *drawing) captioned(o *describe.Outcome) *image.RGBA {
	if d.img != nil {
		return d.img
	}
	c := render.Content{Base: o.Picture.ForEye(), Classes: o.Classes}
	if o.Instances != nil {
		for i, in := range o.Instances.Items {
			c.Items = append(c.Items, render.Item{Index: i, Instance: in})
		}
	}
	d.img = render.Captioned(render.Prepare(c, nil), render.DefaultStyle(), render.CaptionLayout{Text: bestText(o.Caption), Legend: true}, 1)
	return d.img
}
