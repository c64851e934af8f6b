package state

import (
	"maps"
	"time"
)

const (
	busyAfter   = 300 * time.Millisecond // before that, nothing says that something runs
	busyEvery   = 100 * time.Millisecond // how often the elapsed time changes
	editAfter   = time.Second            // an edit is on the disk this long after the last key
	noticeStays = 8 * time.Second
)

// change collects what one Action does: the new State and the Effects.
type change struct {
	State
	effects []Effect
}

// Reduce gives the State after a, and what is to be done. It is pure: equal
// arguments give equal results, and the State given is not touched.
func Reduce(s State, a Action) (State, []Effect) {
	c := &change{State: s}
	if !s.Started {
		if start, ok := a.(Start); ok {
			c.start(start)
		}
		return c.State, c.effects
	}
	if s.Closing {
		return s, nil
	}
	c.reduce(a)
	return c.State, c.effects
}

// reduce sends an Action to the part of the window it is about.
func (c *change) reduce(a Action) {
	switch a := a.(type) {
	case Do:
		c.do(a.Command)
	case OpenPaths, OpenSample, OpenEnded, Pasted, FolderListed, Decoded, DecodeFailed:
		c.reduceOpen(a)
	case EngineSaid:
		c.setNow(a.Now)
		c.engineSaid(a.Event)
	case EditCaption, PickCaption, EditLoaded, EditSaved:
		c.reduceCaption(a)
	case Hover, Select, HideObject, SaveObject, HideClass, SortBy, ShowLower:
		c.reduceObjects(a)
	case HoldBare:
		c.Bare = a.Held
	case SetOpacity:
		c.setOpacity(a.Value)
	case SetScore:
		c.setScore(a.Value)
	case ChooseSave, ConfirmSave, Export, PathChosen, Written, WriteFailed, Copied, NoticeAction, DismissNotice, Diagnosed:
		c.reduceSave(a)
	case ChangeSettings:
		c.changeSettings(a.Settings)
	case Resized:
		c.resized(a.Width, a.Height)
	case ResizePanel:
		if a.Width >= leastPanel && a.Width <= mostPanel {
			c.settings(func(s *Settings) { s.PanelWidth = a.Width })
		}
	case Tick:
		c.tick(a.Now)
	}
}

// effect adds an Effect.
func (c *change) effect(e ...Effect) { c.effects = append(c.effects, e...) }

// setNow moves the clock, never back.
func (c *change) setNow(now time.Time) {
	if now.After(c.Now) {
		c.Now = now
	}
}

// picture puts a changed copy of a known picture in its place.
func (c *change) picture(at Source, edit func(*Picture)) {
	old, known := c.Pictures[at]
	if !known {
		return
	}
	p := *old
	edit(&p)
	c.Pictures = maps.Clone(c.Pictures)
	c.Pictures[at] = &p
}

// current edits the picture that is shown.
func (c *change) current(edit func(*Picture)) {
	if p := c.Current(); p != nil {
		c.picture(p.Source, edit)
	}
}

// resultsOf edits what one model says of a picture.
func (c *change) resultsOf(at Source, model string, edit func(*Results)) {
	c.picture(at, func(p *Picture) {
		r := p.Results[model]
		edit(&r)
		results := maps.Clone(p.Results)
		if results == nil {
			results = map[string]Results{}
		}
		results[model] = r
		p.Results = results
	})
}

// settings changes the settings and keeps them, if they differ.
func (c *change) settings(edit func(*Settings)) {
	s := c.Settings
	edit(&s)
	s = s.Repaired()
	if s.equal(c.Settings) {
		return
	}
	c.Settings = s
	c.effect(SaveSettings{s})
}

// start opens the window.
func (c *change) start(a Start) {
	c.Started = true
	c.Now = a.Now
	c.Settings = a.Settings.Repaired()
	c.Told = c.Settings.ToldDrawings
	c.Samples, c.Models, c.Home = a.Samples, a.Models, a.Home
	if len(a.Paths) > 0 {
		c.openPaths(a.Paths)
	}
}

