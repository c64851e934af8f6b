package services

import (
	"sync"

	"descry/inference"
	"descry/inference/speed"
)

// Seconds returns how long a model takes for a picture according to the book of
// speeds, and whether that was measured. It returns 0 if the time is unknown.
func (s *Services) Seconds(model string, gmac float64, device string) (seconds float64, measured bool) {
	return s.speeds().Seconds(model, gmac, device)
}

// SecondsNow is like Seconds, but includes what another process has measured since
// the book was opened.
func (s *Services) SecondsNow(model string, gmac float64, device string) (seconds float64, measured bool) {
	if seconds, measured := s.Seconds(model, gmac, device); seconds > 0 {
		return seconds, measured
	}
	book, err := speed.Open(s.Dirs.Speed())
	if err != nil {
		return 0, false
	}
	return book.Seconds(model, gmac, device)
}

// finishedTask holds the model and task of a job, taken from its result.
type finishedTask struct{ model, task string }

// recorder stores a worker's events: lost devices in the log, and the time of each
// task in the book of speeds.
type recorder struct {
	log  *DeviceLog
	book *speed.Book // nil: times are not recorded

	mu      sync.Mutex
	results map[inference.JobID]finishedTask
}

// onEvent records one event.
func (r *recorder) onEvent(e inference.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch e.Kind {
	case inference.KindDevice:
		r.log.Lost(e.Device)
	case inference.KindCaption:
		r.results[e.ID] = finishedTask{e.Caption.Model, string(inference.TaskCaption)}
	case inference.KindInstances:
		r.results[e.ID] = finishedTask{e.Instances.Model, string(inference.TaskInstances)}
	case inference.KindClasses:
		r.results[e.ID] = finishedTask{e.Classes.Model, string(inference.TaskClasses)}
	case inference.KindDone:
		done := r.results[e.ID]
		delete(r.results, e.ID)
		if r.book != nil {
			r.book.Note(done.model, done.task, e.Done.Device, e.Done.Milliseconds/1000)
		}
	case inference.KindFailed:
		delete(r.results, e.ID)
	}
}
