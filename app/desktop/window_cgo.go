//go:build cgo

package desktop

import (
	"context"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"fyne.io/fyne/v2"
	fyneapp "fyne.io/fyne/v2/app"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/storage"

	"descry/app/services"
	"descry/app/system"
	"descry/internal/failure"
	"descry/resources"
	"descry/ui"
	"descry/ui/state"
	"descry/ui/state/core"
	picturestate "descry/ui/state/picture"
)

// appID is the program's name to the system; FyneApp.toml has the same.
const appID = "io.github.descry.Descry"

// Open opens the window on the pictures of the options and returns when it closes.
func Open(_ context.Context, s *services.Services, o services.WindowOptions) error {
	if runtime.GOOS == "linux" && os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
		return failure.New(failure.Usage, "open", "", "there is no display to open a window on").WithHint("Use descry describe PICTURE… in the terminal.")
	}
	t, err := newTimeline(o.Measure, started)
	if err != nil {
		return failure.Wrap(failure.Unwritable, "write", o.Measure, err, "")
	}
	defer t.close()
	a := fyneapp.NewWithID(appID)
	a.SetIcon(fyne.NewStaticResource("icon.svg", resources.Icon))
	win := a.NewWindow("Descry")
	win.Resize(fyne.NewSize(o.Settings.Window.Width, o.Settings.Window.Height))
	run := &windowRun{app: a, win: win, gallery: newGallery(), timeline: t, over: make(chan struct{})}
	run.start(s, o)
	win.ShowAndRun()
	run.end()
	return nil
}

// windowRun is an open window with its loop, performer and gallery.
type windowRun struct {
	app      fyne.App
	win      fyne.Window
	window   *ui.Window
	gallery  *gallery
	timeline *timeline
	loop     *state.Loop
	work     *performer
	over     chan struct{} // closed when the window's goroutine has ended
	first    sync.Once
	dialog   atomic.Pointer[dialog.FileDialog] // the toolkit's own, while it is open
	shown    shownControls
}

// start builds the window's content and starts its loop.
func (r *windowRun) start(s *services.Services, o services.WindowOptions) {
	// The loop paints at once, so the window must exist before it. Actions that the
	// window sends before the loop exists wait for ready.
	ready := make(chan struct{})
	send := r.measured(func(a core.Action) {
		<-ready
		if !r.heldBack(a) {
			r.loop.Send(a)
		}
	})
	r.window = ui.New(r.win, ui.Params{
		Dispatch: fyne.Do,
		Send: func(a core.Action) {
			select {
			case <-ready:
				send(a)
			default:
				go send(a)
			}
		},
		Pixels:   r.gallery,
		Dropped:  func(paths []string) { go send(picturestate.Opened{Paths: system.Expand(paths)}) },
		MainMenu: runtime.GOOS == "darwin",
	})
	r.work = newPerformer(s, o, r, r.gallery, r.timeline, send)
	r.loop = state.NewLoop(state.New(setup(s, o)), r.work, r.paint)
	close(ready)
	if r.timeline != nil {
		go r.watchControls()
	}
	r.loop.Send(state.Started{Paths: system.Expand(o.Pictures)})
	go func() {
		r.gallery.loadThumbnails(context.Background())
		fyne.Do(r.window.Repaint)
	}()
}

// heldBack reports whether a command must be dropped because the toolkit's file
// dialog is open over the window. It closes the dialog on Escape, which the dialog
// itself does not handle.
func (r *windowRun) heldBack(a core.Action) bool {
	run, isCommand := a.(core.Run)
	d := r.dialog.Load()
	if d == nil || !isCommand {
		return false
	}
	if run.Command == core.CommandEscape {
		fyne.Do(d.Dismiss)
	}
	return run.Command != core.CommandQuit
}

// measured wraps send so that the timeline records each command and how long it
// takes until the canvas has drawn its result.
func (r *windowRun) measured(send func(core.Action)) func(core.Action) {
	if r.timeline == nil {
		return send
	}
	return func(a core.Action) {
		switch a := a.(type) {
		case core.Run:
			r.timeline.note(moment{Event: "command", Name: string(a.Command)})
			go r.acted(string(a.Command), r.window.Stats().Report().Frames, time.Now())
		case picturestate.SampleOpened:
			r.timeline.note(moment{Event: "sample", Name: a.Name})
		}
		send(a)
	}
}

