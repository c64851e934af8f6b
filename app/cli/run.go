package cli

import (
	"descry/app/services"
	"descry/describe"
	"descry/export"
	"descry/inference"
	"descry/internal/failure"
	"descry/models"
	"descry/picture"
	"descry/settings"
)

// describeRun is a run of `descry describe` with its flags checked.
type describeRun struct {
	flags   *describeFlags
	runtime services.RuntimeOptions
	inputs  []describe.Input
	only    []inference.Task
	score   *float32
	caption inference.CaptionOptions
	limits  picture.Limits
	plan    *export.Plan // nil: no files
	set     *models.Set
}

// names returns the inputs' names, for the plan of files.
func (d *describeRun) names() []string {
	var names []string
	for _, in := range d.inputs {
		names = append(names, in.Name)
	}
	return names
}

// leastScore returns the minimum score of an object to keep: the flag, else the
// setting, else the set's own.
func (d *describeRun) leastScore(s settings.Settings, found *inference.Instances) float32 {
	switch {
	case d.score != nil:
		return *d.score
	case s.Score > 0:
		return float32(s.Score)
	case found != nil:
		return found.Score
	}
	return defaultScore
}

// defaultScore is used if nothing else is set.
const defaultScore = 0.5

// describe runs d. It prints one line per picture, in the order of the arguments.
func (p *program) describe(d *describeRun) error {
	r := newReporter(p, d)
	defer r.close()
	runner, runtime, err := p.begin(d)
	if err != nil {
		for i := range d.inputs {
			r.line(i, failure.Of(err, failure.Model))
		}
		return err
	}
	defer runtime.Close()
	runtime.OnDeviceLost(r.onDeviceLost)
	summary, err := runner.Run(p.ctx, d.inputs, r)
	if err == nil {
		err = r.finish()
	}
	switch {
	case err != nil:
		return err
	case p.ctx.Err() != nil:
		return failure.New(failure.Cancelled, "describe", "", "interrupted")
	case summary.Broken != nil:
		return &reportedError{codeModel}
	case summary.Failed+r.unwritten > 0:
		return &reportedError{codeSome}
	}
	return nil
}

// begin finds the model set and opens the library.
func (p *program) begin(d *describeRun) (*describe.Runner, *services.Runtime, error) {
	set, err := p.services.Resolve(d.flags.model, "")
	if err != nil {
		return nil, nil, err
	}
	d.set = set
	if !d.flags.quiet {
		for _, w := range set.Warnings {
			say(p.err, "descry: warning: %s", w)
		}
	}
	tasks, missing := describe.ChooseTasks(set, d.only)
	if missing != "" {
		return nil, nil, usage("the model set %s has no model for %s", set.Name, string(missing)).WithHint("Leave it out of --only, or name another set with --model.")
	}
	runtime := p.services.NewRuntime(d.runtime)
	if _, err := runtime.Open(); err != nil {
		runtime.Close()
		return nil, nil, err
	}
	return &describe.Runner{Worker: runtime, Options: describe.Options{
		Tasks: tasks, Model: d.flags.model, Device: d.runtime.Device, Threads: d.flags.runtime.threadsOrAll(), Caption: d.caption, Limits: d.limits,
	}}, runtime, nil
}
