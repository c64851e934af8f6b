// Package inference defines the worker behind the window and the command line:
// requests in, events out, over channels, as plain values.
//
// One goroutine, locked to its OS thread, owns every model session and makes one
// runtime call at a time. Jobs of the visible picture run first, the others in the
// order of their submission. The sender of a job may cancel it at any time by its
// ID, which also ends a running call.
//
// This package is independent of tensors and of the runtime: an Engine hides them
// (package inference/pipeline). Nothing in a Command or an Event is a function, a
// channel or an interface, so that a worker can also be a child process.
package inference

import "context"

// Worker runs until in is closed and every job has ended, or ctx ends; then it
// closes out. It returns the error that ended it early, if any.
type Worker func(ctx context.Context, in <-chan Command, out chan<- Event) error

// Opener opens model sets. Open is called on the worker's own thread, once for each
// combination of model, device and threads.
type Opener interface {
	// Open loads nothing large: each task's session is made when it is first used.
	Open(ctx context.Context, model, device string, threads int) (Engine, error)
}

// Engine is an opened model set. All calls come from one goroutine, never two
// at once. A cancelled ctx ends a running call within one operator.
type Engine interface {
	// Load prepares the task's session, unless it is ready.
	Load(ctx context.Context, task Task) error
	// Caption describes p; token is called as each token is chosen (greedy) or
	// as the best beam grows (beam search).
	Caption(ctx context.Context, p Picture, o CaptionOptions, token func(CaptionToken)) (*Caption, error)
	Instances(ctx context.Context, p Picture, o InstanceOptions) (*Instances, error)
	Classes(ctx context.Context, p Picture) (*Classes, error)
	// Device returns the device that the models run on ("cpu", "cuda", …) and the
	// number of threads.
	Device() (device string, threads int)
	// Lost returns the devices that were given up since the last call.
	Lost() []DeviceLost
	Close() error
}
