package state

import (
	"time"

	"descry/inference"
)

// Effect is something to be done outside the State. It is data: a Performer
// does it and answers with Actions.
type Effect interface{ isEffect() }

// WriteKind is what a write puts into its file.
type WriteKind string

// The kinds of file.
const (
	CaptionedPNG  WriteKind = "png"
	CaptionedJPEG WriteKind = "jpeg"
	CaptionText   WriteKind = "txt"
	ResultJSON    WriteKind = "json"
	ResultCOCO    WriteKind = "coco"
	LabelMap      WriteKind = "labelmap"
	CutoutPNG     WriteKind = "cutout"
)

type (
	// Wake asks for a Tick after a while.
	Wake struct{ After time.Duration }
	// AskOpen shows a file dialog; OpenPaths and OpenEnded come back.
	AskOpen struct{ Folder string }
	// ReadClipboard looks for a picture or a path: Pasted or OpenPaths.
	ReadClipboard struct{ Clip int }
	// ListFolder lists the pictures beside a file, or in a folder: FolderListed.
	ListFolder struct{ Path string }
	// Decode makes a picture's pixels: Decoded or DecodeFailed.
	Decode struct{ Source Source }
	// Forget lets go of a picture's pixels.
	Forget struct{ Source Source }
	// LoadEdit looks for a kept caption: EditLoaded.
	LoadEdit struct {
		Source Source
		Key    string
	}
	// SaveEdit keeps a caption: EditSaved. Remove forgets it.
	SaveEdit struct {
		Source Source
		Key    string
		Text   string
		Remove bool
	}
	// Submit gives the worker a job: EngineSaid.
	Submit struct {
		Job     inference.JobID
		Source  Source
		Task    inference.Task
		Model   string
		Device  string
		Threads int
		Visible bool
		Caption inference.CaptionOptions
	}
	// CancelJob ends a job.
	CancelJob struct{ Job inference.JobID }
	// FrontJob brings a waiting job's picture to the front.
	FrontJob struct{ Job inference.JobID }
	// CopyText puts text on the clipboard: Copied.
	CopyText struct{ Text, What string }
	// AskPath shows a save dialog: PathChosen.
	AskPath struct{ Title, Folder, Name string }
	// Write writes a file: Written or WriteFailed.
	Write struct {
		Kind    WriteKind
		Path    string
		Source  Source
		Model   string
		Caption string
		Choice  SaveChoice
		Layers  Layers
		Opacity float64
		Objects []int // indexes in Instances.Items that are shown
		Hidden  []bool
		Result  Results
	}
	// SaveSettings keeps the settings.
	SaveSettings struct{ Settings Settings }
	// Diagnose makes the diagnostics: Diagnosed.
	Diagnose struct{}
	// ShowInFolder opens the system's file manager.
	ShowInFolder struct{ Path string }
	// Quit closes the window; everything before it in the list is done first.
	Quit struct{}
)

func (Wake) isEffect()          {}
func (AskOpen) isEffect()       {}
func (ReadClipboard) isEffect() {}
func (ListFolder) isEffect()    {}
func (Decode) isEffect()        {}
func (Forget) isEffect()        {}
func (LoadEdit) isEffect()      {}
func (SaveEdit) isEffect()      {}
func (Submit) isEffect()        {}
func (CancelJob) isEffect()     {}
func (FrontJob) isEffect()      {}
func (CopyText) isEffect()      {}
func (AskPath) isEffect()       {}
func (Write) isEffect()         {}
func (SaveSettings) isEffect()  {}
func (Diagnose) isEffect()      {}
func (ShowInFolder) isEffect()  {}
func (Quit) isEffect()          {}
