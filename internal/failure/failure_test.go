package failure

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"testing"
)

func TestAFailureIsToldInOneLine(t *testing.T) {
	for want, f := range map[string]*Failure{
		"a.png: it ends after 3 of 9 bytes. Copy it again.": New(Unreadable, "decode", "a.png", "it ends after %d of %d bytes", 3, 9).WithHint("Copy it again."),
		"a.png: it is a folder":                             New(Unsupported, "open", "a.png", "it is a folder"),
		"no model is there. Run descry models.":             New(Model, "load", "", "no model is there").WithHint("Run %s.", "descry models"),
		"100 % of it is wrong":                              New(Model, "run", "", "100 %% of it is wrong"),
	} {
		if got := f.Error(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestAHintLeavesTheFailureAsItWas(t *testing.T) {
	f := New(Model, "run", "x", "it failed")
	if g := f.WithHint("Try again."); !f.Hint.IsZero() || g.Hint.String() != "Try again." || g.Message.String() != "it failed" || g.Kind != Model || g.Op != "run" || g.Subject != "x" {
		t.Errorf("%+v, %+v", f, g)
	}
}

func TestAFailureIsNotWrappedAgain(t *testing.T) {
	inner := New(TooLarge, "decode", "a.png", "it is too large").WithHint("Make it smaller.")
	if got := Wrap(Model, "run", "b.png", fmt.Errorf("while drawing: %w", inner), "Another hint."); got != inner {
		t.Errorf("%+v, want the inner failure itself", got)
	}
	nameless := New(TooLarge, "decode", "", "it is too large")
	if got := Wrap(Model, "run", "b.png", nameless, ""); got.Subject != "b.png" || got.Kind != TooLarge || got.Op != "decode" || nameless.Subject != "" {
		t.Errorf("%+v, and the inner one %+v", got, nameless)
	}
	if got := Wrap(Model, "run", "", nameless, ""); got != nameless {
		t.Errorf("without a subject to fill in: %+v", got)
	}
}

func TestAnyErrorBecomesAFailureThatKeepsIt(t *testing.T) {
	err := &fs.PathError{Op: "open", Path: "/x", Err: fs.ErrNotExist}
	f := Wrap(Storage, "write", "x", err, "Look for %s.", "it")
	if f.Kind != Storage || f.Op != "write" || f.Subject != "x" || f.Message.String() != err.Error() || f.Hint.String() != "Look for it." || !errors.Is(f, fs.ErrNotExist) {
		t.Errorf("%+v", f)
	}
	if f := Of(err, Unreadable); f.Kind != Unreadable || f.Subject != "" || !f.Hint.IsZero() || !errors.Is(f, fs.ErrNotExist) {
		t.Errorf("%+v", f)
	}
	if Of(nil, Model) != nil {
		t.Error("no error became a failure")
	}
}

// What a person stopped is no trouble of the file or the model, whatever was
// being done.
func TestWhatWasStoppedIsCancelled(t *testing.T) {
	for _, err := range []error{context.Canceled, fmt.Errorf("reading: %w", context.Canceled)} {
		if f := Wrap(Model, "run", "x", err, ""); f.Kind != Cancelled || !errors.Is(f, context.Canceled) {
			t.Errorf("%+v", f)
		}
	}
	if f := Wrap(Model, "run", "x", context.DeadlineExceeded, ""); f.Kind != Model {
		t.Errorf("what took too long is %s", f.Kind)
	}
}

func TestWordsOfAnInnerErrorAreNotThoseOfTheWhole(t *testing.T) {
	inner := Worded(fs.ErrPermission, "the %s may not be written", "folder")
	if f := Wrap(Unwritable, "write", "x", inner, ""); f.Message.String() != "the folder may not be written" {
		t.Errorf("%q", f.Message)
	}
	if f := Wrap(Unwritable, "write", "x", fmt.Errorf("after 3 tries: %w", inner), ""); f.Message.String() != "after 3 tries: the folder may not be written" || !errors.Is(f, fs.ErrPermission) {
		t.Errorf("%q", f.Message)
	}
}

// The worker may be another process: a failure travels as JSON, without its cause.
func TestAFailureTravels(t *testing.T) {
	f := Wrap(Model, "run", "x", fs.ErrInvalid, "Try again.")
	text, err := json.Marshal(f)
	var back Failure
	if err == nil {
		err = json.Unmarshal(text, &back)
	}
	if err != nil || back.Kind != f.Kind || back.Op != f.Op || back.Subject != f.Subject || back.Error() != f.Error() || back.Unwrap() != nil {
		t.Errorf("%s came back as %+v, %v", text, back, err)
	}
}
