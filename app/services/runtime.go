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
	Threads    int    // 0: each job says how many
	Library    string // ONNX Runtime's file or folder; empty: it is looked for
	CardMemory int64  // most bytes of the card for one part of a model; 0: all
	AnyMemory  bool   // models are loaded however little memory is free
	Catalogue  string // a file that adds models; empty: the environment's
	// Trial is the one set that there is, whatever a job names, and its times are
	// not kept: somebody tries a file. nil: sets are found by their names.
	Trial *models.Set
}

// Runtime owns ONNX Runtime in this process: nothing else opens the library. It
// runs models through one worker, which all jobs share, tries devices and measures
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

// NewRuntime returns a Runtime that has opened nothing yet. Close ends it.
func (s *Services) NewRuntime(o RuntimeOptions) *Runtime {
	r := &Runtime{services: s, options: o, record: &recorder{log: s.Devices, results: map[inference.JobID]finishedTask{}}}
	if o.Trial == nil {
		r.record.book = s.speeds()
	}
	r.client = inference.NewClient(r.start, r.onEvent)
	return r
}

// Submit hands a request to the worker: inference.Client.Submit.
func (r *Runtime) Submit(q inference.Request, onEvent func(inference.Event)) inference.JobID {
	return r.client.Submit(q, onEvent)
}

// Cancel ends a job.
func (r *Runtime) Cancel(id inference.JobID) { r.client.Cancel(id) }

// Front says that a waiting job's picture is the one that is looked at now.
func (r *Runtime) Front(id inference.JobID) { r.client.Front(id) }

// OnDeviceLost has f called with each device that is given up from now on, on a
// goroutine of the Runtime, before the job that lost it ends.
func (r *Runtime) OnDeviceLost(f func(*inference.DeviceLost)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.onLost = append(r.onLost, f)
}

// Close cancels what runs, and returns when the worker has ended and the library
// is closed.
func (r *Runtime) Close() {
	r.client.Close()
	if r.record.book != nil {
		_ = r.record.book.Save() // what is lost comes again
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.library != nil {
		_ = r.library.Close() // nobody is left who could be told
		r.library = nil
	}
}

// onEvent records an event and tells of devices that were given up.
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

// start returns the worker over the library, which is chosen for the device of the
// first job where there are several.
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

// LibraryInfo says which library was opened.
type LibraryInfo struct {
	Path, Version string
	Tried         []string // where there is none: the paths that were looked at
}

// Open opens the library for the device of the options, if it is not open yet, so
// that its absence is known before there is a job.
func (r *Runtime) Open() (LibraryInfo, error) {
	library, tried, err := r.open(r.options.Device)
	if err != nil {
		return LibraryInfo{Tried: tried}, err
	}
	return LibraryInfo{Path: library.Path(), Version: library.Version()}, nil
}

// open finds ONNX Runtime for a device and opens it: the file that is named, else
// the one for CUDA where that is wanted and there is a driver, else the usual one.
// A library for CUDA that does not open is logged and passed over.
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

// lostLibrary is the entry in the log for a library that was passed over.
func lostLibrary(path string, err error) deviceEntry {
	return deviceEntry{Device: ort.DeviceCUDA, Used: ort.DeviceCPU, During: ort.DuringLoad, Reason: "library",
		Message: failure.Of(err, failure.Model).Message.String(), Detail: path}
}
