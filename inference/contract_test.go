package inference

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
)

// The contract of every Worker (worker.go), as one suite. It runs on InProcess
// here; a worker in a child process has to pass the same.

// bench runs a worker under test and holds its channels.
type bench struct {
	t      testing.TB
	opener *fakeOpener
	in     chan Command
	out    chan Event
	err    chan error
	cancel context.CancelFunc
}

func startBench(t testing.TB, worker func(Opener) Worker) *bench {
	ctx, cancel := context.WithCancel(context.Background())
	b := &bench{t: t, opener: newFakeOpener(t), in: make(chan Command), out: make(chan Event), err: make(chan error, 1), cancel: cancel}
	go func() { b.err <- worker(b.opener)(ctx, b.in, b.out) }()
	return b
}

func (b *bench) submit(id JobID, task Task, name string) { b.send(id, task, name, "starter", false) }

func (b *bench) send(id JobID, task Task, name, model string, visible bool) {
	b.in <- Command{Submit: &Request{ID: id, Task: task, Model: model, Visible: visible, Picture: Picture{Name: name, Width: 1, Height: 1, Pix: []byte{1, 2, 3}}}}
}

// drain closes in and returns all remaining events, as "ID kind" strings.
func (b *bench) drain() []string {
	close(b.in)
	var all []string
	for e := range b.out {
		all = append(all, summary(e))
	}
	return all
}

// summary returns an event in short: "3 failed cancelled".
func summary(e Event) string {
	w := fmt.Sprintf("%d %s", e.ID, e.Kind)
	if e.Kind == KindFailed {
		w += " " + string(e.Failure.Kind)
	}
	return w
}

// withoutProgress leaves out progress and token events.
func withoutProgress(words []string) []string {
	var kept []string
	for _, w := range words {
		if !strings.HasSuffix(w, " progress") && !strings.HasSuffix(w, " token") {
			kept = append(kept, w)
		}
	}
	return kept
}

