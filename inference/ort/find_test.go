package ort

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"descry/internal/failure"
)

// system returns the search of an invented system with the given files.
func system(there ...string) search {
	return search{
		names:  []string{"lib.so.1", "lib.so"},
		beside: []string{".", "lib"},
		system: []string{"/usr/lib"},
		isFile: func(p string) bool { return slices.Contains(there, filepath.ToSlash(p)) },
	}
}

func TestTheLibraryIsFoundInTheOrderPromised(t *testing.T) {
	all := []string{"/given/lib.so", "/exe/lib.so.1", "/exe/lib/lib.so", "/cache/onnxruntime/lib.so.1", "/usr/lib/lib.so"}
	for i := range all {
		explicit := ""
		if i == 0 {
			explicit = all[0]
		}
		got, tried, err := system(all[i:]...).find(explicit, "/exe", "/cache")
		if err != nil || filepath.ToSlash(got) != all[i] {
			t.Errorf("with %q there: found %q (%v), want %q", all[i:], got, err, all[i])
		}
		if len(tried) == 0 || tried[len(tried)-1] != got {
			t.Errorf("tried %q does not end with what was found, %q", tried, got)
		}
	}
}

func TestAnExplicitPathIsTheOnlyOneTried(t *testing.T) {
	got, tried, err := system("/exe/lib.so.1").find("/given", "/exe", "/cache")
	var f *failure.Failure
	if got != "" || !errors.As(err, &f) || f.Kind != failure.Model || f.Subject != "/given" || f.Hint.IsZero() {
		t.Errorf("found %q, error %#v", got, err)
	}
	want := []string{"/given", filepath.Join("/given", "lib.so.1"), filepath.Join("/given", "lib.so")}
	if !reflect.DeepEqual(tried, want) {
		t.Errorf("tried %q, want %q", tried, want)
	}
	if got, _, err := system("/given/lib.so").find("/given", "", ""); err != nil || filepath.ToSlash(got) != "/given/lib.so" {
		t.Errorf("in an explicit folder: %q, %v", got, err)
	}
}

func TestNothingFoundIsOneClearFailure(t *testing.T) {
	_, tried, err := system().find("", "/exe", "")
	var f *failure.Failure
	if !errors.As(err, &f) || f.Kind != failure.Model || f.Hint.IsZero() {
		t.Fatalf("error %#v", err)
	}
	if len(tried) != 6 { // two names in /exe, /exe/lib and /usr/lib; no cache is named
		t.Errorf("tried %q", tried)
	}
}

func TestAFolderOfTheLibrarysNameIsNotTheLibrary(t *testing.T) {
	dir := t.TempDir()
	for _, names := range libraryNames {
		for _, n := range names {
			if err := os.MkdirAll(filepath.Join(dir, n), 0o755); err != nil {
				t.Fatal(err)
			}
		}
	}
	if path, _, err := Find(dir, "", ""); err == nil {
		t.Errorf("found %q", path)
	}
}

func TestVersionsAreCompared(t *testing.T) {
	for version, want := range map[string]bool{
		"1.24.0": true, "1.24.4": true, "1.25.0-dev": true, "2.0.0": true, "1.100.1": true,
		"1.23.9": false, "1.9.0": false, "0.99.0": false, "": false, "new": false,
	} {
		if got := recentEnough(version); got != want {
			t.Errorf("%q: %v, want %v", version, got, want)
		}
	}
}

func TestAProviderWithoutItsLibraryIsLeftOut(t *testing.T) {
	dir := t.TempDir()
	all := []string{"TensorrtExecutionProvider", cudaProvider, "CPUExecutionProvider"}
	if got, want := installed(all, filepath.Join(dir, "lib.so")), []string{"CPUExecutionProvider"}; !reflect.DeepEqual(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if err := os.WriteFile(filepath.Join(dir, "libonnxruntime_providers_cuda.so"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if got, want := installed(all, filepath.Join(dir, "lib.so")), []string{cudaProvider, "CPUExecutionProvider"}; !reflect.DeepEqual(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestTheLibraryForCUDAIsWholeOrNotFound(t *testing.T) {
	cache := t.TempDir()
	put := func(dir string, files ...string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Join(cache, dir), 0o755); err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if err := os.WriteFile(filepath.Join(cache, dir, f), nil, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	s := thisSystem()
	s.names = []string{"lib.so.1"}
	files := []string{"cuda.so", "shared.so"}
	if path, _ := s.cuda(cache, files); path != "" {
		t.Errorf("found %q in an empty cache", path)
	}
	put("onnxruntime-cuda", "lib.so.1", "cuda.so")
	if path, tried := s.cuda(cache, files); path != "" || len(tried) == 0 {
		t.Errorf("half a library is found: %q, tried %q", path, tried)
	}
	for _, dir := range []string{"onnxruntime-cuda/1.24.4/lib", "onnxruntime-cuda", "onnxruntime/onnxruntime-cuda-1.24.4/lib", "onnxruntime/onnxruntime-cuda-1.31.1/lib"} {
		put(dir, "lib.so.1", "cuda.so", "shared.so")
		if path, _ := s.cuda(cache, files); path != filepath.Join(cache, dir, "lib.so.1") {
			t.Errorf("found %q, want the one in %s", path, dir)
		}
	}
	newest := "onnxruntime/onnxruntime-cuda-1.31.1/lib"
	put(newest, "lib.so.1.2.3")
	if err := os.Remove(filepath.Join(cache, newest, "lib.so.1")); err != nil {
		t.Fatal(err)
	}
	if path, _ := s.cuda(cache, files); filepath.Base(path) != "lib.so.1.2.3" {
		t.Errorf("found %q, want the file with its whole version", path)
	}
	if path, _ := FindCUDA(cache, DeviceCPU); path != "" {
		t.Error("it is found for the CPU")
	}
}
