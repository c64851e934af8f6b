package pipeline

import (
	"context"
	"errors"
	"strings"
	"testing"

	"descry/inference"
	"descry/inference/ort"
	"descry/internal/failure"
	"descry/models"
)

// opened opens a set of one tiny captioner, without objects and classes.
func opened(t *testing.T, change func(*models.Set)) inference.Engine {
	t.Helper()
	set := &models.Set{Name: "tiny", Caption: tinySpec("model.safetensors")}
	change(set)
	e, err := NewOpener(runtimeLibrary(t), func(string) (*models.Set, error) { return set, nil }).Open(context.Background(), "tiny", "cpu", 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return e
}

func kind(err error) failure.Kind {
	if err == nil {
		return ""
	}
	return failure.Of(err, "no failure at all").Kind
}

func TestATaskLoadsOnceAndRunsWithoutBeingLoadedFirst(t *testing.T) {
	e := opened(t, func(s *models.Set) { s.Caption.MaxTokens = 4 })
	if _, err := e.Caption(context.Background(), tinyPicture(), inference.CaptionOptions{}, nil); err != nil {
		t.Fatal(err)
	}
	before := e.(*engine).caption
	if err := e.Load(context.Background(), inference.TaskCaption); err != nil || e.(*engine).caption != before {
		t.Errorf("loaded again: %v", err)
	}
	if device, threads := e.Device(); device != ort.DeviceCPU || threads != 1 {
		t.Errorf("%s with %d threads", device, threads)
	}
}

func TestWhatASetCannotDoIsSaidOfTheSet(t *testing.T) {
	e := opened(t, func(s *models.Set) { s.Caption = nil })
	for _, task := range []inference.Task{inference.TaskCaption, inference.TaskInstances, inference.TaskClasses, "dreams"} {
		err := e.Load(context.Background(), task)
		f := failure.Of(err, failure.Usage)
		if f == nil || f.Subject != "tiny" || f.Hint.IsZero() {
			t.Errorf("%s: %+v", task, f)
		}
	}
}

func TestALoadThatFailedIsTriedAgainAndNeverHalfDone(t *testing.T) {
	var spec *models.CaptionSpec
	e := opened(t, func(s *models.Set) {
		spec = s.Caption
		spec.Vocabulary = "absent.txt"
	})
	for range 2 {
		if _, err := e.Caption(context.Background(), tinyPicture(), inference.CaptionOptions{}, nil); kind(err) != failure.Model || !strings.Contains(err.Error(), "absent.txt") {
			t.Errorf("%v", err)
		}
	}
	spec.Vocabulary = tinySpec("").Vocabulary
	if _, err := e.Caption(context.Background(), tinyPicture(), inference.CaptionOptions{}, nil); err != nil {
		t.Errorf("mended: %v", err)
	}
}

func TestAPictureWhosePixelsDoNotFitItsSizeIsRefused(t *testing.T) {
	e := opened(t, func(*models.Set) {})
	for name, change := range map[string]func(*inference.Picture){
		"no width": func(p *inference.Picture) { p.Width, p.Pix = 0, nil },
		"short":    func(p *inference.Picture) { p.Pix = p.Pix[1:] },
		"negative": func(p *inference.Picture) { p.Width, p.Height = -p.Width, -p.Height },
	} {
		p := tinyPicture()
		change(&p)
		if _, err := e.Caption(context.Background(), p, inference.CaptionOptions{}, nil); kind(err) != failure.Unreadable || failure.Of(err, "").Subject != "tiny" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAClosedSetDoesNothingMore(t *testing.T) {
	e := opened(t, func(*models.Set) {})
	if err := e.Load(context.Background(), inference.TaskCaption); err != nil {
		t.Fatal(err)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if err := e.Close(); err != nil {
		t.Errorf("closed twice: %v", err)
	}
	if _, err := e.Caption(context.Background(), tinyPicture(), inference.CaptionOptions{}, nil); kind(err) != failure.Model {
		t.Errorf("used after Close: %v", err)
	}
}

func TestOpenPassesOnWhatIsWrongWithTheSet(t *testing.T) {
	lib := runtimeLibrary(t)
	want := failure.New(failure.Usage, "load", "nothing", "there is no such model set").WithHint("Look.")
	for name, k := range map[string]struct {
		ctx  context.Context
		err  error
		kind failure.Kind
	}{
		"a failure":   {context.Background(), want, failure.Usage},
		"an error":    {context.Background(), errors.New("disk on fire"), failure.Model},
		"a cancelled": {cancelled(), want, failure.Cancelled},
	} {
		_, err := NewOpener(lib, func(string) (*models.Set, error) { return nil, k.err }).Open(k.ctx, "nothing", "auto", 0)
		if kind(err) != k.kind || failure.Of(err, "").Subject != "nothing" {
			t.Errorf("%s: %v", name, err)
		}
	}
}
