package store

import (
	"crypto/sha1" // for git's object names
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"

	"descry/models/catalogue"
)

// ownCopy uses a file in the model's folder that has no record.
func (j *job) ownCopy(f catalogue.File) (bool, error) {
	own := filepath.Join(j.dir, filepath.FromSlash(f.Name))
	if info, err := os.Lstat(own); err != nil || !info.Mode().IsRegular() || f.Bytes > 0 && info.Size() != f.Bytes || f.SHA256 == "" && f.Starts == "" {
		return false, nil
	}
	r, err := hashFile(j.ctx, own, j.checking(f))
	if err != nil {
		return false, err
	}
	if !agrees(f, r.SHA256) {
		return false, nil
	}
	return true, j.note(f, own, r.SHA256, "")
}

// cached uses a file in a cache of another program.
func (j *job) cached(f catalogue.File) (bool, error) {
	paths := j.s.Hubs.find(f)
	if j.snapshot != "" {
		_, _, inside, _ := hubAddress(f.URL) // snapshotOf found the file by it
		real, err := filepath.EvalSymlinks(filepath.Join(j.snapshot, filepath.FromSlash(inside)))
		if err != nil {
			return false, nil // removed in the meantime
		}
		paths = []string{real}
	}
	for _, path := range paths {
		j.notify(Progress{Model: j.m.Name, File: f.Name, Stage: Looking, Done: j.before, Total: j.m.Bytes(), Note: path})
		r, err := hashFile(j.ctx, path, j.checking(f))
		if j.ctx.Err() != nil {
			return false, err
		}
		if err != nil || !j.is(f, path, r.SHA256) {
			continue // unreadable, or another file
		}
		return true, j.take(f, found{path, r.SHA256}, !j.s.Copy)
	}
	return false, nil
}

// given uses a file that Import recognised.
func (j *job) given(f catalogue.File) (bool, error) {
	g, ok := j.files[f.Name]
	if !ok {
		return false, nil
	}
	return true, j.take(f, g, j.inPlace)
}

// take uses a recognised file: weights in place if inPlace is set, otherwise a copy.
func (j *job) take(f catalogue.File, g found, inPlace bool) error {
	if f.Role == catalogue.RoleWeights && inPlace {
		return j.note(f, g.path, g.sum, g.path)
	}
	own := filepath.Join(j.dir, filepath.FromSlash(f.Name))
	if err := copyFile(j.ctx, g.path, own, g.sum, func(n int64) {
		j.notify(Progress{Model: j.m.Name, File: f.Name, Stage: Copying, Done: j.before + n, Total: max(j.m.Bytes(), j.before+n)})
	}); err != nil {
		return err
	}
	return j.note(f, own, g.sum, "")
}

// is reports whether the file at path, with the given sum, is f. If the catalogue has
// no sum, the file must have the sum by which the hub's cache names it: 64 digits of
// SHA-256 for large files, git's 40 for small ones.
func (j *job) is(f catalogue.File, path, sum string) bool {
	if f.SHA256 != "" || f.Starts != "" {
		return agrees(f, sum)
	}
	switch name := filepath.Base(path); len(name) {
	case 64:
		return name == sum
	case 40:
		return name == gitSum(path)
	}
	return false
}

// gitSum returns git's object name of a file's content, or "".
func gitSum(path string) string {
	const limit = 1 << 20 // on the hub, larger files are not in git itself
	info, err := os.Stat(path)
	if err != nil || info.Size() > limit {
		return ""
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	h := sha1.New() // as above
	fmt.Fprintf(h, "blob %d\x00", len(text))
	h.Write(text)
	return hex.EncodeToString(h.Sum(nil))
}

// checking returns a callback that reports the progress of hashing a file.
func (j *job) checking(f catalogue.File) func(n int64) {
	return func(n int64) {
		j.notify(Progress{Model: j.m.Name, File: f.Name, Stage: Checking, Done: j.before + n, Total: max(j.m.Bytes(), j.before+n)})
	}
}
