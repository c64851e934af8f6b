package state

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"descry/inference"
	"descry/internal/failure"
	"descry/ui/state/core"
	"descry/ui/state/models"
	"descry/ui/state/picture"
	"descry/ui/state/prefs"
)

// world plays performer and worker at random, and checks after every action
// what has to hold whatever happens.
type world struct {
	*session
	bytes   []byte
	open    map[picture.PictureID]picture.Source // decoded or being decoded
	decoded map[picture.PictureID]bool
	jobs    map[inference.JobID]picture.Submit
	ended   map[inference.JobID]bool
	typed   map[string]string       // the last text of each picture's content
	stored  map[string]picture.Edit // edits on disk
	asked   []uint64
	writing []uint64
	pulls   map[uint64]string // downloads and checks under way
	lists   map[picture.ListID][]string
	quit    bool
}

// next takes a byte of the input, below n.
func (w *world) next(n int) int {
	if len(w.bytes) == 0 {
		return 0
	}
	b := w.bytes[0]
	w.bytes = w.bytes[1:]
	return int(b) % n
}

// manyPaths are more than State holds of a list.
var manyPaths = func() (all []string) {
	for i := range 60 {
		all = append(all, fmt.Sprintf("/many/%d.png", i))
	}
	return all
}()

var fuzzPaths = []string{"/p/a.png", "/p/b.png", "/p/c.png", "/p/d.png"}

// choices are what may happen, each with an argument from the input.
var choices = []func(w *world) []core.Action{
	func(w *world) []core.Action { return []core.Action{picture.Opened{Paths: fuzzPaths[w.next(4):]}} },
	func(w *world) []core.Action { return []core.Action{picture.Opened{Paths: manyPaths}} },
	func(w *world) []core.Action {
		return []core.Action{picture.Opened{Paths: fuzzPaths[:1+w.next(2)]}}
	},
	func(w *world) []core.Action { return []core.Action{picture.Walked{Step: w.next(3) - 1}} },
	func(w *world) []core.Action { return []core.Action{picture.Pasted{Clip: uint64(w.next(3))}} },
	func(w *world) []core.Action { return []core.Action{picture.PictureClosed{}} },
	func(w *world) []core.Action { return w.someDecoded() },
	func(w *world) []core.Action { return w.someDecoded() },
	func(w *world) []core.Action { return w.someEvent() },
	func(w *world) []core.Action { return w.someEvent() },
	func(w *world) []core.Action { return w.someEvent() },
	func(w *world) []core.Action { return w.type_() },
	func(w *world) []core.Action { return []core.Action{picture.CaptionUndone{}} },
	func(w *world) []core.Action { return []core.Action{picture.CaptionRedone{}} },
	func(w *world) []core.Action { return []core.Action{picture.Regenerated{}} },
	func(w *world) []core.Action { return []core.Action{picture.Stopped{}} },
	func(w *world) []core.Action { return []core.Action{picture.Again{}, picture.DecodeAgain{}} },
	func(w *world) []core.Action {
		return []core.Action{picture.ClassPointed{Class: w.next(5) - 2, Listed: w.next(2) == 0}, picture.ClassStepped{Step: w.next(5) - 2}, picture.Hovered{Object: w.next(8) - 2}, picture.Selected{Object: w.next(8) - 2}, picture.LookedAt{Object: w.next(6)}}
	},
	func(w *world) []core.Action {
		return []core.Action{picture.ScoreSet{Value: float64(w.next(100)) / 100}, picture.ObjectToggled{Object: w.next(6)}}
	},
	func(w *world) []core.Action {
		return []core.Action{models.SetChosen{Model: []string{"starter", "full", "odd"}[w.next(3)]}}
	},
	func(w *world) []core.Action {
		return []core.Action{[]core.Action{prefs.PresetSet{Preset: "paper"}, prefs.BeamsSet{Beams: w.next(12)}, prefs.DrawingSet{TopP: float64(w.next(12)) / 10, Temperature: 1}, prefs.AvoidSet{Text: "a, b"}, prefs.PromptSet{Text: "x"}, prefs.RepetitionSet{Penalty: 1.1}, prefs.AnyStartToggled{}}[w.next(7)]}
	},
	func(w *world) []core.Action {
		return []core.Action{core.Run{Command: Commands[w.next(len(Commands))].ID}}
	},
	func(w *world) []core.Action {
		return []core.Action{picture.SaveAsked{}, picture.ObjectSaveAsked{Object: w.next(4)}, picture.ExportAsked{Beside: w.next(2) == 0}}
	},
	func(w *world) []core.Action { return w.answer() },
	func(w *world) []core.Action { w.pass(time.Duration(w.next(20)) * 100 * time.Millisecond); return nil },
	func(w *world) []core.Action {
		return []core.Action{picture.ZoomedAt{Factor: float64(w.next(40)) / 10, X: 3, Y: 5}, picture.Panned{DX: float64(w.next(99)), DY: 4}, picture.CanvasSized{Width: 300, Height: 200, Scale: 1}}
	},
	func(w *world) []core.Action { return w.someModel() },
	func(w *world) []core.Action { return w.somePull() },
	func(w *world) []core.Action { return w.somePull() },
	func(w *world) []core.Action {
		return []core.Action{models.Offered{Model: w.s.models.Inventory().Models[w.next(7)].Name}, models.OfferTaken{}, Closing{}}
	},
	func(w *world) []core.Action {
		return []core.Action{[]core.Action{models.OfflineToggled{}, models.SetOffered{Set: "fast"}, models.OfferTaken{}, picture.DescribedAgain{}, Closing{}, ClosingGivenUp{}, Escaped{}, core.SheetOpened{Sheet: models.Sheet}}[w.next(8)]}
	},
}

