package ort

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"descry/models/onnx"
)

// openLibrary opens the ONNX Runtime that Find returns, as the program does, with
// bin/ in place of the executable's folder. Without a library, or without cgo, the
// test is skipped.
func openLibrary(t testing.TB) *Library {
	t.Helper()
	cache, _ := os.UserCacheDir()
	path, tried, err := Find(os.Getenv("DESCRY_ORT"), filepath.Join("..", "..", "bin"), filepath.Join(cache, "descry"))
	if err != nil && os.Getenv("DESCRY_ORT") != "" {
		t.Fatal(err) // the library was named explicitly, so do not skip
	}
	if err != nil {
		t.Skipf("%v (tried %s)", err, strings.Join(tried, ", "))
	}
	l, err := Open(path)
	if err != nil && strings.Contains(err.Error(), "without cgo") {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

// newSession builds a graph and makes a session of it, which is closed at the end
// of the test.
func newSession(t testing.TB, l *Library, g *onnx.Graph, o Options) *Session {
	t.Helper()
	m, err := g.Build()
	if err != nil {
		t.Fatal(err)
	}
	s, err := l.NewSession(m, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}
