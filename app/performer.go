package app

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"descry/inference"
	"descry/internal/failure"
	"descry/picture"
	"descry/ui/state"
	"descry/ui/state/core"
	devicestate "descry/ui/state/devices"
	modelstate "descry/ui/state/models"
	picturestate "descry/ui/state/picture"
	prefstate "descry/ui/state/prefs"
)

// desk is what the performer needs of the window: what only a toolkit can do.
// Each may be called from any goroutine.
type desk interface {
	// AskOpen and AskSave show the toolkit's own file dialog, where the system
	// has none; they answer once.
	AskOpen(folder string, answer func(paths []string))
	AskSave(folder, name string, answer func(path string))
	AskFolder(folder string, answer func(path string))
	CopyText(text string)
	Quit()
}

// performer does the window's effects: files, dialogs, worker, clock.
type performer struct {
	p       *program
	desk    desk
	gallery *gallery
	engine  *engine
	edits   editStore
	models  *keeper
	measure *measurer

	mu    sync.Mutex
	clips uint64
}

// newPerformer returns a performer. send is the loop's, for events of the worker.
func newPerformer(p *program, flags runtimeFlags, d desk, g *gallery, m *measurer, send func(core.Action)) *performer {
	w := &performer{p: p, desk: d, gallery: g, edits: editStore{p.dirs.Edits()}, models: newKeeper(p, flags.ort, m), measure: m}
	w.engine = newEngine(p, flags, func(e inference.Event) {
		w.measured(e)
		send(picturestate.EngineSaid{Event: e})
	})
	return w
}

// close ends the worker and waits for it.
func (w *performer) close() { w.engine.close() }

// measured tells the measurer about results.
func (w *performer) measured(e inference.Event) {
	switch e.Kind {
	case inference.KindToken:
		w.measure.say(measured{Event: "token"})
	case inference.KindCaption, inference.KindInstances, inference.KindClasses:
		w.measure.say(measured{Event: string(e.Kind)})
	case inference.KindFailed:
		w.measure.say(measured{Event: "failed", Name: e.Failure.Error()})
	}
}

// Perform implements state.Performer.
func (w *performer) Perform(ctx context.Context, e core.Effect, send func(core.Action)) {
	switch e := e.(type) {
	case state.Wake:
		time.AfterFunc(e.After, func() { send(state.Tick{Wake: e.Number, Now: time.Now()}) })
	case state.Quit:
		w.desk.Quit()
	case picturestate.Decode:
		w.decode(ctx, e, send)
	case picturestate.Release:
		w.gallery.release(e.Picture)
	case picturestate.Submit:
		w.submit(e, send)
	case picturestate.Cancel:
		w.engine.tell(inference.Command{Cancel: e.Job})
	case picturestate.Front:
		w.engine.tell(inference.Command{Front: e.Job})
	case picturestate.LoadEdit, picturestate.SaveEdit, core.SaveSettings:
		w.keep(e, send)
	case picturestate.AskOpen, picturestate.AskSave, picturestate.AskFolder, modelstate.AskImport, picturestate.ReadClipboard, picturestate.ListFolder:
		go w.ask(ctx, e, send) // a dialog may outlive the window
	case core.CopyText:
		w.desk.CopyText(e.Text)
		send(core.TextCopied{What: e.What})
	case core.ShowInFolder:
		showInFolder(ctx, e.Path)
	case core.OpenFolder:
		openFolder(ctx, e.Path)
	case devicestate.Look:
		w.lookAtDevices(ctx, e.Test, send)
	case prefstate.RunDoctor:
		w.runDoctor(ctx, send)
	default:
		if !w.models.keep(ctx, e, send) {
			w.write(e, send)
		}
	}
}

func (w *performer) decode(ctx context.Context, e picturestate.Decode, send func(core.Action)) {
	limits := picture.DefaultLimits()
	if e.Pixels > 0 {
		limits.Pixels = e.Pixels
	}
	start := time.Now()
	pic, err := w.gallery.open(ctx, e.Picture, e.Source, limits)
	if err != nil {
		if errors.Is(err, context.Canceled) {
			return // released: nobody asks any more
		}
		send(picturestate.DecodeFailed{Picture: e.Picture, Failure: failure.Of(err, failure.Unreadable)})
		return
	}
	send(picturestate.Decoded{Picture: e.Picture, Key: pic.Key, Width: pic.Width, Height: pic.Height, Photo: looksLikePhoto(pic), Milliseconds: milliseconds(time.Since(start))})
}

// submit puts the pixels into a request and hands it to the worker.
func (w *performer) submit(e picturestate.Submit, send func(core.Action)) {
	pic, err := w.gallery.pixels(e.Picture)
	if err != nil {
		send(picturestate.EngineSaid{Event: inference.Event{ID: e.Request.ID, Kind: inference.KindFailed, Failure: failure.Of(err, failure.Unreadable)}})
		return
	}
	r := e.Request
	r.Picture = inference.Picture{Name: pic.Name, Key: pic.Key, Width: pic.Width, Height: pic.Height, Pix: pic.RGB}
	w.engine.tell(inference.Command{Submit: &r})
}

