package inference

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
)

// clientBench is a Client over the fake engines, with what its jobs were told.
type clientBench struct {
	*Client
	opener *fakeOpener
	mu     sync.Mutex
	words  []string // of the jobs
	seen   []string // of watch
	starts int
	fail   error
}

func newClientBench(t *testing.T, worker func(Opener) Worker) *clientBench {
	d := &clientBench{opener: newFakeOpener(t)}
	d.Client = NewClient(func(context.Context, *Request) (Worker, error) {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.starts++
		return worker(d.opener), d.fail
	}, func(e Event) {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.seen = append(d.seen, summary(e))
	})
	return d
}

func (d *clientBench) submit(task Task, name string) JobID {
	return d.Submit(Request{Task: task, Model: "starter", Picture: Picture{Name: name, Width: 1, Height: 1, Pix: []byte{1, 2, 3}}}, func(e Event) {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.words = append(d.words, summary(e))
	})
}

// told returns what the jobs were told, and forgets it.
func (d *clientBench) told() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	words := withoutProgress(d.words)
	d.words = nil
	return words
}

func want(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAClientGivesEachJobItsEventsAndStartsOneWorker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newClientBench(t, InProcess)
		synctest.Wait()
		if d.starts != 0 {
			t.Error("a worker runs before there is a job")
		}
		first, second := d.submit(TaskCaption, "x"), d.submit(TaskClasses, "x")
		if first != 1 || second != 2 {
			t.Errorf("IDs %d, %d", first, second)
		}
		synctest.Wait()
		want(t, d.told(), "1 caption", "1 done", "2 classes", "2 done")
		want(t, withoutProgress(d.seen), "1 caption", "1 done", "2 classes", "2 done")
		if d.starts != 1 {
			t.Errorf("%d workers", d.starts)
		}
		d.Close()
		d.submit(TaskClasses, "late")
		want(t, d.told(), "3 failed cancelled")
		d.Close()
	})
}

func TestAClientCancelsAndBringsToTheFront(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newClientBench(t, InProcess)
		running := d.submit(TaskClasses, "wait")
		<-d.opener.began
		d.submit(TaskClasses, "a")
		b := d.submit(TaskClasses, "b")
		d.Front(b)
		synctest.Wait()
		d.Cancel(running)
		d.Cancel(running)
		d.Cancel(77)
		synctest.Wait()
		want(t, d.told(), "1 failed cancelled", "3 classes", "3 done", "2 classes", "2 done")
		d.Close()
	})
}

func TestClosingAClientEndsWhatIsOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newClientBench(t, InProcess)
		d.submit(TaskClasses, "wait")
		<-d.opener.began
		d.submit(TaskClasses, "x")
		d.Close()
		want(t, d.told(), "1 failed cancelled", "2 failed cancelled")
		if d.opener.open != 0 {
			t.Errorf("%d engines are open", d.opener.open)
		}
	})
}

func TestAWorkerThatCannotBeStartedFailsItsJobAndIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newClientBench(t, InProcess)
		d.fail = errors.New("no library")
		d.submit(TaskClasses, "x")
		synctest.Wait()
		want(t, d.told(), "1 failed model")
		d.fail = nil
		d.submit(TaskClasses, "x")
		synctest.Wait()
		want(t, d.told(), "2 classes", "2 done")
		d.Close()
	})
}

// TestAWorkerThatEndsIsReplaced: as a child process would that crashes in a job.
func TestAWorkerThatEndsIsReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newClientBench(t, func(Opener) Worker {
			return func(_ context.Context, in <-chan Command, out chan<- Event) error {
				defer close(out)
				for c := range in {
					if c.Submit.Picture.Name == "crash" {
						return errors.New("crashed")
					}
					out <- Event{ID: c.Submit.ID, Kind: KindDone, Done: &Done{}}
				}
				return nil
			}
		})
		d.submit(TaskClasses, "crash")
		d.submit(TaskClasses, "crash")
		d.submit(TaskClasses, "x")
		synctest.Wait()
		if words := d.told(); len(words) != 3 || !slices.Contains(words, "1 failed model") || !slices.Contains(words, "2 failed model") {
			t.Errorf("told %q", words)
		}
		d.submit(TaskClasses, "x")
		synctest.Wait()
		want(t, d.told(), "4 done")
		d.Close()
	})
}

func TestALostDeviceIsSeenOnceAndByNoJob(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newClientBench(t, InProcess)
		d.submit(TaskClasses, "lost")
		<-d.opener.began
		close(d.opener.release)
		synctest.Wait()
		d.Close()
		if n := len(slices.DeleteFunc(slices.Clone(d.seen), func(w string) bool { return w != "0 device" })); n != 1 {
			t.Errorf("seen %q", d.seen)
		}
		if slices.Contains(d.words, "0 device") {
			t.Errorf("a job was told %q", d.words)
		}
	})
}
