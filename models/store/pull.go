package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"descry/internal/failure"
	"descry/internal/nearest"
	"descry/models"
	"descry/models/arch"
	"descry/models/catalogue"
	"descry/models/transfer"
)

// atOnce is how many models are downloaded at the same time.
const atOnce = 3

// hubCommit matches a hub's name of a revision.
var hubCommit = regexp.MustCompile(`^[0-9a-f]{40}$`)

// Pull installs the named models and sets. Files that are already in the store or in a
// cache of another program are not downloaded. Several models are downloaded at once;
// one that fails does not stop the others. The last Progress of each has stage Done or
// Failed. Pull returns the first failure in the order of the names, a *failure.Failure
// of kind Usage (no such model), Network, Storage, Model (the downloaded file is not
// the model) or Cancelled. After Cancelled, everything received is kept for the next
// Pull.
func (s *Store) Pull(ctx context.Context, names []string, progress func(Progress)) error {
	wanted, err := s.expand(names)
	if err != nil {
		return err
	}
	if err := known(wanted); err != nil {
		return err
	}
	if err := s.room(wanted); err != nil {
		return err
	}
	notify := serialize(progress)
	return s.each(wanted, notify, func(m catalogue.Model) error {
		if item := s.item(m); s.enough(item) { // before locking, which fails in a read-only folder
			notify(Progress{Model: m.Name, Stage: Done, Done: item.Bytes, Total: item.Bytes})
			return nil
		}
		return s.alone(ctx, m, notify, func(j *job) error { return j.pull() })
	})
}

// enough reports whether a model is installed and needs no file.
func (s *Store) enough(i Item) bool {
	return i.State == Ready || i.State == InPlace && !s.Copy
}

// expand returns the models that names stand for.
func (s *Store) expand(names []string) ([]catalogue.Model, error) {
	list, unknown := s.Catalogue.Expand(names)
	if unknown != "" {
		known := s.Catalogue.Names()
		f := failure.New(failure.Usage, "find", unknown, "the catalogue has no such model")
		if near := nearest.Word(unknown, known); near != "" {
			return nil, f.WithHint("Did you mean %s? Known are %s.", near, strings.Join(known, ", "))
		}
		return nil, f.WithHint("Known are %s.", strings.Join(known, ", "))
	}
	var wanted []catalogue.Model
	for _, name := range list {
		m, _ := s.Catalogue.Model(name) // Expand found it
		wanted = append(wanted, m)
	}
	return wanted, nil
}

// known returns an error for a model whose architecture this program cannot load.
func known(wanted []catalogue.Model) error {
	for _, m := range wanted {
		if list := arch.ForTask(m.For); m.For != catalogue.ForRuntime && !slices.Contains(list, m.Architecture) {
			f := failure.New(failure.Model, "download", m.Name, "its architecture in the catalogue is %q, which this program does not know", m.Architecture)
			if near := nearest.Word(m.Architecture, list); near != "" {
				return f.WithHint("Did you mean %s? Known for %s are %s.", near, m.For, strings.Join(list, ", "))
			}
			return f.WithHint("Known for %s are %s.", m.For, strings.Join(list, ", "))
		}
	}
	return nil
}

// room returns an error if the disk has too little space for the models.
func (s *Store) room(wanted []catalogue.Model) error {
	if s.FreeDisk == nil {
		return nil
	}
	var need int64
	for _, m := range wanted {
		if item := s.item(m); !item.Usable() {
			need += item.Bytes - item.Done - s.cachedBytes(m, item)
		}
	}
	free, err := s.FreeDisk(s.Models)
	if err != nil || need <= 0 || uint64(need) <= free {
		return nil // if the free space is unknown, a full disk is reported on writing
	}
	return failure.New(failure.Storage, "download", s.Models, "%s are needed, and %s are free on this disk", Size(need), Size(int64(free))).WithHint("Free some space, or set DESCRY_HOME to a folder on another disk.")
}

