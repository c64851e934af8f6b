package desktop

import (
	"context"
	"runtime"
	"sync"

	"descry/app/services"
	"descry/inference"
	"descry/inference/ort"
	"descry/internal/failure"
	"descry/ui/state/core"
	picturestate "descry/ui/state/picture"
)

// workerEffects submits the window's jobs to the worker. The window has its own
// numbers for jobs.
type workerEffects struct {
	services *services.Services
	options  services.RuntimeOptions
	runtime  *services.Runtime
	gallery  *gallery
	timeline *timeline
	send     func(core.Action) // the loop's own: a job's events outlive its effect

	mu   sync.Mutex
	jobs map[inference.JobID]*windowJob // the open ones, by the window's numbers
}

// windowJob is a job under way.
type windowJob struct{ id inference.JobID } // the runtime's number

func newWorkerEffects(s *services.Services, o services.WindowOptions, g *gallery, t *timeline, send func(core.Action)) *workerEffects {
	w := &workerEffects{services: s, options: o.Runtime, runtime: s.NewRuntime(o.Runtime), gallery: g, timeline: t, send: send, jobs: map[inference.JobID]*windowJob{}}
	w.runtime.OnDeviceLost(func(d *inference.DeviceLost) {
		send(picturestate.EngineSaid{Event: inference.Event{Kind: inference.KindDevice, Device: d}})
	})
	return w
}

// handlers returns the handlers; their effects are performed one at a time.
func (w *workerEffects) handlers() []handler {
	return []handler{
		on(func(_ context.Context, e picturestate.Submit, _ func(core.Action)) { w.submit(e) }),
		on(func(_ context.Context, e picturestate.Cancel, _ func(core.Action)) { w.runtime.Cancel(w.job(e.Job)) }),
		on(func(_ context.Context, e picturestate.Front, _ func(core.Action)) { w.runtime.Front(w.job(e.Job)) }),
	}
}

// job returns the runtime's number of a job, or 0 if it has ended.
func (w *workerEffects) job(window inference.JobID) inference.JobID {
	w.mu.Lock()
	defer w.mu.Unlock()
	if j, open := w.jobs[window]; open {
		return j.id
	}
	return 0
}

// submit puts the pixels into a request and hands it to the worker.
func (w *workerEffects) submit(e picturestate.Submit) {
	r, window := e.Request, e.Request.ID
	pic, err := w.gallery.pixels(e.Picture)
	if err != nil {
		w.send(picturestate.EngineSaid{Event: inference.Event{ID: window, Kind: inference.KindFailed, Failure: failure.Of(err, failure.Unreadable)}})
		return
	}
	r.Picture = inference.Picture{Name: pic.Name, Key: pic.Key, Width: pic.Width, Height: pic.Height, Pix: pic.RGB}
	w.fill(&r)
	j := &windowJob{}
	w.mu.Lock()
	w.jobs[window] = j
	w.mu.Unlock()
	id := w.runtime.Submit(r, func(event inference.Event) {
		event.ID = window
		w.onEvent(event)
	})
	w.mu.Lock()
	j.id = id
	w.mu.Unlock()
}

// onEvent passes an event of a job on to the window.
func (w *workerEffects) onEvent(e inference.Event) {
	switch e.Kind {
	case inference.KindToken:
		w.timeline.note(moment{Event: "token"})
	case inference.KindCaption, inference.KindInstances, inference.KindClasses:
		w.timeline.note(moment{Event: string(e.Kind)})
	case inference.KindFailed:
		w.timeline.note(moment{Event: "failed", Name: e.Failure.Error()})
	}
	if e.Kind == inference.KindDone || e.Kind == inference.KindFailed {
		w.mu.Lock()
		delete(w.jobs, e.ID)
		w.mu.Unlock()
	}
	w.send(picturestate.EngineSaid{Event: e})
}

// fill sets the fields that a request leaves open: the best installed models, and one
// thread less than the machine has cores, so that the window stays responsive.
func (w *workerEffects) fill(r *inference.Request) {
	dirs := w.services.ModelDirs(w.options.Catalogue)
	if r.Model == "" {
		r.Model = dirs.Default()
	}
	r.Model = dirs.ForTask(r.Model, string(r.Task))
	if r.Device == "" || r.Device == ort.DeviceAuto {
		r.Device = w.options.Device
	}
	if r.Threads == 0 {
		r.Threads = max(1, runtime.NumCPU()-1)
		if w.options.Threads > 0 {
			r.Threads = w.options.Threads
		}
	}
}
