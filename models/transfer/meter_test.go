package transfer

import (
	"math"
	"testing"
	"time"
)

func TestTheMeterIsSmoothAndRight(t *testing.T) {
	now := time.Unix(1000, 0)
	var m Meter
	if m.Speed() != 0 {
		t.Error("it knows before it has seen anything")
	}
	feed := func(seconds float64, perSecond, step float64) {
		for s := 0.0; s < seconds; s += step {
			now = now.Add(time.Duration(step * 1e9))
			m.Add(now, m.done+int64(perSecond*step))
		}
	}
	near := func(what string, got, want, within float64) {
		t.Helper()
		if math.Abs(got-want) > within*want {
			t.Errorf("%s is %.4g, want %.4g", what, got, want)
		}
	}
	m.Add(now, 0)
	feed(0.5, 10e6, 0.1)
	near("the first speed", m.Speed(), 10e6, 0.01) // at once, no ramp
	feed(20, 10e6, 0.1)
	near("the speed", m.Speed(), 10e6, 0.01)
	// After doubling, the speed has followed by 63 % in 8 s, however often Add is called.
	feed(8, 20e6, 0.05)
	near("the speed on its way", m.Speed(), 10e6+10e6*(1-math.Exp(-1)), 0.03)
	feed(8, 20e6, 2)
	near("the speed later", m.Speed(), 10e6+10e6*(1-math.Exp(-2)), 0.05)
	feed(60, 20e6, 1)
	near("the speed then", m.Speed(), 20e6, 0.01)
	// A burst within one moment adds up.
	m.Add(now, m.done+1e6)
	m.Add(now, m.done+2e6)
	before := m.Speed()
	// A restart gives no negative speed; a pause does not lower the speed.
	now = now.Add(time.Second)
	m.Add(now, 0)
	near("the speed after a start over", m.Speed(), before, 1e-9)
	m.Pause()
	now = now.Add(time.Hour)
	m.Add(now, 5e6)
	near("the speed after a pause", m.Speed(), before, 1e-9)
	// While nothing arrives, the speed falls.
	for range 30 {
		now = now.Add(time.Second)
		m.Add(now, 5e6)
	}
	if m.Speed() > before/30 {
		t.Errorf("after 30 s of silence it is %.3g bytes a second", m.Speed())
	}
}
