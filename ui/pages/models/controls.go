package models

import (
	"fyne.io/fyne/v2"

	"descry/ui/widgets"
)

// controls implements controlled. A row's are called by its title and what they
// say, a choice by its group and model: the built-in ones are in several groups.
func (p *Page) Controls(tell func(name string, o fyne.CanvasObject)) {
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