// someModel does something to a model on the Models page.
func (w *world) someModel() []core.Action {
	all := w.s.models.Inventory().Models
	m := all[w.next(len(all))]
	return []core.Action{[]core.Action{
		models.Offered{Model: m.Name}, models.OfferTaken{}, models.PullPaused{Model: m.Name}, models.PullResumed{Model: m.Name}, models.VerifyAsked{Model: m.Name}, models.RemovalAsked{Model: m.Name},
		models.RemovalUndone{Model: m.Name}, models.Chosen{Task: m.Task, Model: m.Name}, models.LicenceShown{Model: m.Name}, models.Imported{Models: []string{m.Name}},
	}[w.next(10)]}
}

// somePull says something of a download, also of one that is over.
func (w *world) somePull() []core.Action {
	id := uint64(1 + w.next(int(w.lastPull)+1))
	progress := models.PullProgressed{Pull: id, Progress: models.Progress{Stage: models.StageReceiving, Done: int64(w.next(200)) * 1e6, Total: int64(w.next(2)) * 3e8, PerSecond: float64(w.next(50)) * 1e5}}
	end := models.PullEnded{Pull: id}
	switch w.next(4) {
	case 0:
		return []core.Action{progress}
	case 1:
		end.Failure = failure.New(failure.Cancelled, "download", "", "stopped")
	case 2:
		end.Failure = failure.New(failure.Unreadable, "download", "", "no")
	}
	delete(w.pulls, id)
	return []core.Action{end}
}

// someDecoded answers an open Decode.
func (w *world) someDecoded() []core.Action {
	for id, source := range w.open {
		if !w.decoded[id] && id == picture.PictureID(slices.Max(keysOf(w.open))) {
			w.decoded[id] = true
			if w.next(5) == 0 {
				return []core.Action{picture.DecodeFailed{Picture: id, Failure: failure.New(failure.Unreadable, "decode", source.Path, "no")}}
			}
			return []core.Action{picture.Decoded{Picture: id, Key: keyOf(source.Path), Width: 400, Height: 300, Photo: w.next(2) == 0}}
		}
	}
	return nil
}

