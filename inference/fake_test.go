package inference

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"

	"descry/internal/failure"
)

// fakeEngine checks how a worker treats engines: it panics on two calls at once, on
// use after Close and on a call from another thread. What a call does depends on
// the picture's name:
//
//	"wait"    signals that it began and waits until its context ends
//	"deaf"    ignores its context until release is closed
//	"lost"    loses a device, and otherwise behaves as "deaf"
//	"panic"   panics
//	"bad"     fails
//	"nothing" returns neither result nor error
//	else      succeeds at once
type fakeEngine struct {
	opener *fakeOpener
	model  string
	busy   bool
	closed bool
}

type fakeOpener struct {
	t       testing.TB
	mu      sync.Mutex
	calls   []string // "task picture", in the order of running
	opened  []string
	loads   []string
	open    int // engines not closed
	began   chan string
	release chan struct{}
	lost    []DeviceLost
	thread  int // the one that opened the first engine, 0 where unknown
}

// sameThread panics on a call from a thread other than the first.
func (o *fakeOpener) sameThread() {
	runtime.Gosched() // a goroutine that is not locked may wake up elsewhere
	if o.thread == 0 {
		o.thread = threadID()
	}
	if threadID() != o.thread {
		o.t.Error("an engine is called from another thread")
	}
}

func newFakeOpener(t testing.TB) *fakeOpener {
	return &fakeOpener{t: t, began: make(chan string, 100), release: make(chan struct{})}
}

func (o *fakeOpener) Open(_ context.Context, model, device string, threads int) (Engine, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.sameThread()
	if model == "absent" {
		return nil, failure.New(failure.Model, "open", model, "there is no such set")
	}
	o.opened = append(o.opened, fmt.Sprintf("%s %s %d", model, device, threads))
	o.open++
	return &fakeEngine{opener: o, model: model}, nil
}

// enter begins a call and returns the function that ends it.
func (e *fakeEngine) enter(what string) func() {
	e.opener.mu.Lock()
	defer e.opener.mu.Unlock()
	e.opener.sameThread()
	if e.closed {
		panic("used after Close")
	}
	if e.busy {
		panic("two calls at once")
	}
	e.busy = true
	e.opener.calls = append(e.opener.calls, what)
	return func() {
		e.opener.mu.Lock()
		e.busy = false
		e.opener.mu.Unlock()
	}
}

func (e *fakeEngine) Load(_ context.Context, task Task) error {
	e.opener.mu.Lock()
	defer e.opener.mu.Unlock()
	e.opener.sameThread()
	e.opener.loads = append(e.opener.loads, e.model+" "+string(task))
	if e.model == "large" && e.opener.open > 1 { // fits alone
		return failure.New(failure.Memory, "load", e.model, "too little memory is free")
	}
	if e.model == "damaged" {
		return errors.New("weights.safetensors: the file ends early")
	}
	return nil
}

func (e *fakeEngine) act(ctx context.Context, task Task, p Picture) error {
	defer e.enter(string(task) + " " + p.Name)()
	switch p.Name {
	case "wait":
		e.opener.began <- p.Name
		<-ctx.Done()
		return ctx.Err()
	case "deaf":
		e.opener.began <- p.Name
		<-e.opener.release
	case "lost": // the card fails, and the call is deaf
		e.opener.mu.Lock()
		e.opener.lost = append(e.opener.lost, DeviceLost{Device: "cuda"})
		e.opener.mu.Unlock()
		e.opener.began <- p.Name
		<-e.opener.release
	case "panic":
		panic("index out of range")
	case "bad":
		return errors.New("a tensor has a wrong shape")
	}
	return nil
}

func (e *fakeEngine) Caption(ctx context.Context, p Picture, _ CaptionOptions, token func(CaptionToken)) (*Caption, error) {
	for i, text := range []string{"a", "a dog"} {
		token(CaptionToken{TokenID: i, Text: text})
	}
	if err := e.act(ctx, TaskCaption, p); err != nil {
		return nil, err
	}
	token(CaptionToken{TokenID: 2, Text: "late"}) // a cancelled call may still report tokens
	return &Caption{Model: e.model, Hypotheses: []Hypothesis{{Text: "a dog"}}}, nil
}

func (e *fakeEngine) Instances(ctx context.Context, p Picture, _ InstanceOptions) (*Instances, error) {
	return &Instances{Model: e.model}, e.act(ctx, TaskInstances, p)
}

func (e *fakeEngine) Classes(ctx context.Context, p Picture) (*Classes, error) {
	if p.Name == "nothing" {
		return nil, nil
	}
	return &Classes{Model: e.model}, e.act(ctx, TaskClasses, p)
}

func (e *fakeEngine) Device() (string, int) { return "cpu", 1 }

func (e *fakeEngine) Lost() []DeviceLost {
	e.opener.mu.Lock()
	defer e.opener.mu.Unlock()
	e.opener.sameThread()
	if e.closed {
		panic("used after Close")
	}
	lost := e.opener.lost
	e.opener.lost = nil
	return lost
}

func (e *fakeEngine) Close() error {
	e.opener.mu.Lock()
	defer e.opener.mu.Unlock()
	e.opener.sameThread()
	if e.closed {
		panic("closed twice")
	}
	e.closed = true
	e.opener.open--
	return nil
}
