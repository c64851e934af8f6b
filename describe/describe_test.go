package describe

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"descry/inference"
	"descry/internal/failure"
	"descry/models"
	"descry/picture"
)

// scripted is an opener of models whose behaviour depends on the picture's name:
// "wait" waits for its context, "bad" fails, and a model "broken" cannot be loaded.
type scripted struct {
	mu    sync.Mutex
	calls []string
	began chan string
}

func (o *scripted) Open(_ context.Context, model, device string, threads int) (inference.Engine, error) {
	return &scriptedEngine{o, model, device, threads}, nil
}

type scriptedEngine struct {
	*scripted
	model, device string
	threads       int
}

func (e *scriptedEngine) Load(_ context.Context, task inference.Task) error {
	if e.model == "broken" || e.model == "half" && task == inference.TaskClasses {
		return failure.New(failure.Model, "read", "weights.bin", "it is damaged")
	}
	return nil
}

func (e *scriptedEngine) call(ctx context.Context, p inference.Picture, what string) error {
	e.mu.Lock()
	e.calls = append(e.calls, what+" "+p.Name)
	e.mu.Unlock()
	switch p.Name {
	case "wait":
		e.began <- what
		<-ctx.Done()
		return ctx.Err()
	case "bad":
		return errors.New("cannot be run on this")
	}
	return nil
}

func (e *scriptedEngine) Caption(ctx context.Context, p inference.Picture, o inference.CaptionOptions, token func(inference.CaptionToken)) (*inference.Caption, error) {
	if err := e.call(ctx, p, fmt.Sprintf("caption-%d", o.Beams)); err != nil {
		return nil, err
	}
	token(inference.CaptionToken{Text: "half"})
	return &inference.Caption{Model: e.model, Hypotheses: []inference.Hypothesis{{Text: "a " + p.Name}}}, nil
}

func (e *scriptedEngine) Instances(ctx context.Context, p inference.Picture, _ inference.InstanceOptions) (*inference.Instances, error) {
	return &inference.Instances{Model: e.model}, e.call(ctx, p, "instances")
}

func (e *scriptedEngine) Classes(ctx context.Context, p inference.Picture) (*inference.Classes, error) {
	return &inference.Classes{Model: e.model}, e.call(ctx, p, "classes")
}

func (e *scriptedEngine) Device() (string, int)        { return e.device, e.threads }
func (e *scriptedEngine) Lost() []inference.DeviceLost { return nil }
func (e *scriptedEngine) Close() error                 { return nil }

// recorder is a Runner over a real worker with scripted models, and its events.
type recorder struct {
	*Runner
	opener *scripted
	client *inference.Client
	told   []string
	stopAt string
	found  []*Outcome
}

func newRecorder(model string, tasks ...inference.Task) *recorder {
	d := &recorder{opener: &scripted{began: make(chan string, 10)}}
	d.client = inference.NewClient(func(context.Context, *inference.Request) (inference.Worker, error) {
		return inference.InProcess(d.opener), nil
	}, func(inference.Event) {})
	d.Runner = &Runner{Worker: d.client, Options: Options{Tasks: tasks, Model: model, Device: "cpu", Threads: 3, Caption: inference.CaptionOptions{Beams: 2}}}
	return d
}

func (d *recorder) Started(i int) { d.told = append(d.told, fmt.Sprint("started ", i)) }

func (d *recorder) Described(i int, o *Outcome) error {
	d.told = append(d.told, fmt.Sprint("described ", i))
	d.found = append(d.found, o)
	if o.Found.Name == d.stopAt {
		return errors.New("the output is closed")
	}
	return nil
}

func (d *recorder) Failed(i int, f *failure.Failure) {
	d.told = append(d.told, fmt.Sprint("failed ", i, " ", f.Kind))
}

// inputs are pictures of one pixel by their names; "absent" cannot be decoded.
func inputs(names ...string) []Input {
	var all []Input
	for _, name := range names {
		all = append(all, Input{Name: name, Open: func(ctx context.Context, _ picture.Limits) (*picture.Picture, error) {
			if name == "absent" || ctx.Err() != nil {
				return nil, failure.New(failure.Unreadable, "open", name, "there is no such file")
			}
			return &picture.Picture{Name: name, Key: "key of " + name, Width: 1, Height: 1, RGB: []byte{1, 2, 3}}, nil
		}})
	}
	return all
}

func TestARunTellsEachPictureInItsOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRecorder("starter", Tasks...)
		s, err := d.Run(context.Background(), inputs("x", "absent", "bad", "y"), d)
		d.client.Close()
		if want := []string{"started 0", "described 0", "started 1", "failed 1 unreadable", "started 2", "failed 2 model", "started 3", "described 3"}; !slices.Equal(d.told, want) {
			t.Errorf("told %q", d.told)
		}
		if err != nil || s.Failed != 2 || s.Broken != nil {
			t.Errorf("%+v, %v", s, err)
		}
		if want := []string{"caption-2 x", "instances x", "classes x", "caption-2 bad", "instances bad", "classes bad", "caption-2 y", "instances y", "classes y"}; !slices.Equal(d.opener.calls, want) {
			t.Errorf("ran %q", d.opener.calls)
		}
		found := d.found[0].Found
		if found.Text() != "a x" || found.Image != "x" || found.Key != "key of x" || found.Width != 1 || found.Instances == nil || found.Classes == nil || found.Device != "cpu" || found.Threads != 3 {
			t.Errorf("found %+v", found)
		}
	})
}