func keysOf(m map[picture.PictureID]picture.Source) []picture.PictureID {
	var all []picture.PictureID
	for id := range m {
		all = append(all, id)
	}
	return all
}

// someEvent says something of a job, also of one that is over.
func (w *world) someEvent() []core.Action {
	id := inference.JobID(1 + w.next(int(w.lastJob)+1))
	q, known := w.jobs[id]
	if !known {
		return []core.Action{picture.EngineSaid{Event: doneEvent(id, picture.SlotCaption)}}
	}
	at := slices.Index(picture.SlotTasks[:], q.Request.Task)
	switch w.next(6) {
	case 0:
		return []core.Action{picture.EngineSaid{Event: inference.Event{ID: id, Kind: inference.KindFailed}}}
	case 1:
		return []core.Action{picture.EngineSaid{Event: inference.Event{ID: id, Kind: inference.KindToken, Token: &inference.CaptionToken{Text: "so far"}}}}
	case 2:
		return []core.Action{picture.EngineSaid{Event: doneEvent(id, picture.Slot(at))}}
	}
	return []core.Action{picture.EngineSaid{Event: resultEvent(id, picture.Slot(at))}, picture.EngineSaid{Event: doneEvent(id, picture.Slot(at))}}
}

// type_ types something that can be told from everything else.
func (w *world) type_() []core.Action {
	p := w.visible()
	if p.Key == "" || !w.screen().Panel.Caption.Editable || w.quit {
		return nil
	}
	w.typed[p.Key] = fmt.Sprintf("%s %d", p.Key, len(w.bytes))
	return []core.Action{picture.CaptionEdited{Picture: p.ID, Text: w.typed[p.Key]}}
}

// answer answers a dialog or a write.
func (w *world) answer() []core.Action {
	if n := len(w.writing); n > 0 {
		id := w.writing[n-1]
		w.writing = w.writing[:n-1]
		if w.next(2) == 0 {
			return []core.Action{picture.ExportFailed{Write: id, Failure: nil, Exists: true}}
		}
		return []core.Action{picture.Exported{Write: id}}
	}
	if n := len(w.asked); n > 0 {
		id := w.asked[n-1]
		w.asked = w.asked[:n-1]
		return []core.Action{picture.PlaceChosen{Ask: id, Path: []string{"", "/o/x.png", "/p/a.png"}[w.next(3)]}}
	}
	return nil
}

// perform does what is wanted, in this world.
func (w *world) perform(effects []core.Effect) {
	w.t.Helper()
	for _, e := range effects {
		if w.quit {
			w.t.Fatalf("%T after Quit", e)
		}
		switch e := e.(type) {
		case Quit:
			w.quit = true
		case picture.Decode:
			if _, open := w.open[e.Picture]; open || e.Picture == 0 {
				w.t.Fatalf("picture %d is decoded twice", e.Picture)
			}
			w.open[e.Picture] = e.Source
		case picture.Release:
			if _, open := w.open[e.Picture]; !open {
				w.t.Fatalf("picture %d is released but not open", e.Picture)
			}
			delete(w.open, e.Picture)
		case picture.Submit:
			if _, open := w.open[e.Picture]; !open {
				w.t.Fatalf("a job for picture %d, which is closed", e.Picture)
			}
			if _, used := w.jobs[e.Request.ID]; used || e.Request.ID == 0 {
				w.t.Fatalf("job %d is used twice", e.Request.ID)
			}
			w.jobs[e.Request.ID] = e
		case picture.Cancel:
			w.ended[e.Job] = true
		case picture.KeepList:
			w.lists[e.List] = e.Paths
		case picture.ListFolder:
			w.lists[e.List] = fuzzPaths
			if !slices.Contains(fuzzPaths, e.Path) {
				w.lists[e.List] = []string{e.Path}
			}
		case picture.SaveEdit:
			if e.Unread {
				e.Edit = picture.Joined(w.stored[e.Key], e.Edit, true)
			}
			w.stored[e.Key] = e.Edit
		case models.Pull:
			if w.s.models.Offline(look(&w.s).modelsEnv()) {
				w.t.Fatal("a download while offline")
			}
			w.pullOne(e.Pull, e.Model)
		case models.Verify:
			w.pullOne(e.Pull, e.Model)
		case models.StopPull:
			if w.pulls[e.Pull] == "" {
				w.t.Fatalf("download %d is stopped but does not run", e.Pull)
			}
		case models.Remove:
			for _, model := range w.pulls {
				if model == e.Model && !w.s.closing {
					w.t.Fatalf("%s is removed while it is being downloaded", model)
				}
			}
		case picture.AskSave:
			w.asked = append(w.asked, e.Ask)
		case picture.AskFolder:
			w.asked = append(w.asked, e.Ask)
		case picture.WriteFile, picture.WriteCutout:
			target := reflect.ValueOf(e).FieldByName("Target").Interface().(picture.Target)
			if target.Path == target.Original {
				w.t.Fatalf("%s is written over", target.Path)
			}
			w.writing = append(w.writing, target.Write)
		}
	}
}

