package state

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"descry/inference"
	"descry/internal/failure"
	"descry/settings"
	"descry/ui/state/core"
	"descry/ui/state/models"
	"descry/ui/state/picture"
)

// TestOpeningDescribesThePicture: one file is decoded, then its caption, objects
// and classes are asked for as three jobs, and after them other captions.
func TestOpeningDescribesThePicture(t *testing.T) {
	d := newSession(t)
	d.send(Started{}, picture.OpenAsked{})
	if e := must[picture.AskOpen](d); e.Folder != "/home/ada/Pictures" {
		t.Errorf("the dialog opens in %q", e.Folder)
	}
	d.take()
	d.send(picture.Opened{Paths: []string{"/p/a.png"}})
	if got := kinds(d.take()); got != "ListFolder Decode" {
		t.Fatalf("opening wants %s", got)
	}
	d.send(picture.Decoded{Picture: d.s.Current(), Key: "k", Width: 4, Height: 3})
	effects := d.take()
	if got := kinds(effects); got != "LoadEdit Submit Submit Submit" {
		t.Fatalf("after decoding: %s", got)
	}
	var tasks []inference.Task
	for _, e := range pick[picture.Submit](effects) {
		tasks = append(tasks, e.Request.Task)
		if q := e.Request; !q.Visible || q.Model != "starter" || q.Picture.Key != "k" || q.Picture.Pix != nil || q.ID == 0 || e.Picture != d.s.Current() {
			t.Errorf("request %+v", q)
		}
	}
	if !reflect.DeepEqual(tasks, allTasks()) {
		t.Errorf("tasks %v", tasks)
	}
	for _, at := range []picture.Slot{picture.SlotCaption, picture.SlotInstances} {
		d.finish(at)
	}
	none[picture.Submit](d)
	d.finish(picture.SlotClasses)
	if q := must[picture.Submit](d).Request; q.Task != inference.TaskCaption || q.Caption.Beams != 4 || q.Caption.NBest != 4 {
		t.Errorf("other captions are asked for with %+v", q)
	}
	d.finish(picture.SlotAlternatives)
	d.take()
	if got := d.s.Settings().Recent; !reflect.DeepEqual(got, []string{"/p/a.png"}) {
		t.Errorf("recent: %q", got)
	}
	if len(d.s.picture.Jobs()) != 0 {
		t.Errorf("jobs are left: %+v", d.s.picture.Jobs())
	}
}

func TestTheFirstOfSeveralIsShownAndTheRestWalkedThrough(t *testing.T) {
	d := newSession(t)
	d.send(picture.Opened{Paths: []string{"/a/1.png", "/b/2.png", "/a/1.png", "/c/3.png"}})
	none[picture.ListFolder](d)
	bar := d.screen().Bar
	if bar.Place != "1 of 3" || bar.Back.Enabled || !bar.Next.Enabled {
		t.Errorf("bar %+v", bar)
	}
	d.send(picture.Walked{Step: 1}, picture.Walked{Step: 1})
	if bar := d.screen().Bar; bar.Name != "3.png" || bar.Place != "3 of 3" || bar.Next.Enabled || !bar.Back.Enabled {
		t.Errorf("bar %+v", bar)
	}
	before := d.s
	d.send(picture.Walked{Step: 1}, picture.Walked{Step: 0}, picture.Walked{Step: -7})
	if !reflect.DeepEqual(before, d.s) {
		t.Error("walking over the end changes something")
	}
}

func TestTheFolderOfOneFileIsWalkedThrough(t *testing.T) {
	d := newSession(t)
	d.send(picture.Opened{Paths: []string{"/p/b.png"}})
	d.send(picture.WindowOf(77, []string{"/other/x.png", "/other/y.png"}, 0))
	if got := d.screen().Bar.Place; got != "" {
		t.Errorf("another folder's list was taken: %q", got)
	}
	d.listed("/p/a.png", "/p/b.png", "/p/c.png")
	if got := d.screen().Bar.Place; got != "2 of 3" {
		t.Errorf("place %q", got)
	}
	d.send(picture.Walked{Step: -1})
	if got := d.visible().Source.Path; got != "/p/a.png" {
		t.Errorf("walked to %q", got)
	}
	d = newSession(t)
	d.send(picture.Opened{Paths: []string{"/p/odd"}})
	d.listed("/p/a.png")
	if got := d.screen().Bar.Place; got != "1 of 2" {
		t.Errorf("a file whose name is not a picture's: %q", got)
	}
}

