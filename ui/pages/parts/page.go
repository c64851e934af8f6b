// Package parts is what the pages of the window have in common: how a page is
// shown, the one way out of it (Sender), and the small parts that several pages
// are made of.
package parts

import (
	"image"

	"fyne.io/fyne/v2"

	"descry/ui/state/picture"
)

// Page is the content of one sheet.
type Page interface {
	// Body returns what the sheet shows, its size in dp and its title.
	Body() (content fyne.CanvasObject, size fyne.Size)
	// Show paints it and gives its title.
	Show(content any) (title string)
	// Close ends what the page has running.
	Close()
}

// Fitting is what a page has whose size depends on what it shows.
type Fitting interface {
	// Wants returns the size in dp.
	Wants() fyne.Size
}

// Controlled is a page that names its controls.
type Controlled interface {
	// Controls tells each control that can be seen: what it is called, whatever
	// it says, and the control.
	Controls(tell func(name string, o fyne.CanvasObject))
}

// Tools is what a page is made with.
type Tools struct {
	Send     Sender
	Pixels   Pixels
	Dispatch func(func())
}

// Pixels gives the window what it shows, ready-made. Both are called on the
// window's goroutine and must not block; what they give is shared and read-only.
// Whoever keeps the pixels calls Window.Repaint when something new is there.
type Pixels interface {
	// Levels returns a picture upright as picture.Pyramid makes it; nil: not there.
	Levels(id picture.PictureID) []*image.RGBA
	// Thumbnail returns a sample's picture in small; nil: not there yet.
	Thumbnail(sample string) *image.RGBA
}
