package state

import "time"

func (a SheetOpened) on(r *reduction) {
	if (a.Sheet == SheetSave || a.Sheet == SheetExport) && !hasPixels(&r.s) {
		return
	}
	r.s.sheet = a.Sheet
	if a.Sheet == SheetAbout && r.s.doctor == "" {
		r.do(RunDoctor{})
	}
}

func (Escaped) on(r *reduction) {
	if r.s.sheet != SheetNone {
		r.s.sheet = SheetNone
		return
	}
	r.s.selected, r.s.hover = -1, -1
}

func (a DoctorSaid) on(r *reduction) { r.s.doctor = a.Text }

func (DiagnosticsCopied) on(r *reduction) {
	if r.s.doctor != "" {
		r.do(CopyText{Text: r.s.doctor, What: "Diagnostics"})
	}
}

func (a Run) on(r *reduction) {
	if c, known := commandByID(a.Command); known && (c.enabled == nil || c.enabled(&r.s)) {
		c.Do.on(r)
	}
}

func (Closing) on(r *reduction) {
	r.s.drafts = stamped(r.s.drafts, func(d *draft) bool {
		if !d.failed || d.dirty {
			return false
		}
		d.dirty, d.since = true, time.Time{} // once more: it is the last chance
		return true
	})
	r.saveDrafts(func(draft) bool { return true })
	r.saveSettings()
	r.cancel(func(job) bool { return true })
	r.s.closing = true
	r.do(Quit{})
}