func (w *world) pullOne(id uint64, model string) {
	w.t.Helper()
	for other, same := range w.pulls {
		if same == model || other == id {
			w.t.Fatalf("two downloads of %s, %d and %d", model, other, id)
		}
	}
	w.pulls[id] = model
}

// holds checks what holds in every state.
func (w *world) holds() {
	w.t.Helper()
	s := &w.s
	screen := w.screen()
	n := 0
	for _, r := range screen.Panel.Objects.Rows {
		n = max(n, r.Object+1)
	}
	if h, sel := s.picture.Hover(), s.picture.Selected(); h < -1 || h >= n || sel < -1 || sel >= n {
		w.t.Fatalf("hover %d, selection %d of %d", h, sel, n)
	}
	if s.Current() != 0 && w.visible().ID == 0 {
		w.t.Fatalf("the visible picture %d is not open", s.Current())
	}
	if (s.Current() == 0) != (s.Page() == core.PageStart) {
		w.t.Fatalf("picture %d is visible on page %q", s.Current(), s.Page())
	}
	type asked struct {
		picture picture.PictureID
		task    inference.Task
	}
	open := map[asked]bool{}
	for _, j := range s.picture.Jobs() {
		k := asked{j.Picture, picture.SlotTasks[j.Slot]}
		if open[k] {
			w.t.Fatalf("two jobs for %+v", k)
		}
		open[k] = true
		if w.held(j.Picture).Key == "" || w.ended[j.ID] {
			w.t.Fatalf("job %+v is of no decoded picture, or over", j)
		}
	}
	held := 0
	for _, p := range s.picture.Held() {
		if _, open := w.open[p.ID]; open == p.Released {
			w.t.Fatalf("picture %+v: open is %v", p, open)
		}
		if !p.Released {
			held++
		}
	}
	if all := s.picture.Held(); len(all) > 3 || len(w.open) != held {
		w.t.Fatalf("%d pictures, %d held, %d open", len(all), held, len(w.open))
	}
	for key, text := range w.typed {
		e, held := s.picture.EditOf(key)
		found := held && holdsText(e, text) || holdsText(w.stored[key], text)
		if w.quit {
			found = holdsText(w.stored[key], text)
		}
		if !found {
			w.t.Fatalf("%q is lost", text)
		}
	}
	for i, name := range s.models.Using().Names {
		if !s.models.Available(name, core.Tasks[i], look(s).modelsEnv()) {
			w.t.Fatalf("%s is used for %s but is not here", name, core.Tasks[i])
		}
	}
	for model, id := range s.models.Running() {
		if _, runs := w.pulls[id]; !w.quit && !runs {
			w.t.Fatalf("%s is not running", model)
		}
	}
	if screen.Sheet == models.Sheet {
		for _, r := range w.rows(screen) {
			if len(r.Acts) > 2 {
				w.t.Fatalf("row %+v", r)
			}
		}
	}
	if h := screen.Canvas.Style.Highlight; h < -1 || h >= len(screen.Canvas.Items) && h != -1 {
		w.t.Fatalf("highlight %d of %d", h, len(screen.Canvas.Items))
	}
}

