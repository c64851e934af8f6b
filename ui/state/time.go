package state

import (
	"time"
)

func (a Tick) on(r *reduction) {
	if a.Wake == r.s.wake.number {
		r.s.wake.open = false
	}
	if !r.s.timed() {
		return
	}
	r.t.Tick(a.Now)
	r.s.picture = r.s.picture.Tick(r.look().pic.Env, r.t, a.Now)
}

// timed reports whether anything waits for a time.
func (s *State) timed() bool { return s.nextWake() >= 0 }

// nextWake is how long from s.Now() it takes until something is due; 0 for what
// has no stamp yet, −1 if nothing waits.
func (s *State) nextWake() time.Duration {
	least := time.Duration(-1)
	need := func(since time.Time, after time.Duration) {
		left := time.Duration(0)
		if !since.IsZero() {
			left = max(after-s.Now().Sub(since), time.Millisecond)
		}
		if least < 0 || left < least {
			least = left
		}
	}
	look(s).pic.Waits(need)
	s.Waits(need)
	return least
}

// settleTime asks for a Tick where something waits for one that would come too late.
func (r *reduction) settleTime() {
	next := r.s.nextWake()
	if next < 0 || r.s.wake.open && r.s.wake.after <= next {
		return
	}
	r.s.wake = wake{number: r.s.wake.number + 1, after: next, open: true}
	r.t.Do(Wake{Number: r.s.wake.number, After: next})
}
