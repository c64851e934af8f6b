// Package models is the part of the window's state that knows the models: which
// there are and which of them lie on this machine, which does which task, what is
// being downloaded, checked, imported or removed; and the Models page, which tells
// all of it.
package models

import (
	"descry/inference"
	"descry/internal/failure"
	"descry/ui/state/core"
)

// Sheet names the Models page.
const Sheet core.PageID = "models"

// State is what the window knows of models.
type State struct {
	inventory  Inventory
	stocked    bool // the inventory was told
	using      core.Using
	chose      bool // a person chose other models in this turn
	pulls      []pull
	lastPull   uint64
	removals   []removal
	offer      offer
	licence    string // the model whose licence is shown in full
	importing  bool
	importTold importTold
}

// Env is what models know of the rest of the window.
type Env struct {
	*core.Shared
	Home  string      // the user's home folder, shown as ~
	Again core.Button // describes the open pictures anew; none where that would change nothing
}

// Action is something that happens to models.
type Action interface{ on(*reduction) }

// Effect is something that models want to be done.
type Effect interface {
	core.Effect
	isEffect()
}

// Changed tells the rest of the window that other models are in use.
type Changed struct {
	Before, Now core.Using
	From, To    string // as in Request.Model
	Chosen      bool   // a person chose them; else they have come or gone by themselves
}

// view is the state with what it knows of the rest.
type view struct {
	*State
	Env
}

// reduction is one action being reduced.
type reduction struct {
	s view
	t *core.Turn
}

// New returns the state of a window that has just opened: with what is known of
// the catalogue, and the sets that are in no catalogue.
func New(inventory Inventory, others []Info, env Env) State {
	s := State{inventory: inventory}
	s.inventory.Others = others
	s.using = view{&s, env}.uses()
	return s
}

// Reduce returns the state after an action.
func (s State) Reduce(a Action, env Env, t *core.Turn) State {
	a.on(&reduction{view{&s, env}, t})
	return s
}

// Settle starts and stops downloads as they should run, and asks the root to
// follow a change of the models in use.
func (s State) Settle(env Env, t *core.Turn) State {
	r := &reduction{view{&s, env}, t}
	r.settlePulls()
	r.settleUsing()
	s.chose = false
	return s
}

// Opened is called when the page is opened, Left when any page is opened or closed.
func (s State) Opened(t *core.Turn) State {
	s.importTold = importTold{}
	t.Do(List{Speed: true})
	return s
}

// Left closes what is shown in place of the table.
func (s State) Left() State {
	s.offer, s.licence = offer{}, ""
	return s
}

// Escaped goes one step back within the page; false: there is none.
func (s State) Escaped() (State, bool) {
	switch {
	case s.licence != "":
		s.licence = ""
	case s.offer.open():
		s.offer = offer{}
	default:
		return s, false
	}
	return s, true
}

// Using returns the models in use.
func (s *State) Using() core.Using { return s.using }

// Inventory returns what models there are.
func (s *State) Inventory() *Inventory { return &s.inventory }

// Running returns the downloads and checks under way: the number of each by the
// name of its model.
func (s *State) Running() map[string]uint64 {
	all := map[string]uint64{}
	for _, p := range s.pulls {
		if p.running {
			all[p.model] = p.id
		}
	}
	return all
}

// Offline reports whether downloads are disabled, by the user or the environment.
func (s *State) Offline(env Env) bool { return view{s, env}.offline() }

// Available reports whether a model can be used for a task now.
func (s *State) Available(name string, t inference.Task, env Env) bool {
	return view{s, env}.available(name, t)
}

// Model returns what is in use, as one set.
func (s *State) Model(env Env) Info { return view{s, env}.model() }

// UsedText says which model does what: "Captions by BLIP base, objects by …".
func (s *State) UsedText(env Env) string { return view{s, env}.usedText() }

// Show returns the page.
func (s State) Show(env Env) Page { return view{&s, env}.showModels() }

// Card says on the start page what the built-in models do not know; nil: nothing.
func (s *State) Card(env Env) *Card { return view{s, env}.showCard() }

// importTold is what came of the last import.
type importTold struct {
	text    string
	failure *failure.Failure
}
