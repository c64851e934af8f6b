package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"descry/app/services"
	"descry/inference/ort"
	"descry/internal/message"
)

func (p *program) devicesCommand() *cobra.Command {
	var asJSON, test bool
	var f runtimeFlags
	c := &cobra.Command{
		Use:   "devices",
		Short: "List the devices that models can run on, and why others cannot be used",
		Long: `Lists the devices of this system in the order in which --device auto tries them,
with what keeps ONNX Runtime from using each. With --test a small test is run on
each.`,
		Example: `  descry devices
  descry devices --test
  descry devices --test --ort /opt/onnxruntime-gpu/lib`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if err := f.check(); err != nil {
				return err
			}
			r := p.services.NewRuntime(f.options())
			defer r.Close()
			report, err := r.TryDevices(p.ctx, test)
			if err != nil {
				return err
			}
			if asJSON {
				return writeJSON(p.out, report)
			}
			say(p.out, "ONNX Runtime %s, %s", report.Version, report.Library)
			for _, d := range report.Devices {
				fmt.Fprintln(p.out, deviceLine(d))
			}
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	c.Flags().BoolVar(&test, "test", false, "run a small test on each")
	f.add(c)
	return c
}

// deviceLine returns the line about a device, for people.
func deviceLine(d services.DeviceReport) string {
	mark := "  "
	if d.Auto {
		mark = "* "
	}
	return fmt.Sprintf("%s%-9s %s", mark, d.ID, deviceText(d))
}

// deviceText describes whether a device can be used.
func deviceText(d services.DeviceReport) string {
	switch {
	case !d.Usable && d.Hint != "":
		return message.Sprintf("not available: %s. %s", d.Message, d.Hint)
	case !d.Usable:
		return message.Sprintf("not available: %s", d.Message)
	case d.Tested:
		return message.Sprintf("works (ready in %.0f ms, then %.2f ms)", d.LoadMS, d.RunMS)
	}
	return message.Sprintf("can be used")
}

// deviceFindings returns the doctor's findings about devices. Only the wanted device
// must work.
func deviceFindings(devices []services.DeviceReport, wanted string) []finding {
	var all []finding
	for _, d := range devices {
		used := d.ID == wanted || d.Auto && wanted == ort.DeviceAuto
		f := finding{Check: "device " + d.ID, OK: d.Usable || d.ID != wanted, Found: deviceText(d), absent: !d.Usable}
		if used && d.Usable {
			f.Found = message.Sprintf("used; %s", f.Found)
		}
		if !d.Usable {
			f.Found, f.Hint = message.Sprintf("not available: %s", d.Message), d.Hint
		}
		all = append(all, f)
	}
	return all
}
