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

// fault is one way in which a server fails or lies, for one request.
type fault struct {
	name  string
	serve func(s *server, f *standIn, w http.ResponseWriter, r *http.Request)
}

// server serves the stand-ins on the loopback and counts what it does. Which
// fault the next request of a file meets is up to next; nil is an honest answer.
type server struct {
	files map[string]*standIn
	http  *http.Server
	url   string
	pace  atomic.Int64 // bytes a second of one connection, 0 any
	quit  chan struct{}

	mu     sync.Mutex
	random *rand.Rand
	next   func(f *standIn) *fault
	counts
}

// counts are what happened at the server.
type counts struct {
	Requests int
	Resumes  int            // requests for a part
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
	ill := s.next(f)
	if ill != nil {
		s.Faults[ill.name]++
	}
	s.mu.Unlock()
	out := &counting{ResponseWriter: w, s: s, begun: time.Now()}
	if ill == nil {
		honest(f, out, r)
		return
	}
	ill.serve(s, f, out, r)
}

// some returns a random number from 0 to n-1.
func (s *server) some(n int64) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.random.Int64N(max(n, 1))
}

// counting counts the body and keeps to the server's pace.
type counting struct {
	http.ResponseWriter
	s     *server
	begun time.Time
	sent  int64
}

func (c *counting) Write(b []byte) (int, error) {
	n, err := c.ResponseWriter.Write(b)
	c.sent += int64(n)
	c.s.mu.Lock()
	c.s.Bytes += int64(n)
	c.s.mu.Unlock()
	if pace := c.s.pace.Load(); pace > 0 {
		due := c.begun.Add(time.Duration(float64(c.sent) / float64(pace) * 1e9))
		time.Sleep(time.Until(due)) // a line's bandwidth, not a test's timing
	}
	return n, err
}

// Unwrap is for http.ResponseController.
func (c *counting) Unwrap() http.ResponseWriter { return c.ResponseWriter }

const goodTag = `"the-right-one"`

// honest answers as a good server does, with ranges and If-Range.
func honest(f *standIn, w http.ResponseWriter, r *http.Request) {
	version(f, 0, goodTag, w, r)
}

func version(f *standIn, v byte, tag string, w http.ResponseWriter, r *http.Request) {
	w.Header().Set("ETag", tag)
	w.Header().Set("Content-Type", "application/octet-stream")
	http.ServeContent(w, r, "", time.Time{}, f.open(v))
}

var errEnough = errors.New("enough")

// until passes so many bytes on and then calls then.
type until struct {
	http.ResponseWriter
	left int64
	then func()
}

func (u *until) Write(b []byte) (int, error) {
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

// hold keeps the line open and silent until the other side gives up.
func (s *server) hold(r *http.Request) func() {
	return func() {
		select {
		case <-r.Context().Done():
		case <-s.quit:
		}
		hangUp()
	}
}

// page is what a hotel's network answers.
func page(w http.ResponseWriter, kind string, length int64) {
	w.Header().Set("Content-Type", kind)
	if length > 0 {
		w.Header().Set("Content-Length", strconv.FormatInt(length, 10))
	}
	io.WriteString(w, "<!DOCTYPE html><html><title>Welcome</title><p>Please sign in.</html>")
}

// rest writes a 206 with any head and the file's bytes from first on.
func rest(f *standIn, v byte, tag, contentRange string, first int64, w http.ResponseWriter) {
	w.Header().Set("ETag", tag)
	w.Header().Set("Content-Range", contentRange)
	w.Header().Set("Content-Length", strconv.FormatInt(f.size-first, 10))
	w.WriteHeader(http.StatusPartialContent)
	body := f.open(v)
	body.Seek(first, io.SeekStart)
	io.Copy(w, body)
}

// asked returns the first byte that a request wants.
func asked(r *http.Request) int64 {
	var first int64
	fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &first)
	return first
}
