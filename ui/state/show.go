package state

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"descry/internal/failure"
)

// Show gives what the window shows of a State. It is pure.
func Show(s State) Screen {
	screen := Screen{
		Title:   s.title(),
		Theme:   s.Settings.Theme,
		Status:  s.status(),
		Sheet:   s.sheet(),
		Enabled: map[Command]bool{},
		Checked: map[Command]bool{
			CmdBare: s.Bare, CmdPanel: !s.Settings.PanelHidden, CmdSecondNames: !s.Settings.SecondNames,
		},
		Window: WindowScreen{s.Settings.Width, s.Settings.Height, !s.Settings.PanelHidden, s.Settings.PanelWidth},
	}
	for _, info := range Commands {
		screen.Enabled[info.Command] = s.enabled(info.Command)
		if layer, ok := layerOf[info.Command]; ok {
			screen.Checked[info.Command] = s.Settings.Layers.Has(layer)
		}
	}
	if s.Notice != nil {
		screen.Notice = &NoticeScreen{s.Notice.Kind, s.Notice.Title, s.Notice.Text, s.Notice.Action}
	}
	if p := s.Current(); p != nil {
		screen.Picture = s.pictureScreen(p)
	} else {
		screen.Start = s.startScreen()
	}
	return screen
}

// Name is what a picture is called.
func (src Source) Name() string {
	switch {
	case src.Path != "":
		return filepath.Base(src.Path)
	case src.Sample != "":
		return src.Sample
	case src.Pasted > 0:
		return "Pasted picture"
	}
	return ""
}

func (s State) title() string {
	if p := s.Current(); p != nil {
		return p.Source.Name() + " – Descry"
	}
	return "Descry"
}

func (s State) startScreen() *StartScreen {
	start := &StartScreen{Samples: s.Samples}
	for _, path := range s.Settings.Recent {
		start.Recent = append(start.Recent, RecentScreen{path, filepath.Base(path), s.shorten(filepath.Dir(path))})
	}
	return start
}

func (s State) pictureScreen(p *Picture) *PictureScreen {
	screen := &PictureScreen{
		Source: p.Source, Name: p.Source.Name(), Ready: p.Stage == Ready, Width: p.Width, Height: p.Height,
		Layers: s.Settings.Layers, Bare: s.Bare, Opacity: s.Settings.Opacity, Score: s.score(p),
		Overlay: s.overlay(p), Caption: s.captionScreen(p), Objects: s.objectsScreen(p), Legend: s.legendScreen(p), Busy: s.busy(p),
		CanPrev: s.At > 0, CanNext: s.At < len(s.Walk)-1,
	}
	if len(s.Walk) > 1 {
		screen.Count = fmt.Sprintf("%d of %d", s.At+1, len(s.Walk))
	}
	if screen.CanPrev {
		screen.Previous = s.Walk[s.At-1].Name()
	}
	if screen.CanNext {
		screen.Next = s.Walk[s.At+1].Name()
	}
	if p.Stage == Failed {
		screen.Failure = pictureFailure(p)
	}
	return screen
}

// failureTitles say what is wrong, by kind.
var failureTitles = map[failure.Kind]string{
	failure.Unreadable:  "This picture cannot be read.",
	failure.Unsupported: "Descry does not read this.",
	failure.TooLarge:    "This picture is too large.",
}

func pictureFailure(p *Picture) *FailureScreen {
	title := failureTitles[p.Failure.Kind]
	if title == "" {
		title = "This picture cannot be opened."
	}
	return &FailureScreen{
		Title: title, Text: p.Source.Name() + ": " + p.Failure.Message + ".", Hint: p.Failure.Hint, Kind: p.Failure.Kind,
		Actions: []FailureAction{{"Open another…", CmdOpen}, {"Try again", CmdRegenerate}},
	}
}

// taskFailure says why a task gave nothing; nil when it did not fail.
func taskFailure(t TaskState, what string) *FailureScreen {
	if t.Failure == nil {
		return nil
	}
	again := []FailureAction{{"Try again", CmdRegenerate}}
	if t.Failure.Kind == failure.Cancelled {
		return &FailureScreen{Title: "Stopped.", Text: what + " was stopped before it was done.", Kind: failure.Cancelled, Actions: again}
	}
	text := t.Failure.Message + "."
	if t.Failure.Subject != "" {
		text = t.Failure.Subject + ": " + text
	}
	return &FailureScreen{Title: what + " failed.", Text: text, Hint: t.Failure.Hint, Kind: t.Failure.Kind,
		Actions: append(again, FailureAction{"Diagnostics…", CmdDiagnostics})}
}

