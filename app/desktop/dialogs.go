package desktop

import (
	"context"
	"sync"

	"descry/app/system"
	"descry/ui/state/core"
	modelstate "descry/ui/state/models"
	picturestate "descry/ui/state/picture"
)

// dialogEffects performs the effects that show a file dialog or use the clipboard
// or the file manager.
type dialogEffects struct {
	toolkit  toolkit
	gallery  *gallery
	timeline *timeline

	mu    sync.Mutex
	clips uint64
}

// handlers returns the handlers. Those that wait for a person or another program
// run on their own goroutines, since a dialog may outlive the window.
func (d *dialogEffects) handlers() []handler {
	return []handler{
		on(func(ctx context.Context, e picturestate.AskOpen, send func(core.Action)) {
			go d.askOpen(ctx, system.FileDialog{Title: "Open pictures", Folder: e.Folder}, func(paths []string) {
				send(picturestate.Opened{Paths: system.Expand(paths)})
			})
		}),
		on(func(ctx context.Context, e modelstate.AskImport, send func(core.Action)) {
			go d.askOpen(ctx, system.FileDialog{Title: "Import model files", Folder: e.Folder, Anything: true}, func(paths []string) {
				send(modelstate.ImportChosen{Paths: paths})
			})
		}),
		on(func(_ context.Context, e picturestate.AskSave, send func(core.Action)) {
			go askPlace(system.FileDialog{Title: e.Title, Folder: e.Folder, Name: e.Name, Save: true}, e.Ask, send,
				func(answer func(string)) { d.toolkit.AskSave(e.Folder, e.Name, answer) })
		}),
		on(func(_ context.Context, e picturestate.AskFolder, send func(core.Action)) {
			go askPlace(system.FileDialog{Title: e.Title, Folder: e.Folder, Directory: true}, e.Ask, send,
				func(answer func(string)) { d.toolkit.AskFolder(e.Folder, answer) })
		}),
		on(func(ctx context.Context, _ picturestate.ReadClipboard, send func(core.Action)) { go d.paste(ctx, send) }),
		on(func(_ context.Context, e core.CopyText, send func(core.Action)) {
			d.toolkit.CopyText(e.Text)
			send(core.TextCopied{What: e.What})
		}),
		on(func(ctx context.Context, e core.ShowInFolder, _ func(core.Action)) {
			system.ShowInFolder(ctx, e.Path)
		}),
		on(func(ctx context.Context, e core.OpenFolder, _ func(core.Action)) { system.OpenFolder(ctx, e.Path) }),
	}
}

// askOpen asks for files with the system's dialog, or the toolkit's if the system
// has none.
func (d *dialogEffects) askOpen(ctx context.Context, dialog system.FileDialog, answer func([]string)) {
	paths, err := dialog.Ask(ctx)
	if err != nil {
		d.toolkit.AskOpen(dialog.Folder, answer)
		return
	}
	answer(paths)
}

// askPlace asks for one path with the system's dialog, or with own, the toolkit's, if
// the system has none.
func askPlace(dialog system.FileDialog, ask uint64, send func(core.Action), own func(answer func(string))) {
	paths, err := dialog.Ask(context.Background())
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
func (d *dialogEffects) paste(ctx context.Context, send func(core.Action)) {
	c, err := system.ReadClipboard(ctx)
	if err != nil {
		d.timeline.note(moment{Event: "trouble", Name: err.Error()})
	}
	switch {
	case len(c.Picture) > 0:
		d.mu.Lock()
		d.clips++
		number := d.clips
		d.mu.Unlock()
		d.gallery.keepClip(number, c.Picture)
		send(picturestate.Pasted{Clip: number})
	case len(c.Paths) > 0:
		send(picturestate.Opened{Paths: system.Expand(c.Paths)})
	default:
		send(picturestate.Pasted{Text: c.Text})
	}
}
