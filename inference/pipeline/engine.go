// Package pipeline joins pixels, graphs and the runtime: it turns a
// model set (package models) into an inference.Engine.
//
// Each task has its own file with the whole way from a picture to a result:
// caption.go (resize, normalise, vision tower, token search, text), instances.go
// and classes.go. A task's sessions are made at its first use and kept; what is
// shared by the tasks is here. Graphs come from models/arch, the arithmetic
// between them from inference/generate and inference/detect.
package pipeline

import (
	"context"
	"runtime"

	"descry/inference"
	"descry/inference/ort"
	"descry/internal/failure"
	"descry/models"
	"descry/models/arch"
	"descry/models/weights"
)

// Opener opens model sets with one ONNX Runtime. It implements inference.Opener.
type Opener struct {
	// Memory reads the machine's memory, in bytes, before a model is loaded: one
	// that needs more than is available is refused (memory.go). nil: no check.
	Memory func() (total, available uint64, err error)

	lib     *ort.Library
	resolve func(spec string) (*models.Set, error)
}

// NewOpener returns an Opener over an open library; resolve finds the model set
// of a request (models.Resolve with the application's folders). The
// caller closes the library after the worker has ended.
func NewOpener(lib *ort.Library, resolve func(spec string) (*models.Set, error)) *Opener {
	return &Opener{lib: lib, resolve: resolve}
}

// Open finds the model set. It loads nothing yet: a set whose weights are damaged
// opens, and fails at its first use.
func (o *Opener) Open(ctx context.Context, model, device string, threads int) (inference.Engine, error) {
	if err := ctx.Err(); err != nil {
		return nil, failure.Wrap(failure.Cancelled, "load", model, err, "")
	}
	set, err := o.resolve(model)
	if err != nil {
		return nil, failure.Wrap(failure.Model, "load", model, err, "")
	}
	if threads <= 0 {
		threads = runtime.NumCPU()
	}
	return &engine{set: set, sessions: sessionConfig{lib: o.lib, device: device, threads: threads}, memory: o.Memory}, nil
}

// sessionConfig is what sessions are made with.
type sessionConfig struct {
	lib     *ort.Library
	device  string // as asked: "auto", "cpu", …
	threads int
}

// options returns the options of a session named after its weights, so that errors
// name the file.
func (c sessionConfig) options(weights string, prepack bool) ort.Options {
	return ort.Options{Name: weights, Device: c.device, Threads: c.threads, Prepack: prepack}
}

// engine is an opened model set.
type engine struct {
	set       *models.Set
	sessions  sessionConfig
	memory    func() (total, available uint64, err error) // nil: no check
	heavy     *ort.Session                                // the heaviest of the task that was loaded last
	caption   *captioner
	instances detector
	classes   *classesModel
	last      objects // what instances found last
	closed    bool
}

// Load makes one task's sessions ready.
func (e *engine) Load(ctx context.Context, task inference.Task) error {
	if err := ctx.Err(); err != nil {
		return failure.Wrap(failure.Cancelled, "load", e.set.Name, err, "")
	}
	if e.closed {
		return failure.New(failure.Model, "load", e.set.Name, "the model set is closed already")
	}
	load, ok := loaders[task]
	if !ok {
		return failure.New(failure.Usage, "load", e.set.Name, "there is no task %q", task).WithHint("The tasks are caption, instances and classes.")
	}
	if err := e.afford(task); err != nil {
		return err
	}
	return load(e)
}

// loaders make a task's model ready, unless it is.
var loaders = map[inference.Task]func(*engine) error{
	inference.TaskCaption: func(e *engine) (err error) {
		if e.caption != nil {
			return nil
		}
		if e.set.Caption == nil {
			return e.cannot("write captions")
		}
		if e.caption, err = newCaptioner(e.set.Caption, e.sessions); err == nil {
			e.heavy = e.caption.vision
		}
		return err
	},
	inference.TaskInstances: loadInstances,
	inference.TaskClasses: func(e *engine) (err error) {
		if e.classes != nil {
			return nil
		}
		if e.set.MapsObjects() {
			return loadInstances(e)
		}
		if e.set.Classes == nil {
			return e.cannot("make class maps")
		}
		if e.classes, err = loadClasses(e.sessions, e.set.Classes); err == nil {
			e.heavy = e.classes.session
		}
		return err
	},
}

// detector finds the objects of a picture.
type detector interface {
	run(ctx context.Context, p inference.Picture, o inference.InstanceOptions) (*inference.Instances, error)
	heavy() *ort.Session // the session that a card is for
	close() error
}

