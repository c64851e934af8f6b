package state

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"descry/inference"
)

// reduceSave handles the Actions about files and notices.
func (c *change) reduceSave(a Action) {
	switch a := a.(type) {
	case ChooseSave:
		if slices.Contains([]Placement{Under, Over, None}, a.Choice.Placement) {
			c.Save = a.Choice
		}
	case ConfirmSave:
		c.confirmSave()
	case Export:
		c.export(a.Kind)
	case PathChosen:
		c.pathChosen(a.Path)
	case Written:
		c.setNow(a.Now)
		c.notice(Notice{Kind: Done, Title: "Saved " + filepath.Base(a.Path), Text: c.shorten(filepath.Dir(a.Path)), Action: "Show in folder", Path: a.Path})
	case WriteFailed:
		c.setNow(a.Now)
		c.notice(Notice{Kind: Trouble, Title: "Not saved.", Text: a.Failure.Error()})
	case Copied:
		c.setNow(a.Now)
		c.notice(Notice{Kind: Done, Title: "Copied the " + a.What})
	case NoticeAction:
		if c.Notice != nil && c.Notice.Path != "" {
			c.effect(ShowInFolder{c.Notice.Path})
			c.Notice = nil
		}
	case DismissNotice:
		c.Notice = nil
	case Diagnosed:
		c.Report = a.Text
	}
}

// stem is a picture's file name without extension, for proposing names.
func stem(src Source) string {
	switch {
	case src.Path != "":
		base := filepath.Base(src.Path)
		if s := strings.TrimSuffix(base, filepath.Ext(base)); s != "" {
			return s
		}
		return base
	case src.Sample != "":
		return strings.TrimSuffix(src.Sample, filepath.Ext(src.Sample))
	}
	return fmt.Sprintf("pasted-%d", src.Pasted)
}

// suffixes are what follows the stem, and the titles of the dialogs.
var suffixes = map[WriteKind]struct{ suffix, title string }{
	CaptionedPNG:  {".descry.png", "Save captioned picture"},
	CaptionedJPEG: {".descry.jpg", "Save captioned picture"},
	CaptionText:   {".txt", "Save caption"},
	ResultJSON:    {".json", "Save as JSON"},
	ResultCOCO:    {".coco.json", "Save objects as COCO"},
	LabelMap:      {".labelmap.png", "Save class map"},
	CutoutPNG:     {".png", "Save object"},
}

func (c *change) confirmSave() {
	kind := CaptionedPNG
	if c.Save.JPEG {
		kind = CaptionedJPEG
	}
	c.ask(kind, stem)
}

// ask asks for the path of a write.
func (c *change) ask(kind WriteKind, name func(Source) string) {
	p := c.Current()
	if p == nil || p.Stage != Ready || c.Pending != nil {
		return
	}
	c.Sheet = NoSheet
	c.Pending = &Pending{Source: p.Source, Kind: kind, Object: -1}
	folder := c.Settings.Folder
	if p.Source.Path != "" {
		folder = filepath.Dir(p.Source.Path)
	}
	c.effect(AskPath{suffixes[kind].title, folder, name(p.Source) + suffixes[kind].suffix})
}

// export writes one of the formats of the export sheet, if there is what goes
// into it.
func (c *change) export(kind WriteKind) {
	p := c.Current()
	if p == nil {
		return
	}
	for _, row := range c.exports(p) {
		if row.Kind == kind && row.Enabled {
			c.ask(kind, stem)
		}
	}
}

func (c *change) askSaveObject(object int) {
	p := c.Current()
	label := c.results(p).Instances.Instances.Items[object].Label
	before := c.Pending
	c.ask(CutoutPNG, func(src Source) string { return stem(src) + "-" + strings.ReplaceAll(label, " ", "-") })
	if c.Pending != nil && c.Pending != before {
		c.Pending = &Pending{Source: p.Source, Kind: CutoutPNG, Object: object}
	}
}

// pathChosen writes what waited for a path.
func (c *change) pathChosen(path string) {
	pending := c.Pending
	c.Pending = nil
	if pending == nil || path == "" {
		return
	}
	p, known := c.Pictures[pending.Source]
	if !known {
		return
	}
	objects := c.shown(p)
	if pending.Kind == CutoutPNG {
		objects = []int{pending.Object}
	}
	c.effect(Write{Kind: pending.Kind, Path: path, Source: p.Source, Model: c.Settings.Model, Caption: c.caption(p), Choice: c.Save,
		Layers: c.Settings.Layers, Opacity: c.Settings.Opacity, Objects: objects, Hidden: p.Hidden, Result: c.results(p)})
}

// exports gives the rows of the export sheet.
func (s State) exports(p *Picture) []ExportRow {
	r := s.results(p)
	return []ExportRow{
		{CaptionText, "Caption (.txt)", "The caption as text, beside the picture", s.caption(p) != ""},
		{ResultJSON, "Everything (.json)", "What the models said, as descry describe --json prints it", r.Caption.Caption != nil || r.Instances.Instances != nil || r.Classes.Classes != nil},
		{ResultCOCO, "Objects (COCO)", "The objects shown, with masks, for data sets", r.Instances.Instances != nil},
		{LabelMap, "Class map (.png)", "8-bit palette picture: the value of a pixel is its class", r.Classes.Classes != nil},
	}
}

// shorten writes the person's home folder as ~.
func (s State) shorten(path string) string {
	if s.Home == "" {
		return path
	}
	if rel, err := filepath.Rel(s.Home, path); err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		if rel == "." {
			return "~"
		}
		return "~" + string(filepath.Separator) + rel
	}
	return path
}

// changeSettings takes the settings of the sheet; another model, device or
// number of threads means that the shown picture is described anew.
func (c *change) changeSettings(s Settings) {
	old := c.Settings
	c.settings(func(now *Settings) {
		now.Theme, now.Model, now.Device, now.Threads, now.MaxPixels = s.Theme, s.Model, s.Device, s.Threads, s.MaxPixels
	})
	now := c.Settings
	if now.Model == old.Model && now.Device == old.Device && now.Threads == old.Threads {
		return
	}
	for _, id := range c.openJobs() {
		c.cancelJob(id)
	}
	if now.Device != old.Device || now.Threads != old.Threads {
		c.retryFailed()
	}
	c.askTasks(true)
}

// retryFailed forgets failures of the shown picture's tasks.
func (c *change) retryFailed() {
	c.current(func(p *Picture) {
		results := map[string]Results{}
		for model, r := range p.Results {
			for _, t := range []inference.Task{inference.TaskCaption, inference.TaskInstances, inference.TaskClasses} {
				if ts := r.task(t); ts.Failure != nil {
					*ts = TaskState{}
				}
			}
			results[model] = r
		}
		p.Results = results
	})
}

// resized keeps the window's size.
func (c *change) resized(w, h float32) {
	if w >= leastWidth && h >= leastHeight && w <= mostSize && h <= mostSize {
		c.settings(func(s *Settings) { s.Width, s.Height = w, h })
	}
}
