package state

import "time"

func (a SheetOpened) on(r *reduction) {
	if (a.Sheet == SheetSave || a.Sheet == SheetExport) && !hasPixels(&r.s) {
		return
	}
	r.s.sheet, r.s.offer, r.s.licence = a.Sheet, offer{}, ""
	if a.Sheet == SheetModels {
		r.s.importTold = importTold{}
		r.do(ListModels{Speed: true})
	}
	if a.Sheet == SheetDevices && r.s.devices.known == nil {
		r.do(LookAtDevices{})
	}
	if a.Sheet == SheetAbout && r.s.doctor == "" {
		r.do(RunDoctor{})
	}
}

func (Escaped) on(r *reduction) {
	switch {
	case r.s.sheet == SheetModels && r.s.licence != "":
		r.s.licence = ""
		return
	case r.s.sheet == SheetModels && r.s.offer.open():
		r.s.offer = offer{}
		return
	case r.s.sheet != SheetNone:
		r.s.sheet = SheetNone
		return
	}
	r.s.selected, r.s.hover, r.s.pointed = -1, -1, pointed{}
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

func (ClosingGivenUp) on(r *reduction) {
	if r.s.sheet == SheetClosing {
		r.s.sheet = SheetNone
	}
}

func (a Closing) on(r *reduction) {
	if _, n := r.s.pulling(); n > 0 && !a.Sure {
		r.s.sheet = SheetClosing
		return
	}
	r.endModels()
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
