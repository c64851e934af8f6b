package transfer

import (
	"math"
	"time"
)

// settle is how long the past weighs in a speed: after so long a change shows
// to 63 %.
const settle = 8 * time.Second

// Meter makes a smoothed speed of a transfer's progress: an exponentially
// weighted mean over time, so that neither a burst nor how often progress is
// told moves it much. The zero value is ready.
type Meter struct {
	started bool
	at      time.Time
	done    int64
	weight  float64 // of what the mean rests on, in seconds up to settle
	speed   float64 // bytes a second
}

// Add takes what is done at a time. Where it falls (a transfer starts over) or
// after a pause the old speed still counts, but no bytes come from nowhere:
// call Pause when a transfer stops, so that the standstill is no slowness.
func (m *Meter) Add(now time.Time, done int64) {
	dt := now.Sub(m.at).Seconds()
	if m.started && dt > 0 && done >= m.done {
		keep := math.Exp(-dt / settle.Seconds())
		fresh := 1 - keep
		// Early on the mean rests on little: the weights are made to sum to 1.
		m.speed = (m.speed*m.weight*keep + float64(done-m.done)/dt*fresh) / (m.weight*keep + fresh)
		m.weight = m.weight*keep + fresh
	}
	if !m.started || dt > 0 || done < m.done {
		m.at, m.done = now, done
	}
	m.started = true
}

// Pause makes the time until the next Add not count.
func (m *Meter) Pause() { m.started = false }

// Speed is in bytes a second; 0 until there is one.
func (m *Meter) Speed() float64 { return m.speed }