// running says what runs, in the order in which people wait for it.
func (s State) running(p *Picture) []string {
	if p.Stage == Decoding {
		return []string{"Opening the picture…"}
	}
	r := s.results(p)
	var list []string
	for _, t := range []struct {
		state TaskState
		text  string
	}{{r.Caption, "Writing the caption…"}, {r.Instances, "Looking for objects…"}, {r.Classes, "Classing the pixels…"}} {
		if t.state.Job != 0 {
			if t.state.Stage == "load" {
				t.text = "Loading the models…"
			}
			list = append(list, t.text)
		}
	}
	return list
}

// busy is the pill; it appears only when something runs for longer than
// busyAfter.
func (s State) busy(p *Picture) *BusyScreen {
	list := s.running(p)
	since := s.busySince(p)
	if p.Stage == Decoding {
		since = p.Used
	}
	if len(list) == 0 || since.IsZero() || s.Now.Sub(since) < busyAfter {
		return nil
	}
	return &BusyScreen{list[0], seconds(s.Now.Sub(since))}
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }

func (s State) status() StatusScreen {
	status := StatusScreen{Text: "Ready", Model: s.modelTitle(), Device: deviceChip(s.Device), DeviceTip: "What the models run on"}
	if s.Device == "" {
		status.Device = "CPU"
	}
	p := s.Current()
	if p == nil {
		return status
	}
	if p.Stage == Failed {
		status.Text = "Not opened"
		return status
	}
	if list := s.running(p); len(list) > 0 {
		status.Text = strings.Join(list, " · ")
		return status
	}
	r := s.results(p)
	var parts []string
	for _, t := range []struct {
		name string
		took float64
	}{{"Caption", r.Caption.Took}, {"objects", r.Instances.Took}, {"classes", r.Classes.Took}} {
		if t.took > 0 {
			parts = append(parts, fmt.Sprintf("%s %.2f s", t.name, t.took/1000))
		}
	}
	status.Text = strings.Join(parts, " · ")
	if ahead := s.ahead(p); ahead > 0 {
		status.Text = strings.TrimPrefix(fmt.Sprintf("%s · %d ahead", status.Text, ahead), " · ")
	}
	return status
}

// ahead is how many neighbours are described already.
func (s State) ahead(*Picture) int {
	n := 0
	for _, src := range s.neighbours() {
		if p := s.Pictures[src]; p != nil && p.Stage == Ready {
			if r := s.results(p); r.Caption.done() && r.Instances.done() {
				n++
			}
		}
	}
	return n
}

// modelTitle is the model set's name for the chip.
func (s State) modelTitle() string {
	for _, m := range s.Models {
		if m.Name == s.Settings.Model {
			return m.Title
		}
	}
	if s.Settings.Model == "starter" {
		return "Starter models"
	}
	return filepath.Base(s.Settings.Model)
}

// deviceText is how the state keeps what ran: "cpu, 2 threads".
func deviceText(device string, threads int) string {
	if threads == 1 {
		return device + ", 1 thread"
	}
	return fmt.Sprintf("%s, %d threads", device, threads)
}

// deviceChip is deviceText for the chip: "CPU · 2 threads".
func deviceChip(text string) string {
	name, rest, ok := strings.Cut(text, ", ")
	if !ok {
		return strings.ToUpper(text)
	}
	return strings.ToUpper(name) + " · " + rest
}

// sheet is what covers the window.
func (s State) sheet() SheetScreen {
	sheet := SheetScreen{Sheet: s.Sheet, Save: s.Save, Settings: s.Settings, Models: s.Models, Report: s.Report}
	p := s.Current()
	switch {
	case s.Sheet == ShortcutsSheet:
		sheet.Shortcuts = shortcuts()
	case s.Sheet == ExportSheet && p != nil:
		sheet.Exports = s.exports(p)
	case s.Sheet == SaveSheet && p != nil:
		format := "PNG"
		if s.Save.JPEG {
			format = "JPEG"
		}
		sheet.SaveNote = fmt.Sprintf("%d × %d pixels, %s", p.Width, p.Height, format)
	}
	return sheet
}

// shortcuts makes the page of keys from the command table.
func shortcuts() []ShortcutGroup {
	var groups []ShortcutGroup
	for _, menu := range Menus {
		group := ShortcutGroup{Title: menu}
		for _, info := range Commands {
			if info.Menu != menu || len(info.Keys) == 0 {
				continue
			}
			var keys []string
			for _, k := range info.Keys {
				keys = append(keys, k.String())
			}
			text := strings.Join(keys, " or ")
			if info.Hold {
				text = "hold " + text
			}
			group.Rows = append(group.Rows, ShortcutRow{text, strings.TrimSuffix(info.Label, "…"), info.Help})
		}
		groups = append(groups, group)
	}
	return groups
}
