package models

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"

	"descry/internal/atomicfile"
	"descry/internal/failure"
)

// RecordFile is the name of the file next to the descry.json of an installed model in
// which package store keeps its data about the files. It is not part of the set.
const RecordFile = ".store.json"

// Record is the content of a RecordFile.
type Record struct {
	Format   int                     `json:"format"` // 1
	Model    string                  `json:"model"`
	Revision string                  `json:"revision"`
	Files    map[string]RecordedFile `json:"files"` // by path in the folder, with /
}

// RecordedFile is a file whose hash was verified. Its size and modification time show
// later, without reading it, that it is unchanged.
type RecordedFile struct {
	Path     string `json:"path,omitempty"` // absolute, of a file used in place; "": it is in the folder
	Bytes    int64  `json:"bytes"`
	Modified int64  `json:"modified"` // ns since 1970
	SHA256   string `json:"sha256"`
	Pinned   bool   `json:"pinned"` // the sum is in the catalogue
}

// ReadRecord reads the record in an installed model's folder. If there is none, the
// error is fs.ErrNotExist.
func ReadRecord(dir string) (*Record, error) {
	text, err := readSmall(filepath.Join(dir, RecordFile))
	if err != nil {
		return nil, err
	}
	var r Record
	if err := json.Unmarshal(text, &r); err != nil {
		return nil, failure.Worded(err, "%s is damaged: %s", RecordFile, err)
	}
	if r.Format != 1 {
		return nil, failure.Worded(nil, "%s has format %d; this program reads format 1", RecordFile, r.Format)
	}
	for name, f := range r.Files {
		if badPath(name) != "" || strings.HasPrefix(name, storePrefix) || f.Path != "" && !filepath.IsAbs(f.Path) {
			return nil, failure.Worded(nil, "%s names the file %q, which is not a path in its folder", RecordFile, clean(name))
		}
	}
	return &r, nil
}

// Write writes the record to dir, whole or not at all.
func (r *Record) Write(dir string) error {
	r.Format = 1
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return atomicfile.Write(filepath.Join(dir, RecordFile), atomicfile.Overwrite, func(w io.Writer) error {
		_, err := w.Write(append(text, '\n'))
		return err
	})
}

// place is the place of a file of a set, with its record.
type place struct {
	path   string
	dir    string // of the set
	name   string // of the file in the record
	record *Record
}

// place returns the place of a file of the set in dir. The record of a set in the folder
// of installed models may point to a file elsewhere. The records of other sets are not
// read, so that a folder from elsewhere cannot make Descry open other files.
func (d Dirs) place(dir, file string) place {
	at := place{path: filepath.Join(dir, file), dir: dir, name: filepath.ToSlash(file)}
	if !d.owns(dir) {
		return at
	}
	r, err := ReadRecord(dir)
	if err != nil {
		return at // without a usable record, the folder's own files are used
	}
	f, ok := r.Files[at.name]
	if !ok {
		return at
	}
	at.record = r
	if f.Path != "" {
		at.path = f.Path
	}
	return at
}

// owns reports whether dir is in the folder of installed models.
func (d Dirs) owns(dir string) bool {
	if d.Models == "" {
		return false
	}
	root, err := filepath.Abs(d.Models)
	if err != nil {
		return false
	}
	rel, err := filepath.Rel(root, dir)
	return err == nil && rel != "." && filepath.IsLocal(rel)
}

// gone returns the failure for a recorded file that no longer exists.
func (p place) gone() error {
	if p.record.Files[p.name].Path != "" {
		return p.repair(bad(p.record.Model, "it uses %s in place, and that file is missing", p.path))
	}
	return p.repair(bad(p.path, "the file is missing"))
}

// repair adds advice to a failure on how to restore the file.
func (p place) repair(f *failure.Failure) error {
	return f.WithHint("Run descry models verify --repair %s.", p.record.Model)
}

// check compares a file with its record. If only the time differs, it hashes the file
// again and updates the record: copying changes times.
func (p place) check(info os.FileInfo) error {
	want := p.record.Files[p.name]
	if info.Size() != want.Bytes {
		return p.repair(bad(p.path, "it has %d bytes and had %d when it was checked: this is a damaged or another file", info.Size(), want.Bytes))
	}
	if info.ModTime().UnixNano() == want.Modified {
		return nil
	}
	f, err := os.Open(p.path)
	if err != nil {
		return explainFile(p.path, err)
	}
	defer f.Close()
	got, err := sumOf(f)
	if err != nil {
		return explainFile(p.path, err)
	}
	if got != want.SHA256 {
		return p.repair(bad(p.path, "it was changed since it was checked: its SHA-256 is different"))
	}
	want.Modified = info.ModTime().UnixNano()
	p.record.Files[p.name] = want
	_ = p.record.Write(p.dir) // if that fails, the next load hashes again, which is only slow
	return nil
}
