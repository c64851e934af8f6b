// Package ort runs ONNX graphs with ONNX Runtime. It is the only package that
// knows the binding (github.com/yalue/onnxruntime_go) and, beside the window, the
// only one with cgo: everything above it sees Library, Session and Tensor. Built
// without cgo it compiles too, and Open says that the program cannot run models.
//
// ONNX Runtime is a shared library that is found (Find) and loaded (Open) while
// the program runs. Open asks it for its version before the binding touches it,
// since the binding crashes on a library that is older than it expects.
//
// # Lifetimes
//
//   - A process uses one ONNX Runtime. Open of the same file gives the same
//     library again; Close undoes one Open. While it is open, no other can be.
//   - A Session belongs to its Library and is closed before it; Library.Close
//     refuses while sessions are open.
//   - Session.Run returns only after the native call has returned, cancelled or
//     not. Close waits for running calls; a Run that comes after it is refused.
//   - A Tensor is memory of Go, held and pinned by each call that reads it. So
//     Destroy, at any time and from any goroutine, never takes memory from under
//     a running call: it only lets go early of what the garbage collector would
//     free later. A destroyed tensor given to Run is refused; reading it panics.
//   - Inputs are only read. Outputs are new tensors, and may be inputs of another
//     call, of another session too.
package ort

import (
	"fmt"
	"strconv"
	"strings"
	"sync"

	"descry/internal/failure"
	"descry/models/onnx"
)

// The oldest ONNX Runtime that works: the binding asks for API version 24.
const (
	leastMajor = 1
	leastMinor = 24
)

// fetchHint says how to get a library that works.
const fetchHint = "Run make, which fetches it, or name the file with --ort or DESCRY_ORT."

// Library is a loaded ONNX Runtime.
type Library struct {
	path      string
	version   string
	built     []string // the providers that it was built with
	providers []string // those of them whose files are there
	native    nativeLibrary
	look      func(device) *Trouble // instead of lacks, in tests

	mu       sync.Mutex
	sessions int
	closed   bool
	memory   int64              // of a card, in bytes; 0: all
	off      map[string]Trouble // devices that were given up, by ID
	news     []Trouble          // those of them that nobody was told about
}

// nativeLibrary is what the binding, or its twin without cgo, has to give.
type nativeLibrary interface {
	// newSession makes a session on device, the ID of one of devices.
	newSession(m onnx.Model, o Options, device string) (nativeSession, error)
	close() error
}

// nativeSession is a session of the binding.
type nativeSession interface {
	newCall() (nativeCall, error)
	close() error
}

// nativeCall is one run: run returns when the native call has returned, at once
// or nearly so after terminate, which may come from another goroutine.
type nativeCall interface {
	// run reads inputs and sets each nil output.
	run(inputs, outputs []*payload) error
	terminate()
	release()
}

// probe is what a library tells before it is used.
type probe struct {
	version   string
	providers []string
}

// Open loads the library at path. Errors are *failure.Failure of kind Model with
// the path as their subject.
func Open(path string) (*Library, error) {
	p, native, err := openNative(path)
	if err != nil {
		return nil, failure.Wrap(failure.Model, "load", path, err, "%s", fetchHint)
	}
	return &Library{path: path, version: p.version, built: p.providers, providers: present(p.providers, path), native: native}, nil
}

// Path returns the file that was loaded.
func (l *Library) Path() string { return l.path }

// Version returns the library's own version: "1.24.4".
func (l *Library) Version() string { return l.version }

// Providers returns the execution providers that the library can load, best first: "CUDAExecutionProvider", "CPUExecutionProvider".
func (l *Library) Providers() []string { return append([]string(nil), l.providers...) }

// Close unloads the library, once all its sessions are closed.
func (l *Library) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return failure.New(failure.Model, "close", l.path, "the library is closed already")
	}
	if l.sessions > 0 {
		return failure.New(failure.Model, "close", l.path, "%d sessions are still open", l.sessions)
	}
	l.closed = true
	if err := l.native.close(); err != nil {
		return failure.Wrap(failure.Model, "close", l.path, err, "")
	}
	return nil
}

// LimitCard bounds the memory of a card that each session made from now on may
// take, in bytes; 0 is no bound. Only CUDA knows such a bound.
func (l *Library) LimitCard(bytes int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.memory = max(0, bytes)
}

// recentEnough reports whether a version ("1.24.4", "1.25.0-dev") will do.
func recentEnough(version string) bool {
	major, rest, _ := strings.Cut(version, ".")
	minor, _, _ := strings.Cut(rest, ".")
	a, errA := strconv.Atoi(major)
	b, errB := strconv.Atoi(minor)
	if errA != nil || errB != nil {
		return false
	}
	return a > leastMajor || a == leastMajor && b >= leastMinor
}

// tooOld is the error of a library whose version will not do.
func tooOld(version string) error {
	return fmt.Errorf("it is ONNX Runtime %s; %d.%d or newer is needed", version, leastMajor, leastMinor)
}