// TestNeighboursAreDescribedAheadWhenIdle and cancelled when something visible comes.
func TestNeighboursAreDescribedAheadWhenIdle(t *testing.T) {
	d := newSession(t)
	d.send(picture.Opened{Paths: []string{"/p/1.png", "/p/2.png", "/p/3.png", "/p/4.png"}})
	d.decode(d.s.Current())
	d.take()
	for _, at := range []picture.Slot{picture.SlotCaption, picture.SlotInstances, picture.SlotClasses} {
		d.finish(at)
		none[picture.Decode](d)
	}
	d.finish(picture.SlotAlternatives)
	ahead := must[picture.Decode](d)
	if ahead.Source.Path != "/p/2.png" {
		t.Fatalf("ahead: %+v", ahead)
	}
	d.take()
	d.decode(ahead.Picture)
	submits := pick[picture.Submit](d.take())
	if len(submits) != 3 || submits[0].Request.Visible || submits[0].Picture != ahead.Picture {
		t.Fatalf("ahead: %+v", submits)
	}
	if got := d.screen().Status.Text; !strings.HasSuffix(got, "preparing the next picture") {
		t.Errorf("status %q", got)
	}
	// Regenerating is visible work: what runs ahead makes room, and comes back.
	d.send(picture.Regenerated{})
	if got := len(pick[picture.Cancel](d.effects)); got != 3 {
		t.Errorf("%d of 3 jobs ahead were cancelled", got)
	}
	d.take()
	d.finish(picture.SlotCaption)
	d.finish(picture.SlotAlternatives)
	if again := pick[picture.Submit](d.take()); len(again) != 4 || again[3].Picture != ahead.Picture { // others, then ahead
		t.Fatalf("after: %+v", again)
	}
	// Walking there makes the jobs ahead the visible ones, without starting anew.
	d.send(picture.Walked{Step: 1})
	effects := d.take()
	if n := len(pick[picture.Front](effects)); n != 3 || len(pick[picture.Submit](effects)) != 0 || len(pick[picture.Cancel](effects)) != 0 {
		t.Errorf("walking there wants %s", kinds(effects))
	}
	if d.s.Current() != ahead.Picture {
		t.Error("the picture was decoded again")
	}
	// Two steps on, the first picture is released.
	d.finishAll()
	d.take()
	d.send(picture.Walked{Step: 1})
	if r := pick[picture.Release](d.take()); len(r) != 1 || r[0].Picture != 1 {
		t.Errorf("released %+v", r)
	}
}

func TestLeavingCancelsWhatIsNoLongerShown(t *testing.T) {
	d := newSession(t)
	first := d.open("/p/1.png")
	jobs := d.s.picture.Jobs()
	d.take()
	d.send(picture.SampleOpened{Name: "boat-and-ball.png"})
	effects := d.take()
	if len(pick[picture.Cancel](effects)) != len(jobs) || len(jobs) != 3 || pick[picture.Release](effects)[0].Picture != first {
		t.Errorf("leaving wants %s", kinds(effects))
	}
	before := d.s
	d.send(picture.EngineSaid{Event: resultEvent(jobs[0].ID, picture.SlotCaption)}, picture.EngineSaid{Event: doneEvent(jobs[0].ID, picture.SlotCaption)},
		picture.Decoded{Picture: first, Key: "late", Width: 1, Height: 1}, picture.DecodeFailed{Picture: first})
	if !reflect.DeepEqual(before, d.s) || len(d.take()) != 0 {
		t.Error("events of jobs and pictures that are over change something")
	}
}

func TestPastedTextIsOpenedOnlyIfItIsPaths(t *testing.T) {
	d := newSession(t)
	d.send(picture.PasteAsked{})
	must[picture.ReadClipboard](d)
	d.send(picture.Pasted{Text: "prose"})
	if n := d.screen().Notices; len(n) != 1 || n[0].Text != "There is no picture in the clipboard." {
		t.Errorf("notices %+v", n)
	}
	d.send(picture.Pasted{Clip: 7})
	if e := must[picture.Decode](d); e.Source != (picture.Source{Kind: picture.SourceClip, Clip: 7}) {
		t.Errorf("decode %+v", e)
	}
	if got := d.screen().Title; got != "Pasted picture – Descry" {
		t.Errorf("title %q", got)
	}
}

