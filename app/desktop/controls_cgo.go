//go:build cgo

package desktop

import (
	"time"

	"fyne.io/fyne/v2"

	"descry/ui"
	"descry/ui/state/core"
)

// shownControls is what was noted of the open sheet, for tests that drive a real
// window by what --measure tells. It belongs to the window's goroutine.
type shownControls struct {
	sheet core.PageID
	last  map[string]ui.Control // where the controls were at the last look
	still map[string]int        // in how many looks they have been there
	noted map[string]ui.Control // as they were told
}

// noteSheet notes which sheet is open.
func (r *windowRun) noteSheet(sheet core.PageID) {
	if sheet != r.shown.sheet {
		r.shown.sheet = sheet
		r.timeline.note(moment{Event: "sheet", Name: string(sheet)})
	}
}

// watchControls looks where the controls of the open sheet are, as long as the
// window is open.
func (r *windowRun) watchControls() {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			fyne.DoAndWait(func() { r.shown.look(r.window.Controls(), r.timeline) })
		case <-r.over:
			return
		}
	}
}

// steady is in how many looks a control has to be where it is.
const steady = 4

// look notes the controls that stand still and were not told where they are, and
// those that are gone: the toolkit lays out what it was shown only with its next
// frame.
func (s *shownControls) look(all []ui.Control, t *timeline) {
	if s.noted == nil {
		s.noted = map[string]ui.Control{}
	}
	now, still := map[string]ui.Control{}, map[string]int{}
	for _, c := range all {
		now[c.Name], still[c.Name] = c, 1
		if s.last[c.Name] == c {
			still[c.Name] += s.still[c.Name]
		}
		if still[c.Name] >= steady && s.noted[c.Name] != c {
			t.note(moment{Event: "control", Name: c.Name, X: c.X, Y: c.Y})
			s.noted[c.Name] = c
		}
	}
	for name := range s.noted {
		if _, still := now[name]; !still {
			t.note(moment{Event: "control-gone", Name: name})
			delete(s.noted, name)
		}
	}
	s.last, s.still = now, still
}
