package state

import (
	"time"

	"descry/ui/state/core"
	"descry/ui/state/devices"
	"descry/ui/state/models"
	"descry/ui/state/prefs"
)

func (r *reduction) openSheet(id core.SheetID) {
	if (id == SheetSave || id == SheetExport) && !hasPixels(&r.s) {
		return
	}
	r.t.OpenSheet(id)
	r.s.models = r.s.models.Left()
	if id == models.Sheet {
		r.s.models = r.s.models.Opened(r.t)
	}
	if id == devices.Sheet {
		r.s.devices.Opened(r.t)
	}
	if id == prefs.SheetAbout {
		r.s.prefs.AboutOpened(r.t)
	}
}

func (Escaped) on(r *reduction) {
	if r.s.Sheet() == models.Sheet {
		if s, back := r.s.models.Escaped(); back {
			r.s.models = s
			return
		}
	}
	if r.s.Sheet() != core.SheetNone {
		r.t.OpenSheet(core.SheetNone)
		return
	}
	r.s.selected, r.s.hover, r.s.pointed = -1, -1, pointed{}
}

// command runs a command of the table.
func (r *reduction) command(id core.CommandID) {
	if c, known := commandByID(id); known && (c.enabled == nil || c.enabled(&r.s)) {
		r.act(c.Do)
	}
}

func (ClosingGivenUp) on(r *reduction) {
	if r.s.Sheet() == SheetClosing {
		r.t.OpenSheet(core.SheetNone)
	}
}

func (a Closing) on(r *reduction) {
	if !a.Sure && r.s.models.Downloads(r.s.modelsEnv()).N > 0 {
		r.t.OpenSheet(SheetClosing)
		return
	}
	r.s.models = r.s.models.End(r.s.modelsEnv(), r.t)
	r.s.drafts = core.Stamped(r.s.drafts, func(d *draft) bool {
		if !d.failed || d.dirty {
			return false
		}
		d.dirty, d.since = true, time.Time{} // once more: it is the last chance
		return true
	})
	r.saveDrafts(func(draft) bool { return true })
	r.t.SaveSettings()
	r.cancel(func(job) bool { return true })
	r.s.closing = true
	r.t.Do(Quit{})
}
