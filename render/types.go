// Package render draws what the models found over a picture: one renderer for the
// canvas and for the files that are saved.
//
// Drawing has two steps, so that a slider or a wheel costs no more than the
// pixels it changes. Prepare turns each mask into a signed distance field (how
// far is this cell from the contour, inside positive), once. DrawOverlay reads
// it at any zoom: one bilinear sample yields fill and outline with smooth edges at
// 10 % as well as at 1600 %. Since a distance also bounds how many pixels further
// on nothing can change, whole spans are filled or skipped without reading the
// field. Rows are divided among the processors.
//
// The package knows no window, no model and no runtime. All pictures are
// image.RGBA, which is alpha-premultiplied; sizes in dp are multiplied by
// Style.Scale to give pixels.
package render

import (
	"image"

	"descry/inference"
)

// View says which part of the picture is visible, and how large: the picture's
// point (X, Y) is at the upper left corner of the target, and one pixel of the
// picture is Zoom pixels of the target wide.
type View struct{ X, Y, Zoom float64 }

// Target returns the place in the target of the picture's point (x, y).
func (v View) Target(x, y float64) (tx, ty float64) { return (x - v.X) * v.Zoom, (y - v.Y) * v.Zoom }

// Picture returns the picture's point at the target's point (tx, ty).
func (v View) Picture(tx, ty float64) (x, y float64) { return tx/v.Zoom + v.X, ty/v.Zoom + v.Y }

// Style says what is drawn over the picture and how.
type Style struct {
	Masks    bool // each object filled
	Outlines bool // each object's contour
	Boxes    bool
	Labels   bool // name and score of each object
	ClassMap bool // each pixel's class, the background left as it is

	Opacity   float64 // of the fills, 0 … 1
	Scale     float64 // pixels of the target for each dp: width of lines, size of text
	Highlight int     // index in Content.Items: drawn stronger and the others weaker; -1: none
	LitClass  int     // a class's value in the map plus 1: drawn stronger and the others weaker; 0: none
}

// DefaultOpacity is the opacity of the fills until the user changes it.
const DefaultOpacity = 0.38

// DefaultStyle is what a new window and the command line draw: fill, contour
// and names.
func DefaultStyle() Style {
	return Style{Masks: true, Outlines: true, Labels: true, Opacity: DefaultOpacity, Scale: 1, Highlight: -1}
}

// Item is one object to draw. Index is its place in the result it comes from.
type Item struct {
	Index    int
	Instance inference.Instance
}

// Content holds a picture and what was found in it. Base and the masks are shared
// and read-only.
type Content struct {
	Base      *image.RGBA // the picture upright; nil where only the overlay is drawn
	Items     []Item      // what is to be drawn, hidden objects left out
	Classes   *inference.Classes
	HideClass []bool // by value in Classes.Map; a short or nil slice hides nothing more
}

// Hit returns the index in c.Items of the object at the picture's point (x, y),
// the topmost if there are several; -1 if there is none. An object without a mask
// is hit anywhere in its box.
func Hit(c Content, x, y float64) int {
	hit := -1
	for _, i := range paintingOrder(c.Items, -1) {
		if in := c.Items[i].Instance; contains(in, x, y) {
			hit = i
		}
	}
	return hit
}

func contains(in inference.Instance, x, y float64) bool {
	if in.Mask != nil {
		return x >= 0 && y >= 0 && in.Mask.Contains(int(x), int(y))
	}
	return x >= float64(in.Box[0]) && y >= float64(in.Box[1]) && x < float64(in.Box[2]) && y < float64(in.Box[3])
}
