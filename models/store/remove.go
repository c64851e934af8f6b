package store

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"descry/internal/failure"
	"descry/internal/message"
	"descry/models"
	"descry/models/catalogue"
)

// Freed is the result of Remove for one model.
type Freed struct {
	Model string `json:"model"`
	Bytes int64  `json:"bytes"`          // freed on the disk
	Kept  string `json:"kept,omitempty"` // why some of it remains, as a clause
}

// Remove deletes the named models, sets and own sets. Removing a set keeps models that
// another complete set uses. Files that an own set names (store:NAME/FILE) are always
// kept. Files of other programs are never touched.
func (s *Store) Remove(ctx context.Context, names []string) ([]Freed, error) {
	var all []Freed
	for _, name := range names {
		if _, ok := s.Catalogue.Set(name); ok {
			continue
		}
		if _, ok := s.Catalogue.Model(name); ok {
			continue
		}
		freed, err := s.removeOwn(name)
		if err != nil {
			return all, err
		}
		all = append(all, freed)
	}
	for _, m := range s.Catalogue.Models {
		if !s.meant(m, names) {
			continue
		}
		freed := Freed{Model: m.Name}
		if keeper := s.keeper(m, names); keeper != "" {
			freed.Kept = message.Sprintf("the set %s uses it", keeper)
			all = append(all, freed)
			continue
		}
		err := s.alone(ctx, m, func(Progress) {}, func(j *job) (err error) {
			freed, err = s.remove(m)
			return err
		})
		all = append(all, freed)
		if err != nil {
			return all, err
		}
	}
	return all, nil
}

// meant reports whether a model is in names, itself or through a set.
func (s *Store) meant(m catalogue.Model, names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		set, ok := s.Catalogue.Set(name)
		return name == m.Name || ok && slices.Contains(set.Names(), m.Name)
	})
}

// keeper returns the name of a set that keeps a model, or "". Such a set is complete
// and not being removed. A model that is itself in names has no keeper.
func (s *Store) keeper(m catalogue.Model, names []string) string {
	if slices.Contains(names, m.Name) {
		return ""
	}
	for _, set := range s.Catalogue.Sets {
		if slices.Contains(names, set.Name) || !slices.Contains(set.Names(), m.Name) {
			continue
		}
		complete := true
		for _, name := range set.Names() {
			other, _ := s.Catalogue.Model(name) // Check verified that it exists
			_, here := s.installed(other)
			complete = complete && here
		}
		if complete {
			return set.Name
		}
	}
	return ""
}

// remove deletes a model's folders, except for files that own sets name.
func (s *Store) remove(m catalogue.Model) (Freed, error) {
	freed := Freed{Model: m.Name}
	roots := []string{filepath.Join(s.Models, m.Name)}
	if m.For == catalogue.ForRuntime {
		roots = []string{s.folder(m, m.Revision)}
		for _, f := range m.Files {
			roots = append(roots, filepath.Join(s.Runtime, downloads, f.Name), filepath.Join(s.Runtime, downloads, f.Name+".part"), filepath.Join(s.Runtime, downloads, f.Name+".part.json"))
		}
	}
	keep := s.namedElsewhere(m.Name)
	for _, root := range roots {
		before := treeSize(root)
		if err := removeBut(root, keep); err != nil {
			return freed, storageFailure("remove", root, err)
		}
		freed.Bytes += before - treeSize(root)
	}
	if len(keep) > 0 {
		freed.Kept = message.Sprintf("another set names %s", strings.Join(keep, ", "))
	}
	return freed, nil
}

