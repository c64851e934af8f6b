package ort

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"descry/internal/failure"
)

// compile builds a shared library from C, or skips the test.
func compile(t *testing.T, source string) string {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("made for Linux")
	}
	dir := t.TempDir()
	c, so := filepath.Join(dir, "lib.c"), filepath.Join(dir, "libonnxruntime.so.1")
	if err := os.WriteFile(c, []byte(source), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("cc", "-shared", "-fPIC", "-o", so, c).CombinedOutput(); err != nil {
		t.Skipf("no C compiler: %v %s", err, out)
	}
	return so
}

// oldRuntime is a library that claims to be another version of ONNX Runtime; its
// GetApi crashes as the binding would.
const oldRuntime = `
#include <stdint.h>
#include <stdlib.h>
struct base { const void *(*api)(uint32_t); const char *(*version)(void); };
static const void *api(uint32_t v) { abort(); }
static const char *version(void) { return "1.17.1"; }
static const struct base b = {api, version};
const struct base *OrtGetApiBase(void) { return &b; }
`

func TestALibraryThatWillNotDoIsOneClearFailure(t *testing.T) {
	needsCgo(t)
	text := filepath.Join(t.TempDir(), "libonnxruntime.so.1")
	if err := os.WriteFile(text, []byte("not a library\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ path, message string }{
		"absent":          {filepath.Join(t.TempDir(), "none.so"), "cannot be loaded"},
		"not a library":   {text, "cannot be loaded"},
		"too old":         {compile(t, oldRuntime), "ONNX Runtime 1.17.1; 1.24 or newer is needed"},
		"another library": {compile(t, "int x;\n"), "not ONNX Runtime"},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := Open(c.path)
			if err == nil {
				l.Close()
				t.Fatal("it was opened")
			}
			var f *failure.Failure
			if !errors.As(err, &f) || f.Kind != failure.Model || f.Subject != c.path || f.Hint.IsZero() {
				t.Errorf("failure %#v", err)
			}
			if !strings.Contains(f.Message.String(), c.message) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %q, want one line with %q", err.Error(), c.message)
			}
		})
	}
}

func TestOpeningTheSameFileAgainGivesTheSameLibrary(t *testing.T) {
	a := openLibrary(t)
	b, err := Open(a.Path())
	if err != nil {
		t.Fatal(err)
	}
	if a.Version() != b.Version() || len(b.Providers()) == 0 || b.Providers()[len(b.Providers())-1] != "CPUExecutionProvider" {
		t.Errorf("%s %q and %s %q", a.Version(), a.Providers(), b.Version(), b.Providers())
	}
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	if err := b.Close(); err == nil {
		t.Error("a second Close went well")
	}
	newSession(t, a, addGraph(), Options{}) // a still works
}

func TestAnotherLibraryIsRefusedWhileOneIsOpen(t *testing.T) {
	l := openLibrary(t)
	if _, err := Open(filepath.Join(t.TempDir(), "other.so")); err == nil || !strings.Contains(err.Error(), l.Path()) {
		t.Errorf("error %v", err)
	}
}

func TestALibraryWithOpenSessionsIsNotClosed(t *testing.T) {
	l := openLibrary(t)
	m, err := addGraph().Build()
	if err != nil {
		t.Fatal(err)
	}
	s, err := l.NewSession(m, Options{Name: "sum"})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err == nil || !strings.Contains(err.Error(), "1 sessions are still open") {
		t.Errorf("error %v", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
