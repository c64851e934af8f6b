package cli

import (
	"image"

	"descry/inference"
	"descry/picture"
	"descry/render"
)

// captioned draws a picture with the fills, contours and names of its objects and the
// caption under it.
func captioned(pic *picture.Picture, d *inference.Description) *image.RGBA {
	c := render.Content{Base: pic.ForEye(), Classes: d.Classes}
	if d.Instances != nil {
		for i, in := range d.Instances.Items {
			c.Items = append(c.Items, render.Item{Index: i, Instance: in})
		}
	}
	return render.Captioned(render.Prepare(c, nil), render.DefaultStyle(), render.CaptionLayout{Text: d.Text(), Legend: true}, 1)
}
