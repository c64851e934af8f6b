// Package prefs is the part of the window's state that chooses how the program
// works: the settings page, the page of caption options, and the page about the
// program with its diagnostics.
package prefs

import (
	"descry/settings"
	"descry/ui/state/core"
)

// The pages.
const (
	SheetSettings core.PageID = "settings"
	SheetAbout    core.PageID = "about"   // versions and diagnostics
	SheetCaption  core.PageID = "caption" // how captions are written
)

// State is what these pages hold beside the settings.
type State struct {
	doctor string // the diagnostics; empty: not known yet
}

// Env is what these pages know of the rest of the window.
type Env struct {
	*core.Shared
	Version    string
	ModelsText string        // which models are used
	Models     core.Button   // opens the Models page
	Devices    []core.Choice // that models can run on
	Threads    int           // what 0 threads stands for
	Cores      int
	Rewrite    core.Button // writes the visible picture's caption again; none without a picture
}

// Action is something that happens on these pages.
type Action interface{ on(*reduction) }

// Effect is something that these pages want to be done.
type Effect interface {
	core.Effect
	isEffect()
}

// RunDoctor answers with DoctorSaid.
type RunDoctor struct{}

// Lane implements core.Effect.
func (RunDoctor) Lane() string { return core.LaneNone }

func (RunDoctor) isEffect() {}

// The actions.
type (
	// ThemeSet chooses the theme.
	ThemeSet struct{ Theme settings.Theme }
	// ThreadsSet chooses the number of threads, 0 for the program's choice.
	ThreadsSet struct{ Threads int }
	// PixelLimitSet chooses how many million pixels a picture may have.
	PixelLimitSet struct{ Millions int }
	// DoctorSaid answers RunDoctor.
	DoctorSaid struct{ Text string }
	// DiagnosticsCopied copies the doctor's text.
	DiagnosticsCopied struct{}
)

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

// AboutOpened asks for the diagnostics, once.
func (s State) AboutOpened(t *core.Turn) {
	if s.doctor == "" {
		t.Do(RunDoctor{})
	}
}

// Settings returns the settings page.
func Settings(e Env) SettingsPage { return e.settings() }

// Captions returns the page of caption options.
func Captions(e Env) CaptionPage { return e.captions() }

// About returns the page about the program.
func (s State) About(e Env) AboutPage { return s.about(e) }

func (a ThemeSet) on(r *reduction) {
	r.t.ChangeSettings(func(s *settings.Settings) { s.Theme = a.Theme })
}

func (a ThreadsSet) on(r *reduction) {
	r.t.ChangeSettings(func(s *settings.Settings) { s.Threads = a.Threads })
}

func (a PixelLimitSet) on(r *reduction) {
	r.t.ChangeSettings(func(s *settings.Settings) { s.MegaPixels = a.Millions })
}

func (a DoctorSaid) on(r *reduction) { r.s.doctor = a.Text }

func (DiagnosticsCopied) on(r *reduction) {
	if r.s.doctor != "" {
		r.t.Do(core.CopyText{Text: r.s.doctor, What: "Diagnostics"})
	}
}
