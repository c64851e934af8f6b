package picture

import (
	"slices"

	"descry/internal/message"
	"descry/render"
	"descry/settings"
	"descry/ui/state/core"
)

// ShowSave returns the sheet that saves the captioned picture.
func (s Scene) ShowSave() SaveSheet {
	form := s.Settings().Save
	sheet := SaveSheet{
		Title: "Save captioned picture", PlacementName: "Caption", FormatName: "Format",
		Legend:  core.Button{Text: "Class legend", Tip: "Show the name and colour of each class below the picture", Enabled: true, On: form.Legend, Do: LegendToggled{}},
		Preview: core.Button{Text: "Preview", Tip: "Show the picture as it will be saved", Enabled: true, On: !form.NoPreview, Do: PreviewToggled{}},
		Save:    core.Button{Text: "Save…", Tip: "Choose where to save it", Enabled: s.HasPixels(), Do: SaveAsked{}},
		Cancel:  core.CloseButton("Cancel"),
	}
	for _, c := range []struct {
		at        render.CaptionPlacement
		text, tip string
	}{
		{render.CaptionUnder, "Under the picture", "On white, below the whole picture"},
		{render.CaptionOver, "Over the picture", "On a dark band at the bottom"},
		{render.CaptionNone, "No caption", "The picture and its overlays, without a caption"},
	} {
		sheet.Placements = append(sheet.Placements, core.Choice{Text: c.text, Tip: c.tip, On: settings.Placements[form.Placement] == c.at, Do: PlacementSet{c.at}})
	}
	for _, f := range s.Formats {
		if f.Drawn {
			sheet.Formats = append(sheet.Formats, core.Choice{Text: f.Title, Tip: f.Tip, On: form.Format == f.ID, Do: FormatSet{f.ID}})
		}
	}
	if !form.NoPreview {
		plan := s.captioned()
		sheet.Plan = &plan
	}
	return sheet
}

// ShowExport returns the sheet that writes other formats.
func (s Scene) ShowExport() ExportSheet {
	sheet := ExportSheet{Title: "Export", Text: "Choose what to write. Existing files are kept.", Cancel: core.CloseButton("Cancel")}
	any, known := false, s.description()
	for _, f := range s.Formats {
		if f.Drawn {
			continue
		}
		there := f.worth(&known)
		on := there && slices.Contains(s.Settings().Save.Export, f.ID)
		any = any || on
		b := core.Button{Text: f.Title, Tip: f.Tip, Enabled: there, On: on, Do: ExportToggled{f.ID}}
		sheet.Formats = append(sheet.Formats, ExportFormat{Format: f.ID, File: s.stem() + f.Suffix, Button: b})
	}
	if s.original() != "" {
		sheet.Beside = core.Button{Text: "Save next to the picture", Tip: message.Sprintf("Save in %s", core.Short(s.folder(), s.Home)), Enabled: any, Do: ExportAsked{Beside: true}}
	}
	sheet.Choose = core.Button{Text: "Choose folder…", Tip: "Save in a folder of your choice", Enabled: any, Do: ExportAsked{}}
	return sheet
}
