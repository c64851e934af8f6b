// Package store keeps models on this machine: it fetches what a catalogue names,
// takes what is here already, checks it, and deletes it again.
//
// A model lies in <models>/NAME/REVISION/ with a descry.json of its own, so it is
// a model set of one task that models.Resolve finds by name: "blip-base", or
// "caption=blip-base,instances=maskrcnn-v1". Beside it stands a record
// (models.RecordFile) of each file's size, time and SHA-256 as of its last check,
// so that a load notices a changed file without reading a gigabyte. descry.json
// is written last: a folder that has it is complete. A library of ONNX Runtime
// is unpacked into <cache>/onnxruntime/ instead (see Runtime).
//
// What other programs have fetched is used in place: Hugging Face's hub cache and
// torch's checkpoints (Hubs), and any folder given to Import. Such a file is
// recognised by its SHA-256, never by its name alone; the record holds its
// absolute path with all links resolved, and Remove never touches it. Only
// weights are used in place; a configuration of some kilobytes is copied.
//
// One process at a time works on a model; others wait (Progress: Waiting). Files
// that are read by a session while a newer one is put in their place stay what
// they are: everything is written beside and renamed.
//
// # For the window
//
// A Store is used from any goroutine. List looks at the disk and nothing else and
// takes some milliseconds; call it after every Pull, Import, Verify, Remove.
// Estimate says what a download needs before it starts. Pull blocks: start it on
// a goroutine of its own, with a context whose cancelling is Pause (everything
// received stays; the next Pull continues from there; Discard deletes it). The
// callback gets a Progress at most some times a second, from one goroutine at a
// time; the last one of each model is Done or Failed. All results are plain
// values.
//
//	s := &store.Store{Models: dir, Runtime: dir2, Catalogue: catalogue.Official(), Fetcher: client, Hubs: store.HubCaches(os.Getenv, home)}
//	for _, item := range s.List().Items { … item.State, item.Bytes, item.Licence … }
//	go func() { err := s.Pull(ctx, []string{"full"}, func(p store.Progress) { … }) }()
package store

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"time"

	"descry/internal/failure"
	"descry/internal/message"
	"descry/models"
	"descry/models/catalogue"
	"descry/models/transfer"
)

// Fetcher brings one file from the network; *transfer.Client is one.
type Fetcher interface {
	Fetch(ctx context.Context, r transfer.Request, tell func(transfer.Progress)) (transfer.Result, error)
}

// Store is a folder of models and where they come from. The first three fields
// are needed.
type Store struct {
	Models    string // <cache>/models
	Runtime   string // <cache>/onnxruntime, for libraries of ONNX Runtime
	Catalogue catalogue.Catalogue

	Fetcher Fetcher // nil: nothing can be fetched
	Hubs    Hubs    // caches of other programs
	Copy    bool    // what lies there is copied instead of used in place

	// What the machine has, and how fast it is (packages machine and speed); nil:
	// not known.
	Memory   func() (total, available uint64, err error)
	FreeDisk func(dir string) (uint64, error)
	Seconds  func(model string, gmac float64, device string) (seconds float64, measured bool)
	Device   string // for Seconds

	// System is GOOS/GOARCH, for which libraries must be; "": this program's.
	System string
}

// State is how much of a model is here.
type State string

// The states.
const (
	Absent  State = "absent"
	Partial State = "partial"  // some of it has arrived; Pull continues
	Ready   State = "ready"    // it can be used
	InPlace State = "in place" // it can be used, and its weights are another program's
	Damaged State = "damaged"  // a file is gone or has another size: Verify repairs it
)

// Item is one model as List returns it.
type Item struct {
	Name         string       `json:"name"`
	Title        string       `json:"title"`
	About        string       `json:"about,omitempty"`  // one sentence: what sets it apart
	Source       string       `json:"source,omitempty"` // the host that it comes from
	For          string       `json:"for"`              // caption, instances, classes, runtime; of a set of one's own, its tasks with ", "
	Architecture string       `json:"architecture,omitempty"`
	Licence      string       `json:"licence"`
	Sets         []string     `json:"sets,omitempty"` // the named sets that fetch it
	State        State        `json:"state"`
	Problem      message.Text `json:"problem,omitzero"` // what is wrong with it, a whole clause
	Catalogued   bool         `json:"catalogued"`       // false: a set of one's own, or the built-in one
	Pinned       bool         `json:"pinned"`           // every file has a sum that Descry pins
	Revision     string       `json:"revision,omitempty"`
	Bytes        int64        `json:"bytes"`               // of all its files; to expect where not known
	Done         int64        `json:"done"`                // of these, here already
	OnDisk       int64        `json:"on_disk"`             // in Descry's folders, all revisions
	Elsewhere    int64        `json:"elsewhere,omitempty"` // of other programs, used in place
	Unused       int64        `json:"unused,omitempty"`    // of OnDisk, not needed by what is used
	Memory       int64        `json:"memory,omitempty"`    // bytes to expect, loaded and running
	GMAC         float64      `json:"gmac,omitempty"`
	Seconds      float64      `json:"seconds,omitempty"` // of one picture on this machine; 0: not known
	Measured     bool         `json:"measured,omitempty"`
	Dir          string       `json:"directory,omitempty"` // "": nothing is here
	Place        string       `json:"place,omitempty"`     // where weights in place lie: "Hugging Face's cache", "torch's cache", a folder
	Needs        string       `json:"needs,omitempty"`     // what else must be installed
	Updated      time.Time    `json:"updated,omitzero"`    // when it arrived or was checked last
}

