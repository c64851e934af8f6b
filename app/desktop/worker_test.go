package desktop

import (
	"os"
	"strings"
	"testing"

	"descry/app/services"
	"descry/inference"
	"descry/internal/failure"
	"descry/resources"
	picturestate "descry/ui/state/picture"
)

// TestTheWindowsJobsAreRun describes a sample with the built-in models, using effects
// only.
func TestTheWindowsJobsAreRun(t *testing.T) {
	library := os.Getenv("DESCRY_ORT")
	b := newBench(t, services.WindowOptions{Runtime: services.RuntimeOptions{Library: library, Device: "cpu"}})
	probe := b.services.NewRuntime(services.RuntimeOptions{Library: library})
	_, err := probe.Open()
	probe.Close()
	if err != nil {
		t.Skip(err)
	}
	if _, ok := b.perform(picturestate.Decode{Picture: 1, Source: picturestate.Source{Kind: picturestate.SourceSample, Path: resources.Samples()[0].Name}}).(picturestate.Decoded); !ok {
		t.Fatal("the sample is not decoded")
	}
	submit := func(id inference.JobID, task inference.Task) {
		b.Perform(t.Context(), picturestate.Submit{Picture: 1, Request: inference.Request{ID: id, Task: task, Visible: true}}, b.send)
	}
	submit(11, inference.TaskClasses)
	submit(12, inference.TaskInstances)
	submit(13, inference.TaskCaption)
	b.Perform(t.Context(), picturestate.Front{Job: 13}, b.send)
	b.Perform(t.Context(), picturestate.Cancel{Job: 12}, b.send)
	ended := map[inference.JobID]inference.Event{}
	var caption *inference.Caption
	for len(ended) < 3 {
		e := b.next().(picturestate.EngineSaid).Event
		switch e.Kind {
		case inference.KindCaption:
			caption = e.Caption
		case inference.KindDone, inference.KindFailed:
			ended[e.ID] = e
		}
	}
	if e := ended[12]; e.Kind != inference.KindFailed || e.Failure.Kind != failure.Cancelled {
		t.Errorf("the cancelled job ended with %+v", e)
	}
	for _, id := range []inference.JobID{11, 13} {
		if e := ended[id]; e.Kind != inference.KindDone || e.Done.Device != "cpu" {
			t.Errorf("job %d ended with %+v", id, e)
		}
	}
	if caption == nil || caption.Hypotheses[0].Text == "" {
		t.Errorf("the caption is %+v", caption)
	}
	if !b.noted(`"event":"caption"`) || !b.noted(`"event":"token"`) || len(b.worker.jobs) != 0 {
		t.Error("the results are not noted, or a job is still open")
	}
}

func TestARequestGetsTheProgramsChoicesWhereItLeavesThem(t *testing.T) {
	b := newBench(t, services.WindowOptions{Runtime: services.RuntimeOptions{Device: "cuda", Threads: 3}})
	for name, c := range map[string]struct{ r, want inference.Request }{
		"nothing chosen":   {inference.Request{Task: inference.TaskCaption}, inference.Request{Model: "starter", Device: "cuda", Threads: 3}},
		"automatic device": {inference.Request{Task: inference.TaskCaption, Device: "auto"}, inference.Request{Model: "starter", Device: "cuda", Threads: 3}},
		"all chosen":       {inference.Request{Task: inference.TaskCaption, Model: "caption=a,instances=b", Device: "cpu", Threads: 5}, inference.Request{Model: "a", Device: "cpu", Threads: 5}},
	} {
		got := c.r
		b.worker.fill(&got)
		if got.Device != c.want.Device || got.Threads != c.want.Threads || !strings.Contains(got.Model, c.want.Model) {
			t.Errorf("%s: model %q, device %q, %d threads", name, got.Model, got.Device, got.Threads)
		}
	}
}
