package picture

import (
	"descry/inference"
	"descry/render"
	"descry/ui/state/core"
)

// SourceKind says where a picture comes from.
type SourceKind string

// The kinds of source.
const (
	SourceFile   SourceKind = "file"
	SourceSample SourceKind = "sample" // of Setup.Samples
	SourceClip   SourceKind = "clip"   // pasted
)

// Source says where a picture comes from.
type Source struct {
	Kind SourceKind
	Path string // of a file; the name of a sample
	Clip uint64 // of what was pasted
}

// Edit is what a person wrote about a picture, kept beside what the models
// said, by the picture's content hash.
type Edit struct {
	Caption string   `json:"caption"`           // the last text
	Own     bool     `json:"own"`               // it is shown; false: undone, the model's is shown
	Earlier []string `json:"earlier,omitempty"` // older texts, oldest first, for undo
	Later   []string `json:"later,omitempty"`   // undone texts, for redo; the next one last
}

// Opening.
type (
	// AskOpen shows the file dialog, which answers with Opened.
	AskOpen struct{ Folder string }
	// ReadClipboard answers with Pasted.
	ReadClipboard struct{}
	// ListFolder answers with FolderListed.
	ListFolder struct{ Dir string }
	// Decode answers with Decoded or DecodeFailed. Pixels is the limit on the
	// number of pixels.
	Decode struct {
		Picture PictureID
		Source  Source
		Pixels  int64
	}
	// Release forgets a picture and its pixels, and stops its decoding.
	Release struct{ Picture PictureID }
)

// The worker.
type (
	// Submit hands a request to the worker; the performer fills in the pixels of
	// the picture. Its events come back as EngineSaid.
	Submit struct {
		Picture PictureID
		Request inference.Request // Picture.Pix is nil
	}
	// Cancel ends a job. Nothing is heard of it after.
	Cancel struct{ Job inference.JobID }
	// Front says that this waiting job's picture is the visible one now.
	Front struct{ Job inference.JobID }
)

// What a person wrote and chose.
type (
	// LoadEdit answers with EditLoaded.
	LoadEdit struct{ Key string }
	// SaveEdit keeps an edit and answers with EditSaved. Unread: what is stored
	// has not been read yet, so its texts are to be kept before Edit.Earlier.
	SaveEdit struct {
		Key, Name string
		Edit      Edit
		Unread    bool
	}
)

// Captioned says all of a captioned picture but its pixels: for the preview and
// for the file.
type Captioned struct {
	Picture   PictureID
	Style     render.Style
	Layout    render.CaptionLayout
	Items     []render.Item
	Classes   *inference.Classes
	HideClass []bool
}

// Target is the file to write. Write comes back in Exported or ExportFailed.
// Without Overwrite a file of that name is left alone. Original is the
// picture's own file, which is never written to; empty for samples and clips.
type Target struct {
	Write     uint64
	Path      string
	Overwrite bool
	Original  string
}

// Files. All answer with Exported or ExportFailed.
type (
	// AskSave shows the dialog for a new file and answers with PlaceChosen.
	AskSave struct {
		Ask                 uint64
		Title, Folder, Name string
	}
	// AskFolder shows the dialog for a folder and answers with PlaceChosen.
	AskFolder struct {
		Ask           uint64
		Title, Folder string
	}
	// WriteFile writes a picture in a format of Setup.Formats.
	WriteFile struct {
		Target
		Format      string // its ID
		Description inference.Description
		Captioned   *Captioned // of a format that is drawn; else nil
	}
	// WriteCutout writes one object as a transparent PNG.
	WriteCutout struct {
		Target
		Picture  PictureID
		Instance inference.Instance
	}
)

// Lane implements core.Effect.
func (AskOpen) Lane() string { return core.LaneNone }

func (AskOpen) isEffect() {}

// Lane implements core.Effect.
func (ReadClipboard) Lane() string { return core.LaneNone }

func (ReadClipboard) isEffect() {}

// Lane implements core.Effect.
func (ListFolder) Lane() string { return core.LaneNone }

func (ListFolder) isEffect() {}

// Lane implements core.Effect.
func (Decode) Lane() string { return core.LaneNone }

func (Decode) isEffect() {}

// Lane implements core.Effect.
func (Release) Lane() string { return core.LaneNone }

func (Release) isEffect() {}

// Lane implements core.Effect.
func (Submit) Lane() string { return core.LaneWorker }

func (Submit) isEffect() {}

// Lane implements core.Effect.
func (Cancel) Lane() string { return core.LaneWorker }

func (Cancel) isEffect() {}

// Lane implements core.Effect.
func (Front) Lane() string { return core.LaneWorker }

func (Front) isEffect() {}

// Lane implements core.Effect.
func (LoadEdit) Lane() string { return core.LaneEdits }

func (LoadEdit) isEffect() {}

// Lane implements core.Effect.
func (SaveEdit) Lane() string { return core.LaneEdits }

func (SaveEdit) isEffect() {}

// Lane implements core.Effect.
func (AskSave) Lane() string { return core.LaneNone }

func (AskSave) isEffect() {}

// Lane implements core.Effect.
func (AskFolder) Lane() string { return core.LaneNone }

func (AskFolder) isEffect() {}

// Lane implements core.Effect.
func (WriteCutout) Lane() string { return core.LaneNone }

func (WriteCutout) isEffect() {}

// Lane implements core.Effect.
func (WriteFile) Lane() string { return core.LaneNone }

func (WriteFile) isEffect() {}
