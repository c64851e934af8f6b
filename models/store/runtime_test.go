package store

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"descry/internal/failure"
	"descry/models/catalogue"
)

// member is one entry of an archive.
type member struct {
	name, content, link string
}

func archive(t *testing.T, members ...member) []byte {
	t.Helper()
	var buf bytes.Buffer
	z := gzip.NewWriter(&buf)
	w := tar.NewWriter(z)
	for _, m := range members {
		h := &tar.Header{Name: m.name, Typeflag: tar.TypeReg, Mode: 0o755, Size: int64(len(m.content))}
		if m.link != "" {
			h.Typeflag, h.Linkname, h.Size = tar.TypeSymlink, m.link, 0
		}
		must(t, w.WriteHeader(h))
		_, err := w.Write([]byte(m.content))
		must(t, err)
	}
	must(t, w.Close())
	must(t, z.Close())
	return buf.Bytes()
}

// runtimeStore is a store whose catalogue has one library.
func runtimeStore(t *testing.T, h *hub, content []byte) *Store {
	t.Helper()
	f := h.put("ort.tgz", catalogue.RoleArchive, content)
	return newStore(t, catalogue.Catalogue{Models: []catalogue.Model{{
		Name: "onnxruntime-test", For: catalogue.ForRuntime, Licence: "MIT", Revision: "1.2.3", Files: []catalogue.File{f}, Needs: "It needs CUDA 12.",
	}}})
}

func TestALibraryIsUnpackedBesideTheNoteOfWhatItNeeds(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("links need a privilege there")
	}
	h := newHub(t)
	s := runtimeStore(t, h, archive(t,
		member{name: "ort-1.2.3/lib/libonnxruntime.so.1.2.3", content: "library"},
		member{name: "ort-1.2.3/lib/libonnxruntime.so.1", link: "libonnxruntime.so.1.2.3"},
		member{name: "ort-1.2.3/lib/libonnxruntime_providers_cuda.so", content: "cuda"},
		member{name: "ort-1.2.3/include/onnxruntime.h", content: "header"},
		member{name: "ort-1.2.3/LICENSE", content: "MIT"},
	))
	must(t, s.Pull(context.Background(), []string{"onnxruntime-test"}, nil))
	lib := s.Library("onnxruntime-test")
	if want := filepath.Join(s.Runtime, "onnxruntime-test-1.2.3", "lib"); lib != want {
		t.Fatalf("library in %q, want %q", lib, want)
	}
	if text, err := os.ReadFile(filepath.Join(lib, "libonnxruntime.so.1")); err != nil || string(text) != "library" {
		t.Errorf("%q, %v", text, err)
	}
	if text, err := os.ReadFile(filepath.Join(lib, "..", needsFile)); err != nil || !strings.Contains(string(text), "CUDA 12") {
		t.Errorf("%q, %v", text, err)
	}
	for _, gone := range []string{filepath.Join(lib, "..", "include"), filepath.Join(s.Runtime, downloads, "ort.tgz")} {
		if _, err := os.Stat(gone); err == nil {
			t.Errorf("%s is there", gone)
		}
	}
	i := s.state(t, "onnxruntime-test")
	if i.State != Ready || i.Needs == "" || i.Unused != 0 {
		t.Errorf("%+v", i)
	}

	must(t, os.WriteFile(filepath.Join(lib, "libonnxruntime_providers_cuda.so"), []byte("evil"), 0o777))
	verdicts, err := s.Verify(context.Background(), nil, true, nil)
	must(t, err)
	repaired := 0
	for _, v := range verdicts {
		if v.Repaired {
			repaired++
		}
	}
	if repaired != 1 || s.Library("onnxruntime-test") == "" {
		t.Errorf("%+v", verdicts)
	}
	if text, _ := os.ReadFile(filepath.Join(lib, "libonnxruntime_providers_cuda.so")); string(text) != "cuda" {
		t.Errorf("after the repair: %q", text)
	}
	freed, err := s.Remove(context.Background(), []string{"onnxruntime-test"})
	must(t, err)
	if len(freed) != 1 || freed[0].Bytes == 0 || s.Library("onnxruntime-test") != "" {
		t.Errorf("%+v", freed)
	}

	other := *s
	other.Catalogue.Models[0].System, other.System = "linux/amd64", "plan9/386"
	wantFailure(t, other.Pull(context.Background(), []string{"onnxruntime-test"}, nil), failure.Model, "it is for linux/amd64; this is plan9/386")
	s.System = "linux/amd64"

	// The archive by file, for a machine without internet.
	_, err = s.Import(context.Background(), []string{write(t, filepath.Join(t.TempDir(), "download.tgz"), h.files["/m/ort.tgz"])}, false, nil)
	must(t, err)
	if s.Library("onnxruntime-test") == "" {
		t.Error("the imported archive was not unpacked")
	}
}

func TestAnArchiveThatLeavesItsFolderIsRefused(t *testing.T) {
	good := member{name: "a/lib/libgood.so", content: "x"}
	for name, members := range map[string][]member{
		"a link to elsewhere": {good, {name: "a/lib/libevil.so", link: "../../../../etc/passwd"}},
		"a link to a path":    {good, {name: "a/lib/libevil.so", link: "/etc/passwd"}},
		"no library":          {{name: "a/README", content: "x"}},
		"the same twice":      {good, good},
	} {
		s := runtimeStore(t, newHub(t), archive(t, members...))
		err := s.Pull(context.Background(), []string{"onnxruntime-test"}, nil)
		if f := failure.Of(err, "none"); f == nil || f.Kind != failure.Model && f.Kind != failure.Storage {
			t.Errorf("%s: %v", name, err)
		}
		if s.Library("onnxruntime-test") != "" {
			t.Errorf("%s: it is installed", name)
		}
		if left, _ := filepath.Glob(filepath.Join(s.Runtime, ".unpack-*")); len(left) != 0 {
			t.Errorf("%s: %v is left", name, left)
		}
	}
	// Members that lead out of the folder are rejected, whatever their names.
	s := runtimeStore(t, newHub(t), archive(t, good, member{name: "a/lib/../../../lib/libout.so", content: "x"}, member{name: "../../b/lib/libout.so", content: "x"}))
	if err := s.Pull(context.Background(), []string{"onnxruntime-test"}, nil); err == nil {
		var outside []string
		_ = filepath.WalkDir(filepath.Dir(s.Runtime), func(p string, d os.DirEntry, err error) error {
			if err == nil && d.Name() == "libout.so" && filepath.Dir(p) != s.Library("onnxruntime-test") {
				outside = append(outside, p)
			}
			return nil
		})
		if len(outside) != 0 {
			t.Errorf("written outside: %v", outside)
		}
	}
	s = runtimeStore(t, newHub(t), []byte("no archive at all"))
	wantFailure(t, s.Pull(context.Background(), []string{"onnxruntime-test"}, nil), failure.Model, "the archive is damaged")
}
