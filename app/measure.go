package app

import (
	"encoding/json"
	"os"
	"sync"
	"time"
)

// measurer writes what the window did and when, one JSON object a line, for the
// smoke test and for measuring (the hidden flag --measure). A nil measurer
// writes nothing.
type measurer struct {
	mu    sync.Mutex
	file  *os.File
	start time.Time
}

// newMeasurer writes to path; the empty path gives a nil measurer.
func newMeasurer(path string, start time.Time) (*measurer, error) {
	if path == "" {
		return nil, nil
	}
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	return &measurer{file: f, start: start}, nil
}

// measured is one line: what happened, how long after the start, and how long it
// took where that has a meaning.
type measured struct {
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

// say writes one line.
func (m *measurer) say(line measured) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	line.At = milliseconds(time.Since(m.start))
	if text, err := json.Marshal(line); err == nil {
		_, _ = m.file.Write(append(text, '\n'))
	}
}

// close ends the file.
func (m *measurer) close() {
	if m != nil {
		m.file.Close()
	}
}