func TestAFailureStandsWhereThePictureWould(t *testing.T) {
	d := newSession(t)
	d.send(picture.Opened{Paths: []string{"/p/a.heic"}})
	d.send(picture.DecodeFailed{Picture: d.s.Current(), Failure: failure.New(failure.Unsupported, "decode", "/p/a.heic", "HEIC pictures are not read").WithHint("Save it as JPEG first.")})
	card := d.screen().Canvas.Failure
	if card == nil || card.Title != "Could not open a.heic" || card.Text != "HEIC pictures are not read." || card.Hint != "Save it as JPEG first." || card.Details != "" {
		t.Fatalf("card %+v", card)
	}
	d.send(picture.DetailsToggled{})
	if got := d.screen().Canvas.Failure.Details; !strings.Contains(got, "Kind: unsupported") {
		t.Errorf("details %q", got)
	}
	d.take()
	d.send(card.Actions[1].Do)
	if got := kinds(d.take()); got != "Release Decode" {
		t.Errorf("Try again wants %s", got)
	}
	if len(d.s.Settings().Recent) != 0 {
		t.Error("a picture that failed is among the recent ones")
	}
}

func TestStoppingEndsOpeningAndDescribing(t *testing.T) {
	d := newSession(t)
	d.send(picture.Opened{Paths: []string{"/p/a.png"}}, picture.Stopped{})
	must[picture.Release](d)
	if card := d.screen().Canvas.Failure; card == nil || card.Title != "a.png was not opened" {
		t.Errorf("card %+v", card)
	}
	d.send(picture.DecodeAgain{})
	d.decode(d.s.Current())
	d.finish(picture.SlotCaption)
	d.take()
	d.send(picture.Stopped{})
	if effects := d.take(); len(pick[picture.Cancel](effects)) != 2 || len(pick[picture.Submit](effects)) != 0 {
		t.Errorf("stopping wants %s", kinds(effects))
	}
	panel := d.screen().Panel
	if panel.Objects.Failure == nil || panel.Objects.Failure.Title != "Stopped" || panel.Caption.Failure != nil {
		t.Errorf("panel %+v", panel)
	}
	d.send(panel.Objects.Failure.Actions[0].Do)
	if q := must[picture.Submit](d).Request; q.Task != inference.TaskInstances {
		t.Errorf("again asks for %s", q.Task)
	}
}

// TestBusyIsToldOnlyAfterAWhile, then its time runs, and the title counts.
func TestBusyIsToldOnlyAfterAWhile(t *testing.T) {
	d := newSession(t)
	d.open("/p/harbour.png")
	d.pass(250 * time.Millisecond)
	if d.screen().Canvas.Busy != nil || d.screen().Title != "harbour.png – Descry" {
		t.Error("busy is told too early")
	}
	d.pass(100 * time.Millisecond)
	busy := d.screen().Canvas.Busy
	if busy == nil || busy.Text != "Writing a caption…" || busy.Elapsed != "0.3 s" {
		t.Fatalf("busy %+v", busy)
	}
	if got := d.screen().Title; got != "25 % – harbour.png – Descry" {
		t.Errorf("title %q", got)
	}
	d.finish(picture.SlotCaption)
	d.pass(600 * time.Millisecond)
	if busy := d.screen().Canvas.Busy; busy == nil || busy.Text != "Looking for objects…" || busy.Elapsed != "0.9 s" {
		t.Errorf("busy %+v", busy)
	}
	d.finish(picture.SlotInstances)
	d.finish(picture.SlotClasses)
	if d.screen().Canvas.Busy != nil {
		t.Error("busy when nothing but other captions runs")
	}
	d.finish(picture.SlotAlternatives)
	d.pass(20 * time.Second)
	if n := len(d.wakes); n != 0 {
		t.Errorf("an idle window is woken: %+v", d.wakes)
	}
}

