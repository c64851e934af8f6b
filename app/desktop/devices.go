package desktop

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"time"

	"descry/app/services"
	"descry/inference/ort"
	"descry/internal/message"
	"descry/ui/state/core"
	devicestate "descry/ui/state/devices"
	prefstate "descry/ui/state/prefs"
)

// trialLimit bounds how long the window waits for `descry devices --test`.
const trialLimit = 2 * time.Minute

// deviceHandlers returns the handlers that check the devices and the installation.
// They run Descry in a second process: the library is in use in this one, and a
// device that crashes must not crash the window.
func deviceHandlers(library string) []handler {
	return []handler{
		on(func(ctx context.Context, e devicestate.Look, send func(core.Action)) {
			lookAtDevices(ctx, library, e.Test, send)
		}),
		on(func(ctx context.Context, _ prefstate.RunDoctor, send func(core.Action)) {
			runDoctor(ctx, library, send)
		}),
	}
}

// deviceChoices returns the devices that the window offers: Automatic, and those
// that this operating system can have.
func deviceChoices() []devicestate.Info {
	all := []devicestate.Info{{ID: ort.DeviceAuto, Name: "Automatic"}}
	for _, d := range ort.DevicesHere() {
		all = append(all, devicestate.Info{ID: d.ID, Name: d.Title})
	}
	return all
}

// lookAtDevices runs `descry devices --json`.
func lookAtDevices(ctx context.Context, library string, test bool, send func(core.Action)) {
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
		send(devicestate.Reported{Test: test, Trouble: message.Sprintf("Could not check the devices: %s.", oneLine(err.Error()))})
		return
	}
	var all []devicestate.Report
	for _, d := range report.Devices {
		all = append(all, devicestate.Report{
			ID: d.ID, Title: d.Title, Usable: d.Usable, Tested: d.Tested, LoadMS: d.LoadMS, RunMS: d.RunMS, Message: d.Message, Hint: d.Hint,
		})
	}
	send(devicestate.Reported{Reports: all, Test: test})
}

// runDoctor runs `descry doctor` and sends its report, also when the command fails.
func runDoctor(ctx context.Context, library string, send func(core.Action)) {
	exe, err := os.Executable()
	if err != nil {
		send(prefstate.DoctorSaid{Text: err.Error()})
		return
	}
	out, err := exec.CommandContext(ctx, exe, withLibrary(library, "doctor")...).CombinedOutput()
	text := string(out)
	if text == "" && err != nil {
		text = err.Error()
	}
	send(prefstate.DoctorSaid{Text: text})
}

// runSelf runs this program with arguments and returns its standard output.
func runSelf(ctx context.Context, library string, args ...string) ([]byte, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return exec.CommandContext(ctx, exe, withLibrary(library, args...)...).Output()
}

// withLibrary adds the flag for the library that the window was started with.
func withLibrary(library string, args ...string) []string {
	if library == "" {
		return args
	}
	return append(args, "--ort", library)
}
