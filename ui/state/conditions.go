package state

import (
	"descry/settings"
	"descry/ui/state/core"
)

// The conditions under which commands can be run, and their check marks.

func hasPicture(s *State) bool { return s.current != 0 }
func hasPixels(s *State) bool  { return s.current != 0 && s.visible().phase == ready }
func hasCaption(s *State) bool { return s.caption() != "" }
func isBusy(s *State) bool     { return s.busy() }
func hasStale(s *State) bool   { return s.stalePictures() > 0 }
func panelOn(s *State) bool    { return !s.Settings().PanelHidden }

func canBack(s *State) bool { return s.current != 0 && s.walk.at > 0 }
func canNext(s *State) bool { return s.current != 0 && s.walk.at < len(s.walk.paths)-1 }

func canUndo(s *State) bool { return s.draft().edit.Own }
func canRedo(s *State) bool { return len(s.draft().edit.Later) > 0 }

func canEscape(s *State) bool { return s.Sheet() != core.SheetNone || s.selected >= 0 || s.pointed.any }

func secondNamesHidden(s *State) bool { return !s.Settings().ShowSecondNames }
func hasHidden(s *State) bool         { return s.found().hidden != nil }
func hasSelection(s *State) bool      { return s.selected >= 0 }

// layerOn returns the check mark of a layer.
func layerOn(l settings.Layer) func(*State) bool {
	return func(s *State) bool { layers := s.Settings().Layers; return *layerFields[l](&layers) }
}
