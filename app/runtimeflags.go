package app

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"descry/inference/ort"
	"descry/internal/failure"
	"descry/internal/machine"
)

// runtimeFlags choose library, device and threads; several commands have them.
type runtimeFlags struct {
	device     string
	threads    int
	ort        string
	cardMemory int64 // MB; 0: all of the card's
	anyMemory  bool  // models are loaded however little memory is free
}

// devices are the words of --device.
var devices = ort.DeviceNames()

// add adds the flags to c.
func (f *runtimeFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.device, "device", "auto", "what runs the models: "+strings.Join(devices, ", ")+" (describe and the window: else your setting)")
	c.Flags().IntVar(&f.threads, "threads", 0, "threads of the runtime (0: one a core)")
	c.Flags().StringVar(&f.ort, "ort", "", "ONNX Runtime's library, a file or its folder (else DESCRY_ORT, beside the program, the cache, the system)")
	c.Flags().Int64Var(&f.cardMemory, "card-memory", 0, "most memory of the card for one part of a model, in MB (CUDA only; 0: all)")
	c.Flags().BoolVar(&f.anyMemory, "any-memory", false, "load models even if too little memory is free")
	_ = c.RegisterFlagCompletionFunc("device", cobra.FixedCompletions(devices, cobra.ShellCompDirectiveNoFileComp))
}

// check refuses words and numbers that mean nothing.
func (f *runtimeFlags) check() error {
	if !slices.Contains(devices, f.device) {
		return usage(fmt.Sprintf("--device %q is none that this version knows (%s)", f.device, strings.Join(devices, ", ")), didYouMean(f.device, devices))
	}
	if f.threads < 0 {
		return usage(fmt.Sprintf("--threads %d: the number of threads cannot be negative", f.threads), "Leave it out for one a core.")
	}
	if f.cardMemory < 0 || f.cardMemory > 1<<30 {
		return usage(fmt.Sprintf("--card-memory %d: this is no number of megabytes", f.cardMemory), "Leave it out for all that the card has.")
	}
	return nil
}

// openLibrary finds ONNX Runtime for a device and opens it: the file that is named,
// else the one for CUDA where that is wanted and there is a driver, else the usual
// one. A library for CUDA that does not open is told and passed over.
func (p *program) openLibrary(f runtimeFlags) (*ort.Library, error) {
	library, _, err := p.findLibrary(f)
	return library, err
}

// findLibrary is openLibrary with the paths that were looked at where there is none.
func (p *program) findLibrary(f runtimeFlags) (*ort.Library, []string, error) {
	named := f.ort
	if named == "" {
		named = os.Getenv("DESCRY_ORT")
	}
	var library *ort.Library
	if named == "" {
		if path, _ := ort.FindCUDA(p.dirs.Cache, f.device); path != "" {
			var err error
			if library, err = ort.Open(path); err != nil {
				p.lost.log(lostLibrary(path, err))
			}
		}
	}
	if library == nil {
		path, tried, err := ort.Find(named, executableDir(), p.dirs.Cache)
		if err != nil {
			return nil, tried, err
		}
		if library, err = ort.Open(path); err != nil {
			return nil, nil, err
		}
	}
	library.LimitCard(f.cardMemory << 20)
	return library, nil, nil
}

// memoryCheck returns what the memory is read with before a model is loaded, nil for
// no check.
func (f runtimeFlags) memoryCheck() func() (total, available uint64, err error) {
	if f.anyMemory {
		return nil
	}
	return machine.Memory
}

// lostLibrary is the entry in the log for a library that was passed over.
func lostLibrary(path string, err error) deviceEntry {
	return deviceEntry{Device: ort.DeviceCUDA, Used: ort.DeviceCPU, During: ort.DuringLoad, Reason: "library",
		Message: failure.Of(err, failure.Model).Message.String(), Detail: path}
}
