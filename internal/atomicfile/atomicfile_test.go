package atomicfile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"descry/internal/failure"
)

func text(s string) func(io.Writer) error {
	return func(w io.Writer) error { _, err := io.WriteString(w, s); return err }
}

// onlyFiles fails unless the folder holds exactly the named files.
func onlyFiles(t *testing.T, folder string, want map[string]string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(folder, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if w, ok := want[e.Name()]; !ok || w != string(b) {
			t.Errorf("the folder holds %s with %q", e.Name(), b)
		}
	}
	if len(entries) != len(want) {
		t.Errorf("the folder holds %d files, want %d", len(entries), len(want))
	}
}

func TestWritesWholeFilesInBothModes(t *testing.T) {
	for name, mode := range map[string]Mode{"exclusive": Exclusive, "overwrite": Overwrite} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			long := strings.Repeat("caption ", 50000)
			if err := Write(filepath.Join(dir, "a.txt"), mode, text(long)); err != nil {
				t.Fatal(err)
			}
			onlyFiles(t, dir, map[string]string{"a.txt": long})
		})
	}
}

func TestOverwriteReplacesAndKeepsThePermissions(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.txt")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Write(path, Overwrite, text("new")); err != nil {
		t.Fatal(err)
	}
	onlyFiles(t, dir, map[string]string{"a.txt": "new"})
	if info, _ := os.Lstat(path); runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("permissions are %v, were 0600", info.Mode())
	}
}

func TestExclusiveLeavesWhatIsThere(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.txt")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	called := false
	err := Write(path, Exclusive, func(io.Writer) error { called = true; return nil })
	var f *failure.Failure
	if !errors.Is(err, fs.ErrExist) || !errors.As(err, &f) || f.Subject != path || f.Hint.IsZero() {
		t.Errorf("error is %#v", err)
	}
	if called {
		t.Error("the content was made in vain")
	}
	onlyFiles(t, dir, map[string]string{"a.txt": "old"})
}

func TestNothingButFilesIsReplaced(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "original"), []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	link, folder := filepath.Join(dir, "link"), filepath.Join(dir, "folder")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	targets := map[string]string{"a folder": folder}
	if os.Symlink("original", link) == nil {
		targets["a link"] = link
	}
	for kind, path := range targets {
		for _, mode := range []Mode{Exclusive, Overwrite} {
			err := Write(path, mode, text("new"))
			if f := failure.Of(err, failure.Model); f == nil || f.Kind != failure.Unsupported || !strings.Contains(f.Message.String(), kind) {
				t.Errorf("%s, mode %d: error is %v", kind, mode, err)
			}
		}
	}
	if b, _ := os.ReadFile(filepath.Join(dir, "original")); string(b) != "old" {
		t.Errorf("the link's target holds %q", b)
	}
}

// broken is a file whose operations fail where an error is set.
type broken struct {
	File
	write, sync, close error
}

func (b broken) Write(p []byte) (int, error) {
	if b.write != nil {
		n, _ := b.File.Write(p[:len(p)/2])
		return n, b.write
	}
	return b.File.Write(p)
}

func (b broken) Sync() error {
	if b.sync != nil {
		return b.sync
	}
	return b.File.Sync()
}

func (b broken) Close() error {
	if err := b.File.Close(); b.close == nil {
		return err
	}
	return b.close
}

func TestAFaultAtAnyStepLeavesEverythingAsItWas(t *testing.T) {
	full := &fs.PathError{Op: "write", Path: ".descry-x.tmp", Err: syscall.ENOSPC}
	withFile := func(b broken) func(*Ops) {
		return func(o *Ops) {
			create := o.Create
			o.Create = func(path string, perm fs.FileMode) (File, error) {
				f, err := create(path, perm)
				b.File = f
				return b, err
			}
		}
	}
	for _, step := range []struct {
		name  string
		fault func(*Ops)
		modes []Mode
	}{
		{"look", func(o *Ops) { o.Lstat = func(string) (fs.FileInfo, error) { return nil, full } }, []Mode{Exclusive, Overwrite}},
		{"open", func(o *Ops) { o.Create = func(string, fs.FileMode) (File, error) { return nil, full } }, []Mode{Exclusive, Overwrite}},
		{"write", withFile(broken{write: full}), []Mode{Exclusive, Overwrite}},
		{"sync", withFile(broken{sync: full}), []Mode{Exclusive, Overwrite}},
		{"close", withFile(broken{close: full}), []Mode{Exclusive, Overwrite}},
		{"rename", func(o *Ops) { o.Rename = func(string, string) error { return full } }, []Mode{Overwrite}},
		{"link", func(o *Ops) { o.Link = func(string, string) error { return full } }, []Mode{Exclusive}},
		{"no links, take the name", func(o *Ops) {
			o.Link = func(string, string) error { return syscall.EPERM }
			create, calls := o.Create, 0
			o.Create = func(path string, perm fs.FileMode) (File, error) {
				if calls++; calls == 2 {
					return nil, full
				}
				return create(path, perm)
			}
		}, []Mode{Exclusive}},
		{"no links, rename", func(o *Ops) {
			o.Link = func(string, string) error { return syscall.EPERM }
			o.Rename = func(string, string) error { return full }
		}, []Mode{Exclusive}},
	} {
		for _, mode := range step.modes {
			for _, there := range []bool{false, true} {
				if there && mode == Exclusive {
					continue
				}
				dir := t.TempDir()
				want := map[string]string{}
				if there {
					want["a.txt"] = "old"
					if err := os.WriteFile(filepath.Join(dir, "a.txt"), []byte("old"), 0o600); err != nil {
						t.Fatal(err)
					}
				}
				o := OS()
				step.fault(&o)
				err := o.Write(filepath.Join(dir, "a.txt"), mode, text(strings.Repeat("new", 100000)))
				if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "disk is full") {
					t.Errorf("%s: error is %v", step.name, err)
				}
				onlyFiles(t, dir, want)
			}
		}
	}
}

