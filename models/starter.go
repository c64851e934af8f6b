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

// stampFile is the name of the file next to an unpacked set that holds the sizes and
// times of its verified files. It is not part of the set.
const stampFile = ".verified.json"

// stamp is the content of a stampFile: for each file its size and its modification time
// in nanoseconds. A changed file normally differs in one of them; then all files are
// hashed again.
type stamp map[string][2]int64

// packed is a model set inside a file system, with the sums of its files.
type packed struct {
	files    fs.FS
	sums     map[string]string // SHA-256 by slash-separated path
	revision string            // first 8 hexadecimal digits of the SHA-256 over all names and sums
}

// builtIn returns the name of the built-in models in messages.
func builtIn() string { return message.Sprintf("the built-in models") }

// UnpackStarter unpacks the built-in model set to <modelsDir>/starter/<revision>/, unless
// it is there, and returns that folder. The set must be in files because the runtime
// maps weights from files. The first call writes 17 MB; later ones compare sizes and
// times with those of the last full check, and hash everything if they differ. Missing
// and damaged files are written again, each whole or not at all, so that two programs
// may do this at once and one may be stopped at any point. The folder may be read-only
// if all files in it are intact.
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

// pack returns the set in a file system. It takes the sums of large files from the set's
// descry.json, which pins them; a test verifies them.
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

// names returns the files' names, sorted, with descry.json last: a folder that has it was
// complete at some time.
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

// unpack writes the missing and damaged files to <parent>/<revision>/.
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

// write writes one file to target.
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

// look returns the size and time of every file in dir, or false if one is missing or not
// a regular file.
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

// stamped reports whether dir is unchanged since its last full check.
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

// writeStamp records that dir was verified. If that fails, the next start hashes again,
// which is only slow.
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

// hasSum reports whether the file exists and has that SHA-256. It does not follow links;
// a link is replaced.
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

// sumOf returns the SHA-256 of all of r.
func sumOf(r io.Reader) (string, error) {
	h := sha256.New()
	_, err := io.Copy(h, r)
	return hex.EncodeToString(h.Sum(nil)), err
}

// explainUnpack returns the failure for an error while unpacking the built-in models.
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
