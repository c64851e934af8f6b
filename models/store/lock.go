package store

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"descry/internal/failure"
)

// lockPoll is the interval at which a lock held by another process is tried.
const lockPoll = 100 * time.Millisecond

// lock locks a model against changes by other processes. It calls waiting if another
// process holds the lock. The lock file is never removed: if it were, two processes
// could hold locks on two different files.
func (s *Store) lock(ctx context.Context, model string, waiting func()) (unlock func(), err error) {
	dir := filepath.Join(s.Models, ".locks")
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, storageFailure("lock", dir, err)
	}
	l := flock.New(filepath.Join(dir, model+".lock"))
	got, err := l.TryLock()
	if err == nil && !got {
		waiting()
		_, err = l.TryLockContext(ctx, lockPoll)
	}
	if ctx.Err() != nil {
		_ = l.Close() // releases the lock if it was taken
		return nil, failure.Wrap(failure.Cancelled, "lock", model, ctx.Err(), "")
	}
	if err != nil {
		return nil, storageFailure("lock", l.Path(), err)
	}
	return func() { _ = l.Close() }, nil // closing releases the lock even if it fails
}
