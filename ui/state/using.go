package state

import (
	"slices"
	"strings"

	"descry/inference"
	"descry/settings"
	"descry/ui/state/core"
)

// tasks are the tasks in the order in which they are told.
var tasks = []inference.Task{inference.TaskCaption, inference.TaskInstances, inference.TaskClasses}

// objectsOf begins the name that stands for a class map made of what a model for
// objects has found; that model's name follows. Such a map needs no model of its
// own: a mix that names none for classes gives it.
const objectsOf = "objects:"

// using is the model of each task, by name, in the order of tasks; empty: the
// task is not done.
type using struct{ names [3]string }

// name returns the model of a task.
func (u using) name(t inference.Task) string {
	if i := slices.Index(tasks, t); i >= 0 {
		return u.names[i]
	}
	return ""
}

// spec writes the models as Request.Model wants them: the name of one set that
// has them all, or a mix.
func (u using) spec(v *Inventory) string {
	one, same := "", true
	var parts []string
	for i, name := range u.names {
		if name == "" {
			continue
		}
		if strings.HasPrefix(name, objectsOf) {
			same = false
			continue
		}
		same = same && (one == "" || one == name)
		one = name
		parts = append(parts, string(tasks[i])+"="+name)
	}
	if same && v.model(one).Name == "" {
		return one // a set, not a model for one task
	}
	return strings.Join(parts, ",")
}

// chosen returns what the settings say of a task. Not said: the program chooses.
// An empty name that is said: the task is not done.
func (s *State) chosen(t inference.Task) (name string, said bool) {
	spec := s.Settings().Model
	if spec == "" {
		return "", false
	}
	if o, known := s.inventory.other(spec); known {
		if !slices.Contains(o.Tasks, t) {
			return "", true
		}
		return spec, true
	}
	if set := s.inventory.set(spec); set.Name != "" {
		for _, name := range set.Models {
			if s.inventory.model(name).Task == t {
				return name, true
			}
		}
		return "", false
	}
	if m := s.inventory.model(spec); m.Name != "" {
		if m.Task == t {
			return spec, true
		}
		return "", false
	}
	if first, _, mix := strings.Cut(spec, "="); !mix || !slices.Contains(tasks, inference.Task(first)) {
		return spec, true // a folder, or what nobody knows: the load says so
	}
	for _, part := range strings.Split(spec, ",") {
		if task, name, _ := strings.Cut(part, "="); inference.Task(task) == t {
			return name, name != ""
		}
	}
	return "", true
}

// available reports whether a model can be used for a task now.
func (s *State) available(name string, t inference.Task) bool {
	if detector, mapped := strings.CutPrefix(name, objectsOf); mapped {
		return t == inference.TaskClasses && s.outlines(detector)
	}
	if o, known := s.inventory.other(name); known {
		return slices.Contains(o.Tasks, t)
	}
	if m := s.inventory.model(name); m.Name != "" {
		return m.Task == t && m.Keep == KeepReady && !s.leaving(name)
	}
	return true // a folder that is named by hand
}

// outlines reports whether a model for objects gives more than boxes.
func (s *State) outlines(detector string) bool {
	m := s.inventory.model(detector)
	return detector != "" && s.available(detector, inference.TaskInstances) && !m.Boxes
}

// best returns the program's own choice for a task: what of the best set is here,
// else of the next, else any model for it; of classes, a map of the objects that
// such a model finds; else the built-in one.
func (s *State) best(t inference.Task, detector string) string {
	for _, set := range s.inventory.Sets {
		for _, name := range set.Models {
			if s.inventory.model(name).Task == t && s.available(name, t) {
				return name
			}
		}
	}
	for _, m := range s.inventory.Models {
		if m.Task == t && s.available(m.Name, t) {
			return m.Name
		}
	}
	if t == inference.TaskClasses && s.inventory.model(detector).Name != "" && s.outlines(detector) {
		return objectsOf + detector
	}
	for _, o := range s.inventory.Others {
		if slices.Contains(o.Tasks, t) {
			return o.Spec
		}
	}
	return ""
}

