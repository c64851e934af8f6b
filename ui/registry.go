package ui

import (
	devicepages "descry/ui/pages/devices"
	modelpages "descry/ui/pages/models"
	"descry/ui/pages/parts"
	picturepages "descry/ui/pages/picture"
	prefpages "descry/ui/pages/prefs"
	"descry/ui/state"
	"descry/ui/state/core"
	"descry/ui/state/devices"
	"descry/ui/state/models"
	"descry/ui/state/picture"
	"descry/ui/state/prefs"
)

// sheetPages makes the widgets of each sheet. The registry of package state
// (pages.go there) has the same names.
var sheetPages = map[core.PageID]func(parts.Tools) parts.Page{
	picture.SheetSave:    picturepages.NewSavePage,
	picture.SheetExport:  picturepages.NewExportPage,
	models.Sheet:         modelpages.NewPage,
	devices.Sheet:        devicepages.NewPage,
	prefs.SheetSettings:  prefpages.NewSettingsPage,
	prefs.SheetCaption:   prefpages.NewCaptionPage,
	prefs.SheetAbout:     prefpages.NewAboutPage,
	state.SheetShortcuts: newKeysPage,
	state.SheetClosing:   newClosingPage,
}
