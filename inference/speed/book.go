// Package speed knows how long pictures take on this machine. A Book keeps what was
// measured, each time a model ran, and how many multiplications a second each
// device makes; from that it says the seconds of a model that has run, and
// guesses those of one that has not even been fetched.
package speed

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"descry/internal/atomicfile"
	"descry/internal/failure"
)

// FileName is the book's name in the folder of the program's state.
const FileName = "speed.json"

// version of the file's format.
const version = 1

// Bounds of what is kept: runs of each model, models, rates; of what is newest.
const (
	mostRuns   = 9
	mostModels = 200
	mostRates  = 20
)

// runs are the latest runs of one task of one model on one device.
type runs struct {
	Model   string    `json:"model"`
	Task    string    `json:"task"`
	Device  string    `json:"device"`
	Seconds []float64 `json:"seconds"` // newest last
	Last    time.Time `json:"last"`
}

// rate is what a device computes in a second.
type rate struct {
	Library string    `json:"library"` // ONNX Runtime's version
	Device  string    `json:"device"`
	Threads int       `json:"threads"`
	GMACs   float64   `json:"gmac_per_second"`
	Busy    bool      `json:"busy,omitempty"` // others used the machine meanwhile: to be measured again
	Last    time.Time `json:"last"`
}

// content is the file.
type content struct {
	Version int    `json:"version"`
	Runs    []runs `json:"runs"`
	Rates   []rate `json:"rates"`
}

// Book is the record, in memory and in a file. It may be used by several goroutines.
type Book struct {
	path string
	now  func() time.Time

	mu   sync.Mutex
	c    content
	news []func(*content) // since the last Save
}

// Open reads the book in a file, which need not exist. What cannot be read is no
// loss but of numbers that come again: the book is usable, and empty, whatever the
// error says.
func Open(path string) (*Book, error) {
	b := &Book{path: path, now: time.Now}
	var err error
	b.c, err = read(path)
	return b, err
}

// read reads a file; content of another version is none.
func read(path string) (content, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return content{}, nil
	}
	var c content
	if err == nil {
		err = json.Unmarshal(text, &c)
	}
	if err != nil {
		return content{}, failure.Wrap(failure.Unreadable, "read", path, err, "Delete it: it is written again.")
	}
	if c.Version != version {
		return content{}, nil
	}
	return c, nil
}

// Note records that a task of a model took so many seconds for one picture.
func (b *Book) Note(model, task, device string, seconds float64) {
	if model == "" || !(seconds > 0) {
		return
	}
	when := b.now().UTC()
	b.change(func(c *content) {
		at := slices.IndexFunc(c.Runs, func(r runs) bool { return r.Model == model && r.Task == task && r.Device == device })
		if at < 0 {
			c.Runs = append(c.Runs, runs{Model: model, Task: task, Device: device})
			at = len(c.Runs) - 1
		}
		r := &c.Runs[at]
		r.Seconds, r.Last = append(slices.Clone(r.Seconds), seconds), when
		r.Seconds = r.Seconds[max(0, len(r.Seconds)-mostRuns):]
		slices.SortStableFunc(c.Runs, func(a, b runs) int { return a.Last.Compare(b.Last) })
		c.Runs = c.Runs[max(0, len(c.Runs)-mostModels):]
	})
}

// NoteRate records what a device computes in a second, in 10⁹ multiplications with
// addition. busy: others used the machine, so it is measured again when it is next
// asked for.
func (b *Book) NoteRate(library, device string, threads int, gmacs float64, busy bool) {
	if !(gmacs > 0) {
		return
	}
	n := rate{library, device, threads, gmacs, busy, b.now().UTC()}
	b.change(func(c *content) {
		c.Rates = slices.DeleteFunc(c.Rates, func(r rate) bool {
			return r.Library == library && r.Device == device && r.Threads == threads
		})
		c.Rates = append(c.Rates, n)
		c.Rates = c.Rates[max(0, len(c.Rates)-mostRates):]
	})
}

// change changes what is in memory, and remembers to change the file.
func (b *Book) change(f func(*content)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	f(&b.c)
	b.news = append(b.news, f)
}

// Save writes what was noted since the last Save. What another process has written
// meanwhile stays. Errors are *failure.Failure.
func (b *Book) Save() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.news) == 0 {
		return nil
	}
	c, err := read(b.path)
	if err != nil {
		c = content{} // it cannot be read, so nothing in it is lost
	}
	for _, f := range b.news {
		f(&c)
	}
	c.Version = version
	text, err := json.MarshalIndent(c, "", " ")
	if err != nil {
		return failure.Wrap(failure.Storage, "write", b.path, err, "")
	}
	if err := os.MkdirAll(filepath.Dir(b.path), 0o755); err != nil {
		return failure.Wrap(failure.Storage, "write", b.path, err, "")
	}
	if err := atomicfile.Write(b.path, atomicfile.Overwrite, func(w io.Writer) error {
		_, err := w.Write(append(text, '\n'))
		return err
	}); err != nil {
		return failure.Wrap(failure.Storage, "write", b.path, err, "")
	}
	b.c, b.news = c, nil
	return nil
}

// Seconds says how long one picture takes with a model on a device: the median of
// its latest runs (measured), else what its gmac (10⁹ multiplications with addition
// for one picture) take at the device's rate, else 0. A model of several tasks is
// asked for as "model/task". An empty device, or "auto", is the one that ran last.
func (b *Book) Seconds(model string, gmac float64, device string) (seconds float64, measured bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	device = b.device(device)
	var all []float64
	tasks := 0
	for _, r := range b.c.Runs {
		if r.Device == device && (r.Model == model || r.Model+"/"+r.Task == model) {
			all = r.Seconds
			tasks++
		}
	}
	if tasks == 1 && len(all) > 0 {
		return median(all), true
	}
	for i := len(b.c.Rates) - 1; i >= 0; i-- {
		if r := b.c.Rates[i]; r.Device == device && gmac > 0 {
			return gmac / r.GMACs, false
		}
	}
	return 0, false
}

// Rate returns what a device of a library with so many threads computes in a second;
// known is false where that was never measured in peace.
func (b *Book) Rate(library, device string, threads int) (gmacs float64, known bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, r := range b.c.Rates {
		if r.Library == library && r.Device == device && r.Threads == threads {
			return r.GMACs, !r.Busy
		}
	}
	return 0, false
}

// device resolves "" and "auto": what ran last, else what was measured last, else
// the CPU.
func (b *Book) device(device string) string {
	if device != "" && device != "auto" {
		return device
	}
	if n := len(b.c.Runs); n > 0 {
		return b.c.Runs[n-1].Device
	}
	if n := len(b.c.Rates); n > 0 {
		return b.c.Rates[n-1].Device
	}
	return "cpu"
}

// median of at least one number.
func median(all []float64) float64 {
	sorted := slices.Clone(all)
	slices.Sort(sorted)
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}