// Usable reports whether the model can be loaded.
func (i Item) Usable() bool { return i.State == Ready || i.State == InPlace }

// Listing is what List returns.
type Listing struct {
	Items     []Item `json:"models"`
	OnDisk    int64  `json:"on_disk"`   // bytes of everything in Descry's folders
	Unused    int64  `json:"unused"`    // of these, what Remove with nothing named would free
	Elsewhere int64  `json:"elsewhere"` // bytes of other programs, used in place
}

// Stage says what is being done with a model.
type Stage string

// The stages; the last two end a model.
const (
	Waiting    Stage = "waiting for another process"
	Looking    Stage = "looking for it on this machine"
	Connecting Stage = "connecting"
	Receiving  Stage = "receiving"
	Checking   Stage = "checking"
	Retrying   Stage = "waiting to retry"
	Copying    Stage = "copying"
	Unpacking  Stage = "unpacking"
	Done       Stage = "done"
	Failed     Stage = "failed"
)

// Progress says how far a model is. Done and Total are bytes of the whole
// model; Total is 0 while it is unknown.
type Progress struct {
	Model string           `json:"model"`
	File  string           `json:"file,omitempty"`
	Stage Stage            `json:"stage"`
	Done  int64            `json:"done"`
	Total int64            `json:"total"`
	Note  string           `json:"note,omitempty"` // why it waits, how long
	Err   *failure.Failure `json:"error,omitempty"`
}

// teller makes a callback that several goroutines may call, one at a time.
func teller(tell func(Progress)) func(Progress) {
	var mu sync.Mutex
	return func(p Progress) {
		if tell == nil {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		tell(p)
	}
}

// dirs is the folder as package models knows it.
func (s *Store) dirs() models.Dirs { return models.Dirs{Models: s.Models, Sets: s.Catalogue.Sets} }

// folder is where a revision of a model belongs.
func (s *Store) folder(m catalogue.Model, revision string) string {
	if m.For == catalogue.ForRuntime {
		return filepath.Join(s.Runtime, m.Name+"-"+revision)
	}
	return filepath.Join(s.Models, m.Name, revision)
}

// done is the name of the file that is written last into a model's folder.
func done(m catalogue.Model) string {
	if m.For == catalogue.ForRuntime {
		return models.RecordFile
	}
	return models.SetFile
}

// revisions returns the folders of a model, whole or not, the newest whole one
// first; whole is how many are.
func (s *Store) revisions(m catalogue.Model) (dirs []string, whole int) {
	var partial []string
	newest := int64(0)
	for _, dir := range s.candidates(m) {
		info, err := os.Stat(filepath.Join(dir, done(m)))
		if err != nil {
			partial = append(partial, dir)
			continue
		}
		whole++
		dirs = append(dirs, dir)
		if t := info.ModTime().UnixNano(); t > newest {
			newest = t
			dirs[0], dirs[len(dirs)-1] = dirs[len(dirs)-1], dirs[0]
		}
	}
	return append(dirs, partial...), whole
}

// candidates are the folders that may hold a revision of a model.
func (s *Store) candidates(m catalogue.Model) []string {
	if m.For == catalogue.ForRuntime {
		dir := s.folder(m, m.Revision)
		if info, err := os.Stat(dir); err == nil && info.IsDir() {
			return []string{dir}
		}
		return nil
	}
	entries, err := os.ReadDir(filepath.Join(s.Models, m.Name))
	if err != nil {
		return nil
	}
	var dirs []string
	for _, e := range entries {
		if e.IsDir() && e.Name()[0] != '.' {
			dirs = append(dirs, filepath.Join(s.Models, m.Name, e.Name()))
		}
	}
	return dirs
}

// installed returns the folder of a model's newest whole revision.
func (s *Store) installed(m catalogue.Model) (string, bool) {
	dirs, whole := s.revisions(m)
	if whole == 0 {
		return "", false
	}
	return dirs[0], true
}

// Path returns the folder of an installed model.
func (s *Store) Path(name string) (string, error) {
	if m, ok := s.Catalogue.Model(name); ok {
		if dir, ok := s.installed(m); ok {
			return dir, nil
		}
		return "", failure.New(failure.Model, "find", name, "it is not on this machine").WithHint("Run descry models pull %s.", name)
	}
	set, err := models.Resolve(name, s.dirs())
	if err != nil {
		return "", err
	}
	return set.Dir, nil
}
