package canvas

import (
	"slices"
	"sync"
	"time"
)

// keptFrames is how many frame times the percentiles look back on.
const keptFrames = 512

// Stats counts frames; safe for use from any goroutine.
type Stats struct {
	mu     sync.Mutex
	times  []time.Duration // the last keptFrames, as a ring
	next   int
	frames uint64
}

// Report is what Stats knows: how many frames were drawn, and how long the last
// ones took from request to finished buffer.
type Report struct {
	Frames         uint64
	Last, P50, P95 time.Duration
	Longest        time.Duration // among the frames looked back on
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

// Report sums up.
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

// Watchdog measures how long the window's goroutine was kept from answering: it
// posts a heartbeat through the dispatcher and times its return, again and
// again. One heartbeat is under way at a time, so it never adds to a queue.
type Watchdog struct {
	mu      sync.Mutex
	longest time.Duration
	late    int // beats that took longer than StallLimit
	beats   uint64
	stop    chan struct{}
	done    chan struct{}
}

// StallLimit is what the window's goroutine must stay below.
const StallLimit = 50 * time.Millisecond

// NewWatchdog starts measuring; every is the pause between two heartbeats.
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

// Stalls returns the longest wait, how many were over StallLimit, and how many
// heartbeats there were.
func (w *Watchdog) Stalls() (longest time.Duration, late int, beats uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.longest, w.late, w.beats
}

// Reset forgets what was measured so far: the start of a program is not what
// is asked about.
func (w *Watchdog) Reset() {
	w.mu.Lock()
	w.longest, w.late, w.beats = 0, 0, 0
	w.mu.Unlock()
}

// Close ends the measuring and waits for its goroutine.
func (w *Watchdog) Close() {
	close(w.stop)
	<-w.done
}
