package state

import (
	"descry/inference"
	"descry/internal/failure"
)

// Screen is all that the window shows, ready to be put into widgets: texts are
// whole, numbers are words where people think in words, and what cannot be done
// is disabled.
type Screen struct {
	Title   string
	Theme   Theme
	Start   *StartScreen   // exactly one of Start and
	Picture *PictureScreen // Picture is set
	Sheet   SheetScreen
	Status  StatusScreen
	Notice  *NoticeScreen
	Enabled map[Command]bool // of every command of the table
	Checked map[Command]bool // of those that are switched on
	Window  WindowScreen
}

// WindowScreen is what the window itself needs.
type WindowScreen struct {
	Width, Height float32 // as kept, for opening
	PanelShown    bool
	PanelWidth    float32 // dp; 0: by the window's width
}

// StartScreen is the start page.
type StartScreen struct {
	Samples []Sample
	Recent  []RecentScreen
	Failure *FailureScreen // a picture that could not be opened
}

// RecentScreen is a picture opened before.
type RecentScreen struct{ Path, Name, Folder string }

// PictureScreen is the page with a picture.
type PictureScreen struct {
	Source  Source
	Name    string
	Count   string // "2 of 30"
	Ready   bool   // its pixels are there
	Width   int
	Height  int
	Layers  Layers
	Bare    bool
	Opacity float64 // 0 … 1
	Score   float64 // 0 … 1, as it acts now
	// Overlay is what the canvas draws; equal Versions draw the same.
	Overlay  OverlayScreen
	Failure  *FailureScreen // instead of the picture
	Caption  CaptionScreen
	Objects  ObjectsScreen
	Legend   LegendScreen
	Busy     *BusyScreen
	CanPrev  bool
	CanNext  bool
	Previous string // names for tooltips
	Next     string
}

// OverlayScreen names what is drawn over the picture. Results are shared and
// read-only.
type OverlayScreen struct {
	Instances *inference.Instances
	Shown     []int // indexes in Instances.Items that are drawn, by falling score
	Classes   *inference.Classes
	HideClass []bool
	Highlight int // index in Instances.Items, -1: none
	Look      int // counts wishes to bring Selected into view
	Selected  int // index in Instances.Items, -1: none
}

// CaptionScreen is the caption part of the panel.
type CaptionScreen struct {
	Text       string
	Streaming  bool // the text is being written: a cursor, not editable
	Editable   bool
	Edited     bool   // it is the person's own
	Sureness   string // "fairly sure", "yours"
	Length     string // "34 of 125"
	TooLong    bool
	CanCopy    bool
	CanUndo    bool
	CanRetry   bool
	Candidates []CandidateScreen
	Searching  bool // for candidates
	Failure    *FailureScreen
}

// CandidateScreen is another way to say it.
type CandidateScreen struct{ Text, Likely string }

// ObjectsScreen is the list of objects.
type ObjectsScreen struct {
	Waiting     bool // placeholders
	Count       string
	Order       Order
	OrderText   string // "by size"
	Rows        []ObjectRow
	Empty       string // "No objects above 70 %."
	More        string // "3 between 30 and 70 %"
	MoreAction  string // "show", or "show them" where the list is empty
	SecondNames bool   // the checkbox: second names are hidden
	Hidden      string // "1 second name hidden", or nothing
	Failure     *FailureScreen
}

// ObjectRow is one object of the list.
type ObjectRow struct {
	Index    int // in Instances.Items
	Name     string
	Where    string // "lower right · 4 % of the picture"
	Score    string // "99 %"
	Class    string // for its colour
	Shown    bool   // the checkbox
	Hover    bool
	Selected bool
}

// LegendScreen is the legend of the class map.
type LegendScreen struct {
	Shown   bool
	Waiting bool
	Rows    []LegendRow
	Empty   string
	Failure *FailureScreen
}

// LegendRow is one class of the class map.
type LegendRow struct {
	Class int
	Name  string
	Share string
	Shown bool
}

// BusyScreen is the pill that says what runs.
type BusyScreen struct {
	Text    string // "Looking for objects…"
	Elapsed string // "0.8 s"
}

// FailureScreen stands where the result would stand.
type FailureScreen struct {
	Title   string
	Text    string
	Hint    string
	Actions []FailureAction
	Kind    failure.Kind
}

// FailureAction is one thing that a failure offers.
type FailureAction struct {
	Text    string
	Command Command
}

// NoticeScreen is a notice.
type NoticeScreen struct {
	Kind        NoticeKind
	Title, Text string
	Action      string
}

// StatusScreen is the status bar.
type StatusScreen struct {
	Text      string // "Caption 0.21 s · objects 0.14 s · classes 0.05 s"
	Model     string // chip
	Device    string // chip
	DeviceTip string
}

// SheetScreen is what covers the window.
type SheetScreen struct {
	Sheet     Sheet
	Save      SaveChoice
	SaveNote  string // what will be saved: "1280 × 960, PNG"
	Exports   []ExportRow
	Shortcuts []ShortcutGroup
	Settings  Settings
	Models    []ModelChoice
	Report    string // the diagnostics; "" while they are made
}

// ExportRow is one format of the export sheet.
type ExportRow struct {
	Kind    WriteKind
	Name    string
	Help    string
	Enabled bool
}

// ShortcutGroup is one menu's commands on the page of shortcuts.
type ShortcutGroup struct {
	Title string
	Rows  []ShortcutRow
}

// ShortcutRow is one command on the page of shortcuts.
type ShortcutRow struct{ Keys, Label, Help string }
