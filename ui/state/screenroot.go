package state

import (
	"descry/settings"
	"descry/ui/state/core"
	"descry/ui/state/models"
)

// The window's own pages.
const (
	SheetShortcuts core.PageID = "shortcuts" // all keys
	SheetClosing   core.PageID = "closing"   // whether to close while a download runs
)

// Screen is all that the window shows: texts, numbers, flags, and the actions
// that its controls send. Pixels are named by picture and sample name only.
// Slices, results and masks are shared and read-only.
type Screen struct {
	Title   string // of the window
	Theme   settings.Theme
	Window  WindowSize
	Bar     ToolBar
	Page    View // fills the window
	Sheet   View // lies over it; none: its ID is core.SheetNone
	Status  StatusBar
	Notices []core.NoticeView // at the foot, newest last
	Menus   []Menu
}

// View is a page with what it shows: the value that its feature's Show returns.
type View struct {
	ID      core.PageID
	Content any
}

// WindowSize is the window's inner size in dp when it opens.
type WindowSize struct{ Width, Height float32 }

// ToolBar is the strip at the top.
type ToolBar struct {
	Name   string // of the picture, else of the program
	Place  string // "2 of 30"; empty without a folder
	Open   core.Button
	Back   core.Button
	Next   core.Button
	Layers []LayerToggle // masks, outlines, boxes, labels, classes; empty on the start page
	Save   core.Button   // the one primary action; empty on the start page
	Panel  core.Button   // shows or hides the inspector
	Models core.Button   // on the start page
}

// LayerToggle is a pill of the tool bar.
type LayerToggle struct {
	Layer settings.Layer
	core.Button
}

// StartPage has one thing to do.
type StartPage struct {
	Title        string
	Text         string
	Hint         string // the keys
	Open, Paste  core.Button
	Card         *models.Card // about the models; nil: none
	SamplesTitle string
	Samples      []SampleCard
	RecentTitle  string
	Recent       []RecentLink
	ClearRecent  core.Button
}

// SampleCard is a picture that comes with the program; its thumbnail is known
// by Name.
type SampleCard struct {
	Name, Title, Tip string
	Do               core.Action
}

// RecentLink is a picture opened before.
type RecentLink struct {
	Name, Folder, Path string
	Do                 core.Action
}

// StatusBar is the strip at the foot.
type StatusBar struct {
	Text   string
	Pull   core.Button // the downloads under way; empty: none
	Part   float64     // of them, 0 … 1
	Model  core.Button
	Device core.Button
}

// Menu is a menu of the window.
type Menu struct {
	Name  string
	Items []MenuItem
}

// MenuItem is a command in a menu. A separator stands before the first of a group.
type MenuItem struct {
	Command   core.CommandID
	Separator bool
	Keys      []Key
	KeyText   string
	Check     bool // can be on or off
	core.Button
}

// ShortcutList is a group of the shortcuts page.
type ShortcutList struct {
	Name string
	Rows []Shortcut
}

// Shortcut is one line of the shortcuts page.
type Shortcut struct{ Keys, Text string }
