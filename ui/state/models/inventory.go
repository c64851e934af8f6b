package models

import (
	"descry/inference"
	"descry/internal/failure"
	"descry/ui/state/core"
)

// Info is a model set that can be chosen.
type Info struct {
	Spec        string // as in --model
	Name        string // "Starter models"
	Description string
	Tasks       []inference.Task
	Place       string                   // the folder or file where it lies; empty: in the program
	Bytes       map[inference.Task]int64 // what the files of each task take; none: not told
	Drawings    bool                     // knows drawings only: whoever gives it a photograph is told
}

// Inventory is what models there are, what of them lies on this machine, and
// what room the machine has. It is told whole, by Listed, and replaced whole.
type Inventory struct {
	Models    []Model // the catalogue, in the order of the page
	Sets      []Set   // the best first
	Others    []Info  // sets that are in no catalogue: the built-in one first, then folders
	Folder    string  // where models are kept
	Disk      int64   // bytes that they take there
	Free      int64   // bytes free there; 0: not known
	Memory    int64   // bytes of memory that are free now; 0: not known
	Closed    string  // why the network is closed by the environment: "DESCRY_OFFLINE is set"; empty: it is not
	Catalogue string  // a catalogue file that was added; empty: none
}

// Keep is how much of a model is on this machine.
type Keep string

// How much of a model is here.
const (
	KeepAbsent  Keep = "absent"
	KeepPartial Keep = "partial" // part of it has arrived
	KeepReady   Keep = "ready"
	KeepDamaged Keep = "damaged" // files are there, but not the right ones
)

// Model is an entry of the catalogue and what of it is on this machine.
type Model struct {
	Name     string         // as in --model and `descry models pull`
	Title    string         // as people call it: "BLIP base"
	About    string         // one sentence: what sets it apart
	Task     inference.Task // empty: it is no model but a library to run them on
	Boxes    bool           // of objects: it gives boxes without outlines
	Licence  string         // its short name
	Text     string         // the licence's full text
	Source   string         // where it comes from: "huggingface.co"
	Revision string
	Bytes    int64   // of the download; 0: not known before
	Pinned   bool    // Descry knows the hash of every file of it
	Memory   int64   // bytes that it takes while it runs
	Seconds  float64 // for a picture on this machine; 0: not known
	Measured bool    // Seconds was measured, not reckoned
	Keep     Keep
	Here     int64            // bytes of the download that have arrived
	Disk     int64            // bytes that it takes in the folder of models
	Place    string           // where it lies, if it is used in place: "Hugging Face's cache"
	Problem  *failure.Failure // what is wrong with a damaged one
	Checked  bool             // a check of every byte found the problem, which a look at the folder does not see
}

// Set is a choice of one model for each task.
type Set struct {
	Name   string // "full"
	Title  string // "Full models"
	About  string // "The best that Descry knows"
	Models []string
}

// Progress is how far a model's download or check is.
type Progress struct {
	Stage       Stage
	Done, Total int64   // bytes of the model; Total 0: not known
	PerSecond   float64 // bytes; 0: not known
	Note        string  // why it waits: "the server is busy (503)"
}

// Stage is what a download is doing.
type Stage string

// The stages of a download.
const (
	StageStarting  Stage = ""          // not heard of yet, or connecting
	StageReceiving Stage = "receiving" // bytes come
	StageChecking  Stage = "checking"  // the hash of what is there is taken
	StageLooking   Stage = "looking"   // whether another program has it already
	StageCopying   Stage = "copying"   // from elsewhere on this machine
	StageUnpacking Stage = "unpacking"
	StageRetrying  Stage = "retrying" // it failed, and is tried again by itself after a while
	StageWaiting   Stage = "waiting"  // another Descry downloads the same file
)

// Models: what there is, and which is used.
type (
	// Listed tells the inventory.
	Listed struct{ Inventory Inventory }
	// SetChosen chooses the models by name: a set, a folder, or a mix.
	SetChosen struct{ Model string }
	// Chosen chooses the model for one task. What is open is described with
	// it at once, but for what the other tasks' models have found.
	Chosen struct {
		Task  inference.Task
		Model string
	}
	// CardClosed takes the start page's card about the models away for good.
	CardClosed struct{}
)

