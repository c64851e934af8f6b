package state

import (
	"descry/ui/state/core"
)

// openSheet opens a sheet, or closes the open one.
func (r *reduction) openSheet(id core.PageID) {
	p := pageOf(id)
	if p.may != nil && !p.may(r.look()) {
		return
	}
	r.t.OpenSheet(id)
	r.s.models = r.s.models.Left()
	if p.opened != nil {
		p.opened(r)
	}
}

// Escaped goes one step back within the sheet, closes it, or takes the selection back.
func (Escaped) on(r *reduction) {
	p := pageOf(r.s.Sheet())
	switch {
	case p.back != nil && p.back(r):
	case r.s.Sheet() != core.SheetNone:
		r.t.OpenSheet(core.SheetNone)
	default:
		r.s.picture = r.s.picture.Escaped()
	}
}

// command runs a command of the table.
func (r *reduction) command(id core.CommandID) {
	if c, known := commandByID(id); known && (c.enabled == nil || c.enabled(r.look().pic)) {
		r.act(c.Do)
	}
}

func (ClosingGivenUp) on(r *reduction) {
	if r.s.Sheet() == SheetClosing {
		r.t.OpenSheet(core.SheetNone)
	}
}

func (a Closing) on(r *reduction) {
	if !a.Sure && r.s.models.Downloads(r.look().modelsEnv()).N > 0 {
		r.t.OpenSheet(SheetClosing)
		return
	}
	r.s.models = r.s.models.End(r.look().modelsEnv(), r.t)
	r.s.picture = r.s.picture.End(r.look().pic.Env, r.t)
	r.s.closing = true
	r.t.Do(Quit{})
}
