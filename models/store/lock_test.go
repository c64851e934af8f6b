package store

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/gofrs/flock"

	"descry/internal/failure"
)

// TestWhoeverWaitedForALockHoldsIt releases the lock while another process waits.
func TestWhoeverWaitedForALockHoldsIt(t *testing.T) {
	s := newStore(t, newHub(t).catalogue())
	free := func() bool {
		l := flock.New(filepath.Join(s.Models, ".locks", "find.lock"))
		got, err := l.TryLock()
		must(t, err)
		must(t, l.Close())
		return got
	}
	first, err := s.lock(context.Background(), "find", func() { t.Error("nobody held it") })
	must(t, err)
	if free() {
		t.Fatal("it is held, and somebody else got it")
	}
	waited := false
	second, err := s.lock(context.Background(), "find", func() { waited = true; first() })
	must(t, err)
	if !waited || free() {
		t.Errorf("waited %v, and the lock is free", waited)
	}
	ctx, stop := context.WithCancel(context.Background())
	_, err = s.lock(ctx, "find", stop)
	wantFailure(t, err, failure.Cancelled)
	second()
	if !free() {
		t.Error("it was let go and is not free")
	}
}
