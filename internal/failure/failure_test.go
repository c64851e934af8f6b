package failure

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"testing"
)

func TestAFailureReadsAsOneLine(t *testing.T) {
	for _, c := range []struct {
		failure *Failure
		want    string
	}{
		{New(Model, "load", "", "it is empty"), "it is empty"},
		{New(Model, "load", "a.bin", "it has %d bytes of %d", 3, 9), "a.bin: it has 3 bytes of 9"},
		{New(Usage, "use", "", "no picture named").WithHint("Name %s.", "one"), "no picture named. Name one."},
		{New(Storage, "write", "/d", "the disk is full").WithHint("Free 70 %%."), "/d: the disk is full. Free 70 %."},
	} {
		if got := c.failure.Error(); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

func TestAHintLeavesTheFailureItWasAddedToAlone(t *testing.T) {
	plain := New(Model, "load", "a", "it is damaged")
	if hinted := plain.WithHint("Fetch it again."); !plain.Hint.IsZero() || hinted.Hint.String() != "Fetch it again." || hinted.Kind != Model || hinted.Subject != "a" {
		t.Errorf("%+v and %+v", plain, hinted)
	}
}

func TestWrappingKeepsWhatIsKnownAlready(t *testing.T) {
	noSubject, whole := New(Memory, "load", "", "too little").WithHint("Close something."), New(Network, "fetch", "a.bin", "no answer")
	for name, c := range map[string]struct {
		err     error
		kind    Kind
		subject string
		message string
		hint    string
	}{
		"an error of others":         {fs.ErrNotExist, Model, "s", fs.ErrNotExist.Error(), "Look at 1."},
		"a message":                  {Worded(fs.ErrNotExist, "%d parts are absent", 2), Model, "s", "2 parts are absent", "Look at 1."},
		"more words round a message": {fmt.Errorf("outside: %w", Worded(nil, "inside")), Model, "s", "outside: inside", "Look at 1."},
		"a failure without subject":  {noSubject, Memory, "s", "too little", "Close something."},
		"a failure":                  {whole, Network, "a.bin", "no answer", ""},
		"a failure inside":           {fmt.Errorf("outside: %w", whole), Network, "a.bin", "no answer", ""},
		"an interrupt":               {fmt.Errorf("stopped: %w", context.Canceled), Cancelled, "s", "stopped: context canceled", "Look at 1."},
	} {
		f := Wrap(Model, "load", "s", c.err, "Look at %d.", 1)
		if f.Kind != c.kind || f.Subject != c.subject || f.Message.String() != c.message || f.Hint.String() != c.hint {
			t.Errorf("%s: %+v", name, f)
		}
	}
	if noSubject.Subject != "" {
		t.Errorf("the failure that was wrapped is now about %q", noSubject.Subject)
	}
	for _, known := range []*Failure{noSubject, whole} {
		if f := Wrap(Model, "load", "", known, "x"); f != known {
			t.Errorf("a failure is copied for nothing: %+v", f)
		}
	}
}

func TestTheCauseIsSeenThroughAFailure(t *testing.T) {
	f := Wrap(Unreadable, "load", "s", Worded(fs.ErrPermission, "it may not be read"), "")
	if !errors.Is(f, fs.ErrPermission) || errors.Is(f, fs.ErrNotExist) || !f.Hint.IsZero() {
		t.Errorf("%+v", f)
	}
}

func TestNoErrorIsNoFailure(t *testing.T) {
	if f := Of(nil, Model); f != nil {
		t.Errorf("%+v", f)
	}
	if f := Of(errors.New("x"), Unwritable); f.Kind != Unwritable || f.Subject != "" || f.Error() != "x" {
		t.Errorf("%+v", f)
	}
}