// each calls work for the models, several at once, and returns the first failure in
// their order.
func (s *Store) each(wanted []catalogue.Model, notify func(Progress), work func(catalogue.Model) error) error {
	var group errgroup.Group
	group.SetLimit(atOnce)
	errs := make([]error, len(wanted))
	for i, m := range wanted {
		group.Go(func() error {
			if errs[i] = work(m); errs[i] != nil {
				f := failure.Of(errs[i], failure.Model)
				notify(Progress{Model: m.Name, Stage: Failed, Total: m.Bytes(), Note: f.Message.String(), Err: f})
			}
			return nil
		})
	}
	_ = group.Wait() // errors are in errs
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// job is the work on one model whose lock is held.
type job struct {
	ctx    context.Context
	s      *Store
	m      catalogue.Model
	notify func(Progress)
	dir    string

	record   *models.Record
	revision string           // found by Import; "": the catalogue's
	files    map[string]found // found by Import, by name
	inPlace  bool             // use the weights among files where they are
	snapshot string           // folder in a hub cache that has all files
	before   int64            // bytes of the files that are done
}

// found is a recognised file. Links in its path are resolved.
type found struct{ path, sum string }

// alone locks a model, calls work, and reports the end.
func (s *Store) alone(ctx context.Context, m catalogue.Model, notify func(Progress), work func(*job) error) error {
	unlock, err := s.lock(ctx, m.Name, func() { notify(Progress{Model: m.Name, Stage: Waiting, Total: m.Bytes()}) })
	if err != nil {
		return err
	}
	defer unlock()
	j := &job{ctx: ctx, s: s, m: m, notify: notify}
	if err := work(j); err != nil {
		if ctx.Err() != nil {
			return failure.New(failure.Cancelled, "download", m.Name, "it was stopped; what has arrived is kept").WithHint("Run descry models pull %s to continue.", m.Name)
		}
		return about(m.Name, err)
	}
	notify(Progress{Model: m.Name, Stage: Done, Done: j.before, Total: max(j.before, m.Bytes())})
	return nil
}

// about adds the model's name to the subject of a failure.
func about(model string, err error) error {
	f := *failure.Of(err, failure.Model)
	if !strings.Contains(f.Subject, model) {
		f.Subject = strings.TrimSuffix(model+", "+f.Subject, ", ")
	}
	return &f
}

// pull installs the missing and damaged files of the model.
func (j *job) pull() error {
	if item := j.s.item(j.m); j.s.enough(item) {
		j.before = item.Bytes
		return nil
	}
	if err := j.open(); err != nil {
		return err
	}
	if j.m.For == catalogue.ForRuntime {
		return j.bringRuntime()
	}
	for _, f := range j.m.Files {
		if err := j.bring(f); err != nil {
			return err
		}
	}
	return j.seal()
}

// open chooses the revision, and with it the folder, and reads the folder's record.
func (j *job) open() error {
	revision := j.m.Revision
	if j.revision != "" {
		revision = j.revision
	}
	if revision == catalogue.Main {
		var err error
		if revision, err = j.follow(); err != nil {
			return err
		}
	}
	j.dir = j.s.folder(j.m, revision)
	record, err := models.ReadRecord(j.dir)
	if err != nil || record.Files == nil { // missing or unusable
		record = &models.Record{Files: map[string]models.RecordedFile{}}
	}
	record.Model, record.Revision = j.m.Name, revision
	j.record = record
	if j.m.For == catalogue.ForRuntime {
		return nil
	}
	j.sweep()
	return explain("write", j.dir, os.MkdirAll(j.dir, 0o777))
}

// sweep removes temporary files left by a killed process. The lock is held, so no
// other process is writing.
func (j *job) sweep() {
	left, err := filepath.Glob(filepath.Join(j.dir, ".descry-*.tmp"))
	if err != nil {
		return // only for an invalid pattern
	}
	for _, path := range left {
		_ = os.Remove(path) // if that fails, it counts as unused
	}
}

// follow returns the commit of a hub's main branch: that of an installed revision or
// of a snapshot in a cache, else the one the hub reports when the first file, the
// smallest, is downloaded.
func (j *job) follow() (string, error) {
	if dirs, whole := j.s.revisions(j.m); whole > 0 {
		return filepath.Base(dirs[0]), nil // the model is damaged: repair the same revision
	}
	if dir, revision := j.s.Hubs.snapshotOf(j.m); hubCommit.MatchString(revision) {
		j.snapshot = dir
		return revision, nil
	}
	f := j.m.Files[0]
	asked := filepath.Join(j.s.Models, j.m.Name, ".main", filepath.Base(f.Name))
	if err := os.Remove(asked); err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", storageFailure("write", asked, err)
	}
	result, err := j.fetch(f, asked)
	if err != nil {
		return "", err
	}
	if !hubCommit.MatchString(result.Revision) {
		return catalogue.Main, nil // a mirror may not report it
	}
	return result.Revision, nil
}

