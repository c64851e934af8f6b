package cli

import (
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"descry/app/services"
	"descry/inference/ort"
	"descry/settings"
)

// runtimeFlags are the flags for library, device and threads that several commands
// share.
type runtimeFlags struct {
	device     string
	threads    int
	ort        string
	cardMemory int64 // MB; 0: all of the card's
	anyMemory  bool  // load models without checking the free memory
}

// devices lists the values of --device.
var devices = ort.DeviceNames()

// add adds the flags to c.
func (f *runtimeFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.device, "device", "auto", "what runs the models: "+strings.Join(devices, ", ")+" (describe and the window: else your setting)")
	c.Flags().IntVar(&f.threads, "threads", 0, "threads of the runtime (0: one per core)")
	c.Flags().StringVar(&f.ort, "ort", "", "ONNX Runtime's library, a file or its folder (else DESCRY_ORT, next to the program, the cache, the system)")
	c.Flags().Int64Var(&f.cardMemory, "card-memory", 0, "most memory of the card for one part of a model, in MB (CUDA only; 0: all)")
	c.Flags().BoolVar(&f.anyMemory, "any-memory", false, "load models even if too little memory is free")
	_ = c.RegisterFlagCompletionFunc("device", cobra.FixedCompletions(devices, cobra.ShellCompDirectiveNoFileComp))
}

// check returns an error for unknown devices and numbers out of range.
func (f *runtimeFlags) check() error {
	if !slices.Contains(devices, f.device) {
		return meant(usage("--device %q is none that this version knows (%s)", f.device, strings.Join(devices, ", ")), f.device, devices)
	}
	if f.threads < 0 || f.threads > settings.MaxThreads {
		return usage("--threads %d: the number of threads is 0 to %d", f.threads, settings.MaxThreads).WithHint("Leave it out for one per core.")
	}
	if f.cardMemory < 0 || f.cardMemory > 1<<30 {
		return usage("--card-memory %d: the number of megabytes cannot be negative", f.cardMemory).WithHint("Leave it out for all that the card has.")
	}
	return nil
}

// options returns the flags as options of the runtime.
func (f *runtimeFlags) options() services.RuntimeOptions {
	return services.RuntimeOptions{Device: f.device, Threads: f.threads, Library: f.ort, CardMemory: f.cardMemory << 20, AnyMemory: f.anyMemory}
}

// threadsOrAll returns the number of threads, by default one per core.
func (f *runtimeFlags) threadsOrAll() int {
	if f.threads > 0 {
		return f.threads
	}
	return runtime.NumCPU()
}
