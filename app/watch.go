package app

import (
	"descry/inference"
)

// finishedTask is what a job was, as its result told.
type finishedTask struct{ model, task string }

// watch passes a worker's events on and keeps what is worth keeping of them: devices
// that were given up go to the log, and how long each task took into the book of
// speeds. It returns, and closes out, when the worker has ended.
func (p *program) watch(in <-chan inference.Event, out chan<- inference.Event) {
	defer close(out)
	book := p.speeds()
	results := map[inference.JobID]finishedTask{}
	for e := range in {
		switch e.Kind {
		case inference.KindDevice:
			p.lost.lost(e.Device)
		case inference.KindCaption:
			results[e.ID] = finishedTask{e.Caption.Model, string(inference.TaskCaption)}
		case inference.KindInstances:
			results[e.ID] = finishedTask{e.Instances.Model, string(inference.TaskInstances)}
		case inference.KindClasses:
			results[e.ID] = finishedTask{e.Classes.Model, string(inference.TaskClasses)}
		case inference.KindDone:
			r := results[e.ID]
			delete(results, e.ID)
			book.Note(r.model, r.task, e.Done.Device, e.Done.Milliseconds/1000)
		case inference.KindFailed:
			delete(results, e.ID)
		}
		out <- e
	}
	_ = book.Save() // what is lost comes again
}
