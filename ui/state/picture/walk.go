package picture

import (
	"path/filepath"
	"slices"

	"descry/settings"
	"descry/ui/state/core"
)

// ListID names a list of pictures. The paths are kept by whoever performs the
// effects: State holds a window on them only, so that what an action costs does
// not depend on their number. 0 is none; an ID is never used twice.
type ListID uint64

// Sizes of the window on a list, in pictures at each side of the visible one.
const (
	windowAround = 16 // are held at first, and are to be told when asked for
	windowEdge   = 8  // fewer than these left: more are asked for
)

// walk is the list that the arrows walk through.
type walk struct {
	list    ListID
	dir     string // the folder that it lists; empty: its pictures were opened together
	count   int
	at      int      // the visible picture, or the one that is waited for
	first   int      // where paths begins in the list
	paths   []string // the window
	listing bool     // the folder was not listed yet
	waits   bool     // the picture at at is shown as soon as its path is told
	asked   int      // the place that was looked up last, plus one
}

// path returns the path at a place of the list, if it lies in the window.
func (w *walk) path(at int) (string, bool) {
	if at < w.first || at >= w.first+len(w.paths) {
		return "", false
	}
	return w.paths[at-w.first], true
}

func (a Opened) on(r *reduction) {
	paths := make([]string, 0, len(a.Paths))
	seen := make(map[string]bool, len(a.Paths))
	for _, p := range a.Paths {
		if p = settings.Sound(p); p != "" && !seen[p] {
			seen[p] = true
			paths = append(paths, p)
		}
	}
	if len(paths) == 0 {
		return
	}
	dir := filepath.Dir(paths[0])
	r.t.ChangeSettings(func(s *settings.Settings) { s.Folder = dir })
	w := &r.s.walk
	switch at := slices.Index(w.paths, paths[0]); {
	case len(paths) > 1:
		*w = walk{list: r.newList(), count: len(paths), paths: slices.Clone(paths[:min(len(paths), windowAround+1)])}
		r.t.Do(KeepList{List: w.list, Paths: paths})
	case w.dir == dir && at >= 0:
		w.at, w.waits = w.first+at, false
	default:
		*w = walk{list: r.newList(), dir: dir, count: 1, paths: paths, listing: true}
		r.t.Do(ListFolder{List: w.list, Dir: dir, Path: paths[0]})
	}
	r.open(Source{Kind: SourceFile, Path: paths[0]})
}

func (r *reduction) newList() ListID {
	r.s.last.list++
	return r.s.last.list
}

func (a Window) on(r *reduction) {
	w := r.s.walk
	if a.List == 0 || a.List != w.list || a.First < 0 || a.At < a.First || a.At >= a.First+len(a.Paths) || a.First+len(a.Paths) > a.Count {
		return
	}
	if w.listing {
		if a.Paths[a.At-a.First] != w.paths[0] {
			return
		}
		w.at, w.listing = a.At, false
	}
	w.count, w.first, w.paths = a.Count, a.First, slices.Clone(a.Paths)
	w.at = min(w.at, w.count-1)
	path, known := w.path(w.at)
	show := w.waits && known
	w.waits = w.waits && !known
	r.s.walk = w
	if show {
		r.open(Source{Kind: SourceFile, Path: path})
	}
}

func (a Walked) on(r *reduction) {
	w := &r.s.walk
	to := w.at + a.Step
	if a.Step == 0 || r.s.current == 0 || to < 0 || to >= w.count {
		return
	}
	w.at = to
	path, known := w.path(to)
	if w.waits = !known; known {
		r.open(Source{Kind: SourceFile, Path: path})
	}
}

// settleWalk asks for more of the list where the window ends near its cursor.
func (r *reduction) settleWalk() {
	w := &r.s.walk
	end := w.first + len(w.paths)
	short := w.first > 0 && w.at-w.first < windowEdge || end < w.count && end-w.at <= windowEdge
	if short && w.asked != w.at+1 {
		w.asked = w.at + 1
		r.t.Do(LookUp{List: w.list, At: w.at})
	}
}

// WindowOf returns the window on a list about a place, as LookUp and ListFolder
// are answered.
func WindowOf(list ListID, paths []string, at int) Window {
	if len(paths) == 0 {
		return Window{List: list}
	}
	at = min(max(at, 0), len(paths)-1)
	first := max(at-windowAround, 0)
	return Window{List: list, Count: len(paths), At: at, First: first, Paths: paths[first:min(at+windowAround+1, len(paths))]}
}

// neighbours are the sources of the next and the previous picture of the walk.
func (s Scene) neighbours() []Source {
	var all []Source
	if s.current == 0 {
		return nil
	}
	for _, step := range []int{1, -1} {
		if path, known := s.walk.path(s.walk.at + step); known {
			all = append(all, Source{Kind: SourceFile, Path: path})
		}
	}
	return all
}

// settleDrafts forgets the drafts that are on disk and of pictures that are not
// open: they are read again when a picture is.
func (r *reduction) settleDrafts() {
	r.s.drafts = core.Without(r.s.drafts, func(d draft) bool {
		return !d.dirty && !d.failed && d.saving == 0 && !r.s.isOpen(d.key)
	})
}
