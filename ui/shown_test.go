package ui

import (
	"testing"

	"descry/ui/state"
	"descry/ui/state/core"
	"descry/ui/state/devices"
	"descry/ui/state/models"
	"descry/ui/state/picture"
	"descry/ui/state/prefs"
)

// shown is a Screen with the contents of its pages by their names.
type shown struct {
	state.Screen
	Page      core.PageID
	Sheet     core.PageID
	Start     state.StartPage
	Canvas    picture.Canvas
	Panel     picture.Panel
	Save      picture.SaveSheet
	Export    picture.ExportSheet
	Shortcuts []state.ShortcutList
	Settings  prefs.SettingsPage
	About     prefs.AboutPage
	Models    models.Page
	Devices   devices.Page
	Captions  prefs.CaptionPage
	Closing   state.ClosingSheet
}

// whole returns the Screen that the window is handed.
func (s shown) whole() state.Screen {
	w := s.Screen
	w.Page = state.View{ID: s.Page, Content: s.Start}
	if s.Page == picture.Page {
		w.Page.Content = picture.Content{Canvas: s.Canvas, Panel: s.Panel}
	}
	content := map[core.PageID]any{
		picture.SheetSave: s.Save, picture.SheetExport: s.Export, state.SheetShortcuts: s.Shortcuts, prefs.SheetSettings: s.Settings,
		prefs.SheetAbout: s.About, models.Sheet: s.Models, devices.Sheet: s.Devices, prefs.SheetCaption: s.Captions, state.SheetClosing: s.Closing,
	}[s.Sheet]
	w.Sheet = state.View{ID: s.Sheet, Content: content}
	return w
}

// shownOf is the opposite of whole.
func shownOf(s state.Screen) shown {
	w := shown{Screen: s, Page: s.Page.ID, Sheet: s.Sheet.ID}
	for _, v := range []state.View{s.Page, s.Sheet} {
		switch c := v.Content.(type) {
		case state.StartPage:
			w.Start = c
		case picture.Content:
			w.Canvas, w.Panel = c.Canvas, c.Panel
		case models.Page:
			w.Models = c
		case state.ClosingSheet:
			w.Closing = c
		}
	}
	return w
}

func TestBothRegistriesHaveTheSameSheets(t *testing.T) {
	of := state.Sheets()
	for _, id := range of {
		if sheetPages[id] == nil {
			t.Errorf("sheet %q has no widgets", id)
		}
	}
	if len(of) != len(sheetPages) {
		t.Errorf("%d sheets, widgets for %d", len(of), len(sheetPages))
	}
}
