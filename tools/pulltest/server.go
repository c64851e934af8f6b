package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"path"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// fault is one wrong response of a server.
type fault struct {
	name  string
	serve func(s *server, f *standIn, w http.ResponseWriter, r *http.Request)
}

// server serves the stand-ins on the loopback and counts requests. next chooses the
// fault for the next request of a file; nil is a correct response.
type server struct {
	files map[string]*standIn
	http  *http.Server
	url   string
	pace  atomic.Int64 // bytes per second of one connection, 0: unlimited
	quit  chan struct{}

	mu     sync.Mutex
	random *rand.Rand
	next   func(f *standIn) *fault
	counts
}

// counts holds the server's statistics.
type counts struct {
	Requests int
	Resumes  int            // range requests
	Bytes    int64          // of bodies
	Faults   map[string]int // by name
}

func newServer(files []*standIn, seed uint64) (*server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &server{
		files: map[string]*standIn{}, url: "http://" + l.Addr().String(), quit: make(chan struct{}),
		random: rand.New(rand.NewPCG(seed, 1)), next: func(*standIn) *fault { return nil },
	}
	s.Faults = map[string]int{}
	for _, f := range files {
		s.files[f.name] = f
	}
	s.http = &http.Server{Handler: s, ReadHeaderTimeout: time.Minute}
	go s.http.Serve(l) // ends with close
	return s, nil
}

func (s *server) close() {
	close(s.quit)
	s.http.Close()
}

// counted returns the counts since the last call.
func (s *server) counted() counts {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.counts
	c.Faults = maps.Clone(c.Faults)
	s.counts = counts{Faults: map[string]int{}}
	return c
}

func (s *server) program(next func(f *standIn) *fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next = next
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f := s.files[path.Base(r.URL.Path)]
	if f == nil {
		http.NotFound(w, r)
		return
	}
	s.mu.Lock()
	s.Requests++
	if r.Header.Get("Range") != "" {
		s.Resumes++
	}
	bad := s.next(f)
	if bad != nil {
		s.Faults[bad.name]++
	}
	s.mu.Unlock()
	out := &counting{ResponseWriter: w, s: s, start: time.Now()}
	if bad == nil {
		honest(f, out, r)
		return
	}
	bad.serve(s, f, out, r)
}

// randomN returns a random number from 0 to n-1.
func (s *server) randomN(n int64) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.random.Int64N(max(n, 1))
}

// counting counts the bytes of the body and limits them to the server's pace.
type counting struct {
	http.ResponseWriter
	s     *server
	start time.Time
	sent  int64
}

func (c *counting) Write(b []byte) (int, error) {
	n, err := c.ResponseWriter.Write(b)
	c.sent += int64(n)
	c.s.mu.Lock()
	c.s.Bytes += int64(n)
	c.s.mu.Unlock()
	if pace := c.s.pace.Load(); pace > 0 {
		due := c.start.Add(time.Duration(float64(c.sent) / float64(pace) * 1e9))
		time.Sleep(time.Until(due)) // simulates bandwidth; no test depends on it
	}
	return n, err
}

// Unwrap is for http.ResponseController.
func (c *counting) Unwrap() http.ResponseWriter { return c.ResponseWriter }

const goodTag = `"the-right-one"`

// honest responds correctly, with ranges and If-Range.
func honest(f *standIn, w http.ResponseWriter, r *http.Request) {
	version(f, 0, goodTag, w, r)
}

func version(f *standIn, v byte, tag string, w http.ResponseWriter, r *http.Request) {
	w.Header().Set("ETag", tag)
	w.Header().Set("Content-Type", "application/octet-stream")
	http.ServeContent(w, r, "", time.Time{}, f.open(v))
}

var errEnough = errors.New("enough")

// cutAfter forwards left bytes and then calls then.
type cutAfter struct {
	http.ResponseWriter
	left int64
	then func()
}

func (u *cutAfter) Write(b []byte) (int, error) {
	if int64(len(b)) <= u.left {
		u.left -= int64(len(b))
		return u.ResponseWriter.Write(b)
	}
	n, _ := u.ResponseWriter.Write(b[:u.left])
	http.NewResponseController(u.ResponseWriter).Flush()
	u.then()
	return n, errEnough
}

// hangUp drops the connection.
func hangUp() { panic(http.ErrAbortHandler) }

// hang returns a function that keeps the connection open and silent until the
// client closes it.
func (s *server) hang(r *http.Request) func() {
	return func() {
		select {
		case <-r.Context().Done():
		case <-s.quit:
		}
		hangUp()
	}
}

// loginPage responds as a captive portal does.
func loginPage(w http.ResponseWriter, kind string, length int64) {
	w.Header().Set("Content-Type", kind)
	if length > 0 {
		w.Header().Set("Content-Length", strconv.FormatInt(length, 10))
	}
	io.WriteString(w, "<!DOCTYPE html><html><title>Welcome</title><p>Please sign in.</html>")
}

// partial writes a 206 with the given header values and the file's bytes from first
// on.
func partial(f *standIn, v byte, tag, contentRange string, first int64, w http.ResponseWriter) {
	w.Header().Set("ETag", tag)
	w.Header().Set("Content-Range", contentRange)
	w.Header().Set("Content-Length", strconv.FormatInt(f.size-first, 10))
	w.WriteHeader(http.StatusPartialContent)
	body := f.open(v)
	body.Seek(first, io.SeekStart)
	io.Copy(w, body)
}

// rangeStart returns the first byte of the requested range.
func rangeStart(r *http.Request) int64 {
	var first int64
	fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &first)
	return first
}
