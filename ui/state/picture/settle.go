package picture

import (
	"time"

	"descry/inference"
	"descry/ui/state/core"
)

// Times. The pill comes late, so that quick work does not flash.
const (
	busyAfter   = 300 * time.Millisecond
	busyEvery   = 100 * time.Millisecond
	saveAfter   = 800 * time.Millisecond // from the first letter: an edit is on disk within a second
	noticeAfter = 8 * time.Second
)

// mostAhead is the largest picture, in pixels, beside which its neighbours are
// decoded ahead: three of that size are held in memory.
const mostAhead = 40_000_000

// settlePictures releases pictures that are neither visible nor neighbours, and
// decodes the neighbours when nothing visible is waited for.
func (r *reduction) settlePictures() {
	around := r.s.neighbours()
	keep := func(p picture) bool {
		if p.id == r.s.current {
			return true
		}
		for _, source := range around {
			if p.source == source {
				return true
			}
		}
		return false
	}
	r.s.pictures = core.Without(r.s.pictures, func(p picture) bool {
		if keep(p) {
			return false
		}
		r.cancel(func(j job) bool { return j.picture == p.id })
		r.release(p)
		if p.source.Kind == SourceClip {
			r.t.Do(ReleaseClip{p.source.Clip})
		}
		return true
	})
	here := r.s.visible()
	if here.phase != ready || here.width*here.height > mostAhead || r.s.wants(here, true) {
		return
	}
	for _, source := range around {
		p, open := r.s.pictureOf(source)
		if !open {
			r.addPicture(source)
			return
		}
		if p.phase == decoding { // one at a time
			return
		}
	}
}

func (s Scene) pictureOf(source Source) (picture, bool) {
	for _, p := range s.pictures {
		if p.source == source {
			return p, true
		}
	}
	return picture{}, false
}

// wanted lists the slots of a picture that have neither result nor failure, in
// the order in which they are run. The alternatives come last, and only
// for the visible picture.
func (s Scene) wanted(p picture, visible bool) []Slot {
	if p.phase != ready {
		return nil
	}
	res := s.result(p.key)
	var all []Slot
	for at := range Slots {
		switch {
		case res.has(at) || res.failure[at] != nil || !s.canRun(SlotTasks[at]):
		case at == SlotAlternatives && (s.stale(&res, SlotCaption) || !visible || len(all) > 0 || res.caption == nil || s.running(p.key, SlotCaption)):
		default:
			all = append(all, at)
		}
	}
	return all
}

// running reports whether a job is open for a picture's content and slot.
func (s Scene) running(key string, at Slot) bool {
	model := s.Models.Spec
	for _, j := range s.jobs {
		if j.key == key && j.slot == at && j.model == model {
			return true
		}
	}
	return false
}

// wants reports whether something of a picture is still to come.
func (s Scene) wants(p picture, visible bool) bool {
	if p.phase == decoding && p.id != 0 || len(s.wanted(p, visible)) > 0 {
		return true
	}
	for _, j := range s.jobs {
		if j.picture == p.id && p.id != 0 {
			return true
		}
	}
	return false
}

// canRun reports whether the model set in use has a task.
func (s Scene) canRun(task inference.Task) bool {
	for _, t := range s.Models.Tasks {
		if t == task {
			return true
		}
	}
	return false
}

// settleJobs runs what is wanted of the visible picture, and of its neighbours
// when that is done.
func (r *reduction) settleJobs() {
	model := r.s.Models.Spec
	r.cancel(func(j job) bool { return j.model != model })
	here := r.s.visible()
	r.adopt(here)
	if r.s.wants(here, true) {
		r.cancel(func(j job) bool { return j.picture != here.id })
		r.run(here, true)
		return
	}
	for _, source := range r.s.neighbours() {
		if p, open := r.s.pictureOf(source); open && r.s.wants(p, false) {
			r.run(p, false)
			return
		}
	}
}

// adopt makes the jobs of the same content those of the visible picture, and
// tells the worker that they come first now.
func (r *reduction) adopt(here picture) {
	if here.phase != ready {
		return
	}
	for i, j := range r.s.jobs {
		if j.key == here.key && (j.picture != here.id || !j.front) {
			j.picture, j.front = here.id, true
			r.s.jobs = core.Replaced(r.s.jobs, i, j)
			r.t.Do(Front{j.id})
		}
	}
}

// run submits what is wanted of a picture and not under way.
func (r *reduction) run(p picture, visible bool) {
	for _, at := range r.s.wanted(p, visible) {
		if r.s.running(p.key, at) {
			continue
		}
		r.s.last.job++
		id := r.s.last.job
		r.s.jobs = core.Added(r.s.jobs, job{id: id, picture: p.id, key: p.key, model: r.s.Models.Spec, by: r.s.Models.Using.Name(SlotTasks[at]), slot: at, front: visible})
		q := inference.Request{
			ID:      id,
			Picture: inference.Picture{Name: p.name, Key: p.key, Width: p.width, Height: p.height},
			Task:    SlotTasks[at], Model: r.s.Models.Spec,
			Device: r.s.Settings().Device, Threads: r.s.Settings().Threads, Visible: visible,
		}
		if q.Task == inference.TaskCaption {
			q.Caption = captionOptions(r.s.Settings().Caption, at, r.attempt(p.key))
		}
		r.t.Do(Submit{Picture: p.id, Request: q})
	}
}

// attempt tells how often a picture's caption was asked for with the form as it is.
func (r *reduction) attempt(key string) int {
	form, attempt := r.s.Settings().Caption, 0
	r.change(key, r.s.Models.Spec, func(res *result) {
		if res.form != form {
			res.form, res.attempt = form, 0
		}
		attempt = res.attempt
	})
	return attempt
}

// Busy reports whether something visible is waited for.
func (s Scene) Busy() bool {
	p := s.visible()
	if p.id == 0 {
		return false
	}
	if p.phase == decoding {
		return true
	}
	for _, j := range s.jobs {
		if j.picture == p.id && j.slot != SlotAlternatives {
			return true
		}
	}
	return false
}
