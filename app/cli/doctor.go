package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"descry/app/services"
	"descry/describe"
	"descry/internal/failure"
	"descry/internal/machine"
	"descry/internal/message"
	"descry/models"
	"descry/picture"
	"descry/resources"
)

// finding is one line of the doctor's report: what was checked, whether it is in
// order, and what was found.
type finding struct {
	Check string `json:"check"`
	OK    bool   `json:"ok"`
	Found string `json:"found"`
	Hint  string `json:"hint,omitempty"`

	absent bool // missing, but not required
}

// good returns a finding that is in order.
func good(check, found string) finding { return finding{Check: check, OK: true, Found: found} }

func (p *program) doctorCommand() *cobra.Command {
	var asJSON bool
	var f runtimeFlags
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Check the installation: versions, library, devices, models, folders and a test run",
		Long: `Looks at everything a description needs and describes a built-in picture.
Exit code 0 when all is well, 3 otherwise. The text names no picture of yours.`,
		Example: `  descry doctor
  descry doctor --json
  descry doctor --ort /opt/onnxruntime/lib`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if err := f.check(); err != nil {
				return err
			}
			findings := p.diagnose(p.ctx, f)
			if asJSON {
				if err := writeJSON(p.out, findings); err != nil {
					return err
				}
			} else {
				fmt.Fprint(p.out, diagnosisText(findings))
			}
			for _, x := range findings {
				if !x.OK {
					return &reportedError{codeModel}
				}
			}
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	f.add(c)
	return c
}

// diagnosisText returns the report for people and for "Copy diagnostics".
func diagnosisText(findings []finding) string {
	var b strings.Builder
	for _, x := range findings {
		mark := message.Sprintf("ok")
		switch {
		case !x.OK:
			mark = message.Sprintf("FAIL")
		case x.absent:
			mark = "–"
		}
		fmt.Fprintf(&b, "%-4s  %-16s %s\n", mark, x.Check, x.Found)
		if x.Hint != "" {
			fmt.Fprintf(&b, "      %-16s %s\n", "", x.Hint)
		}
	}
	return b.String()
}

// diagnose makes all checks, in the order in which their subjects are needed.
func (p *program) diagnose(ctx context.Context, f runtimeFlags) []finding {
	findings := []finding{
		good("program", services.VersionLine()),
		good("machine", machineText()),
	}
	findings = append(findings, p.checkFolders()...)
	findings = append(findings, p.checkModels()...)
	findings = append(findings, p.checkRuntime(ctx, f)...)
	return findings
}

// machineText describes the machine: its cores and memory.
func machineText() string {
	if total, available, err := machine.Memory(); err == nil {
		return message.Sprintf("%d cores, %.1f GB of memory, %.1f GB free", machine.Cores(), float64(total)/1e9, float64(available)/1e9)
	}
	return message.Sprintf("%d cores", machine.Cores())
}

// checkFolders checks that each of Descry's folders is writable.
func (p *program) checkFolders() []finding {
	var all []finding
	for _, d := range []struct{ name, dir string }{
		{"cache", p.services.Dirs.Cache}, {"settings", p.services.Dirs.Config}, {"edits", p.services.Dirs.Data}, {"logs", p.services.Dirs.State},
	} {
		x := good("folder "+d.name, d.dir)
		if err := writable(d.dir); err != nil {
			x.OK, x.Found, x.Hint = false, err.Error(), message.Sprintf("Make the folder writable, or set DESCRY_HOME to one that is.")
		}
		all = append(all, x)
	}
	return all
}

// writable creates dir and a file in it, which it removes again, and returns the error
// if that fails.
func writable(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".doctor-*")
	if err != nil {
		return err
	}
	f.Close()
	return os.Remove(f.Name())
}

// checkModels resolves the built-in set and every installed set.
func (p *program) checkModels() []finding {
	var all []finding
	for _, m := range p.installed() {
		x := good("models "+m.Name, m.Description)
		if m.Problem != "" {
			x.OK, x.Found, x.Hint = false, m.Problem, message.Sprintf("Run descry models verify --repair %s.", m.Name)
			if m.Name == models.Starter {
				x.Hint = message.Sprintf("Remove %s; the built-in set is unpacked again by itself.", m.Dir)
			}
		}
		all = append(all, x)
	}
	return all
}

// checkRuntime opens the library, tests the devices and describes a sample.
func (p *program) checkRuntime(ctx context.Context, f runtimeFlags) []finding {
	runtime := p.services.NewRuntime(f.options())
	defer runtime.Close()
	library, err := runtime.Open()
	if err != nil {
		hint := ""
		if len(library.Tried) > 0 {
			hint = message.Sprintf("Looked at: %s", strings.Join(library.Tried, ", "))
		}
		return []finding{{Check: "ONNX Runtime", Found: oneLine(err.Error()), Hint: hint}}
	}
	all := []finding{good("ONNX Runtime", fmt.Sprintf("%s, %s", library.Version, library.Path))}
	if report, err := runtime.TryDevices(ctx, true); err == nil { // the library is open
		all = append(all, deviceFindings(report.Devices, f.device)...)
	}
	return append(all, p.testRun(ctx, runtime, f))
}

// testRun describes the first built-in sample. It does not compare the caption: any
// result passes.
func (p *program) testRun(ctx context.Context, runtime *services.Runtime, f runtimeFlags) finding {
	start := time.Now()
	o, err := p.describeSample(ctx, runtime, f)
	if err != nil {
		return finding{Check: "test run", Found: oneLine(failure.Of(err, failure.Model).Error())}
	}
	found := o.Found
	return good("test run", message.Sprintf("%q in %.1f s (%s; %s, %d threads)", found.Text(), time.Since(start).Seconds(), resources.Samples()[0].Title, found.Device, found.Threads))
}

// describeSample describes the first built-in sample with the default models.
func (p *program) describeSample(ctx context.Context, runtime *services.Runtime, f runtimeFlags) (*describe.Outcome, error) {
	set, err := p.services.Resolve("", "")
	if err != nil {
		return nil, err
	}
	tasks, _ := describe.ChooseTasks(set, nil)
	runner := describe.Runner{Worker: runtime, Options: describe.Options{
		Tasks: tasks, Device: f.device, Threads: f.threadsOrAll(), Limits: picture.DefaultLimits(),
	}}
	return runner.Describe(ctx, describe.Samples()[0])
}

// short abbreviates the home folder in a path to "~".
func short(path string) string {
	home, err := os.UserHomeDir()
	if err != nil {
		return path
	}
	if rel, err := filepath.Rel(home, path); err == nil && !strings.HasPrefix(rel, "..") {
		return filepath.Join("~", rel)
	}
	return path
}
