package services

import (
	"context"
	"time"

	"descry/inference/ort"
	"descry/internal/machine"
)

// DeviceReport describes one device: an element of `descry devices --json`.
type DeviceReport struct {
	ID      string  `json:"id"`
	Title   string  `json:"title"`
	Auto    bool    `json:"auto"`              // chosen by --device auto
	Usable  bool    `json:"usable"`            // as tested if Tested, else as far as is known
	Tested  bool    `json:"tested"`            // a small graph was run on it
	LoadMS  float64 `json:"load_ms,omitempty"` // loading and the first run
	RunMS   float64 `json:"run_ms,omitempty"`  // the second run
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

// TryDevices lists the devices. If test is set, it runs a small graph on each device
// whose requirements are met.
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

// MeasureSpeedCommand is the hidden command with which the window measures the speed
// in a second process, since its own must not open the library for that.
const MeasureSpeedCommand = "measure-speed"

// MeasureSpeed measures the speed of the device that models would run on, unless the
// book of speeds has it, so that times can be estimated for models that have never
// run. It takes some 0.3 s, once for each version of ONNX Runtime. Without a library
// it does nothing, and there are no estimates.
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
		_, _ = book.Measured(ctx, library, ort.DeviceCPU, machine.Cores()) // without it there is no estimate
	}
}

// milliseconds returns d in milliseconds, with three decimals.
func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
