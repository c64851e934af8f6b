// Package describe runs pictures through the models: it decodes one picture ahead,
// submits a job for each task, collects the results, and reports each step to its
// caller. It does not deal with windows, flags or output files; the command line, the
// doctor and batches use it.
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

// Tasks lists all tasks in the order in which they are run and shown.
var Tasks = []inference.Task{inference.TaskCaption, inference.TaskInstances, inference.TaskClasses}

// Worker runs jobs. services.Runtime and inference.Client implement it.
type Worker interface {
	Submit(r inference.Request, onEvent func(inference.Event)) inference.JobID
	Cancel(id inference.JobID)
}

// Options are the options of a run; they hold for each picture.
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
	LoadMS  float64 // the time to load models, for all tasks together
}

// Events receives the events of a run, in the order of its pictures and on the
// goroutine of Run. For each picture Started is called, then Described or Failed.
type Events interface {
	Started(i int)
	// Described is called with the outcome; an error ends the run.
	Described(i int, o *Outcome) error
	Failed(i int, f *failure.Failure)
}

// Summary is the result of a run.
type Summary struct {
	Failed int
	// Broken is the failure to load a model, after which no picture can be described.
	// It is nil if there was none.
	Broken *failure.Failure
}

// Runner describes pictures with one worker.
type Runner struct {
	Worker  Worker
	Options Options
}

// ChooseTasks returns the tasks for a run: those wanted, or all tasks of the set if
// none is named. If the set has no model for a wanted task, missing is that task.
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

// Run describes the pictures in order. A picture that cannot be described is reported
// by Failed and does not end the run. When ctx ends, the remaining pictures fail as
// cancelled. Run returns an error only if Described returns one.
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

// decoded is a picture that was decoded ahead.
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

// next describes the next decoded picture, unless the run is over or a model is known
// to be broken. It sets s.Broken if a model cannot be loaded.
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
		<-c.done // every job ends, cancelled ones with a failure
	}
	if c.err == nil {
		return c.outcome, nil
	}
	s.Broken = c.broken
	return nil, c.err
}

// request returns the request for one task of a picture.
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

// onEvent adds one event to the outcome.
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
