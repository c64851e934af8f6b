package desktop

import (
	"encoding/json"
	"os"
	"sync"
	"time"
)

// timeline logs what the window did and when, one JSON object per line, for the
// smoke test and for timing (the hidden flag --measure). A nil timeline writes
// nothing.
type timeline struct {
	mu    sync.Mutex
	file  *os.File
	start time.Time
}

// newTimeline returns a timeline that writes to path, or nil if path is empty.
func newTimeline(path string, start time.Time) (*timeline, error) {
	if path == "" {
		return nil, nil
	}
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	return &timeline{file: f, start: start}, nil
}

// moment is one line: what happened, how long after the start, and, where it
// applies, how long it took.
type moment struct {
	Event  string  `json:"event"`
	Name   string  `json:"name,omitempty"`
	At     float64 `json:"at_ms"`
	Took   float64 `json:"took_ms,omitempty"`
	Median float64 `json:"median_ms,omitempty"`
	Most   float64 `json:"most_ms,omitempty"`
	Count  int     `json:"count,omitempty"`
	X      int     `json:"x,omitempty"`
	Y      int     `json:"y,omitempty"`
}

// note writes one line.
func (t *timeline) note(line moment) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	line.At = milliseconds(time.Since(t.start))
	if text, err := json.Marshal(line); err == nil {
		_, _ = t.file.Write(append(text, '\n'))
	}
}

// close closes the file.
func (t *timeline) close() {
	if t != nil {
		t.file.Close()
	}
}

// milliseconds returns d in milliseconds, with three decimals.
func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
