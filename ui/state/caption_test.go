package state

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"descry/inference"
	"descry/internal/failure"
	"descry/ui/state/core"
	"descry/ui/state/models"
	"descry/ui/state/picture"
)

func TestTheCaptionComesWordByWord(t *testing.T) {
	d := newSession(t)
	d.open("/p/cakes.png")
	c := d.screen().Panel.Caption
	if !c.Busy || c.Editable || c.Text != "" || c.Length != "" {
		t.Errorf("before the first word: %+v", c)
	}
	d.token("two cakes in")
	c = d.screen().Panel.Caption
	if c.Text != "two cakes in" || c.Editable || !c.Busy {
		t.Errorf("in between: %+v", c)
	}
	// A field that reports what the program put there is no edit.
	before := d.s
	d.send(picture.CaptionEdited{Text: "two cakes in"}, picture.CaptionEdited{Text: "two cakes"})
	if !reflect.DeepEqual(before, d.s) {
		t.Error("an echo of words that are still coming is taken for an edit")
	}
	d.finish(picture.SlotCaption)
	c = d.screen().Panel.Caption
	if c.Busy || !c.Editable || c.Length != "35 / 125 characters" || c.Sure != "fairly sure" || c.TooLong {
		t.Errorf("after: %+v", c)
	}
}

func TestAlternativesCanBePickedAndTakenBack(t *testing.T) {
	d := resultSession(t)
	c := d.screen().Panel.Caption
	if c.AlternativesTitle != "Alternatives" || len(c.Alternatives) != 2 || c.Alternatives[0].Text != "a boat above a sports ball at night" || c.Alternatives[0].Likely != "likely" || c.Alternatives[1].Likely != "possible" {
		t.Fatalf("others %+v", c.Alternatives)
	}
	d.send(c.Alternatives[1].Do)
	c = d.screen().Panel.Caption
	if c.Text != "a boat with a sports ball at night" || c.Sure != "your choice" || !c.Undo.Enabled || len(c.Alternatives) != 2 || c.Alternatives[0].Text != "a sports ball below a boat at night" {
		t.Errorf("picked: %+v", c)
	}
	d.send(c.Undo.Do)
	if c = d.screen().Panel.Caption; c.Text != "a sports ball below a boat at night" || c.Undo.Enabled || !c.Redo.Enabled {
		t.Errorf("undone: %+v", c)
	}
	d.send(c.Redo.Do)
	if got := d.pic().Caption(); got != "a boat with a sports ball at night" {
		t.Errorf("redone: %q", got)
	}
}

// TestAnEditIsOnDiskWithinASecond, at once when the picture is left, and not
// asked for twice.
func TestAnEditIsOnDiskWithinASecond(t *testing.T) {
	d := resultSession(t)
	d.send(picture.CaptionEdited{Text: "a boat"}, picture.CaptionEdited{Text: "a boat!"})
	none[picture.SaveEdit](d)
	d.pass(time.Second)
	e := must[picture.SaveEdit](d)
	if e.Key != keyOf("harbour.png") || e.Name != "harbour.png" || e.Edit.Caption != "a boat!" || !e.Edit.Own || e.Unread || len(e.Edit.Earlier) != 0 {
		t.Errorf("saved %+v", e)
	}
	d.take()
	d.pass(5 * time.Second)
	none[picture.SaveEdit](d)
	d.send(picture.CaptionEdited{Text: "a boat at sea"}, picture.SampleOpened{Name: "dog-at-night.png"})
	if e := must[picture.SaveEdit](d); e.Edit.Caption != "a boat at sea" || !reflect.DeepEqual(e.Edit.Earlier, []string{"a boat!"}) {
		t.Errorf("saved on leaving: %+v", e)
	}
	d = resultSession(t)
	d.send(picture.CaptionEdited{Text: "x"}, Closing{})
	if got := kinds(d.take()); !strings.HasPrefix(got, "SaveEdit SaveSettings") || !strings.HasSuffix(got, "Quit") {
		t.Errorf("closing wants %s", got)
	}
	d.send(picture.CaptionEdited{Text: "y"})
	if len(d.take()) != 0 {
		t.Error("something follows Quit")
	}
}