func (w *world) rows(s shown) (all []models.Row) {
	for _, g := range s.Models.Groups {
		all = append(all, g.Rows...)
	}
	return all
}

func holdsText(e picture.Edit, text string) bool {
	return e.Own && e.Caption == text || slices.Contains(e.Earlier, text) || slices.Contains(e.Later, text)
}

// late answers what files and lists are asked, unless the disk is slow.
func (w *world) late(effects []core.Effect) (all []core.Action) {
	for _, e := range effects {
		var answer core.Action
		switch e := e.(type) {
		case picture.LoadEdit:
			stored, written := w.stored[e.Key]
			answer = picture.EditLoaded{Key: e.Key}
			if written {
				answer = picture.EditLoaded{Key: e.Key, Edit: &stored}
			}
		case picture.SaveEdit:
			answer = picture.EditSaved{Key: e.Key}
		case picture.ListFolder:
			answer = picture.WindowOf(e.List, w.lists[e.List], slices.Index(w.lists[e.List], e.Path))
		case picture.LookUp:
			answer = picture.WindowOf(e.List, w.lists[e.List], e.At)
		default:
			continue
		}
		if w.next(3) > 0 {
			all = append(all, answer)
		}
	}
	return all
}

// lived lives through what the bytes say, from the window's opening to its end.
func lived(t testing.TB, data []byte) {
	w := &world{session: storeSession(t, func(s *Setup) { s.Models = testSetup().Models }), pulls: map[uint64]string{}, bytes: data, open: map[picture.PictureID]picture.Source{}, decoded: map[picture.PictureID]bool{},
		jobs: map[inference.JobID]picture.Submit{}, ended: map[inference.JobID]bool{}, typed: map[string]string{}, lists: map[picture.ListID][]string{}, stored: map[string]picture.Edit{}}
	for len(w.bytes) > 0 {
		actions := choices[w.next(len(choices))](w)
		w.perform(w.take())
		for len(actions) > 0 {
			w.send(actions[0])
			actions = actions[1:]
			effects := w.take()
			w.perform(effects)
			actions = append(actions, w.late(effects)...)
			w.holds()
		}
	}
	w.send(Closing{Sure: true})
	w.perform(w.take())
	w.holds()
	if !w.quit {
		t.Fatal("Closing does not end in Quit")
	}
}

func FuzzReduce(f *testing.F) {
	f.Add([]byte{0, 0, 5, 1, 1, 7, 0, 5, 7, 1, 5, 7, 2, 5, 10, 22, 9, 2, 2, 5, 1, 1, 10})
	f.Add([]byte{1, 5, 1, 1, 7, 1, 4, 10, 13, 7, 4, 5, 18, 1, 14, 15, 0, 20, 21, 1, 21, 0, 19, 8})
	f.Add([]byte{0, 0, 5, 1, 1, 10, 19, 8, 10})
	f.Add([]byte{24, 0, 0, 24, 0, 1, 26, 4, 25, 0, 0, 0, 0, 3})
	f.Fuzz(func(t *testing.T, data []byte) { lived(t, data[:min(len(data), 400)]) })
}

// TestRandomLives is what the fuzzer does, for some lives that are the same each time.
func TestRandomLives(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 11))
	for range lives {
		data := make([]byte, 200)
		for i := range data {
			data[i] = byte(random.Uint32())
		}
		lived(t, data)
	}
}

// lives is how many TestRandomLives lives through.
const lives = 40