func TestAFaultOfTheContentIsGivenBack(t *testing.T) {
	dir := t.TempDir()
	odd := errors.New("encoder out of paper")
	err := Write(filepath.Join(dir, "a"), Overwrite, func(io.Writer) error { return odd })
	if !errors.Is(err, odd) {
		t.Errorf("error is %v", err)
	}
	func() {
		defer func() { recover() }()
		Write(filepath.Join(dir, "a"), Overwrite, func(io.Writer) error { panic(odd) })
	}()
	onlyFiles(t, dir, map[string]string{})
}

func TestAFolderThatCannotBeSyncedIsReported(t *testing.T) {
	dir := t.TempDir()
	o := OS()
	o.SyncDir = func(string) error { return syscall.EIO }
	if err := o.Write(filepath.Join(dir, "a"), Exclusive, text("new")); !errors.Is(err, syscall.EIO) {
		t.Errorf("error is %v", err)
	}
	onlyFiles(t, dir, map[string]string{"a": "new"})
}

func TestExclusiveIsWonByOneOfMany(t *testing.T) {
	for name, links := range map[string]bool{"links": true, "no links": false} {
		dir := t.TempDir()
		o := OS()
		if !links {
			o.Link = func(string, string) error { return syscall.EPERM }
		}
		var won atomic.Int32
		var all sync.WaitGroup
		for range 16 {
			all.Go(func() {
				switch err := o.Write(filepath.Join(dir, "a"), Exclusive, text("new")); {
				case err == nil:
					won.Add(1)
				case !errors.Is(err, fs.ErrExist):
					t.Errorf("%s: %v", name, err)
				}
			})
		}
		all.Wait()
		if won.Load() != 1 {
			t.Errorf("%s: %d writers won", name, won.Load())
		}
		onlyFiles(t, dir, map[string]string{"a": "new"})
	}
}

// counted is a file that counts how often it is closed.
type counted struct {
	broken
	closes *int
}

func (c counted) Close() error {
	*c.closes++
	return c.broken.Close()
}

func TestAFileIsClosedOnceWhateverHappens(t *testing.T) {
	odd := errors.New("encoder out of paper")
	for name, c := range map[string]struct {
		file broken
		fill func(io.Writer) error
	}{
		"all is well":  {fill: text("new")},
		"fill fails":   {fill: func(io.Writer) error { return odd }},
		"fill panics":  {fill: func(io.Writer) error { panic(odd) }},
		"write fails":  {broken{write: odd}, text("new")},
		"sync fails":   {broken{sync: odd}, text("new")},
		"close fails":  {broken{close: odd}, text("new")},
		"nothing":      {fill: text("")},
		"many buffers": {fill: text(strings.Repeat("new", 100000))},
	} {
		closes := 0
		o := OS()
		create := o.Create
		o.Create = func(path string, perm fs.FileMode) (File, error) {
			f, err := create(path, perm)
			c.file.File = f
			return counted{c.file, &closes}, err
		}
		func() {
			defer func() { recover() }()
			err := o.Write(filepath.Join(t.TempDir(), "a"), Exclusive, c.fill)
			if broken := c.file.write != nil || c.file.sync != nil || c.file.close != nil || name == "fill fails"; broken != (err != nil) {
				t.Errorf("%s: %v", name, err)
			}
		}()
		if closes != 1 {
			t.Errorf("%s: closed %d times", name, closes)
		}
	}
}

// Once the file has its name nothing is removed but the second name that a link
// leaves: by then the first may be somebody else's.
func TestAWriteThatIsDoneRemovesOnlyItsSecondName(t *testing.T) {
	for _, c := range []struct {
		mode  Mode
		links bool
		want  int
	}{{Overwrite, true, 0}, {Exclusive, true, 1}, {Exclusive, false, 0}} {
		o := OS()
		if !c.links {
			o.Link = func(string, string) error { return syscall.EPERM }
		}
		var removed []string
		remove, done := o.Remove, false
		o.Remove = func(path string) error {
			if done {
				t.Errorf("mode %d: %s is removed after the folder was written", c.mode, path)
			}
			removed = append(removed, path)
			return remove(path)
		}
		o.SyncDir = func(string) error { done = true; return nil }
		path := filepath.Join(t.TempDir(), "a")
		if err := o.Write(path, c.mode, text("new")); err != nil || !done {
			t.Fatal(err, done)
		}
		if len(removed) != c.want || c.want == 1 && (removed[0] == path || !strings.HasSuffix(removed[0], ".tmp")) {
			t.Errorf("mode %d: removed %v", c.mode, removed)
		}
	}
}

func TestAFolderIsWrittenToTheDisk(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there is no such call")
	}
	if err := syncDir(t.TempDir()); err != nil {
		t.Error(err)
	}
	if err := syncDir(filepath.Join(t.TempDir(), "missing")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing folder: %v", err)
	}
	if _, err := os.Stat("/proc/self"); err == nil {
		if err := syncDir("/proc/self"); err != nil { // cannot be synced, which is no fault
			t.Errorf("a file system without that call: %v", err)
		}
	}
}
