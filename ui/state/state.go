// Package state is the window as a value. State holds all that the window
// knows; Reduce, a pure function, is the only one who changes it; Show says what
// is to be seen. Widgets show a Screen and send Actions and do nothing else;
// what touches files, clipboard, worker or clock is an Effect, which is data,
// performed by somebody else, who sends what came of it as another Action.
//
//	Action ─► Reduce ─► State ─► Show ─► Screen ─► widgets ─► Action …
//	            └─► Effects ─► Performer ─► Action …
//
// So nearly everything about the window is tested without one. The rules that
// make it work: State has no pointers to widgets, no channels, locks, contexts or
// clocks; slices are replaced, never changed in place; an Action that changes
// nothing gives the same State and no Effect, since widgets report what they
// were told; events of jobs that are no longer open are dropped in one place.
//
// What is wanted is said rather than done step by step: after each action,
// settle (settle.go) compares what should be decoded, run and saved with what
// is, and the difference becomes effects.
package state

import (
	"fmt"
	"time"

	"descry/inference"
	"descry/internal/failure"
	"descry/settings"
	"descry/ui/state/core"
	"descry/ui/state/devices"
	"descry/ui/state/models"
	"descry/ui/state/prefs"
)

// Setup is what the program knows when the window opens.
type Setup struct {
	Settings settings.Settings
	Version  string
	Home     string // the user's home folder, shown as ~
	Samples  []Sample
	Formats  []Format         // of the files that are written
	Models   []models.Info    // sets that are in no catalogue; the first is used where nothing better is here
	Store    models.Inventory // what is known of the catalogue before ModelsListed
	Devices  []devices.Info   // the first is used where the settings name none
	Threads  int              // what 0 threads stands for
	Cores    int
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

// State is the window as a value. The zero State is of no use; New gives one.
type State struct {
	core.Shared
	setup Setup

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
	photo  PictureID // the picture at which it is told what the models know

	models models.State
	prefs  prefs.State

	busySince time.Time // zero: not busy, or the time is not known yet
	wake      wake
	closing   bool
	devices   devices.State
}

// counters are the last IDs given out. None is used twice.
type counters struct {
	picture    PictureID
	job        inference.JobID
	ask, write uint64
}

// wake is the Tick that is waited for.
type wake struct {
	number uint64
	after  time.Duration
	open   bool
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

// walk is the pictures that the arrows walk through. An empty dir with paths:
// they were opened together.
type walk struct {
	dir   string
	paths []string
	at    int
}

// slot is one of the things that are asked of a picture.
type slot int

const (
	slotCaption slot = iota
	slotInstances
	slotClasses
	slotOthers // other ways to say it: a second caption job
	slots
)

// slotTasks gives the task of each slot.
var slotTasks = [slots]inference.Task{inference.TaskCaption, inference.TaskInstances, inference.TaskClasses, inference.TaskCaption}

// job is a request that the worker has not ended.
type job struct {
	id      inference.JobID
	picture PictureID
	key     string
	model   string
	by      string // the model of the task, within model
	slot    slot
	front   bool // the worker knows that it is of the visible picture
	loading bool
	text    string // the caption so far
}

// result is what a model set found in a picture, and what a person did to it.
type result struct {
	key, model string
	attempt    int                  // how often the caption was asked for again
	form       settings.CaptionForm // … and how it was looked for
	caption    *inference.Caption
	others     *inference.Caption
	instances  *inference.Instances
	classes    *inference.Classes
	done       [slots]*inference.Done
	failure    [slots]*failure.Failure // failed or stopped: not run again by itself
	by         [slots]string           // the model that a result comes from
	second     []bool                  // by object: a second name for another
	hidden     []bool                  // by object: hidden by hand; nil: none
	hideClass  []bool                  // by class; nil: none
}

// draft is a person's own text for a picture.
type draft struct {
	key, name string
	edit      Edit
	read      bool // what is stored was read
	burst     bool // being typed: the next letter is no step of its own
	dirty     bool // not handed to SaveEdit yet
	since     time.Time
	failed    bool // the last SaveEdit failed
}

// New returns the state of a window that has just opened.
func New(setup Setup) State {
	chosen := setup.Settings.Repaired()
	chosen.Save = chosen.Save.Among(setup.formatIDs())
	s := State{Shared: core.NewShared(chosen), setup: setup, view: ViewFit(), hover: -1, selected: -1}
	s.models = models.New(setup.Store, setup.Models, s.modelsEnv())
	return s
}

// Current returns the visible picture, 0 on the start page.
func (s State) Current() PictureID { return s.current }

// reduction is one call of Reduce: the state as it becomes, and what is to be done.
type reduction struct {
	s State
	t *core.Turn
}

// own is an action that the root acts on itself.
type own interface{ on(*reduction) }

// Reduce returns the state after an action, and what is to be done outside. It
// is pure: the same input gives the same output, and s stays as it was.
func Reduce(s State, a core.Action) (State, []core.Effect) {
	if s.closing {
		return s, nil
	}
	r := reduction{s: s}
	r.t = core.NewTurn(&r.s.Shared)
	r.act(a)
	r.settle()
	return r.s, r.t.Effects()
}

// act hands an action to the one whose it is. One that is nobody's is a mistake
// in the program, which must not pass in silence.
func (r *reduction) act(a core.Action) {
	switch a := a.(type) {
	case core.SheetOpened:
		r.openSheet(a.Sheet)
	case core.NoticeClosed:
		r.closeNotice(a.ID)
	case core.Run:
		r.command(a.Command)
	case core.SettingsFailed:
		r.t.Notify(core.Notice{Kind: core.NoticeTrouble, Text: "The settings could not be kept.", Detail: core.Explain(a.Failure)})
	case core.FolderShown:
		r.t.Do(core.ShowInFolder{Path: a.Path})
	case core.TextCopied:
		r.tellCopied(a)
	case devices.Action:
		r.s.devices = r.s.devices.Reduce(a, r.t)
	case models.Action:
		r.s.models = r.s.models.Reduce(a, r.s.modelsEnv(), r.t)
	case prefs.Action:
		r.s.prefs = r.s.prefs.Reduce(a, r.t)
	case own:
		a.on(r)
	default:
		panic(fmt.Sprintf("state: nobody acts on %T", a))
	}
}

// route hands what one feature wants of another to whom it is for.
func (r *reduction) route() {
	for _, q := range r.t.Asked() {
		switch q := q.(type) {
		case models.Changed:
			r.follow(q)
		default:
			panic(fmt.Sprintf("state: nobody is asked for %T", q))
		}
	}
}

// modelsEnv is what models know of the rest.
func (s *State) modelsEnv() models.Env {
	return models.Env{Shared: &s.Shared, Home: s.setup.Home, Again: s.againButton()}
}

// model is what is in use, as one set.
func (s *State) model() models.Info { return s.models.Model(models.Env{Shared: &s.Shared}) }

// prefsEnv is what settings know of the rest.
func (s *State) prefsEnv() prefs.Env {
	e := prefs.Env{
		Shared: &s.Shared, Version: s.setup.Version, Threads: s.setup.Threads, Cores: s.setup.Cores,
		ModelsText: s.models.UsedText(s.modelsEnv()), Models: s.button(core.CommandModels, "Choose models…"),
		Devices: devices.Choices(s.devicesEnv()),
	}
	if hasPixels(s) {
		e.Rewrite = s.button(CommandRegenerate, "Write again")
	}
	return e
}

// devicesEnv is what devices know of the rest.
func (s *State) devicesEnv() devices.Env {
	return devices.Env{Shared: &s.Shared, Devices: s.setup.Devices, Threads: s.setup.Threads}
}

// picture returns an opened picture; its id is 0 if there is none of that ID.
func (s *State) picture(id PictureID) picture {
	for _, p := range s.pictures {
		if p.id == id {
			return p
		}
	}
	return picture{}
}

// visible returns the visible picture.
func (s *State) visible() picture { return s.picture(s.current) }

// result returns what is known of a picture; only key and model are set if
// nothing is.
func (s *State) result(key string) result {
	model := s.model().Spec
	for _, r := range s.results {
		if r.key == key && r.model == model {
			return r
		}
	}
	return result{key: key, model: model}
}

// found is the result of the visible picture; it is empty until that is decoded.
func (s *State) found() result {
	p := s.visible()
	if p.phase != ready || p.key == "" {
		return result{}
	}
	return s.result(p.key)
}

// frame is the canvas with the visible picture in it.
func (s *State) frame() Frame {
	f, p := s.canvas, s.visible()
	f.PictureWidth, f.PictureHeight = p.width, p.height
	return f
}
