package picture

import (
	"path/filepath"
	"slices"
	"strings"

	"descry/inference"
	"descry/internal/failure"
	"descry/internal/message"
	"descry/render"
	"descry/settings"
	"descry/ui/state/core"
)

// writer is an effect that writes one file.
type writer interface {
	core.Effect
	to(Target) writer
}

func (w WriteFile) to(t Target) writer   { w.Target = t; return w }
func (w WriteCutout) to(t Target) writer { w.Target = t; return w }

// What a notice can say of files that were written together.
type (
	saved struct {
		batch uint64
		count int
	}
	blocked struct {
		batch    uint64
		replaces []write // what "Replace" writes again
	}
)

// ask is a dialog that was shown. What will be written was settled when it was
// asked for: the picture may have been left since.
type ask struct {
	id       uint64
	folder   bool // a folder is asked for, and names say what the files are called
	writers  []writer
	names    []string // for a file: what was proposed
	original string
}

// write is a file that is being written.
type write struct {
	id       uint64
	batch    uint64
	path     string
	original string
	writer   writer
}

func (a PlacementSet) on(r *reduction) {
	for name, p := range settings.Placements {
		if p == a.Placement {
			r.t.ChangeSettings(func(s *settings.Settings) { s.Save.Placement = name })
		}
	}
}

func (LegendToggled) on(r *reduction) {
	r.t.ChangeSettings(func(s *settings.Settings) { s.Save.Legend = !s.Save.Legend })
}

func (a FormatSet) on(r *reduction) {
	if f, known := r.s.format(a.Format); known && f.Drawn {
		r.t.ChangeSettings(func(s *settings.Settings) { s.Save.Format = a.Format })
	}
}

func (PreviewToggled) on(r *reduction) {
	r.t.ChangeSettings(func(s *settings.Settings) { s.Save.NoPreview = !s.Save.NoPreview })
}

func (a ExportToggled) on(r *reduction) {
	if f, known := r.s.format(a.Format); !known || f.Drawn {
		return
	}
	r.t.ChangeSettings(func(s *settings.Settings) {
		if i := slices.Index(s.Save.Export, a.Format); i >= 0 {
			s.Save.Export = slices.Delete(slices.Clone(s.Save.Export), i, i+1)
		} else {
			s.Save.Export = append(slices.Clone(s.Save.Export), a.Format)
		}
	})
}

// captioned is the plan of the visible picture's captioned picture.
func (s Scene) captioned() Captioned {
	items := s.items()
	style := s.style(items)
	style.Highlight = -1
	l := s.Settings().Layers // the key H may be down
	style.Masks, style.Outlines, style.Boxes, style.Labels, style.ClassMap = l.Masks, l.Outlines, l.Boxes, l.Labels, l.Classes
	res := s.found()
	return Captioned{
		Picture: s.current, Style: style, Items: items, Classes: res.classes, HideClass: res.hideClass,
		Layout: render.CaptionLayout{Text: s.Caption(), Placement: settings.Placements[s.Settings().Save.Placement], Legend: s.Settings().Save.Legend},
	}
}

// format returns the format of an ID and reports whether there is one.
func (s Scene) format(id string) (Format, bool) {
	i := slices.IndexFunc(s.Formats, func(f Format) bool { return f.ID == id })
	if i < 0 {
		return Format{}, false
	}
	return s.Formats[i], true
}

// stem is the visible picture's name without its ending.
func (s Scene) stem() string {
	p := s.visible()
	name := strings.ToLower(strings.ReplaceAll(p.name, " ", "-"))
	if p.source.Kind == SourceFile {
		base := filepath.Base(p.source.Path)
		if name = strings.TrimSuffix(base, filepath.Ext(base)); name == "" {
			name = base
		}
	}
	return name
}

// folder is where the visible picture lies, else where the last dialog was.
func (s Scene) folder() string {
	if p := s.visible(); p.source.Kind == SourceFile {
		return filepath.Dir(p.source.Path)
	}
	return s.Settings().Folder
}

// original is the file of the visible picture, which is never written to.
func (s Scene) original() string {
	if p := s.visible(); p.source.Kind == SourceFile {
		return p.source.Path
	}
	return ""
}

func (SaveAsked) on(r *reduction) {
	f, known := r.s.format(r.s.Settings().Save.Format)
	if r.s.HasPixels() && known {
		plan := r.s.captioned()
		r.askSave("Save captioned picture", r.s.stem()+f.Suffix, WriteFile{Format: f.ID, Description: r.s.description(), Captioned: &plan})
		r.t.OpenSheet(core.SheetNone)
	}
}

