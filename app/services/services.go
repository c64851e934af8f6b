// Package services holds what Descry works with: its folders and
// settings, the store of models, the runtime that runs them, what was measured,
// its logs, and the captions that people wrote. Window and command line are two
// users of it; it knows neither, and no flag and no widget.
//
// Values flow one way: what is read at the start (Services.Settings) is never
// changed; a command or the window lays its flags over a copy and passes the
// result on as options.
package services

import (
	"sync"

	"descry/inference/speed"
	"descry/settings"
)

// Services are what every command and the window are given. They may be used
// from any goroutine.
type Services struct {
	Dirs     Dirs
	Settings settings.Settings // as they were when the program started
	Devices  *DeviceLog

	getenv func(string) string
	speeds func() *speed.Book // opened when it is first asked for
}

// New reads the settings and returns the services. getenv is os.Getenv, but in
// tests.
func New(getenv func(string) string) *Services {
	dirs := FindDirs(getenv)
	return &Services{
		Dirs: dirs, Settings: LoadSettings(dirs.Config), Devices: NewDeviceLog(dirs.State), getenv: getenv,
		speeds: sync.OnceValue(func() *speed.Book {
			book, _ := speed.Open(dirs.Speed()) // an unreadable one is begun again
			return book
		}),
	}
}
