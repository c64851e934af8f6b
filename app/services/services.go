// Package services provides what the window and the command line share: folders and
// settings, the store of models, the runtime that runs them, measured speeds, logs,
// and captions written by people. It imports neither of its two users and deals with
// no flags and no widgets.
//
// Services.Settings is read at the start and never changed. A command or the window
// applies its flags to a copy and passes the result on as options.
package services

import (
	"sync"

	"descry/inference/speed"
	"descry/settings"
)

// Services holds what every command and the window work with. It may be used from
// any goroutine.
type Services struct {
	Dirs     Dirs
	Settings settings.Settings // as they were when the program started
	Devices  *DeviceLog

	getenv func(string) string
	speeds func() *speed.Book // opened on first use
}

// New reads the settings and returns the services. getenv is os.Getenv, except in
// tests.
func New(getenv func(string) string) *Services {
	dirs := FindDirs(getenv)
	return &Services{
		Dirs: dirs, Settings: LoadSettings(dirs.Config), Devices: NewDeviceLog(dirs.State), getenv: getenv,
		speeds: sync.OnceValue(func() *speed.Book {
			book, _ := speed.Open(dirs.Speed()) // an unreadable book is replaced by a new one
			return book
		}),
	}
}
