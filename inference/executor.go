package inference

import (
	"context"
	"runtime"
	"slices"
	"time"

	"descry/internal/failure"
)

// engineKey identifies an open engine.
type engineKey struct {
	model, device string
	threads       int
}

// executor owns the engines. All its fields belong to the goroutine of run, which
// is locked to its OS thread: native libraries keep state per thread.
type executor struct {
	open    Opener
	engines map[engineKey]Engine
	used    []engineKey // keys of engines, least recently used first
	reports chan<- report
}

// run executes orders until the channel is closed, then closes the engines.
func (x *executor) run(orders <-chan order) {
	runtime.LockOSThread() // never unlocked: the thread ends with this goroutine
	for o := range orders {
		x.execute(o)
		x.reports <- report{}
	}
	for _, e := range x.engines {
		_ = e.Close() // no reader is left for the error
	}
}

// execute runs one job to its last event.
func (x *executor) execute(o order) {
	r := o.request
	defer func() {
		if p := recover(); p != nil {
			x.fail(r, failure.New(failure.Model, "run", r.Model, "an internal error: %v", p).WithHint("Please report this with the output of descry doctor."))
		}
	}()
	start := time.Now()
	x.send(Event{ID: r.ID, Kind: KindProgress, Progress: &Progress{Stage: StageLoad, Model: r.Model}})
	engine, err := x.ready(o.ctx, r)
	x.sendLost(engine)
	if err != nil {
		f := *failure.Of(err, failure.Model)
		if f.Kind != failure.Cancelled {
			f.Op = "load"
		}
		x.fail(r, &f)
		return
	}
	loaded := time.Now()
	x.send(Event{ID: r.ID, Kind: KindProgress, Progress: &Progress{Stage: StageRun, Model: r.Model}})
	result, err := x.call(o.ctx, engine, r)
	x.sendLost(engine)
	if err != nil {
		x.fail(r, failure.Wrap(failure.Model, "run", r.Model, err, ""))
		return
	}
	x.send(result)
	device, threads := engine.Device()
	x.send(Event{ID: r.ID, Kind: KindDone, Done: &Done{
		Milliseconds: milliseconds(time.Since(loaded)), LoadMS: milliseconds(loaded.Sub(start)), Device: device, Threads: threads,
	}})
}

// ready returns the engine for r with r's task loaded. An engine that could not be
// opened is tried again by the next job. Where memory is short, other engines are
// closed, the least recently used first: a large model must not be refused because
// another was tried before it.
func (x *executor) ready(ctx context.Context, r *Request) (Engine, error) {
	key := engineKey{r.Model, r.Device, r.Threads}
	engine, ok := x.engines[key]
	if !ok {
		var err error
		if engine, err = x.open.Open(ctx, r.Model, r.Device, r.Threads); err != nil {
			return nil, err
		}
		x.engines[key] = engine
	}
	x.used = append(slices.DeleteFunc(x.used, func(k engineKey) bool { return k == key }), key)
	err := engine.Load(ctx, r.Task)
	for err != nil && failure.Of(err, failure.Model).Kind == failure.Memory && x.used[0] != key {
		oldest := x.used[0]
		x.sendLost(x.engines[oldest])
		_ = x.engines[oldest].Close() // its memory is free even where that fails
		delete(x.engines, oldest)
		x.used = x.used[1:]
		err = engine.Load(ctx, r.Task)
	}
	return engine, err
}

// sendLost sends an event for each device that was given up; engine may be nil.
func (x *executor) sendLost(engine Engine) {
	if engine == nil {
		return
	}
	for _, lost := range engine.Lost() {
		x.send(Event{Kind: KindDevice, Device: &lost})
	}
}

// call runs r's task and returns the event with its result.
func (x *executor) call(ctx context.Context, engine Engine, r *Request) (Event, error) {
	e := Event{ID: r.ID}
	var err error
	switch r.Task {
	case TaskCaption:
		e.Kind = KindCaption
		e.Caption, err = engine.Caption(ctx, r.Picture, r.Caption, func(t CaptionToken) {
			x.send(Event{ID: r.ID, Kind: KindToken, Token: &t})
		})
	case TaskInstances:
		e.Kind = KindInstances
		e.Instances, err = engine.Instances(ctx, r.Picture, r.Instances)
	case TaskClasses:
		e.Kind = KindClasses
		e.Classes, err = engine.Classes(ctx, r.Picture)
	}
	if err == nil && e.Caption == nil && e.Instances == nil && e.Classes == nil {
		err = failure.Worded(nil, "the model returned no result")
	}
	return e, err
}

func (x *executor) send(e Event) { x.reports <- report{&e} }

func (x *executor) fail(r *Request, f *failure.Failure) {
	x.send(Event{ID: r.ID, Kind: KindFailed, Failure: f})
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