// removeBut deletes a tree except for the files in keep. It first deletes each
// descry.json, which marks a folder as complete.
func removeBut(root string, keep []string) error {
	dirs, err := os.ReadDir(root)
	if err == nil {
		for _, d := range dirs {
			if !d.IsDir() {
				continue
			}
			if err := os.Remove(filepath.Join(root, d.Name(), models.SetFile)); err != nil && !os.IsNotExist(err) {
				return err
			}
		}
	}
	if len(keep) == 0 {
		return os.RemoveAll(root)
	}
	var files []string
	err = filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !slices.Contains(keep, path) {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, f := range files {
		if err := os.Remove(f); err != nil {
			return err
		}
	}
	return nil
}

// namedElsewhere returns the files in a model's folder that own sets name.
func (s *Store) namedElsewhere(model string) []string {
	var files []string
	root := filepath.Join(s.Models, model) + string(filepath.Separator)
	for _, name := range s.dirs().Installed() {
		if _, ok := s.Catalogue.Model(name); ok || name == models.Starter {
			continue
		}
		if _, ok := s.Catalogue.Set(name); ok {
			continue
		}
		set, err := models.Resolve(name, s.dirs())
		if err != nil {
			continue
		}
		for _, path := range filesOf(set) {
			if strings.HasPrefix(path, root) && !slices.Contains(files, path) {
				files = append(files, path)
			}
		}
	}
	return files
}

// filesOf returns the paths that a set names.
func filesOf(set *models.Set) []string {
	var paths []string
	add := func(more ...string) {
		for _, p := range more {
			if p != "" {
				paths = append(paths, p)
			}
		}
	}
	if c := set.Caption; c != nil {
		add(c.Weights, c.Config, c.Preprocessor, c.Vocabulary)
	}
	if c := set.Instances; c != nil {
		add(c.Weights, c.Config)
	}
	if c := set.Classes; c != nil {
		add(c.Weights, c.Config)
	}
	return paths
}

// removeOwn deletes an own set.
func (s *Store) removeOwn(name string) (Freed, error) {
	if name == models.Starter {
		return Freed{}, failure.New(failure.Usage, "remove", name, "the built-in models cannot be removed; they would be unpacked again")
	}
	dir := filepath.Join(s.Models, name)
	if !slices.Contains(s.dirs().Installed(), name) {
		_, err := s.expand([]string{name}) // for its error
		return Freed{}, err
	}
	freed := Freed{Model: name, Bytes: treeSize(dir)}
	return freed, explain("remove", dir, os.RemoveAll(dir))
}

// RemoveUnused deletes unused files: older revisions of complete models, rejected
// files, partial files of finished transfers, and older copies of the built-in set.
func (s *Store) RemoveUnused(ctx context.Context) ([]Freed, error) {
	var all []Freed
	for _, m := range s.Catalogue.Models {
		if item := s.item(m); item.Unused == 0 {
			continue
		}
		freed := Freed{Model: m.Name}
		err := s.alone(ctx, m, func(Progress) {}, func(*job) (err error) {
			freed.Bytes, err = s.removeUnused(m)
			return err
		})
		all = append(all, freed)
		if err != nil {
			return all, err
		}
	}
	for _, i := range s.own() {
		if i.Unused == 0 || i.State == Damaged {
			continue
		}
		if err := removeOthers(filepath.Join(s.Models, i.Name), i.Dir); err != nil {
			return all, storageFailure("remove", i.Name, err)
		}
		all = append(all, Freed{Model: i.Name, Bytes: i.Unused})
	}
	return all, nil
}

// removeUnused deletes what the newest complete revision of a model does not need.
func (s *Store) removeUnused(m catalogue.Model) (int64, error) {
	dir, ok := s.installed(m)
	if !ok {
		return 0, nil
	}
	r, err := models.ReadRecord(dir)
	if err != nil {
		return 0, nil // Verify repairs damaged models
	}
	root := filepath.Join(s.Models, m.Name)
	if m.For == catalogue.ForRuntime {
		root = dir
	}
	before := treeSize(root)
	if root != dir {
		if err := removeOthers(root, dir); err != nil {
			return 0, storageFailure("remove", root, err)
		}
	}
	err = filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		f, recorded := r.Files[filepath.ToSlash(rel)]
		if recorded && f.Path == "" || slices.Contains([]string{models.SetFile, models.RecordFile, needsFile}, rel) {
			return nil
		}
		return os.Remove(path)
	})
	return before - treeSize(root), explain("remove", dir, err)
}

// removeOthers deletes everything in root but one folder.
func removeOthers(root, keep string) error {
	entries, err := os.ReadDir(root)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if path := filepath.Join(root, e.Name()); path != keep {
			if err := os.RemoveAll(path); err != nil {
				return err
			}
		}
	}
	return nil
}

// Discard deletes the received files of an incomplete model.
func (s *Store) Discard(ctx context.Context, name string) error {
	m, ok := s.Catalogue.Model(name)
	if !ok {
		_, err := s.expand([]string{name})
		return err
	}
	return s.alone(ctx, m, func(Progress) {}, func(*job) error {
		if _, whole := s.installed(m); whole {
			return nil
		}
		_, err := s.remove(m)
		return err
	})
}
