package transfer

import (
	"math"
	"net/http"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

func TestTheMeterIsSmoothAndRight(t *testing.T) {
	now := time.Unix(1000, 0)
	var m Meter
	if _, ok := m.Left(); ok || m.Speed() != 0 {
		t.Error("it knows before it has seen anything")
	}
	feed := func(seconds float64, perSecond, step float64) {
		for s := 0.0; s < seconds; s += step {
			now = now.Add(time.Duration(step * 1e9))
			m.Add(now, m.done+int64(perSecond*step), 1e9)
		}
	}
	near := func(what string, got, want, within float64) {
		t.Helper()
		if math.Abs(got-want) > within*want {
			t.Errorf("%s is %.4g, want %.4g", what, got, want)
		}
	}
	m.Add(now, 0, 1e9)
	feed(0.5, 10e6, 0.1)
	near("the first speed", m.Speed(), 10e6, 0.01) // at once, no ramp
	feed(20, 10e6, 0.1)
	near("the speed", m.Speed(), 10e6, 0.01)
	left, ok := m.Left()
	if !ok {
		t.Fatal("no time left")
	}
	near("the time left", left.Seconds(), float64(1e9-m.done)/10e6, 0.02)
	// Twice as fast: 63 % of the way after 8 s, however often it is told.
	feed(8, 20e6, 0.05)
	near("the speed on its way", m.Speed(), 10e6+10e6*(1-math.Exp(-1)), 0.03)
	feed(8, 20e6, 2)
	near("the speed later", m.Speed(), 10e6+10e6*(1-math.Exp(-2)), 0.05)
	feed(60, 20e6, 1)
	near("the speed then", m.Speed(), 20e6, 0.01)
	// A burst within one moment adds up.
	m.Add(now, m.done+1e6, 1e9)
	m.Add(now, m.done+2e6, 1e9)
	before := m.Speed()
	// A start over is no negative speed; a pause is no slowness.
	now = now.Add(time.Second)
	m.Add(now, 0, 1e9)
	near("the speed after a start over", m.Speed(), before, 1e-9)
	m.Pause()
	now = now.Add(time.Hour)
	m.Add(now, 5e6, 1e9)
	near("the speed after a pause", m.Speed(), before, 1e-9)
	// A line that stands still gets slower and then has no time left to tell.
	for range 100 {
		now = now.Add(10 * time.Second)
		m.Add(now, 5e6, 1e9)
	}
	if _, ok := m.Left(); ok {
		t.Errorf("there is an end at %.3g bytes a second", m.Speed())
	}
}

func TestManyFilesComeAtOnceAndOneThatFailsStopsNoOther(t *testing.T) {
	const atOnce = 3
	var mu sync.Mutex
	running, most := 0, 0
	gate := make(chan struct{})
	var reqs []Request
	dir := t.TempDir()
	for i := range 7 {
		s := serve(t, seeded(uint64(i), size))
		s.script = []step{func(s *server, w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			running++
			most = max(most, running)
			if running == atOnce && i < atOnce {
				close(gate) // the first three have met
			}
			mu.Unlock()
			<-gate
			defer func() { mu.Lock(); running--; mu.Unlock() }()
			if i == 4 {
				status(404)(s, w, r)
				return
			}
			honest(s, w, r)
		}}
		req := Request{s.URL, filepath.Join(dir, string(rune('a'+i))), size, s.sum()}
		if i%2 == 1 {
			req.Bytes = 0
		}
		reqs = append(reqs, req)
	}
	c, _ := client()
	var last Overall
	done := int64(0)
	got := c.Many(t.Context(), reqs, atOnce, func(o Overall) {
		if o.Done < done {
			t.Errorf("%d bytes after %d", o.Done, done)
		}
		done, last = o.Done, o
	})
	for i, o := range got {
		if failed := o.Err != nil; failed != (i == 4) {
			t.Errorf("%d: %+v", i, o)
		}
	}
	if most != atOnce {
		t.Errorf("%d at once", most)
	}
	if last.Done != 6*size || last.Total < 6*size || last.Files[4].State != Stopped || last.Files[0].State != Arrived || last.Speed <= 0 {
		t.Errorf("%+v", last)
	}
}
