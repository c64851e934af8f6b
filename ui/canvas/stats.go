package canvas

import (
	"slices"
	"sync"
	"time"
)

// keptFrames is the number of frame times that are kept.
const keptFrames = 512

// Stats records frame times. It is safe for concurrent use.
type Stats struct {
	mu     sync.Mutex
	times  []time.Duration // the last keptFrames, a ring buffer
	next   int
	frames uint64
}

// Report summarizes Stats: the number of frames drawn, and how long the last
// keptFrames took from request to finished buffer.
type Report struct {
	Frames         uint64
	Last, P50, P95 time.Duration
	Longest        time.Duration
}

func (s *Stats) frame(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.frames++
	if len(s.times) < keptFrames {
		s.times = append(s.times, d)
		s.next = len(s.times) % keptFrames
		return
	}
	s.times[s.next] = d
	s.next = (s.next + 1) % keptFrames
}

// Report returns a summary.
func (s *Stats) Report() Report {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := Report{Frames: s.frames}
	if len(s.times) == 0 {
		return r
	}
	r.Last = s.times[(s.next+len(s.times)-1)%len(s.times)]
	sorted := slices.Sorted(slices.Values(s.times))
	r.P50, r.P95 = sorted[len(sorted)/2], sorted[len(sorted)*95/100]
	r.Longest = sorted[len(sorted)-1]
	return r
}

// Watchdog measures how long the window's goroutine is blocked: it repeatedly
// dispatches a function and measures how long it takes to run. Only one function
// is dispatched at a time, so that the queue never grows.
type Watchdog struct {
	mu      sync.Mutex
	longest time.Duration
	late    int // heartbeats that took longer than StallLimit
	beats   uint64
	stop    chan struct{}
	done    chan struct{}
}

// StallLimit is the longest time that the window's goroutine may be blocked.
const StallLimit = 50 * time.Millisecond

// NewWatchdog returns a running watchdog with a pause between two heartbeats.
func NewWatchdog(dispatch func(func()), every time.Duration) *Watchdog {
	w := &Watchdog{stop: make(chan struct{}), done: make(chan struct{})}
	go w.run(dispatch, every)
	return w
}

func (w *Watchdog) run(dispatch func(func()), every time.Duration) {
	defer close(w.done)
	pause := time.NewTimer(every)
	defer pause.Stop()
	for {
		select {
		case <-w.stop:
			return
		case <-pause.C:
		}
		back := make(chan struct{})
		sent := time.Now()
		dispatch(func() { close(back) })
		select {
		case <-back:
			w.beat(time.Since(sent))
		case <-w.stop:
			return
		}
		pause.Reset(every)
	}
}

func (w *Watchdog) beat(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.beats++
	w.longest = max(w.longest, d)
	if d > StallLimit {
		w.late++
	}
}

// Stalls returns the longest delay, the number of delays over StallLimit, and the
// number of heartbeats.
func (w *Watchdog) Stalls() (longest time.Duration, late int, beats uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.longest, w.late, w.beats
}

// Reset discards the measurements so far, such as those of the program's start.
func (w *Watchdog) Reset() {
	w.mu.Lock()
	w.longest, w.late, w.beats = 0, 0, 0
	w.mu.Unlock()
}

// Close stops measuring and waits for its goroutine.
func (w *Watchdog) Close() {
	close(w.stop)
	<-w.done
}
