// Package ort runs ONNX graphs with ONNX Runtime. It is the only package that uses
// the binding (github.com/yalue/onnxruntime_go) and, apart from the window, the
// only one with cgo: its callers see Library, Session and Tensor. It also compiles
// without cgo, and Open then fails.
//
// ONNX Runtime is a shared library that is found (Find) and loaded (Open) at run
// time. Open checks its version before the binding uses it, since the binding
// crashes on a library that is older than it expects.
//
// # Lifetimes
//
//   - A process uses one ONNX Runtime. Opening the same file again returns the same
//     library; Close undoes one Open. While it is open, no other can be opened.
//   - A Session belongs to its Library and is closed before it; Library.Close
//     fails while sessions are open.
//   - Session.Run returns only after the native call has returned, cancelled or
//     not. Close waits for running calls; a later Run fails.
//   - A Tensor is Go memory, kept alive and pinned by each call that reads it. So
//     Destroy is safe at any time and from any goroutine, even during a call: it
//     only drops early what the garbage collector would free later. Run fails on a
//     destroyed tensor; reading one panics.
//   - Inputs are only read. Outputs are new tensors, and may be inputs of another
//     call, also of another session.
package ort

import (
	"strconv"
	"strings"
	"sync"

	"descry/internal/failure"
	"descry/models/onnx"
)

// The oldest ONNX Runtime that works: the binding requests API version 24.
const (
	leastMajor = 1
	leastMinor = 24
)

// fetchHint tells the user how to get a library that works.
const fetchHint = "Run make, which downloads it, or name the file with --ort or DESCRY_ORT."

// Library is a loaded ONNX Runtime.
type Library struct {
	path        string
	version     string
	built       []string // providers that it was built with
	providers   []string // those whose files are installed
	native      nativeLibrary
	fakeMissing func(device) *Trouble // replaces missing in tests

	mu       sync.Mutex
	sessions int
	closed   bool
	memory   int64              // limit on the card's memory, in bytes; 0: none
	off      map[string]Trouble // devices that were given up, by ID
	news     []Trouble          // those not yet returned by News
}

// nativeLibrary is implemented by the binding.
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

// nativeCall is one run. run returns when the native call has returned, which is
// soon after terminate; terminate may be called from another goroutine.
type nativeCall interface {
	// run reads inputs and sets each nil output.
	run(inputs, outputs []*payload) error
	terminate()
	release()
}

// probe is what is known of a library before it is used.
type probe struct {
	version   string
	providers []string
}

// Open loads the library at path. Errors are *failure.Failure of kind Model with
// the path as their subject.
func Open(path string) (*Library, error) {
	p, native, err := openNative(path)
	if err != nil {
		return nil, failure.Wrap(failure.Model, "load", path, err, fetchHint)
	}
	return &Library{path: path, version: p.version, built: p.providers, providers: installed(p.providers, path), native: native}, nil
}

// Path returns the file that was loaded.
func (l *Library) Path() string { return l.path }

// Version returns the library's version, such as "1.24.4".
func (l *Library) Version() string { return l.version }

// Providers returns the execution providers that the library can load, best first,
// such as "CUDAExecutionProvider" and "CPUExecutionProvider".
func (l *Library) Providers() []string { return append([]string(nil), l.providers...) }

// Close unloads the library. It fails while sessions are open.
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

// LimitCard limits the card memory of each session made after the call, in bytes; 0
// is no limit. Only CUDA supports it.
func (l *Library) LimitCard(bytes int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.memory = max(0, bytes)
}

// recentEnough reports whether a version ("1.24.4", "1.25.0-dev") is supported.
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

// tooOld returns the error for a library whose version is not supported.
func tooOld(version string) error {
	return failure.Worded(nil, "it is ONNX Runtime %s; %d.%d or newer is needed", version, leastMajor, leastMinor)
}
