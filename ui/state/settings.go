package state

import (
	"descry/settings"
)

func (a WindowSized) on(r *reduction) {
	r.t.ChangeSettings(func(s *settings.Settings) {
		if settings.Within(a.Width, settings.LeastWindow, settings.MostWindow) && settings.Within(a.Height, settings.LeastWindow, settings.MostWindow) {
			s.Window = settings.Size{Width: a.Width, Height: a.Height}
		}
	})
}
