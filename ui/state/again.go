package state

import (
	"descry/ui/state/core"
	"descry/ui/state/models"
)

// follow takes over what is known of the pictures when other models are in use:
// of each task whose model stayed, and, unless a person chose the models, of all.
func (r *reduction) follow(c models.Changed) {
	for _, old := range r.s.results {
		if old.model != c.From {
			continue
		}
		r.change(old.key, c.To, func(res *result) {
			for at := range slots {
				same := c.Before.Name(slotTasks[at]) == c.Now.Name(slotTasks[at])
				if !res.has(at) && (same || !c.Chosen && old.has(at)) {
					res.copySlot(&old, at)
				}
			}
		})
	}
	if !c.Chosen { // nobody goes back there
		r.s.results = core.Without(r.s.results, func(res result) bool { return res.model == c.From })
	}
}

// copySlot takes over what another result knows of one slot.
func (res *result) copySlot(from *result, at slot) {
	res.done[at], res.failure[at], res.by[at] = from.done[at], from.failure[at], from.by[at]
	switch at {
	case slotCaption:
		res.caption, res.attempt, res.form = from.caption, from.attempt, from.form
	case slotOthers:
		res.others = from.others
	case slotInstances:
		res.instances, res.second, res.hidden = from.instances, from.second, from.hidden
	case slotClasses:
		res.classes, res.hideClass = from.classes, from.hideClass
	}
}

// stale reports whether a result comes from a model that is not in use any more.
func (s *State) stale(res *result, at slot) bool {
	name := s.models.Using().Name(slotTasks[at])
	return res.has(at) && res.by[at] != "" && name != "" && res.by[at] != name
}

// stalePictures counts the open pictures that another model described.
func (s *State) stalePictures() int {
	n := 0
	for _, p := range s.pictures {
		if p.phase == ready && s.anyStale(p.key) {
			n++
		}
	}
	return n
}

func (s *State) anyStale(key string) bool {
	res := s.result(key)
	for at := range slots {
		if s.stale(&res, at) {
			return true
		}
	}
	return false
}

func (DescribedAgain) on(r *reduction) {
	for _, p := range r.s.pictures {
		if p.phase != ready || !r.s.anyStale(p.key) {
			continue
		}
		r.change(p.key, r.s.model().Spec, func(res *result) {
			for at := range slots {
				if r.s.stale(res, at) {
					res.copySlot(&result{}, at)
				}
			}
		})
	}
	r.t.DropNotices(models.Arrival)
	if r.s.Sheet() == models.Sheet {
		r.t.OpenSheet(core.SheetNone)
	}
}

// againButton describes the open pictures with the models now in use; it is no
// button where that would change nothing.
func (s *State) againButton() core.Button {
	n := s.stalePictures()
	if n == 0 {
		return core.Button{}
	}
	return core.Button{Text: core.Plural(n, "Describe the open picture again", "Describe the open pictures again"),
		Tip: "Use the models that are chosen now; your own captions stay", Enabled: true, Do: DescribedAgain{}}
}
