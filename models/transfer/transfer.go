// Package transfer downloads one file, through package network, and sees to it that
// the file arrives whole.
//
// The bytes go into PATH.part, and PATH.part.json keeps the record of it: the
// address, what the server said about the file (ETag, Last-Modified, length)
// and how many bytes have reached the disk with which hash. So a transfer that
// was cut, paused or killed continues where it was: the recorded bytes are read
// back and hashed, what lies beyond them is dropped, and the server is asked
// for the rest on the condition that the file is still the same (Range with
// If-Range, RFC 9110 §13.1.5 and §14). If it is not, the transfer starts over.
//
// The file gets its name when its SHA-256 is right, in one step and with the
// folder flushed; what is wrong is kept aside under another name and never
// used. A lock beside the file makes two processes, or two windows, wait for
// one another; the system releases it when its holder dies.
//
// Trouble that time may heal (a cut or silent line, 429, 5xx) is tried again,
// with growing and jittered waits; all other trouble is reported at once, each in
// its own sentence.
package transfer

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"descry/internal/failure"
	"descry/network"
)

// State says what a transfer is doing.
type State string

// The states of a transfer.
const (
	Connecting State = "connecting"
	Receiving  State = "receiving"
	Checking   State = "checking"                    // hashing what is on the disk
	Retrying   State = "waiting to retry"            // Progress.Note says why and how long
	Locked     State = "waiting for another process" // which fetches the same file
)

// Progress says how far a transfer is. Done and Total are bytes of
// the file; Total is 0 while it is unknown.
type Progress struct {
	State State
	Done  int64
	Total int64
	Note  string
}

// Request names one file.
type Request struct {
	URL  string // http or https
	Path string // where the file belongs; its folder is made
	// Bytes is the length, 0 if unknown.
	Bytes int64
	// SHA256 is the pinned hash in hexadecimal. If it is empty the hub's own
	// record is taken: the X-Linked-ETag of its first redirect, or the git blob
	// that its ETag names. A file that lies at Path already is then taken as it is.
	SHA256 string
}

// Result is a file that has arrived.
type Result struct {
	Bytes  int64
	SHA256 string // of the file as it is
	// Pinned says that SHA256 was asked for; else it was compared with the
	// hub's record, or with nothing where there is none (Recorded).
	Pinned   bool
	Recorded bool
	ETag     string // as the server gave it; empty where nothing was fetched
	Revision string // the hub's commit (X-Repo-Commit), empty where it names none
}

// Client fetches files. The zero value works. It may be used by several goroutines
// at once.
type Client struct {
	Network *network.Client // sends the requests; nil: one without settings
	// Retries is how many attempts in a row may bring nothing new (0: 6).
	Retries int
	// Free returns the free bytes of a folder's disk; nil: not asked.
	Free func(dir string) (uint64, error)
	// Now, Wait and Jitter are for tests: the clock, a sleep that ends with the
	// context, and a random part of a wait. nil: the real ones.
	Now    func() time.Time
	Wait   func(ctx context.Context, d time.Duration) error
	Jitter func(d time.Duration) time.Duration

	open func(path string) (file, error) // the partial file; nil: openFile
}

var hexSHA256 = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Fetch brings the file of req to its path and reports what it does, in this
// goroutine, at most a few times a second and, while bytes are awaited, at least
// once. A file that is there already with the right hash is not fetched. When ctx is
// cancelled the partial file stays for the next Fetch: that is what pausing is.
//
// Errors are *failure.Failure: Network (not reached, refused, not the right
// file), Storage (disk, folder, lock), Cancelled, Usage (a request that can
// never work).
func (c *Client) Fetch(ctx context.Context, req Request, tell func(Progress)) (Result, error) {
	r, err := c.newRun(req, tell)
	if err != nil {
		return Result{}, err
	}
	if err := os.MkdirAll(filepath.Dir(req.Path), 0o777); err != nil {
		return Result{}, storageFault(filepath.Dir(req.Path), err)
	}
	free, err := acquire(ctx, req.Path, func() { r.tell(Locked, "", true) })
	if err != nil {
		return Result{}, r.plain(ctx, err)
	}
	defer free()
	if res, there, err := r.present(ctx); there || err != nil {
		return res, r.plain(ctx, err)
	}
	r.part, err = openPartial(ctx, r)
	if err != nil {
		return Result{}, r.plain(ctx, err)
	}
	defer r.part.close()
	res, err := r.loop(ctx)
	if err != nil {
		return Result{}, r.plain(ctx, err)
	}
	return res, nil
}

// newRun checks a request.
func (c *Client) newRun(req Request, tell func(Progress)) (*run, error) {
	req.SHA256 = strings.ToLower(req.SHA256)
	usage := func(format string, args ...any) error {
		return failure.New(failure.Usage, "download", req.URL, format, args...)
	}
	switch {
	case req.Path == "":
		return nil, usage("no file is named to keep it in")
	case req.Bytes < 0:
		return nil, usage("its length is negative")
	case req.SHA256 != "" && !hexSHA256.MatchString(req.SHA256):
		return nil, usage("its SHA-256 is not 64 hexadecimal digits")
	}
	if _, err := c.network().Resolve(req.URL); err != nil {
		return nil, err
	}
	if tell == nil {
		tell = func(Progress) {}
	}
	return &run{c: c, req: req, report: tell, name: filepath.Base(req.Path)}, nil
}

// Partial returns how much of the file at path has been received and recorded,
// and its length (0: unknown); 0, 0 if there is nothing to continue.
func Partial(path string) (done, total int64) {
	text, err := readSmall(recordPath(path))
	if err != nil {
		return 0, 0
	}
	rec, err := parseRecord(text)
	if err != nil {
		return 0, 0
	}
	info, err := os.Stat(partPath(path))
	if err != nil || info.Size() < rec.Done {
		return 0, 0
	}
	return rec.Done, rec.Total
}
