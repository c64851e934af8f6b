package app

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"

	"descry/inference/ort"
	"descry/ui/state/core"
	devicestate "descry/ui/state/devices"
)

// deviceChoices are the devices that the window offers: Automatic, and those that
// there can be under this system.
func deviceChoices() []devicestate.Info {
	all := []devicestate.Info{{ID: ort.DeviceAuto, Name: "Automatic"}}
	for _, d := range ort.DevicesHere() {
		all = append(all, devicestate.Info{ID: d.ID, Name: d.Title})
	}
	return all
}

// lookAtDevices lets a second process look, as runDoctor does.
func (w *performer) lookAtDevices(ctx context.Context, test bool, send func(core.Action)) {
	ctx, cancel := context.WithTimeout(ctx, trialLimit)
	defer cancel()
	reports, err := w.askForDevices(ctx, test)
	if err != nil {
		send(devicestate.Reported{Test: test, Trouble: "The devices could not be looked at: " + oneLine(err.Error()) + "."})
		return
	}
	send(devicestate.Reported{Reports: reports, Test: test})
}

// askForDevices runs `descry devices --json`.
func (w *performer) askForDevices(ctx context.Context, test bool) ([]devicestate.Report, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	args := []string{"devices", "--json"}
	if test {
		args = append(args, "--test")
	}
	if w.engine.flags.ort != "" {
		args = append(args, "--ort", w.engine.flags.ort)
	}
	out, err := exec.CommandContext(ctx, exe, args...).Output()
	if err != nil {
		return nil, err
	}
	var r devicesReport
	if err := json.Unmarshal(out, &r); err != nil {
		return nil, err
	}
	var all []devicestate.Report
	for _, d := range r.Devices {
		all = append(all, devicestate.Report{
			ID: d.ID, Title: d.Title, Usable: d.Usable, Tested: d.Tested, LoadMS: d.LoadMS, RunMS: d.RunMS, Message: d.Message, Hint: d.Hint,
		})
	}
	return all, nil
}
