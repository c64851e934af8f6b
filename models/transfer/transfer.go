// Package transfer downloads one file, through package network, and verifies that it
// is complete and correct.
//
// The bytes are written to PATH.part. PATH.part.json is its record: the address, the
// server's data about the file (ETag, Last-Modified, length), and the number and hash
// of the bytes on disk. A transfer that was cut, paused or killed continues from there:
// the recorded bytes are hashed, bytes after them are dropped, and the server is asked
// for the remaining ones on the condition that the file is unchanged (Range with
// If-Range, RFC 9110 §13.1.5 and §14). If it has changed, the transfer starts over.
//
// A file with the right SHA-256 gets its name in one step, and the folder is flushed. A
// wrong file is kept under another name and never used. A lock file makes processes
// that download the same file wait for each other; the system releases the lock of a
// process that has died.
//
// Temporary faults (a lost or silent connection, 429, 5xx) are retried after growing,
// jittered waits. All others are reported at once, each with its own message.
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

// State is the state of a transfer.
type State string

// The states of a transfer.
const (
	Connecting State = "connecting"
	Receiving  State = "receiving"
	Checking   State = "checking"                    // hashing what is on the disk
	Retrying   State = "waiting to retry"            // Progress.Note has the reason and the time
	Locked     State = "waiting for another process" // that downloads the same file
)

// Progress is the progress of a transfer. Done and Total are bytes of the file; Total
// is 0 while it is unknown.
type Progress struct {
	State State
	Done  int64
	Total int64
	Note  string
}

// Request describes a file to download.
type Request struct {
	URL  string // http or https
	Path string // of the file; its folder is created
	// Bytes is the length, 0 if unknown.
	Bytes int64
	// SHA256 is the pinned hash in hexadecimal. If it is empty, the file is compared
	// with the hub's own record: the X-Linked-ETag of its first redirect, or the git
	// blob named by its ETag. A file that exists at Path is then accepted as it is.
	SHA256 string
}

// Result is a downloaded file.
type Result struct {
	Bytes  int64
	SHA256 string // of the file
	// Pinned is true if SHA256 was requested. Otherwise Recorded is true if the file
	// was compared with the hub's record.
	Pinned   bool
	Recorded bool
	ETag     string // from the server; empty if nothing was downloaded
	Revision string // the hub's commit (X-Repo-Commit), or empty
}

// Client downloads files. The zero value works. It may be used by several goroutines
// at once.
type Client struct {
	Network *network.Client // sends the requests; nil: one without settings
	// Retries is how many consecutive attempts may bring no progress (0: 6).
	Retries int
	// Free returns the free bytes of a folder's disk; nil: space is not checked.
	Free func(dir string) (uint64, error)
	// Now, Wait and Jitter replace the clock, the sleep and the random part of a wait
	// in tests.
	Now    func() time.Time
	Wait   func(ctx context.Context, d time.Duration) error
	Jitter func(d time.Duration) time.Duration

	open func(path string) (partialFile, error) // nil: openFile
}

var hexSHA256 = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Fetch downloads the file of req to its path. It calls progress on this goroutine, at
// most a few times a second and, while waiting for bytes, at least once a second. It
// does not download a file that exists with the right hash. Cancelling ctx pauses the
// download: the partial file is kept for the next Fetch.
//
// Errors are *failure.Failure of kind Network (not reached, refused, not the right
// file), Storage (disk, folder, lock), Cancelled, or Usage (an invalid request).
func (c *Client) Fetch(ctx context.Context, req Request, progress func(Progress)) (Result, error) {
	r, err := c.newRun(req, progress)
	if err != nil {
		return Result{}, err
	}
	if err := os.MkdirAll(filepath.Dir(req.Path), 0o777); err != nil {
		return Result{}, storageFault(filepath.Dir(req.Path), err)
	}
	free, err := acquire(ctx, req.Path, func() { r.notify(Locked, "", true) })
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

// newRun checks a request and returns its run.
func (c *Client) newRun(req Request, progress func(Progress)) (*run, error) {
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
	if progress == nil {
		progress = func(Progress) {}
	}
	return &run{c: c, req: req, report: progress, name: filepath.Base(req.Path)}, nil
}

// Partial returns how many bytes of the file at path have been received and recorded,
// and its length (0: unknown). It returns 0, 0 if there is nothing to continue.
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
