package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"descry/internal/message"
	"descry/models"
	"descry/models/catalogue"
	"descry/models/transfer"
)

// List returns the catalogue's models in order, then the built-in set and the user's
// own sets, with their states on disk. It reads no weights.
func (s *Store) List() Listing {
	var l Listing
	for _, m := range s.Catalogue.Models {
		l.Items = append(l.Items, s.item(m))
	}
	l.Items = append(l.Items, s.own()...)
	for _, i := range l.Items {
		l.OnDisk += i.OnDisk
		l.Unused += i.Unused
		l.Elsewhere += i.Elsewhere
	}
	return l
}

// Find returns one model or own set by name.
func (s *Store) Find(name string) (Item, bool) {
	if m, ok := s.Catalogue.Model(name); ok {
		return s.item(m), true
	}
	own := s.own()
	if i := slices.IndexFunc(own, func(i Item) bool { return i.Name == name }); i >= 0 {
		return own[i], true
	}
	return Item{}, false
}

// item returns one model of the catalogue with its state on disk.
func (s *Store) item(m catalogue.Model) Item {
	i := Item{
		Name: m.Name, Title: m.Title, About: m.About, Source: m.Source(), For: m.For, Architecture: m.Architecture, Licence: m.Licence, Sets: s.Catalogue.SetsOf(m.Name),
		State: Absent, Catalogued: true, Pinned: m.Pinned(), Revision: m.Revision, Bytes: m.Bytes(), Memory: m.Memory, GMAC: m.GMAC, Needs: m.Needs,
	}
	if s.Seconds != nil && m.GMAC > 0 {
		i.Seconds, i.Measured = s.Seconds(m.Name, m.GMAC, s.Device)
	}
	dirs, whole := s.revisions(m)
	for _, dir := range dirs {
		i.OnDisk += treeSize(dir)
	}
	i.OnDisk += treeSize(filepath.Join(s.Models, m.Name, ".main"))
	if whole == 0 {
		i.lookPartial(s, m, dirs)
		return i
	}
	i.look(dirs[0], m)
	i.Place = s.placeOf(dirs[0], m)
	i.Unused = i.OnDisk - i.Done + i.Elsewhere - small(dirs[0])
	i.Unused = max(0, i.Unused)
	return i
}

// placeOf returns the place of weights that are used in place, or "".
func (s *Store) placeOf(dir string, m catalogue.Model) string {
	r, err := models.ReadRecord(dir)
	if err != nil {
		return ""
	}
	path := r.Files[m.Weights().Name].Path
	if path == "" {
		return ""
	}
	for _, c := range []struct {
		name string
		dirs []string
	}{{message.Sprintf("torch's cache"), s.Hubs.Torch}, {message.Sprintf("Hugging Face's cache"), s.Hubs.HuggingFace}} {
		for _, root := range c.dirs {
			if real, err := filepath.EvalSymlinks(root); err == nil && strings.HasPrefix(path, real+string(filepath.Separator)) {
				return c.name
			}
		}
	}
	return filepath.Dir(path)
}

// small returns the size of the files that Descry itself adds to a model's folder.
func small(dir string) int64 {
	var n int64
	for _, name := range []string{models.SetFile, models.RecordFile, needsFile} {
		if info, err := os.Stat(filepath.Join(dir, name)); err == nil {
			n += info.Size()
		}
	}
	return n
}

// arrived returns the size of a file, or of its part from which a transfer can
// continue.
func arrived(path string) int64 {
	if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
		return info.Size()
	}
	done, _ := transfer.Partial(path)
	return done
}

// lookPartial sets the fields of a model that is not complete.
func (i *Item) lookPartial(s *Store, m catalogue.Model, dirs []string) {
	if m.For == catalogue.ForRuntime {
		i.Done += arrived(filepath.Join(s.Runtime, downloads, m.Files[0].Name))
		i.OnDisk += i.Done
	}
	for _, dir := range dirs {
		r, err := models.ReadRecord(dir)
		for _, f := range m.Files {
			if err == nil && r.Files[f.Name].Path != "" {
				i.Done += r.Files[f.Name].Bytes
				i.Elsewhere += r.Files[f.Name].Bytes
				continue
			}
			i.Done += arrived(filepath.Join(dir, filepath.FromSlash(f.Name)))
		}
		i.Dir = dir
	}
	i.Done = min(i.Done, i.Bytes)
	if i.Done > 0 {
		i.State = Partial
	}
}

// look sets the fields of a model with a complete revision in dir.
func (i *Item) look(dir string, m catalogue.Model) {
	i.Dir, i.State, i.Revision = dir, Ready, filepath.Base(dir)
	if m.For == catalogue.ForRuntime {
		i.Revision = m.Revision
	}
	r, err := models.ReadRecord(dir)
	if err != nil {
		i.State, i.Problem = Damaged, message.Of("the record of its files cannot be read")
		return
	}
	i.Revision = r.Revision
	if info, err := os.Stat(filepath.Join(dir, models.RecordFile)); err == nil {
		i.Updated = info.ModTime()
	}
	var total int64
	for name, f := range r.Files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if f.Path != "" {
			path, i.Elsewhere = f.Path, i.Elsewhere+f.Bytes
			if i.State == Ready {
				i.State = InPlace
			}
		}
		total += f.Bytes
		info, err := os.Stat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			i.State, i.Problem = Damaged, message.Of("%s is missing", path)
		case err != nil:
			i.State, i.Problem = Damaged, message.Of("%s cannot be read", path)
		case info.Size() != f.Bytes:
			i.State, i.Problem = Damaged, message.Of("%s has %d bytes instead of %d", path, info.Size(), f.Bytes)
		case info.ModTime().UnixNano() != f.Modified && i.Problem.IsZero():
			i.Problem = message.Of("%s changed after it was checked; it is checked again when it is loaded", path)
		}
		if err == nil {
			i.Done += info.Size()
		}
	}
	for _, f := range m.Files {
		if _, ok := r.Files[f.Name]; !ok && m.For != catalogue.ForRuntime {
			i.State, i.Problem = Damaged, message.Of("%s is not recorded", f.Name)
		}
	}
	i.Bytes = total
}

// own returns the installed sets that are not in the catalogue: the built-in one and
// the user's own.
func (s *Store) own() []Item {
	var items []Item
	for _, name := range s.dirs().Installed() {
		if _, ok := s.Catalogue.Model(name); ok {
			continue
		}
		if _, ok := s.Catalogue.Set(name); ok {
			continue
		}
		i := Item{Name: name, Title: name, State: Ready, OnDisk: treeSize(filepath.Join(s.Models, name))}
		set, err := models.Resolve(name, s.dirs())
		if err != nil {
			i.State, i.Problem, i.Dir = Damaged, message.Literal(err.Error()), filepath.Join(s.Models, name)
		} else {
			i.Title, i.Licence, i.Dir, i.For = set.Description, set.License, set.Dir, strings.Join(set.Tasks(), ", ")
			i.Bytes = treeSize(set.Dir)
			i.Unused = treeSize(filepath.Join(s.Models, name)) - i.Bytes
			i.OnDisk, i.Revision = i.Bytes+i.Unused, filepath.Base(set.Dir)
		}
		i.Done = i.Bytes
		items = append(items, i)
	}
	return items
}

// Size formats a number of bytes for people.
func Size(n int64) string {
	switch {
	case n >= 1e9:
		return fmt.Sprintf("%.2f GB", float64(n)/1e9)
	case n >= 1e6:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	case n >= 1e3:
		return fmt.Sprintf("%.0f kB", float64(n)/1e3)
	}
	return message.Sprintf("%d bytes", n)
}
