package services

import (
	"context"
	"time"

	"descry/inference/ort"
	"descry/internal/machine"
)

// DeviceReport is what is known of one device: an element of `descry devices
// --json`.
type DeviceReport struct {
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

// DevicesReport is the whole of `descry devices --json`.
type DevicesReport struct {
	Library string         `json:"library"`
	Version string         `json:"version"`
	Devices []DeviceReport `json:"devices"`
}

// TryDevices lists the devices; with test a small graph is really run on each that
// has what it needs.
func (r *Runtime) TryDevices(ctx context.Context, test bool) (DevicesReport, error) {
	library, _, err := r.open(r.options.Device)
	if err != nil {
		return DevicesReport{}, err
	}
	report := DevicesReport{Library: library.Path(), Version: library.Version()}
	auto := false
	for _, d := range library.Devices() {
		one := DeviceReport{ID: d.ID, Title: d.Title}
		trouble := d.Trouble
		if trouble == nil && test {
			trial := library.Try(ctx, d.ID)
			one.Tested, trouble = true, trial.Trouble
			one.LoadMS, one.RunMS = milliseconds(trial.Load), milliseconds(trial.Run)
		}
		if one.Usable = trouble == nil; !one.Usable {
			one.Reason, one.Message, one.Hint, one.Detail = string(trouble.Reason), trouble.Message, trouble.Hint, trouble.Detail
			one.LoadMS, one.RunMS = 0, 0
		}
		one.Auto = one.Usable && !auto
		auto = auto || one.Usable
		report.Devices = append(report.Devices, one)
	}
	return report, nil
}

// MeasureSpeedCommand is the hidden command by which the window has the speed
// measured: its own process must not open the library for that.
const MeasureSpeedCommand = "measure-speed"

// MeasureSpeed makes sure that the book of speeds knows what the device that models
// would run on computes in a second, so that seconds can be told of models that
// have never run. It takes some 0.3 s, once for each version of ONNX Runtime, and
// does nothing where there is no library: then seconds are not told.
func (r *Runtime) MeasureSpeed(ctx context.Context) {
	library, _, err := r.open(r.options.Device)
	if err != nil {
		return
	}
	device := r.options.Device
	if device == "" || device == ort.DeviceAuto {
		for _, d := range library.Devices() {
			if d.Trouble == nil {
				device = d.ID
				break
			}
		}
	}
	book := r.services.speeds()
	if _, err := book.Measured(ctx, library, device, machine.Cores()); err != nil && device != ort.DeviceCPU {
		_, _ = book.Measured(ctx, library, ort.DeviceCPU, machine.Cores()) // without it nothing is told
	}
}

// milliseconds are given with three decimals.
func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
