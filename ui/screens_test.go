package ui

import (
	"descry/render"
	"descry/settings"
	"descry/ui/pages/pagetest"
	"descry/ui/state"
	"descry/ui/state/core"
	"descry/ui/state/devices"
	"descry/ui/state/picture"
	"descry/ui/state/prefs"
)

func testMenus() []state.Menu {
	return []state.Menu{{Name: "File", Items: []state.MenuItem{
		{Command: core.CommandOpen, Keys: []state.Key{{Ctrl: true, Name: "O"}}, KeyText: "Ctrl+O", Button: button("Open picture…", "", core.Run{Command: core.CommandOpen})},
		{Separator: true, Keys: []state.Key{{Name: "Right"}}, KeyText: "→", Button: button("Next picture", "", picture.Walked{Step: 1})},
	}}, {Name: "View", Items: []state.MenuItem{
		{Check: true, Keys: []state.Key{{Name: "M"}}, KeyText: "M", Button: core.Button{Text: "Masks", Enabled: true, On: true, Do: picture.LayerToggled{Layer: settings.LayerMasks}}},
	}}}
}

func button(text, tip string, do core.Action) core.Button {
	return core.Button{Text: text, Tip: tip, Enabled: true, Do: do}
}

func startScreen() shown {
	s := shown{
		Page: core.PageStart,
		Screen: state.Screen{Title: "Descry", Menus: testMenus(),
			Bar:    state.ToolBar{Name: "Descry", Open: button("Open…", "Choose a picture (Ctrl+O)", picture.OpenAsked{})},
			Status: state.StatusBar{Text: "Ready", Model: button("Starter models", "", nil), Device: button("CPU · 2 threads", "", nil)}},
		Start: state.StartPage{
			Title: "Drop a picture here", Text: "Descry captions it and outlines every object. Nothing leaves this computer.",
			Hint: "Ctrl+O · Ctrl+V · F1 for all shortcuts", SamplesTitle: "Or try one of these", RecentTitle: "Recent",
			Open: button("Open picture…", "Choose a picture file", picture.OpenAsked{}), Paste: button("Paste", "Open what is in the clipboard", picture.PasteAsked{}),
		},
	}
	for _, t := range []string{"A dog at night", "A green book", "Two cakes", "Boat and ball"} {
		s.Start.Samples = append(s.Start.Samples, state.SampleCard{Name: t, Title: t, Tip: "Open this sample", Do: picture.SampleOpened{Name: t}})
	}
	for _, n := range []string{"harbour.png", "kitchen.jpg"} {
		s.Start.Recent = append(s.Start.Recent, state.RecentLink{Name: n, Folder: "~/Pictures", Path: "/p/" + n, Do: picture.Opened{Paths: []string{"/p/" + n}}})
	}
	return s
}

func testLayers() []state.LayerToggle {
	var list []state.LayerToggle
	for i, l := range []settings.Layer{settings.LayerMasks, settings.LayerOutlines, settings.LayerBoxes, settings.LayerLabels, settings.LayerClasses} {
		name := string(l)
		list = append(list, state.LayerToggle{Layer: l, Button: core.Button{
			Text: string(name[0]-32) + name[1:], Tip: "Show or hide the " + name, Enabled: true, On: i == 0 || i == 3, Do: picture.LayerToggled{Layer: l}}})
	}
	return list
}

func resultScreen() shown {
	s := startScreen()
	s.Title, s.Page = "harbour.png – Descry", picture.Page
	s.Bar = state.ToolBar{Name: "harbour.png", Place: "2 of 30", Open: s.Bar.Open, Layers: testLayers(),
		Back: button("Back", "Previous picture (←)", picture.Walked{Step: -1}), Next: button("Next", "Next picture (→)", picture.Walked{Step: 1}),
		Save: button("Save picture…", "Save it (Ctrl+S)", core.SheetOpened{Sheet: picture.SheetSave}), Panel: button("Panel", "Show or hide the panel (I)", picture.PanelToggled{})}
	s.Status.Text = "Caption 0.21 s · objects 0.14 s · classes 0.05 s"
	return s.showing(pagetest.Result())
}

func saveScreen() shown {
	s := resultScreen()
	s.Sheet = picture.SheetSave
	s.Save = picture.SaveSheet{Title: "Save captioned picture", PlacementName: "Caption", FormatName: "File type",
		Placements: []core.Choice{{Text: "Under the picture", On: true, Do: picture.PlacementSet{Placement: render.CaptionUnder}}, {Text: "Over the picture", Do: picture.PlacementSet{Placement: render.CaptionOver}}, {Text: "No caption", Do: picture.PlacementSet{Placement: render.CaptionNone}}},
		Formats:    []core.Choice{{Text: "PNG", On: true, Do: picture.FormatSet{Format: "png"}}, {Text: "JPEG", Do: picture.FormatSet{Format: "jpeg"}}},
		Legend:     core.Button{Text: "Class legend", Enabled: true, On: true, Do: picture.LegendToggled{}}, Preview: core.Button{Text: "Preview", Enabled: true, On: true, Do: picture.PreviewToggled{}},
		Plan: &picture.Captioned{Picture: 1, Style: render.DefaultStyle(), Items: s.Canvas.Items, Layout: render.CaptionLayout{Text: "a sports ball below a boat at night", Legend: true}},
		Save: button("Save picture…", "", picture.SaveAsked{}), Cancel: button("Cancel", "", core.SheetOpened{})}
	return s
}

