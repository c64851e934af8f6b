package models

import (
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"descry/internal/failure"
	"descry/internal/nearest"
)

// Starter is the name of the built-in model set.
const Starter = "starter"

// Resolve finds a model set by the value of --model: "starter" (built in, unpacked
// first), the name of an installed set or model, a named set ("full", "fast": its
// installed models), a folder with a descry.json, or a mix,
// "caption=NAME,instances=NAME,classes=NAME", where each NAME is one of these. A task
// that a mix omits is not done.
//
// Errors are of kind Model if a set is missing or damaged, and of kind Usage if spec is
// none of these.
func Resolve(spec string, dirs Dirs) (*Set, error) {
	if strings.TrimSpace(spec) == "" {
		return nil, failure.New(failure.Usage, "load", "--model", "it names no model set").WithHint("Write starter, a folder with a %s, or caption=NAME,instances=NAME,classes=NAME.", SetFile)
	}
	if task, _, ok := strings.Cut(spec, "="); ok && !strings.ContainsAny(task, "/\\") && !isSetFolder(spec) {
		return dirs.mix(spec)
	}
	return dirs.one(spec)
}

// one finds a single set.
func (d Dirs) one(spec string) (*Set, error) {
	if spec == Starter {
		dir, err := UnpackStarter(d.Models)
		if err != nil {
			return nil, err
		}
		return d.load(dir, false)
	}
	if isSetFolder(spec) {
		return d.LoadSet(spec)
	}
	if filepath.Base(spec) == SetFile {
		return d.LoadSet(filepath.Dir(spec))
	}
	if isName(spec) && d.Models != "" {
		if at, ok := d.newest(spec, SetFile); ok {
			return d.LoadSet(filepath.Dir(at.path))
		}
	}
	if set, ok := d.namedSet(spec); ok {
		return d.assemble(set)
	}
	if _, err := os.Stat(spec); err == nil && isONNX(spec) {
		return loadONNX(spec)
	}
	if info, err := os.Stat(spec); err == nil {
		f := bad(spec, "this is a file, not a model set")
		if info.IsDir() {
			f = bad(spec, "this is a folder without a %s, not a model set", SetFile)
		}
		return nil, f.WithHint("models/README.md describes how to make one.")
	}
	known := d.Installed()
	f := bad(spec, "there is no such model set")
	if word := nearest.Word(spec, known); word != "" {
		return nil, f.WithHint("Did you mean %s? Known are %s; a folder with a %s is one too.", word, strings.Join(known, ", "), SetFile)
	}
	return nil, f.WithHint("Known are %s; a folder with a %s is one too.", strings.Join(known, ", "), SetFile)
}

// mix builds a set that takes each task from another set.
func (d Dirs) mix(spec string) (*Set, error) {
	wrong := func(format string, args ...any) *failure.Failure {
		return failure.New(failure.Usage, "load", spec, format, args...)
	}
	mixed := &Set{Name: spec}
	loaded := map[string]*Set{}
	seen := map[string]bool{}
	for _, part := range strings.Split(spec, ",") {
		task, name, ok := strings.Cut(strings.TrimSpace(part), "=")
		if !ok || name == "" {
			return nil, wrong("%q is not a part of a mix", part).WithHint("Write caption=NAME,instances=NAME,classes=NAME.")
		}
		if !slices.Contains(taskKeys, task) {
			f := wrong("%q is not a task", task)
			if word := nearest.Word(task, taskKeys); word != "" {
				return nil, f.WithHint("Did you mean %s? Known are %s.", word, strings.Join(taskKeys, ", "))
			}
			return nil, f.WithHint("Known are %s.", strings.Join(taskKeys, ", "))
		}
		if seen[task] {
			return nil, wrong("%s appears twice", task).WithHint("Name each task once.")
		}
		seen[task] = true
		set := loaded[name]
		if set == nil {
			var err error
			if set, err = d.one(name); err != nil {
				return nil, err
			}
			loaded[name] = set
			mixed.Warnings = append(mixed.Warnings, set.Warnings...)
		}
		if err := mixed.take(task, set); err != nil {
			return nil, err
		}
	}
	return mixed, nil
}

// take copies another set's model for a task into a mix.
func (s *Set) take(task string, from *Set) error {
	has := false
	switch task {
	case "caption":
		s.Caption, has = from.Caption, from.Caption != nil
	case "instances":
		s.Instances, has = from.Instances, from.Instances != nil
	case "classes":
		s.Classes, has = from.Classes, from.Classes != nil
	}
	if !has {
		return bad(from.Name, "the set has no model for %s", task).WithHint("Choose another set for it.")
	}
	if s.Dir == "" {
		s.Dir, s.Description, s.License = from.Dir, from.Description, from.License
	} else if s.Dir != from.Dir && from.License != "" && !strings.Contains(s.License, from.License) {
		s.License = strings.TrimPrefix(s.License+"; "+from.License, "; ")
	}
	return nil
}

// Installed returns the names of the sets that Resolve finds by name: the built-in one,
// those in the folder of installed models, sorted, and the named sets with an installed
// model.
func (d Dirs) Installed() []string {
	names := []string{Starter}
	entries, err := os.ReadDir(d.Models)
	if err != nil {
		return names // without a folder, nothing is installed
	}
	for _, e := range entries {
		if e.Name() == Starter || !isName(e.Name()) {
			continue
		}
		if _, ok := d.newest(e.Name(), SetFile); ok {
			names = append(names, e.Name())
		}
	}
	sort.Strings(names[1:])
	for _, s := range d.sets() {
		if len(d.arrived(s)) > 0 && !slices.Contains(names, s.Name) {
			names = append(names, s.Name)
		}
	}
	return names
}

// isName reports whether s can be the name of an installed set.
func isName(s string) bool {
	return s != "" && !strings.HasPrefix(s, ".") && !strings.ContainsAny(s, "/\\:=,")
}

// isSetFolder reports whether path is a folder with a descry.json.
func isSetFolder(path string) bool {
	info, err := os.Stat(filepath.Join(path, SetFile))
	return err == nil && info.Mode().IsRegular()
}
