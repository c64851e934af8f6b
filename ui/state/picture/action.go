package picture

import (
	"descry/inference"
	"descry/internal/failure"
	"descry/render"
	"descry/settings"
)

// PictureID names one opened picture for as long as it is open. 0 is none; an
// ID is never used twice. Whoever performs effects keeps the pixels under it.
type PictureID uint64

// Opening.
type (
	// OpenAsked wants the file dialog.
	OpenAsked struct{}
	// Opened opens paths: chosen, dropped or pasted. The first is shown; several
	// can be walked through, of one its folder. Whoever sends it has replaced
	// folders by the pictures in them. No paths: the dialog was dismissed.
	Opened struct{ Paths []string }
	// PasteAsked wants what is in the clipboard.
	PasteAsked struct{}
	// Pasted tells what was in the clipboard: a picture, kept by the performer
	// under the number Clip, or text, which may hold paths. Neither: nothing to paste.
	Pasted struct {
		Clip uint64
		Text string
	}
	// SampleOpened opens one of Setup.Samples by its name.
	SampleOpened struct{ Name string }
	// RecentsCleared forgets the pictures opened last.
	RecentsCleared struct{}
	// RecentsRestored takes RecentsCleared back.
	RecentsRestored struct{ Paths []string }
	// Window tells a part of a list, about a place in it: in answer to ListFolder,
	// where the picture that was opened stands, or to LookUp. A Count of 0: there
	// is no such list, or nothing in it.
	Window struct {
		List  ListID
		Count int // of the whole list
		At    int
		First int // the place of Paths[0]
		Paths []string
	}
	// Walked goes to the next (1) or previous (−1) picture of the folder.
	Walked struct{ Step int }
	// PictureClosed goes back to the start page.
	PictureClosed struct{}
	// Decoded tells that a picture's pixels are there. Key is the SHA-256 of the
	// file's bytes; Photo says that it is plainly a photograph.
	Decoded struct {
		Picture       PictureID
		Key           string
		Width, Height int // pixels, upright
		Photo         bool
		Milliseconds  float64
	}
	// DecodeFailed tells that there will be no pixels.
	DecodeFailed struct {
		Picture PictureID
		Failure *failure.Failure
	}
	// DecodeAgain tries the visible picture again.
	DecodeAgain struct{}
)

// Results.
type (
	// EngineSaid is an event of the worker. When the worker cannot be started,
	// every Submit is answered with a KindFailed of this kind.
	EngineSaid struct{ Event inference.Event }
	// Stopped cancels what runs for the visible picture.
	Stopped struct{}
	// Again runs a task of the visible picture again that failed or was stopped;
	// the zero Task: every one of those.
	Again struct{ Task inference.Task }
	// RetriedOnCPU uses the CPU from now on, and runs what failed again.
	RetriedOnCPU struct{}
	// Regenerated wants another caption from the model. A person's own text stays.
	Regenerated struct{}
	// DescribedAgain runs those tasks of the open pictures again whose results
	// come from a model that is no longer the one in use.
	DescribedAgain struct{}
	// DetailsToggled shows or hides the details of failures.
	DetailsToggled struct{}
)

// The caption.
type (
	// CaptionEdited is the whole text of the caption field, of the picture that it
	// was shown for (0: the visible one). It is sent for what a person types, not
	// for what the program puts there. Serial counts what was typed: a Screen
	// whose Caption.Serial is lower was made before, and its text is not to be put
	// into the field, else letters typed meanwhile would be lost.
	CaptionEdited struct {
		Picture PictureID
		Text    string
		Serial  uint64
	}
	// CaptionPicked takes one of the alternatives.
	CaptionPicked struct{ Text string }
	// CaptionUndone goes back to the text before.
	CaptionUndone struct{}
	// CaptionRedone is the opposite of CaptionUndone.
	CaptionRedone struct{}
	// CaptionCopied copies the caption.
	CaptionCopied struct{}
	// EditLoaded answers LoadEdit, always; a nil Edit: there is none to be read.
	EditLoaded struct {
		Key  string
		Edit *Edit
	}
	// EditSaved answers SaveEdit; a nil Failure: it is on disk.
	EditSaved struct {
		Key     string
		Failure *failure.Failure
	}
)

