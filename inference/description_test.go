package inference

import (
	"errors"
	"reflect"
	"testing"

	"descry/internal/failure"
)

func TestADescriptionIsMadeOfTheEventsOfItsJobs(t *testing.T) {
	caption := &Caption{Hypotheses: []Hypothesis{{Text: "a dog"}, {Text: "a cat"}}}
	instances, classes := &Instances{Model: "x"}, &Classes{Model: "y"}
	var d Description
	for i, step := range []struct {
		task Task
		e    Event
		text string
	}{
		{TaskCaption, Event{Kind: KindProgress, Progress: &Progress{Stage: "run"}}, ""},
		{TaskCaption, Event{Kind: KindToken, Token: &CaptionToken{Text: "a"}}, "a"},
		{TaskCaption, Event{Kind: KindCaption, Caption: caption}, "a dog"},
		{TaskCaption, Event{Kind: KindDone, Done: &Done{Milliseconds: 7, Device: "cuda", Threads: 2}}, "a dog"},
		{TaskInstances, Event{Kind: KindInstances, Instances: instances}, "a dog"},
		{TaskInstances, Event{Kind: KindDone, Done: &Done{Milliseconds: 8, Device: "cuda", Threads: 2}}, "a dog"},
		{TaskClasses, Event{Kind: KindClasses, Classes: classes}, "a dog"},
		{TaskClasses, Event{Kind: KindDone, Done: &Done{Milliseconds: 9, Device: "cpu", Threads: 4}}, "a dog"},
	} {
		if err := d.Take(step.task, step.e); err != nil || d.Text() != step.text {
			t.Errorf("event %d: %q, %v", i, d.Text(), err)
		}
	}
	want := Description{Caption: caption, Instances: instances, Classes: classes, Device: "cpu", Threads: 4, Timings: Timings{Caption: 7, Instances: 8, Classes: 9}}
	if !reflect.DeepEqual(d, want) {
		t.Errorf("%+v, want %+v", d, want)
	}
	trouble := failure.New(failure.Model, "run", "x", "it broke")
	if err := d.Take(TaskCaption, Event{Kind: KindFailed, Failure: trouble}); !errors.Is(err, trouble) || !reflect.DeepEqual(d, want) {
		t.Errorf("a failed job: %v, %+v", err, d)
	}
}

func TestAPersonsCaptionComesFirst(t *testing.T) {
	empty, own := "", "mine"
	caption := &Caption{Hypotheses: []Hypothesis{{Text: "a dog"}}}
	for want, d := range map[string]Description{
		"mine": {Own: &own, Caption: caption}, "": {Own: &empty, Caption: caption, SoFar: "a"},
		"a dog": {Caption: caption, SoFar: "a"}, "a": {SoFar: "a"},
	} {
		if got := d.Text(); got != want || !d.Has(TaskCaption) || d.Has(TaskInstances) || d.Has(TaskClasses) {
			t.Errorf("%q, want %q", got, want)
		}
	}
	d := Description{Instances: &Instances{}}
	if d.Has(TaskCaption) || !d.Has(TaskInstances) || d.Has(TaskClasses) || d.Has("") {
		t.Errorf("%+v has other parts", d)
	}
}

func TestObjectsBelowAScoreAreLeftOut(t *testing.T) {
	all := &Instances{Model: "x", Items: []Instance{{Label: "a", Score: 0.5}, {Label: "b", Score: 0.25}, {Label: "c", Score: 0.75}}}
	d := Description{Instances: all}
	if got := d.Above(0.5).Instances; len(got.Items) != 2 || got.Items[0].Label != "a" || got.Items[1].Label != "c" || got.Model != "x" {
		t.Errorf("%+v", got)
	}
	if len(all.Items) != 3 {
		t.Error("the description itself was changed")
	}
	if (Description{}).Above(1).Instances != nil {
		t.Error("objects that were not asked for are there")
	}
}
