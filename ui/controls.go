package ui

import (
	"fyne.io/fyne/v2"

	"descry/ui/widgets"
)

// Control is a control of the open sheet and its middle, in pixels of the window.
// Tests that drive a real window press there.
type Control struct {
	Name string
	X, Y int
}

// controlled is a page that names its controls.
type controlled interface {
	// controls tells each control that can be seen: what it is called, whatever
	// it says, and the control.
	controls(tell func(name string, o fyne.CanvasObject))
}

// Controls lists the controls of the open sheet; none where the sheet has no names
// for them. It is for the window's goroutine.
func (w *Window) Controls() []Control {
	page, ok := w.sheets.page.(controlled)
	if !ok {
		return nil
	}
	var all []Control
	scale, driver := w.win.Canvas().Scale(), fyne.CurrentApp().Driver()
	page.controls(func(name string, o fyne.CanvasObject) {
		if !o.Visible() || o.Size().IsZero() {
			return
		}
		at := driver.AbsolutePositionForObject(o).AddXY(o.Size().Width/2, o.Size().Height/2)
		all = append(all, Control{name, int(at.X * scale), int(at.Y * scale)})
	})
	return all
}

// controls implements controlled. A row's are called by its title and what they
// say, a choice by its group and model: the built-in ones are in several groups.
func (p *modelsPage) controls(tell func(name string, o fyne.CanvasObject)) {
	switch {
	case p.licence.box.Visible():
		tell("licence back", p.licence.back)
		return
	case p.offer.box.Visible():
		tell("offer get", p.offer.get)
		tell("offer back", p.offer.back)
		for _, r := range p.offer.rows {
			if r.box.Visible() {
				tell("offer licence", r.licence)
			}
		}
		return
	}
	for _, c := range p.cards {
		if c.box.Visible() {
			tell(c.title.Text(), c.get)
		}
	}
	for name, o := range map[string]fyne.CanvasObject{"stay offline": p.offline, "open folder": p.folder, "import": p.load, "done": p.done, "told": p.told.act} {
		tell(name, o)
	}
	there := map[fyne.CanvasObject]bool{}
	for _, o := range p.table.Objects {
		there[o] = true
	}
	for key, r := range p.rows {
		if !there[r.box] {
			continue
		}
		title := r.line.title.Text()
		tell(key+" use", r.line.use)
		tell(title+" licence", r.line.licence)
		acts := append([]*widgets.Button(nil), r.line.acts[:]...)
		if r.trouble.box.Visible() {
			for _, o := range r.trouble.buttons.Objects {
				acts = append(acts, o.(*widgets.Button))
			}
		}
		for _, b := range acts {
			tell(title+" "+b.Text(), b)
		}
	}
}

// controls implements controlled.
func (c *closingPage) controls(tell func(name string, o fyne.CanvasObject)) {
	tell("stay", c.stay)
	tell("leave", c.leave)
}
