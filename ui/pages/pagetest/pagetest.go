// Package pagetest shows a page of the window in Fyne's test driver, so that the
// page is tested alone: what it shows of a content, and what it sends when
// somebody presses its controls.
package pagetest

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"

	"descry/ui/pages/parts"
	"descry/ui/state/core"
	"descry/ui/theme"
)

// Bench is a page in a window, with what it sent.
type Bench struct {
	Page  parts.Page
	Title string
	Win   fyne.Window
	Sent  []core.Action
	t     testing.TB
}

// room returns what a sheet leaves its page in a window: the shell keeps some of the
// window free and needs some for title and margins.
func room(size, window fyne.Size) fyne.Size {
	return fyne.NewSize(min(size.Width+24, window.Width-32)-40, min(size.Height+18, window.Height-32)-76)
}

// Open makes a page and shows a content on it, in a window of a size.
func Open(t testing.TB, make func(parts.Tools) parts.Page, pixels parts.Pixels, content any, width, height float32) *Bench {
	t.Helper()
	test.NewTempApp(t).Settings().SetTheme(theme.System())
	b := &Bench{t: t}
	b.Page = make(parts.Tools{Send: func(a core.Action) { b.Sent = append(b.Sent, a) }, Pixels: pixels, Dispatch: func(func()) {}})
	t.Cleanup(b.Page.Close)
	body, size := b.Page.Body()
	b.Win = test.NewTempWindow(t, nil)
	b.Win.SetPadded(false)
	b.Win.Resize(fyne.NewSize(width, height))
	b.Win.SetContent(container.NewWithoutLayout(body))
	body.Resize(room(size, fyne.NewSize(width, height)))
	b.Show(content)
	b.Win.Canvas().Capture() // tells the canvas its size in pixels
	b.Sent = nil
	return b
}

// Show shows another content.
func (b *Bench) Show(content any) {
	b.Title = b.Page.Show(content)
	if f, ok := b.Page.(parts.Fitting); ok {
		body, _ := b.Page.Body()
		body.Resize(room(f.Wants(), b.Win.Canvas().Size()))
	}
}

// Pressed presses a control and returns what was sent; it must be one action.
func (b *Bench) Pressed(c fyne.Tappable) core.Action {
	b.t.Helper()
	b.Sent = nil
	c.Tapped(&fyne.PointEvent{})
	if len(b.Sent) != 1 {
		b.t.Fatalf("sent %v", b.Sent)
	}
	return b.Sent[0]
}