func testContract(t *testing.T, worker func(Opener) Worker) {
	cases := map[string]struct {
		run  func(b *bench)
		want []string // events after run, without progress and tokens
		ran  []string // calls, in order
	}{
		"every job ends once, in order": {
			func(b *bench) {
				b.submit(1, TaskCaption, "x")
				b.submit(2, TaskInstances, "x")
				b.submit(3, TaskClasses, "x")
			},
			[]string{"1 caption", "1 done", "2 instances", "2 done", "3 classes", "3 done"},
			[]string{"caption x", "instances x", "classes x"},
		},
		"a failure ends its own job only": {
			func(b *bench) {
				b.submit(1, TaskClasses, "bad")
				b.submit(2, TaskClasses, "panic")
				b.submit(3, TaskClasses, "x")
				b.submit(4, TaskClasses, "nothing")
			},
			[]string{"1 failed model", "2 failed model", "3 classes", "3 done", "4 failed model"},
			[]string{"classes bad", "classes panic", "classes x"},
		},
		"a model that cannot be loaded fails its jobs": {
			func(b *bench) {
				b.send(1, TaskClasses, "x", "absent", false)
				b.send(2, TaskClasses, "x", "damaged", false)
				b.send(3, TaskClasses, "x", "starter", false)
			},
			[]string{"1 failed model", "2 failed model", "3 classes", "3 done"},
			[]string{"classes x"},
		},
		"invalid requests fail": {
			func(b *bench) {
				b.submit(0, TaskCaption, "x")
				b.submit(1, Task("poem"), "x")
				b.in <- Command{Submit: &Request{ID: 2, Task: TaskCaption, Picture: Picture{Width: 2, Height: 2, Pix: make([]byte, 3)}}}
				b.in <- Command{Submit: &Request{ID: 3, Task: TaskCaption, Picture: Picture{Width: 1 << 40, Height: 1 << 40}}}
			},
			[]string{"0 failed model", "1 failed model", "2 failed model", "3 failed model"},
			nil,
		},
		"unknown cancels and empty commands are ignored": {
			func(b *bench) {
				b.in <- Command{Cancel: 77}
				b.in <- Command{Front: 78}
				b.in <- Command{}
				b.submit(1, TaskClasses, "x")
			},
			[]string{"1 classes", "1 done"},
			[]string{"classes x"},
		},
		"a running call is cancelled and the next job runs": {
			func(b *bench) {
				b.submit(1, TaskInstances, "wait")
				b.submit(2, TaskClasses, "x")
				<-b.opener.began
				b.in <- Command{Cancel: 1}
			},
			[]string{"1 failed cancelled", "2 classes", "2 done"},
			[]string{"instances wait", "classes x"},
		},
		"a waiting job is cancelled at once and never runs": {
			func(b *bench) {
				b.submit(1, TaskInstances, "deaf")
				b.submit(2, TaskClasses, "x")
				<-b.opener.began
				b.in <- Command{Cancel: 2}
				b.until("2 failed cancelled")
				close(b.opener.release)
			},
			[]string{"1 instances", "1 done"},
			[]string{"instances deaf"},
		},
		"a cancelled call's result is dropped, and the next waits for its return": {
			func(b *bench) {
				b.submit(1, TaskCaption, "deaf")
				b.submit(2, TaskClasses, "x")
				<-b.opener.began
				b.in <- Command{Cancel: 1}
				b.until("1 failed cancelled")
				close(b.opener.release)
			},
			[]string{"2 classes", "2 done"},
			[]string{"caption deaf", "classes x"},
		},
		"the visible picture comes first, else the order given": {
			func(b *bench) {
				b.submit(1, TaskInstances, "deaf")
				<-b.opener.began
				b.submit(2, TaskCaption, "other")
				b.submit(3, TaskClasses, "other")
				b.send(4, TaskCaption, "seen", "starter", true)
				b.submit(5, TaskInstances, "seen")
				close(b.opener.release)
			},
			[]string{"1 instances", "1 done", "4 caption", "4 done", "5 instances", "5 done", "2 caption", "2 done", "3 classes", "3 done"},
			[]string{"instances deaf", "caption seen", "instances seen", "caption other", "classes other"},
		},
		"a waiting picture is brought to the front": {
			func(b *bench) {
				b.submit(1, TaskInstances, "deaf")
				<-b.opener.began
				b.send(2, TaskCaption, "first", "starter", true)
				b.submit(3, TaskCaption, "second")
				b.submit(4, TaskClasses, "second")
				b.in <- Command{Front: 4}
				close(b.opener.release)
			},
			[]string{"1 instances", "1 done", "3 caption", "3 done", "4 classes", "4 done", "2 caption", "2 done"},
			[]string{"instances deaf", "caption second", "classes second", "caption first"},
		},
		"a lost device is reported once, even when its job was cancelled": {
			func(b *bench) {
				b.submit(1, TaskInstances, "lost")
				b.submit(2, TaskClasses, "x")
				<-b.opener.began
				b.in <- Command{Cancel: 1}
				b.until("1 failed cancelled")
				close(b.opener.release)
			},
			[]string{"0 device", "2 classes", "2 done"},
			[]string{"instances lost", "classes x"},
		},
		"an open ID submitted again is one job": {
			func(b *bench) {
				b.submit(1, TaskInstances, "deaf")
				<-b.opener.began
				b.submit(1, TaskInstances, "x")
				close(b.opener.release)
			},
			[]string{"1 instances", "1 done"},
			[]string{"instances deaf"},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			b := startBench(t, worker)
			defer b.cancel()
			c.run(b)
			if got := withoutProgress(b.drain()); !reflect.DeepEqual(got, c.want) {
				t.Errorf("events %q, want %q", got, c.want)
			}
			if err := <-b.err; err != nil {
				t.Errorf("the worker ended with %v", err)
			}
			if !reflect.DeepEqual(b.opener.calls, c.ran) {
				t.Errorf("ran %q, want %q", b.opener.calls, c.ran)
			}
			if b.opener.open != 0 {
				t.Errorf("%d engines were not closed", b.opener.open)
			}
		})
	}
	t.Run("engines are opened once and kept", func(t *testing.T) { testEnginesAreKept(t, worker) })
	t.Run("where memory is short, engines that wait make room", func(t *testing.T) { testEnginesMakeRoom(t, worker) })
	t.Run("a slow reader holds up nothing", func(t *testing.T) { testSlowReader(t, worker) })
	t.Run("the end of the context ends every job", func(t *testing.T) { testContextEnds(t, worker) })
	t.Run("a job's events come in order and nothing follows its end", func(t *testing.T) { testEventOrder(t, worker) })
}

