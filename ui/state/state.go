package state

import (
	"time"

	"descry/inference"
	"descry/internal/failure"
)

// Source says where a picture comes from; exactly one field is set. It is the
// picture's name in every Action and Effect.
type Source struct {
	Path   string // a file
	Sample string // a built-in sample, by its file name
	Pasted int    // a picture from the clipboard, by a number from 1 on
}

// State is the window. Its zero value is a window that has not started.
type State struct {
	Now      time.Time
	Started  bool
	Settings Settings
	Samples  []Sample
	Home     string // the person's home folder, to shorten paths

	Walk     []Source            // what the arrows walk through
	At       int                 // place of the current picture in Walk; -1: the start page
	Pictures map[Source]*Picture // those known; replaced, never changed
	NextJob  inference.JobID
	Jobs     map[inference.JobID]Job
	NextClip int

	Bare    bool // H is held: the bare picture
	Sheet   Sheet
	Save    SaveChoice
	Pending *Pending // a write that waits for a path
	Notice  *Notice
	Opening bool   // a file dialog is open
	Report  string // the diagnostics, once made
	Models  []ModelChoice
	Device  string // what ran last: "cpu, 1 thread"
	Told    bool   // that the built-in models know drawings only
	Closing bool
}

// Sample is a built-in sample picture.
type Sample struct{ Name, Title string }

// ModelChoice is a model set that can be chosen.
type ModelChoice struct{ Name, Title string }

// Stage is how far a picture has come.
type Stage int

// The stages of a picture.
const (
	Decoding Stage = iota
	Ready
	Failed
)

// Picture is what is known of one picture. A *Picture in a State is never
// changed: Reduce puts a changed copy in its place.
type Picture struct {
	Source  Source
	Stage   Stage
	Failure *failure.Failure // Stage Failed
	Key     string           // content hash
	Width   int
	Height  int
	Photo   bool // plainly no drawing
	Decode  float64
	Used    time.Time // last shown or described

	Results map[string]Results // by model
	Draft   Draft
	Objects ObjectState
	Hidden  []bool // classes switched off, by their value in the class map
}

// Results are what one model set says of a picture.
type Results struct {
	Caption   TaskState
	Instances TaskState
	Classes   TaskState
	Others    TaskState // the search for other captions

	Text string // the caption so far, while it is written
}

// TaskState is one task: asked (Job), done (one of the results) or failed.
type TaskState struct {
	Job       inference.JobID // 0: none is open
	Stage     string          // of the open job: "", "load", "run"
	Since     time.Time
	Took      float64 // milliseconds
	Failure   *failure.Failure
	Caption   *inference.Caption
	Instances *inference.Instances
	Classes   *inference.Classes
}

// done reports whether the task needs no job any more.
func (t TaskState) done() bool {
	return t.Caption != nil || t.Instances != nil || t.Classes != nil || t.Failure != nil
}

// Job says what an open job is for.
type Job struct {
	Source Source
	Task   inference.Task
	Model  string
	Others bool // the search for other captions
}

// Draft is a person's caption of a picture.
type Draft struct {
	Edited  bool // else the model's words are shown
	Text    string
	Undo    []string // earlier texts, newest last; what the model said is ""
	Loaded  bool     // a kept edit has been looked for
	Unsaved bool
	Changed time.Time
}

// ObjectState is what a person did with the list of objects.
type ObjectState struct {
	Hidden   []int // indexes in Instances.Items
	Hover    int   // index, -1: none
	Selected int   // index, -1: none
	Look     int   // counts wishes to bring Selected into view
}

// Sheet is what covers the window.
type Sheet string

// The sheets.
const (
	NoSheet          Sheet = ""
	SaveSheet        Sheet = "save"
	ExportSheet      Sheet = "export"
	ShortcutsSheet   Sheet = "shortcuts"
	SettingsSheet    Sheet = "settings"
	DiagnosticsSheet Sheet = "diagnostics"
)

// Placement is where the caption goes in a saved picture.
type Placement string

// The placements.
const (
	Under Placement = "under"
	Over  Placement = "over"
	None  Placement = "none"
)

// SaveChoice is what the sheet "Save captioned picture" asks.
type SaveChoice struct {
	Placement Placement
	Legend    bool
	JPEG      bool
}

// Pending is a write that waits for the person to choose a path.
type Pending struct {
	Source Source
	Kind   WriteKind
	Object int // for Cutout
}

// NoticeKind says how a notice is shown.
type NoticeKind string

// The kinds of notice.
const (
	Note    NoticeKind = "note"
	Done    NoticeKind = "done"
	Trouble NoticeKind = "trouble"
)

// Notice is one sentence that goes away by itself or by ✕, with at most one
// thing to do.
type Notice struct {
	Kind    NoticeKind
	Title   string
	Text    string
	Action  string // the button's text, "": none
	Path    string // for "Show in folder"
	Expires time.Time
}

// New gives the state of a window that has not started.
func New() State {
	return State{At: -1, Settings: DefaultSettings(), Pictures: map[Source]*Picture{}, Jobs: map[inference.JobID]Job{}, NextJob: 1, NextClip: 1,
		Save: SaveChoice{Placement: Under, Legend: true}}
}

// Current gives the picture that is shown, nil on the start page.
func (s State) Current() *Picture {
	if s.At < 0 || s.At >= len(s.Walk) {
		return nil
	}
	return s.Pictures[s.Walk[s.At]]
}

// results gives what the chosen model says of p.
func (s State) results(p *Picture) Results { return p.Results[s.Settings.Model] }
