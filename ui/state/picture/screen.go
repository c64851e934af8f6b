package picture

import (
	"image/color"

	"descry/inference"
	"descry/render"
	"descry/ui/state/core"
)

// Slider is a number that a person chooses. The widget sends OpacitySet or
// ScoreSet with a value from Least to Most.
type Slider struct {
	Label   string
	Tip     string
	Text    string // the value in words
	Value   float64
	Least   float64
	Most    float64
	Step    float64
	Enabled bool
}

// Tint is the colour of a class.
type Tint struct {
	Color   color.NRGBA
	Pattern render.Pattern // tells classes of one colour apart
}

// Canvas is the middle of the picture page.
type Canvas struct {
	Picture       PictureID // whose pixels are shown; 0: none yet
	Width, Height int       // of the picture in pixels
	View          View
	Zoom          string // "Fit", "100 %"
	ZoomIn        core.Button
	ZoomOut       core.Button
	Fit           core.Button
	Actual        core.Button

	Style     render.Style // Scale is 0: the canvas knows it
	Items     []render.Item
	Classes   *inference.Classes // nil when the map is off
	HideClass []bool
	Pointed   *PointedClass // nil: no class is pointed at
	Hover     int           // index into the result's Items, −1: none
	Selected  int           // … −1: none
	Opacity   Slider
	Score     Slider
	Busy      *Busy
	Failure   *FailureCard // stands where the picture would
}

// PointedClass names the class under the pointer, or that a key or the legend chose.
type PointedClass struct {
	Text  string // its name
	Share string // "12 % of the picture"
	Tint  Tint
	Plain bool // the background, which has no colour
}

// Busy is the pill that tells what runs.
type Busy struct {
	Text    string // "Looking for objects…"
	Elapsed string // "0.8 s"
	Stop    core.Button
}

// FailureCard says what happened to which file, and what can be done.
type FailureCard struct {
	Title   string
	Text    string
	Hint    string
	Details string // empty unless they are shown
	Actions []core.Button
}

// Panel is the inspector.
type Panel struct {
	Shown   bool
	Width   float32 // dp; 0: the window's choice
	Caption CaptionPart
	Objects ObjectsPart
	Classes ClassesPart
	Notice  *core.NoticeView // what the built-in models know
	CopyAlt core.Button
	Export  core.Button
}

// CaptionPart is the caption with its alternatives.
type CaptionPart struct {
	Title             string
	Picture           PictureID // for CaptionEdited
	Serial            uint64    // of the last CaptionEdited that this screen knows of
	Text              string
	Editable          bool
	Busy              bool   // a cursor stands at the end: words are still coming
	Placeholder       string // in an empty field
	Sure              string // "fairly sure"
	SureTip           string
	Length            string // "34 of 125"
	LengthTip         string
	TooLong           bool
	Copy              core.Button
	Undo              core.Button
	Redo              core.Button
	Again             core.Button
	How               core.Button // opens SheetCaption
	AlternativesTitle string
	Alternatives      []Alternative
	AlternativesBusy  bool
	Failure           *FailureCard
}

// Alternative is another caption that the model suggests.
type Alternative struct {
	Text, Likely string
	Do           core.Action
}

// ObjectsPart is the list of objects.
type ObjectsPart struct {
	Title       string
	Shown       string // "2 shown"
	Busy        bool   // grey rows stand for what is coming
	Rows        []ObjectRow
	Empty       string      // instead of rows
	More        string      // "1 less certain (30–70 %)"
	MoreButton  core.Button // "show"
	Sort        string      // "by size"
	Sorts       []core.Choice
	SecondNames core.Button // check box
	ShowHidden  core.Button // "Show 2 hidden again"
	Failure     *FailureCard
}

// ObjectRow is one object.
type ObjectRow struct {
	Object   int // index into the result's Items
	Name     string
	Detail   string // "lower right · 4 % of the picture"
	Score    string // "99 %"
	Sure     string // "sure"
	Tint     Tint
	Shown    bool // ticked
	Hovered  bool
	Selected bool
	Toggle   core.Button
	Look     core.Button
	SavePNG  core.Button
}

// ClassesPart is the legend of the class map.
type ClassesPart struct {
	Shown   bool // the map is on
	Title   string
	Busy    bool
	Rows    []ClassRow
	Note    string // of what the map was made, where that is to be said
	Empty   string
	Failure *FailureCard
}

// ClassRow is one class of the map.
type ClassRow struct {
	Class   int // value in the map
	Name    string
	Share   string
	Tint    Tint
	Shown   bool
	Pointed bool // it is the class that is pointed at
	Toggle  core.Button
}

// The kinds of notice.
const ()

// SaveSheet saves the captioned picture.
type SaveSheet struct {
	Title         string
	Placements    []core.Choice
	PlacementName string
	Legend        core.Button // check box
	Formats       []core.Choice
	FormatName    string
	Preview       core.Button // check box
	Plan          *Captioned  // to draw the preview from; nil: no preview
	Save          core.Button
	Cancel        core.Button
}

// ExportSheet writes other formats.
type ExportSheet struct {
	Title   string
	Text    string
	Formats []ExportFormat
	Beside  core.Button // write beside the picture; empty where there is no folder
	Choose  core.Button // choose a folder
	Cancel  core.Button
}

// ExportFormat is a check box with the file's name.
type ExportFormat struct {
	Format string // its ID
	File   string
	core.Button
}
