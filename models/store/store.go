// Package store manages the models on this machine: it downloads the models of a
// catalogue, imports files, verifies and deletes them.
//
// A model is stored in <models>/NAME/REVISION/ with its own descry.json, so it is a
// model set of one task that models.Resolve finds by name: "blip-base", or
// "caption=blip-base,instances=maskrcnn-v1". The folder also has a record
// (models.RecordFile) of each file's size, time and SHA-256 at its last check, so
// that loading detects a changed file without reading a gigabyte. descry.json is
// written last: a folder that has it is complete. A library of ONNX Runtime is
// unpacked into <cache>/onnxruntime/ instead (see Runtime).
//
// Files of other programs are used in place: those in Hugging Face's hub cache and
// torch's checkpoints (Hubs), and in any folder given to Import. They are recognised by
// SHA-256, never by name alone. The record holds their absolute paths with all links
// resolved, and Remove never touches them. Only weights are used in place; a
// configuration of some kilobytes is copied.
//
// Only one process at a time changes a model; others wait (stage Waiting). Files are
// written under another name and renamed, so a file that is in use does not change
// when it is replaced.
//
// # For the window
//
// A Store may be used from any goroutine. List only reads the disk and takes some
// milliseconds; call it after every Pull, Import, Verify and Remove. Estimate returns
// what a download needs before it starts. Pull blocks, so start it on its own
// goroutine. Cancelling its context pauses it: everything received is kept, the next
// Pull continues from there, and Discard deletes it. The callback gets a Progress a
// few times a second, from one goroutine at a time; the last one of each model is Done
// or Failed. All results are plain values.
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

// Fetcher downloads one file. *transfer.Client implements it.
type Fetcher interface {
	Fetch(ctx context.Context, r transfer.Request, progress func(transfer.Progress)) (transfer.Result, error)
}

// Store is a folder of models with their sources. The first three fields are required.
type Store struct {
	Models    string // <cache>/models
	Runtime   string // <cache>/onnxruntime, for libraries of ONNX Runtime
	Catalogue catalogue.Catalogue

	Fetcher Fetcher // nil: nothing can be downloaded
	Hubs    Hubs    // caches of other programs
	Copy    bool    // copy files from Hubs instead of using them in place

	// Memory, FreeDisk and Seconds return the machine's memory, disk space and speed
	// (packages machine and speed); nil: unknown.
	Memory   func() (total, available uint64, err error)
	FreeDisk func(dir string) (uint64, error)
	Seconds  func(model string, gmac float64, device string) (seconds float64, measured bool)
	Device   string // for Seconds

	// System is the GOOS/GOARCH that libraries must be for; "": this program's.
	System string
}

// State is how much of a model is here.
type State string

// The states.
const (
	Absent  State = "absent"
	Partial State = "partial"  // partly received; Pull continues
	Ready   State = "ready"    // usable
	InPlace State = "in place" // usable, with weights of another program
	Damaged State = "damaged"  // a file is missing or has another size; Verify repairs it
)

// Item is one model as List returns it.
type Item struct {
	Name         string       `json:"name"`
	Title        string       `json:"title"`
	About        string       `json:"about,omitempty"`  // one sentence: what sets it apart
	Source       string       `json:"source,omitempty"` // the host it is downloaded from
	For          string       `json:"for"`              // caption, instances, classes or runtime; for an own set, its tasks joined by ", "
	Architecture string       `json:"architecture,omitempty"`
	Licence      string       `json:"licence"`
	Sets         []string     `json:"sets,omitempty"` // the named sets that include it
	State        State        `json:"state"`
	Problem      message.Text `json:"problem,omitzero"` // what is wrong with it, as a clause
	Catalogued   bool         `json:"catalogued"`       // false: an own set, or the built-in one
	Pinned       bool         `json:"pinned"`           // every file has a sum that Descry pins
	Revision     string       `json:"revision,omitempty"`
	Bytes        int64        `json:"bytes"`               // of all its files, estimated if unknown
	Done         int64        `json:"done"`                // of these, received
	OnDisk       int64        `json:"on_disk"`             // in Descry's folders, all revisions
	Elsewhere    int64        `json:"elsewhere,omitempty"` // of other programs, used in place
	Unused       int64        `json:"unused,omitempty"`    // of OnDisk, not needed
	Memory       int64        `json:"memory,omitempty"`    // bytes in use when loaded and running, estimated
	GMAC         float64      `json:"gmac,omitempty"`
	Seconds      float64      `json:"seconds,omitempty"` // per picture on this machine; 0: unknown
	Measured     bool         `json:"measured,omitempty"`
	Dir          string       `json:"directory,omitempty"` // "": not installed
	Place        string       `json:"place,omitempty"`     // of weights used in place: "Hugging Face's cache", "torch's cache", or a folder
	Needs        string       `json:"needs,omitempty"`     // what else must be installed
	Updated      time.Time    `json:"updated,omitzero"`    // when it was installed or last verified
}

// Usable reports whether the model can be loaded.
func (i Item) Usable() bool { return i.State == Ready || i.State == InPlace }

// Listing is the result of List.
type Listing struct {
	Items     []Item `json:"models"`
	OnDisk    int64  `json:"on_disk"`   // bytes of everything in Descry's folders
	Unused    int64  `json:"unused"`    // of these, what RemoveUnused would free
	Elsewhere int64  `json:"elsewhere"` // bytes of other programs, used in place
}

// Stage is a stage of the work on a model.
type Stage string

// The stages. Done and Failed are final.
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

// Progress is the progress of a model. Done and Total are bytes of the whole model;
// Total is 0 while it is unknown.
type Progress struct {
	Model string           `json:"model"`
	File  string           `json:"file,omitempty"`
	Stage Stage            `json:"stage"`
	Done  int64            `json:"done"`
	Total int64            `json:"total"`
	Note  string           `json:"note,omitempty"` // why and how long it waits
	Err   *failure.Failure `json:"error,omitempty"`
}

// serialize wraps a callback so that several goroutines may call it.
func serialize(progress func(Progress)) func(Progress) {
	var mu sync.Mutex
	return func(p Progress) {
		if progress == nil {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		progress(p)
	}
}

// dirs returns the folder and the sets for package models.
func (s *Store) dirs() models.Dirs { return models.Dirs{Models: s.Models, Sets: s.Catalogue.Sets} }

// folder returns the folder of a revision of a model.
func (s *Store) folder(m catalogue.Model, revision string) string {
	if m.For == catalogue.ForRuntime {
		return filepath.Join(s.Runtime, m.Name+"-"+revision)
	}
	return filepath.Join(s.Models, m.Name, revision)
}

// done returns the name of the file that is written last into a model's folder.
func done(m catalogue.Model) string {
	if m.For == catalogue.ForRuntime {
		return models.RecordFile
	}
	return models.SetFile
}

// revisions returns the folders of a model's revisions: the complete ones, beginning
// with the newest, then the others. whole is the number of complete ones.
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

// candidates returns the folders that may hold a revision of a model.
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

// installed returns the folder of a model's newest complete revision.
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
