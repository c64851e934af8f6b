package models

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sort"

	"descry/internal/atomicfile"
	"descry/internal/failure"
	"descry/internal/message"
	"descry/resources"
)

// stampFile lies next to an unpacked set and remembers which files, of which
// size and time, were found right. It is not part of the set.
const stampFile = ".verified.json"

// stamp is the content of a stampFile: for each file its size and the time of
// its last change in nanoseconds. A file that was changed in any usual way
// differs in one of them; then all are hashed again.
type stamp map[string][2]int64

// packed is a model set inside a file system and what each of its files should
// be.
type packed struct {
	files    fs.FS
	sums     map[string]string // SHA-256 by slash-separated path
	revision string            // first 8 hexadecimal digits of the SHA-256 over all names and sums
}

// builtIn returns how messages name the built-in models.
func builtIn() string { return message.Sprintf("the built-in models") }

// UnpackStarter makes sure that the built-in model set lies in
// <modelsDir>/starter/<revision>/ as it should, and returns that folder: the
// runtime maps weights from files, so they must be some. The first call writes
// 17 MB; later ones compare sizes and times with those of the last full check,
// and hash everything where they differ. What is absent or damaged is written
// again, each file whole or not at all, so that two programs may do this at once
// and one may be stopped at any point. A folder that cannot be written is fine
// as long as everything in it is right.
func UnpackStarter(modelsDir string) (string, error) {
	if modelsDir == "" {
		return "", bad(builtIn(), "no folder for models is known").WithHint("Set DESCRY_HOME to a folder of your own.")
	}
	p, err := pack(resources.Starter())
	if err != nil {
		return "", failure.Wrap(failure.Model, "load", builtIn(), err, "Install the program again.")
	}
	return p.unpack(filepath.Join(modelsDir, Starter))
}

// pack reads which files a set has. The sums of the large ones are taken from
// its descry.json, which pins them; a test makes sure that they are right.
func pack(files fs.FS) (*packed, error) {
	text, err := fs.ReadFile(files, SetFile)
	if err != nil {
		return nil, err
	}
	_, wanted, err := parseSet(text, ".")
	if err != nil {
		return nil, err
	}
	p := &packed{files: files, sums: map[string]string{}}
	for _, w := range wanted {
		if w.sha256 != "" {
			p.sums[path.Clean(w.path)] = w.sha256
		}
	}
	err = fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || p.sums[name] != "" {
			return err
		}
		f, err := files.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		p.sums[name], err = sumOf(f)
		return err
	})
	all := sha256.New()
	for _, name := range p.names() {
		fmt.Fprintf(all, "%s %s\n", p.sums[name], name)
	}
	p.revision = hex.EncodeToString(all.Sum(nil))[:8]
	return p, err
}

// names returns the files' names, sorted, descry.json last: a folder that has it
// was once complete.
func (p *packed) names() []string {
	names := make([]string, 0, len(p.sums))
	for name := range p.sums {
		names = append(names, name)
	}
	sort.Slice(names, func(a, b int) bool {
		if (names[a] == SetFile) != (names[b] == SetFile) {
			return names[b] == SetFile
		}
		return names[a] < names[b]
	})
	return names
}

// unpack makes sure that <parent>/<revision>/ holds the files.
func (p *packed) unpack(parent string) (string, error) {
	dir := filepath.Join(parent, p.revision)
	if p.stamped(dir) {
		return dir, nil
	}
	for _, name := range p.names() {
		target := filepath.Join(dir, filepath.FromSlash(name))
		right, err := hasSum(target, p.sums[name])
		if err == nil && !right {
			err = p.write(name, target)
		}
		if err != nil {
			return "", explainUnpack(target, err)
		}
	}
	p.writeStamp(dir)
	return dir, nil
}

// write puts one file in its place.
func (p *packed) write(name, target string) error {
	if err := os.MkdirAll(filepath.Dir(target), 0o777); err != nil {
		return err
	}
	return atomicfile.Write(target, atomicfile.Overwrite, func(w io.Writer) error {
		f, err := p.files.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		h := sha256.New()
		if _, err = io.Copy(io.MultiWriter(w, h), f); err != nil {
			return err
		}
		if got := hex.EncodeToString(h.Sum(nil)); got != p.sums[name] {
			return failure.Worded(nil, "the program's own copy is damaged (SHA-256 %s…)", got[:12])
		}
		return nil
	})
}

// look returns size and time of every file in dir, or false where one is absent
// or no file.
func (p *packed) look(dir string) (stamp, bool) {
	s := stamp{}
	for name := range p.sums {
		info, err := os.Lstat(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil || !info.Mode().IsRegular() {
			return nil, false
		}
		s[name] = [2]int64{info.Size(), info.ModTime().UnixNano()}
	}
	return s, true
}

// stamped reports whether dir is as it was at its last full check.
func (p *packed) stamped(dir string) bool {
	text, err := readSmall(filepath.Join(dir, stampFile))
	if err != nil {
		return false
	}
	now, ok := p.look(dir)
	if !ok {
		return false
	}
	same, err := json.Marshal(now)
	return err == nil && bytes.Equal(bytes.TrimSpace(text), same)
}

// writeStamp remembers that dir is right. Where that fails the next start
// hashes again, which is no more than slow.
func (p *packed) writeStamp(dir string) {
	now, ok := p.look(dir)
	if !ok {
		return
	}
	text, err := json.Marshal(now)
	if err != nil {
		return
	}
	_ = atomicfile.Write(filepath.Join(dir, stampFile), atomicfile.Overwrite, func(w io.Writer) error {
		_, err := w.Write(append(text, '\n'))
		return err
	})
}

// hasSum reports whether the file is there with that SHA-256. A link is not
// followed: it would be replaced.
func hasSum(path, want string) (bool, error) {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !info.Mode().IsRegular() {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	got, err := sumOf(f)
	return got == want, err
}

// sumOf returns the SHA-256 of what r holds.
func sumOf(r io.Reader) (string, error) {
	h := sha256.New()
	_, err := io.Copy(h, r)
	return hex.EncodeToString(h.Sum(nil)), err
}

// explainUnpack words why the built-in models could not be put in their place.
func explainUnpack(target string, err error) error {
	words := message.Literal(failure.Plain(err))
	var f *failure.Failure
	switch {
	case errors.As(err, &f):
		words = f.Message
	case errors.Is(err, fs.ErrPermission):
		words = message.Of("no permission to write")
	}
	return bad(target, "the built-in models could not be unpacked: %s", words).
		WithHint("Free some space, make the folder writable, or set DESCRY_HOME to a folder of your own.")
}
