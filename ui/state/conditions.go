package state

import (
	"descry/settings"
	"descry/ui/state/core"
	"descry/ui/state/picture"
)

// The conditions that are not the pictures' alone, and check marks.

func panelOn(s picture.Scene) bool           { return !s.Settings().PanelHidden }
func secondNamesHidden(s picture.Scene) bool { return !s.Settings().ShowSecondNames }
func canEscape(s picture.Scene) bool         { return s.Sheet() != core.SheetNone || s.CanEscape() }

// layerOn returns the check mark of a layer.
func layerOn(l settings.Layer) func(picture.Scene) bool {
	return func(s picture.Scene) bool { return s.LayerOn(l) }
}
