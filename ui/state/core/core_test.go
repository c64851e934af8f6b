package core

import (
	"testing"
	"time"

	"descry/internal/failure"
	"descry/settings"
)

func TestAFailureNamesWhatItIsAboutOnce(t *testing.T) {
	for name, c := range map[string]struct {
		f    *failure.Failure
		want string
	}{
		"no subject": {failure.New(failure.Unreadable, "read", "", "the disk is full"), "The disk is full."},
		"a subject":  {failure.New(failure.Unreadable, "read", "a.png", "the disk is full"), "a.png: the disk is full."},
		"named":      {failure.New(failure.Model, "check", "a.bin", "%s: its hash is wrong", "a.bin"), "a.bin: its hash is wrong."},
		"ended":      {failure.New(failure.Model, "check", "a", "is it there?"), "a: is it there?"},
	} {
		if got := ExplainOf(c.f, c.f.Subject); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	hinted := failure.New(failure.Unreadable, "read", "x", "the disk is full").WithHint("Free %d MB.", 20)
	if got := Explain(hinted); got != "The disk is full. Free 20 MB." {
		t.Errorf("%q", got)
	}
}

func TestListsAreReplacedAndNeverChanged(t *testing.T) {
	list := []int{1, 2, 3}
	if got := Replaced(list, 1, 9); got[1] != 9 || list[1] != 2 {
		t.Errorf("%v of %v", got, list)
	}
	if got := Added(list, 4); len(got) != 4 || len(list) != 3 {
		t.Errorf("%v", got)
	}
	if got := Without(list, func(n int) bool { return n == 2 }); len(got) != 2 || got[1] != 3 || list[1] != 2 {
		t.Errorf("%v of %v", got, list)
	}
	if got := Without(list, func(int) bool { return true }); got != nil {
		t.Errorf("%v", got)
	}
	if got := With([]int{4, 1}, 2); len(got) != 3 || got[1] != 2 {
		t.Errorf("%v", got)
	}
}

func TestSettingsWaitForTheNextChangeAndAreSavedOnce(t *testing.T) {
	shared := NewShared(settings.Default())
	begin := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	turn := func(now time.Time, change func(*settings.Settings)) []Effect {
		t := NewTurn(&shared)
		if change != nil {
			t.ChangeSettings(change)
		}
		t.Tick(now)
		return t.Effects()
	}
	if got := turn(begin, func(s *settings.Settings) { s.Opacity = 0.3 }); len(got) != 0 {
		t.Errorf("saved at once: %v", got)
	}
	if got := turn(begin.Add(time.Second), nil); len(got) != 1 || got[0].(SaveSettings).Settings.Opacity != 0.3 {
		t.Errorf("a second later: %v", got)
	}
	if got := turn(begin.Add(time.Hour), nil); len(got) != 0 {
		t.Errorf("saved twice: %v", got)
	}
}

func TestNoticesGoByThemselvesUnlessTheyTellOfTrouble(t *testing.T) {
	shared := NewShared(settings.Default())
	begin := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	turn := NewTurn(&shared)
	for range 2 { // the same text is told once
		turn.Notify(Notice{Kind: NoticeDone, Text: "Saved."})
	}
	turn.Notify(Notice{Kind: NoticeTrouble, Text: "It failed."})
	turn.Tick(begin)
	if len(shared.Notices()) != 2 {
		t.Errorf("%+v", shared.Notices())
	}
	NewTurn(&shared).Tick(begin.Add(noticeAfter))
	if got := shared.Notices(); len(got) != 1 || got[0].Kind != NoticeTrouble {
		t.Errorf("%+v", got)
	}
	for i := range 2 * mostNotices {
		NewTurn(&shared).Notify(Notice{Kind: NoticeTrouble, Text: string(rune('a' + i))})
	}
	if got := len(shared.Notices()); got != mostNotices {
		t.Errorf("%d notices", got)
	}
}
