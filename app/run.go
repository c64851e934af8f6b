package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"descry/export"
	"descry/inference"
	"descry/internal/failure"
	"descry/models"
	"descry/picture"
	"descry/settings"
)

// description is a whole run of `descry describe`, checked.
type description struct {
	flags   *describeFlags
	inputs  []input
	only    []inference.Task
	score   *float32
	caption inference.CaptionOptions
	limits  picture.Limits
	plan    *export.Plan // nil: no files
	set     *models.Set
	lost    []*inference.DeviceLost // devices given up, not told yet
}

// names are the inputs' names, for the plan of files.
func (d *description) names() []string {
	var names []string
	for _, in := range d.inputs {
		names = append(names, in.name)
	}
	return names
}

// leastScore is the least score of an object that is kept: the flag, else the
// person's setting, else the set's own proposal.
func (d *description) leastScore(s settings.Settings, found *inference.Instances) float32 {
	switch {
	case d.score != nil:
		return *d.score
	case s.Score > 0:
		return float32(s.Score)
	case found != nil:
		return found.Score
	}
	return defaultScore
}

// defaultScore is used where nobody says anything else.
const defaultScore = 0.5

// decoded is a picture read ahead of its turn.
type decoded struct {
	picture *picture.Picture
	err     error
	took    time.Duration
}

// describe runs d: the pictures are decoded one ahead of the models, and each
// gives its line in the order of the arguments.
func (p *program) describe(d *description) error {
	r := newReporter(p, d)
	defer r.close()
	session, err := p.begin(d)
	if err != nil {
		for i := range d.inputs {
			r.line(i, failure.Of(err, failure.Model))
		}
		return err
	}
	defer session.close()
	ctx, cancel := context.WithCancel(p.ctx)
	defer cancel()
	ahead := d.decodeAhead(ctx)
	failures := 0
	var broken error // a model that could not be loaded: nothing more can be described
	for i := range d.inputs {
		r.starts(i)
		in := <-ahead
		found, err := d.one(p.ctx, session, d.inputs[i].name, in, broken)
		r.lost()
		if err == nil {
			err = r.done(i, in.picture, found)
		}
		if err == nil {
			continue
		}
		failures++
		var closed *outputError
		if errors.As(err, &closed) {
			return err
		}
		f := failure.Of(err, failure.Unreadable)
		if found != nil { // described, but a file could not be written
			r.trouble(f)
			continue
		}
		r.failed(i, f)
		if (f.Kind == failure.Model || f.Kind == failure.Memory) && f.Op == "load" && broken == nil {
			broken = f
		}
	}
	if err := r.finish(); err != nil {
		return err
	}
	switch {
	case p.ctx.Err() != nil:
		return failure.New(failure.Cancelled, "describe", "", "interrupted")
	case broken != nil:
		return &toldError{codeModel}
	case failures > 0:
		return &toldError{codeSome}
	}
	return nil
}

// begin finds the model set and the library, which a run cannot do without.
func (p *program) begin(d *description) (*session, error) {
	set, err := p.resolve(d.flags.model)
	if err != nil {
		return nil, err
	}
	d.set = set
	if !d.flags.quiet {
		for _, w := range set.Warnings {
			fmt.Fprintln(p.err, "descry: warning: "+w)
		}
	}
	if err := d.chooseTasks(); err != nil {
		return nil, err
	}
	// Not p.ctx: an interrupt cancels jobs one by one, by commands, and a worker
	// whose own context had ended would take none.
	return p.startSession(context.WithoutCancel(p.ctx), d.flags.runtime)
}

// chooseTasks keeps what the set has; a task asked for by name that the set
// lacks is wrong use.
func (d *description) chooseTasks() error {
	has := map[inference.Task]bool{}
	for _, t := range d.set.Tasks() {
		has[inference.Task(t)] = true
	}
	if d.only == nil {
		for _, t := range tasks {
			if has[t] {
				d.only = append(d.only, t)
			}
		}
	}
	for _, t := range d.only {
		if !has[t] {
			return usage(fmt.Sprintf("the model set %s has no model for %s", d.set.Name, t), "Leave it out of --only, or name another set with --model.")
		}
	}
	return nil
}

// decodeAhead decodes the inputs in order, one ahead of the reader.
func (d *description) decodeAhead(ctx context.Context) <-chan decoded {
	ahead := make(chan decoded)
	go func() {
		for _, in := range d.inputs {
			start := time.Now()
			pic, err := in.open(ctx, d.limits)
			select {
			case ahead <- decoded{pic, err, time.Since(start)}:
			case <-ctx.Done():
				select {
				case ahead <- decoded{err: ctx.Err()}:
				default:
				}
			}
		}
		close(ahead)
	}()
	return ahead
}

// one describes one picture: it submits the jobs and collects their events.
func (d *description) one(ctx context.Context, s *session, name string, in decoded, broken error) (*inference.Description, error) {
	if ctx.Err() != nil {
		return nil, failure.New(failure.Cancelled, "describe", "", "interrupted")
	}
	if in.err != nil {
		return nil, in.err
	}
	if broken != nil {
		return nil, broken
	}
	found := &inference.Description{
		Image: name, Name: name, Key: in.picture.Key, Width: in.picture.Width, Height: in.picture.Height,
		Timings: inference.Timings{Decode: milliseconds(in.took)},
	}
	open := map[inference.JobID]inference.Task{}
	for _, t := range d.only {
		id := s.id()
		open[id] = t
		s.in <- inference.Command{Submit: d.request(s, id, t, in.picture)}
	}
	var first error
	cancelled := ctx.Done()
	for len(open) > 0 {
		select {
		case <-cancelled:
			for id := range open {
				s.in <- inference.Command{Cancel: id}
			}
			cancelled = nil
		case e, ok := <-s.out:
			if !ok {
				return nil, failure.New(failure.Cancelled, "describe", "", "interrupted")
			}
			if e.Kind == inference.KindDevice {
				d.lost = append(d.lost, e.Device)
			}
			task, mine := open[e.ID]
			if !mine {
				continue
			}
			if e.Kind == inference.KindDone || e.Kind == inference.KindFailed {
				delete(open, e.ID)
			}
			if err := found.Take(task, e); err != nil && first == nil {
				first = err
			}
		}
	}
	if first != nil {
		return nil, first
	}
	return found, nil
}

// request is one job of a picture.
func (d *description) request(s *session, id inference.JobID, t inference.Task, pic *picture.Picture) *inference.Request {
	r := &inference.Request{
		ID:      id,
		Picture: inference.Picture{Name: pic.Name, Key: pic.Key, Width: pic.Width, Height: pic.Height, Pix: pic.RGB},
		Task:    t,
		Model:   d.flags.model,
		Device:  d.flags.runtime.device,
		Threads: s.threads,
		Visible: true,
		Caption: d.caption,
	}
	return r
}

// milliseconds with three decimals, as the JSON line has them.
func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// isTerminal reports whether f is a terminal rather than a pipe or a file.
func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && isTTY(int(f.Fd()))
}