func (a ObjectSaveAsked) on(r *reduction) {
	if a.Object == SelectedObject {
		a.Object = r.s.selected
	}
	if in, ok := r.s.object(a.Object); ok {
		name := r.s.stem() + "." + strings.ReplaceAll(in.Label, " ", "-") + ".png"
		r.askSave("Save object", name, WriteCutout{Picture: r.s.current, Instance: in})
	}
}

func (r *reduction) askSave(title, name string, w writer) {
	r.s.last.ask++
	r.s.asks = core.Added(r.s.asks, ask{id: r.s.last.ask, writers: []writer{w}, names: []string{name}, original: r.s.original()})
	r.t.Do(AskSave{Ask: r.s.last.ask, Title: title, Folder: r.s.folder(), Name: name})
}

// exports are the writers of the chosen formats that there is something for,
// and the names of their files.
func (s Scene) exports() (writers []writer, names []string) {
	d := s.description()
	for _, f := range s.Formats {
		if slices.Contains(s.Settings().Save.Export, f.ID) && f.worth(&d) {
			writers, names = append(writers, WriteFile{Format: f.ID, Description: d}), append(names, s.stem()+f.Suffix)
		}
	}
	return writers, names
}

// worth reports whether a description has something to write in a format that is
// not drawn: what the format needs, at least anything. An empty caption is nothing.
func (f Format) worth(d *inference.Description) bool {
	for _, t := range f.Needs {
		if !d.Has(t) || t == inference.TaskCaption && d.Text() == "" {
			return false
		}
	}
	return len(f.Needs) > 0 || d.Caption != nil || d.Instances != nil || d.Classes != nil
}

// description is all that is known of the visible picture.
func (s Scene) description() inference.Description {
	p, res := s.visible(), s.found()
	d := inference.Description{
		Image: p.name, Name: p.name, Key: p.key, Width: p.width, Height: p.height,
		Caption: res.caption, Instances: res.instances, Classes: res.classes, Timings: inference.Timings{Decode: p.took},
	}
	if p.source.Kind == SourceFile {
		d.Image = p.source.Path
	}
	for _, at := range []Slot{SlotCaption, SlotInstances, SlotClasses} {
		if done := res.done[at]; done != nil {
			d.Timings.Set(SlotTasks[at], done.Milliseconds)
			d.Device, d.Threads = done.Device, done.Threads
		}
	}
	if edit := s.draft().edit; p.phase == ready && edit.Own {
		d.Own = &edit.Caption
	} else if d.Caption == nil {
		d.SoFar = s.Caption()
	}
	return d
}

func (a ExportAsked) on(r *reduction) {
	writers, names := r.s.exports()
	if len(writers) == 0 {
		return
	}
	r.t.OpenSheet(core.SheetNone)
	if a.Beside && r.s.original() != "" {
		r.write(ask{folder: true, writers: writers, names: names, original: r.s.original()}, r.s.folder())
		return
	}
	r.s.last.ask++
	r.s.asks = core.Added(r.s.asks, ask{id: r.s.last.ask, folder: true, writers: writers, names: names, original: r.s.original()})
	r.t.Do(AskFolder{Ask: r.s.last.ask, Title: "Export to folder", Folder: r.s.folder()})
}

func (a PlaceChosen) on(r *reduction) {
	i := slices.IndexFunc(r.s.asks, func(q ask) bool { return q.id == a.Ask })
	if i < 0 {
		return
	}
	q := r.s.asks[i]
	r.s.asks = core.Without(r.s.asks, func(o ask) bool { return o.id == q.id })
	if path := settings.Sound(a.Path); path != "" {
		r.write(q, path)
	}
}

// write writes what was asked for to a file, or to a folder.
func (r *reduction) write(q ask, place string) {
	r.s.last.write++
	batch := r.s.last.write
	for i, w := range q.writers {
		path, overwrite := place, true // the dialog has asked already
		if q.folder {
			path, overwrite = filepath.Join(place, q.names[i]), false
		} else if fits := r.s.writerFor(w, filepath.Ext(path), filepath.Ext(q.names[i])); fits != nil {
			w = fits
		} else {
			path, overwrite = path+filepath.Ext(q.names[i]), false // … but not about this name
		}
		r.start(write{batch: batch, path: path, original: q.original, writer: w}, overwrite)
	}
	r.t.ChangeSettings(func(s *settings.Settings) {
		if s.Folder = place; !q.folder {
			s.Folder = filepath.Dir(place)
		}
	})
}

