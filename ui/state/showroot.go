package state

import (
	"path/filepath"

	"descry/internal/message"
	"descry/settings"
	"descry/ui/state/core"
	"descry/ui/state/models"
	"descry/ui/state/picture"
)

// Show says what the window shows of a state. It is pure, and cheap enough for
// every frame.
func Show(s State) Screen {
	w := look(&s)
	return Screen{
		Title: w.title(), Theme: w.Settings().Theme,
		Window: WindowSize{w.Settings().Window.Width, w.Settings().Window.Height},
		Bar:    w.showBar(), Status: w.showStatus(), Notices: w.showNotices(), Menus: w.showMenus(),
		Page: w.view(s.Page()), Sheet: w.view(s.Sheet()),
	}
}

// title is the window's, with what runs first once that takes a while.
func (w *whole) title() string {
	title := core.ProgramName
	if w.pic.HasPicture() {
		title = message.Sprintf("%s – %s", w.pic.Name(), core.ProgramName)
	}
	if d := w.models.Downloads(w.modelsEnv()); d.Percent != "" { // it takes longest
		return message.Sprintf("%s – %s", d.Percent, title)
	}
	if percent, busy := w.pic.Percent(); busy {
		return message.Sprintf("%d %% – %s", percent, title)
	}
	return title
}

// Command makes a control for a command: its tip names the key.
func (w *whole) Command(id core.CommandID, text string) core.Button {
	c, _ := commandByID(id)
	if text == "" {
		text = c.Label
	}
	b := core.Button{Text: text, Tip: c.Tip, Enabled: c.enabled == nil || c.enabled(w.pic), Do: core.Run{Command: id}}
	if c.checked != nil {
		b.On = c.checked(w.pic)
	}
	if len(c.Keys) > 0 {
		b.Tip = message.Sprintf("%s (%s)", c.Tip, c.Keys[0].Text())
	}
	return b
}

func (w *whole) showBar() ToolBar {
	bar := ToolBar{Name: core.ProgramName, Open: w.Command(core.CommandOpen, "Open…")}
	if !w.pic.HasPicture() {
		bar.Models = w.Command(core.CommandModels, "Models…")
		return bar
	}
	bar.Name, bar.Place = w.pic.Name(), w.pic.Place()
	bar.Back, bar.Next = w.Command(core.CommandPrevious, ""), w.Command(core.CommandNext, "")
	bar.Save = w.Command(core.CommandSave, "Save picture…")
	bar.Panel = w.Command(core.CommandPanel, "")
	for _, l := range []settings.Layer{settings.LayerMasks, settings.LayerOutlines, settings.LayerBoxes, settings.LayerLabels, settings.LayerClasses} {
		bar.Layers = append(bar.Layers, LayerToggle{l, w.Command(core.CommandID(l), "")})
	}
	return bar
}

func (w *whole) showStart() StartPage {
	page := StartPage{
		Title: "Drop a picture here",
		Text:  "Descry captions it and outlines every object. Nothing leaves this computer.",
		Hint:  "Ctrl+O · Ctrl+V · F1 for all shortcuts",
		Open:  w.Command(core.CommandOpen, ""), Paste: w.Command(core.CommandPaste, "Paste"),
	}
	page.Card = w.models.Card(w.modelsEnv())
	for _, sample := range w.setup.Samples {
		page.SamplesTitle = "Or try one of these"
		page.Samples = append(page.Samples, SampleCard{sample.Name, sample.Title, "Open this sample picture", picture.SampleOpened{Name: sample.Name}})
	}
	for _, path := range w.Settings().Recent {
		page.RecentTitle = "Recent"
		page.Recent = append(page.Recent, RecentLink{filepath.Base(path), core.Short(filepath.Dir(path), w.setup.Home), path, picture.Opened{Paths: []string{path}}})
	}
	if len(page.Recent) > 0 {
		page.ClearRecent = core.Button{Text: "Clear", Tip: "Clear this list; the files are not deleted", Enabled: true, Do: picture.RecentsCleared{}}
	}
	return page
}

func (w *whole) showStatus() StatusBar {
	m := w.models.Model(w.modelsEnv())
	bar := StatusBar{
		Text:   w.pic.StatusText(),
		Model:  core.Button{Text: m.Name, Tip: message.Sprintf("%s Click for all models (F3).", w.models.UsedText(w.modelsEnv())), Enabled: true, Do: core.SheetOpened{Sheet: models.Sheet}},
		Device: w.devices.Chip(w.devicesEnv()),
	}
	if bar.Model.Text == "" {
		bar.Model.Text = "Models"
	}
	if d := w.models.Downloads(w.modelsEnv()); d.N > 0 {
		bar.Pull = core.Button{Text: message.Sprintf("Downloading: %s", d.Text), Tip: core.Plural(d.N, message.Of("A model is being downloaded; click to see it"), message.Of("%d models are being downloaded; click to see them", d.N)), Enabled: true, Do: core.SheetOpened{Sheet: models.Sheet}}
		bar.Part = d.Part
	}
	return bar
}

func (w *whole) showNotices() []core.NoticeView {
	var all []core.NoticeView
	for _, n := range w.Notices() {
		v := core.NoticeView{ID: n.ID, Kind: n.Kind, Text: n.Text, Detail: n.Detail, Close: core.Button{Text: "Close", Tip: "Dismiss", Enabled: true, Do: core.NoticeClosed{ID: n.ID}}}
		if n.Path != "" {
			v.Actions = append(v.Actions, core.Button{Text: "Show in folder", Tip: "Show this file in its folder", Enabled: true, Do: core.FolderShown{Path: n.Path}})
		}
		if n.Undo != nil {
			v.Actions = append(v.Actions, core.Button{Text: "Undo", Tip: "Undo this", Enabled: true, Do: n.Undo})
		}
		if models.Arrival(n) {
			if b := w.pic.AgainButton(); b.Do != nil && !w.pic.StaleHere() {
				v.Actions = append(v.Actions, b)
			}
		}
		if n.Offers != "" {
			v.Actions = append(v.Actions, w.Command(n.Offers, ""))
		}
		v.Actions = append(v.Actions, w.pic.NoticeButtons(n)...)
		all = append(all, v)
	}
	return all
}

func (w *whole) showMenus() []Menu {
	var all []Menu
	for _, name := range menus {
		m := Menu{Name: name}
		group := 0
		for _, c := range Commands {
			if c.Menu != name {
				continue
			}
			item := MenuItem{Command: c.ID, Separator: c.Group != group, Keys: c.Keys, Check: c.checked != nil, Button: w.Command(c.ID, "")}
			if len(c.Keys) > 0 {
				item.KeyText = c.Keys[0].Text()
			}
			group = c.Group
			m.Items = append(m.Items, item)
		}
		all = append(all, m)
	}
	return all
}

func showShortcuts() []ShortcutList {
	var all []ShortcutList
	for _, name := range menus {
		list := ShortcutList{Name: name}
		for _, c := range Commands {
			if c.Menu != name || len(c.Keys) == 0 {
				continue
			}
			text := c.Keys[0].Text()
			for _, k := range c.Keys[1:] {
				text = message.Sprintf("%s or %s", text, k.Text())
			}
			list.Rows = append(list.Rows, Shortcut{Keys: text, Text: c.Label})
		}
		all = append(all, list)
	}
	return all
}