// openNetwork builds a model's architecture over its file of weights, as one of
// package arch's interfaces. Errors name the file that is wrong.
func openNetwork[N arch.Network](c models.Common, preprocessor string) (N, error) {
	f, err := weights.Open(c.Weights)
	if err != nil {
		var none N
		return none, failure.Wrap(failure.Model, "load", c.Weights, err, "")
	}
	return arch.Open[N](c.Architecture, f, arch.Files{Config: c.Config, Preprocessor: preprocessor})
}

// loadClasses opens a model for classes.
func loadClasses(h sessionConfig, spec *models.ClassesSpec) (*classesModel, error) {
	if spec.Architecture == arch.NameReadymade {
		return newReadymadeClasses(h, spec)
	}
	return newClasses(h, spec)
}

// loadDetector opens a model for objects.
func loadDetector(h sessionConfig, spec *models.InstancesSpec) (detector, error) {
	if spec.Architecture == arch.NameReadymade {
		return newReadymade(h, spec)
	}
	return newInstances(h, spec)
}

// loadInstances makes the detector ready, which classes may need as well.
func loadInstances(e *engine) (err error) {
	if e.instances != nil {
		return nil
	}
	if e.set.Instances == nil {
		return e.cannot("find objects")
	}
	found, err := loadDetector(e.sessions, e.set.Instances)
	if err != nil {
		return err // and e.instances stays nil, not a detector that is nil
	}
	e.instances, e.heavy = found, found.heavy()
	return nil
}

func (e *engine) cannot(what string) error {
	return failure.New(failure.Model, "load", e.set.Name, "this model set cannot %s", what).WithHint("Choose another set, or a mix of sets: --model caption=NAME,instances=NAME,classes=NAME.")
}

// Caption describes a picture.
func (e *engine) Caption(ctx context.Context, p inference.Picture, o inference.CaptionOptions, token func(inference.CaptionToken)) (*inference.Caption, error) {
	if err := e.ready(ctx, inference.TaskCaption, p); err != nil {
		return nil, err
	}
	return e.caption.run(ctx, p, o, token)
}

// Instances finds the objects of a picture.
func (e *engine) Instances(ctx context.Context, p inference.Picture, o inference.InstanceOptions) (*inference.Instances, error) {
	if err := e.ready(ctx, inference.TaskInstances, p); err != nil {
		return nil, err
	}
	return e.objectsOf(ctx, p, o)
}

// Classes returns the class of each pixel of a picture: a set without a model for it
// labels the pixels of objects with the objects' classes.
func (e *engine) Classes(ctx context.Context, p inference.Picture) (*inference.Classes, error) {
	if err := e.ready(ctx, inference.TaskClasses, p); err != nil {
		return nil, err
	}
	if e.classes == nil {
		return e.objectMap(ctx, p)
	}
	return e.classes.run(ctx, p)
}

// ready checks the picture and loads the task.
func (e *engine) ready(ctx context.Context, task inference.Task, p inference.Picture) error {
	if p.Width < 1 || p.Height < 1 || len(p.Pix) != 3*p.Width*p.Height {
		return failure.New(failure.Unreadable, "run", p.Name, "%d bytes are not an RGB picture of %d × %d", len(p.Pix), p.Width, p.Height)
	}
	return e.Load(ctx, task)
}

// Device returns what runs the models: what the runtime chose, once a session is made, else
// what was asked for.
func (e *engine) Device() (device string, threads int) {
	if e.heavy != nil {
		return e.heavy.Device(), e.sessions.threads
	}
	if e.sessions.device == "" || e.sessions.device == ort.DeviceAuto {
		return ort.DeviceCPU, e.sessions.threads
	}
	return e.sessions.device, e.sessions.threads
}

// Lost returns the devices that the library gave up since it was last asked. The
// library is shared by all engines, so the first one asked reports them.
func (e *engine) Lost() []inference.DeviceLost {
	var all []inference.DeviceLost
	for _, t := range e.sessions.lib.News() {
		all = append(all, inference.DeviceLost{
			Device: t.Device, Title: t.Title, Used: ort.DeviceCPU, During: t.During, Reason: string(t.Reason),
			Message: t.Message, Hint: t.Hint, Detail: t.Detail,
		})
	}
	return all
}

// Close frees the sessions. The engine can do nothing after it.
func (e *engine) Close() error {
	e.closed = true
	var first error
	keep := func(err error) {
		if first == nil {
			first = err
		}
	}
	if e.caption != nil {
		keep(e.caption.close())
	}
	if e.instances != nil {
		keep(e.instances.close())
	}
	if e.classes != nil {
		keep(e.classes.close())
	}
	e.caption, e.instances, e.classes, e.last, e.heavy = nil, nil, nil, objects{}, nil
	return first
}