func TestAnEditOutlivesRegeneratingAndModels(t *testing.T) {
	d := resultSession(t)
	d.send(picture.CaptionEdited{Text: "my boat"}, picture.Regenerated{})
	q := must[picture.Submit](d).Request
	if q.Task != inference.TaskCaption || q.Caption.Beams != 5 {
		t.Errorf("again asks with %+v", q.Caption)
	}
	d.token("something")
	if got := d.pic().Caption(); got != "my boat" {
		t.Errorf("while the model writes: %q", got)
	}
	d.finish(picture.SlotCaption)
	d.send(models.SetChosen{Model: "full"})
	c := d.screen().Panel.Caption
	if c.Text != "my boat" || !c.Editable {
		t.Errorf("with other models: %+v", c)
	}
	d.send(models.SetChosen{Model: "starter"})
	if got := d.screen().Panel.Caption.Alternatives; len(got) == 0 || got[0].Text != "a sports ball below a boat at night" {
		t.Errorf("the model's caption is not offered: %+v", got)
	}
}

func TestAStoredEditIsShownAndItsHistoryCanBeHadBack(t *testing.T) {
	d := newSession(t)
	d.send(picture.Opened{Paths: []string{"/p/a.png"}}, picture.Decoded{Picture: 1, Key: "k", Width: 9, Height: 9})
	must[picture.LoadEdit](d)
	d.send(picture.EditLoaded{Key: "k", Edit: &picture.Edit{Caption: "new", Own: true, Earlier: []string{"old"}}})
	if got := d.pic().Caption(); got != "new" {
		t.Errorf("caption %q", got)
	}
	d.send(picture.CaptionUndone{})
	if got := d.pic().Caption(); got != "old" {
		t.Errorf("undone %q", got)
	}
	d.take()
	d.send(picture.EditLoaded{Key: "k", Edit: &picture.Edit{Caption: "twice", Own: true}}, picture.EditLoaded{Key: "unknown", Edit: nil})
	if got := d.pic().Caption(); got != "old" {
		t.Errorf("a second answer is taken: %q", got)
	}
}

// TestWhatIsTypedBeforeTheStoredEditWasReadIsJoinedWithIt.
func TestWhatIsTypedBeforeTheStoredEditWasReadIsJoinedWithIt(t *testing.T) {
	d := newSession(t)
	d.send(picture.Opened{Paths: []string{"/p/a.png"}}, picture.Decoded{Picture: 1, Key: "k", Width: 9, Height: 9})
	d.finish(picture.SlotCaption)
	d.send(picture.CaptionEdited{Text: "typed"})
	d.take()
	d.pass(3 * time.Second)
	none[picture.SaveEdit](d) // it would write over what was not read yet
	d.send(picture.EditLoaded{Key: "k", Edit: &picture.Edit{Caption: "stored", Own: true}})
	if got := d.edit(); got.Caption != "typed" || !reflect.DeepEqual(got.Earlier, []string{"stored"}) {
		t.Errorf("joined %+v", got)
	}
	d.pass(time.Second)
	if e := must[picture.SaveEdit](d); e.Edit.Caption != "typed" || e.Unread {
		t.Errorf("saved %+v", e)
	}
	d = newSession(t)
	d.send(picture.Opened{Paths: []string{"/p/a.png"}}, picture.Decoded{Picture: 1, Key: "k", Width: 9, Height: 9})
	d.finish(picture.SlotCaption)
	d.send(picture.CaptionEdited{Text: "typed"}, Closing{})
	if e := must[picture.SaveEdit](d); !e.Unread || e.Edit.Caption != "typed" {
		t.Errorf("saved at the end: %+v", e)
	}
}

func TestLettersThatComeAfterLeavingBelongToTheirPicture(t *testing.T) {
	d := newSession(t)
	d.send(picture.Opened{Paths: []string{"/p/1.png", "/p/2.png"}})
	first := d.s.Current()
	d.decode(first)
	d.finishAll()
	d.send(picture.Walked{Step: 1})
	d.decode(d.s.Current())
	d.finishAll()
	d.send(picture.CaptionEdited{Picture: first, Text: "the first"})
	if got := d.pic().Caption(); got != "a sports ball below a boat at night" {
		t.Errorf("the second picture says %q", got)
	}
	d.send(picture.Walked{Step: -1})
	if got := d.pic().Caption(); got != "the first" {
		t.Errorf("the first picture says %q", got)
	}
}

