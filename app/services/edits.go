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

// Edit is what a person wrote about a picture.
type Edit struct {
	Caption string   `json:"caption"`           // the last text
	Own     bool     `json:"own"`               // it is shown; false: undone, the model's is shown
	Earlier []string `json:"earlier,omitempty"` // older texts, oldest first, for undo
	Later   []string `json:"later,omitempty"`   // undone texts, for redo; the next one last
}

// storedEdit is an edit as it lies on the disk. It is kept
// beside what the model said, under the picture's content hash, so that it is
// found again whatever the file is called, and no new run or key can take it
// away.
type storedEdit struct {
	Format  int    `json:"format"` // 1
	Picture string `json:"picture"`
	Name    string `json:"name"` // of the file, for people who look into the folder
	Edit
	Saved time.Time `json:"saved"`
}

// mostEdit bounds what is read back, in bytes.
const mostEdit = 1 << 20

// contentHash is the form of a picture's key; nothing else becomes a file name.
var contentHash = regexp.MustCompile(`^[0-9a-f]{16,64}$`)

// Edits are the edits in a folder, one small file each.
type Edits struct{ dir string }

// Edits returns the captions that people wrote on this machine.
func (s *Services) Edits() Edits { return Edits{s.Dirs.Edits()} }

func (s Edits) path(key string) (string, error) {
	if !contentHash.MatchString(key) {
		return "", fmt.Errorf("%q is no content hash", key)
	}
	return filepath.Join(s.dir, key+".json"), nil
}

// Load returns the edit kept for a picture, nil when there is none.
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
	text, err := io.ReadAll(io.LimitReader(f, mostEdit+1))
	if err == nil && len(text) > mostEdit {
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

// Save keeps an edit for a picture. With unread, what lies there was never
// shown, so its texts go before the new one's earlier texts.
func (s Edits) Save(key, name string, e Edit, unread bool, now time.Time) error {
	path, err := s.path(key)
	if err != nil {
		return failure.Wrap(failure.Unwritable, "save", key, err, "")
	}
	if unread {
		before, err := s.Load(key)
		switch {
		case err != nil:
			_ = os.Rename(path, path+".damaged") // kept for who can read it; an absent one needs nothing
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
