package app

import (
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"descry/inference"
	"descry/models"
	"descry/models/catalogue"
	"descry/resources"
	"descry/ui/state"
	modelstate "descry/ui/state/models"
	picturestate "descry/ui/state/picture"
)

// windowFlags are the flags of `descry` without a command.
type windowFlags struct {
	runtime   runtimeFlags
	model     string
	catalogue string
	measure   string
}

// addWindowFlags adds the window's flags to the root command.
func (p *program) addWindowFlags(c *cobra.Command) {
	p.window.runtime.add(c)
	c.Flags().StringVar(&p.window.model, "model", "", `model set for this run: "starter", "full", a directory, or a mix`)
	c.Flags().StringVar(&p.window.catalogue, "catalogue", "", catalogueUsage)
	c.Flags().StringVar(&p.window.measure, "measure", "", "write what the window does and when to this file")
	_ = c.Flags().MarkHidden("measure") // defined in the line above
}

// setup is what the window's state starts from.
func (p *program) setup() state.Setup {
	home, _ := os.UserHomeDir() // "" shortens nothing
	settings := p.loaded
	if p.window.model != "" {
		settings.Model = p.window.model
	}
	if p.window.runtime.device != "auto" {
		settings.Device = p.window.runtime.device
	}
	if p.window.runtime.threads > 0 {
		settings.Threads = p.window.runtime.threads
	}
	p.loaded.Model = settings.Model
	store := p.inventory()
	s := state.Setup{
		Settings: settings, Version: version, Home: home, Models: store.Others, Store: store,
		Devices: deviceChoices(), Formats: formats(),
		Threads: max(1, runtime.NumCPU()-1), Cores: runtime.NumCPU(),
	}
	for _, sample := range resources.Samples() {
		s.Samples = append(s.Samples, picturestate.Sample{Name: sample.Name, Title: sample.Title})
	}
	return s
}

// ownSets are the model sets that are in no catalogue: the built-in one, those
// installed, and those in use, also the parts of a mix. What the catalogue has,
// the window shows model by model.
func (p *program) ownSets(used string, c catalogue.Catalogue) []modelstate.Info {
	names := p.modelDirs().Installed()
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
			info.Name, info.Description = "Starter models", "Small and built in. They know drawings of 63 kinds of thing, not photographs."
			info.Tasks = []inference.Task{inference.TaskCaption, inference.TaskInstances, inference.TaskClasses}
			list = append(list, info)
			continue
		}
		set, err := p.resolve(name)
		if err != nil {
			info.Description = oneLine(err.Error())
			if !slices.Contains(parts, name) || parts[0] == used { // of a mix the load says it, task by task
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

// mixed lists the models that a word of --model names: those of a mix, each once,
// else the one.
func mixed(spec string) []string {
	if task, _, ok := strings.Cut(spec, "="); !ok || !slices.Contains(taskNames(), strings.TrimSpace(task)) {
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

// weightOf returns the bytes of the weights with which a set does a task; 0: they
// cannot be looked at.
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

// started is when the program started, for measuring.
var started = time.Now()
