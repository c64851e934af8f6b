package state

import (
	"time"

	"descry/settings"
	"descry/ui/state/core"
	"descry/ui/state/models"
	"descry/ui/state/picture"
)

// Start and end.
type (
	// Started is the first action. Paths are those of the command line.
	Started struct{ Paths []string }
	// Tick tells the time, in answer to the Wake of the same number.
	Tick struct {
		Wake uint64
		Now  time.Time
	}
	// Closing asks for the end: edits and settings are saved, then Quit follows.
	// While a download runs it asks first; Sure is the answer.
	Closing struct{ Sure bool }
	// WindowSized tells the window's inner size in dp.
	WindowSized struct{ Width, Height float32 }
)

// Sheets, settings, commands.
type (
	// Escaped closes the sheet, else takes back the selection.
	Escaped struct{}
)

// Time and end.
type (
	// Wake wants one Tick of its number after a time; 0: at once.
	Wake struct {
		Number uint64
		After  time.Duration
	}
	// Quit closes the window. It is the last effect.
	Quit struct{}
)

// Lane implements core.Effect.
func (Wake) Lane() string { return core.LaneNone }

// Lane implements core.Effect.
func (Quit) Lane() string { return core.LaneNone }

func (a WindowSized) on(r *reduction) {
	r.t.ChangeSettings(func(s *settings.Settings) {
		if settings.Within(a.Width, settings.LeastWindow, settings.MostWindow) && settings.Within(a.Height, settings.LeastWindow, settings.MostWindow) {
			s.Window = settings.Size{Width: a.Width, Height: a.Height}
		}
	})
}

func (a Started) on(r *reduction) {
	r.t.Do(models.List{})
	r.act(picture.Opened{Paths: a.Paths})
}
