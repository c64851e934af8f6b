package picture

import (
	"descry/internal/message"
	"descry/ui/state/core"
)

// follow takes over what is known of the pictures when other models are in use:
// of each task whose model stayed, and, unless a person chose the models, of all.
func (r *reduction) follow(c ModelsChanged) {
	for _, old := range r.s.results {
		if old.model != c.From {
			continue
		}
		r.change(old.key, c.To, func(res *result) {
			for at := range Slots {
				same := c.Before.Name(SlotTasks[at]) == c.Now.Name(SlotTasks[at])
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
func (res *result) copySlot(from *result, at Slot) {
	res.done[at], res.failure[at], res.by[at] = from.done[at], from.failure[at], from.by[at]
	switch at {
	case SlotCaption:
		res.caption, res.attempt, res.form = from.caption, from.attempt, from.form
	case SlotAlternatives:
		res.alternatives = from.alternatives
	case SlotInstances:
		res.instances, res.second, res.hidden = from.instances, from.second, from.hidden
	case SlotClasses:
		res.classes, res.hideClass = from.classes, from.hideClass
	}
}

// stale reports whether a result comes from a model that is not in use any more.
func (s Scene) stale(res *result, at Slot) bool {
	name := s.Models.Using.Name(SlotTasks[at])
	return res.has(at) && res.by[at] != "" && name != "" && res.by[at] != name
}

// stalePictures counts the open pictures that another model described.
func (s Scene) stalePictures() int {
	n := 0
	for _, p := range s.pictures {
		if p.phase == ready && s.anyStale(p.key) {
			n++
		}
	}
	return n
}

func (s Scene) anyStale(key string) bool {
	res := s.result(key)
	for at := range Slots {
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
		r.change(p.key, r.s.Models.Spec, func(res *result) {
			for at := range Slots {
				if r.s.stale(res, at) {
					res.copySlot(&result{}, at)
				}
			}
		})
	}
}

// AgainButton describes the open pictures with the models now in use; it is no
// button where that would change nothing.
func (s Scene) AgainButton() core.Button {
	n := s.stalePictures()
	if n == 0 {
		return core.Button{}
	}
	return core.Button{Text: core.Plural(n, message.Of("Describe the open picture again"), message.Of("Describe the open pictures again")),
		Tip: "Use the current models; your own captions are kept", Enabled: true, Do: DescribedAgain{}}
}
