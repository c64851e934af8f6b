package core

import (
	"reflect"
	"time"

	"descry/settings"
)

// saveAfter is how long changed settings wait for the next change: they are on
// disk within a second.
const saveAfter = 800 * time.Millisecond

// Shared is the state that all features see: settings, notices, the open sheet
// and the time. Features change it through a Turn only.
type Shared struct {
	settings   settings.Settings
	unsaved    bool // they were not handed to SaveSettings yet
	changed    time.Time
	notices    []Notice
	lastNotice uint64
	page       PageID    // fills the window
	sheet      PageID    // lies over it
	now        time.Time // of the last Tick
}

// NewShared returns what is shared in a window that has just opened.
func NewShared(s settings.Settings) Shared { return Shared{settings: s.Repaired(), page: PageStart} }

// Settings returns the settings as they are now.
func (s *Shared) Settings() settings.Settings { return s.settings }

// Page returns the page that fills the window.
func (s *Shared) Page() PageID { return s.page }

// Sheet returns the open sheet.
func (s *Shared) Sheet() PageID { return s.sheet }

// Notices returns what is told, newest last. The list is not to be changed.
func (s *Shared) Notices() []Notice { return s.notices }

// Now returns the time of the last Tick, zero before the first.
func (s *Shared) Now() time.Time { return s.now }

// Waits calls need for everything shared that waits for a time: since when (zero:
// that is not known yet), and for how long.
func (s *Shared) Waits(need func(since time.Time, after time.Duration)) {
	if s.unsaved {
		need(s.changed, saveAfter)
	}
	for _, n := range s.notices {
		if n.passing() {
			need(n.since, noticeAfter)
		}
	}
}

// Turn is one action being reduced: what it changes of the shared state, what is
// to be done outside, and what one feature wants of another.
type Turn struct {
	*Shared
	effects  []Effect
	requests []any
}

// NewTurn returns a turn that changes s.
func NewTurn(s *Shared) *Turn { return &Turn{Shared: s} }

// Do wants an effect.
func (t *Turn) Do(e Effect) { t.effects = append(t.effects, e) }

// Effects returns what was wanted, in its order.
func (t *Turn) Effects() []Effect { return t.effects }

// Ask wants something of another feature. The root knows whom a request is for.
func (t *Turn) Ask(request any) { t.requests = append(t.requests, request) }

// Asked takes the requests that were not answered yet.
func (t *Turn) Asked() []any {
	all := t.requests
	t.requests = nil
	return all
}

// GoTo fills the window with a page; an open sheet closes.
func (t *Turn) GoTo(id PageID) { t.page, t.sheet = id, SheetNone }

// OpenSheet shows a sheet, or none.
func (t *Turn) OpenSheet(id PageID) { t.sheet = id }

// ChangeSettings changes the settings; they are saved a little later.
func (t *Turn) ChangeSettings(f func(*settings.Settings)) {
	next := t.settings
	f(&next)
	next = next.Repaired()
	if reflect.DeepEqual(next, t.settings) {
		return
	}
	t.settings = next
	if !t.unsaved {
		t.unsaved, t.changed = true, time.Time{}
	}
}

// SaveSettings saves changed settings now.
func (t *Turn) SaveSettings() {
	if t.unsaved {
		t.unsaved, t.changed = false, time.Time{}
		t.Do(SaveSettings{t.settings})
	}
}

// Tick sets the time: what has no stamp yet gets one, and what is due is done.
func (t *Turn) Tick(now time.Time) {
	t.now = now
	if t.unsaved && t.changed.IsZero() {
		t.changed = now
	}
	t.notices = Stamped(t.notices, func(n *Notice) bool {
		if !n.passing() || !n.since.IsZero() {
			return false
		}
		n.since = now
		return true
	})
	if t.unsaved && Due(t.changed, saveAfter, now) {
		t.SaveSettings()
	}
	t.notices = Without(t.notices, func(n Notice) bool {
		return n.passing() && Due(n.since, noticeAfter, now)
	})
}
