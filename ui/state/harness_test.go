package state

import (
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"descry/inference"
	"descry/inference/rle"
	"descry/internal/failure"
	"descry/render"
	"descry/settings"
	"descry/ui/state/core"
	"descry/ui/state/devices"
	"descry/ui/state/models"
	"descry/ui/state/picture"
	"descry/ui/state/prefs"
)

// session is a window without widgets: it reduces actions, checks on the way that
// Reduce is pure, and remembers what was to be done.
type session struct {
	t        testing.TB
	s        State
	effects  []core.Effect // since the last take
	now      time.Time
	wakes    []dueWake
	folder   picture.ListFolder // the last one that was wanted
	lastJob  inference.JobID    // the last one that was submitted
	lastPull uint64             // the last download or check that was wanted
}

// dueWake is a Wake that was not answered yet.
type dueWake struct {
	number uint64
	due    time.Time
}

func allTasks() []inference.Task {
	return []inference.Task{inference.TaskCaption, inference.TaskInstances, inference.TaskClasses}
}

func testSetup() Setup {
	s := settings.Default()
	s.Folder = "/home/ada/Pictures"
	return Setup{
		Settings: s, Version: "1.0", Home: "/home/ada",
		Samples: []picture.Sample{{Name: "dog-at-night.png", Title: "A dog at night"}, {Name: "boat-and-ball.png", Title: "Boat and ball"}},
		Models: []models.Info{
			{Spec: "starter", Name: "Starter models", Description: "small, for drawings", Tasks: allTasks(), Drawings: true},
			{Spec: "full", Name: "Full models", Description: "for photographs", Tasks: allTasks()},
		},
		Devices: []devices.Info{{ID: "auto", Name: "Automatic"}, {ID: "cpu", Name: "CPU"}}, Threads: 1, Cores: 2,
		Formats: testFormats(),
	}
}

// testFormats are the rows of the table of formats, which this package does not
// import.
func testFormats() []picture.Format {
	return []picture.Format{
		{ID: "png", Suffix: ".descry.png", Drawn: true, Endings: []string{".png"}, Title: "PNG", Tip: "Lossless; larger files"},
		{ID: "jpeg", Suffix: ".descry.jpg", Drawn: true, Endings: []string{".jpg", ".jpeg"}, Title: "JPEG", Tip: "Smaller files; good for photographs"},
		{ID: "txt", Suffix: ".txt", Needs: []inference.Task{inference.TaskCaption}, Title: "Caption as text", Tip: "The caption, in a text file"},
		{ID: "json", Suffix: ".json", Title: "Everything as JSON", Tip: "All results, as descry describe --json prints them"},
		{ID: "coco", Suffix: ".coco.json", Needs: []inference.Task{inference.TaskInstances}, Title: "Objects as COCO", Tip: "Boxes and masks for other tools"},
		{ID: "labelmap", Suffix: ".labelmap.png", Needs: []inference.Task{inference.TaskClasses}, Title: "Class map as PNG", Tip: "A palette image; each pixel's value is its class"},
	}
}

// Bounds of the features, as a person meets them.
const (
	mostCaption = 10_000 // bytes of a caption
	mostEarlier = 50     // texts kept for undo
	noticeAfter = 8 * time.Second
)

