package models

import (
	"slices"
	"strings"

	"descry/inference"
	"descry/internal/message"
	"descry/settings"
	"descry/ui/state/core"
)

// ObjectsOf begins the name that stands for a class map made of what a model for
// objects has found; that model's name follows. Such a map needs no model of its
// own: a mix that names none for classes gives it.
const ObjectsOf = "objects:"

// spec writes the models as Request.Model wants them: the name of one set that
// has them all, or a mix.
func spec(u core.Using, v *Inventory) string {
	one, same := "", true
	var parts []string
	for i, name := range u.Names {
		if name == "" {
			continue
		}
		if strings.HasPrefix(name, ObjectsOf) {
			same = false
			continue
		}
		same = same && (one == "" || one == name)
		one = name
		parts = append(parts, string(core.Tasks[i])+"="+name)
	}
	if same && v.Model(one).Name == "" {
		return one // a set, not a model for one task
	}
	return strings.Join(parts, ",")
}

// chosen returns what the settings say of a task. Not said: the program chooses.
// An empty name that is said: the task is not done.
func (s view) chosen(t inference.Task) (name string, said bool) {
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
	if set := s.inventory.Set(spec); set.Name != "" {
		for _, name := range set.Models {
			if s.inventory.Model(name).Task == t {
				return name, true
			}
		}
		return "", false
	}
	if m := s.inventory.Model(spec); m.Name != "" {
		if m.Task == t {
			return spec, true
		}
		return "", false
	}
	if first, _, mix := strings.Cut(spec, "="); !mix || !slices.Contains(core.Tasks, inference.Task(first)) {
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
func (s view) available(name string, t inference.Task) bool {
	if detector, mapped := strings.CutPrefix(name, ObjectsOf); mapped {
		return t == inference.TaskClasses && s.outlines(detector)
	}
	if o, known := s.inventory.other(name); known {
		return slices.Contains(o.Tasks, t)
	}
	if m := s.inventory.Model(name); m.Name != "" {
		return m.Task == t && m.Keep == KeepReady && !s.leaving(name)
	}
	return true // a folder that is named by hand
}

// outlines reports whether a model for objects gives more than boxes.
func (s view) outlines(detector string) bool {
	m := s.inventory.Model(detector)
	return detector != "" && s.available(detector, inference.TaskInstances) && !m.Boxes
}

// best returns the program's own choice for a task: what of the best set is here,
// else of the next, else any model for it; of classes, a map of the objects that
// such a model finds; else the built-in one.
func (s view) best(t inference.Task, detector string) string {
	for _, set := range s.inventory.Sets {
		for _, name := range set.Models {
			if s.inventory.Model(name).Task == t && s.available(name, t) {
				return name
			}
		}
	}
	for _, m := range s.inventory.Models {
		if m.Task == t && s.available(m.Name, t) {
			return m.Name
		}
	}
	if t == inference.TaskClasses && s.inventory.Model(detector).Name != "" && s.outlines(detector) {
		return ObjectsOf + detector
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
func (s view) uses() core.Using {
	var u core.Using
	for i, t := range core.Tasks {
		name, said := s.chosen(t)
		if t == inference.TaskClasses && said && name == "" && strings.Contains(s.Settings().Model, "=") {
			name = ObjectsOf + u.Names[i-1]
		}
		if !said || name != "" && !s.available(name, t) {
			name = s.best(t, u.Names[1])
		}
		u.Names[i] = name
	}
	return u
}

// model is what is in use, as one set.
func (s view) model() Info {
	u := s.uses()
	m := Info{Spec: spec(u, &s.inventory), Drawings: true}
	for i, name := range u.Names {
		if name == "" {
			continue
		}
		m.Tasks = append(m.Tasks, core.Tasks[i])
		o, _ := s.inventory.other(name)
		m.Drawings = m.Drawings && o.Drawings
	}
	if len(m.Tasks) == 0 {
		return Info{Spec: s.Settings().Model, Name: s.Settings().Model}
	}
	m.Name = s.usingTitle(u, m.Spec)
	return m
}

// usingTitle names the models in use in two words, for the status bar.
func (s view) usingTitle(u core.Using, spec string) string {
	if o, known := s.inventory.other(spec); known {
		return o.Name
	}
	for _, set := range s.inventory.Sets {
		if !slices.ContainsFunc(set.Models, func(name string) bool { return !slices.Contains(u.Names[:], name) }) {
			return set.Title
		}
	}
	if !strings.Contains(spec, "=") {
		return spec
	}
	return "Mixed models"
}

// titleOf names a model as people call it.
func (s view) titleOf(name string) string {
	if strings.HasPrefix(name, ObjectsOf) {
		return "the objects"
	}
	if o, known := s.inventory.other(name); known {
		return o.Name
	}
	if m := s.inventory.Model(name); m.Name != "" {
		return m.Title
	}
	return name
}

func (a Chosen) on(r *reduction) {
	if !slices.Contains(core.Tasks, a.Task) || !r.s.available(a.Model, a.Task) {
		return
	}
	r.assign(a.Task, a.Model)
	r.s.chose = true
}

func (a SetChosen) on(r *reduction) {
	r.s.chose = true
	r.t.ChangeSettings(func(s *settings.Settings) { s.Model = a.Model })
}

// assign makes a model the one for a task, in the settings.
func (r *reduction) assign(t inference.Task, name string) {
	u := r.s.uses()
	for i := range core.Tasks {
		if core.Tasks[i] == t {
			u.Names[i] = name
		}
	}
	spec := spec(u, &r.s.inventory)
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
	from, to := spec(before, &r.s.inventory), spec(now, &r.s.inventory)
	if from != to {
		r.t.Ask(Changed{Before: before, Now: now, From: from, To: to, Chosen: r.s.chose})
	}
}

// usedText says which model does what: "Captions by BLIP base, objects by …".
func (s view) usedText() string {
	var parts []string
	for i, name := range s.using.Names {
		if name != "" {
			parts = append(parts, s.byText(core.Tasks[i], name))
		}
	}
	if o, known := s.inventory.other(spec(s.using, &s.inventory)); known {
		return message.Sprintf("All tasks use %s.", withinSentence(o))
	}
	return core.Sentence(strings.Join(parts, ", "))
}

// byText says which model does a task: "captions by BLIP base".
func (s view) byText(t inference.Task, name string) string {
	if strings.HasPrefix(name, ObjectsOf) {
		return "class map from the objects"
	}
	return taskWords[t].by(s.titleOf(name)).String()
}

// withinSentence returns the name of models as it stands within a sentence.
func withinSentence(o Info) string {
	if o.Drawings {
		return "the starter models"
	}
	return o.Name
}