// keep does what is about edits and settings, in order.
func (w *performer) keep(e core.Effect, send func(core.Action)) {
	switch e := e.(type) {
	case picturestate.LoadEdit:
		edit, err := w.edits.load(e.Key)
		if err != nil {
			w.measure.say(measured{Event: "trouble", Name: err.Error()})
		}
		send(picturestate.EditLoaded{Key: e.Key, Edit: edit})
	case picturestate.SaveEdit:
		err := w.edits.save(e.Key, e.Name, e.Edit, e.Unread, time.Now())
		send(picturestate.EditSaved{Key: e.Key, Failure: failure.Of(err, failure.Unreadable)})
	case core.SaveSettings:
		if err := saveSettings(w.p.dirs.Config, e.Settings); err != nil {
			send(core.SettingsFailed{Failure: failure.Of(err, failure.Unreadable)})
		}
	}
}

// ask does what waits for a person or another program.
func (w *performer) ask(ctx context.Context, e core.Effect, send func(core.Action)) {
	switch e := e.(type) {
	case picturestate.AskOpen:
		paths, err := fileDialog{title: "Open pictures", folder: e.Folder}.ask(ctx)
		if err != nil {
			w.desk.AskOpen(e.Folder, func(paths []string) { send(picturestate.Opened{Paths: expand(paths)}) })
			return
		}
		send(picturestate.Opened{Paths: expand(paths)})
	case modelstate.AskImport:
		paths, err := fileDialog{title: "Import model files", folder: e.Folder, anything: true}.ask(ctx)
		if err != nil {
			w.desk.AskOpen(e.Folder, func(paths []string) { send(modelstate.ImportChosen{Paths: paths}) })
			return
		}
		send(modelstate.ImportChosen{Paths: paths})
	case picturestate.AskSave:
		d := fileDialog{title: e.Title, folder: e.Folder, name: e.Name, save: true}
		w.answer(d, func(answer func(string)) { w.desk.AskSave(e.Folder, e.Name, answer) }, e.Ask, send)
	case picturestate.AskFolder:
		d := fileDialog{title: e.Title, folder: e.Folder, directory: true}
		w.answer(d, func(answer func(string)) { w.desk.AskFolder(e.Folder, answer) }, e.Ask, send)
	case picturestate.ReadClipboard:
		w.paste(ctx, send)
	case picturestate.ListFolder:
		paths, err := picturesIn(e.Dir)
		if err != nil {
			paths = nil // the picture itself stays; its neighbours are not known
		}
		send(picturestate.FolderListed{Dir: e.Dir, Paths: paths})
	}
}

// answer asks for one path, by the system's dialog or else the toolkit's.
func (w *performer) answer(d fileDialog, own func(func(string)), ask uint64, send func(core.Action)) {
	paths, err := d.ask(context.Background())
	if err != nil {
		own(func(path string) { send(picturestate.PlaceChosen{Ask: ask, Path: path}) })
		return
	}
	chosen := picturestate.PlaceChosen{Ask: ask}
	if len(paths) > 0 {
		chosen.Path = paths[0]
	}
	send(chosen)
}

// paste reads the clipboard and keeps a picture's bytes for decoding.
func (w *performer) paste(ctx context.Context, send func(core.Action)) {
	c, err := readClipboard(ctx)
	if err != nil {
		w.measure.say(measured{Event: "trouble", Name: err.Error()})
	}
	switch {
	case len(c.picture) > 0:
		w.mu.Lock()
		w.clips++
		number := w.clips
		w.mu.Unlock()
		w.gallery.keepClip(number, c.picture)
		send(picturestate.Pasted{Clip: number})
	case len(c.paths) > 0:
		send(picturestate.Opened{Paths: expand(c.paths)})
	default:
		send(picturestate.Pasted{Text: c.text})
	}
}

// expand replaces folders by the pictures in them.
func expand(paths []string) []string {
	var all []string
	for _, path := range paths {
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			if inside, err := picturesIn(path); err == nil && len(inside) > 0 {
				all = append(all, inside...)
				continue
			}
		}
		all = append(all, path)
	}
	return all
}

// runDoctor lets a second process look: this one's library is in use, and a
// doctor that crashes must not take the window along.
func (w *performer) runDoctor(ctx context.Context, send func(core.Action)) {
	exe, err := os.Executable()
	if err != nil {
		send(prefstate.DoctorSaid{Text: err.Error()})
		return
	}
	args := []string{"doctor"}
	if w.engine.flags.ort != "" {
		args = append(args, "--ort", w.engine.flags.ort)
	}
	out, err := exec.CommandContext(ctx, exe, args...).CombinedOutput()
	text := string(out)
	if text == "" && err != nil {
		text = err.Error()
	}
	send(prefstate.DoctorSaid{Text: text})
}

// showInFolder opens the system's file manager at a file.
func showInFolder(ctx context.Context, path string) {
	switch runtime.GOOS {
	case "darwin":
		showFiles(ctx, "open", "-R", path)
	case "windows":
		showFiles(ctx, "explorer", "/select,"+path)
	default:
		showFiles(ctx, "xdg-open", filepath.Dir(path))
	}
}

// openFolder opens the system's file manager in a folder, which is made if need be.
func openFolder(ctx context.Context, path string) {
	if err := os.MkdirAll(path, 0o755); err != nil {
		return // there is nothing to show
	}
	opener := map[string]string{"darwin": "open", "windows": "explorer"}[runtime.GOOS]
	if opener == "" {
		opener = "xdg-open"
	}
	showFiles(ctx, opener, path)
}

// showFiles starts a file manager.
func showFiles(ctx context.Context, program string, args ...string) {
	_ = exec.CommandContext(ctx, program, args...).Run() // there is nothing to say when a system has no file manager
}
