// Package picture is the part of the window's state that shows pictures: which
// are open and decoded, what the models are asked and have found, the caption
// that a person writes, the view, the objects and classes, and what is saved.
//
// What is wanted is said rather than done step by step: after each action, Settle
// compares what should be decoded, run and saved with what is, and the difference
// becomes effects.
package picture

import (
	"time"

	"descry/inference"
	"descry/internal/failure"
	"descry/settings"
	"descry/ui/state/core"
)

// The pages.
const (
	Page        core.PageID = "picture"
	SheetSave   core.PageID = "save"   // save the captioned picture
	SheetExport core.PageID = "export" // write other formats
)

// State is what the window knows of pictures. The zero State is of no use; New
// gives one.
type State struct {
	pictures []picture // decoded or being decoded: the visible one and its neighbours
	current  PictureID // 0: the start page
	walk     walk
	jobs     []job
	results  []result
	drafts   []draft
	serial   uint64 // of the last CaptionEdited
	last     counters

	canvas   Frame
	view     View
	bare     bool
	hover    int // object, −1: none
	selected int // object, −1: none
	pointed  pointed
	details  bool

	asks   []ask
	writes []write
	photo  PictureID // the picture that shows the notice about photographs

	busySince time.Time // zero: not busy, or the time is not known yet
}

// New returns the state of a window that has just opened.
func New() State { return State{view: ViewFit(), hover: -1, selected: -1} }

// Models is what pictures know of the models in use.
type Models struct {
	Using    core.Using
	Spec     string // as in Request.Model
	Tasks    []inference.Task
	Drawings bool // they know drawings only
}

// Env is what pictures know of the rest of the window.
type Env struct {
	*core.Shared
	Home    string // the user's home folder, shown as ~
	Samples []Sample
	Formats []Format
	Models  Models
	Rest    Rest
}

// Rest answers what only the whole window knows.
type Rest interface {
	// Command returns a control for a command of the window's table; with an empty
	// text it says the command's own.
	Command(id core.CommandID, text string) core.Button
	// BetterModels returns a button that offers better models, none where there are
	// none or they are on their way, and whether there are others to choose from.
	BetterModels() (get core.Button, others bool)
}

// Scene is the state with what it knows of the rest.
type Scene struct {
	*State
	Env
}

// Action is something that happens to pictures.
type Action interface{ on(*reduction) }

// Effect is something that pictures want to be done.
type Effect interface {
	core.Effect
	isEffect()
}

// What pictures want of the rest of the window.
type (
	// Ran tells what a job ran on.
	Ran struct {
		Device  string
		Threads int
	}
	// DeviceLost tells that the worker gave a device up.
	DeviceLost struct{ Lost *inference.DeviceLost }
)

// ModelsChanged tells that other models are in use.
type ModelsChanged struct {
	Before, Now core.Using
	From, To    string // as in Request.Model
	Chosen      bool   // a person chose them; else they have come or gone by themselves
}

// reduction is one action being reduced.
type reduction struct {
	s Scene
	t *core.Turn
}

// Reduce returns the state after an action.
func (s State) Reduce(a Action, env Env, t *core.Turn) State {
	a.on(&reduction{Scene{&s, env}, t})
	return s
}

// Settle compares what should be with what is, and makes effects of the difference.
func (s State) Settle(env Env, t *core.Turn) State {
	r := &reduction{Scene{&s, env}, t}
	r.settleWalk()
	r.settlePictures()
	r.settleDrafts()
	r.settleJobs()
	r.settleSelection()
	r.settlePointed()
	if !r.s.Busy() {
		s.busySince = time.Time{}
	}
	return s
}

// Follow takes over what is known of the pictures when other models are in use.
func (s State) Follow(c ModelsChanged, env Env, t *core.Turn) State {
	(&reduction{Scene{&s, env}, t}).follow(c)
	return s
}

// Tick stamps what has no time yet, and saves the drafts that are due.
func (s State) Tick(env Env, t *core.Turn, now time.Time) State {
	r := &reduction{Scene{&s, env}, t}
	if r.s.Busy() && s.busySince.IsZero() {
		s.busySince = now
	}
	s.drafts = core.Stamped(s.drafts, func(d *draft) bool {
		if !d.dirty || !d.since.IsZero() {
			return false
		}
		d.since = now
		return true
	})
	r.saveDrafts(func(d draft) bool { return d.read && core.Due(d.since, saveAfter, now) })
	return s
}

// Waits calls need for everything that waits for a time: since when (zero: that
// is not known yet), and for how long.
func (s Scene) Waits(need func(since time.Time, after time.Duration)) {
	if s.Busy() {
		after := busyAfter
		if passed := s.Now().Sub(s.busySince); !s.busySince.IsZero() && passed >= busyAfter {
			after = passed - passed%busyEvery + busyEvery
		}
		need(s.busySince, after)
	}
	for _, d := range s.drafts {
		if d.dirty && d.read {
			need(d.since, saveAfter)
		}
	}
}

