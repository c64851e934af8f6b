package ort

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"

	"descry/internal/failure"
)

// The devices that Options.Device names and Session.Device gives back.
const (
	DeviceAuto     = "auto"     // the first of the others that works
	DeviceCUDA     = "cuda"     // an NVIDIA card
	DeviceDirectML = "directml" // any card under Windows
	DeviceCoreML   = "coreml"   // an Apple processor's graphics and neural engine
	DeviceCPU      = "cpu"      // always works
)

// device is something that sessions can run on.
type device struct {
	id, title string
	provider  string                // ONNX Runtime's name of its execution provider
	systems   []string              // of runtime.GOOS; nil: all
	files     map[string][]string   // by system: libraries beside ONNX Runtime's
	driver    func() (driver error) // nil: ONNX Runtime brings what it needs
}

// devices in the order in which DeviceAuto tries them: what is usually fastest first.
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

// deviceByID finds a device.
func deviceByID(id string) (device, bool) {
	for _, d := range devices {
		if d.id == id {
			return d, true
		}
	}
	return device{}, false
}

// DeviceNames lists what --device takes: "auto", "cuda", …, "cpu".
func DeviceNames() []string {
	names := []string{DeviceAuto}
	for _, d := range devices {
		names = append(names, d.id)
	}
	return names
}

// DeviceInfo is a device as it is known before or after it was tried.
type DeviceInfo struct {
	ID      string   `json:"id"`
	Title   string   `json:"title"`
	Trouble *Trouble `json:"trouble,omitempty"` // why it is not used; nil: it can be, as far as is known
}

// DevicesHere lists the devices that there can be under this system, in the order
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

// Devices lists the devices of this system with what keeps this library from using
// each. It looks and does not try; Try does.
func (l *Library) Devices() []DeviceInfo {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := DevicesHere()
	for i := range all {
		d, _ := deviceByID(all[i].ID)
		if t, off := l.off[d.id]; off {
			all[i].Trouble = &t
		} else {
			all[i].Trouble = l.lacks(d)
		}
	}
	return all
}

// lacks says what a device needs and has not got, as far as one can see without
// trying: the library's provider, the provider's own library, the driver.
func (l *Library) lacks(d device) *Trouble {
	if l.look != nil {
		return l.look(d)
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

// present leaves out the providers whose own library is not beside path: the
// official CPU packages name some that they do not bring.
func present(providers []string, path string) []string {
	var kept []string
	for _, p := range providers {
		there := p != "TensorrtExecutionProvider" || isThere(path, "libonnxruntime_providers_tensorrt.so", "onnxruntime_providers_tensorrt.dll")
		for _, d := range devices {
			if d.provider == p && d.files != nil {
				there = isThere(path, d.files["linux"][0], d.files["windows"][0])
			}
		}
		if there {
			kept = append(kept, p)
		}
	}
	return kept
}

// isThere reports whether one of the files lies beside path.
func isThere(path string, files ...string) bool {
	return slices.ContainsFunc(files, func(f string) bool {
		_, err := os.Stat(filepath.Join(filepath.Dir(path), f))
		return err == nil
	})
}

// News returns the devices that were given up since it was last asked: each is told
// once and is not tried again while the library is open.
func (l *Library) News() []Trouble {
	l.mu.Lock()
	defer l.mu.Unlock()
	news := l.news
	l.news = nil
	return news
}

// giveUp turns a device off for as long as the library is open. l.mu is held.
func (l *Library) giveUp(t Trouble, tell bool) {
	if _, off := l.off[t.Device]; off {
		return
	}
	if l.off == nil {
		l.off = map[string]Trouble{}
	}
	l.off[t.Device] = t
	if tell {
		l.news = append(l.news, t)
	}
}

// candidates returns the devices to try for Options.Device, in order. l.mu is held.
// For DeviceAuto the CPU is the last; what is off or cannot work is left out, and
// told unless it is merely not part of this library. A device that was asked for
// by name and cannot work is an error, but one that failed in a run has been told
// and is replaced by the CPU.
func (l *Library) candidates(wanted, model string) ([]device, error) {
	cpu, _ := deviceByID(DeviceCPU)
	if wanted == DeviceAuto || wanted == "" {
		var all []device
		for _, d := range devices {
			if _, off := l.off[d.id]; off {
				continue
			}
			if t := l.lacks(d); t != nil {
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
	if t := l.lacks(d); t != nil {
		return nil, t.failure(model)
	}
	return []device{d}, nil
}
