package ort

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"

	"descry/internal/failure"
)

// The device IDs, for Options.Device and as returned by Session.Device.
const (
	DeviceAuto     = "auto"     // the first of the devices below that works
	DeviceCUDA     = "cuda"     // an NVIDIA card with CUDA
	DeviceDirectML = "directml" // any card under Windows
	DeviceCoreML   = "coreml"   // Apple's graphics and neural engine
	DeviceCPU      = "cpu"      // always works
)

// device describes an execution provider that sessions can run on.
type device struct {
	id, title string
	provider  string                // ONNX Runtime's name of the execution provider
	systems   []string              // of runtime.GOOS; nil: all
	files     map[string][]string   // by runtime.GOOS: libraries it needs next to ONNX Runtime's
	driver    func() (driver error) // loads the driver; nil: none is needed
}

// devices lists all devices, usually the fastest first: the order in which
// DeviceAuto tries them.
var devices = []device{
	{
		DeviceCUDA, "NVIDIA card (CUDA)", cudaProvider, []string{"linux", "windows"},
		map[string][]string{
			"linux":   {"libonnxruntime_providers_cuda.so", "libonnxruntime_providers_shared.so"},
			"windows": {"onnxruntime_providers_cuda.dll", "onnxruntime_providers_shared.dll"},
		}, nvidiaDriver,
	},
	{DeviceDirectML, "Graphics card (DirectML)", "DmlExecutionProvider", []string{"windows"}, nil, nil},
	{DeviceCoreML, "Apple graphics and neural engine (Core ML)", "CoreMLExecutionProvider", []string{"darwin"}, nil, nil},
	{DeviceCPU, "Processor", "CPUExecutionProvider", nil, nil, nil},
}

// cudaProvider is ONNX Runtime's name of the CUDA execution provider.
const cudaProvider = "CUDAExecutionProvider"

// deviceByID returns the device with the given ID.
func deviceByID(id string) (device, bool) {
	for _, d := range devices {
		if d.id == id {
			return d, true
		}
	}
	return device{}, false
}

// DeviceNames returns the values of --device: "auto", "cuda", …, "cpu".
func DeviceNames() []string {
	names := []string{DeviceAuto}
	for _, d := range devices {
		names = append(names, d.id)
	}
	return names
}

// DeviceInfo describes a device and whether it can be used.
type DeviceInfo struct {
	ID      string   `json:"id"`
	Title   string   `json:"title"`
	Trouble *Trouble `json:"trouble,omitempty"` // why it is not used; nil: no obstacle is known
}

// DevicesHere returns the devices that exist on this operating system, in the order
// in which DeviceAuto tries them.
func DevicesHere() []DeviceInfo {
	var all []DeviceInfo
	for _, d := range devices {
		if d.systems == nil || slices.Contains(d.systems, runtime.GOOS) {
			all = append(all, DeviceInfo{ID: d.id, Title: d.title})
		}
	}
	return all
}

// Devices returns the devices of this system and what prevents this library from
// using each. It looks without trying; Try runs a graph.
func (l *Library) Devices() []DeviceInfo {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := DevicesHere()
	for i := range all {
		d, _ := deviceByID(all[i].ID)
		if t, off := l.off[d.id]; off {
			all[i].Trouble = &t
		} else {
			all[i].Trouble = l.missing(d)
		}
	}
	return all
}

// missing returns what a device needs but does not have, as far as can be seen
// without trying: the library's provider, the provider's own library, the driver.
func (l *Library) missing(d device) *Trouble {
	if l.fakeMissing != nil {
		return l.fakeMissing(d)
	}
	if d.systems != nil && !slices.Contains(d.systems, runtime.GOOS) {
		return newTrouble(d, ReasonSystem, "")
	}
	if !slices.Contains(l.built, d.provider) {
		return newTrouble(d, ReasonProvider, "")
	}
	for _, f := range d.files[runtime.GOOS] {
		if _, err := os.Stat(filepath.Join(filepath.Dir(l.path), f)); err != nil {
			return newTrouble(d, ReasonFile, f)
		}
	}
	if d.driver == nil {
		return nil
	}
	if err := d.driver(); err != nil {
		t := newTrouble(d, ReasonDriver, "")
		t.Detail = err.Error()
		return t
	}
	return nil
}

// installed leaves out the providers whose own library is not next to path: the
// official CPU packages list some that they do not contain.
func installed(providers []string, path string) []string {
	var kept []string
	for _, p := range providers {
		there := p != "TensorrtExecutionProvider" || exists(path, "libonnxruntime_providers_tensorrt.so", "onnxruntime_providers_tensorrt.dll")
		for _, d := range devices {
			if d.provider == p && d.files != nil {
				there = exists(path, d.files["linux"][0], d.files["windows"][0])
			}
		}
		if there {
			kept = append(kept, p)
		}
	}
	return kept
}

// exists reports whether one of the files is in path's folder.
func exists(path string, files ...string) bool {
	return slices.ContainsFunc(files, func(f string) bool {
		_, err := os.Stat(filepath.Join(filepath.Dir(path), f))
		return err == nil
	})
}

// News returns the devices that were given up since the last call. Each is reported
// once, and is not tried again while the library is open.
func (l *Library) News() []Trouble {
	l.mu.Lock()
	defer l.mu.Unlock()
	news := l.news
	l.news = nil
	return news
}

// giveUp disables a device for as long as the library is open, and reports it
// through News if report is set. l.mu is held.
func (l *Library) giveUp(t Trouble, report bool) {
	if _, off := l.off[t.Device]; off {
		return
	}
	if l.off == nil {
		l.off = map[string]Trouble{}
	}
	l.off[t.Device] = t
	if report {
		l.news = append(l.news, t)
	}
}

// candidates returns the devices to try for Options.Device, in order. l.mu is held.
// For DeviceAuto the CPU is last; disabled devices and those that cannot work are
// left out, the latter reported unless this library never included them. A device
// that was requested by name and cannot work is an error, except that one that
// failed in a run has been reported and is replaced by the CPU.
func (l *Library) candidates(wanted, model string) ([]device, error) {
	cpu, _ := deviceByID(DeviceCPU)
	if wanted == DeviceAuto || wanted == "" {
		var all []device
		for _, d := range devices {
			if _, off := l.off[d.id]; off {
				continue
			}
			if t := l.missing(d); t != nil {
				if !t.quiet() {
					l.giveUp(*t, true)
				}
				continue
			}
			all = append(all, d)
		}
		if len(all) == 0 || all[len(all)-1].id != DeviceCPU {
			all = append(all, cpu)
		}
		return all, nil
	}
	d, known := deviceByID(wanted)
	if !known {
		return nil, failure.New(failure.Model, "load", model, `there is no device "%s"`, wanted).WithHint("Use auto, cpu, cuda, directml or coreml.")
	}
	if d.id == DeviceCPU {
		return []device{cpu}, nil
	}
	if t, off := l.off[d.id]; off && t.During == DuringRun {
		return []device{cpu}, nil
	} else if off {
		return nil, t.failure(model)
	}
	if t := l.missing(d); t != nil {
		return nil, t.failure(model)
	}
	return []device{d}, nil
}