func TestWhatTheModelsKnowIsToldOnceForAPhotograph(t *testing.T) {
	d := newSession(t)
	photo := func(path string) {
		d.send(picture.Opened{Paths: []string{path}})
		d.send(picture.Decoded{Picture: d.s.Current(), Key: keyOf(path), Width: 4000, Height: 3000, Photo: true})
	}
	photo("/p/beach.jpg")
	n := d.screen().Panel.Notice
	if n == nil || n.Text != "This looks like a photograph." {
		t.Fatalf("notice %+v", n)
	}
	d.send(n.Close.Do)
	if d.screen().Panel.Notice != nil {
		t.Error("the notice does not go")
	}
	photo("/p/hill.jpg")
	if d.screen().Panel.Notice != nil {
		t.Error("it is told twice")
	}
	d.pass(2 * time.Second)
	if e := must[core.SaveSettings](d); !e.Settings.PhotoTold {
		t.Error("that it was told is not kept")
	}
	d = newSession(t)
	d.send(models.SetChosen{Model: "full"})
	photo("/p/beach.jpg")
	if d.screen().Panel.Notice != nil {
		t.Error("models that know photographs say they do not")
	}
}

func TestRecentPicturesAreFewNewestFirstAndCanBeForgotten(t *testing.T) {
	d := newSession(t)
	for i := range settings.MostRecent + 3 {
		d.open(fmt.Sprintf("/home/ada/p/%d.png", i))
	}
	d.open("/home/ada/p/9.png")
	d.send(picture.PictureClosed{})
	recent := d.screen().Start.Recent
	if len(recent) != settings.MostRecent || recent[0].Name != "9.png" || recent[0].Folder != "~/p" || recent[1].Name != "14.png" {
		t.Fatalf("recent %+v", recent)
	}
	d.send(d.screen().Start.ClearRecent.Do)
	if len(d.screen().Start.Recent) != 0 {
		t.Error("the list is not empty")
	}
	d.send(d.screen().Notices[0].Actions[0].Do)
	if got := d.screen().Start.Recent; !reflect.DeepEqual(got, recent) {
		t.Errorf("undo gives %+v", got)
	}
}

// TestAPictureOpenedAgainIsKnown: results are kept by content and model.
func TestAPictureOpenedAgainIsKnown(t *testing.T) {
	d := resultSession(t)
	d.send(picture.PictureClosed{})
	d.open("/home/ada/Pictures/harbour.png")
	none[picture.Submit](d)
	if got := d.pic().Caption(); got != "a sports ball below a boat at night" {
		t.Errorf("caption %q", got)
	}
	d.send(models.SetChosen{Model: "full"})
	if q := must[picture.Submit](d).Request; q.Model != "full" {
		t.Errorf("request %+v", q)
	}
	d.take()
	d.send(models.SetChosen{Model: "starter"})
	if effects := d.take(); len(pick[picture.Submit](effects)) != 0 || len(pick[picture.Cancel](effects)) != 3 {
		t.Errorf("going back wants %s", kinds(effects))
	}
}

func TestTheWorkerCannotMakeTheWindowAskForEver(t *testing.T) {
	d := newSession(t)
	d.open("/p/a.png")
	for _, at := range []picture.Slot{picture.SlotCaption, picture.SlotInstances, picture.SlotClasses} {
		d.say(doneEvent(d.job(at), at)) // Done without a result
	}
	d.take()
	d.send(picture.Hovered{Object: -1}, Tick{})
	none[picture.Submit](d)
	if d.screen().Panel.Caption.Failure == nil {
		t.Error("nothing says that there is no caption")
	}
}

func TestTheSameReasonIsToldOnce(t *testing.T) {
	d := newSession(t)
	d.open("/p/a.png")
	f := failure.New(failure.Model, "load", "starter", "ONNX Runtime was not found").WithHint("Run make runtime.")
	for _, at := range []picture.Slot{picture.SlotCaption, picture.SlotInstances, picture.SlotClasses} {
		d.fail(at, f)
	}
	p := d.screen().Panel
	if p.Caption.Failure.Text != "starter: ONNX Runtime was not found." || p.Caption.Failure.Hint == "" {
		t.Errorf("caption %+v", p.Caption.Failure)
	}
	if got := p.Objects.Failure.Text; got != "Same reason as for the caption." {
		t.Errorf("objects %q", got)
	}
	d.take()
	d.send(picture.Again{})
	if got := len(pick[picture.Submit](d.take())); got != 3 {
		t.Errorf("again asks for %d", got)
	}
}
