package state

import (
	"reflect"
	"time"

	"descry/settings"
)

// changeSettings changes the settings; they are saved a little later.
func (r *reduction) changeSettings(f func(*settings.Settings)) {
	next := r.s.settings
	f(&next)
	next = next.Repaired()
	if reflect.DeepEqual(next, r.s.settings) {
		return
	}
	r.s.settings = next
	if !r.s.settingsDirty {
		r.s.settingsDirty, r.s.settingsSince = true, time.Time{}
	}
}

func (r *reduction) saveSettings() {
	if r.s.settingsDirty {
		r.s.settingsDirty, r.s.settingsSince = false, time.Time{}
		r.do(SaveSettings{r.s.settings})
	}
}

func (a WindowSized) on(r *reduction) {
	r.changeSettings(func(s *settings.Settings) {
		if settings.Within(a.Width, settings.LeastWindow, settings.MostWindow) && settings.Within(a.Height, settings.LeastWindow, settings.MostWindow) {
			s.Window = settings.Size{Width: a.Width, Height: a.Height}
		}
	})
}

func (a ThemeSet) on(r *reduction) {
	r.changeSettings(func(s *settings.Settings) { s.Theme = a.Theme })
}

func (a ModelSet) on(r *reduction) {
	r.chose = true
	r.changeSettings(func(s *settings.Settings) { s.Model = a.Model })
}

func (a DeviceSet) on(r *reduction) {
	r.changeSettings(func(s *settings.Settings) { s.Device = a.Device })
}

func (a ThreadsSet) on(r *reduction) {
	r.changeSettings(func(s *settings.Settings) { s.Threads = a.Threads })
}

func (a PixelLimitSet) on(r *reduction) {
	r.changeSettings(func(s *settings.Settings) { s.MegaPixels = a.Millions })
}

func (a SettingsFailed) on(r *reduction) {
	r.notify(notice{kind: NoticeTrouble, text: "The settings could not be kept.", detail: explain(a.Failure)})
}
