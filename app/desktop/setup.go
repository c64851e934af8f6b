package desktop

import (
	"os"
	"runtime"
	"time"

	"descry/app/services"
	"descry/resources"
	"descry/ui/state"
	picturestate "descry/ui/state/picture"
)

// setup returns the initial values of the window's state.
func setup(s *services.Services, o services.WindowOptions) state.Setup {
	home, _ := os.UserHomeDir() // if "", paths are shown in full
	store := inventory(s, o)
	start := state.Setup{
		Settings: o.Settings, Version: services.Version(), Home: home, Models: store.Others, Store: store,
		Devices: deviceChoices(), Formats: formats(),
		Threads: max(1, runtime.NumCPU()-1), Cores: runtime.NumCPU(),
	}
	for _, sample := range resources.Samples() {
		start.Samples = append(start.Samples, picturestate.Sample{Name: sample.Name, Title: sample.Title})
	}
	return start
}

// started is when the program started, for the timeline.
var started = time.Now()
