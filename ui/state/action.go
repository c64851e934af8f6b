package state

import (
	"time"

	"descry/inference"
	"descry/internal/failure"
)

// Action is something that happened: a person did it, or an Effect came back.
type Action interface{ isAction() }

// What people do.
type (
	// Do is a command of the table (commands.go), by menu, key or button.
	Do struct{ Command Command }
	// OpenPaths opens files or a folder: dialog, drop, command line, recent.
	OpenPaths struct{ Paths []string }
	// OpenSample opens a built-in sample.
	OpenSample struct{ Name string }
	// HoldBare says whether the key for the bare picture is held.
	HoldBare struct{ Held bool }
	// SetOpacity sets the opacity of fills, 0 … 1.
	SetOpacity struct{ Value float64 }
	// SetScore sets the least score of objects shown, 0 … 1.
	SetScore struct{ Value float64 }
	// ShowLower lowers the least score so that more objects are shown.
	ShowLower struct{}
	// SortBy orders the list of objects.
	SortBy struct{ Order Order }
	// Hover says which object the pointer is over, -1 for none.
	Hover struct{ Object int }
	// Select selects an object and brings it into view, -1 for none.
	Select struct{ Object int }
	// HideObject switches one object off or on.
	HideObject struct {
		Object int
		Hide   bool
	}
	// SaveObject saves one object as a transparent PNG.
	SaveObject struct{ Object int }
	// HideClass switches a class of the class map off or on.
	HideClass struct {
		Class int
		Hide  bool
	}
	// EditCaption is the caption as it was typed.
	EditCaption struct{ Text string }
	// PickCaption takes another candidate.
	PickCaption struct{ Text string }
	// ChooseSave changes what the save sheet asks.
	ChooseSave struct{ Choice SaveChoice }
	// ConfirmSave asks for a path and saves.
	ConfirmSave struct{}
	// Export writes one of the other formats.
	Export struct{ Kind WriteKind }
	// ChangeSettings replaces the settings that people set.
	ChangeSettings struct{ Settings Settings }
	// Resized is the window's new size in dp.
	Resized struct{ Width, Height float32 }
	// ResizePanel is the panel's new width in dp.
	ResizePanel struct{ Width float32 }
	// NoticeAction is the notice's button.
	NoticeAction struct{}
	// DismissNotice is the notice's ✕.
	DismissNotice struct{}
)

// What comes back from Effects.
type (
	// Start is the first Action of all.
	Start struct {
		Now      time.Time
		Settings Settings
		Samples  []Sample
		Models   []ModelChoice
		Home     string
		Paths    []string
	}
	// Tick is the time, asked for by Wake.
	Tick struct{ Now time.Time }
	// OpenEnded says that the open dialog is gone; the paths come as OpenPaths.
	OpenEnded struct{}
	// Pasted says what the clipboard held: a picture kept under the number, or
	// nothing usable.
	Pasted struct {
		Clip  int
		Empty string // why nothing came of it
	}
	// FolderListed gives the pictures of the folder of a file.
	FolderListed struct {
		Path  string
		Paths []string
	}
	// Decoded says that a picture's pixels are there.
	Decoded struct {
		Source        Source
		Key           string
		Width, Height int
		Photo         bool
		Took          float64 // milliseconds
		Now           time.Time
	}
	// DecodeFailed says that they are not.
	DecodeFailed struct {
		Source  Source
		Failure *failure.Failure
	}
	// EditLoaded gives the caption kept for a picture.
	EditLoaded struct {
		Source  Source
		Caption string
		Found   bool
	}
	// EditSaved says whether a kept caption is on the disk.
	EditSaved struct {
		Source  Source
		Text    string
		Failure *failure.Failure
	}
	// EngineSaid is an event of the worker.
	EngineSaid struct {
		Event inference.Event
		Now   time.Time
	}
	// PathChosen is the path for the pending write, "" when it was dismissed.
	PathChosen struct{ Path string }
	// Written says that a file is written.
	Written struct {
		Path string
		Now  time.Time
	}
	// WriteFailed says that it is not.
	WriteFailed struct {
		Failure *failure.Failure
		Now     time.Time
	}
	// Copied says that something is on the clipboard.
	Copied struct {
		What string
		Now  time.Time
	}
	// Diagnosed gives the text of the diagnostics.
	Diagnosed struct{ Text string }
)

func (Do) isAction()             {}
func (OpenPaths) isAction()      {}
func (OpenSample) isAction()     {}
func (HoldBare) isAction()       {}
func (SetOpacity) isAction()     {}
func (SetScore) isAction()       {}
func (ShowLower) isAction()      {}
func (SortBy) isAction()         {}
func (Hover) isAction()          {}
func (Select) isAction()         {}
func (HideObject) isAction()     {}
func (SaveObject) isAction()     {}
func (HideClass) isAction()      {}
func (EditCaption) isAction()    {}
func (PickCaption) isAction()    {}
func (ChooseSave) isAction()     {}
func (ConfirmSave) isAction()    {}
func (Export) isAction()         {}
func (ChangeSettings) isAction() {}
func (Resized) isAction()        {}
func (ResizePanel) isAction()    {}
func (NoticeAction) isAction()   {}
func (DismissNotice) isAction()  {}
func (Start) isAction()          {}
func (Tick) isAction()           {}
func (OpenEnded) isAction()      {}
func (Pasted) isAction()         {}
func (FolderListed) isAction()   {}
func (Decoded) isAction()        {}
func (DecodeFailed) isAction()   {}
func (EditLoaded) isAction()     {}
func (EditSaved) isAction()      {}
func (EngineSaid) isAction()     {}
func (PathChosen) isAction()     {}
func (Written) isAction()        {}
func (WriteFailed) isAction()    {}
func (Copied) isAction()         {}
func (Diagnosed) isAction()      {}