// End saves every draft and ends every job: the window closes.
func (s State) End(env Env, t *core.Turn) State {
	r := &reduction{Scene{&s, env}, t}
	s.drafts = core.Stamped(s.drafts, func(d *draft) bool {
		if !d.failed || d.dirty {
			return false
		}
		d.dirty, d.since = true, time.Time{} // once more: it is the last chance
		return true
	})
	r.saveDrafts(func(draft) bool { return true })
	t.SaveSettings()
	r.cancel(func(job) bool { return true })
	return s
}

// Escaped takes the selection back.
func (s State) Escaped() State {
	s.selected, s.hover, s.pointed = -1, -1, pointed{}
	return s
}

// PhotoNoticeClosed takes away the panel's notice about photographs.
func (s State) PhotoNoticeClosed() State {
	s.photo = 0
	return s
}

// Format is a kind of file that a picture can be written to, a row of the table of
// package export.
type Format struct {
	ID         string           // as in --format
	Suffix     string           // follows the picture's name
	Drawn      bool             // it holds the captioned picture
	Endings    []string         // of Drawn formats: the endings by which a person chooses them
	Needs      []inference.Task // without these parts there is nothing to write
	Title, Tip string
}

// Sample is a picture that comes with the program.
type Sample struct{ Name, Title string }

// counters are the last IDs given out. None is used twice.
type counters struct {
	picture    PictureID
	job        inference.JobID
	ask, write uint64
	list       ListID
}

// phase is how far a picture is.
type phase int

const (
	decoding phase = iota
	ready
	failed
)

// picture is an opened picture.
type picture struct {
	id            PictureID
	source        Source
	name          string
	phase         phase
	key           string
	width, height int
	photo         bool
	took          float64 // milliseconds of decoding
	failure       *failure.Failure
	released      bool // its decoding was stopped
}

// Slot is one of the things that are asked of a picture.
type Slot int

// The slots.
const (
	SlotCaption Slot = iota
	SlotInstances
	SlotClasses
	SlotAlternatives // alternatives: a second caption job
	Slots
)

// SlotTasks gives the task of each slot.
var SlotTasks = [Slots]inference.Task{inference.TaskCaption, inference.TaskInstances, inference.TaskClasses, inference.TaskCaption}

// job is a request that the worker has not ended.
type job struct {
	id      inference.JobID
	picture PictureID
	key     string
	model   string
	by      string // the model of the task, within model
	slot    Slot
	front   bool // the worker knows that it is of the visible picture
	loading bool
	text    string // the caption so far
}

// result is what a model set found in a picture, and what a person did to it.
type result struct {
	key, model   string
	attempt      int                  // how often the caption was asked for again
	form         settings.CaptionForm // … and how it was looked for
	caption      *inference.Caption
	alternatives *inference.Caption
	instances    *inference.Instances
	classes      *inference.Classes
	done         [Slots]*inference.Done
	failure      [Slots]*failure.Failure // failed or stopped: not run again by itself
	by           [Slots]string           // the model that a result comes from
	second       []bool                  // by object: a second name for another
	hidden       []bool                  // by object: hidden by hand; nil: none
	hideClass    []bool                  // by class; nil: none
}

// draft is a person's own text for a picture.
type draft struct {
	key, name string
	edit      Edit
	read      bool // what is stored was read
	burst     bool // being typed: the next letter is no step of its own
	dirty     bool // not handed to SaveEdit yet
	since     time.Time
	saving    int  // SaveEdits that were not answered yet
	failed    bool // the last SaveEdit failed
}

// picture returns an opened picture; its id is 0 if there is none of that ID.
func (s Scene) picture(id PictureID) picture {
	for _, p := range s.pictures {
		if p.id == id {
			return p
		}
	}
	return picture{}
}

// visible returns the visible picture.
func (s Scene) visible() picture { return s.picture(s.current) }

// result returns what is known of a picture; only key and model are set if
// nothing is.
func (s Scene) result(key string) result {
	model := s.Models.Spec
	for _, r := range s.results {
		if r.key == key && r.model == model {
			return r
		}
	}
	return result{key: key, model: model}
}

// found is the result of the visible picture; it is empty until that is decoded.
func (s Scene) found() result {
	p := s.visible()
	if p.phase != ready || p.key == "" {
		return result{}
	}
	return s.result(p.key)
}

// frame is the canvas with the visible picture in it.
func (s Scene) frame() Frame {
	f, p := s.canvas, s.visible()
	f.PictureWidth, f.PictureHeight = p.width, p.height
	return f
}
