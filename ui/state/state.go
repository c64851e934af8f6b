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
// each feature compares what should be decoded, run and saved with what
// is, and the difference becomes effects.
//
// The features are packages beside this one (see package core); this one joins
// them: it hands each its actions, routes what one wants of another, and settles
// them in a fixed order. A page is a folder of state, a folder of widgets, and a
// line in each of two registries: pages (pages.go) and the one of package ui.
package state

import (
	"fmt"
	"time"

	"descry/settings"
	"descry/ui/state/core"
	"descry/ui/state/devices"
	"descry/ui/state/models"
	"descry/ui/state/picture"
	"descry/ui/state/prefs"
)

// Setup is what the program knows when the window opens.
type Setup struct {
	Settings settings.Settings
	Version  string
	Home     string // the user's home folder, shown as ~
	Samples  []picture.Sample
	Formats  []picture.Format // of the files that are written
	Models   []models.Info    // sets that are in no catalogue; the first is used where nothing better is here
	Store    models.Inventory // what is known of the catalogue before ModelsListed
	Devices  []devices.Info   // the first is used where the settings name none
	Threads  int              // what 0 threads stands for
	Cores    int
}

// State is the window as a value. The zero State is of no use; New gives one.
type State struct {
	core.Shared
	setup   Setup
	picture picture.State
	models  models.State
	devices devices.State
	prefs   prefs.State
	wake    wake
	closing bool
}

// wake is the Tick that is waited for.
type wake struct {
	number uint64
	after  time.Duration
	open   bool
}

// New returns the state of a window that has just opened.
func New(setup Setup) State {
	chosen := setup.Settings.Repaired()
	chosen.Save = chosen.Save.Among(setup.formatIDs())
	s := State{Shared: core.NewShared(chosen), setup: setup, picture: picture.New()}
	s.models = models.New(setup.Store, setup.Models, models.Env{Shared: &s.Shared, Home: setup.Home})
	return s
}

// Current returns the visible picture, 0 on the start page.
func (s State) Current() picture.PictureID { return s.picture.Current() }

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
	case picture.Action:
		r.s.picture = r.s.picture.Reduce(a, r.look().pic.Env, r.t)
		if _, again := a.(picture.DescribedAgain); again { // what was to be told is done
			r.t.DropNotices(models.Arrival)
			if r.s.Sheet() == models.Sheet {
				r.t.OpenSheet(core.SheetNone)
			}
		}
	case models.Action:
		r.s.models = r.s.models.Reduce(a, r.look().modelsEnv(), r.t)
	case devices.Action:
		r.s.devices = r.s.devices.Reduce(a, r.t)
	case prefs.Action:
		r.s.prefs = r.s.prefs.Reduce(a, r.t)
	case core.SheetOpened:
		r.openSheet(a.Sheet)
	case core.Run:
		r.command(a.Command)
	case core.NoticeClosed:
		r.closeNotice(a.ID)
	case core.SettingsFailed:
		r.t.Notify(core.Notice{Kind: core.NoticeTrouble, Text: "Could not save the settings.", Detail: core.Explain(a.Failure)})
	case core.FolderShown:
		r.t.Do(core.ShowInFolder{Path: a.Path})
	case core.TextCopied:
		r.tellCopied(a)
	case own:
		a.on(r)
	default:
		panic(fmt.Sprintf("state: nobody acts on %T", a))
	}
	r.route()
}

// route hands what one feature wants of another to whom it is for.
func (r *reduction) route() {
	for _, q := range r.t.Asked() {
		switch q := q.(type) {
		case models.Changed:
			r.s.picture = r.s.picture.Follow(picture.ModelsChanged(q), r.look().pic.Env, r.t)
		case picture.Ran:
			r.s.devices = r.s.devices.Ran(q.Device, q.Threads)
		case picture.DeviceLost:
			r.s.devices = r.s.devices.Lost(q.Lost, r.t)
		default:
			panic(fmt.Sprintf("state: nobody is asked for %T", q))
		}
	}
}

// settle compares what should be with what is, feature by feature: which models
// are in use decides what is wanted of the pictures.
func (r *reduction) settle() {
	if r.s.closing {
		return
	}
	r.s.models = r.s.models.Settle(r.look().modelsEnv(), r.t)
	r.route()
	r.s.picture = r.s.picture.Settle(r.look().pic.Env, r.t)
	r.route()
	r.settleTime()
}

// look returns the state as it is now, to be asked.
func (r *reduction) look() *whole { return look(&r.s) }

// whole is the state together with what its features know of each other.
type whole struct {
	*State
	pic picture.Scene
}

// look puts together what the features are told.
func look(s *State) *whole {
	w := &whole{State: s}
	m := s.models.Model(models.Env{Shared: &s.Shared})
	w.pic = picture.Scene{State: &s.picture, Env: picture.Env{
		Shared: &s.Shared, Home: s.setup.Home, Samples: s.setup.Samples, Formats: s.setup.Formats, Rest: w,
		Models: picture.Models{Using: s.models.Using(), Spec: m.Spec, Tasks: m.Tasks, Drawings: m.Drawings},
	}}
	return w
}

// BetterModels implements picture.Rest.
func (w *whole) BetterModels() (get core.Button, others bool) {
	return w.models.Better(models.Env{Shared: &w.Shared})
}

// modelsEnv is what models know of the rest.
func (w *whole) modelsEnv() models.Env {
	return models.Env{Shared: &w.Shared, Home: w.setup.Home, Again: w.pic.AgainButton()}
}

// prefsEnv is what settings know of the rest.
func (w *whole) prefsEnv() prefs.Env {
	e := prefs.Env{
		Shared: &w.Shared, Version: w.setup.Version, Threads: w.setup.Threads, Cores: w.setup.Cores,
		ModelsText: w.models.UsedText(w.modelsEnv()), Models: w.Command(core.CommandModels, "Choose models…"),
		Devices: devices.Choices(w.devicesEnv()),
	}
	if w.pic.HasPixels() {
		e.Rewrite = w.Command(core.CommandRegenerate, "Suggest again")
	}
	return e
}

// devicesEnv is what devices know of the rest.
func (w *whole) devicesEnv() devices.Env {
	return devices.Env{Shared: &w.Shared, Devices: w.setup.Devices, Threads: w.setup.Threads}
}

// formatIDs returns the formats that are drawn, and the others.
func (s *Setup) formatIDs() (drawn, others []string) {
	for _, f := range s.Formats {
		if f.Drawn {
			drawn = append(drawn, f.ID)
		} else {
			others = append(others, f.ID)
		}
	}
	return drawn, others
}
