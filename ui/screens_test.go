package ui

import (
	"bytes"
	"context"
	"image"
	"image/color"

	"descry/inference"
	"descry/inference/rle"
	pixels "descry/picture"
	"descry/render"
	"descry/settings"
	"descry/ui/state"
	"descry/ui/state/core"
	"descry/ui/state/devices"
	"descry/ui/state/picture"
	"descry/ui/state/prefs"
)

// night is a drawn picture for tests: a dark ground with a disc and a bar.
func night() *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, 320, 320))
	for y := range 320 {
		for x := range 320 {
			c := color.RGBA{uint8(10 + y/16), uint8(12 + y/16), uint8(50 + y/8), 255}
			if dx, dy := x-230, y-210; dx*dx+dy*dy < 45*45 {
				c = color.RGBA{220, 200, 160, 255}
			}
			if x > 60 && x < 200 && y > 80 && y < 150 {
				c = color.RGBA{170, 220, 240, 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	return img
}

// stock is Pixels with one picture and one thumbnail.
type stock struct {
	levels []*image.RGBA
	thumb  *image.RGBA
}

func newStock() stock {
	pic := night()
	return stock{pixels.Pyramid(context.Background(), pic), pic}
}

func (s stock) Levels(id picture.PictureID) []*image.RGBA {
	if id == 0 {
		return nil
	}
	return s.levels
}

func (s stock) Thumbnail(string) *image.RGBA { return s.thumb }

func maskOf(in func(x, y int) bool) *rle.Mask {
	bits := make([]byte, 320*320)
	for y := range 320 {
		for x := range 320 {
			if in(x, y) {
				bits[y*320+x] = 1
			}
		}
	}
	m := rle.FromBitmap(bits, 320, 320)
	return &m
}

var testItems = []render.Item{
	{Index: 0, Instance: inference.Instance{Label: "sports ball", Score: 0.998, Box: [4]float32{185, 165, 275, 255}, Area: 6362,
		Mask: maskOf(func(x, y int) bool { return (x-230)*(x-230)+(y-210)*(y-210) < 45*45 })}},
	{Index: 1, Instance: inference.Instance{Label: "boat", Score: 0.99, Box: [4]float32{61, 81, 200, 150}, Area: 9660,
		Mask: maskOf(func(x, y int) bool { return x > 60 && x < 200 && y > 80 && y < 150 })}},
}

func button(text, tip string, do core.Action) core.Button {
	return core.Button{Text: text, Tip: tip, Enabled: true, Do: do}
}

func tint(label string) picture.Tint {
	c, pattern := render.ClassColor(label)
	return picture.Tint{Color: c, Pattern: pattern}
}

func testMenus() []state.Menu {
	return []state.Menu{{Name: "File", Items: []state.MenuItem{
		{Command: core.CommandOpen, Keys: []state.Key{{Ctrl: true, Name: "O"}}, KeyText: "Ctrl+O", Button: button("Open picture…", "", core.Run{Command: core.CommandOpen})},
		{Separator: true, Keys: []state.Key{{Name: "Right"}}, KeyText: "→", Button: button("Next picture", "", picture.Walked{Step: 1})},
	}}, {Name: "View", Items: []state.MenuItem{
		{Check: true, Keys: []state.Key{{Name: "M"}}, KeyText: "M", Button: core.Button{Text: "Masks", Enabled: true, On: true, Do: picture.LayerToggled{Layer: settings.LayerMasks}}},
	}}}
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
	style := render.DefaultStyle()
	style.Scale, style.Highlight = 0, 1
	s.Canvas = picture.Canvas{Picture: 1, Width: 320, Height: 320, View: picture.ViewFit(), Zoom: "Fit",
		ZoomIn: button("Larger", "Larger (+)", picture.ZoomStepped{Step: 1}), ZoomOut: button("Smaller", "Smaller (−)", picture.ZoomStepped{Step: -1}),
		Fit: button("Fit", "Show the whole picture (0)", picture.ViewFitted{}), Actual: button("1:1", "Pixel for pixel (1)", picture.ViewActual{}),
		Style: style, Items: testItems, Hover: 1, Selected: -1,
		Opacity: picture.Slider{Label: "Opacity", Tip: "How strongly objects are filled", Text: "38 %", Value: 0.38, Most: 1, Step: 0.01, Enabled: true},
		Score:   picture.Slider{Label: "Minimum confidence", Tip: "Show only objects the model is at least this sure of", Text: "70 %", Value: 0.7, Least: 0.05, Most: 0.99, Step: 0.01, Enabled: true},
	}
	s.Panel = picture.Panel{Shown: true,
		CopyAlt: button("Copy for alt text", "", picture.CaptionCopied{}), Export: button("Export…", "", core.SheetOpened{Sheet: picture.SheetExport}),
		Notice: &core.NoticeView{Text: "These built-in models know drawings only.", Close: button("Close", "Do not show this again", core.NoticeClosed{})},
		Caption: picture.CaptionPart{Title: "Caption", Text: "a sports ball below a boat at night", Editable: true, Sure: "fairly sure", Length: "34 / 125 characters",
			Copy: button("Copy", "", picture.CaptionCopied{}), Undo: core.Button{Text: "Undo", Do: picture.CaptionUndone{}}, Redo: core.Button{Text: "Redo", Do: picture.CaptionRedone{}},
			Again: button("Suggest again", "", picture.Regenerated{}), How: button("Caption options…", "Change how captions are written", core.SheetOpened{Sheet: prefs.SheetCaption}), AlternativesTitle: "Alternatives",
			Alternatives: []picture.Alternative{{Text: "a boat above a sports ball at night", Likely: "likely", Do: picture.CaptionPicked{Text: "a boat above a sports ball at night"}},
				{Text: "a boat with a sports ball at night", Likely: "possible", Do: picture.CaptionPicked{Text: "b"}}}},
		Objects: picture.ObjectsPart{Title: "Objects", Shown: "2 shown", Sort: "by size", Sorts: []core.Choice{{Text: "by size", On: true, Do: picture.Sorted{By: settings.SortSize}}},
			More: "1 less certain (30–70 %)", MoreButton: button("show", "", picture.ScoreSet{Value: 0.3}),
			SecondNames: core.Button{Text: "Hide duplicate names", Enabled: true, On: true, Do: picture.SecondNamesToggled{}},
			Rows: []picture.ObjectRow{
				objectRow(0, "sports ball", "lower right · 6 % of the picture", "100 %"), objectRow(1, "boat", "middle · 9 % of the picture", "99 %")}},
	}
	s.Panel.Objects.Rows[1].Hovered = true
	return s
}

func objectRow(i int, name, detail, score string) picture.ObjectRow {
	return picture.ObjectRow{Object: i, Name: name, Detail: detail, Score: score, Tint: tint(name), Shown: true,
		Toggle: button("Hide", "", picture.ObjectToggled{Object: i}), Look: button("Zoom in", "", picture.LookedAt{Object: i}), SavePNG: button("Save as a transparent PNG…", "", picture.ObjectSaveAsked{Object: i})}
}

func busyScreen() shown {
	s := resultScreen()
	s.Canvas.Items, s.Canvas.Style.Highlight = nil, -1
	s.Canvas.Busy = &picture.Busy{Text: "Looking for objects…", Elapsed: "0.8 s", Stop: button("Stop", "Stop (Ctrl+.)", picture.Stopped{})}
	s.Panel.Notice = nil
	s.Panel.Caption = picture.CaptionPart{Title: "Caption", Text: "two cakes in the", Busy: true,
		Copy: core.Button{Text: "Copy", Do: picture.CaptionCopied{}}, Again: core.Button{Text: "Suggest again", Do: picture.Regenerated{}}, Undo: core.Button{Text: "Undo", Do: picture.CaptionUndone{}}}
	s.Panel.Objects = picture.ObjectsPart{Title: "Objects", Busy: true}
	s.Status.Text = "Caption… · objects… · preparing the next 2 pictures"
	return s
}

func emptyScreen() shown {
	s := resultScreen()
	s.Canvas.Items, s.Canvas.Style.Highlight = nil, -1
	s.Panel.Objects.Rows, s.Panel.Objects.Shown = nil, ""
	s.Panel.Objects.Empty, s.Panel.Objects.More = "No objects above 70 %.", "3 between 30 and 70 %"
	s.Panel.Objects.MoreButton.Text = "show them"
	return s
}

func errorScreen() shown {
	s := resultScreen()
	s.Canvas.Picture, s.Canvas.Items = 0, nil
	s.Canvas.Failure = &picture.FailureCard{Title: "This picture cannot be read", Text: "torn.jpg: the file ends after 120 of 4,096 bytes.", Hint: "Copy the file again from where it came.",
		Actions: []core.Button{button("Open another…", "", picture.OpenAsked{}), button("Try again", "", picture.DecodeAgain{}), button("Show details", "", picture.DetailsToggled{})}}
	s.Panel.Objects = picture.ObjectsPart{Title: "Objects"}
	s.Panel.Caption = picture.CaptionPart{Title: "Caption"}
	s.Panel.Notice = nil
	return s
}

func classesScreen() shown {
	s := resultScreen()
	s.Panel.Notice = nil
	s.Canvas.Classes, s.Canvas.Style.ClassMap = mapOfBoats(), true
	s.Canvas.Pointed = &picture.PointedClass{Text: "boat", Share: "9 % of the picture", Tint: tint("boat")}
	s.Panel.Classes = picture.ClassesPart{Shown: true, Title: "Classes", Rows: []picture.ClassRow{
		{Class: 4, Name: "boat", Share: "9 %", Tint: tint("boat"), Shown: true, Toggle: button("", "", picture.ClassToggled{Class: 4})},
		{Class: 12, Name: "dog", Share: "2 %", Tint: tint("dog"), Toggle: button("", "", picture.ClassToggled{Class: 12})}}}
	s.Notices = []core.NoticeView{{ID: 3, Kind: core.NoticeDone, Text: "Saved harbour.descry.png", Actions: []core.Button{button("Show in folder", "", core.FolderShown{Path: "/p"})}, Close: button("Close", "", core.NoticeClosed{ID: 3})}}
	return s
}

// mapOfBoats is a class map of the test picture that is all of class 4.
func mapOfBoats() *inference.Classes {
	c := &inference.Classes{Width: 320, Height: 320, Labels: make([]string, 13), Map: bytes.Repeat([]byte{4}, 320*320), Pixels: make([]int, 13)}
	c.Labels[4], c.Labels[12] = "boat", "dog"
	return c
}

func saveScreen() shown {
	s := resultScreen()
	s.Sheet = picture.SheetSave
	s.Save = picture.SaveSheet{Title: "Save captioned picture", PlacementName: "Caption", FormatName: "File type",
		Placements: []core.Choice{{Text: "Under the picture", On: true, Do: picture.PlacementSet{Placement: render.CaptionUnder}}, {Text: "Over the picture", Do: picture.PlacementSet{Placement: render.CaptionOver}}, {Text: "No caption", Do: picture.PlacementSet{Placement: render.CaptionNone}}},
		Formats:    []core.Choice{{Text: "PNG", On: true, Do: picture.FormatSet{Format: "png"}}, {Text: "JPEG", Do: picture.FormatSet{Format: "jpeg"}}},
		Legend:     core.Button{Text: "Class legend", Enabled: true, On: true, Do: picture.LegendToggled{}}, Preview: core.Button{Text: "Preview", Enabled: true, On: true, Do: picture.PreviewToggled{}},
		Plan: &picture.Captioned{Picture: 1, Style: render.DefaultStyle(), Items: testItems, Layout: render.CaptionLayout{Text: "a sports ball below a boat at night", Legend: true}},
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
