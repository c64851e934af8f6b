package pagetest

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"descry/ui/widgets"
)

// All returns the objects of a type at root and below it, in the order in which
// they are drawn, hidden ones too.
func All[T fyne.CanvasObject](root fyne.CanvasObject) []T {
	if found, ok := root.(T); ok {
		return []T{found}
	}
	var parts []fyne.CanvasObject
	switch o := root.(type) {
	case *fyne.Container:
		parts = o.Objects
	case fyne.Widget:
		parts = test.WidgetRenderer(o).Objects()
	}
	var all []T
	for _, o := range parts {
		all = append(all, All[T](o)...)
	}
	return all
}

// Button returns the button below root with a text; nil: there is none.
func Button(root fyne.CanvasObject, text string) *widgets.Button {
	for _, b := range All[*widgets.Button](root) {
		if b.Text() == text {
			return b
		}
	}
	return nil
}

// Overlapping returns two visible parts that share a place; nil: none do.
func Overlapping(parts []fyne.CanvasObject) (a, b fyne.CanvasObject) {
	for i, a := range parts {
		for _, b := range parts[:i] {
			p, q := a.Position(), b.Position()
			if a.Visible() && b.Visible() && a.Size().Width > 0 && b.Size().Width > 0 && p.X+a.Size().Width > q.X+0.5 && q.X+b.Size().Width > p.X+0.5 &&
				p.Y+a.Size().Height > q.Y+0.5 && q.Y+b.Size().Height > p.Y+0.5 {
				return a, b
			}
		}
	}
	return nil, nil
}

// ShownWithin reports whether an object is among the visible ones below root.
func ShownWithin(root, o fyne.CanvasObject) bool {
	if root == o {
		return true
	}
	c, ok := root.(*fyne.Container)
	if !ok || !c.Visible() {
		return false
	}
	for _, part := range c.Objects {
		if part.Visible() && ShownWithin(part, o) {
			return true
		}
	}
	return false
}