// Canvas.
type (
	// LayerToggled switches a layer on or off.
	LayerToggled struct{ Layer settings.Layer }
	// Bare shows the bare picture while it is On (the key H held down).
	Bare struct{ On bool }
	// OpacitySet sets the opacity of fills, 0 … 1.
	OpacitySet struct{ Value float64 }
	// ScoreSet sets the least score that is shown, 0 … 1.
	ScoreSet struct{ Value float64 }
	// SecondNamesToggled shows or hides second names for the same object.
	SecondNamesToggled struct{}
	// CanvasSized tells the canvas's size in pixels of the screen, and how many
	// of them a dp has.
	CanvasSized struct{ Width, Height, Scale float64 }
	// ViewFitted shows the whole picture and keeps doing so.
	ViewFitted struct{}
	// ViewActual shows the picture pixel for pixel.
	ViewActual struct{}
	// ZoomedAt zooms by Factor about a point of the canvas, in its pixels.
	ZoomedAt struct{ Factor, X, Y float64 }
	// ZoomStepped zooms about the middle, in (1) or out (−1).
	ZoomStepped struct{ Step int }
	// Panned moves the picture by pixels of the screen.
	Panned struct{ DX, DY float64 }
	// ViewMoved tells where the canvas has gone by itself.
	ViewMoved struct{ View View }
	// PanelToggled shows or hides the inspector.
	PanelToggled struct{}
	// PanelSized sets the inspector's width in dp.
	PanelSized struct{ Width float32 }
)

// Objects and classes. Object is an index into the result's Items, −1 for none.
type (
	// Hovered tells the object under the pointer, in the picture or in the list.
	Hovered struct{ Object int }
	// Selected selects an object, or none.
	Selected struct{ Object int }
	// LookedAt selects an object and brings it into view.
	LookedAt struct{ Object int }
	// ObjectToggled hides or shows one object.
	ObjectToggled struct{ Object int }
	// ObjectsShown shows all hidden objects again.
	ObjectsShown struct{}
	// Sorted orders the list of objects.
	Sorted struct{ By settings.Sort }
	// ClassToggled hides or shows a class of the class map, by its value there.
	ClassToggled struct{ Class int }
	// ClassPointed tells the class under the pointer, by its value in the map, −1
	// for none. Listed: in the legend, where the map answers.
	ClassPointed struct {
		Class  int
		Listed bool
	}
	// ClassStepped points at the next (1) or previous (−1) class of the legend.
	ClassStepped struct{ Step int }
)

// Saving.
type (
	// PlacementSet chooses where the caption goes in a saved picture.
	PlacementSet struct{ Placement render.CaptionPlacement }
	// LegendToggled writes the legend into a saved picture or not.
	LegendToggled struct{}
	// FormatSet chooses the format of a saved picture, one of Setup.Formats that is drawn.
	FormatSet struct{ Format string }
	// PreviewToggled shows or hides the live preview.
	PreviewToggled struct{}
	// SaveAsked wants the dialog for the place of the captioned picture.
	SaveAsked struct{}
	// ExportToggled takes a format into the export or out of it.
	ExportToggled struct{ Format string }
	// ExportAsked writes the chosen formats: beside the picture, or into a folder to be asked for.
	ExportAsked struct{ Beside bool }
	// ObjectSaveAsked wants the dialog for one object as a transparent PNG.
	ObjectSaveAsked struct{ Object int }
	// PlaceChosen answers AskSave or AskFolder; the empty path: dismissed.
	PlaceChosen struct {
		Ask  uint64
		Path string
	}
	// Exported tells that a file was written.
	Exported struct {
		Write uint64
		Path  string
	}
	// ExportFailed tells that a file was not written. Exists: since there is one
	// of that name already.
	ExportFailed struct {
		Write   uint64
		Failure *failure.Failure
		Exists  bool
	}
	// Replaced writes again over the file that is in the way, from a notice.
	Replaced struct{ Notice uint64 }
)

// SelectedObject, as an object, stands for the one that is selected.
const SelectedObject = -2
