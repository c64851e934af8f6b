package transfer

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// defaultAtOnce is how many files Many fetches at once.
const defaultAtOnce = 3

// Overall is the progress of several transfers.
type Overall struct {
	Files []Progress // in the order of the requests; State "" has not begun
	// Done and Total are bytes of all files; a file of unknown length counts
	// with what has come of it.
	Done, Total int64
	Speed       float64 // bytes a second, smoothed
	Left        time.Duration
	LeftKnown   bool
}

// Outcome is what became of one of several requests.
type Outcome struct {
	Result Result
	Err    error // a *failure.Failure, or nil
}

// Many fetches several files, atOnce of them at once (0: 3), and tells their
// progress, from one goroutine at a time. One that fails does not stop the
// others. The outcomes are in the order of the requests.
func (c *Client) Many(ctx context.Context, reqs []Request, atOnce int, tell func(Overall)) []Outcome {
	if atOnce <= 0 {
		atOnce = defaultAtOnce
	}
	if tell == nil {
		tell = func(Overall) {}
	}
	f := &fleet{c: c, reqs: reqs, files: make([]Progress, len(reqs)), tell: tell}
	for i, req := range reqs {
		f.files[i].Total = req.Bytes
	}
	outcomes := make([]Outcome, len(reqs))
	var g errgroup.Group
	g.SetLimit(atOnce)
	for i, req := range reqs {
		g.Go(func() error {
			res, err := c.Fetch(ctx, req, func(p Progress) { f.update(i, p) })
			outcomes[i] = Outcome{res, err}
			if err == nil {
				f.update(i, Progress{State: Arrived, Done: res.Bytes, Total: res.Bytes})
			} else {
				f.stop(i, err)
			}
			return nil
		})
	}
	g.Wait() // no goroutine returns an error
	return outcomes
}

// The states that Many adds.
const (
	Arrived State = "arrived"
	Stopped State = "stopped" // with trouble or by the caller; Note is the error
)

// fleet sums up the progress of several transfers.
type fleet struct {
	c     *Client
	reqs  []Request
	tell  func(Overall)
	mu    sync.Mutex
	files []Progress
	meter Meter
	moved int64 // bytes that came over the network, as the meter sees them
}

func (f *fleet) stop(i int, err error) {
	f.mu.Lock()
	p := f.files[i]
	f.mu.Unlock()
	f.update(i, Progress{State: Stopped, Done: p.Done, Total: p.Total, Note: err.Error()})
}

func (f *fleet) update(i int, p Progress) {
	f.mu.Lock()
	defer f.mu.Unlock()
	before := f.files[i]
	if p.State == Checking {
		// What lies on the disk is read, not received: the bar stays.
		p.Done = max(before.Done, p.Done)
	}
	f.files[i] = p
	all := Overall{Files: append([]Progress(nil), f.files...)}
	for _, p := range f.files {
		all.Done += p.Done
		all.Total += max(p.Total, p.Done)
	}
	if p.State == Receiving && before.State != "" {
		f.moved += max(0, p.Done-before.Done)
	}
	f.meter.Add(f.c.now(), f.moved, f.moved+all.Total-all.Done)
	all.Speed = f.meter.Speed()
	all.Left, all.LeftKnown = f.meter.Left()
	f.tell(all)
}
