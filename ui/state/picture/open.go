package picture

import (
	"net/url"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
	"unicode"

	"descry/internal/failure"
	"descry/settings"
	"descry/ui/state/core"
)

func (OpenAsked) on(r *reduction) { r.t.Do(AskOpen{Folder: r.s.Settings().Folder}) }

func (PasteAsked) on(r *reduction) { r.t.Do(ReadClipboard{}) }

func (a Pasted) on(r *reduction) {
	if a.Clip != 0 {
		r.s.walk = walk{}
		r.open(Source{Kind: SourceClip, Clip: a.Clip})
		return
	}
	if paths := pathsIn(a.Text, r.s.Home); len(paths) > 0 {
		Opened{Paths: paths}.on(r)
		return
	}
	r.t.Notify(core.Notice{Kind: core.NoticeHint, Text: "There is no picture in the clipboard.", Detail: "Copy a picture or its file path, then paste again."})
}

// pathsIn finds the paths in pasted text, one a line: absolute ones, file
// addresses, or below the home folder.
func pathsIn(text, home string) []string {
	var paths []string
	for _, line := range strings.Split(text, "\n") {
		line = strings.Trim(strings.TrimSpace(line), `"'`)
		if line == "" || line == "copy" || line == "cut" || strings.HasPrefix(line, "#") {
			continue // marks of file managers, comments of URI lists
		}
		if u, err := url.Parse(line); err == nil && u.Scheme == "file" {
			line = filepath.FromSlash(u.Path)
			if runtime.GOOS == "windows" {
				line = strings.TrimPrefix(line, `\`)
			}
		}
		if rest, ok := strings.CutPrefix(line, "~/"); ok && home != "" {
			line = filepath.Join(home, rest)
		}
		if !filepath.IsAbs(line) || strings.ContainsFunc(line, unicode.IsControl) {
			return nil // it is prose
		}
		paths = append(paths, line)
	}
	return paths
}

func (a SampleOpened) on(r *reduction) {
	for _, s := range r.s.Samples {
		if s.Name == a.Name {
			r.s.walk = walk{}
			r.open(Source{Kind: SourceSample, Path: a.Name})
		}
	}
}

func (RecentsCleared) on(r *reduction) {
	was := r.s.Settings().Recent
	if len(was) == 0 {
		return
	}
	r.t.ChangeSettings(func(s *settings.Settings) { s.Recent = nil })
	r.t.Notify(core.Notice{Kind: core.NoticeDone, Text: "Recent pictures cleared.", Undo: RecentsRestored{Paths: was}})
}

func (a RecentsRestored) on(r *reduction) {
	r.t.ChangeSettings(func(s *settings.Settings) { s.Recent = append(slices.Clone(s.Recent), a.Paths...) })
}

func (PictureClosed) on(r *reduction) {
	if r.s.current == 0 {
		return
	}
	r.leave()
	r.s.current, r.s.walk = 0, walk{}
	r.t.GoTo(core.PageStart)
}

// open makes a picture the visible one and starts to decode it if need be.
func (r *reduction) open(source Source) {
	for _, p := range r.s.pictures {
		if p.source == source && p.phase != failed {
			if p.id != r.s.current {
				r.leave()
				r.s.current = p.id
				r.arrived(p)
			}
			r.t.GoTo(Page)
			return
		}
	}
	r.leave()
	r.s.pictures = core.Without(r.s.pictures, func(p picture) bool {
		if p.source != source {
			return false
		}
		r.release(p)
		return true
	})
	r.s.current = r.addPicture(source)
	r.t.GoTo(Page)
}

// release lets a picture's pixels go, once.
func (r *reduction) release(p picture) {
	if !p.released {
		r.t.Do(Release{p.id})
	}
}

// addPicture starts to decode a picture.
func (r *reduction) addPicture(source Source) PictureID {
	r.s.last.picture++
	id := r.s.last.picture
	r.s.pictures = core.Added(r.s.pictures, picture{id: id, source: source, name: r.s.nameOf(source)})
	r.t.Do(Decode{Picture: id, Source: source, Pixels: r.s.Settings().Pixels()})
	return id
}

// nameOf is what a picture is called.
func (s Scene) nameOf(source Source) string {
	switch source.Kind {
	case SourceSample:
		for _, sample := range s.Samples {
			if sample.Name == source.Path {
				return sample.Title
			}
		}
	case SourceClip:
		return "Pasted picture"
	}
	return filepath.Base(source.Path)
}

// leave puts away what belongs to the visible picture.
func (r *reduction) leave() {
	r.saveDrafts(func(d draft) bool { return d.read })
	r.s.view, r.s.hover, r.s.selected, r.s.bare, r.s.details = ViewFit(), -1, -1, false, false
	r.s.pointed = pointed{}
	r.s.busySince = time.Time{}
	r.s.photo = 0
}

func (a Decoded) on(r *reduction) {
	i := r.indexOf(a.Picture)
	if i < 0 || r.s.pictures[i].phase != decoding || a.Key == "" || a.Width <= 0 || a.Height <= 0 {
		return
	}
	p := r.s.pictures[i]
	p.phase, p.key, p.width, p.height, p.photo, p.took = ready, a.Key, a.Width, a.Height, a.Photo, a.Milliseconds
	r.s.pictures = core.Replaced(r.s.pictures, i, p)
	if r.s.draftAt(a.Key) < 0 {
		r.s.drafts = core.Added(r.s.drafts, draft{key: a.Key, name: p.name})
		r.t.Do(LoadEdit{Key: a.Key})
	}
	if p.id == r.s.current {
		r.arrived(p)
	}
}

// arrived is called when a picture is both visible and decoded.
func (r *reduction) arrived(p picture) {
	if p.phase != ready {
		return
	}
	if p.source.Kind == SourceFile {
		r.t.ChangeSettings(func(s *settings.Settings) {
			s.Recent = append([]string{p.source.Path}, slices.DeleteFunc(slices.Clone(s.Recent), func(q string) bool { return q == p.source.Path })...)
		})
	}
	if p.photo && r.s.Models.Drawings && !r.s.Settings().PhotoTold {
		r.s.photo = p.id
		r.t.ChangeSettings(func(s *settings.Settings) { s.PhotoTold = true })
	}
}

func (a DecodeFailed) on(r *reduction) {
	i := r.indexOf(a.Picture)
	if i < 0 || r.s.pictures[i].phase != decoding {
		return
	}
	r.failPicture(i, a.Failure)
}

func (r *reduction) failPicture(i int, f *failure.Failure) {
	p := r.s.pictures[i]
	if f == nil {
		f = failure.New(failure.Unreadable, "decode", p.name, "the picture cannot be read")
	}
	p.phase, p.failure = failed, f
	r.s.pictures = core.Replaced(r.s.pictures, i, p)
}

func (DecodeAgain) on(r *reduction) {
	if p := r.s.visible(); p.phase == failed {
		r.open(p.source)
	}
}

// indexOf is the place of a picture in the list, −1 if it is not open.
func (r *reduction) indexOf(id PictureID) int {
	return slices.IndexFunc(r.s.pictures, func(p picture) bool { return p.id == id })
}
