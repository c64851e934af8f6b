// Package core is what the features of the window have in common: actions and
// effects, the state that all of them share (settings, notices, the open sheet),
// the turn through which one action changes it, and the controls that their
// screens are made of.
//
// A feature is a package beside this one. It has a State, a sealed Action, a
// function Reduce that acts on one, Settle, which compares what should be with
// what is, and Show. No feature imports another: what it has to know of the rest
// comes to it as a read-only Env, and what it wants of the rest goes out as a
// value, a request of its Turn. The root, descry/ui/state, joins them.
package core

// Action is something that happened: a click, a key, a result, the time. It is a
// plain value. Each feature seals the actions that are its own; those of this
// package are the root's.
type Action any

// Effect is something to be done outside: data, not a function. What comes of it
// comes back as an Action.
type Effect interface {
	// Lane names the queue that the effect waits in: the effects of one lane are
	// performed one after the other, in the order in which they were wanted. An
	// effect with an empty lane is performed at once.
	Lane() string
}

// The lanes.
const (
	LaneNone      = ""
	LaneWorker    = "worker"
	LaneEdits     = "edits"
	LaneSettings  = "settings"
	LaneClipboard = "clipboard"
	LaneModels    = "models"
)

// PageID names a page: one that fills the window, or a sheet, which lies over
// it. Each feature names its own.
type PageID string

// PageStart fills the window that has just opened.
const PageStart PageID = "start"

// SheetNone is no sheet.
const SheetNone PageID = ""

// ProgramName stands in titles.
const ProgramName = "Descry"

// The window's own actions.
type (
	// SheetOpened opens a modal sheet, SheetNone closes the open one.
	SheetOpened struct{ Sheet PageID }
	// NoticeClosed takes away a notice.
	NoticeClosed struct{ ID uint64 }
	// Run runs a command of the table, if it is enabled.
	Run struct{ Command CommandID }
)
