package desktop

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"time"

	"descry/app/services"
	"descry/inference/ort"
	"descry/ui/state"
)

// trialLimit bounds how long the window waits for `descry devices --test`.
const trialLimit = 2 * time.Minute

// deviceHandlers look at devices and at the installation by second processes: this
// one's library is in use, and a device that crashes must not take the window along.
func deviceHandlers(library string) []handler {
	return []handler{
		on(func(ctx context.Context, e state.LookAtDevices, send func(state.Action)) {
			lookAtDevices(ctx, library, e.Test, send)
		}),
		on(func(ctx context.Context, _ state.RunDoctor, send func(state.Action)) { runDoctor(ctx, library, send) }),
	}
}

// deviceChoices are the devices that the window offers: Automatic, and those that
// there can be under this system.
func deviceChoices() []state.DeviceInfo {
	all := []state.DeviceInfo{{ID: ort.DeviceAuto, Name: "Automatic"}}
	for _, d := range ort.DevicesHere() {
		all = append(all, state.DeviceInfo{ID: d.ID, Name: d.Title})
	}
	return all
}

// lookAtDevices runs `descry devices --json`.
func lookAtDevices(ctx context.Context, library string, test bool, send func(state.Action)) {
	ctx, cancel := context.WithTimeout(ctx, trialLimit)
	defer cancel()
	args := []string{"devices", "--json"}
	if test {
		args = append(args, "--test")
	}
	var report services.DevicesReport
	out, err := runSelf(ctx, library, args...)
	if err == nil {
		err = json.Unmarshal(out, &report)
	}
	if err != nil {
		send(state.DevicesSaid{Test: test, Trouble: "The devices could not be looked at: " + oneLine(err.Error()) + "."})
		return
	}
	var all []state.DeviceReport
	for _, d := range report.Devices {
		all = append(all, state.DeviceReport{
			ID: d.ID, Title: d.Title, Usable: d.Usable, Tested: d.Tested, LoadMS: d.LoadMS, RunMS: d.RunMS, Message: d.Message, Hint: d.Hint,
		})
	}
	send(state.DevicesSaid{Reports: all, Test: test})
}

// runDoctor runs `descry doctor`, whose report is worth reading also where it
// found something wrong.
func runDoctor(ctx context.Context, library string, send func(state.Action)) {
	exe, err := os.Executable()
	if err != nil {
		send(state.DoctorSaid{Text: err.Error()})
		return
	}
	out, err := exec.CommandContext(ctx, exe, withLibrary(library, "doctor")...).CombinedOutput()
	text := string(out)
	if text == "" && err != nil {
		text = err.Error()
	}
	send(state.DoctorSaid{Text: text})
}

// runSelf runs this program with arguments and returns its standard output.
func runSelf(ctx context.Context, library string, args ...string) ([]byte, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return exec.CommandContext(ctx, exe, withLibrary(library, args...)...).Output()
}

// withLibrary adds the library that the window was told to use.
func withLibrary(library string, args ...string) []string {
	if library == "" {
		return args
	}
	return append(args, "--ort", library)
}
