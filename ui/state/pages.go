package state

import (
	"descry/ui/state/core"
	"descry/ui/state/devices"
	"descry/ui/state/models"
	"descry/ui/state/picture"
	"descry/ui/state/prefs"
)

// page is all that the root knows of a page.
type page struct {
	id     core.PageID
	show   func(*whole) any      // its content, which the widgets of the same page show
	may    func(*whole) bool     // whether it can be opened; nil: always
	opened func(*reduction)      // what is to be done then; nil: nothing
	back   func(*reduction) bool // goes one step back within the page; nil or false: there is none
}

// pages are the pages that fill the window, and those that lie over it.
var pages = []page{
	{id: core.PageStart, show: func(w *whole) any { return w.showStart() }},
	{id: picture.Page, show: func(w *whole) any { return w.pic.Show() }},

	{id: picture.SheetSave, show: func(w *whole) any { return w.pic.ShowSave() }, may: hasPixels},
	{id: picture.SheetExport, show: func(w *whole) any { return w.pic.ShowExport() }, may: hasPixels},
	{id: models.Sheet, show: func(w *whole) any { return w.models.Show(w.modelsEnv()) }, opened: openModels, back: backInModels},
	{id: devices.Sheet, show: func(w *whole) any { return w.devices.Show(w.devicesEnv()) }, opened: func(r *reduction) { r.s.devices.Opened(r.t) }},
	{id: prefs.SheetSettings, show: func(w *whole) any { return prefs.Settings(w.prefsEnv()) }},
	{id: prefs.SheetCaption, show: func(w *whole) any { return prefs.Captions(w.prefsEnv()) }},
	{id: prefs.SheetAbout, show: func(w *whole) any { return w.prefs.About(w.prefsEnv()) }, opened: func(r *reduction) { r.s.prefs.AboutOpened(r.t) }},
	{id: SheetShortcuts, show: func(*whole) any { return showShortcuts() }},
	{id: SheetClosing, show: func(w *whole) any { return w.showClosing() }},
}

func hasPixels(w *whole) bool { return w.pic.HasPixels() }

func openModels(r *reduction) { r.s.models = r.s.models.Opened(r.t) }

func backInModels(r *reduction) (back bool) {
	r.s.models, back = r.s.models.Escaped()
	return back
}

// Sheets returns the pages that lie over the window.
func Sheets() (all []core.PageID) {
	for _, p := range pages {
		if p.id != core.PageStart && p.id != picture.Page {
			all = append(all, p.id)
		}
	}
	return all
}

// pageOf returns a page of the registry, the zero page for SheetNone.
func pageOf(id core.PageID) page {
	for _, p := range pages {
		if p.id == id {
			return p
		}
	}
	return page{}
}

// view returns a page as the window shows it.
func (w *whole) view(id core.PageID) View {
	p := pageOf(id)
	if p.show == nil {
		return View{}
	}
	return View{ID: id, Content: p.show(w)}
}
