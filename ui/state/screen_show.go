package state

import (
	"fmt"
	"path/filepath"

	"descry/render"
	"descry/settings"
	"descry/ui/state/core"
	"descry/ui/state/devices"
	"descry/ui/state/models"
	"descry/ui/state/prefs"
)

// Show says what the window shows of a state. It is pure, and cheap enough for
// every frame.
func Show(s State) Screen {
	w := &Screen{
		Title: s.title(), Page: PageStart, Theme: s.Settings().Theme,
		Window: WindowSize{s.Settings().Window.Width, s.Settings().Window.Height},
		Bar:    s.showBar(), Status: s.showStatus(), Notices: s.showNotices(), Menus: s.showMenus(),
		Sheet: s.Sheet(),
	}
	if s.current == 0 {
		w.Start = s.showStart()
		w.Canvas = Canvas{Hover: -1, Selected: -1, Style: render.Style{Highlight: -1}, DropText: dropText}
	} else {
		w.Page = PagePicture
		w.Canvas = s.showCanvas()
		w.Panel = s.showPanel()
	}
	switch s.Sheet() {
	case SheetSave:
		w.Save = s.showSave()
	case SheetExport:
		w.Export = s.showExport()
	case SheetShortcuts:
		w.Shortcuts = s.showShortcuts()
	case prefs.SheetSettings:
		w.Settings = prefs.Settings(s.prefsEnv())
	case prefs.SheetCaption:
		w.Captions = prefs.Captions(s.prefsEnv())
	case devices.Sheet:
		w.Devices = s.devices.Show(s.devicesEnv())
	case prefs.SheetAbout:
		w.About = s.prefs.About(s.prefsEnv())
	case models.Sheet:
		w.Models = s.models.Show(s.modelsEnv())
	case SheetClosing:
		w.Closing = s.showClosing()
	}
	return *w
}

const dropText = "Drop to open"

// title is the window's, with what runs first once that takes a while.
func (s *State) title() string {
	p := s.visible()
	title := core.ProgramName
	if p.id != 0 {
		title = p.name + " – " + core.ProgramName
	}
	if d := s.models.Downloads(s.modelsEnv()); d.Percent != "" { // it takes longest
		return d.Percent + " – " + title
	}
	if p.id == 0 {
		return title
	}
	if total, done := s.progress(); s.shownBusy() && total > 0 {
		return fmt.Sprintf("%d %% – %s", 100*done/total, title)
	}
	return title
}

// progress counts the steps of the visible picture: decoding, and one for each
// task that the model set has.
func (s *State) progress() (total, done int) {
	p := s.visible()
	res := s.found()
	total = 1
	if p.phase != decoding {
		done = 1
	}
	for at := range slotOthers {
		if !s.canRun(slotTasks[at]) {
			continue
		}
		total++
		if p.phase == ready && (res.has(at) || res.failure[at] != nil) {
			done++
		}
	}
	return total, done
}

// button makes a control for a command: its tip names the key.
func (s *State) button(id core.CommandID, text string) core.Button {
	c, _ := commandByID(id)
	if text == "" {
		text = c.Label
	}
	b := core.Button{Text: text, Tip: c.Tip, Enabled: c.enabled == nil || c.enabled(s), Do: core.Run{Command: id}}
	if c.checked != nil {
		b.On = c.checked(s)
	}
	if len(c.Keys) > 0 {
		b.Tip = fmt.Sprintf("%s (%s)", c.Tip, c.Keys[0].Text())
	}
	return b
}

func (s *State) showBar() ToolBar {
	bar := ToolBar{Name: core.ProgramName, Open: s.button(CommandOpen, "Open…")}
	p := s.visible()
	if p.id == 0 {
		bar.Models = s.button(core.CommandModels, "Models…")
		return bar
	}
	bar.Name = p.name
	if n := len(s.walk.paths); n > 1 {
		bar.Place = fmt.Sprintf("%d of %d", s.walk.at+1, n)
	}
	bar.Back, bar.Next = s.button(CommandPrevious, ""), s.button(CommandNext, "")
	bar.Save = s.button(CommandSave, "Save picture…")
	bar.Panel = s.button(CommandPanel, "")
	for _, l := range []settings.Layer{settings.LayerMasks, settings.LayerOutlines, settings.LayerBoxes, settings.LayerLabels, settings.LayerClasses} {
		bar.Layers = append(bar.Layers, LayerToggle{l, s.button(core.CommandID(l), "")})
	}
	return bar
}

