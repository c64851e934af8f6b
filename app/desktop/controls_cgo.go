//go:build cgo

package desktop

import (
	"time"

	"fyne.io/fyne/v2"

	"descry/ui"
	"descry/ui/state/core"
)

// shownControls holds what was written to the timeline about the open sheet, for
// tests that drive a real window by the output of --measure. Only the window's
// goroutine uses it.
type shownControls struct {
	sheet core.PageID
	last  map[string]ui.Control // at the last look
	still map[string]int        // for how many looks each has not moved
	noted map[string]ui.Control // as written to the timeline
}

// noteSheet notes which sheet is open.
func (r *windowRun) noteSheet(sheet core.PageID) {
	if sheet != r.shown.sheet {
		r.shown.sheet = sheet
		r.timeline.note(moment{Event: "sheet", Name: string(sheet)})
	}
}

// watchControls records where the controls of the open sheet are, until the
// window closes.
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

// steady is the number of looks after which a control is taken to be at rest.
const steady = 4

// look records the controls that have come to rest since the last look, and those
// that are gone. It waits for rest because the toolkit lays out new content only
// with its next frame.
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
