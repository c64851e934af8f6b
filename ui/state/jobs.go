package state

import (
	"maps"
	"slices"
	"time"

	"descry/inference"
)

// othersWanted is how many captions the search for candidates gives, and with
// how many beams it searches.
const othersWanted = 4

// tasksWanted are the tasks that the window asks of the picture that is seen.
// The class map is asked for only when it is shown: the other two are what
// people wait for.
func (s State) tasksWanted() []inference.Task {
	return []inference.Task{inference.TaskCaption, inference.TaskInstances, inference.TaskClasses}
}

// task gives the state of a task within r.
func (r *Results) task(t inference.Task) *TaskState {
	switch t {
	case inference.TaskCaption:
		return &r.Caption
	case inference.TaskInstances:
		return &r.Instances
	}
	return &r.Classes
}

// askTasks submits what is missing of the shown picture; when nothing is, its
// other captions, then the neighbours.
func (c *change) askTasks(visible bool) {
	p := c.Current()
	if p == nil || p.Stage != Ready {
		return
	}
	c.askTasksOf(p.Source, visible)
	c.lookAhead()
}

// askTasksOf submits a picture's missing tasks, each as a job of its own.
func (c *change) askTasksOf(src Source, visible bool) {
	p := c.Pictures[src]
	if p == nil || p.Stage != Ready {
		return
	}
	if !visible && !slices.Contains(c.neighbours(), src) {
		return
	}
	for _, t := range c.tasksWanted() {
		r := c.results(c.Pictures[src])
		if ts := r.task(t); ts.Job == 0 && !ts.done() {
			c.submit(src, t, visible, false)
		}
	}
}

// submit gives the worker a job.
func (c *change) submit(src Source, t inference.Task, visible, others bool) {
	id := c.NextJob
	c.NextJob++
	model := c.Settings.Model
	c.Jobs = maps.Clone(c.Jobs)
	c.Jobs[id] = Job{src, t, model, others}
	e := Submit{Job: id, Source: src, Task: t, Model: model, Device: c.Settings.Device, Threads: c.Settings.Threads, Visible: visible}
	if others {
		e.Caption = inference.CaptionOptions{Beams: othersWanted, NBest: othersWanted}
	}
	since := c.Now
	c.resultsOf(src, model, func(r *Results) {
		ts := r.task(t)
		if others {
			ts = &r.Others
		}
		*ts = TaskState{Job: id, Since: since}
		if t == inference.TaskCaption && !others {
			r.Text = ""
		}
	})
	c.effect(e)
	if visible {
		c.effect(Wake{busyAfter})
	}
}

// lookAhead, when the shown picture is described, searches for other captions
// and then describes the neighbours.
func (c *change) lookAhead() {
	p := c.Current()
	if p == nil || len(c.Jobs) > 0 || p.Stage == Decoding {
		return
	}
	if r := c.results(p); p.Stage == Ready && r.Caption.Caption != nil && !r.Others.done() {
		c.submit(p.Source, inference.TaskCaption, true, true)
		return
	}
	for _, src := range c.neighbours() {
		n, known := c.Pictures[src]
		if !known {
			c.add(src)
			return
		}
		if n.Stage == Ready {
			before := c.NextJob
			c.askTasksOf(src, false)
			if c.NextJob != before {
				return
			}
		}
	}
}

// engineSaid files an event of the worker. Events of jobs that are not open any
// more are dropped here, and only here.
func (c *change) engineSaid(e inference.Event) {
	job, open := c.Jobs[e.ID]
	if !open {
		return
	}
	edit := func(f func(r *Results, t *TaskState)) {
		c.resultsOf(job.Source, job.Model, func(r *Results) {
			t := r.task(job.Task)
			if job.Others {
				t = &r.Others
			}
			f(r, t)
		})
	}
	switch e.Kind {
	case inference.KindProgress:
		edit(func(_ *Results, t *TaskState) { t.Stage = e.Progress.Stage })
	case inference.KindToken:
		if !job.Others {
			edit(func(r *Results, _ *TaskState) { r.Text = e.Token.Text })
		}
	case inference.KindCaption:
		edit(func(_ *Results, t *TaskState) { t.Caption = e.Caption })
	case inference.KindInstances:
		edit(func(_ *Results, t *TaskState) { t.Instances = e.Instances })
	case inference.KindClasses:
		edit(func(_ *Results, t *TaskState) { t.Classes = e.Classes })
	case inference.KindDone:
		edit(func(_ *Results, t *TaskState) { t.Job, t.Stage, t.Took = 0, "", e.Done.Milliseconds })
		c.Device = deviceText(e.Done.Device, e.Done.Threads)
		c.ended(e.ID)
	case inference.KindFailed:
		edit(func(_ *Results, t *TaskState) { t.Job, t.Stage, t.Failure = 0, "", e.Failure })
		c.ended(e.ID)
	}
}

// ended forgets a job and goes on with what is next.
func (c *change) ended(id inference.JobID) {
	c.forgetJob(id)
	c.lookAhead()
}

func (c *change) forgetJob(id inference.JobID) {
	c.Jobs = maps.Clone(c.Jobs)
	delete(c.Jobs, id)
}

// cancelJobs stops what runs for a picture because the person said so: what is
// not there yet is not asked again by itself.
func (c *change) cancelJobs(src Source) {
	for _, id := range c.openJobs() {
		job := c.Jobs[id]
		if job.Source != src {
			continue
		}
		c.cancelJob(id)
		c.resultsOf(src, job.Model, func(r *Results) {
			t := r.task(job.Task)
			if job.Others {
				t = &r.Others
			}
			t.Failure = stopped
		})
	}
}

// openJobs gives the open jobs in the order in which they were submitted.
func (s State) openJobs() []inference.JobID { return slices.Sorted(maps.Keys(s.Jobs)) }

// cancelJob ends one job; the task is as if it had not been asked.
func (c *change) cancelJob(id inference.JobID) {
	job := c.Jobs[id]
	c.forgetJob(id)
	c.resultsOf(job.Source, job.Model, func(r *Results) {
		t := r.task(job.Task)
		if job.Others {
			t = &r.Others
		}
		*t = TaskState{}
	})
	c.effect(CancelJob{id})
}

// busySince is when the oldest open job of a picture that somebody waits for
// was asked; zero when none is open. The search for other captions is not
// waited for.
func (s State) busySince(p *Picture) time.Time {
	var since time.Time
	r := s.results(p)
	for _, t := range []TaskState{r.Caption, r.Instances, r.Classes} {
		if t.Job != 0 && (since.IsZero() || t.Since.Before(since)) {
			since = t.Since
		}
	}
	return since
}
