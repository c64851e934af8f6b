package app

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"descry/internal/atomicfile"
	"descry/internal/failure"
)

// An edit is a caption that a person wrote. It is kept beside what the model
// said, under the picture's content hash, so that it is found again whatever
// the file is called, and no new run or key can take it away.
type edit struct {
	Format  int       `json:"format"` // 1
	Picture string    `json:"picture"`
	Name    string    `json:"name"` // of the file, for people who look into the folder
	Caption string    `json:"caption"`
	Saved   time.Time `json:"saved"`
}

// mostEdit bounds what is read back, in bytes.
const mostEdit = 1 << 20

// contentHash is the form of a picture's key; nothing else becomes a file name.
var contentHash = regexp.MustCompile(`^[0-9a-f]{16,64}$`)

// editStore keeps edits in a folder, one small file each.
type editStore struct{ dir string }

func (s editStore) path(key string) (string, error) {
	if !contentHash.MatchString(key) {
		return "", fmt.Errorf("%q is no content hash", key)
	}
	return filepath.Join(s.dir, key+".json"), nil
}

// load gives the caption kept for a picture, and whether there is one.
func (s editStore) load(key string) (caption string, ok bool, err error) {
	path, err := s.path(key)
	if err != nil {
		return "", false, failure.Wrap(failure.Unreadable, "load", key, err, "")
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", false, nil
	}
	if err != nil {
		return "", false, failure.Wrap(failure.Unreadable, "load", path, err, "")
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, mostEdit+1))
	if err == nil && len(text) > mostEdit {
		err = errors.New("the file is larger than any edit")
	}
	var e edit
	if err == nil {
		err = json.Unmarshal(text, &e)
	}
	if err != nil {
		return "", false, failure.Wrap(failure.Unreadable, "load", path, fmt.Errorf("the edit kept here cannot be read: %w", err), "Descry leaves the file alone.")
	}
	return e.Caption, true, nil
}

// save keeps a caption for a picture.
func (s editStore) save(key, name, caption string, now time.Time) error {
	path, err := s.path(key)
	if err != nil {
		return failure.Wrap(failure.Unreadable, "save", key, err, "")
	}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return failure.Wrap(failure.Unreadable, "save", s.dir, err, "Your edit stays in the window; make the folder writable.")
	}
	text, err := json.MarshalIndent(edit{1, key, name, caption, now.UTC()}, "", "  ")
	if err != nil {
		return err
	}
	err = atomicfile.Write(path, atomicfile.Overwrite, func(w io.Writer) error {
		_, err := w.Write(append(text, '\n'))
		return err
	})
	if err != nil {
		return failure.Wrap(failure.Unreadable, "save", path, err, "Your edit stays in the window; make the folder writable.")
	}
	return nil
}

// remove forgets a picture's edit, when the person went back to what the model
// said.
func (s editStore) remove(key string) error {
	path, err := s.path(key)
	if err != nil {
		return err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return failure.Wrap(failure.Unreadable, "remove", path, err, "")
	}
	return nil
}