// uses returns the model of each task. A chosen one that is not here is stood in
// for, so that a picture is described all the same.
func (s *State) uses() using {
	var u using
	for i, t := range tasks {
		name, said := s.chosen(t)
		if t == inference.TaskClasses && said && name == "" && strings.Contains(s.Settings().Model, "=") {
			name = objectsOf + u.names[i-1]
		}
		if !said || name != "" && !s.available(name, t) {
			name = s.best(t, u.names[1])
		}
		u.names[i] = name
	}
	return u
}

// model is what is in use, as one set.
func (s *State) model() ModelInfo {
	u := s.uses()
	m := ModelInfo{Spec: u.spec(&s.inventory), Drawings: true}
	for i, name := range u.names {
		if name == "" {
			continue
		}
		m.Tasks = append(m.Tasks, tasks[i])
		o, _ := s.inventory.other(name)
		m.Drawings = m.Drawings && o.Drawings
	}
	if len(m.Tasks) == 0 {
		return ModelInfo{Spec: s.Settings().Model, Name: s.Settings().Model}
	}
	m.Name = s.usingTitle(u, m.Spec)
	return m
}

// usingTitle names the models in use in two words, for the status bar.
func (s *State) usingTitle(u using, spec string) string {
	if o, known := s.inventory.other(spec); known {
		return o.Name
	}
	for _, set := range s.inventory.Sets {
		if !slices.ContainsFunc(set.Models, func(name string) bool { return !slices.Contains(u.names[:], name) }) {
			return set.Title
		}
	}
	if !strings.Contains(spec, "=") {
		return spec
	}
	return "Mixed models"
}

// titleOf names a model as people call it.
func (s *State) titleOf(name string) string {
	if strings.HasPrefix(name, objectsOf) {
		return "the objects"
	}
	if o, known := s.inventory.other(name); known {
		return o.Name
	}
	if m := s.inventory.model(name); m.Name != "" {
		return m.Title
	}
	return name
}

func (a TaskModelSet) on(r *reduction) {
	if !slices.Contains(tasks, a.Task) || !r.s.available(a.Model, a.Task) {
		return
	}
	r.assign(a.Task, a.Model)
	r.chose = true
}

// assign makes a model the one for a task, in the settings.
func (r *reduction) assign(t inference.Task, name string) {
	u := r.s.uses()
	for i := range tasks {
		if tasks[i] == t {
			u.names[i] = name
		}
	}
	spec := u.spec(&r.s.inventory)
	r.t.ChangeSettings(func(s *settings.Settings) { s.Model = spec })
}

// settleUsing follows a change of the models in use. What a person chose is
// used at once; what came by itself (a model has arrived, or was removed) leaves
// what is on the screen until somebody asks for it anew.
func (r *reduction) settleUsing() {
	now := r.s.uses()
	if now == r.s.using {
		return
	}
	before := r.s.using
	r.s.using = now
	from, to := before.spec(&r.s.inventory), now.spec(&r.s.inventory)
	if from == to {
		return
	}
	for _, old := range r.s.results {
		if old.model != from {
			continue
		}
		r.change(old.key, to, func(res *result) {
			for at := range slots {
				same := before.name(slotTasks[at]) == now.name(slotTasks[at])
				if !res.has(at) && (same || !r.chose && old.has(at)) {
					res.copySlot(&old, at)
				}
			}
		})
	}
	if !r.chose { // nobody goes back there
		r.s.results = core.Without(r.s.results, func(res result) bool { return res.model == from })
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
	name := s.using.name(slotTasks[at])
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
	r.t.DropNotices(func(n core.Notice) bool { return n.About == (arrival{}) })
	if r.s.Sheet() == SheetModels {
		r.t.OpenSheet(core.SheetNone)
	}
}
