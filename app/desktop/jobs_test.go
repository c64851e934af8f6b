package desktop

import (
	"testing"

	"descry/app/services"
	"descry/inference"
	"descry/internal/failure"
	picturestate "descry/ui/state/picture"
)

// TestAJobThatCannotBeRunFailsForTheWindow: there is no library here.
func TestAJobThatCannotBeRunFailsForTheWindow(t *testing.T) {
	b := newBench(t, services.WindowOptions{Runtime: services.RuntimeOptions{Library: "/no/such/library"}})
	a, ok := b.perform(picturestate.Submit{Picture: 1, Request: inference.Request{ID: 41, Task: inference.TaskCaption}}).(picturestate.EngineSaid)
	if !ok || a.Event.ID != 41 || a.Event.Kind != inference.KindFailed || a.Event.Failure.Kind != failure.Unreadable {
		t.Errorf("of a picture that is not open: %+v", a)
	}
	if _, ok := b.perform(picturestate.Decode{Picture: 1, Source: picturestate.Source{Path: b.file("a.png", pngOf(t, 5, 3))}}).(picturestate.Decoded); !ok {
		t.Fatal("the picture is not decoded")
	}
	a, ok = b.perform(picturestate.Submit{Picture: 1, Request: inference.Request{ID: 42, Task: inference.TaskCaption}}).(picturestate.EngineSaid)
	if !ok || a.Event.ID != 42 || a.Event.Kind != inference.KindFailed || a.Event.Failure.Kind != failure.Model {
		t.Errorf("without a library: %+v", a)
	}
	if !b.noted(`"event":"failed"`) || len(b.worker.jobs) != 0 {
		t.Error("the failure is not noted, or the job is still open")
	}
	b.quiet(picturestate.Cancel{Job: 42})
	b.quiet(picturestate.Front{Job: 42})
}
