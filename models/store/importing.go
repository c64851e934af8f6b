package store

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"descry/internal/failure"
	"descry/models"
	"descry/models/catalogue"
	"descry/models/weights"
)

// maxEntries is the number of entries of a folder that Import examines.
const maxEntries = 200_000

// Imported is the result of Import for one model.
type Imported struct {
	Item
	Files   []string `json:"files"`             // recognised
	Missing []string `json:"missing,omitempty"` // files that the model needs and that were not found
}

// ImportReport is the result of Import.
type ImportReport struct {
	Models []Imported `json:"models"`
	Files  int        `json:"files"`           // number of files examined
	Other  []string   `json:"other,omitempty"` // named files that belong to no model
}

// Import imports models from files and folders, whatever their names. A file with the
// size of one in the catalogue is hashed and recognised by its sum. If the catalogue
// has no sum, the file must have the name, and be identified by a tensor or a record.
// Files are copied; if inPlace is set, weights are used where they are. Nothing is
// downloaded: a model whose smaller files are not found stays partial, and Pull
// completes it.
func (s *Store) Import(ctx context.Context, paths []string, inPlace bool, progress func(Progress)) (ImportReport, error) {
	notify := serialize(progress)
	r, err := s.recognise(ctx, paths, notify)
	if err != nil {
		return ImportReport{}, err
	}
	report := ImportReport{Files: r.looked, Other: r.other}
	var wanted []catalogue.Model
	for _, m := range s.Catalogue.Models {
		if _, ok := r.models[m.Name][m.Weights().Name]; ok {
			wanted = append(wanted, m)
		}
	}
	done := make([]Imported, len(wanted))
	err = s.each(wanted, notify, func(m catalogue.Model) error {
		k := slices.IndexFunc(wanted, func(w catalogue.Model) bool { return w.Name == m.Name })
		return s.alone(ctx, m, notify, func(j *job) error {
			j.files, j.revision, j.inPlace = r.models[m.Name], r.revision(m), inPlace
			missing, err := j.importFound()
			done[k].Missing = missing
			for _, f := range m.Files {
				if g, ok := j.files[f.Name]; ok {
					done[k].Files = append(done[k].Files, g.path)
				}
			}
			return err
		})
	})
	for k, m := range wanted {
		done[k].Item = s.item(m)
		if len(done[k].Files) > 0 {
			report.Models = append(report.Models, done[k])
		}
	}
	return report, err
}

// importFound imports the files that were found, and the other files of the model from
// caches. It returns the names of those found in neither.
func (j *job) importFound() (missing []string, err error) {
	if item := j.s.item(j.m); item.Usable() {
		j.before = item.Bytes
		return nil, nil
	}
	if err := j.open(); err != nil {
		return nil, err
	}
	if j.m.For == catalogue.ForRuntime {
		return nil, j.bringRuntime()
	}
	for _, f := range j.m.Files {
		here := false
		for _, look := range []func(catalogue.File) (bool, error){j.ownCopy, j.given, j.cached} {
			if here, err = look(f); err != nil {
				return missing, err
			}
			if here {
				break
			}
		}
		if !here {
			missing = append(missing, f.Name)
		}
	}
	if len(missing) > 0 {
		return missing, failure.New(failure.Model, "import", j.m.Name, "the weights were imported, but %s of the same model is not next to them", strings.Join(missing, ", ")).WithHint("Import it too, or run descry models pull %s, which downloads only what is missing.", j.m.Name)
	}
	return nil, j.seal()
}

// recognition collects the files recognised by Import.
type recognition struct {
	s      *Store
	ctx    context.Context
	notify func(Progress)
	models map[string]map[string]found // by model and file name
	commit map[string]string           // revisions from records and hub caches
	other  []string
	looked int
	sums   map[string]string // by path, so that no file is hashed twice
}

// recognise examines files and folders.
func (s *Store) recognise(ctx context.Context, paths []string, notify func(Progress)) (*recognition, error) {
	r := &recognition{s: s, ctx: ctx, notify: notify, models: map[string]map[string]found{}, commit: map[string]string{}, sums: map[string]string{}}
	var files []string
	for _, path := range paths {
		more, named, err := listFiles(ctx, path)
		if err != nil {
			return nil, err
		}
		for _, f := range more {
			if known, err := r.look(f); err != nil {
				return nil, err
			} else if named && !known {
				r.other = append(r.other, path)
			}
		}
		files = append(files, more...)
	}
	r.looked = len(files)
	return r, r.companions()
}

// listFiles returns the files at or below path, sorted. named reports whether path
// itself is a file.
func listFiles(ctx context.Context, path string) (files []string, named bool, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, false, storageFailure("import", path, err)
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, false, storageFailure("import", path, err)
	}
	if !info.IsDir() {
		return []string{abs}, true, nil
	}
	entries := 0
	err = filepath.WalkDir(abs, func(p string, d fs.DirEntry, err error) error {
		if entries++; entries > maxEntries || ctx.Err() != nil {
			return errors.Join(ctx.Err(), filepath.SkipAll)
		}
		if err == nil && (d.Type().IsRegular() || d.Type()&fs.ModeSymlink != 0) {
			files = append(files, p)
		}
		return nil // folders that cannot be read are skipped
	})
	if ctx.Err() != nil {
		return nil, false, failure.Wrap(failure.Cancelled, "import", path, ctx.Err(), "")
	}
	sort.Strings(files)
	return files, false, explain("import", path, err)
}

