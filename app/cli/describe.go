package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"descry/describe"
	"descry/export"
	"descry/inference"
)

// describeFlags are the flags of `descry describe`, as given.
type describeFlags struct {
	json      bool
	samples   bool
	model     string
	only      string
	score     float32
	caption   captionFlags
	runtime   runtimeFlags
	quiet     bool
	out       string
	format    string
	overwrite bool
	maxPixels int64
}

func (p *program) describeCommand() *cobra.Command {
	var f describeFlags
	c := &cobra.Command{
		Use:   "describe PICTURE…",
		Short: "Print caption and objects of pictures",
		Long: `Prints the caption, the objects and the classes of each picture, in the order
given. "-" is a picture from standard input. A picture that cannot be described
gets one clear line; the others are described all the same.

Exit codes: 0 all described, 1 some failed, 2 wrong use, 3 a model or ONNX
Runtime is absent or damaged, 130 interrupted.`,
		Example: `  descry describe harbour.png
  descry describe --json *.jpg > captions.jsonl
  descry describe --out described --format png,txt,json *.jpg
  curl -s https://example.org/cat.png | descry describe -
  descry describe --only caption --preset paper --n-best 3 harbour.png
  descry describe --only caption --top-p 0.9 --seed 7 --avoid "man,two people" harbour.png`,
		RunE: func(c *cobra.Command, args []string) error {
			d, err := f.plan(c, p, args)
			if err != nil {
				return err
			}
			return p.describe(d)
		},
	}
	flags := c.Flags()
	flags.BoolVar(&f.json, "json", false, "one JSON object per line, one line per picture")
	flags.BoolVar(&f.samples, "samples", false, "describe the built-in sample pictures")
	flags.StringVar(&f.model, "model", "", `model set: full, fast, an installed model, starter, a directory, an .onnx file, or caption=NAME,instances=NAME,classes=NAME (default: the best that has arrived)`)
	flags.StringVar(&f.only, "only", "", "some of caption,instances,classes (default: all that the set has)")
	flags.Float32Var(&f.score, "score", 0, "least score of an object, 0 to 1 (default: your setting, else the set's own)")
	f.caption.add(c)
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "no progress and no hints on standard error")
	flags.StringVar(&f.out, "out", "", "also write files to this folder")
	flags.StringVar(&f.format, "format", "png,json", "files to write, some of "+strings.Join(export.IDs(), ","))
	flags.BoolVar(&f.overwrite, "overwrite", false, "replace files of an earlier run (never a picture given)")
	flags.Int64Var(&f.maxPixels, "max-pixels", 0, "refuse larger pictures (default: your setting, else 200 million)")
	f.runtime.add(c)
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(export.IDs(), cobra.ShellCompDirectiveNoFileComp))
	_ = c.RegisterFlagCompletionFunc("only", cobra.FixedCompletions(taskNames(), cobra.ShellCompDirectiveNoFileComp))
	return c
}

func taskNames() []string {
	var names []string
	for _, t := range describe.Tasks {
		names = append(names, string(t))
	}
	return names
}

// parseOnly parses the value of --only; empty means all.
func parseOnly(list string) ([]inference.Task, error) {
	if list == "" {
		return nil, nil
	}
	var only []inference.Task
	for _, word := range strings.Split(list, ",") {
		word = strings.TrimSpace(word)
		if !slices.Contains(taskNames(), word) {
			return nil, meant(usage("--only %q is not one of %s", word, strings.Join(taskNames(), ", ")), word, taskNames())
		}
		if t := inference.Task(word); !slices.Contains(only, t) {
			only = append(only, t)
		}
	}
	slices.SortFunc(only, func(a, b inference.Task) int {
		return slices.Index(describe.Tasks, a) - slices.Index(describe.Tasks, b)
	})
	return only, nil
}

// plan checks the flags and returns the run. All usage errors are found here, before
// a model is loaded.
func (f *describeFlags) plan(c *cobra.Command, p *program, args []string) (*describeRun, error) {
	if err := f.check(c, args); err != nil {
		return nil, err
	}
	only, err := parseOnly(f.only)
	if err != nil {
		return nil, err
	}
	d := &describeRun{flags: f, only: only, limits: p.limits(f.maxPixels)}
	if d.inputs, err = p.inputs(f.samples, args); err != nil {
		return nil, err
	}
	d.runtime = f.runtime.options()
	if !c.Flags().Changed("device") && slices.Contains(devices, p.services.Settings.Device) {
		d.runtime.Device = p.services.Settings.Device
	}
	if c.Flags().Changed("score") {
		d.score = &f.score
	}
	d.caption = f.caption.options(c.Flags().Changed)
	if f.out != "" {
		formats, err := export.ParseFormats(f.format)
		if err != nil {
			return nil, err
		}
		d.plan = export.NewPlan(d.names(), f.out, formats)
	}
	return d, nil
}

// check refuses flags that contradict one another or mean nothing.
func (f *describeFlags) check(c *cobra.Command, args []string) error {
	if err := f.runtime.check(); err != nil {
		return err
	}
	changed := c.Flags().Changed
	if err := f.caption.check(changed); err != nil {
		return err
	}
	switch {
	case len(args) == 0 && !f.samples:
		return usage("no picture named").WithHint(`Name pictures, "-" for standard input, or --samples for the built-in ones.`)
	case len(args) > 0 && f.samples:
		return usage("--samples describes the built-in pictures, and pictures were named too").WithHint("Give one or the other.")
	case changed("score") && !(f.score >= 0 && f.score <= 1):
		return usage("--score %v is not between 0 and 1", f.score).WithHint("70 %% is 0.7.")
	case changed("max-pixels") && f.maxPixels < 1:
		return usage("--max-pixels %d: a picture has at least one pixel", f.maxPixels)
	case f.out == "" && (changed("format") || f.overwrite):
		return usage("--format and --overwrite need --out").WithHint("Add --out FOLDER.")
	}
	return nil
}