// bring makes one file available, from disk or network, and records it.
func (j *job) bring(f catalogue.File) error {
	if r, ok := j.record.Files[f.Name]; ok && unchanged(j.path(f.Name), r) && agrees(f, r.SHA256) && (r.Path == "" || !j.s.Copy) {
		j.before += r.Bytes
		return nil
	}
	delete(j.record.Files, f.Name)
	for _, look := range []func(catalogue.File) (bool, error){j.ownCopy, j.given, j.cached} {
		if ok, err := look(f); ok || err != nil {
			return err
		}
	}
	own := filepath.Join(j.dir, filepath.FromSlash(f.Name))
	result, err := j.fetch(f, own)
	if err != nil {
		return err
	}
	if !agrees(f, result.SHA256) {
		return j.refuse(f, own, result.SHA256)
	}
	return j.note(f, own, result.SHA256, "")
}

// path returns the path of a recorded file.
func (j *job) path(name string) string {
	if p := j.record.Files[name].Path; p != "" {
		return p
	}
	return filepath.Join(j.dir, filepath.FromSlash(name))
}

// unchanged reports whether a file has the size and time of its record.
func unchanged(path string, r models.RecordedFile) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Size() == r.Bytes && info.ModTime().UnixNano() == r.Modified
}

// agrees reports whether a sum agrees with the catalogue. If the catalogue has no sum,
// any does.
func agrees(f catalogue.File, sum string) bool {
	if f.SHA256 != "" {
		return sum == f.SHA256
	}
	return strings.HasPrefix(sum, f.Starts)
}

// refuse renames a file with a wrong sum and returns the failure.
func (j *job) refuse(f catalogue.File, path, sum string) error {
	aside := path + ".bad-" + sum[:8]
	_ = os.Remove(aside) // an earlier one with the same sum
	if err := os.Rename(path, aside); err != nil {
		return storageFailure("check", path, err)
	}
	return failure.New(failure.Network, "download", j.m.Name, "the SHA-256 of %s is %s…, and its name promises %s…: this is a damaged or another file", f.Name, sum[:12], f.Starts).WithHint("It is not used and was kept as %s. Try again, or another mirror.", filepath.Base(aside))
}

// note records a file that was verified.
func (j *job) note(f catalogue.File, path, sum, elsewhere string) error {
	r, err := recorded(path, sum, f.SHA256 == sum)
	if err != nil {
		return err
	}
	r.Path = elsewhere
	j.record.Files[f.Name] = r
	j.before += r.Bytes
	return explain("write", j.dir, j.record.Write(j.dir))
}

// fetch downloads one file to path.
func (j *job) fetch(f catalogue.File, path string) (transfer.Result, error) {
	if j.s.Fetcher == nil {
		return transfer.Result{}, failure.New(failure.Network, "download", j.m.Name, "%s is not on this machine, and nothing can be downloaded here", f.Name).WithHint("Import it: descry models import FOLDER.")
	}
	address := f.URL
	if j.record != nil && j.m.Revision == catalogue.Main && hubCommit.MatchString(j.record.Revision) {
		address = strings.Replace(address, "/resolve/"+catalogue.Main+"/", "/resolve/"+j.record.Revision+"/", 1)
	}
	request := transfer.Request{URL: address, Path: path, Bytes: f.Bytes, SHA256: f.SHA256}
	return j.s.Fetcher.Fetch(j.ctx, request, func(p transfer.Progress) {
		total := j.m.Bytes()
		if f.Bytes == 0 && p.Total > 0 {
			total += p.Total - f.About
		}
		j.notify(Progress{Model: j.m.Name, File: f.Name, Stage: Stage(p.State), Done: j.before + p.Done, Total: max(total, j.before+p.Done), Note: p.Note})
	})
}

// seal writes the model's descry.json, which marks it as complete.
func (j *job) seal() error {
	if err := j.record.Write(j.dir); err != nil {
		return storageFailure("write", j.dir, err)
	}
	if err := writeSet(j.dir, j.m, j.record); err != nil {
		return storageFailure("write", j.dir, err)
	}
	_ = os.RemoveAll(filepath.Join(j.s.Models, j.m.Name, ".main")) // if that fails, one small file remains
	return nil
}
