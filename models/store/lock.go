package store

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"descry/internal/failure"
)

// lockPoll is how often a lock that another process holds is tried again.
const lockPoll = 100 * time.Millisecond

// lock makes this process the only one that changes a model; waiting is called
// where another one holds it. The lock's file stays: two processes that remove
// and make it anew could each hold one.
func (s *Store) lock(ctx context.Context, model string, waiting func()) (unlock func(), err error) {
	dir := filepath.Join(s.Models, ".locks")
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, trouble("lock", dir, err)
	}
	l := flock.New(filepath.Join(dir, model+".lock"))
	got, err := l.TryLock()
	if err == nil && !got {
		waiting()
		_, err = l.TryLockContext(ctx, lockPoll)
	}
	if ctx.Err() != nil {
		_ = l.Close() // cancelled: whether it was held or not, it is let go
		return nil, failure.Wrap(failure.Cancelled, "lock", model, ctx.Err(), "")
	}
	if err != nil {
		return nil, trouble("lock", l.Path(), err)
	}
	return func() { _ = l.Close() }, nil // closing lets go whatever it says
}
