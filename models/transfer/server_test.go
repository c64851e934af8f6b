package transfer

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"descry/internal/failure"
	"descry/network"
)

// step is one answer of the test server.
type step func(s *server, w http.ResponseWriter, r *http.Request)

// server serves one file; each request takes the next step of its script, and
// an honest answer with ranges after the last.
type server struct {
	*httptest.Server
	t       *testing.T
	content []byte
	tag     string

	mu     sync.Mutex
	script []step
	asked  []*http.Request
	last   step // instead of a correct response
	quit   chan struct{}
}

// seeded is a file's content, the same for a seed.
func seeded(seed uint64, n int) []byte {
	b := make([]byte, n)
	var key [32]byte
	key[0] = byte(seed)
	rand.NewChaCha8(key).Read(b)
	return b
}

func serve(t *testing.T, content []byte, script ...step) *server {
	t.Helper()
	s := unstarted(t, content, script...)
	s.Start()
	return s
}

func unstarted(t *testing.T, content []byte, script ...step) *server {
	s := &server{t: t, content: content, tag: `"v1"`, script: script, quit: make(chan struct{})}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(s.answer))
	t.Cleanup(func() {
		close(s.quit)
		if s.Server.URL != "" {
			s.Close()
		}
	})
	return s
}

func (s *server) answer(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.asked = append(s.asked, r.Clone(context.Background()))
	do := s.last
	if do == nil {
		do = honest
	}
	if len(s.script) > 0 {
		do, s.script = s.script[0], s.script[1:]
	}
	s.mu.Unlock()
	do(s, w, r)
}

func (s *server) requests() []*http.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]*http.Request(nil), s.asked...)
}

func (s *server) sum() string { return sumOf(s.content) }

func sumOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// honest serves the file correctly, including ranges and conditions.
func honest(s *server, w http.ResponseWriter, r *http.Request) {
	w.Header().Set("ETag", s.tag)
	w.Header().Set("Content-Type", "application/octet-stream")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(s.content))
}

// cut sends an honest answer's first n bytes and drops the connection.
func cut(n int) step {
	return func(s *server, w http.ResponseWriter, r *http.Request) {
		honest(s, &limited{ResponseWriter: w, left: n, at: func() { panic(http.ErrAbortHandler) }}, r)
	}
}

// stall sends a correct response's first n bytes and then nothing.
func stall(n int) step {
	return func(s *server, w http.ResponseWriter, r *http.Request) {
		honest(s, &limited{ResponseWriter: w, left: n, at: func() {
			select {
			case <-r.Context().Done():
			case <-s.quit:
			}
			panic(http.ErrAbortHandler)
		}}, r)
	}
}

// limited writes so many bytes, flushes them and calls at.
type limited struct {
	http.ResponseWriter
	left int
	at   func()
}

func (l *limited) Write(b []byte) (int, error) {
	if len(b) < l.left {
		l.left -= len(b)
		return l.ResponseWriter.Write(b)
	}
	l.ResponseWriter.Write(b[:l.left])
	l.ResponseWriter.(http.Flusher).Flush()
	l.at()
	return l.left, http.ErrAbortHandler
}

func status(code int, headers ...string) step {
	return func(_ *server, w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		http.Error(w, "no", code)
	}
}

// whole ignores ranges.
func whole(content []byte, tag string, headers ...string) step {
	return func(_ *server, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("ETag", tag)
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Header().Set("Content-Length", strconv.Itoa(len(content)))
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.Write(content)
	}
}

// waits is a client's sleep that takes no time and records the durations.
type waits struct {
	mu  sync.Mutex
	all []time.Duration
}

func (w *waits) wait(ctx context.Context, d time.Duration) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all = append(w.all, d)
	return ctx.Err()
}

// client is a client that does not sleep, with a network that is up.
func client() (*Client, *waits) {
	w := &waits{}
	return &Client{
		Network: &network.Client{
			HTTP: &http.Client{Transport: network.NewTransport()}, Stall: 20 * time.Second,
			Online: func() bool { return true },
		},
		Wait:   w.wait,
		Jitter: func(d time.Duration) time.Duration { return d },
	}, w
}

// target is a path in a new folder that does not exist yet.
func target(t *testing.T) string { return filepath.Join(t.TempDir(), "models", "weights.bin") }

// arrived fails unless the file at path has the content and is alone in its folder.
func arrived(t *testing.T, path string, content []byte) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, content) {
		t.Fatalf("the file has %d bytes with hash %s, want %d with %s", len(got), sumOf(got), len(content), sumOf(content))
	}
	beside(t, path, filepath.Base(path))
}

// beside fails unless the folder of path holds exactly the named files.
func beside(t *testing.T, path string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if strings.Join(names, " ") != strings.Join(want, " ") {
		t.Errorf("the folder holds %v, want %v", names, want)
	}
}

// failed fails unless err is a Failure of the kind whose line holds all parts.
func failed(t *testing.T, err error, kind failure.Kind, parts ...string) {
	t.Helper()
	var f *failure.Failure
	if !errors.As(err, &f) {
		t.Fatalf("error is %#v, no Failure", err)
	}
	if f.Kind != kind {
		t.Errorf("kind is %s, want %s", f.Kind, kind)
	}
	for _, p := range parts {
		if !strings.Contains(err.Error(), p) {
			t.Errorf("%q does not hold %q", err, p)
		}
	}
	if f.Op != "download" && (f.Op != "connect" || kind != failure.Usage) {
		t.Errorf("%q has subject %q, operation %q", err, f.Subject, f.Op)
	}
	t.Log(err)
}
