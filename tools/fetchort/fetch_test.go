package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// archiveOf returns a .tgz that holds one file.
func archiveOf(t *testing.T, name string, content []byte) []byte {
	t.Helper()
	var buf bytes.Buffer
	z := gzip.NewWriter(&buf)
	w := tar.NewWriter(z)
	if err := w.WriteHeader(&tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(content))}); err != nil {
		t.Fatal(err)
	}
	w.Write(content)
	w.Close()
	z.Close()
	return buf.Bytes()
}

func TestTheReleasesLibraryIsKeptOnlyWithThePinnedHash(t *testing.T) {
	content := []byte("a library")
	sum := sha256.Sum256(content)
	good := hex.EncodeToString(sum[:])
	for name, c := range map[string]struct {
		status  int
		member  string
		sha     string
		wantErr string
	}{
		"right":           {200, "lib/x.so", good, ""},
		"wrong hash":      {200, "lib/x.so", strings.Repeat("0", 64), "SHA-256"},
		"member missing":  {200, "lib/y.so", good, "holds no lib/x.so"},
		"absent archive":  {404, "lib/x.so", good, "404"},
		"server in a fit": {503, "lib/x.so", good, "503"},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.WriteHeader(c.status)
				w.Write(archiveOf(t, c.member, content))
			}))
			defer server.Close()
			target := filepath.Join(t.TempDir(), "bin", "x.so")
			lib := library{name: "x.so", archive: "x.tgz", member: "lib/x.so", sha: c.sha}
			err := lib.fromRelease(context.Background(), server.URL, target)
			got, readErr := os.ReadFile(target)
			if c.wantErr == "" {
				if err != nil || !bytes.Equal(got, content) {
					t.Fatalf("got %q, %v", got, err)
				}
				if !lib.known(target) {
					t.Error("the library just fetched is not known")
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), c.wantErr) {
				t.Errorf("error %v, want one with %q", err, c.wantErr)
			}
			if readErr == nil {
				t.Error("a library was kept")
			}
			if left, _ := filepath.Glob(filepath.Join(filepath.Dir(target), ".fetchort-*")); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func TestEverySystemIsPinnedWhole(t *testing.T) {
	for system, l := range libraries {
		if len(l.sha) != 64 || len(l.npmSHA) != 64 || l.name == "" || l.npm == "" || !strings.HasPrefix(l.member, strings.TrimSuffix(strings.TrimSuffix(l.archive, ".tgz"), ".zip")+"/lib/") {
			t.Errorf("%s: %+v", system, l)
		}
	}
}
