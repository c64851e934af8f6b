package state

import (
	"fmt"
	"slices"
	"strings"

	"descry/render"
	"descry/settings"
)

func (s *State) closeButton(text string) Button {
	return Button{Text: text, Tip: "Close this page (Esc)", Enabled: true, Do: SheetOpened{SheetNone}}
}

func (s *State) showSave() SaveSheet {
	form := s.settings.Save
	sheet := SaveSheet{
		Title: "Save captioned picture", PlacementName: "Caption", FormatName: "Format",
		Legend:  Button{Text: "Legend of the classes", Tip: "Write the name and colour of each class under the picture", Enabled: true, On: form.Legend, Do: LegendToggled{}},
		Preview: Button{Text: "Preview", Tip: "Show the picture as it will be saved", Enabled: true, On: !form.NoPreview, Do: PreviewToggled{}},
		Save:    Button{Text: "Save…", Tip: "Choose where to save it", Enabled: hasPixels(s), Do: SaveAsked{}},
		Cancel:  s.closeButton("Cancel"),
	}
	for _, c := range []struct {
		at        render.CaptionPlacement
		text, tip string
	}{
		{render.CaptionUnder, "Under the picture", "On white below the picture, which stays whole"},
		{render.CaptionOver, "Over the picture", "On a dark band at the picture's foot"},
		{render.CaptionNone, "No caption", "The picture with what is switched on, without words under it"},
	} {
		sheet.Placements = append(sheet.Placements, Choice{c.text, c.tip, settings.Placements[form.Placement] == c.at, PlacementSet{c.at}})
	}
	for _, f := range s.setup.Formats {
		if f.Drawn {
			sheet.Formats = append(sheet.Formats, Choice{f.Title, f.Tip, form.Format == f.ID, FormatSet{f.ID}})
		}
	}
	if !form.NoPreview {
		plan := s.captioned()
		sheet.Plan = &plan
	}
	return sheet
}

func (s *State) showExport() ExportSheet {
	sheet := ExportSheet{Title: "Export", Text: "Choose what to write. What exists already is not overwritten.", Cancel: s.closeButton("Cancel")}
	any, known := false, s.description()
	for _, f := range s.setup.Formats {
		if f.Drawn {
			continue
		}
		there := f.worth(&known)
		on := there && slices.Contains(s.settings.Save.Export, f.ID)
		any = any || on
		b := Button{Text: f.Title, Tip: f.Tip, Enabled: there, On: on, Do: ExportToggled{f.ID}}
		sheet.Formats = append(sheet.Formats, ExportFormat{Format: f.ID, File: s.stem() + f.Suffix, Button: b})
	}
	if s.original() != "" {
		sheet.Beside = Button{Text: "Save beside the picture", Tip: "Write into " + s.short(s.folder()), Enabled: any, Do: ExportAsked{Beside: true}}
	}
	sheet.Choose = Button{Text: "Choose folder…", Tip: "Write into a folder of your choice", Enabled: any, Do: ExportAsked{}}
	return sheet
}

func (s *State) showShortcuts() []ShortcutList {
	var all []ShortcutList
	for _, name := range menus {
		list := ShortcutList{Name: name}
		for _, c := range Commands {
			if c.Menu != name || len(c.Keys) == 0 {
				continue
			}
			text := c.Keys[0].Text()
			for _, k := range c.Keys[1:] {
				text += " or " + k.Text()
			}
			list.Rows = append(list.Rows, Shortcut{Keys: text, Text: c.Label})
		}
		all = append(all, list)
	}
	return all
}

// pixelLimits are the limits that can be chosen, in millions.
var pixelLimits = []int{50, 100, 200, 500}

func (s *State) showSettings() SettingsSheet {
	sheet := SettingsSheet{Title: "Settings", ModelsTitle: "Models", Close: s.closeButton("Done")}
	sheet.Models = s.button(CommandModels, "Choose models…")
	sheet.ModelsText = s.usedText()
	themes := SettingsGroup{Name: "Theme"}
	for _, t := range []struct {
		theme settings.Theme
		text  string
	}{{settings.ThemeSystem, "As the system"}, {settings.ThemeLight, "Light"}, {settings.ThemeDark, "Dark"}} {
		themes.Choices = append(themes.Choices, Choice{t.text, "", s.settings.Theme == t.theme, ThemeSet{t.theme}})
	}
	devices := SettingsGroup{Name: "Device", Text: "What the models run on"}
	for _, d := range s.setup.Devices {
		devices.Choices = append(devices.Choices, Choice{d.Name, "", s.settings.Device == d.ID, DeviceSet{d.ID}})
	}
	threads := SettingsGroup{Name: "Threads", Text: "More are faster, until the rest of the computer becomes slow",
		Choices: []Choice{{words(s.setup.Threads, "Automatic (1)", "Automatic (%d)"), "", s.settings.Threads == 0, ThreadsSet{}}}}
	for _, n := range threadChoices(s.setup.Cores, s.settings.Threads) {
		threads.Choices = append(threads.Choices, Choice{fmt.Sprint(n), "", s.settings.Threads == n, ThreadsSet{n}})
	}
	limits := SettingsGroup{Name: "Largest picture", Text: "In million pixels; larger ones are not opened"}
	for _, n := range limitChoices(s.settings.MegaPixels) {
		limits.Choices = append(limits.Choices, Choice{fmt.Sprint(n), "", s.settings.MegaPixels == n, PixelLimitSet{n}})
	}
	sheet.Groups = []SettingsGroup{themes}
	for _, g := range []SettingsGroup{devices, threads, limits} {
		if len(g.Choices) > 1 {
			sheet.Groups = append(sheet.Groups, g)
		}
	}
	return sheet
}

// usedText says which model does what: "Captions by BLIP base, objects by …".
func (s *State) usedText() string {
	var parts []string
	for i, name := range s.using.names {
		if name != "" {
			parts = append(parts, taskNouns[tasks[i]]+" by "+s.titleOf(name))
		}
	}
	if o, known := s.inventory.other(s.using.spec(&s.inventory)); known {
		return sentence(o.Name + " do everything")
	}
	return sentence(strings.Join(parts, ", "))
}

// threadChoices are 1, 2, 4, … up to the number of cores, with what is set.
func threadChoices(cores, set int) []int {
	var all []int
	for n := 1; n < cores; n *= 2 {
		all = append(all, n)
	}
	return with(append(all, max(cores, 1)), set)
}

// limitChoices are pixelLimits, with what is set.
func limitChoices(set int) []int { return with(slices.Clone(pixelLimits), set) }

// with returns sorted numbers with one more among them, if it is one.
func with(all []int, n int) []int {
	if n > 0 && !slices.Contains(all, n) {
		all = append(all, n)
	}
	slices.Sort(all)
	return all
}

func (s *State) showAbout() AboutSheet {
	a := AboutSheet{
		Title: "About " + programName, Close: s.closeButton("Close"),
		Text:   sentence(programName+" "+s.setup.Version) + " Captions pictures, outlines and names what is in them. Nothing leaves this computer.",
		Report: s.doctor,
		Copy:   Button{Text: "Copy diagnostics", Tip: "Copy this text, for a report of a problem", Enabled: s.doctor != "", Do: DiagnosticsCopied{}},
	}
	if s.doctor == "" {
		a.Report = "Looking at models, runtime and folders…"
	}
	return a
}
