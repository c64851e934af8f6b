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
	// newBytes that an attempt must bring, beyond what was ever reached, to
	// count as one that got somewhere.
	newBytes = 1 << 20
	// tellEvery is the shortest time between two reports of the same state.
	tellEvery = 100 * time.Millisecond
	// beatEvery is how often it is reported that nothing comes: a speed goes down then.
	beatEvery = time.Second
)

// run is one Fetch.
type run struct {
	c      *Client
	req    Request
	name   string // of the file, for messages
	report func(Progress)
	part   *partial

	best       int64 // the most bytes that were ever there
	fruitless  int   // attempts in a row that brought nothing new
	startOvers int
	mismatches int
	received   bool // something came in this run
	hashed     int64

	lastState State
	lastTold  time.Time
}

// loop tries until the file is there or trouble is final.
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
		// Also when it is cancelled or the disk is full: what was written and
		// can be recorded is there the next time.
		if saved := r.part.save(); saved != nil && !isStorage(err) {
			return Result{}, saved
		}
		if err := r.again(ctx, err); err != nil {
			return Result{}, err
		}
	}
}

// total is the file's length, 0 if nobody has said.
func (r *run) total() int64 {
	if r.req.Bytes > 0 {
		return r.req.Bytes
	}
	if r.part != nil {
		return r.part.rec.Total
	}
	return 0
}

// complete reports whether every byte is there.
func (r *run) complete() bool { t := r.total(); return t > 0 && r.part.at == t }

// again waits before the next attempt after err, or returns err if there is
// to be none.
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
	if f.over || !r.part.rec.checkable() && r.part.at > 0 {
		if err := r.startOver(f); err != nil {
			return err
		}
	}
	r.fruitless++
	if r.fruitless > r.c.retries() || f.early > 0 && r.fruitless >= f.early && !r.received {
		return err
	}
	wait := r.c.pause(r.fruitless, f.after)
	r.tell(Retrying, message.Sprintf("%s; trying again in %d s", f.f.Message, int(wait.Seconds()+0.5)), true)
	return r.c.wait(ctx, wait)
}

// startOver empties the partial file because of f, a bounded number of times,
// so that a server which changes its mind for ever is not followed for ever.
func (r *run) startOver(f *fault) error {
	if r.startOvers++; r.startOvers > r.c.retries() {
		return f
	}
	r.best = 0 // what is fetched again counts as new
	return r.part.reset()
}

// room checks that the disk holds what is still to come.
func (r *run) room(total int64) error {
	if r.c.Free == nil || total == 0 {
		return nil
	}
	return r.c.roomFor(r.req.Path, total-r.part.at)
}

// tell reports progress; the same state again only after a while, unless now.
func (r *run) tell(s State, note string, now bool) {
	t := r.c.now()
	if !now && s == r.lastState && t.Sub(r.lastTold) < tellEvery {
		return
	}
	r.lastState, r.lastTold = s, t
	p := Progress{State: s, Total: r.total(), Note: note}
	switch {
	case s == Checking:
		p.Done = r.hashed
	case r.part != nil:
		p.Done = r.part.at
	}
	r.report(p)
}

// hashUpTo reads all of from into h, telling how far it is.
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
		r.tell(Checking, "", false)
	}
}

// plain makes err the Failure that Fetch returns.
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