func TestAModelThatCannotBeLoadedIsToldForEveryPictureAndTriedOnce(t *testing.T) {
	for model, ran := range map[string][]string{"broken": nil, "half": {"caption-2 x"}} {
		synctest.Test(t, func(t *testing.T) {
			d := newRecorder(model, inference.TaskCaption, inference.TaskClasses)
			s, err := d.Run(context.Background(), inputs("x", "absent", "y"), d)
			d.client.Close()
			if want := []string{"started 0", "failed 0 model", "started 1", "failed 1 unreadable", "started 2", "failed 2 model"}; err != nil || !slices.Equal(d.told, want) {
				t.Errorf("%s: told %q, %v", model, d.told, err)
			}
			if s.Broken == nil || s.Failed != 3 || !strings.Contains(s.Broken.Error(), "weights.bin") {
				t.Errorf("%s: %+v", model, s)
			}
			if !slices.Equal(d.opener.calls, ran) {
				t.Errorf("%s: ran %q", model, d.opener.calls)
			}
		})
	}
}

func TestWhenARunIsCancelledTheRestFailAsCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRecorder("starter", inference.TaskCaption, inference.TaskClasses)
		ctx, cancel := context.WithCancel(context.Background())
		go func() {
			<-d.opener.began
			cancel()
		}()
		s, err := d.Run(ctx, inputs("x", "wait", "y", "z"), d)
		d.client.Close()
		if want := []string{"started 0", "described 0", "started 1", "failed 1 cancelled", "started 2", "failed 2 cancelled", "started 3", "failed 3 cancelled"}; err != nil || !slices.Equal(d.told, want) {
			t.Errorf("told %q, %v", d.told, err)
		}
		if s.Failed != 3 || s.Broken != nil {
			t.Errorf("%+v", s)
		}
		if slices.Contains(d.opener.calls, "classes wait") {
			t.Error("a job that had been cancelled was run")
		}
	})
}

func TestAnOutputThatTakesNothingMoreEndsTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRecorder("starter", inference.TaskClasses)
		d.stopAt = "x"
		if _, err := d.Run(context.Background(), inputs("x", "y", "z"), d); err == nil || !slices.Equal(d.told, []string{"started 0", "described 0"}) {
			t.Errorf("told %q, %v", d.told, err)
		}
		d.client.Close() // synctest detects leaked goroutines
	})
}

func TestOnePictureIsDescribedByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRecorder("starter")
		if o, err := d.Describe(context.Background(), inputs("x")[0]); err != nil || o.Found.Caption != nil || o.Picture.Name != "x" {
			t.Errorf("without tasks: %+v, %v", o, err)
		}
		d.Options.Tasks = []inference.Task{inference.TaskCaption}
		if o, err := d.Describe(context.Background(), inputs("x")[0]); err != nil || o.Found.Text() != "a x" {
			t.Errorf("%+v, %v", o, err)
		}
		if _, err := d.Describe(context.Background(), inputs("absent")[0]); failure.Of(err, "").Kind != failure.Unreadable {
			t.Error(err)
		}
		d.client.Close()
	})
}

func TestTasksAreThoseOfTheSet(t *testing.T) {
	all := &models.Set{Caption: &models.CaptionSpec{}, Instances: &models.InstancesSpec{}, Classes: &models.ClassesSpec{}}
	captions := &models.Set{Caption: &models.CaptionSpec{}}
	for name, c := range map[string]struct {
		set     *models.Set
		wanted  []inference.Task
		chosen  []inference.Task
		missing inference.Task
	}{
		"all":                   {all, nil, Tasks, ""},
		"in the usual order":    {all, []inference.Task{inference.TaskClasses, inference.TaskCaption}, []inference.Task{inference.TaskCaption, inference.TaskClasses}, ""},
		"what there is":         {captions, nil, []inference.Task{inference.TaskCaption}, ""},
		"what there is not":     {captions, []inference.Task{inference.TaskCaption, inference.TaskInstances}, nil, inference.TaskInstances},
		"one that there is not": {captions, []inference.Task{inference.TaskClasses}, nil, inference.TaskClasses},
	} {
		chosen, missing := ChooseTasks(c.set, c.wanted)
		if !slices.Equal(chosen, c.chosen) || missing != c.missing {
			t.Errorf("%s: %q, missing %q", name, chosen, missing)
		}
	}
}

func TestFilesAndSamplesOpen(t *testing.T) {
	in := File("no-such-file.png")
	if _, err := in.Open(context.Background(), picture.Limits{}); in.Path != in.Name || failure.Of(err, "").Kind != failure.Unreadable {
		t.Errorf("%+v: %v", in, err)
	}
	for _, s := range Samples() {
		if pic, err := s.Open(context.Background(), picture.Limits{}); err != nil || pic.Name != s.Name || s.Path != "" {
			t.Errorf("%s: %v", s.Name, err)
		}
	}
}
