// Package describe runs pictures through the models: it decodes one picture ahead,
// submits a job for each task, collects what comes back, and reports each step to
// its caller. It knows no window, no flags and no files that are written: the command
// line, the doctor and a batch are its users.
package describe

import (
	"context"
	"slices"
	"sync"
	"time"

	"descry/inference"
	"descry/internal/failure"
	"descry/models"
	"descry/picture"
)

// Tasks are all tasks, in the order in which they run and are shown.
var Tasks = []inference.Task{inference.TaskCaption, inference.TaskInstances, inference.TaskClasses}

// Worker runs jobs: services.Runtime, and inference.Client beneath it.
type Worker interface {
	Submit(r inference.Request, onEvent func(inference.Event)) inference.JobID
	Cancel(id inference.JobID)
}

// Options say what is asked of each picture.
type Options struct {
	Tasks   []inference.Task
	Model   string // a model set, as inference.Request has it
	Device  string
	Threads int
	Caption inference.CaptionOptions
	Limits  picture.Limits
}

// Outcome is a picture that was described.
type Outcome struct {
	Picture *picture.Picture
	Found   inference.Description
	LoadMS  float64 // what loading models took, of all tasks together
}

// Events are what a run tells, in the order of its pictures and on the goroutine
// of Run. Each picture gets Started, and Described or Failed.
type Events interface {
	Started(i int)
	// Described takes what was found; an error ends the run.
	Described(i int, o *Outcome) error
	Failed(i int, f *failure.Failure)
}

// Summary is how a run went.
type Summary struct {
	Failed int
	// Broken is why a model could not be loaded, after which no picture can be
	// described; nil: none.
	Broken *failure.Failure
}

// Runner describes pictures by one worker.
type Runner struct {
	Worker  Worker
	Options Options
}

// ChooseTasks returns the tasks that a run asks for: those wanted, or all that the
// set has where none is named. missing is one that is wanted and that the set has
// no model for.
func ChooseTasks(set *models.Set, wanted []inference.Task) (chosen []inference.Task, missing inference.Task) {
	has := set.Tasks()
	for _, t := range Tasks {
		if !slices.Contains(has, string(t)) {
			if slices.Contains(wanted, t) {
				return nil, t
			}
			continue
		}
		if len(wanted) == 0 || slices.Contains(wanted, t) {
			chosen = append(chosen, t)
		}
	}
	return chosen, ""
}

// Run describes the pictures in their order. A picture that cannot be described
// is told, and the others are described all the same. When ctx ends, the rest
// fail as cancelled. The error is the one of Described that ended the run.
func (r *Runner) Run(ctx context.Context, inputs []Input, events Events) (Summary, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ahead := r.decodeAhead(ctx, inputs)
	var s Summary
	for i := range inputs {
		events.Started(i)
		o, err := r.next(ctx, inputs[i].Name, <-ahead, &s)
		if err != nil {
			s.Failed++
			events.Failed(i, failure.Of(err, failure.Unreadable))
			continue
		}
		if err := events.Described(i, o); err != nil {
			return s, err
		}
	}
	return s, nil
}

// Describe describes one picture.
func (r *Runner) Describe(ctx context.Context, in Input) (*Outcome, error) {
	start := time.Now()
	pic, err := in.Open(ctx, r.Options.Limits)
	return r.next(ctx, in.Name, decoded{pic, err, time.Since(start)}, &Summary{})
}

// decoded is a picture read ahead of its turn.
type decoded struct {
	picture *picture.Picture
	err     error
	took    time.Duration
}

// decodeAhead decodes the inputs in order, one ahead of the reader, until ctx ends.
func (r *Runner) decodeAhead(ctx context.Context, inputs []Input) <-chan decoded {
	ahead := make(chan decoded)
	go func() {
		defer close(ahead)
		for _, in := range inputs {
			start := time.Now()
			pic, err := in.Open(ctx, r.Options.Limits)
			select {
			case ahead <- decoded{pic, err, time.Since(start)}:
			case <-ctx.Done():
				return
			}
		}
	}()
	return ahead
}

// next describes the next decoded picture, unless the run is over or a model is
// known to be broken; it notes in s what is broken.
func (r *Runner) next(ctx context.Context, name string, in decoded, s *Summary) (*Outcome, error) {
	switch {
	case ctx.Err() != nil:
		return nil, failure.New(failure.Cancelled, "describe", "", "interrupted")
	case in.err != nil:
		return nil, in.err
	case s.Broken != nil:
		return nil, s.Broken
	}
	c := &collector{outcome: &Outcome{Picture: in.picture, Found: inference.Description{
		Image: name, Name: name, Key: in.picture.Key, Width: in.picture.Width, Height: in.picture.Height,
		Timings: inference.Timings{Decode: float64(in.took.Microseconds()) / 1000},
	}}, open: len(r.Options.Tasks), done: make(chan struct{})}
	if c.open == 0 {
		return c.outcome, nil
	}
	var ids []inference.JobID
	for _, t := range r.Options.Tasks {
		job := &job{collector: c, task: t}
		ids = append(ids, r.Worker.Submit(r.request(t, in.picture), job.onEvent))
	}
	select {
	case <-c.done:
	case <-ctx.Done():
		for _, id := range slices.Backward(ids) { // the waiting ones first, so that none of them starts
			r.Worker.Cancel(id)
		}
		<-c.done // each job ends, by a failure if by nothing else
	}
	if c.err == nil {
		return c.outcome, nil
	}
	s.Broken = c.broken
	return nil, c.err
}

// request is one job of a picture.
func (r *Runner) request(t inference.Task, pic *picture.Picture) inference.Request {
	return inference.Request{
		Picture: inference.Picture{Name: pic.Name, Key: pic.Key, Width: pic.Width, Height: pic.Height, Pix: pic.RGB},
		Task:    t,
		Model:   r.Options.Model,
		Device:  r.Options.Device,
		Threads: r.Options.Threads,
		Visible: true,
		Caption: r.Options.Caption,
	}
}

// collector gathers the events of one picture's jobs.
type collector struct {
	mu      sync.Mutex
	outcome *Outcome
	open    int              // jobs that have not ended
	err     error            // the first job that failed
	broken  *failure.Failure // the first of a model that could not be loaded
	done    chan struct{}    // closed when all jobs have ended
}

// job is one task of a picture, under way.
type job struct {
	*collector
	task  inference.Task
	stage inference.Stage
}

// onEvent files one event.
func (j *job) onEvent(e inference.Event) {
	j.mu.Lock()
	defer j.mu.Unlock()
	err := j.outcome.Found.Take(j.task, e)
	switch e.Kind {
	case inference.KindProgress:
		j.stage = e.Progress.Stage
	case inference.KindDone:
		j.outcome.LoadMS += e.Done.LoadMS
		j.end()
	case inference.KindFailed:
		if j.err == nil {
			j.err = err
		}
		if k := e.Failure.Kind; j.broken == nil && j.stage == inference.StageLoad && (k == failure.Model || k == failure.Memory) {
			j.broken = e.Failure
		}
		j.end()
	}
}

// end notes that a job has ended. mu is held.
func (c *collector) end() {
	if c.open--; c.open == 0 {
		close(c.done)
	}
}
