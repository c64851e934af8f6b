package transfer

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gofrs/flock"
)

// Of any number of holders, only one has the lock at a time; its file is removed with it.
func TestOneHoldsTheLock(t *testing.T) {
	defer func(d time.Duration) { lockPoll = d }(lockPoll)
	lockPoll = 10 * time.Microsecond
	path := filepath.Join(t.TempDir(), "w.bin")
	var holding, most atomic.Int32
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 100 {
				release, err := acquire(t.Context(), path, func() {})
				if err != nil {
					t.Error(err)
					return
				}
				if n := holding.Add(1); n > 1 {
					most.Store(n)
				}
				for range 50 { // some work, so that two would overlap
					os.Stat(path)
				}
				holding.Add(-1)
				release()
			}
		})
	}
	all.Wait()
	if n := most.Load(); n > 1 {
		t.Errorf("%d held it at once", n)
	}
	beside(t, path)
}

// A lock on a file that its previous holder has removed is not valid: others would
// create and lock a new file.
func TestALockOnARemovedFileIsNone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.bin.lock")
	l := flock.New(path)
	if got, err := l.TryLock(); !got || err != nil {
		t.Fatal(got, err)
	}
	defer l.Close()
	if !stillThere(l) {
		t.Error("it is there")
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if stillThere(l) {
		t.Error("it is gone")
	}
	if err := os.WriteFile(path, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if stillThere(l) {
		t.Error("it is another")
	}
}

func TestWaitingForALockEndsWithItsContext(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.bin")
	release, err := acquire(t.Context(), path, func() {})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := acquire(ctx, path, cancel); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v", err)
	}
	beside(t, path, "w.bin.lock")
	release()
	beside(t, path)
}
