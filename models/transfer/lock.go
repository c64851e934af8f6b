package transfer

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/gofrs/flock"

	"descry/internal/failure"
)

// lockPoll is the interval at which a lock held by another process is tried. Tests
// shorten it.
var lockPoll = 100 * time.Millisecond

// acquire takes the lock of the file at path and returns a function that releases it.
// If another process holds the lock, acquire calls waiting once and waits until ctx is
// done. The system releases the lock of a process that has died. The lock file is
// removed on release, so after taking a lock, acquire checks that its file still has
// its name: otherwise another process could lock a new file.
func acquire(ctx context.Context, path string, waiting func()) (release func(), err error) {
	waited := false
	for {
		l := flock.New(path+".lock", flock.SetPermissions(0o666))
		got, err := l.TryLock()
		if err == nil && !got {
			if !waited {
				waited = true
				waiting()
			}
			got, err = l.TryLockContext(ctx, lockPoll)
		}
		switch {
		case ctx.Err() != nil:
			l.Close()
			return nil, ctx.Err()
		case err != nil && removing(err):
			// On Windows, the holder is just removing the file. Try again.
		case err != nil:
			l.Close()
			return nil, lockFault(path, err)
		case got && stillThere(l):
			return func() {
				os.Remove(l.Path()) // while the lock is held; fails on Windows
				l.Close()
			}, nil
		}
		l.Close()
	}
}

// stillThere reports whether the lock file was not removed by its previous holder.
func stillThere(l *flock.Flock) bool {
	ours, err1 := l.Stat()
	found, err2 := os.Stat(l.Path())
	return err1 == nil && err2 == nil && os.SameFile(ours, found)
}

func lockFault(path string, err error) error {
	if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, errNoLocks) {
		return failure.New(failure.Storage, "download", path, "its file system has no locks, so two programs could write it at once").
			WithHint("Choose a folder on a local disk (DESCRY_HOME).")
	}
	return storageFault(path, err)
}
