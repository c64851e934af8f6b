// Package speed estimates how long pictures take on this machine. A Book records
// the duration of each run of a model, and how many multiplications a second each
// device computes. It returns the measured time of a model that has run, and
// estimates that of one that has not even been downloaded.
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

// FileName is the name of the book's file in the program's state folder.
const FileName = "speed.json"

// version is the version of the file's format.
const version = 1

// Limits on what is kept: runs of each model, models, rates. The newest are kept.
const (
	maxRuns   = 9
	maxModels = 200
	maxRates  = 20
)

// runs holds the latest runs of one task of one model on one device.
type runs struct {
	Model   string    `json:"model"`
	Task    string    `json:"task"`
	Device  string    `json:"device"`
	Seconds []float64 `json:"seconds"` // newest last
	Last    time.Time `json:"last"`
}

// rate is the computing rate of a device.
type rate struct {
	Library string    `json:"library"` // ONNX Runtime's version
	Device  string    `json:"device"`
	Threads int       `json:"threads"`
	GMACs   float64   `json:"gmac_per_second"`
	Busy    bool      `json:"busy,omitempty"` // other programs were using the processor: to be measured again
	Last    time.Time `json:"last"`
}

// content is the content of the file.
type content struct {
	Version int    `json:"version"`
	Runs    []runs `json:"runs"`
	Rates   []rate `json:"rates"`
}

// Book holds the record in memory and writes it to a file. It is safe for
// concurrent use.
type Book struct {
	path string
	now  func() time.Time

	mu      sync.Mutex
	c       content
	pending []func(*content) // since the last Save
}

// Open reads the book from a file, which need not exist. The book is usable, and
// empty, even if Open returns an error: the lost numbers will be measured again.
func Open(path string) (*Book, error) {
	b := &Book{path: path, now: time.Now}
	var err error
	b.c, err = read(path)
	return b, err
}

// read reads a file. A file of another version is treated as empty.
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

// Note records the seconds that a task of a model took for one picture.
func (b *Book) Note(model, task, device string, seconds float64) {
	if model == "" || !(seconds > 0) {
		return
	}
	when := b.now().UTC()
	b.update(func(c *content) {
		at := slices.IndexFunc(c.Runs, func(r runs) bool { return r.Model == model && r.Task == task && r.Device == device })
		if at < 0 {
			c.Runs = append(c.Runs, runs{Model: model, Task: task, Device: device})
			at = len(c.Runs) - 1
		}
		r := &c.Runs[at]
		r.Seconds, r.Last = append(slices.Clone(r.Seconds), seconds), when
		r.Seconds = r.Seconds[max(0, len(r.Seconds)-maxRuns):]
		slices.SortStableFunc(c.Runs, func(a, b runs) int { return a.Last.Compare(b.Last) })
		c.Runs = c.Runs[max(0, len(c.Runs)-maxModels):]
	})
}

// NoteRate records the rate of a device in 10⁹ multiply-adds a second. If busy is
// set, other programs were using the processor, and Measured will measure the rate
// again.
func (b *Book) NoteRate(library, device string, threads int, gmacs float64, busy bool) {
	if !(gmacs > 0) {
		return
	}
	n := rate{library, device, threads, gmacs, busy, b.now().UTC()}
	b.update(func(c *content) {
		c.Rates = slices.DeleteFunc(c.Rates, func(r rate) bool {
			return r.Library == library && r.Device == device && r.Threads == threads
		})
		c.Rates = append(c.Rates, n)
		c.Rates = c.Rates[max(0, len(c.Rates)-maxRates):]
	})
}

// update applies f in memory, and remembers it for the file.
func (b *Book) update(f func(*content)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	f(&b.c)
	b.pending = append(b.pending, f)
}

// Save writes what was noted since the last Save. It keeps what another process has
// written meanwhile. Errors are *failure.Failure.
func (b *Book) Save() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.pending) == 0 {
		return nil
	}
	c, err := read(b.path)
	if err != nil {
		c = content{} // it cannot be read, so overwriting it loses nothing
	}
	for _, f := range b.pending {
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
	b.c, b.pending = c, nil
	return nil
}

// Seconds returns how long one picture takes with a model on a device: the median
// of its latest runs (measured), else gmac (10⁹ multiply-adds for one picture)
// divided by the device's rate, else 0. A model of several tasks is named
// "model/task". A device of "" or "auto" means the one that ran last.
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

// Rate returns the rate of a device of a library with the given number of threads;
// known is false unless it was measured while no other program used the processor.
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

// device resolves "" and "auto" to the device that ran last, else the one measured
// last, else the CPU.
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

// median returns the median of at least one number.
func median(all []float64) float64 {
	sorted := slices.Clone(all)
	slices.Sort(sorted)
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}
