package picture

import (
	"descry/inference"
	"descry/internal/failure"
	"descry/settings"
	"descry/ui/state/core"
)

// Bounds of what is kept.
const (
	mostResults      = 200
	mostClassMaps    = 256 << 20 // bytes
	alternativeBeams = 4         // for the alternatives
)

// againBeams is how a caption is searched for when it is asked for again: wider
// each time, and then from the start. 0 is the number that is chosen.
var againBeams = []int{0, 5, 8, 10}

func (a EngineSaid) on(r *reduction) {
	e := a.Event
	if e.Kind == inference.KindDevice {
		r.t.Ask(DeviceLost{e.Device})
		return
	}
	for i, j := range r.s.jobs {
		if j.id == e.ID { // whatever else comes is of a job that is over
			r.hear(i, j, e)
			return
		}
	}
}

// hear files an event of an open job.
func (r *reduction) hear(i int, j job, e inference.Event) {
	switch e.Kind {
	case inference.KindProgress:
		if e.Progress != nil && j.loading != (e.Progress.Stage == "load") {
			j.loading = !j.loading
			r.s.jobs = core.Replaced(r.s.jobs, i, j)
		}
	case inference.KindToken:
		if e.Token != nil && (j.text != e.Token.Text || j.loading) {
			j.text, j.loading = e.Token.Text, false
			r.s.jobs = core.Replaced(r.s.jobs, i, j)
		}
	case inference.KindCaption, inference.KindInstances, inference.KindClasses:
		r.change(j.key, j.model, func(res *result) { res.take(j, e) })
	case inference.KindDone:
		r.endJob(j.id)
		r.change(j.key, j.model, func(res *result) {
			res.done[j.slot] = e.Done
			if !res.has(j.slot) { // else it would be asked for for ever
				res.failure[j.slot] = failure.New(failure.Model, "run", string(SlotTasks[j.slot]), "the model gave no result")
			}
		})
		if e.Done != nil {
			r.t.Ask(Ran{e.Done.Device, e.Done.Threads})
		}
	case inference.KindFailed:
		r.endJob(j.id)
		f := e.Failure
		if f == nil {
			f = failure.New(failure.Model, "run", string(SlotTasks[j.slot]), "the model failed")
		}
		r.change(j.key, j.model, func(res *result) { res.failure[j.slot] = f })
	}
}

func (r *reduction) endJob(id inference.JobID) {
	r.s.jobs = core.Without(r.s.jobs, func(j job) bool { return j.id == id })
}

// cancel ends the jobs for which drop returns true.
func (r *reduction) cancel(drop func(job) bool) {
	r.s.jobs = core.Without(r.s.jobs, func(j job) bool {
		if drop(j) {
			r.t.Do(Cancel{j.id})
			return true
		}
		return false
	})
}

// take files what a job found.
func (res *result) take(j job, e inference.Event) {
	s := j.slot
	res.by[s] = j.by
	switch {
	case s == SlotCaption && e.Caption != nil && len(e.Caption.Hypotheses) > 0:
		res.caption = e.Caption
	case s == SlotAlternatives && e.Caption != nil && len(e.Caption.Hypotheses) > 0:
		res.alternatives = e.Caption
	case s == SlotInstances && e.Instances != nil:
		res.instances = e.Instances
		res.second = inference.HideSecondNames(e.Instances.Items, inference.SecondNameIoU)
		res.hidden = nil
	case s == SlotClasses && e.Classes != nil:
		res.classes, res.hideClass = e.Classes, nil
	}
}

// has reports whether there is a result for a slot.
func (res *result) has(s Slot) bool {
	switch s {
	case SlotCaption:
		return res.caption != nil
	case SlotAlternatives:
		return res.alternatives != nil
	case SlotInstances:
		return res.instances != nil
	}
	return res.classes != nil
}

// change changes what is known of a picture, and keeps the whole in bounds.
func (r *reduction) change(key, model string, f func(*result)) {
	for i, res := range r.s.results {
		if res.key == key && res.model == model {
			f(&res)
			r.s.results = core.Replaced(r.s.results, i, res)
			r.boundResults()
			return
		}
	}
	res := result{key: key, model: model}
	f(&res)
	r.s.results = core.Added(r.s.results, res)
	r.boundResults()
}

// boundResults forgets the oldest results of pictures that are not open, the
// class maps first.
func (r *reduction) boundResults() {
	var bytes int
	for _, res := range r.s.results {
		if res.classes != nil {
			bytes += len(res.classes.Map)
		}
	}
	for i, res := range r.s.results {
		if bytes <= mostClassMaps {
			break
		}
		if res.classes != nil && !r.s.isOpen(res.key) {
			bytes -= len(res.classes.Map)
			res.classes, res.hideClass, res.done[SlotClasses] = nil, nil, nil
			r.s.results = core.Replaced(r.s.results, i, res)
		}
	}
	over := len(r.s.results) - mostResults
	r.s.results = core.Without(r.s.results, func(res result) bool {
		if over > 0 && !r.s.isOpen(res.key) {
			over--
			return true
		}
		return false
	})
}

// isOpen reports whether a picture of that content is decoded.
func (s Scene) isOpen(key string) bool {
	for _, p := range s.pictures {
		if p.key == key {
			return true
		}
	}
	return false
}

func (Stopped) on(r *reduction) {
	p := r.s.visible()
	switch p.phase {
	case decoding:
		if i := r.indexOf(p.id); i >= 0 {
			r.release(p)
			p.released = true
			r.s.pictures = core.Replaced(r.s.pictures, i, p)
			r.failPicture(i, failure.New(failure.Cancelled, "decode", p.name, "opening was stopped"))
		}
	case ready:
		if !r.s.Busy() {
			return
		}
		res := r.s.found()
		r.change(res.key, res.model, func(res *result) {
			for at := range Slots {
				if !res.has(at) && r.s.canRun(SlotTasks[at]) {
					res.failure[at] = failure.New(failure.Cancelled, "run", p.name, "stopped")
				}
			}
		})
		r.cancel(func(j job) bool { return j.picture == p.id })
	}
}

func (a Again) on(r *reduction) {
	res := r.s.found()
	for s := range Slots {
		if res.failure[s] != nil && (a.Task == "" || a.Task == SlotTasks[s]) {
			r.change(res.key, res.model, func(res *result) { res.failure[s] = nil })
		}
	}
}

func (RetriedOnCPU) on(r *reduction) {
	r.t.ChangeSettings(func(s *settings.Settings) { s.Device = "cpu" })
	Again{}.on(r)
}

func (Regenerated) on(r *reduction) {
	p := r.s.visible()
	if p.phase != ready {
		return
	}
	r.cancel(func(j job) bool {
		return j.picture == p.id && SlotTasks[j.slot] == inference.TaskCaption
	})
	res := r.s.found()
	r.change(res.key, res.model, func(res *result) {
		switch {
		case res.form != r.s.Settings().Caption:
			res.form, res.attempt = r.s.Settings().Caption, 0
		case res.caption != nil || res.failure[SlotCaption] != nil:
			res.attempt++
		}
		for _, s := range []Slot{SlotCaption, SlotAlternatives} {
			res.done[s], res.failure[s] = nil, nil
		}
		res.caption, res.alternatives = nil, nil
	})
}

func (DetailsToggled) on(r *reduction) { r.s.details = !r.s.details }