// until reads events up to and including want. It drops those before, none of which
// may end a job.
func (b *bench) until(want string) {
	b.t.Helper()
	for e := range b.out {
		if summary(e) == want {
			return
		}
		if e.Kind == KindDone || e.Kind == KindFailed {
			b.t.Errorf("%s came before %s", summary(e), want)
		}
	}
}

func testEnginesAreKept(t *testing.T, worker func(Opener) Worker) {
	b := startBench(t, worker)
	defer b.cancel()
	for i := range 6 {
		b.send(JobID(i+1), TaskClasses, "x", []string{"one", "two"}[i%2], false)
	}
	b.drain()
	if want := []string{"one  0", "two  0"}; !reflect.DeepEqual(b.opener.opened, want) {
		t.Errorf("opened %q, want %q", b.opener.opened, want)
	}
}

// testEnginesMakeRoom: a model that fits only alone is loaded after two others,
// which are closed for it and opened again when they are next used.
func testEnginesMakeRoom(t *testing.T, worker func(Opener) Worker) {
	b := startBench(t, worker)
	defer b.cancel()
	for i, model := range []string{"one", "two", "large", "one"} {
		b.send(JobID(i+1), TaskClasses, "x", model, false)
	}
	ends := withoutProgress(b.drain())
	if want := []string{"one  0", "two  0", "large  0", "one  0"}; !reflect.DeepEqual(b.opener.opened, want) {
		t.Errorf("opened %q, want %q", b.opener.opened, want)
	}
	if slices.ContainsFunc(ends, func(s string) bool { return strings.Contains(s, "failed") }) {
		t.Errorf("events %q", ends)
	}
}

// testSlowReader submits many jobs without reading one event: no submit blocks.
func testSlowReader(t *testing.T, worker func(Opener) Worker) {
	synctest.Test(t, func(t *testing.T) {
		b := startBench(t, worker)
		defer b.cancel()
		for i := range 100 {
			b.submit(JobID(i+1), TaskCaption, "x") // synctest reports a deadlock if this blocks for ever
		}
		synctest.Wait()
		b.opener.mu.Lock()
		ran := len(b.opener.calls)
		b.opener.mu.Unlock()
		if ran == 0 || ran > 10 { // some 20 events: the other jobs wait for the reader
			t.Errorf("%d jobs ran while no event was read", ran)
		}
		if n := len(withoutProgress(b.drain())); n != 200 {
			t.Errorf("%d ends and results, want 200", n)
		}
	})
}

func testContextEnds(t *testing.T, worker func(Opener) Worker) {
	b := startBench(t, worker)
	b.submit(1, TaskInstances, "wait")
	b.submit(2, TaskClasses, "x")
	<-b.opener.began
	b.cancel()
	var got []string
	for e := range b.out {
		got = append(got, summary(e))
	}
	if got, want := withoutProgress(got), []string{"1 failed cancelled", "2 failed cancelled"}; !reflect.DeepEqual(got, want) {
		t.Errorf("events %q, want %q", got, want)
	}
	if err := <-b.err; !errors.Is(err, context.Canceled) {
		t.Errorf("the worker ended with %v", err)
	}
	if b.opener.open != 0 {
		t.Errorf("%d engines were not closed", b.opener.open)
	}
}

func testEventOrder(t *testing.T, worker func(Opener) Worker) {
	b := startBench(t, worker)
	defer b.cancel()
	b.submit(1, TaskCaption, "x")
	got := b.drain()
	want := []string{"1 progress", "1 progress", "1 token", "1 token", "1 token", "1 caption", "1 done"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("events %q, want %q", got, want)
	}
}

func TestInProcessKeepsTheContract(t *testing.T) {
	testContract(t, InProcess)
}

func TestALoadFailureIsReported(t *testing.T) {
	b := startBench(t, InProcess)
	defer b.cancel()
	b.send(1, TaskCaption, "x", "damaged", false)
	close(b.in)
	for e := range b.out {
		if e.Kind == KindFailed && (e.Failure.Op != "load" || !strings.Contains(e.Failure.Message.String(), "ends early")) {
			t.Errorf("failure %+v", e.Failure)
		}
	}
}