func newSession(t testing.TB) *session {
	return &session{t: t, s: New(testSetup()), now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
}

// send reduces actions. Each is reduced twice: the results have to be equal and
// the state before must not change.
func (d *session) send(actions ...core.Action) {
	d.t.Helper()
	for _, a := range actions {
		before := fmt.Sprintf("%+v", d.s)
		next, effects := Reduce(d.s, a)
		again, same := Reduce(d.s, a)
		if !reflect.DeepEqual(next, again) || !reflect.DeepEqual(effects, same) {
			d.t.Fatalf("%T reduced twice gives two results", a)
		}
		if after := fmt.Sprintf("%+v", d.s); after != before {
			d.t.Fatalf("%T changed the state before it:\n%s\n%s", a, before, after)
		}
		d.s = next
		d.effects = append(d.effects, effects...)
		for _, e := range effects {
			switch e := e.(type) {
			case Wake:
				d.wakes = append(d.wakes, dueWake{e.Number, d.now.Add(e.After)})
			case picture.ListFolder:
				d.folder = e
			case picture.Submit:
				d.lastJob = e.Request.ID
			case models.Pull:
				d.lastPull = e.Pull
			case models.Verify:
				d.lastPull = e.Pull
			}
		}
	}
}

// configure changes the settings as nobody does in the window.
func (d *session) configure(f func(*settings.Settings)) { core.NewTurn(&d.s.Shared).ChangeSettings(f) }

// take returns what was to be done since the last take, without Wakes.
func (d *session) take() []core.Effect {
	var all []core.Effect
	for _, e := range d.effects {
		if _, wake := e.(Wake); !wake {
			all = append(all, e)
		}
	}
	d.effects = nil
	return all
}

// did reports whether an effect was wanted since the last take, and gives the last one.
func did[E core.Effect](d *session) (E, bool) {
	var last E
	found := false
	for _, e := range d.effects {
		if of, ok := e.(E); ok {
			last, found = of, true
		}
	}
	return last, found
}

// must returns the last effect of a kind since the last take.
func must[E core.Effect](d *session) E {
	d.t.Helper()
	e, ok := did[E](d)
	if !ok {
		d.t.Fatalf("no %T among %T", e, d.effects)
	}
	return e
}

// none fails if an effect of a kind was wanted since the last take.
func none[E core.Effect](d *session) {
	d.t.Helper()
	if e, ok := did[E](d); ok {
		d.t.Fatalf("unwanted %#v", e)
	}
}

// pass lets time pass: the Wakes that fall due are answered.
func (d *session) pass(span time.Duration) {
	d.t.Helper()
	end := d.now.Add(span)
	for rounds := 0; len(d.wakes) > 0; rounds++ {
		if rounds > 10_000 {
			d.t.Fatal("Wakes without end")
		}
		slices.SortStableFunc(d.wakes, func(a, b dueWake) int { return a.due.Compare(b.due) })
		w := d.wakes[0]
		if w.due.After(end) {
			break
		}
		d.wakes = d.wakes[1:]
		if w.due.After(d.now) {
			d.now = w.due
		}
		d.send(Tick{Wake: w.number, Now: d.now})
	}
	d.now = end
}

func (d *session) screen() shown { return shownOf(Show(d.s)) }

// shown is a Screen with the contents of its pages by their names.
type shown struct {
	Screen
	Page      core.PageID
	Sheet     core.PageID
	Start     StartPage
	Canvas    picture.Canvas
	Panel     picture.Panel
	Save      picture.SaveSheet
	Export    picture.ExportSheet
	Shortcuts []ShortcutList
	Settings  prefs.SettingsPage
	About     prefs.AboutPage
	Models    models.Page
	Devices   devices.Page
	Captions  prefs.CaptionPage
	Closing   ClosingSheet
}

func shownOf(s Screen) shown {
	w := shown{Screen: s, Page: s.Page.ID, Sheet: s.Sheet.ID}
	w.Canvas = picture.Canvas{Hover: -1, Selected: -1, Style: render.Style{Highlight: -1}}
	for _, v := range []View{s.Page, s.Sheet} {
		switch c := v.Content.(type) {
		case StartPage:
			w.Start = c
		case picture.Content:
			w.Canvas, w.Panel = c.Canvas, c.Panel
		case picture.SaveSheet:
			w.Save = c
		case picture.ExportSheet:
			w.Export = c
		case []ShortcutList:
			w.Shortcuts = c
		case prefs.SettingsPage:
			w.Settings = c
		case prefs.AboutPage:
			w.About = c
		case models.Page:
			w.Models = c
		case devices.Page:
			w.Devices = c
		case prefs.CaptionPage:
			w.Captions = c
		case ClosingSheet:
			w.Closing = c
		}
	}
	return w
}

// held returns an open picture.
func (d *session) held(id picture.PictureID) picture.Held {
	for _, p := range d.s.picture.Held() {
		if p.ID == id {
			return p
		}
	}
	return picture.Held{}
}

// visible returns the visible picture.
func (d *session) visible() picture.Held { return d.held(d.s.Current()) }

// edit returns a person's own text for the visible picture.
func (d *session) edit() picture.Edit {
	e, _ := d.s.picture.EditOf(d.visible().Key)
	return e
}

// pic returns the pictures with what they know of the rest.
func (d *session) pic() picture.Scene { return look(&d.s).pic }

// model returns what is in use, as one set.
func (d *session) model() models.Info { return d.s.models.Model(look(&d.s).modelsEnv()) }

// listed answers the ListFolder that is open, as if the folder had these pictures.
func (d *session) listed(paths ...string) {
	d.t.Helper()
	e := d.folder
	at := slices.Index(paths, e.Path)
	if at < 0 {
		at, paths = 0, slices.Insert(slices.Clone(paths), 0, e.Path)
	}
	d.send(picture.WindowOf(e.List, paths, at))
}

// open opens files and decodes the visible one.
func (d *session) open(paths ...string) picture.PictureID {
	d.t.Helper()
	d.send(picture.Opened{Paths: paths})
	id := d.s.Current()
	d.decode(id)
	return id
}

// decode answers a Decode and the LoadEdit that follows.
func (d *session) decode(id picture.PictureID) {
	d.t.Helper()
	name := d.held(id).Name
	d.send(picture.Decoded{Picture: id, Key: keyOf(name), Width: 400, Height: 300, Milliseconds: 5})
	d.send(picture.EditLoaded{Key: keyOf(name)})
}

func keyOf(name string) string { return "key-of-" + filepath.Base(name) }

// job returns the open job of a slot of the visible picture.
func (d *session) job(at picture.Slot) inference.JobID {
	d.t.Helper()
	for _, j := range d.s.picture.Jobs() {
		if j.Slot == at && j.Picture == d.s.Current() {
			return j.ID
		}
	}
	d.t.Fatalf("no job for slot %d among %+v", at, d.s.picture.Jobs())
	return 0
}

func (d *session) say(e inference.Event) { d.t.Helper(); d.send(picture.EngineSaid{Event: e}) }

func (d *session) token(text string) {
	d.t.Helper()
	d.say(inference.Event{ID: d.job(picture.SlotCaption), Kind: inference.KindToken, Token: &inference.CaptionToken{Text: text}})
}

// finish ends the visible picture's job of a slot with a result.
func (d *session) finish(at picture.Slot) {
	d.t.Helper()
	id := d.job(at)
	d.say(resultEvent(id, at))
	d.say(doneEvent(id, at))
}

// finishAll ends all jobs of the visible picture with results.
func (d *session) finishAll() {
	d.t.Helper()
	for _, at := range []picture.Slot{picture.SlotCaption, picture.SlotInstances, picture.SlotClasses, picture.SlotAlternatives} {
		d.finish(at)
	}
}

func (d *session) fail(at picture.Slot, f *failure.Failure) {
	d.t.Helper()
	d.say(inference.Event{ID: d.job(at), Kind: inference.KindFailed, Failure: f})
}

func doneEvent(id inference.JobID, at picture.Slot) inference.Event {
	ms := map[picture.Slot]float64{picture.SlotCaption: 210, picture.SlotInstances: 140, picture.SlotClasses: 50, picture.SlotAlternatives: 400}[at]
	return inference.Event{ID: id, Kind: inference.KindDone, Done: &inference.Done{Milliseconds: ms, Device: "cpu", Threads: 1}}
}

func resultEvent(id inference.JobID, at picture.Slot) inference.Event {
	switch at {
	case picture.SlotCaption:
		return inference.Event{ID: id, Kind: inference.KindCaption, Caption: captionOf(saying{"a sports ball below a boat at night", -0.4})}
	case picture.SlotAlternatives:
		return inference.Event{ID: id, Kind: inference.KindCaption, Caption: captionOf(
			saying{"a sports ball below a boat at night", -0.4}, saying{"a boat above a sports ball at night", -0.1}, saying{"a boat with a sports ball at night", -0.5})}
	case picture.SlotInstances:
		return inference.Event{ID: id, Kind: inference.KindInstances, Instances: testInstances()}
	}
	return inference.Event{ID: id, Kind: inference.KindClasses, Classes: testClasses()}
}

type saying struct {
	text  string
	score float64
}

func captionOf(all ...saying) *inference.Caption {
	c := &inference.Caption{Model: "starter"}
	for _, s := range all {
		c.Hypotheses = append(c.Hypotheses, inference.Hypothesis{Text: s.text, Score: s.score})
	}
	return c
}

// boxMask is a mask that fills a box of a 400 × 300 picture.
func boxMask(x0, y0, x1, y1 int) (*rle.Mask, int) {
	bits := make([]byte, (x1-x0)*(y1-y0))
	for i := range bits {
		bits[i] = 1
	}
	m := rle.FromCrop(bits, y1-y0, x1-x0, y0, x0, 300, 400)
	return &m, m.Area()
}

// testInstances are a ball (0), a boat (1), a second name for the boat (2), a
// bird of 0.5 (3) and a kite of 0.1 (4). The least score is 0.7.
func testInstances() *inference.Instances {
	in := &inference.Instances{Model: "starter", Width: 400, Height: 300, Score: 0.7}
	for _, o := range []struct {
		label          string
		score          float32
		x0, y0, x1, y1 int
	}{
		{"sports ball", 0.996, 300, 220, 360, 280},
		{"boat", 0.99, 120, 100, 260, 180},
		{"surfboard", 0.8, 120, 100, 260, 178},
		{"bird", 0.5, 10, 10, 30, 30},
		{"kite", 0.1, 200, 10, 230, 30},
	} {
		mask, area := boxMask(o.x0, o.y0, o.x1, o.y1)
		in.Items = append(in.Items, inference.Instance{
			Label: o.label, Score: o.score, Mask: mask, Area: area,
			Box: [4]float32{float32(o.x0), float32(o.y0), float32(o.x1), float32(o.y1)},
		})
	}
	return in
}

func testClasses() *inference.Classes {
	c := &inference.Classes{Model: "starter", Width: 400, Height: 300, Labels: []string{"background", "boat", "bird"}, Map: make([]byte, 400*300)}
	for i := range 12_000 {
		c.Map[i] = 1
	}
	c.Pixels = []int{108_000, 12_000, 0}
	return c
}

// result gives a session that shows a picture with everything found.
func resultSession(t testing.TB) *session {
	d := newSession(t)
	d.send(Started{}, picture.CanvasSized{Width: 920, Height: 718, Scale: 1})
	d.open("/home/ada/Pictures/harbour.png")
	d.finishAll()
	d.take()
	return d
}

// pick returns the effects of a kind.
func pick[E core.Effect](all []core.Effect) []E {
	var some []E
	for _, e := range all {
		if of, ok := e.(E); ok {
			some = append(some, of)
		}
	}
	return some
}

// kinds names the effects without Wakes: "Decode ListFolder".
func kinds(all []core.Effect) string {
	var names []string
	for _, e := range all {
		if _, wake := e.(Wake); !wake {
			names = append(names, reflect.TypeOf(e).Name())
		}
	}
	return strings.Join(names, " ")
}
