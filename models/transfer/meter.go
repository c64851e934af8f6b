package transfer

import (
	"math"
	"time"
)

// settle is the time constant of the speed: after it, the speed has followed a change
// to 63 %.
const settle = 8 * time.Second

// Meter computes the smoothed speed of a transfer, an exponentially weighted mean over
// time. Bursts and the frequency of progress reports have little effect on it. The zero
// value is ready to use.
type Meter struct {
	started bool
	at      time.Time
	done    int64
	weight  float64 // of the past in the mean, 0 to 1
	speed   float64 // bytes a second
}

// Add records the number of bytes done at a time. If it is less than before, because
// the transfer restarted, the speed is unchanged. Call Pause when a transfer stops, so
// that the pause does not lower the speed.
func (m *Meter) Add(now time.Time, done int64) {
	dt := now.Sub(m.at).Seconds()
	if m.started && dt > 0 && done >= m.done {
		keep := math.Exp(-dt / settle.Seconds())
		fresh := 1 - keep
		// At first the weights sum to less than 1, so normalize them.
		m.speed = (m.speed*m.weight*keep + float64(done-m.done)/dt*fresh) / (m.weight*keep + fresh)
		m.weight = m.weight*keep + fresh
	}
	if !m.started || dt > 0 || done < m.done {
		m.at, m.done = now, done
	}
	m.started = true
}

// Pause excludes the time until the next Add from the speed.
func (m *Meter) Pause() { m.started = false }

// Speed returns the speed in bytes per second, 0 until it is known.
func (m *Meter) Speed() float64 { return m.speed }
