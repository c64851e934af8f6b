package app

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"descry/inference/ort"
)

// deviceReport is what `descry devices` tells of one device.
type deviceReport struct {
	ID      string  `json:"id"`
	Title   string  `json:"title"`
	Auto    bool    `json:"auto"`              // what --device auto takes
	Usable  bool    `json:"usable"`            // as far as is known, or really if Tested
	Tested  bool    `json:"tested"`            // a small graph was run on it
	LoadMS  float64 `json:"load_ms,omitempty"` // making it ready and running it once
	RunMS   float64 `json:"run_ms,omitempty"`  // running it again
	Reason  string  `json:"reason,omitempty"`
	Message string  `json:"message,omitempty"` // why it is not used, a clause
	Hint    string  `json:"hint,omitempty"`
	Detail  string  `json:"detail,omitempty"` // the runtime's own words
}

// devicesReport is the whole of `descry devices --json`.
type devicesReport struct {
	Library string         `json:"library"`
	Version string         `json:"version"`
	Devices []deviceReport `json:"devices"`
}

func (p *program) devicesCommand() *cobra.Command {
	var asJSON, test bool
	var f runtimeFlags
	c := &cobra.Command{
		Use:   "devices",
		Short: "List what the models can run on, and why not on the rest",
		Long: `Lists the devices of this system in the order in which --device auto tries them,
with what keeps ONNX Runtime from using each. With --test a small graph is really
run on each.`,
		Example: `  descry devices
  descry devices --test
  descry devices --test --ort /opt/onnxruntime-gpu/lib`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if err := f.check(); err != nil {
				return err
			}
			library, err := p.openLibrary(f)
			if err != nil {
				return err
			}
			defer library.Close()
			report := devicesReport{library.Path(), library.Version(), tryDevices(p.ctx, library, test)}
			if asJSON {
				text, err := json.MarshalIndent(report, "", "  ")
				if err != nil {
					return err
				}
				fmt.Fprintln(p.out, string(text))
				return nil
			}
			fmt.Fprintf(p.out, "ONNX Runtime %s, %s\n", report.Version, report.Library)
			for _, d := range report.Devices {
				fmt.Fprintln(p.out, d.line())
			}
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	c.Flags().BoolVar(&test, "test", false, "run a small graph on each")
	f.add(c)
	return c
}

// line is what people read of a device.
func (d deviceReport) line() string {
	mark := "  "
	if d.Auto {
		mark = "* "
	}
	return fmt.Sprintf("%s%-9s %s", mark, d.ID, d.text())
}

// text says how it stands with a device.
func (d deviceReport) text() string {
	switch {
	case !d.Usable:
		text := "not used: " + d.Message
		if d.Hint != "" {
			text += ". " + d.Hint
		}
		return text
	case d.Tested:
		return fmt.Sprintf("works (ready in %.0f ms, then %.2f ms)", d.LoadMS, d.RunMS)
	}
	return "can be used"
}

// tryDevices lists the devices; with test each that has what it needs is tried.
func tryDevices(ctx context.Context, library *ort.Library, test bool) []deviceReport {
	var all []deviceReport
	auto := false
	for _, d := range library.Devices() {
		r := deviceReport{ID: d.ID, Title: d.Title}
		trouble := d.Trouble
		if trouble == nil && test {
			trial := library.Try(ctx, d.ID)
			r.Tested, trouble = true, trial.Trouble
			r.LoadMS, r.RunMS = milliseconds(trial.Load), milliseconds(trial.Run)
		}
		if r.Usable = trouble == nil; !r.Usable {
			r.Reason, r.Message, r.Hint, r.Detail = string(trouble.Reason), trouble.Message, trouble.Hint, trouble.Detail
			r.LoadMS, r.RunMS = 0, 0
		}
		r.Auto = r.Usable && !auto
		auto = auto || r.Usable
		all = append(all, r)
	}
	return all
}

// deviceFindings are the doctor's lines on devices: the one that is wanted must
// work; that others do not is no fault.
func deviceFindings(devices []deviceReport, wanted string) []finding {
	var all []finding
	for _, d := range devices {
		used := d.ID == wanted || d.Auto && wanted == ort.DeviceAuto
		f := finding{Check: "device " + d.ID, OK: d.Usable || d.ID != wanted, Found: d.text()}
		if used && d.Usable {
			f.Found = "used; " + f.Found
		}
		if !d.Usable {
			f.Found, f.Hint = "not used: "+d.Message, d.Hint
		}
		all = append(all, f)
	}
	return all
}

// trialLimit bounds how long a window waits for `descry devices --test`.
const trialLimit = 2 * time.Minute
