package models

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"descry/internal/failure"
	"descry/models/weights"
	"descry/resources"
)

var old = time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)

func TestTheStarterSetIsWhatItsSumsSay(t *testing.T) {
	p, err := pack(resources.Starter())
	if err != nil {
		t.Fatal(err)
	}
	if len(p.sums) < 10 {
		t.Errorf("%d files, want the set, the licence, three models and their configurations", len(p.sums))
	}
	for name, want := range p.sums {
		f, err := p.files.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		got, err := sumOf(f)
		f.Close()
		if err != nil || got != want {
			t.Errorf("%s has SHA-256 %s, descry.json says %s (%v); tools/starter/pack.py writes it", name, got, want, err)
		}
	}
}

func TestTheStarterSetLoadsAfterOneUnpacking(t *testing.T) {
	models := t.TempDir()
	set, err := Resolve(Starter, Dirs{Models: models})
	if err != nil {
		t.Fatal(err)
	}
	if set.Name != Starter || len(set.Warnings) != 0 || set.Caption == nil || set.Instances == nil || set.Classes == nil {
		t.Errorf("set %+v", set)
	}
	for _, path := range []string{set.Caption.Weights, set.Instances.Weights, set.Classes.Weights} {
		f, err := weights.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if len(f.Names()) < 100 || f.Format != weights.Safetensors {
			t.Errorf("%s: %s with %d tensors", path, f.Format, len(f.Names()))
		}
	}
	before := times(t, set.Dir)
	if _, err := Resolve(Starter, Dirs{Models: models}); err != nil {
		t.Fatal(err)
	}
	for path, at := range times(t, set.Dir) {
		if !before[path].Equal(at) {
			t.Errorf("%s was written again", path)
		}
	}
	if leftovers, _ := filepath.Glob(filepath.Join(set.Dir, "*", ".descry-*")); len(leftovers) > 0 {
		t.Errorf("left behind: %v", leftovers)
	}
}

// times returns the time of the last change of every file below dir.
func times(t *testing.T, dir string) map[string]time.Time {
	t.Helper()
	all := map[string]time.Time{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		all[path] = info.ModTime()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// small is a set of a few bytes, packed like the built-in one.
func small(t *testing.T) *packed {
	t.Helper()
	p, err := pack(fstest.MapFS{
		SetFile:   {Data: []byte(`{"format":1,"caption":{"architecture":"blip","weights":"b/w"}}`)},
		"b/w":     {Data: []byte("weights of a model")},
		"LICENSE": {Data: []byte("free")},
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestAnUnpackedSetIsMendedWhereItIsDamaged(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(dir string) error
	}{
		{"a file is absent", func(dir string) error { return os.Remove(filepath.Join(dir, "b", "w")) }},
		{"a folder is absent", func(dir string) error { return os.RemoveAll(filepath.Join(dir, "b")) }},
		{"a file is truncated", func(dir string) error { return os.Truncate(filepath.Join(dir, "b", "w"), 3) }},
		{"a file is empty", func(dir string) error { return os.Truncate(filepath.Join(dir, "LICENSE"), 0) }},
		{"bytes were changed", func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "b", "w"), []byte("WEIGHTS of a model"), 0o600)
		}},
		{"bytes were changed and the stamp is absent", func(dir string) error {
			return errors.Join(os.WriteFile(filepath.Join(dir, "b", "w"), []byte("WEIGHTS of a model"), 0o600), os.Remove(filepath.Join(dir, stampFile)))
		}},
		{"the stamp is nonsense", func(dir string) error {
			return errors.Join(os.WriteFile(filepath.Join(dir, stampFile), []byte("{"), 0o600), os.Truncate(filepath.Join(dir, SetFile), 1))
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, parent := small(t), t.TempDir()
			dir, err := p.unpack(parent)
			if err != nil {
				t.Fatal(err)
			}
			if err := c.spoil(dir); err != nil {
				t.Fatal(err)
			}
			if again, err := p.unpack(parent); err != nil || again != dir {
				t.Fatalf("%s, %v", again, err)
			}
			checkUnpacked(t, p, dir)
		})
	}
}

// checkUnpacked compares every file of dir with the packed one.
func checkUnpacked(t *testing.T, p *packed, dir string) {
	t.Helper()
	for name := range p.sums {
		want, err := fs.ReadFile(p.files, name)
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil || string(got) != string(want) {
			t.Errorf("%s holds %q, want %q (%v)", name, got, want, err)
		}
	}
	if !p.stamped(dir) {
		t.Error("the folder is not stamped as verified")
	}
}

func TestManyMayUnpackAtOnce(t *testing.T) {
	p, parent := small(t), t.TempDir()
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			dir, err := p.unpack(parent)
			if err != nil {
				t.Error(err)
				return
			}
			if text, err := os.ReadFile(filepath.Join(dir, "b", "w")); err != nil || string(text) != "weights of a model" {
				t.Errorf("%q, %v", text, err)
			}
		})
	}
	wg.Wait()
	dir, err := p.unpack(parent)
	if err != nil {
		t.Fatal(err)
	}
	checkUnpacked(t, p, dir)
}

func TestAnInterruptedUnpackingIsFinishedByTheNext(t *testing.T) {
	p, parent := small(t), t.TempDir()
	files := p.files
	p.files = fstest.MapFS{SetFile: files.(fstest.MapFS)[SetFile], "LICENSE": files.(fstest.MapFS)["LICENSE"]}
	if dir, err := p.unpack(parent); err == nil {
		t.Fatalf("unpacked to %s without its weights", dir)
	}
	if _, err := os.Stat(filepath.Join(parent, p.revision, SetFile)); err == nil {
		t.Error("a folder without its weights has a descry.json")
	}
	p.files = files
	dir, err := p.unpack(parent)
	if err != nil {
		t.Fatal(err)
	}
	checkUnpacked(t, p, dir)
}

func TestAFolderThatCannotBeWrittenIsNamed(t *testing.T) {
	models := folder(t, Starter, "a file where the folder should be")
	_, err := UnpackStarter(models)
	var f *failure.Failure
	if !errors.As(err, &f) || f.Kind != failure.Model || !strings.HasPrefix(f.Subject, models) || !strings.Contains(f.Message.String(), "the built-in models could not be unpacked") || f.Hint.IsZero() {
		t.Errorf("got %v", err)
	}
	_, err = UnpackStarter("")
	checkFailure(t, "nowhere", err, failure.Model, "the built-in models", "no folder for models is known")
}

func TestACompleteFolderNeedsNoWriting(t *testing.T) {
	p, parent := small(t), t.TempDir()
	dir, err := p.unpack(parent)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, stampFile)); err != nil {
		t.Fatal(err)
	}
	// A folder in the stamp's place cannot be written, also by root.
	if err := os.Mkdir(filepath.Join(dir, stampFile), 0o700); err != nil {
		t.Fatal(err)
	}
	before := times(t, dir)
	if _, err := p.unpack(parent); err != nil {
		t.Errorf("a right folder that cannot be stamped: %v", err)
	}
	for path, at := range times(t, dir) {
		if !before[path].Equal(at) {
			t.Errorf("%s was written again", path)
		}
	}
}
