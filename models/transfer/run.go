package transfer

import (
	"context"
	"errors"
	"hash"
	"io"
	"time"

	"descry/internal/failure"
	"descry/internal/message"
)

const (
	// newBytes is how many bytes beyond the previous best an attempt must receive to
	// count as progress.
	newBytes = 1 << 20
	// notifyEvery is the shortest time between two reports of the same state.
	notifyEvery = 100 * time.Millisecond
	// beatEvery is the interval of reports while nothing is received, which lower the
	// displayed speed.
	beatEvery = time.Second
)

// run is one Fetch.
type run struct {
	c      *Client
	req    Request
	name   string // of the file, for messages
	report func(Progress)
	part   *partial

	best       int64 // the largest number of bytes reached
	fruitless  int   // consecutive attempts without progress
	startOvers int
	mismatches int
	received   bool // anything was received in this run
	hashed     int64

	lastState  State
	lastNotify time.Time
}

// loop makes attempts until the file is complete or a fault is permanent.
func (r *run) loop(ctx context.Context) (Result, error) {
	r.best = r.part.at
	if err := r.room(r.total()); err != nil {
		return Result{}, err
	}
	for {
		var err error
		if r.complete() {
			var res Result
			if res, err = r.finish(ctx); err == nil {
				return res, nil
			}
		} else if err = r.attempt(ctx); err == nil {
			continue
		}
		// Also after cancelling, or if the disk is full, so that the next run can
		// continue from what was written.
		if saved := r.part.save(); saved != nil && !isStorage(err) {
			return Result{}, saved
		}
		if err := r.again(ctx, err); err != nil {
			return Result{}, err
		}
	}
}

// total returns the file's length, 0 if it is unknown.
func (r *run) total() int64 {
	if r.req.Bytes > 0 {
		return r.req.Bytes
	}
	if r.part != nil {
		return r.part.rec.Total
	}
	return 0
}

// complete reports whether all bytes were received.
func (r *run) complete() bool { t := r.total(); return t > 0 && r.part.at == t }

// again waits before the next attempt, or returns err if there is no further attempt.
func (r *run) again(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var f *fault
	if !errors.As(err, &f) || !f.retry {
		return err
	}
	if r.part.at >= r.best+newBytes {
		r.best, r.fruitless = r.part.at, 0
	}
	if f.restart || !r.part.rec.checkable() && r.part.at > 0 {
		if err := r.startOver(f); err != nil {
			return err
		}
	}
	r.fruitless++
	if r.fruitless > r.c.retries() || f.early > 0 && r.fruitless >= f.early && !r.received {
		return err
	}
	wait := r.c.pause(r.fruitless, f.after)
	r.notify(Retrying, message.Sprintf("%s; trying again in %d s", f.f.Message, int(wait.Seconds()+0.5)), true)
	return r.c.wait(ctx, wait)
}

// startOver empties the partial file because of f. It does so a limited number of
// times, in case the file on the server keeps changing.
func (r *run) startOver(f *fault) error {
	if r.startOvers++; r.startOvers > r.c.retries() {
		return f
	}
	r.best = 0 // bytes received again count as progress
	return r.part.reset()
}

// room returns an error if the disk has too little space for the remaining bytes.
func (r *run) room(total int64) error {
	if r.c.Free == nil || total == 0 {
		return nil
	}
	return r.c.roomFor(r.req.Path, total-r.part.at)
}

// notify reports progress. Reports of the same state are limited to one per
// notifyEvery, unless now is set.
func (r *run) notify(s State, note string, now bool) {
	t := r.c.now()
	if !now && s == r.lastState && t.Sub(r.lastNotify) < notifyEvery {
		return
	}
	r.lastState, r.lastNotify = s, t
	p := Progress{State: s, Total: r.total(), Note: note}
	switch {
	case s == Checking:
		p.Done = r.hashed
	case r.part != nil:
		p.Done = r.part.at
	}
	r.report(p)
}

// hashUpTo hashes all of from into h and reports its progress.
func (r *run) hashUpTo(ctx context.Context, h hash.Hash, from io.Reader) (int64, error) {
	buf := make([]byte, 1<<20)
	r.hashed = 0
	for {
		if ctx.Err() != nil {
			return r.hashed, ctx.Err()
		}
		n, err := from.Read(buf)
		h.Write(buf[:n])
		r.hashed += int64(n)
		if err == io.EOF {
			return r.hashed, nil
		}
		if err != nil {
			return r.hashed, storageFault(r.req.Path, err)
		}
		r.notify(Checking, "", false)
	}
}

// plain converts err to the Failure that Fetch returns.
func (r *run) plain(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		f := failure.Wrap(failure.Cancelled, "download", r.name, ctx.Err(), "")
		f.Kind, f.Message = failure.Cancelled, message.Of("the download was stopped")
		return f
	}
	var f *fault
	if errors.As(err, &f) {
		g := *f.f
		g.Op = "download"
		return &g
	}
	return failure.Wrap(failure.Network, "download", r.name, err, "")
}