// acted waits for the next frame of the canvas and records it. A command that draws
// no frame is not recorded.
func (r *windowRun) acted(command string, before uint64, since time.Time) {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for range 500 {
		<-tick.C
		if r.window.Stats().Report().Frames > before {
			r.timeline.note(moment{Event: "acted", Name: command, Took: milliseconds(time.Since(since))})
			return
		}
	}
}

// paint shows a screen and returns when it is shown.
func (r *windowRun) paint(s state.Screen) {
	shown := make(chan struct{})
	fyne.Do(func() {
		defer close(shown)
		r.window.Paint(s)
		r.noteSheet(s.Sheet.ID)
		r.first.Do(r.opened)
	})
	select {
	case <-shown:
	case <-r.over:
	}
}

// opened is called once, when the window has shown its first screen. Stalls are
// counted from here on: earlier ones delay only the opening.
func (r *windowRun) opened() {
	r.timeline.note(moment{Event: "window"})
	go fyne.Do(func() {
		longest, late, _ := r.window.Watchdog().Stalls()
		r.timeline.note(moment{Event: "opening", Count: late, Most: milliseconds(longest)})
		r.window.Watchdog().Reset()
	})
}

// end stops the loop and the performer, waits for them, and records the
// measurements.
func (r *windowRun) end() {
	close(r.over)
	_ = r.loop.Close() // never fails
	r.work.close()
	frames := r.window.Stats().Report()
	longest, late, _ := r.window.Watchdog().Stalls()
	r.timeline.note(moment{Event: "frames", Count: int(frames.Frames), Median: milliseconds(frames.P50), Most: milliseconds(frames.Longest)})
	r.timeline.note(moment{Event: "stalls", Count: late, Most: milliseconds(longest)})
	r.window.Close()
}

// Quit implements toolkit.
func (r *windowRun) Quit() { fyne.Do(r.app.Quit) }

// CopyText implements toolkit.
func (r *windowRun) CopyText(text string) {
	done := make(chan struct{})
	fyne.Do(func() {
		r.app.Clipboard().SetContent(text)
		close(done)
	})
	select {
	case <-done:
	case <-r.over:
	}
}

// place returns a folder as a dialog's location, or nil if it cannot be listed.
func place(folder string) fyne.ListableURI {
	if folder == "" {
		return nil
	}
	l, err := storage.ListerForURI(storage.NewFileURI(folder))
	if err != nil {
		return nil // the dialog uses its default
	}
	return l
}

// AskOpen implements toolkit with Fyne's dialog.
func (r *windowRun) AskOpen(folder string, answer func([]string)) {
	fyne.Do(func() {
		d := dialog.NewFileOpen(func(f fyne.URIReadCloser, err error) {
			if err != nil || f == nil {
				answer(nil)
				return
			}
			f.Close()
			answer([]string{f.URI().Path()})
		}, r.win)
		r.show(d, folder)
	})
}

// AskSave implements toolkit with Fyne's dialog. The empty file that the dialog
// creates is removed, since the file is written later, whole or not at all.
func (r *windowRun) AskSave(folder, name string, answer func(string)) {
	fyne.Do(func() {
		before := time.Now()
		d := dialog.NewFileSave(func(f fyne.URIWriteCloser, err error) {
			if err != nil || f == nil {
				answer("")
				return
			}
			f.Close()
			path := f.URI().Path()
			if info, err := os.Stat(path); err == nil && info.Size() == 0 && !info.ModTime().Before(before) {
				os.Remove(path)
			}
			answer(path)
		}, r.win)
		d.SetFileName(name)
		r.show(d, folder)
	})
}

// AskFolder implements toolkit with Fyne's dialog.
func (r *windowRun) AskFolder(folder string, answer func(string)) {
	fyne.Do(func() {
		d := dialog.NewFolderOpen(func(l fyne.ListableURI, err error) {
			if err != nil || l == nil {
				answer("")
				return
			}
			answer(l.Path())
		}, r.win)
		r.show(d, folder)
	})
}

// show opens a file dialog in a folder, at a readable size.
func (r *windowRun) show(d *dialog.FileDialog, folder string) {
	if l := place(folder); l != nil {
		d.SetLocation(l)
	}
	d.SetOnClosed(func() { r.dialog.Store(nil) })
	r.dialog.Store(d)
	d.Show() // must precede Resize, which needs the window that Show creates
	size := r.win.Canvas().Size()
	d.Resize(fyne.NewSize(min(900, size.Width-40), min(640, size.Height-40)))
}