func (s *State) showStart() StartPage {
	page := StartPage{
		Title: "Drop a picture here",
		Text:  "It is captioned, every object is outlined and named. Nothing leaves this computer.",
		Hint:  "Ctrl+O · Ctrl+V · F1 for all keys",
		Open:  s.button(CommandOpen, ""), Paste: s.button(CommandPaste, "Paste"),
	}
	page.Card = s.models.Card(s.modelsEnv())
	for _, sample := range s.setup.Samples {
		page.SamplesTitle = "Or try one of these"
		page.Samples = append(page.Samples, SampleCard{sample.Name, sample.Title, "Open this sample picture", SampleOpened{sample.Name}})
	}
	for _, path := range s.Settings().Recent {
		page.RecentTitle = "Recent"
		page.Recent = append(page.Recent, RecentLink{filepath.Base(path), core.Short(filepath.Dir(path), s.setup.Home), path, Opened{[]string{path}}})
	}
	if len(page.Recent) > 0 {
		page.ClearRecent = core.Button{Text: "Clear", Tip: "Forget the recent pictures; the files stay", Enabled: true, Do: RecentsCleared{}}
	}
	return page
}

// taskWords are what is said of each slot: while it runs, and short for the status bar.
var taskWords = [slots]struct{ running, short, title string }{
	{"Writing a caption…", "caption", "The caption could not be written"},
	{"Looking for objects…", "objects", "The objects could not be found"},
	{"Sorting pixels into classes…", "classes", "The class map could not be made"},
	{"Looking for other ways to say it…", "other captions", ""},
}

func (s *State) showStatus() StatusBar {
	m := s.model()
	bar := StatusBar{
		Text:   s.statusText(),
		Model:  core.Button{Text: m.Name, Tip: s.models.UsedText(s.modelsEnv()) + " Click for all models (F3)", Enabled: true, Do: core.SheetOpened{Sheet: models.Sheet}},
		Device: s.devices.Chip(s.devicesEnv()),
	}
	if bar.Model.Text == "" {
		bar.Model.Text = "Models"
	}
	if d := s.models.Downloads(s.modelsEnv()); d.N > 0 {
		bar.Pull = core.Button{Text: "Downloading: " + d.Text, Tip: core.Plural(d.N, "A model is being downloaded; click to see it", "%d models are being downloaded; click to see them"), Enabled: true, Do: core.SheetOpened{Sheet: models.Sheet}}
		bar.Part = d.Part
	}
	return bar
}

// statusText tells what runs, else how long it took.
func (s *State) statusText() string {
	p := s.visible()
	switch {
	case p.id == 0:
		return "Ready"
	case p.phase == decoding:
		return "Opening " + p.name + "…"
	case p.phase == failed:
		return "Not opened"
	}
	var parts []string
	res := s.found()
	for at := range slotOthers {
		word := taskWords[at].short
		switch d := res.done[at]; {
		case s.running(p.key, at):
			parts = append(parts, word+"…")
		case d != nil && res.has(at):
			parts = append(parts, word+" "+seconds(d.Milliseconds))
		case res.failure[at] != nil:
			parts = append(parts, "no "+word)
		}
	}
	if s.running(p.key, slotOthers) {
		parts = append(parts, taskWords[slotOthers].short+"…")
	}
	if n := s.ahead(); n > 0 {
		parts = append(parts, core.Plural(n, "1 picture ahead", "%d pictures ahead"))
	}
	return core.JoinParts(parts)
}

// ahead counts the neighbours that are being decoded or described.
func (s *State) ahead() int {
	n := 0
	for _, p := range s.pictures {
		if p.id != s.current && s.wants(p, false) {
			n++
		}
	}
	return n
}