// FuzzAnySequenceOfCommandsKeepsTheContract reads bytes as commands: every
// Submit ends exactly once, and nothing follows its end.
func FuzzAnySequenceOfCommandsKeepsTheContract(f *testing.F) {
	f.Add([]byte{0, 1, 8, 2, 16, 1, 24, 9})
	f.Add([]byte{1, 1, 1, 17, 2, 10, 26, 200, 255})
	f.Fuzz(func(t *testing.T, script []byte) {
		if len(script) > 200 {
			return
		}
		b := startBench(t, InProcess)
		defer b.cancel()
		names := []string{"x", "y", "bad", "panic", "wait"}
		collected := make(chan map[JobID]int)
		go func() {
			ends := map[JobID]int{}
			for e := range b.out {
				if ends[e.ID] > 0 && e.ID != 0 {
					t.Errorf("%s after its end", summary(e))
				}
				if e.Kind == KindDone || e.Kind == KindFailed {
					ends[e.ID]++
				}
			}
			collected <- ends
		}()
		submitted := map[JobID]bool{}
		var waits []JobID
		next := JobID(1)
		for _, c := range script {
			switch c % 4 {
			case 0, 1:
				name := names[int(c/8)%len(names)]
				task := []Task{TaskCaption, TaskInstances, TaskClasses}[int(c/4)%3]
				b.send(next, task, name, "starter", c%2 == 0)
				submitted[next] = true
				if name == "wait" {
					waits = append(waits, next)
				}
				next++
			case 2:
				b.in <- Command{Cancel: JobID(c / 4)}
			case 3:
				b.in <- Command{Front: JobID(c / 4)}
			}
		}
		for _, id := range waits {
			b.in <- Command{Cancel: id}
		}
		close(b.in)
		ends := <-collected
		for id := range submitted {
			if ends[id] != 1 {
				t.Errorf("job %d ended %d times", id, ends[id])
			}
		}
	})
}

// FuzzTheOrderIsTheOnePromised keeps the worker busy with a first job, reads bytes
// as commands meanwhile, and compares the order of what runs next with a model that
// is given the same commands.
func FuzzTheOrderIsTheOnePromised(f *testing.F) {
	f.Add([]byte{0, 8, 17, 3, 6, 24})
	f.Add([]byte{0, 16, 8, 1, 11, 2, 7, 15})
	f.Fuzz(func(t *testing.T, script []byte) {
		if len(script) > 100 {
			return
		}
		b := startBench(t, InProcess)
		defer b.cancel()
		go func() {
			for range b.out {
			}
		}()
		b.submit(1, TaskInstances, "deaf")
		<-b.opener.began
		type waiting struct {
			id   JobID
			name string
		}
		var queue []waiting
		front, next := "deaf", JobID(2)
		for _, c := range script {
			id := JobID(c/4) % (next + 1)
			at := slices.IndexFunc(queue, func(w waiting) bool { return w.id == id })
			switch c % 4 {
			case 0, 1:
				name := string(rune('p' + c/8%4))
				b.send(next, TaskClasses, name, "starter", c%4 == 1)
				queue = append(queue, waiting{next, name})
				if c%4 == 1 {
					front = name
				}
				next++
			case 2:
				if id > 1 { // the first job keeps the worker busy
					b.in <- Command{Cancel: id}
				}
				if at >= 0 {
					queue = slices.Delete(queue, at, at+1)
				}
			case 3:
				if id != 1 {
					b.in <- Command{Front: id}
				}
				if at >= 0 {
					front = queue[at].name
				}
			}
		}
		want := []string{"instances deaf"}
		for len(queue) > 0 {
			at := max(0, slices.IndexFunc(queue, func(w waiting) bool { return w.name == front }))
			want = append(want, "classes "+queue[at].name)
			queue = slices.Delete(queue, at, at+1)
		}
		b.in <- Command{} // once it is taken, all before it are done
		close(b.opener.release)
		close(b.in)
		<-b.err
		if !slices.Equal(b.opener.calls, want) {
			t.Errorf("ran %q, want %q", b.opener.calls, want)
		}
	})
}
