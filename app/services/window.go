package services

import "descry/settings"

// WindowOptions are the options for opening a window, made from flags and settings.
type WindowOptions struct {
	Settings settings.Settings // from the file, overridden by the flags of this run
	Runtime  RuntimeOptions
	Pictures []string // files and folders to open
	Measure  string   // the file for the timeline; empty: none
}
