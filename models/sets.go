package models

import (
	"slices"
	"strings"

	"descry/internal/message"
	"descry/models/catalogue"
)

// sets are the named sets that are known.
func (d Dirs) sets() []catalogue.Set {
	if d.Sets != nil {
		return d.Sets
	}
	return catalogue.Official().Sets
}

func (d Dirs) namedSet(name string) (catalogue.Set, bool) {
	return catalogue.Catalogue{Sets: d.sets()}.Set(name)
}

// arrived returns, for each task of a named set, the first of its models that is
// installed.
func (d Dirs) arrived(s catalogue.Set) map[string]string {
	found := map[string]string{}
	if d.Models == "" {
		return found
	}
	for task, list := range s.Models {
		for _, model := range list {
			if _, ok := d.newest(model, SetFile); ok {
				found[task] = model
				break
			}
		}
	}
	return found
}

// assemble makes a set of whatever of a named set has arrived. What is absent
// is in the warnings.
func (d Dirs) assemble(s catalogue.Set) (*Set, error) {
	found := d.arrived(s)
	if len(found) == 0 {
		return nil, bad(s.Name, "none of its models is installed").WithHint("Run descry models pull %s.", s.Name)
	}
	set := &Set{}
	var absent []string
	for _, task := range taskKeys {
		model, ok := found[task]
		if !ok {
			if list := s.Models[task]; len(list) > 0 {
				absent = append(absent, list[0]+" ("+task+")")
			}
			continue
		}
		one, err := d.one(model)
		if err != nil {
			return nil, err
		}
		set.Warnings = append(set.Warnings, one.Warnings...)
		if err := set.take(task, one); err != nil {
			return nil, err
		}
	}
	set.Name, set.Description = s.Name, s.Title
	if len(absent) > 0 {
		set.Warnings = append(set.Warnings, message.Sprintf("%s is not complete; not downloaded: %s. Run descry models pull %s.", s.Name, strings.Join(absent, ", "), s.Name))
	}
	return set, nil
}

// Default returns the set that is used where none is named: the named set of which
// most has arrived ("full" before "fast"), else the first other set that is
// installed, else the built-in one. It looks at the folder each time, so a
// model is used as soon as it has arrived.
func (d Dirs) Default() string {
	best, most := "", 0
	for _, s := range d.sets() {
		if n := d.exact(s); n > most {
			best, most = s.Name, n
		}
	}
	if best != "" {
		return best
	}
	installed := d.Installed()
	for _, name := range installed {
		if _, named := d.namedSet(name); name != Starter && !named {
			return name
		}
	}
	return Starter
}

// ForTask words a spec for one task alone: of a named set the model that has
// arrived for it ("instances=maskrcnn-v2"), of a mix that task's part, so that
// what is loaded for one task stays the same when another task's model changes.
// Any other spec, and a task for which nothing has arrived, stays as it is.
func (d Dirs) ForTask(spec, task string) string {
	if first, _, mix := strings.Cut(spec, "="); mix && slices.Contains(taskKeys, first) && !isSetFolder(spec) {
		return partOf(spec, task)
	}
	s, ok := d.namedSet(spec)
	if !ok || isSetFolder(spec) {
		return spec
	}
	if _, own := d.newest(spec, SetFile); own {
		return spec // a folder of that name has priority, as in Resolve
	}
	here := d.arrived(s)
	if model, ok := here[task]; ok {
		return task + "=" + model
	}
	if model, ok := here["instances"]; ok && task == "classes" {
		return "instances=" + model // its objects make the map
	}
	return spec
}

// partOf returns a mix's part for a task; of the built-in set its plain name, so
// that it is loaded once. A mix without a model for classes maps its objects: then
// both tasks have the same part, so that the detector looks once.
func partOf(spec, task string) string {
	objects := ""
	if task == "instances" && !strings.Contains(","+strings.ReplaceAll(spec, " ", ""), ",classes=") {
		task = "classes"
	}
	for _, part := range strings.Split(spec, ",") {
		key, name, _ := strings.Cut(strings.TrimSpace(part), "=")
		if key == "instances" {
			objects = strings.TrimSpace(part)
		}
		if key == task {
			if name == Starter {
				return Starter
			}
			return strings.TrimSpace(part)
		}
	}
	if task == "classes" && objects != "" {
		return objects
	}
	return spec
}

// exact counts the tasks of a named set, each twice where the model that the set
// would fetch is what has arrived, once where another replaces it.
func (d Dirs) exact(s catalogue.Set) int {
	n := 0
	for task, model := range d.arrived(s) {
		n++
		if slices.Index(s.Models[task], model) == 0 {
			n++
		}
	}
	return n
}