func (s *State) showNotices() []core.NoticeView {
	var all []core.NoticeView
	for _, n := range s.Notices() {
		v := core.NoticeView{ID: n.ID, Kind: n.Kind, Text: n.Text, Detail: n.Detail, Close: core.Button{Text: "Close", Tip: "Take this notice away", Enabled: true, Do: core.NoticeClosed{ID: n.ID}}}
		if n.Path != "" {
			v.Actions = append(v.Actions, core.Button{Text: "Show in folder", Tip: "Open the folder with this file", Enabled: true, Do: core.FolderShown{Path: n.Path}})
		}
		if n.Undo != nil {
			v.Actions = append(v.Actions, core.Button{Text: "Undo", Tip: "Take this back", Enabled: true, Do: n.Undo})
		}
		if models.Arrival(n) {
			inPanel := s.current != 0 && !s.Settings().PanelHidden && s.anyStale(s.visible().key)
			if b := s.againButton(); b.Do != nil && !inPanel {
				v.Actions = append(v.Actions, b)
			}
		}
		if n.Offers != "" {
			v.Actions = append(v.Actions, s.button(n.Offers, ""))
		}
		if _, stopped := n.About.(blocked); stopped {
			v.Actions = append(v.Actions, core.Button{Text: "Replace", Tip: "Write over what is there", Enabled: true, Do: Replaced{n.ID}})
		}
		all = append(all, v)
	}
	return all
}

func (s *State) showMenus() []Menu {
	var all []Menu
	for _, name := range menus {
		m := Menu{Name: name}
		group := 0
		for _, c := range Commands {
			if c.Menu != name {
				continue
			}
			item := MenuItem{Command: c.ID, Separator: c.Group != group, Keys: c.Keys, Check: c.checked != nil, Button: s.button(c.ID, "")}
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

// showCanvas says what stands in the middle.
func (s *State) showCanvas() Canvas {
	f := s.frame()
	c := Canvas{
		Hover: s.hover, Selected: s.selected, View: s.view, DropText: dropText, Zoom: zoomText(s.view, f),
		ZoomIn: s.button(CommandZoomIn, "+"), ZoomOut: s.button(CommandZoomOut, "−"),
		Fit: s.button(CommandFit, "Fit"), Actual: s.button(CommandActual, "1:1"),
		Opacity: Slider{Label: "Opacity", Tip: "How strongly objects and classes are coloured", Text: render.Percent(s.Settings().Opacity),
			Value: s.Settings().Opacity, Least: 0, Most: 1, Step: 0.01, Enabled: hasPixels(s)},
		Score: Slider{Label: "At least", Tip: "Show objects that are at least this sure", Text: render.Percent(s.score()),
			Value: s.score(), Least: settings.LeastScore, Most: settings.MostScore, Step: 0.01, Enabled: hasPixels(s)},
		Busy: s.showBusy(),
	}
	p := s.visible()
	switch p.phase {
	case ready:
		c.Picture, c.Width, c.Height = p.id, p.width, p.height
		c.Items = s.items()
		if classes := s.shownClasses(); classes != nil {
			c.Classes, c.HideClass, c.Pointed = classes, s.found().hideClass, s.showPointed()
		}
	case failed:
		c.Failure = s.showDecodeFailure(p)
	}
	c.Style = s.style(c.Items)
	return c
}

// shownBusy reports whether what runs has taken long enough to be told.
func (s *State) shownBusy() bool {
	return s.busy() && !s.busySince.IsZero() && s.Now().Sub(s.busySince) >= busyAfter
}

func (s *State) showBusy() *Busy {
	if !s.shownBusy() {
		return nil
	}
	b := &Busy{Elapsed: fmt.Sprintf("%.1f s", s.Now().Sub(s.busySince).Seconds()), Stop: s.button(CommandStop, "")}
	if p := s.visible(); p.phase == decoding {
		b.Text = "Opening " + p.name + "…"
		return b
	}
	loading := false
	for _, j := range s.jobs {
		if j.picture == s.current {
			loading = loading || j.loading
			if b.Text == "" || j.slot == slotCaption {
				b.Text = taskWords[j.slot].running
			}
		}
	}
	if loading {
		b.Text = "Loading the models…"
	}
	return b
}
