package transfer

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/gofrs/flock"

	"descry/internal/failure"
)

// lockPoll is how often a lock that another holds is tried again; a test's is
// shorter.
var lockPoll = 100 * time.Millisecond

// acquire takes the lock of the file at path and returns what releases it. If
// somebody else holds it, waiting is called once and acquire waits until ctx is
// done. The system releases a lock whose holder has died. The lock's file goes
// with the lock; so whoever gets a lock makes sure that its file is still the
// one that others will find.
func acquire(ctx context.Context, path string, waiting func()) (release func(), err error) {
	told := false
	for {
		l := flock.New(path+".lock", flock.SetPermissions(0o666))
		got, err := l.TryLock()
		if err == nil && !got {
			if !told {
				told = true
				waiting()
			}
			got, err = l.TryLockContext(ctx, lockPoll)
		}
		switch {
		case ctx.Err() != nil:
			l.Close()
			return nil, ctx.Err()
		case err != nil && removing(err):
			// Windows: the holder is just taking the file away. Once more.
		case err != nil:
			l.Close()
			return nil, lockFault(path, err)
		case got && stillThere(l):
			return func() {
				os.Remove(l.Path()) // while it is held; Windows keeps the file
				l.Close()
			}, nil
		}
		l.Close()
	}
}

// stillThere reports whether the lock's file has not been removed by the one
// who held it before.
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