// The Models page.
type (
	// SetOffered shows what a set costs and under which licences, before it is downloaded.
	SetOffered struct{ Set string }
	// Offered does so for one model.
	Offered struct{ Model string }
	// OfferTaken downloads what is offered.
	OfferTaken struct{}
	// OfferClosed goes back to the table.
	OfferClosed struct{}
	// LicenceShown shows a model's licence in full, or hides it if it is shown.
	LicenceShown struct{ Model string }
	// PullPaused stops a model's download; what has arrived is kept.
	PullPaused struct{ Model string }
	// PullResumed goes on with a download that was paused or has failed.
	PullResumed struct{ Model string }
	// VerifyAsked checks the hashes of a model that is here.
	VerifyAsked struct{ Model string }
	// RemovalAsked removes a model from this machine, a little later: until then
	// RemovalUndone takes it back. A download under way is given up.
	RemovalAsked struct{ Model string }
	// RemovalUndone keeps a model that was about to be removed.
	RemovalUndone struct{ Model string }
	// ImportAsked wants the dialog for model files that were brought here.
	ImportAsked struct{}
	// FolderShown opens the folder of models in the system's file manager.
	FolderShown struct{}
	// OfflineToggled closes the network to Descry, or opens it.
	OfflineToggled struct{}
)

// What comes of it.
type (
	// PullProgressed tells how far a Pull or Verify is.
	PullProgressed struct {
		Pull     uint64
		Progress Progress
	}
	// PullEnded tells that a Pull or Verify is over. A nil Failure: the
	// model is here, and right. Kind Cancelled: it was stopped, what arrived is kept.
	PullEnded struct {
		Pull    uint64
		Failure *failure.Failure
	}
	// Removed answers Remove.
	Removed struct {
		Model   string
		Failure *failure.Failure
	}
	// ImportChosen answers AskImport; no paths: dismissed.
	ImportChosen struct{ Paths []string }
	// Imported answers ImportModels: the models that the files gave, by name.
	Imported struct {
		Models  []string
		Failure *failure.Failure
	}
)

// Effects on the store. They change nothing but files; List tells what came of it.
type (
	// List answers with Listed. Speed: once more when it has been
	// measured what this machine computes in a second, if that is not known.
	List struct{ Speed bool }
	// Pull downloads a model. It answers with PullProgressed, some times a
	// second at most, and ends with one PullEnded. Pull names this download; none
	// is used twice. Repair: it is here but damaged; only what is wrong is fetched.
	Pull struct {
		Pull   uint64
		Model  string
		Repair bool
	}
	// Verify checks a model that is here, and answers as Pull does.
	Verify struct {
		Pull  uint64
		Model string
	}
	// StopPull ends a Pull or Verify, which answers with PullEnded.
	StopPull struct{ Pull uint64 }
	// Remove removes a model and what has arrived of it, and answers with Removed.
	Remove struct{ Model string }
	// AskImport shows the file dialog, which answers with ImportChosen.
	AskImport struct{ Folder string }
	// Import takes model files into the store, each recognised by its hash,
	// and answers with Imported.
	Import struct{ Paths []string }
	// OpenFolder opens a folder in the system's file manager.
	OpenFolder struct{ Path string }
)

// Lane implements core.Effect.
func (List) Lane() string { return core.LaneNone }

func (List) isEffect() {}

// Lane implements core.Effect.
func (Pull) Lane() string { return core.LaneNone }

func (Pull) isEffect() {}

// Lane implements core.Effect.
func (Verify) Lane() string { return core.LaneNone }

func (Verify) isEffect() {}

// Lane implements core.Effect.
func (StopPull) Lane() string { return core.LaneNone }

func (StopPull) isEffect() {}

// Lane implements core.Effect.
func (Remove) Lane() string { return core.LaneModels }

func (Remove) isEffect() {}

// Lane implements core.Effect.
func (AskImport) Lane() string { return core.LaneNone }

func (AskImport) isEffect() {}

// Lane implements core.Effect.
func (Import) Lane() string { return core.LaneNone }

func (Import) isEffect() {}

// Model returns a catalogue entry; its Name is empty if there is none of that name.
func (v *Inventory) Model(name string) Model {
	for i := range v.Models {
		if v.Models[i].Name == name {
			return v.Models[i]
		}
	}
	return Model{}
}

// Set returns a set; its Name is empty if there is none of that name.
func (v *Inventory) Set(name string) Set {
	for _, set := range v.Sets {
		if set.Name == name {
			return set
		}
	}
	return Set{}
}

// other returns a set that is in no catalogue.
func (v *Inventory) other(spec string) (Info, bool) {
	for _, m := range v.Others {
		if m.Spec == spec {
			return m, true
		}
	}
	return Info{}, false
}

// changed returns the inventory with one entry changed.
func (v Inventory) changed(name string, f func(*Model)) Inventory {
	for i, m := range v.Models {
		if m.Name == name {
			f(&m)
			v.Models = core.Replaced(v.Models, i, m)
		}
	}
	return v
}