// tick is the time: it keeps edits that have rested, lets notices go, and asks
// for the next tick while something needs one.
func (c *change) tick(now time.Time) {
	c.setNow(now)
	for _, p := range c.Pictures {
		if p.Draft.Unsaved && !c.Now.Before(p.Draft.Changed.Add(editAfter)) {
			c.keepEdit(p.Source)
		}
	}
	if c.Notice != nil && !c.Notice.Expires.IsZero() && !c.Now.Before(c.Notice.Expires) {
		c.Notice = nil
	}
	if p := c.Current(); p != nil && c.busySince(p) != (time.Time{}) {
		c.effect(Wake{busyEvery})
	}
}

// do carries out a command of the table; what it cannot do now it ignores.
func (c *change) do(cmd Command) {
	if !c.enabled(cmd) {
		return
	}
	if layer, ok := layerOf[cmd]; ok {
		c.settings(func(s *Settings) { s.Layers = s.Layers.with(layer, !s.Layers.Has(layer)) })
		c.askTasks(true)
		return
	}
	switch cmd {
	case CmdOpen:
		c.Opening = true
		c.effect(AskOpen{c.Settings.Folder})
	case CmdPaste:
		c.effect(ReadClipboard{c.NextClip})
		c.NextClip++
	case CmdPrevious:
		c.walk(-1)
	case CmdNext:
		c.walk(+1)
	case CmdStartPage:
		c.leave()
		c.At = -1
	case CmdSave:
		c.Sheet = SaveSheet
	case CmdExport:
		c.Sheet = ExportSheet
	case CmdShortcuts:
		c.Sheet = ShortcutsSheet
	case CmdSettings:
		c.Sheet = SettingsSheet
	case CmdDiagnostics:
		c.Sheet, c.Report = DiagnosticsSheet, ""
		c.effect(Diagnose{})
	case CmdPanel:
		c.settings(func(s *Settings) { s.PanelHidden = !s.PanelHidden })
	case CmdSecondNames:
		c.settings(func(s *Settings) { s.SecondNames = !s.SecondNames })
	case CmdStop:
		c.stop()
	case CmdQuit:
		c.quit()
	case CmdUndo, CmdCopy, CmdCopyAlt, CmdRegenerate:
		c.doCaption(cmd)
	case CmdNextObject, CmdPrevObject, CmdHideObject, CmdSaveObject:
		c.doObject(cmd)
	}
}

// stop closes the sheet, else stops what runs, else lets the selection go.
func (c *change) stop() {
	p := c.Current()
	switch {
	case c.Sheet != NoSheet:
		c.Sheet = NoSheet
	case p != nil && c.busySince(p) != (time.Time{}):
		c.cancelJobs(p.Source)
	case p != nil && p.Objects.Selected >= 0:
		c.current(func(p *Picture) { p.Objects.Selected = -1 })
	case c.Notice != nil:
		c.Notice = nil
	}
}

// quit keeps every edit and closes.
func (c *change) quit() {
	for _, p := range c.Pictures {
		if p.Draft.Unsaved {
			c.keepEdit(p.Source)
		}
	}
	for id := range c.Jobs {
		c.effect(CancelJob{id})
	}
	c.Closing = true
	c.effect(SaveSettings{c.Settings}, Quit{})
}

// enabled reports whether a command can do something now.
func (s State) enabled(cmd Command) bool {
	p := s.Current()
	if Info(cmd).Picture && p == nil {
		return false
	}
	switch cmd {
	case CmdOpen:
		return !s.Opening
	case CmdPrevious:
		return s.At > 0
	case CmdNext:
		return s.At < len(s.Walk)-1
	case CmdSave, CmdZoomIn, CmdZoomOut, CmdFit, CmdActual:
		return p.Stage == Ready
	case CmdExport:
		return p.Stage == Ready
	case CmdUndo:
		return len(p.Draft.Undo) > 0
	case CmdCopy, CmdCopyAlt:
		return s.caption(p) != ""
	case CmdRegenerate:
		return p.Stage == Failed || p.Stage == Ready && s.results(p).Caption.Job == 0
	case CmdNextObject, CmdPrevObject:
		return len(s.rows(p)) > 0
	case CmdHideObject, CmdSaveObject:
		return p.Objects.Selected >= 0
	}
	return true
}
