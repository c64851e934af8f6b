package state

import (
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

// testInventory is a catalogue as the program has it, with nothing here yet.
func testInventory() models.Inventory {
	model := func(name, title string, task inference.Task, bytes, memory int64, seconds float64) models.Model {
		return models.Model{Name: name, Title: title, About: "For photographs.", Task: task, Licence: "BSD-3-Clause", Text: "Redistribution and use …\n",
			Source: "models.example", Revision: "1", Bytes: bytes, Pinned: true, Memory: memory, Seconds: seconds, Keep: models.KeepAbsent}
	}
	v := models.Inventory{
		Models: []models.Model{
			model("blip-base", "BLIP base", inference.TaskCaption, 990_768_152, 1_400_000_000, 0.9),
			model("blip-large", "BLIP large", inference.TaskCaption, 0, 2_600_000_000, 2.7),
			model("maskrcnn-v1", "Mask R-CNN v1", inference.TaskInstances, 178_090_079, 700_000_000, 2.5),
			model("maskrcnn-v2", "Mask R-CNN v2", inference.TaskInstances, 185_828_065, 900_000_000, 6.2),
			model("deeplabv3-resnet101", "DeepLabV3 ResNet-101", inference.TaskClasses, 244_545_539, 800_000_000, 4.8),
			model("deeplabv3-mobilenetv3", "DeepLabV3 MobileNetV3", inference.TaskClasses, 44_000_000, 200_000_000, 0.3),
			model("onnxruntime-cuda", "ONNX Runtime for NVIDIA cards", "", 220_000_000, 0, 0),
		},
		Sets: []models.Set{
			{Name: "full", Title: "Full models", About: "The best", Models: []string{"blip-base", "maskrcnn-v2", "deeplabv3-resnet101"}},
			{Name: "fast", Title: "Fast models", About: "Less exact", Models: []string{"blip-base", "maskrcnn-v1", "deeplabv3-mobilenetv3"}},
		},
		Folder: "/home/ada/.cache/descry/models", Disk: 17_000_000, Free: 53_000_000_000, Memory: 15_000_000_000,
	}
	v.Models[1].Pinned = false
	return v
}

// storeSession is a window with the built-in models and a catalogue.
func storeSession(t testing.TB, change ...func(*Setup)) *session {
	setup := testSetup()
	setup.Models = setup.Models[:1]
	setup.Store = testInventory()
	for _, f := range change {
		f(&setup)
	}
	d := &session{t: t, s: New(setup), now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	d.send(Started{}, picture.CanvasSized{Width: 920, Height: 718, Scale: 1})
	must[models.List](d)
	d.send(models.Listed{Inventory: setup.Store})
	d.take()
	return d
}

// pulled returns the download under way for a model.
func (d *session) pulled(model string) uint64 {
	d.t.Helper()
	id, runs := d.s.models.Running()[model]
	if !runs {
		d.t.Fatalf("%s is not being downloaded: %+v", model, d.s.models)
	}
	return id
}

// row returns a line of the Models page.
func (d *session) row(name string) models.Row {
	d.t.Helper()
	for _, g := range d.screen().Models.Groups {
		for _, r := range g.Rows {
			if r.Name == name {
				return r
			}
		}
	}
	d.t.Fatalf("no row %s", name)
	return models.Row{}
}

// acts returns the words on a row's buttons, those that can be pressed.
func acts(r models.Row) string {
	var all []string
	for _, b := range r.Acts {
		if b.Enabled {
			all = append(all, b.Text)
		}
	}
	return strings.Join(all, " ")
}

// act presses a row's button.
func (d *session) act(model, text string) {
	d.t.Helper()
	for _, b := range d.row(model).Acts {
		if b.Text == text && b.Enabled {
			d.send(b.Do)
			return
		}
	}
	d.t.Fatalf("%s has no button %q among %q", model, text, acts(d.row(model)))
}

// stopped is how a download ends that was told to stop.
var stopped = failure.New(failure.Cancelled, "download", "", "stopped")

func (d *session) progress(model string, done int64, perSecond float64) {
	d.t.Helper()
	d.send(models.PullProgressed{Pull: d.pulled(model), Progress: models.Progress{Stage: models.StageReceiving, Done: done, Total: d.s.models.Inventory().Model(model).Bytes, PerSecond: perSecond}})
}

func TestTheCardOfTheStartPageLeadsToTheFullModels(t *testing.T) {
	d := storeSession(t)
	card := d.screen().Start.Card
	if card == nil || card.Text != "The built-in models know drawings only." || card.Get.Text != "Get the full models (1.4 GB) to describe photographs" {
		t.Fatalf("card %+v", card)
	}
	d.send(card.Get.Do)
	none[models.Pull](d)
	s := d.screen()
	offer := s.Models.Offer
	if s.Sheet != models.Sheet || offer == nil || offer.Title != "Get the full models" || len(offer.Rows) != 3 || offer.Get.Text != "Download 1.4 GB" {
		t.Fatalf("offer %+v", offer)
	}
	want := []models.Fact{
		{Name: "Download", Text: "1.4 GB; 53 GB free", Bad: false},
		{Name: "Time per picture", Text: "about 12 s on this computer", Bad: false},
		{Name: "Memory", Text: "about 3.1 GB; 15 GB free now", Bad: false},
		{Name: "Checked", Text: "every file against a known checksum", Bad: false},
	}
	if !reflect.DeepEqual(offer.Facts, want) {
		t.Errorf("facts %+v", offer.Facts)
	}
	d.send(offer.Rows[0].Licence.Do)
	if l := d.screen().Models.Licence; l == nil || !strings.HasPrefix(l.Text, "Redistribution") || l.Title != "BLIP base: BSD-3-Clause" {
		t.Fatalf("licence %+v", l)
	}
	d.send(Escaped{})
	if m := d.screen().Models; m.Licence != nil || m.Offer == nil {
		t.Error("Esc does not go back from the licence to the offer")
	}
	d.send(offer.Get.Do)
	var names []string
	for _, e := range pick[models.Pull](d.take()) {
		names = append(names, e.Model)
	}
	if got := strings.Join(names, " "); got != "blip-base maskrcnn-v2 deeplabv3-resnet101" {
		t.Errorf("downloaded: %s", got)
	}
	if s := d.screen(); s.Models.Offer != nil || s.Start.Card != nil || s.Models.Sets[0].Get.Enabled {
		t.Error("what is coming is offered again")
	}
}

func TestTheCardCanBeClosedForGood(t *testing.T) {
	d := storeSession(t)
	d.send(d.screen().Start.Card.Close.Do)
	d.pass(2 * time.Second)
	if d.screen().Start.Card != nil || !must[core.SaveSettings](d).Settings.CardTold {
		t.Error("the card comes back")
	}
}

// TestProgressIsToldWithSpeedAndTimeLeft on the page, in the status bar and in the title.
func TestProgressIsToldWithSpeedAndTimeLeft(t *testing.T) {
	d := storeSession(t)
	d.send(models.Offered{Model: "blip-base"}, models.OfferTaken{})
	if r := d.row("blip-base"); r.State != "Connecting…" || acts(r) != "Pause" {
		t.Errorf("row %+v", r)
	}
	d.progress("blip-base", 370_000_000, 12_000_000)
	if r := d.row("blip-base"); r.State != "37 % · 12 MB/s · 60 s left" || r.Part < 0.37 || r.Part > 0.38 {
		t.Errorf("row %+v", r)
	}
	d.send(models.Offered{Model: "maskrcnn-v2"}, models.OfferTaken{}, Escaped{})
	s := d.screen()
	if s.Title != "31 % – Descry" || s.Status.Pull.Text != "Downloading: 31 % · 12 MB/s · 70 s left" || s.Status.Part < 0.31 || s.Sheet != core.SheetNone {
		t.Errorf("title %q, status %+v", s.Title, s.Status)
	}
	d.send(models.PullProgressed{Pull: d.pulled("maskrcnn-v2"), Progress: models.Progress{Stage: models.StageRetrying, Note: "the server is busy (503)"}})
	if r := d.row2("maskrcnn-v2"); r.State != "Retrying soon: the server is busy (503)" {
		t.Errorf("row %+v", r)
	}
	d.open("/home/ada/Pictures/harbour.png")
	if got := d.screen().Title; got != "31 % – harbour.png – Descry" {
		t.Errorf("title %q", got)
	}
}

// row2 is row with the page opened for it.
func (d *session) row2(name string) models.Row {
	d.t.Helper()
	d.send(core.SheetOpened{Sheet: models.Sheet})
	return d.row(name)
}

func TestADownloadIsPausedAndResumed(t *testing.T) {
	d := storeSession(t)
	d.send(models.Offered{Model: "blip-base"}, models.OfferTaken{})
	d.progress("blip-base", 370_000_000, 12_000_000)
	id := d.pulled("blip-base")
	d.act("blip-base", "Pause")
	if e := must[models.StopPull](d); e.Pull != id {
		t.Errorf("stopped %+v, not %d", e, id)
	}
	d.take()
	d.send(models.PullProgressed{Pull: id, Progress: models.Progress{Stage: models.StageReceiving, Done: 380_000_000}}) // was on its way
	if r := d.row("blip-base"); r.State != "Paused, 37 %" || acts(r) != "Resume Remove" || d.screen().Title != "Descry" {
		t.Errorf("row %+v", r)
	}
	d.act("blip-base", "Resume") // before it has ended
	none[models.Pull](d)
	d.send(models.PullEnded{Pull: id, Failure: stopped})
	if e := must[models.Pull](d); e.Pull == id || e.Model != "blip-base" {
		t.Errorf("resumed by %+v", e)
	}
	d.take()
	before := d.s
	d.send(models.PullEnded{Pull: id, Failure: nil}, models.PullProgressed{Pull: id, Progress: models.Progress{Done: 5}}) // of the one before
	if !reflect.DeepEqual(before, d.s) {
		t.Error("a download that is over changes something")
	}
	d.pass(2 * time.Second)
	if got := must[core.SaveSettings](d).Settings.Pulling; !slices.Equal(got, []string{"blip-base"}) {
		t.Errorf("kept for the next time: %q", got)
	}
}

func TestAnErrorStandsInItsRowWithWhatToDo(t *testing.T) {
	d := storeSession(t)
	d.send(models.Offered{Model: "blip-base"}, models.OfferTaken{})
	d.progress("blip-base", 370_000_000, 12_000_000)
	f := failure.New(failure.Unreadable, "download", "blip-base, pytorch_model.bin", "what came has the hash %s", strings.Repeat("0a1b2c3d", 8)).WithHint("It was put aside; try again.")
	d.send(models.PullEnded{Pull: d.pulled("blip-base"), Failure: f})
	r := d.row("blip-base")
	if r.Trouble == nil || r.Trouble.Text != "pytorch_model.bin: what came has the hash 0a1b2c3d…" || r.Trouble.Hint != "It was put aside; try again." || r.State != "Stopped, 37 %" {
		t.Fatalf("row %+v", r)
	}
	if len(d.screen().Notices) != 0 {
		t.Error("it is told twice")
	}
	d.take()
	d.act("blip-base", "Retry")
	must[models.Pull](d)
	if r := d.row("blip-base"); r.Trouble != nil {
		t.Errorf("row %+v", r)
	}
	d.send(core.SheetOpened{Sheet: core.SheetNone})
	d.send(models.PullEnded{Pull: d.pulled("blip-base"), Failure: f}) // nobody looks at the page
	n := d.screen().Notices
	if len(n) != 1 || n[0].Kind != core.NoticeTrouble || n[0].Actions[0].Do != (core.Run{Command: core.CommandModels}) {
		t.Errorf("notices %+v", n)
	}
}

// TestRemovingCanBeUndone until its notice goes.
func TestRemovingCanBeUndone(t *testing.T) {
	ready := func(s *Setup) {
		s.Store.Models[0].Keep, s.Settings.Model = models.KeepReady, "caption=blip-base,instances=starter,classes=starter"
	}
	d := storeSession(t, ready)
	d.send(core.SheetOpened{Sheet: models.Sheet})
	d.act("blip-base", "Remove")
	if r := d.row("blip-base"); r.State != "Removed" || r.Use.Enabled || d.model().Spec != "starter" {
		t.Errorf("row %+v, in use %s", r, d.model().Spec)
	}
	d.act("blip-base", "Undo")
	d.pass(time.Minute)
	none[models.Remove](d)
	if d.s.models.Using().Names[0] != "blip-base" {
		t.Error("undo does not bring it back")
	}
	d.act("blip-base", "Remove")
	d.pass(noticeAfter + time.Second)
	if e := must[models.Remove](d); e.Model != "blip-base" || strings.Contains(d.s.Settings().Model, "blip-base") {
		t.Errorf("%+v, settings %s", e, d.s.Settings().Model)
	}
	if r := d.row("blip-base"); r.State != "Not downloaded" || acts(r) != "Download…" {
		t.Errorf("row %+v", r)
	}
	d = storeSession(t, ready)
	d.send(models.RemovalAsked{Model: "blip-base"}, Closing{})
	must[models.Remove](d)
	must[Quit](d)
}

func TestGivingUpADownloadWaitsForItsEnd(t *testing.T) {
	d := storeSession(t)
	d.send(models.Offered{Model: "blip-base"}, models.OfferTaken{})
	id := d.pulled("blip-base")
	d.send(models.RemovalAsked{Model: "blip-base"})
	must[models.StopPull](d)
	d.pass(time.Minute)
	none[models.Remove](d)
	d.send(models.PullEnded{Pull: id, Failure: stopped})
	must[models.Remove](d)
	if r := d.row2("blip-base"); r.State != "Not downloaded" {
		t.Errorf("%+v", r)
	}
	d.send(models.Offered{Model: "blip-base"}, models.OfferTaken{}, models.RemovalAsked{Model: "blip-base"}, models.PullEnded{Pull: d.lastPull, Failure: nil}) // arrived at that moment
	if d.s.models.Using().Names[0] != "starter" {
		t.Error("a model that was given up is used")
	}
}

func TestClosingAsksWhileADownloadRuns(t *testing.T) {
	d := storeSession(t)
	d.send(models.Offered{Model: "blip-base"}, models.OfferTaken{})
	d.progress("blip-base", 370_000_000, 12_000_000)
	d.send(Closing{})
	none[Quit](d)
	s := d.screen()
	if s.Sheet != SheetClosing || !strings.HasPrefix(s.Closing.Text, "Still downloading: BLIP base (37 %). What has been downloaded is kept") {
		t.Fatalf("closing %+v", s.Closing)
	}
	d.send(s.Closing.Stay.Do)
	if d.screen().Sheet != core.SheetNone || d.s.models.Running()["blip-base"] == 0 {
		t.Error("staying stops the download")
	}
	d.take()
	d.send(Closing{}, s.Closing.Leave.Do)
	effects := d.take()
	if len(pick[models.StopPull](effects)) != 1 || len(pick[Quit](effects)) != 1 {
		t.Errorf("leaving wants %s", kinds(effects))
	}
	if got := pick[core.SaveSettings](effects); len(got) != 1 || !slices.Equal(got[0].Settings.Pulling, []string{"blip-base"}) {
		t.Errorf("settings %+v", got)
	}
	d = storeSession(t) // it ends while the question stands
	d.send(models.Offered{Model: "blip-base"}, models.OfferTaken{}, Closing{}, models.PullEnded{Pull: d.lastPull + 1, Failure: nil})
	if s := d.screen(); s.Sheet != SheetClosing || s.Closing.Text != "The download has ended; nothing is lost." {
		t.Errorf("closing %+v", s.Closing)
	}
	// The next time it goes on; one that was paused does not.
	d = storeSession(t, func(s *Setup) {
		s.Settings.Pulling = []string{"blip-base", "no-such"}
		s.Store.Models[0].Keep, s.Store.Models[0].Here = models.KeepPartial, 370_000_000
		s.Store.Models[3].Keep, s.Store.Models[3].Here = models.KeepPartial, 90_000_000
	})
	if d.pulled("blip-base"); len(d.s.models.Running()) != 1 {
		t.Errorf("%+v", d.s.models)
	}
	if r := d.row2("maskrcnn-v2"); r.State != "Paused, 48 %" || acts(r) != "Resume Remove" {
		t.Errorf("row %+v", r)
	}
	d = storeSession(t)
	d.send(Closing{})
	must[Quit](d)
}

func TestOfflineNothingIsDownloaded(t *testing.T) {
	d := storeSession(t)
	d.send(models.Offered{Model: "blip-base"}, models.OfferTaken{})
	id := d.pulled("blip-base")
	d.send(d.screen().Models.Offline.Do)
	must[models.StopPull](d)
	d.send(models.PullEnded{Pull: id, Failure: stopped})
	if r := d.row("blip-base"); r.State != "Waiting: offline" || acts(d.row("blip-large")) != "" || d.screen().Title != "Descry" {
		t.Errorf("row %+v", r)
	}
	d.send(models.SetOffered{Set: "full"})
	offer := d.screen().Models.Offer
	if offer.Get.Enabled || !offer.Facts[len(offer.Facts)-1].Bad {
		t.Errorf("offer %+v", offer)
	}
	d.take()
	d.send(models.OfferTaken{}, Closing{Sure: false})
	none[models.Pull](d)
	must[Quit](d) // nothing runs, so nothing is asked
	d = storeSession(t, func(s *Setup) { s.Store.Closed = "DESCRY_OFFLINE is set." })
	d.send(core.SheetOpened{Sheet: models.Sheet}, models.OfflineToggled{}, models.OfflineToggled{})
	if m := d.screen().Models; m.Offline.Enabled || !m.Offline.On || m.Note != "DESCRY_OFFLINE is set." {
		t.Errorf("%+v", m.Offline)
	}
	d.send(models.PullResumed{Model: "blip-base"})
	none[models.Pull](d)
}

func TestWhatDoesNotFitIsSaidBefore(t *testing.T) {
	d := storeSession(t, func(s *Setup) { s.Store.Free, s.Store.Memory = 900_000_000, 2_000_000_000 })
	d.send(models.SetOffered{Set: "full"})
	facts := d.screen().Models.Offer.Facts
	if !facts[0].Bad || !facts[2].Bad || facts[0].Text != "1.4 GB; 900 MB free" {
		t.Errorf("facts %+v", facts)
	}
	d.send(models.OfferClosed{}, models.Offered{Model: "blip-large"})
	offer := d.screen().Models.Offer
	if offer.Get.Text != "Download" || offer.Rows[0].Size != "unknown size" {
		t.Errorf("offer %+v", offer)
	}
	if last := offer.Facts[len(offer.Facts)-1]; !strings.Contains(last.Text, "has none of its own") {
		t.Errorf("facts %+v", offer.Facts)
	}
}

func TestVerifyingAndRepairing(t *testing.T) {
	d := storeSession(t, func(s *Setup) { s.Store.Models[0].Keep = models.KeepReady })
	d.send(core.SheetOpened{Sheet: models.Sheet})
	d.act("blip-base", "Verify")
	id := must[models.Verify](d).Pull
	d.send(models.PullProgressed{Pull: id, Progress: models.Progress{Stage: models.StageChecking, Done: 500_000_000, Total: 990_768_152}})
	if r := d.row("blip-base"); r.State != "Checking, 50 %" || acts(r) != "Stop" || d.screen().Title != "Descry" {
		t.Errorf("row %+v", r)
	}
	d.send(models.PullEnded{Pull: id, Failure: failure.New(failure.Model, "verify", "pytorch_model.bin", "its hash is another one than the published").WithHint("Repair it.")})
	r := d.row("blip-base")
	if r.State != "Damaged" || r.Trouble == nil || acts(r) != "Repair Remove" || r.Use.Enabled || d.s.models.Using().Names[0] != "starter" {
		t.Fatalf("row %+v", r)
	}
	d.send(models.Listed{Inventory: d.s.setup.Store}) // a look at the folder does not see it
	d.act("blip-base", "Repair")
	if e := must[models.Pull](d); !e.Repair {
		t.Errorf("%+v", e)
	}
	d.send(models.PullEnded{Pull: must[models.Pull](d).Pull, Failure: nil})
	if d.row("blip-base").State != "In use" {
		t.Errorf("row %+v", d.row("blip-base"))
	}
}

func TestFilesAreImported(t *testing.T) {
	d := storeSession(t)
	d.send(core.SheetOpened{Sheet: models.Sheet})
	d.send(d.screen().Models.Import.Do)
	must[models.AskImport](d)
	d.send(models.ImportChosen{Paths: nil})
	none[models.Import](d)
	d.send(models.ImportChosen{Paths: []string{"/media/stick/maskrcnn.pth"}})
	if e := must[models.Import](d); len(e.Paths) != 1 || d.screen().Models.Import.Enabled {
		t.Errorf("%+v", e)
	}
	d.send(models.Imported{Models: []string{"maskrcnn-v2"}})
	if m := d.screen().Models; m.Told != "Imported: Mask R-CNN v2." || d.row("maskrcnn-v2").State != "In use" {
		t.Errorf("%+v", m)
	}
	d.send(models.ImportChosen{Paths: []string{"/x"}}, models.Imported{Failure: failure.New(failure.Unsupported, "import", "/x", "this is no model that Descry knows").WithHint("descry fidelity says what it is.")})
	if tr := d.screen().Models.Trouble; tr == nil || tr.Text != "/x: this is no model that Descry knows." {
		t.Errorf("%+v", tr)
	}
}

func TestAPhotographIsAHintForTheFullModels(t *testing.T) {
	d := storeSession(t)
	d.send(picture.Opened{Paths: []string{"/p/beach.jpg"}})
	d.send(picture.Decoded{Picture: d.s.Current(), Key: "k", Width: 4000, Height: 3000, Photo: true})
	n := d.screen().Panel.Notice
	if n == nil || n.Text != "This looks like a photograph." || n.Actions[0].Text != "Get the full models (1.4 GB)" {
		t.Fatalf("notice %+v", n)
	}
	d.send(n.Actions[0].Do)
	if d.screen().Models.Offer == nil {
		t.Error("it leads nowhere")
	}
}