func TestAFailureToKeepAnEditIsToldOnceAndTriedAgainAtTheEnd(t *testing.T) {
	d := resultSession(t)
	d.send(picture.CaptionEdited{Text: "mine"})
	d.pass(time.Second)
	fail := picture.EditSaved{Key: keyOf("harbour.png"), Failure: failure.New(failure.Unreadable, "save", "/x", "the disk is full")}
	d.send(fail, fail)
	n := d.screen().Notices
	if len(n) != 1 || n[0].Text != "Could not save your caption for harbour.png." || n[0].Detail != "The disk is full." {
		t.Errorf("notices %+v", n)
	}
	d.take()
	d.pass(time.Minute)
	if len(d.screen().Notices) != 1 {
		t.Error("trouble went by itself")
	}
	if got := d.pic().Caption(); got != "mine" {
		t.Errorf("the window lost the text: %q", got)
	}
	d.send(Closing{})
	if e := must[picture.SaveEdit](d); e.Edit.Caption != "mine" {
		t.Errorf("saved %+v", e)
	}
}

func TestUndoStepsAreWhatWasTypedInOneGo(t *testing.T) {
	d := resultSession(t)
	for _, text := range []string{"a", "ab", "abc"} {
		d.send(picture.CaptionEdited{Text: text})
	}
	d.pass(time.Second)
	for _, text := range []string{"abc d", "abc de"} {
		d.send(picture.CaptionEdited{Text: text})
	}
	var seen []string
	for d.pic().CanUndo() {
		d.send(picture.CaptionUndone{})
		seen = append(seen, d.pic().Caption())
	}
	if want := []string{"abc", "a sports ball below a boat at night"}; !reflect.DeepEqual(seen, want) {
		t.Errorf("undo gives %q", seen)
	}
	d.send(picture.CaptionEdited{Text: "other"}) // what was undone is kept all the same
	all := d.edit()
	for _, text := range []string{"abc", "abc de", "other"} {
		if !slices.Contains(append(append([]string{all.Caption}, all.Earlier...), all.Later...), text) {
			t.Errorf("%q is lost: %+v", text, all)
		}
	}
}

func TestLongTextIsCutAndCounted(t *testing.T) {
	d := resultSession(t)
	d.send(picture.CaptionEdited{Text: strings.Repeat("ä", 200)})
	if c := d.screen().Panel.Caption; c.Length != "200 / 125 characters" || !c.TooLong {
		t.Errorf("%q %v", c.Length, c.TooLong)
	}
	d.send(picture.CaptionEdited{Text: strings.Repeat("x", mostCaption+5) + "\xff"})
	if got := len(d.pic().Caption()); got != mostCaption {
		t.Errorf("%d bytes", got)
	}
	for i := range 3 * mostEarlier {
		d.send(picture.CaptionPicked{Text: fmt.Sprint(i)})
	}
	if got := len(d.edit().Earlier); got != mostEarlier {
		t.Errorf("%d texts are kept", got)
	}
}

func TestCopyingTellsThatItWorked(t *testing.T) {
	d := resultSession(t)
	d.send(picture.CaptionCopied{})
	if e := must[core.CopyText](d); e.Text != "a sports ball below a boat at night" {
		t.Errorf("copied %q", e.Text)
	}
	d.send(core.TextCopied{What: "Caption"})
	if n := d.screen().Notices; len(n) != 1 || n[0].Text != "Caption copied." {
		t.Errorf("notices %+v", n)
	}
	d.pass(noticeAfter + time.Second)
	if n := d.screen().Notices; len(n) != 0 {
		t.Errorf("it stays: %+v", n)
	}
}

// TestAScreenTellsWhichLettersItKnows, so that a field is not set back to an
// older text while somebody types on.
func TestAScreenTellsWhichLettersItKnows(t *testing.T) {
	d := resultSession(t)
	d.send(picture.CaptionEdited{Text: "a", Serial: 1}, picture.CaptionEdited{Text: "ab", Serial: 2})
	if c := d.screen().Panel.Caption; c.Serial != 2 || c.Text != "ab" {
		t.Errorf("%d %q", c.Serial, c.Text)
	}
	d.send(picture.CaptionEdited{Text: "ab", Serial: 3}, picture.Walked{Step: 1})
	if c := d.screen().Panel.Caption; c.Serial != 3 {
		t.Errorf("a letter that changed nothing is not known: %d", c.Serial)
	}
}
