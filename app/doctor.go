package app

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"descry/internal/failure"
	"descry/internal/machine"
	"descry/models"
	"descry/picture"
	"descry/resources"
)

// finding is one line of the doctor: what was looked at, whether it is well,
// and what was seen.
type finding struct {
	Check string `json:"check"`
	OK    bool   `json:"ok"`
	Found string `json:"found"`
	Hint  string `json:"hint,omitempty"`
}

func (p *program) doctorCommand() *cobra.Command {
	var asJSON bool
	var f runtimeFlags
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Check versions, library, devices, models and folders, with a test run",
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
				text, err := json.MarshalIndent(findings, "", "  ")
				if err != nil {
					return err
				}
				fmt.Fprintln(p.out, string(text))
			} else {
				fmt.Fprint(p.out, diagnosisText(findings))
			}
			for _, x := range findings {
				if !x.OK {
					return &toldError{codeModel}
				}
			}
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	f.add(c)
	return c
}

// diagnosisText is what people read and what "Copy diagnostics" copies.
func diagnosisText(findings []finding) string {
	var b strings.Builder
	for _, x := range findings {
		mark := "ok  "
		if !x.OK {
			mark = "FAIL"
		}
		fmt.Fprintf(&b, "%s  %-16s %s\n", mark, x.Check, x.Found)
		if x.Hint != "" {
			fmt.Fprintf(&b, "      %-16s %s\n", "", x.Hint)
		}
	}
	return b.String()
}

// diagnose looks at everything in the order in which it is needed, and stops
// where the rest cannot work.
func (p *program) diagnose(ctx context.Context, f runtimeFlags) []finding {
	findings := []finding{
		{"program", true, versionLine(), ""},
		{"machine", true, machineText(), ""},
	}
	findings = append(findings, p.lookAtFolders()...)
	findings = append(findings, p.lookAtModels()...)
	findings = append(findings, p.lookAtRuntime(ctx, f)...)
	return findings
}

// machineText says what the machine has to offer.
func machineText() string {
	text := fmt.Sprintf("%d cores", machine.Cores())
	if total, available, err := machine.Memory(); err == nil {
		text += fmt.Sprintf(", %.1f GB of memory, %.1f GB free", float64(total)/1e9, float64(available)/1e9)
	}
	return text
}

// lookAtFolders checks that each of Descry's folders can be written.
func (p *program) lookAtFolders() []finding {
	var all []finding
	for _, d := range []struct{ name, dir string }{
		{"cache", p.dirs.Cache}, {"settings", p.dirs.Config}, {"edits", p.dirs.Data}, {"logs", p.dirs.State},
	} {
		x := finding{"folder " + d.name, true, d.dir, ""}
		if err := writable(d.dir); err != nil {
			x.OK, x.Found, x.Hint = false, err.Error(), "Make the folder writable, or set DESCRY_HOME to one that is."
		}
		all = append(all, x)
	}
	return all
}

// writable makes dir and a file in it, and removes the file again.
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

// lookAtModels resolves the built-in set and every set installed.
func (p *program) lookAtModels() []finding {
	var all []finding
	for _, m := range p.installed() {
		x := finding{"models " + m.Name, m.Problem == "", m.Description, ""}
		if m.Problem != "" {
			x.Found, x.Hint = m.Problem, "Run descry models verify --repair "+m.Name+"."
			if m.Name == models.Starter {
				x.Hint = "Remove " + m.Dir + "; the built-in set is unpacked again by itself."
			}
		}
		all = append(all, x)
	}
	return all
}

// lookAtRuntime finds the library and describes a sample with it.
func (p *program) lookAtRuntime(ctx context.Context, f runtimeFlags) []finding {
	library, tried, err := p.findLibrary(f)
	if err != nil {
		hint := ""
		if len(tried) > 0 {
			hint = "Looked at: " + strings.Join(tried, ", ")
		}
		return []finding{{"ONNX Runtime", false, oneLine(err.Error()), hint}}
	}
	all := []finding{{"ONNX Runtime", true, fmt.Sprintf("%s, %s", library.Version(), library.Path()), ""}}
	all = append(all, deviceFindings(tryDevices(ctx, library, true), f.device)...)
	library.Close()
	return append(all, p.testRun(ctx, f))
}

// testRun describes the first built-in sample and compares nothing: that a
// caption comes out at all is the test.
func (p *program) testRun(ctx context.Context, f runtimeFlags) finding {
	start := time.Now()
	samples := sampleInputs()
	d := &description{flags: &describeFlags{runtime: f, quiet: true}, limits: picture.DefaultLimits(), inputs: samples[:1]}
	s, err := p.begin(d)
	if err != nil {
		return finding{"test run", false, oneLine(err.Error()), ""}
	}
	defer s.close()
	pic, err := samples[0].open(ctx, d.limits)
	found, err := d.one(ctx, s, samples[0].name, decoded{pic, err, time.Since(start)}, nil)
	if err != nil {
		return finding{"test run", false, oneLine(failure.Of(err, failure.Model).Error()), ""}
	}
	return finding{"test run", true, fmt.Sprintf("%q in %.1f s (%s; %s, %d threads)", found.Text(), time.Since(start).Seconds(), resources.Samples()[0].Title, found.Device, found.Threads), ""}
}

// short returns a path relative to the home folder, for people.
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
