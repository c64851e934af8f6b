package services

import "descry/settings"

// WindowOptions are what a window is opened with: the command line makes them of
// flags and settings.
type WindowOptions struct {
	Settings settings.Settings // those of the file, with the flags of this run over them
	Runtime  RuntimeOptions
	Pictures []string // files and folders to begin with
	Measure  string   // the file that what the window does is written to; empty: none
}