func keysScreen() shown {
	s := startScreen()
	s.Sheet = state.SheetShortcuts
	groups := map[string]int{}
	for _, c := range state.Commands {
		if len(c.Keys) == 0 {
			continue
		}
		i, ok := groups[c.Menu]
		if !ok {
			i = len(s.Shortcuts)
			groups[c.Menu] = i
			s.Shortcuts = append(s.Shortcuts, state.ShortcutList{Name: c.Menu})
		}
		s.Shortcuts[i].Rows = append(s.Shortcuts[i].Rows, state.Shortcut{Keys: c.Keys[0].Text(), Text: c.Label})
	}
	return s
}

func settingsScreen() shown {
	s := startScreen()
	s.Sheet = prefs.SheetSettings
	s.Settings = prefs.SettingsPage{Title: "Settings", ModelsTitle: "Models", Close: button("Done", "", core.SheetOpened{}),
		ModelsText: "Captions by BLIP base, objects by Mask R-CNN v2, class map by Starter models.", Models: button("Choose models…", "", core.Run{Command: core.CommandModels}),
		Groups: []core.Group{
			{Name: "Theme", Choices: []core.Choice{{Text: "Same as system", On: true, Do: prefs.ThemeSet{Theme: settings.ThemeSystem}}, {Text: "Light", Do: prefs.ThemeSet{Theme: settings.ThemeLight}}, {Text: "Dark", Do: prefs.ThemeSet{Theme: settings.ThemeDark}}}},
			{Name: "Threads", Text: "How many cores the models may use.", Choices: []core.Choice{{Text: "Automatic", On: true, Do: prefs.ThreadsSet{}}, {Text: "1", Do: prefs.ThreadsSet{Threads: 1}}}}}}
	return s
}

func aboutScreen() shown {
	s := startScreen()
	s.Sheet = prefs.SheetAbout
	s.About = prefs.AboutPage{Title: "About Descry", Text: "Descry 0.1", Report: "runtime   1.24.3\nprovider  cpu\nmodels    starter", Copy: button("Copy diagnostics", "", prefs.DiagnosticsCopied{}), Close: button("Close", "", core.SheetOpened{})}
	return s
}

func devicesScreen() shown {
	s := startScreen()
	s.Sheet = devices.Sheet
	s.Devices = devices.Page{Title: "Device", Text: "What the models run on.", Test: button("Test", "Run a small test on each device", devices.Tested{}), Close: button("Done", "", core.SheetOpened{}),
		Rows: []devices.Row{
			{Choice: core.Choice{Text: "Automatic", On: true, Do: devices.Chosen{Device: "auto"}}, Report: "The first of these that works. The last picture was described by: CPU."},
			{Choice: core.Choice{Text: "NVIDIA card (CUDA)", Do: devices.Chosen{Device: "cuda"}}, Report: "This ONNX Runtime was built without CUDA. Run descry models pull onnxruntime-cuda and start again, or name a GPU build of ONNX Runtime with --ort."},
			{Choice: core.Choice{Text: "Processor", Do: devices.Chosen{Device: "cpu"}}, Report: "Works: ready in 12 ms, the test took 0.03 ms."}}}
	return s
}

func exportScreen() shown {
	s := resultScreen()
	s.Sheet = picture.SheetExport
	s.Export = picture.ExportSheet{Title: "Export", Text: "Write what was found to files.", Beside: button("Save next to the picture", "", picture.ExportAsked{Beside: true}), Choose: button("Choose a folder…", "", picture.ExportAsked{}), Cancel: button("Cancel", "", core.SheetOpened{}),
		Formats: []picture.ExportFormat{{Format: "txt", File: "harbour.txt", Button: core.Button{Text: "Caption as text", Enabled: true, On: true, Do: picture.ExportToggled{Format: "txt"}}},
			{Format: "json", File: "harbour.json", Button: core.Button{Text: "Everything as JSON", Enabled: true, Do: picture.ExportToggled{Format: "json"}}}}}
	return s
}

// showing returns the screen with another content of the page with a picture.
func (s shown) showing(c picture.Content) shown {
	s.Canvas, s.Panel = c.Canvas, c.Panel
	return s
}

func busyScreen() shown {
	s := resultScreen().showing(pagetest.Busy())
	s.Status.Text = "Caption… · objects… · preparing the next 2 pictures"
	return s
}

func emptyScreen() shown { return resultScreen().showing(pagetest.Empty()) }

func errorScreen() shown { return resultScreen().showing(pagetest.Failed()) }

func classesScreen() shown {
	s := resultScreen().showing(pagetest.Classes())
	s.Notices = []core.NoticeView{{ID: 3, Kind: core.NoticeDone, Text: "Saved harbour.descry.png", Actions: []core.Button{button("Show in folder", "", core.FolderShown{Path: "/p"})}, Close: button("Close", "", core.NoticeClosed{ID: 3})}}
	return s
}
