package desktop

import (
	"os"
	"slices"
	"strings"

	"descry/app/services"
	"descry/describe"
	"descry/inference"
	"descry/internal/failure"
	"descry/internal/machine"
	"descry/internal/message"
	"descry/models"
	"descry/models/arch"
	"descry/models/catalogue"
	"descry/models/store"
	"descry/network"
	"descry/ui/state/core"
	modelstate "descry/ui/state/models"
)

// inventory returns the models that exist, which of them are installed, and the free
// disk space and memory.
func inventory(svc *services.Services, o services.WindowOptions) modelstate.Inventory {
	c, _ := svc.Catalogue(o.Runtime.Catalogue) // ModelStore below returns the same error
	v := modelstate.Inventory{Others: ownSets(svc, o, c), Folder: svc.Dirs.Models()}
	s, err := svc.ModelStore(o.Runtime.Catalogue, false)
	if err != nil { // the catalogue file is invalid: no downloads until it is corrected
		v.Closed = oneLine(err.Error())
		return v
	}
	if network.Disabled(os.Getenv) {
		v.Closed = "DESCRY_OFFLINE is set, so nothing is downloaded."
	}
	s.Seconds = svc.SecondsNow
	list := s.List()
	v.Disk = list.OnDisk
	for _, i := range list.Items {
		if m, ok := s.Catalogue.Model(i.Name); ok && i.Catalogued && s.RunsHere(m) {
			v.Models = append(v.Models, storedModel(m, i))
		}
	}
	for _, set := range s.Catalogue.Sets {
		title, about, _ := strings.Cut(set.Title, ":")
		if about == "" {
			title = ""
		}
		v.Sets = append(v.Sets, modelstate.Set{Name: set.Name, Title: message.Sprintf("%s models", core.Capital(set.Name)), About: title, Models: set.Names()})
	}
	if free, err := machine.FreeDisk(v.Folder); err == nil {
		v.Free = int64(min(free, 1<<62))
	}
	if _, free, err := machine.Memory(); err == nil {
		v.Memory = int64(min(free, 1<<62))
	}
	return v
}

// storedModel converts a catalogue entry and its state in the store to the window's
// form.
func storedModel(m catalogue.Model, i store.Item) modelstate.Model {
	keeps := map[store.State]modelstate.Keep{store.Partial: modelstate.KeepPartial, store.Ready: modelstate.KeepReady, store.InPlace: modelstate.KeepReady, store.Damaged: modelstate.KeepDamaged}
	x := modelstate.Model{
		Name: m.Name, Title: strings.TrimSuffix(i.Title, " (boxes only)"), About: i.About, Licence: m.Licence, Text: m.LicenceText, Source: i.Source,
		Revision: i.Revision, Bytes: i.Bytes, Pinned: i.Pinned, Memory: i.Memory, Seconds: i.Seconds, Measured: i.Measured,
		Keep: modelstate.KeepAbsent, Here: i.Done, Disk: i.OnDisk,
	}
	x.Boxes = arch.BoxesOnly(m.Architecture)
	if m.For != catalogue.ForRuntime {
		x.Task = inference.Task(m.For)
	}
	if keep, ok := keeps[i.State]; ok {
		x.Keep = keep
	}
	if x.About == "" {
		x.About = "From a catalogue file."
	}
	if i.State == store.InPlace {
		x.Place = i.Place
	}
	if i.State == store.Damaged {
		damaged := &failure.Failure{Kind: failure.Model, Op: "load", Subject: m.Name, Message: i.Problem}
		x.Problem = damaged.WithHint("Repair it: only the damaged files are downloaded again.")
	}
	return x
}

// ownSets returns the model sets that are in no catalogue: the built-in one, those
// installed, and those in use, including the parts of a mix. The window lists the
// models of the catalogue one by one instead.
func ownSets(svc *services.Services, o services.WindowOptions, c catalogue.Catalogue) []modelstate.Info {
	used := o.Settings.Model
	names := svc.ModelDirs(o.Runtime.Catalogue).Installed()
	parts := mixed(used)
	for _, name := range parts {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	known := c.Names()
	names = slices.DeleteFunc(names, func(name string) bool { return slices.Contains(known, name) })
	var list []modelstate.Info
	for _, name := range names {
		info := modelstate.Info{Spec: name, Name: name, Drawings: name == models.Starter}
		if name == models.Starter {
			info.Name, info.Description = "Starter models", "Small and built in. They recognise 63 kinds of objects in drawings, not in photographs."
			info.Tasks = []inference.Task{inference.TaskCaption, inference.TaskInstances, inference.TaskClasses}
			list = append(list, info)
			continue
		}
		set, err := svc.Resolve(name, o.Runtime.Catalogue)
		if err != nil {
			info.Description = oneLine(err.Error())
			if !slices.Contains(parts, name) || parts[0] == used { // for a mix, loading reports the error for each task
				list = append(list, info)
			}
			continue
		}
		info.Name, info.Description = set.Name, set.Description
		info.Place, info.Bytes = set.Dir, map[inference.Task]int64{}
		for _, t := range set.Tasks() {
			info.Tasks = append(info.Tasks, inference.Task(t))
			info.Bytes[inference.Task(t)] = weightOf(set, t)
		}
		list = append(list, info)
	}
	return list
}

// mixed returns the models that a value of --model names: those of a mix, each once,
// or the single one.
func mixed(spec string) []string {
	if task, _, ok := strings.Cut(spec, "="); !ok || !isTask(strings.TrimSpace(task)) {
		return slices.DeleteFunc([]string{spec}, func(s string) bool { return s == "" })
	}
	var names []string
	for _, part := range strings.Split(spec, ",") {
		if _, name, _ := strings.Cut(strings.TrimSpace(part), "="); name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// weightOf returns the size in bytes of a set's weights for a task, or 0 if it is
// unknown.
func weightOf(set *models.Set, task string) int64 {
	var file string
	switch {
	case task == string(inference.TaskCaption) && set.Caption != nil:
		file = set.Caption.Weights
	case task == string(inference.TaskInstances) && set.Instances != nil:
		file = set.Instances.Weights
	case task == string(inference.TaskClasses) && set.Classes != nil:
		file = set.Classes.Weights
	}
	info, err := os.Stat(file)
	if err != nil {
		return 0
	}
	return info.Size()
}

// isTask reports whether a word is the name of a task.
func isTask(word string) bool { return slices.Contains(describe.Tasks, inference.Task(word)) }