// writerFor returns the writer of a file with a person's own ending: of a captioned
// picture, that of the ending's format. It is nil for an ending that cannot be
// written; own is the ending that was proposed.
func (s Scene) writerFor(w writer, ending, own string) writer {
	ending = strings.ToLower(ending)
	file, ok := w.(WriteFile)
	if ok && file.Captioned != nil {
		for _, f := range s.Formats {
			if f.Drawn && slices.Contains(f.Endings, ending) {
				file.Format = f.ID
				return file
			}
		}
		return nil
	}
	if ending == own {
		return w
	}
	return nil
}

// start writes one file, unless it is the picture itself.
func (r *reduction) start(w write, overwrite bool) {
	if w.original != "" && strings.EqualFold(filepath.Clean(w.path), filepath.Clean(w.original)) {
		r.t.Notify(core.Notice{Kind: core.NoticeTrouble, Text: message.Sprintf("%s is the original picture.", filepath.Base(w.path)), Detail: "Descry never overwrites an original. Choose another name."})
		return
	}
	r.s.last.write++
	w.id = r.s.last.write
	r.s.writes = core.Added(r.s.writes, w)
	r.t.Do(w.writer.to(Target{Write: w.id, Path: w.path, Overwrite: overwrite, Original: w.original}))
}

// ended takes a write off the list.
func (r *reduction) ended(id uint64) (write, bool) {
	for _, w := range r.s.writes {
		if w.id == id {
			r.s.writes = core.Without(r.s.writes, func(o write) bool { return o.id == id })
			return w, true
		}
	}
	return write{}, false
}

func (a Exported) on(r *reduction) {
	w, ok := r.ended(a.Write)
	if !ok {
		return
	}
	if a.Path == "" {
		a.Path = w.path
	}
	n := core.Notice{Kind: core.NoticeDone, Path: a.Path}
	batch := saved{batch: w.batch, count: 1}
	r.t.DropNotices(func(o core.Notice) bool {
		earlier, of := o.About.(saved)
		if !of || earlier.batch != w.batch {
			return false
		}
		batch.count += earlier.count
		return true
	})
	n.Text = message.Sprintf("Saved %s.", filepath.Base(a.Path))
	if batch.count > 1 {
		n.Text = core.Plural(batch.count, message.Of("Saved 1 file."), message.Of("Saved %d files.", batch.count))
	}
	n.Detail, n.About = core.Short(filepath.Dir(a.Path), r.s.Home), batch
	r.t.Notify(n)
}

func (a ExportFailed) on(r *reduction) {
	w, ok := r.ended(a.Write)
	if !ok || a.Failure != nil && a.Failure.Kind == failure.Cancelled {
		return
	}
	name := filepath.Base(w.path)
	if !a.Exists {
		r.t.Notify(core.Notice{Kind: core.NoticeTrouble, Text: message.Sprintf("Could not save %s.", name), Detail: core.Explain(a.Failure)})
		return
	}
	n := core.Notice{Kind: core.NoticeTrouble}
	stop := blocked{w.batch, []write{w}}
	r.t.DropNotices(func(o core.Notice) bool {
		earlier, of := o.About.(blocked)
		if !of || earlier.batch != w.batch {
			return false
		}
		stop.replaces = append(slices.Clone(earlier.replaces), w)
		return true
	})
	n.Text = message.Sprintf("%s already exists.", name)
	if len(stop.replaces) > 1 {
		n.Text = message.Sprintf("%s: these %d files already exist.", r.s.stemOf(w), len(stop.replaces))
	}
	n.Detail, n.About = core.Short(filepath.Dir(w.path), r.s.Home), stop
	r.t.Notify(n)
}

// stemOf returns what the names of the files of one export have in common: the
// picture's name.
func (s Scene) stemOf(w write) string {
	name := filepath.Base(w.path)
	if file, ok := w.writer.(WriteFile); ok {
		if f, known := s.format(file.Format); known {
			return strings.TrimSuffix(name, f.Suffix)
		}
	}
	return name
}

func (a Replaced) on(r *reduction) {
	i := slices.IndexFunc(r.s.Notices(), func(n core.Notice) bool { return n.ID == a.Notice })
	if i < 0 || a.Notice == 0 {
		return
	}
	n := r.s.Notices()[i]
	r.t.DropNotices(func(o core.Notice) bool { return o.ID == n.ID })
	stop, _ := n.About.(blocked)
	for _, w := range stop.replaces {
		r.start(w, true)
	}
}
