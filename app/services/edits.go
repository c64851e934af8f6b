package services

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"time"

	"descry/internal/atomicfile"
	"descry/internal/failure"
)

// Edit is a caption that a person wrote, with its history.
type Edit struct {
	Caption string   `json:"caption"`           // the last text
	Own     bool     `json:"own"`               // Caption is shown; false: it was undone, the model's is shown
	Earlier []string `json:"earlier,omitempty"` // older texts, oldest first, for undo
	Later   []string `json:"later,omitempty"`   // undone texts, for redo; the next one last
}

// storedEdit is an edit as stored on disk. Edits are separate from the models'
// results and named by the picture's content hash, so that they survive a new run
// and a renamed picture.
type storedEdit struct {
	Format  int    `json:"format"` // 1
	Picture string `json:"picture"`
	Name    string `json:"name"` // the picture's file name, for people who look into the folder
	Edit
	Saved time.Time `json:"saved"`
}

// maxEdit is the largest edit that is read, in bytes.
const maxEdit = 1 << 20

// contentHash matches a picture's key. Only keys become file names.
var contentHash = regexp.MustCompile(`^[0-9a-f]{16,64}$`)

// Edits are the edits in a folder, one small file each.
type Edits struct{ dir string }

// Edits returns the captions written by people on this machine.
func (s *Services) Edits() Edits { return Edits{s.Dirs.Edits()} }

func (s Edits) path(key string) (string, error) {
	if !contentHash.MatchString(key) {
		return "", fmt.Errorf("%q is no content hash", key)
	}
	return filepath.Join(s.dir, key+".json"), nil
}

// Load returns the edit of a picture, or nil if there is none.
func (s Edits) Load(key string) (*Edit, error) {
	path, err := s.path(key)
	if err != nil {
		return nil, failure.Wrap(failure.Unreadable, "load", key, err, "")
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, failure.Wrap(failure.Unreadable, "load", path, err, "")
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxEdit+1))
	if err == nil && len(text) > maxEdit {
		err = errors.New("the file is larger than any edit")
	}
	var kept storedEdit
	if err == nil {
		err = json.Unmarshal(text, &kept)
	}
	if err != nil {
		return nil, failure.Wrap(failure.Unreadable, "load", path, fmt.Errorf("the edit kept here cannot be read: %w", err), "Descry leaves the file alone.")
	}
	return &kept.Edit, nil
}

// Save stores an edit of a picture. If unread is set, the stored edit was never
// shown, and its texts are put before the new edit's earlier ones.
func (s Edits) Save(key, name string, e Edit, unread bool, now time.Time) error {
	path, err := s.path(key)
	if err != nil {
		return failure.Wrap(failure.Unwritable, "save", key, err, "")
	}
	if unread {
		before, err := s.Load(key)
		switch {
		case err != nil:
			_ = os.Rename(path, path+".damaged") // kept, since it may be repairable
		case before != nil:
			e.Earlier = slices.Concat(before.Earlier, []string{before.Caption}, e.Earlier)
		}
	}
	const hint = "Your edit is still in the window. Make the folder writable."
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return failure.Wrap(failure.Unwritable, "save", s.dir, err, hint)
	}
	text, err := json.MarshalIndent(storedEdit{1, key, name, e, now.UTC()}, "", "  ")
	if err != nil {
		return failure.Wrap(failure.Unwritable, "save", path, err, hint)
	}
	err = atomicfile.Write(path, atomicfile.Overwrite, func(w io.Writer) error {
		_, err := w.Write(append(text, '\n'))
		return err
	})
	if err != nil {
		return failure.Wrap(failure.Unwritable, "save", path, err, hint)
	}
	return nil
}
