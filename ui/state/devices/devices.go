// Package devices is the part of the window's state that knows what the models
// run on: which devices there are, how it stands with each, which one the last
// picture ran on, and which were given up. Its sheet tells so and lets a person
// choose and test.
package devices

import (
	"slices"

	"descry/inference"
	"descry/internal/message"
	"descry/settings"
	"descry/ui/state/core"
)

// Sheet names the page.
const Sheet core.PageID = "devices"

// Info is something that models run on: "auto", "cpu", …
type Info struct{ ID, Name string }

// Report is what was found out about a device that models could run on.
type Report struct {
	ID, Title string
	Usable    bool    // as far as is known, or really if Tested
	Tested    bool    // a small graph was run on it
	LoadMS    float64 // making it ready and running it once
	RunMS     float64 // running it again
	Message   string  // why it is not used, a clause
	Hint      string  // what to do about it, whole sentences
}

// State is what the window knows of devices.
type State struct {
	known   []Report // in the order in which they are tried; nil: not looked yet
	testing bool
	trouble string                 // why there is no report, a sentence
	lost    []inference.DeviceLost // given up since the window opened
	device  string                 // what the last job ran on
	threads int
}

// Env is what devices know of the rest of the window.
type Env struct {
	*core.Shared
	Devices []Info // that can be chosen
	Threads int    // what 0 threads stands for
}

// Action is something that happens to devices.
type Action interface{ on(*reduction) }

// Effect is something that devices want to be done.
type Effect interface {
	core.Effect
	isEffect()
}

// The actions.
type (
	// Chosen chooses the device.
	Chosen struct{ Device string }
	// Tested wants each device tried with a small graph.
	Tested struct{}
	// Reported answers Look; Trouble says why there is no report.
	Reported struct {
		Reports []Report
		Test    bool
		Trouble string
	}
)

// Look lists the devices, and with Test runs a small graph on each, in another
// process: a driver that crashes does not take the window along. It answers with
// Reported.
type Look struct{ Test bool }

// Lane implements core.Effect.
func (Look) Lane() string { return core.LaneNone }

func (Look) isEffect() {}

// reduction is one action being reduced.
type reduction struct {
	s *State
	t *core.Turn
}

// Reduce returns the state after an action.
func (s State) Reduce(a Action, t *core.Turn) State {
	a.on(&reduction{&s, t})
	return s
}

// Opened looks at the devices when the sheet is opened for the first time.
func (s State) Opened(t *core.Turn) {
	if s.known == nil {
		t.Do(Look{})
	}
}

// Ran returns the state after a job that ran on a device.
func (s State) Ran(device string, threads int) State {
	s.device, s.threads = device, threads
	return s
}

// Lost tells, once, that a device was given up.
func (s State) Lost(l *inference.DeviceLost, t *core.Turn) State {
	if l == nil || slices.ContainsFunc(s.lost, func(o inference.DeviceLost) bool { return o.Device == l.Device }) {
		return s
	}
	s.lost = core.Added(s.lost, *l)
	t.Notify(core.Notice{Kind: core.NoticeHint, Text: message.Sprintf("%s cannot be used: %s.", l.Title, l.Message), Detail: "Descry uses the processor until restart."})
	return s
}

func (a Chosen) on(r *reduction) {
	r.t.ChangeSettings(func(s *settings.Settings) { s.Device = a.Device })
}

func (Tested) on(r *reduction) {
	if !r.s.testing {
		r.s.testing = true
		r.t.Do(Look{Test: true})
	}
}

func (a Reported) on(r *reduction) {
	if a.Test {
		r.s.testing = false
	}
	if r.s.trouble = a.Trouble; a.Trouble != "" {
		return
	}
	if !a.Test && slices.ContainsFunc(r.s.known, func(r Report) bool { return r.Tested }) {
		return // a test says more than a look
	}
	r.s.known = a.Reports
}
