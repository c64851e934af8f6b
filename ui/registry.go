package ui

import (
	"descry/ui/state"
	"descry/ui/state/core"
	"descry/ui/state/devices"
	"descry/ui/state/models"
	"descry/ui/state/picture"
	"descry/ui/state/prefs"
)

// pageTools is what a page is made with.
type pageTools struct {
	send     sender
	pixels   Pixels
	dispatch func(func())
}

// sheetPages makes the widgets of each sheet. The registry of package state has
// the same names.
var sheetPages = map[core.PageID]func(pageTools) sheetPage{
	picture.SheetSave:    func(t pageTools) sheetPage { return newSavePage(t.send, t.pixels, t.dispatch) },
	picture.SheetExport:  func(t pageTools) sheetPage { return newExportPage(t.send) },
	models.Sheet:         func(t pageTools) sheetPage { return newModelsPage(t.send) },
	devices.Sheet:        func(t pageTools) sheetPage { return newDevicesPage(t.send) },
	prefs.SheetSettings:  func(t pageTools) sheetPage { return newSettingsPage(t.send) },
	prefs.SheetCaption:   func(t pageTools) sheetPage { return newCaptionPage(t.send) },
	prefs.SheetAbout:     func(t pageTools) sheetPage { return newAboutPage(t.send) },
	state.SheetShortcuts: func(pageTools) sheetPage { return newKeysPage() },
	state.SheetClosing:   func(t pageTools) sheetPage { return newClosingPage(t.send) },
}
