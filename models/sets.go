package models

import (
	"slices"
	"strings"

	"descry/internal/message"
	"descry/models/catalogue"
)

// sets returns the named sets.
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

// assemble returns a set of the installed models of a named set, with warnings about the
// missing ones.
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

// Default returns the name of the set that is used if none is named: the named set with
// the most installed models ("full" before "fast"), else the first other installed set,
// else the built-in one. It reads the folder each time, so a model is used as soon as it
// is installed.
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

// ForTask reduces a spec to one task: a named set to its installed model for the task
// ("instances=maskrcnn-v2"), a mix to that task's part. So the model loaded for one task
// stays the same when another task's model changes. Any other spec is returned
// unchanged, as is one without an installed model for the task.
func (d Dirs) ForTask(spec, task string) string {
	if first, _, mix := strings.Cut(spec, "="); mix && slices.Contains(taskKeys, first) && !isSetFolder(spec) {
		return partOf(spec, task)
	}
	s, ok := d.namedSet(spec)
	if !ok || isSetFolder(spec) {
		return spec
	}
	if _, own := d.newest(spec, SetFile); own {
		return spec // a folder of that name takes precedence, as in Resolve
	}
	here := d.arrived(s)
	if model, ok := here[task]; ok {
		return task + "=" + model
	}
	if model, ok := here["instances"]; ok && task == "classes" {
		return "instances=" + model // the class map is made from its objects
	}
	return spec
}

// partOf returns a mix's part for a task; for the built-in set, only its name, so that
// it is loaded once. A mix without a model for classes makes the class map from its
// objects. Both tasks then have the same part, so that the detector runs once.
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

// exact rates how much of a named set is installed: 2 for each task with the set's first
// model, 1 for each with a replacement.
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
