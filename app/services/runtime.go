package services

import (
	"context"
	"sync"

	"descry/inference"
	"descry/inference/ort"
	"descry/inference/pipeline"
	"descry/internal/failure"
	"descry/internal/machine"
	"descry/models"
)

// RuntimeOptions choose the library that runs models and what it may use.
type RuntimeOptions struct {
	Device     string // what models are to run on: "auto", "cpu", …
	Threads    int    // 0: as each job requests
	Library    string // ONNX Runtime's file or folder; empty: the usual places are searched
	CardMemory int64  // most bytes of the card for one part of a model; 0: all
	AnyMemory  bool   // load models without checking the free memory
	Catalogue  string // a file that adds models; empty: the environment's
	// Trial, if not nil, is used for every job, whatever model the job names, and its
	// times are not recorded. It is for trying out a model file.
	Trial *models.Set
}

// Runtime owns ONNX Runtime in this process: nothing else opens the library. It
// runs models on one worker that all jobs share, tests devices and measures their
// speed. The library is opened when it is first needed.
type Runtime struct {
	services *Services
	options  RuntimeOptions
	client   *inference.Client
	record   *recorder

	mu      sync.Mutex
	library *ort.Library
	onLost  []func(*inference.DeviceLost)
}

// NewRuntime returns a Runtime. The caller must close it.
func (s *Services) NewRuntime(o RuntimeOptions) *Runtime {
	r := &Runtime{services: s, options: o, record: &recorder{log: s.Devices, results: map[inference.JobID]finishedTask{}}}
	if o.Trial == nil {
		r.record.book = s.speeds()
	}
	r.client = inference.NewClient(r.start, r.onEvent)
	return r
}

// Submit passes a request to the worker, as inference.Client.Submit does.
func (r *Runtime) Submit(q inference.Request, onEvent func(inference.Event)) inference.JobID {
	return r.client.Submit(q, onEvent)
}

// Cancel ends a job.
func (r *Runtime) Cancel(id inference.JobID) { r.client.Cancel(id) }

// Front moves a waiting job to the front, because its picture is shown now.
func (r *Runtime) Front(id inference.JobID) { r.client.Front(id) }

// OnDeviceLost registers f to be called for each device that is given up from now
// on. The call is on a goroutine of the Runtime, before the job that lost the device
// ends.
func (r *Runtime) OnDeviceLost(f func(*inference.DeviceLost)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.onLost = append(r.onLost, f)
}

// Close cancels all jobs, waits for the worker, and closes the library.
func (r *Runtime) Close() {
	r.client.Close()
	if r.record.book != nil {
		_ = r.record.book.Save() // lost times are measured again
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.library != nil {
		_ = r.library.Close() // an error has no consequence now
		r.library = nil
	}
}

// onEvent records an event and calls the functions of OnDeviceLost.
func (r *Runtime) onEvent(e inference.Event) {
	r.record.onEvent(e)
	if e.Kind != inference.KindDevice {
		return
	}
	r.mu.Lock()
	all := r.onLost
	r.mu.Unlock()
	for _, f := range all {
		f(e.Device)
	}
}

// start opens the library and returns the worker. If there are several libraries,
// the device of the first job decides.
func (r *Runtime) start(_ context.Context, first *inference.Request) (inference.Worker, error) {
	library, _, err := r.open(first.Device)
	if err != nil {
		return nil, err
	}
	opener := pipeline.NewOpener(library, r.resolve)
	if !r.options.AnyMemory {
		opener.Memory = machine.Memory
	}
	return inference.InProcess(opener), nil
}

func (r *Runtime) resolve(spec string) (*models.Set, error) {
	if r.options.Trial != nil {
		return r.options.Trial, nil
	}
	return r.services.Resolve(spec, r.options.Catalogue)
}

// LibraryInfo describes the library that was opened.
type LibraryInfo struct {
	Path, Version string
	Tried         []string // the paths searched, if no library was found
}

// Open opens the library for the device of the options, unless it is open, so that a
// missing library is reported before the first job.
func (r *Runtime) Open() (LibraryInfo, error) {
	library, tried, err := r.open(r.options.Device)
	if err != nil {
		return LibraryInfo{Tried: tried}, err
	}
	return LibraryInfo{Path: library.Path(), Version: library.Version()}, nil
}

// open finds and opens ONNX Runtime for a device: the library named by the options or
// DESCRY_ORT, else the one for CUDA if it is wanted and there is a driver, else the
// usual one. If the library for CUDA cannot be opened, that is logged and the usual
// one is used.
func (r *Runtime) open(device string) (library *ort.Library, tried []string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.library != nil {
		return r.library, nil, nil
	}
	named := r.options.Library
	if named == "" {
		named = r.services.getenv("DESCRY_ORT")
	}
	if named == "" {
		if path, _ := ort.FindCUDA(r.services.Dirs.Cache, device); path != "" {
			if library, err = ort.Open(path); err != nil {
				r.services.Devices.log(lostLibrary(path, err))
			}
		}
	}
	if library == nil {
		path, tried, err := ort.Find(named, ExecutableDir(), r.services.Dirs.Cache)
		if err != nil {
			return nil, tried, err
		}
		if library, err = ort.Open(path); err != nil {
			return nil, nil, err
		}
	}
	library.LimitCard(r.options.CardMemory)
	r.library = library
	return library, nil, nil
}

// lostLibrary returns the log entry for a library that could not be opened.
func lostLibrary(path string, err error) deviceEntry {
	return deviceEntry{Device: ort.DeviceCUDA, Used: ort.DeviceCPU, During: ort.DuringLoad, Reason: "library",
		Message: failure.Of(err, failure.Model).Message.String(), Detail: path}
}
