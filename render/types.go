// Package render draws the models' results over a picture, for the canvas and for
// saved files alike.
//
// Drawing has two steps, so that moving a slider or turning a wheel costs only the
// pixels that change. Prepare converts each mask to a signed distance field (the
// distance of each cell from the contour, positive inside), once. DrawOverlay
// samples it at any zoom: one bilinear sample determines fill and outline, with
// smooth edges at 10 % as at 1600 %, and because a distance also bounds the number
// of pixels over which nothing can change, whole spans are filled or skipped
// without sampling. Rows are distributed among the processors.
//
// The package is independent of the window, the models and the runtime. All
// pictures are image.RGBA, which is alpha-premultiplied; sizes in dp are multiplied
// by Style.Scale to give pixels.
package render

import (
	"image"

	"descry/inference"
)

// View is the visible part of the picture and its scale: the picture's point (X, Y)
// is at the upper left corner of the target, and one pixel of the picture is Zoom
// pixels of the target wide.
type View struct{ X, Y, Zoom float64 }

// Target converts the picture's point (x, y) to the target's.
func (v View) Target(x, y float64) (tx, ty float64) { return (x - v.X) * v.Zoom, (y - v.Y) * v.Zoom }

// Picture converts the target's point (tx, ty) to the picture's.
func (v View) Picture(tx, ty float64) (x, y float64) { return tx/v.Zoom + v.X, ty/v.Zoom + v.Y }

// Style selects what is drawn over the picture and how.
type Style struct {
	Masks    bool // each object filled
	Outlines bool // each object's contour
	Boxes    bool
	Labels   bool // name and score of each object
	ClassMap bool // each pixel's class, without the background

	Opacity   float64 // of the fills, 0 … 1
	Scale     float64 // pixels of the target per dp, for line widths and text sizes
	Highlight int     // index in Content.Items: drawn stronger and the others weaker; -1: none
	LitClass  int     // a class's value in the map plus 1: drawn stronger and the others weaker; 0: none
}

// DefaultOpacity is the initial opacity of the fills.
const DefaultOpacity = 0.38

// DefaultStyle returns the style of a new window and of the command line: fill,
// contour and names.
func DefaultStyle() Style {
	return Style{Masks: true, Outlines: true, Labels: true, Opacity: DefaultOpacity, Scale: 1, Highlight: -1}
}

// Item is an object to draw. Index is its index in the result that contains it.
type Item struct {
	Index    int
	Instance inference.Instance
}

// Content is a picture and what was found in it. Base and the masks are shared and
// read-only.
type Content struct {
	Base      *image.RGBA // the upright picture; nil if only the overlay is drawn
	Items     []Item      // the objects to draw, without hidden ones
	Classes   *inference.Classes
	HideClass []bool // by value in Classes.Map; a short or nil slice hides nothing more
}

// Hit returns the index in c.Items of the object at the picture's point (x, y), the
// topmost if there are several; -1 if there is none. For an object without a mask
// its box counts.
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