// look compares one file with all files in the catalogue.
func (r *recognition) look(path string) (known bool, err error) {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return false, nil // a broken link
	}
	info, err := os.Stat(real)
	if err != nil || !info.Mode().IsRegular() {
		return false, nil // a pipe, a device
	}
	for _, m := range r.s.Catalogue.Models {
		for _, f := range m.Files {
			if !mayBe(f, filepath.Base(path), info.Size()) {
				continue
			}
			is, err := r.is(m, f, path, real)
			if err != nil {
				return known, err
			}
			if is {
				known = true
				r.add(m, f.Name, found{real, r.sums[real]})
			}
		}
	}
	return known, nil
}

// mayBe reports whether a file could be f, so that it is worth hashing: it has f's
// size, or nearly the expected size, or f's name if neither size nor sum is known.
func mayBe(f catalogue.File, name string, size int64) bool {
	named := name == filepath.Base(f.Name)
	switch {
	case f.Bytes > 0:
		return size == f.Bytes
	case f.SHA256 == "":
		return named
	case f.About > 0:
		return named || size > f.About-f.About/100 && size < f.About+f.About/100
	}
	return named
}

// is reports whether a file whose name or size fits is f.
func (r *recognition) is(m catalogue.Model, f catalogue.File, path, real string) (bool, error) {
	unpinned := f.SHA256 == "" && f.Starts == ""
	if unpinned && f.Role != catalogue.RoleWeights {
		return false, nil // left to companions, once the weights are known
	}
	if unpinned && !r.recorded(m, f, path) && !hasTensor(real, m.Tensor) {
		return false, nil
	}
	sum, err := r.sum(m, f, real)
	if err != nil || !agrees(f, sum) {
		return false, err
	}
	return true, nil
}

// sum returns the SHA-256 of a file, which it computes once.
func (r *recognition) sum(m catalogue.Model, f catalogue.File, real string) (string, error) {
	if sum, ok := r.sums[real]; ok {
		return sum, nil
	}
	total := f.Size()
	h, err := hashFile(r.ctx, real, func(n int64) {
		r.notify(Progress{Model: m.Name, File: filepath.Base(real), Stage: Checking, Done: n, Total: max(n, total)})
	})
	if err != nil {
		return "", err
	}
	r.sums[real] = h.SHA256
	return h.SHA256, nil
}

// recorded reports whether the file's folder has a record that confirms the file (the
// folder is from a store on another machine), and keeps the recorded revision.
func (r *recognition) recorded(m catalogue.Model, f catalogue.File, path string) bool {
	dir := filepath.Dir(path)
	record, err := models.ReadRecord(dir)
	if err != nil || record.Model != m.Name {
		return false
	}
	known, ok := record.Files[f.Name]
	if !ok || known.Path != "" {
		return false
	}
	sum, err := r.sum(m, f, path)
	if err != nil || sum != known.SHA256 {
		return false
	}
	if hubCommit.MatchString(record.Revision) {
		r.commit[m.Name] = record.Revision
	}
	return true
}

// hasTensor reports whether a weights file has a tensor of that shape.
func hasTensor(path string, t *catalogue.Tensor) bool {
	if t == nil {
		return false
	}
	f, err := weights.Open(path)
	if err != nil {
		return false
	}
	got, ok := f.Get(t.Name)
	return ok && slices.Equal(got.Shape, t.Shape)
}

// companions adds the small files next to recognised weights, since a dialog may let
// people pick only one file. It recognises them by sum, or by name if the model is not
// pinned.
func (r *recognition) companions() error {
	for _, m := range r.s.Catalogue.Models {
		w, ok := r.models[m.Name][m.Weights().Name]
		if !ok {
			continue
		}
		for _, f := range m.Files {
			if _, have := r.models[m.Name][f.Name]; have || f.SHA256 == "" && m.Pinned() {
				continue
			}
			for _, dir := range r.dirsOf(w.path) {
				real, err := filepath.EvalSymlinks(filepath.Join(dir, filepath.Base(f.Name)))
				if err != nil {
					continue
				}
				sum, err := r.sum(m, f, real)
				if err != nil {
					return err
				}
				if !agrees(f, sum) {
					continue
				}
				r.add(m, f.Name, found{real, sum})
				break
			}
		}
	}
	return nil
}

// dirsOf returns the folders that may hold the companions of a recognised file: its
// own, and in a hub cache those of the snapshots that link to it.
func (r *recognition) dirsOf(real string) []string {
	dirs := []string{filepath.Dir(real)}
	if filepath.Base(dirs[0]) == "blobs" { // of a hub cache
		dirs = append(dirs, snapshots(filepath.Dir(filepath.Dir(dirs[0])), filepath.Base(filepath.Dir(dirs[0])))...)
	}
	return dirs
}

// add records a recognised file, unless one was recorded before.
func (r *recognition) add(m catalogue.Model, name string, g found) {
	if r.models[m.Name] == nil {
		r.models[m.Name] = map[string]found{}
	}
	if _, have := r.models[m.Name][name]; !have {
		r.models[m.Name][name] = g
	}
}

// revision returns the revision of a model that follows a hub's main branch: the
// commit if it is known, else the first digits of the weights' sum.
func (r *recognition) revision(m catalogue.Model) string {
	if m.Revision != catalogue.Main {
		return ""
	}
	if c := r.commit[m.Name]; c != "" {
		return c
	}
	return r.models[m.Name][m.Weights().Name].sum[:8]
}
