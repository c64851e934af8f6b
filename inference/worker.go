// Package inference is the worker behind the window and the command line:
// requests in, events out, over channels, as plain values.
//
// One goroutine, locked to its OS thread, owns every model session; it makes
// one runtime call at a time. The visible picture's jobs come first, the rest
// in the order given. Whoever submits holds the job's ID and may cancel it at
// any time, which also ends a running call.
//
// This package knows no tensor and no runtime: an Engine does (package
// inference/pipeline). Nothing in a Command or an Event is a function, a
// channel or an interface, so that a worker can as well be a child process.
package inference

import "context"

// Worker runs until in is closed and every job has ended, or ctx ends; then it
// closes out. It returns the error that ended it early, if any.
type Worker func(ctx context.Context, in <-chan Command, out chan<- Event) error

// Opener opens model sets. Open is called on the worker's own thread, once for
// each (model, device, threads) that is asked for.
type Opener interface {
	// Open loads nothing heavy yet: each task's session is made at its first use.
	Open(ctx context.Context, model, device string, threads int) (Engine, error)
}

// Engine is an opened model set. All calls come from one goroutine, never two
// at once. A cancelled ctx ends a running call within one operator.
type Engine interface {
	// Load makes the task's session ready, if it is not yet.
	Load(ctx context.Context, task Task) error
	// Caption describes p; token is called as each token is chosen (greedy) or
	// as the best beam grows (beam search).
	Caption(ctx context.Context, p Picture, o CaptionOptions, token func(CaptionToken)) (*Caption, error)
	Instances(ctx context.Context, p Picture, o InstanceOptions) (*Instances, error)
	Classes(ctx context.Context, p Picture) (*Classes, error)
	// Device returns what the models run on ("cpu", "cuda", …) and how many threads.
	Device() (device string, threads int)
	// Lost returns the devices that were given up since the last call.
	Lost() []DeviceLost
	Close() error
}
