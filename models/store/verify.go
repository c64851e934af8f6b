package store

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sort"

	"descry/internal/failure"
	"descry/internal/message"
	"descry/models"
	"descry/models/catalogue"
)

// Verdict is the result of Verify for one file.
type Verdict struct {
	Model    string `json:"model"`
	File     string `json:"file"`
	Path     string `json:"path"`
	OK       bool   `json:"ok"`
	Pinned   bool   `json:"pinned"`             // compared with a pinned sum; else with the one recorded at installation
	Problem  string `json:"problem,omitempty"`  // a clause
	Repaired bool   `json:"repaired,omitempty"` // it was downloaded again
}

// Verify hashes every file of the named models, or of all installed ones if none is
// named. If repair is set, damaged files are obtained again as by Pull: a file of the
// store is replaced; for a file of another program, which is left alone, the store
// gets its own copy. Damage is reported in the verdicts; the error is one of the
// verification or the repair itself.
func (s *Store) Verify(ctx context.Context, names []string, repair bool, progress func(Progress)) ([]Verdict, error) {
	wanted, err := s.present(names)
	if err != nil {
		return nil, err
	}
	notify := serialize(progress)
	var all []Verdict
	var first error
	for _, m := range wanted { // one at a time: disks read one file fastest
		var found []Verdict
		err := s.alone(ctx, m, notify, func(j *job) (err error) {
			found, err = j.verify(repair)
			return err
		})
		all = append(all, found...)
		if err != nil {
			f := failure.Of(err, failure.Model)
			notify(Progress{Model: m.Name, Stage: Failed, Total: m.Bytes(), Note: f.Message.String(), Err: f})
			if first == nil {
				first = err
			}
		}
		if ctx.Err() != nil {
			break
		}
	}
	return all, first
}

// present returns the named models, which must be installed, or all installed ones.
func (s *Store) present(names []string) ([]catalogue.Model, error) {
	var wanted []catalogue.Model
	if len(names) == 0 {
		for _, m := range s.Catalogue.Models {
			if _, ok := s.installed(m); ok {
				wanted = append(wanted, m)
			}
		}
		return wanted, nil
	}
	list, err := s.expand(names)
	if err != nil {
		return nil, err
	}
	for _, m := range list {
		if _, ok := s.installed(m); !ok {
			return nil, failure.New(failure.Model, "find", m.Name, "it is not on this machine").WithHint("Run descry models pull %s.", m.Name)
		}
	}
	return list, nil
}

func (j *job) verify(repair bool) ([]Verdict, error) {
	dir, ok := j.s.installed(j.m)
	if !ok {
		return nil, failure.New(failure.Model, "check", j.m.Name, "it has been removed")
	}
	j.dir = dir
	record, err := models.ReadRecord(dir)
	if err != nil || record.Files == nil {
		record = &models.Record{Model: j.m.Name, Revision: filepath.Base(dir), Files: map[string]models.RecordedFile{}}
	}
	j.record = record
	verdicts, err := j.hashAll()
	if err != nil {
		return verdicts, err
	}
	if v, ok := j.checkSet(); ok {
		verdicts = append(verdicts, v)
	}
	damaged := false
	for _, v := range verdicts {
		damaged = damaged || !v.OK
	}
	if !damaged {
		return verdicts, explain("write", dir, record.Write(dir)) // with the present times
	}
	if !repair {
		return verdicts, nil
	}
	return verdicts, j.repair(verdicts)
}

// hashAll compares every file with its sum in the catalogue, or else in the record.
func (j *job) hashAll() ([]Verdict, error) {
	var verdicts []Verdict
	for _, f := range j.listed() {
		old, known := j.record.Files[f.Name]
		v := Verdict{Model: j.m.Name, File: f.Name, Path: j.path(f.Name), Pinned: f.SHA256 != ""}
		now, err := hashFile(j.ctx, v.Path, j.checking(f))
		if j.ctx.Err() != nil {
			return verdicts, err
		}
		switch {
		case err != nil && absent(v.Path):
			v.Problem = message.Sprintf("it is missing")
		case err != nil:
			v.Problem = failure.Of(err, failure.Storage).Message.String()
		case !agrees(f, now.SHA256) || known && f.SHA256 == "" && now.SHA256 != old.SHA256:
			v.Problem = message.Sprintf("its SHA-256 is %s…, not %s…: this is a damaged or another file", now.SHA256[:12], expected(f, old)[:8])
		case !known && f.SHA256 == "" && f.Starts == "":
			v.Problem = message.Sprintf("it is not recorded")
		default:
			v.OK = true
			now.Path, now.Pinned = old.Path, f.SHA256 == now.SHA256 || old.Pinned
			j.record.Files[f.Name] = now
			j.before += now.Bytes
		}
		verdicts = append(verdicts, v)
	}
	return verdicts, nil
}

// checkSet returns a verdict for an invalid descry.json, and whether there is one.
func (j *job) checkSet() (Verdict, bool) {
	if j.m.For == catalogue.ForRuntime {
		return Verdict{}, false
	}
	text, err := os.ReadFile(filepath.Join(j.dir, models.SetFile))
	if err == nil && json.Valid(text) {
		return Verdict{}, false // the content may have been changed on purpose
	}
	return Verdict{Model: j.m.Name, File: models.SetFile, Path: filepath.Join(j.dir, models.SetFile), Problem: message.Sprintf("it is not valid JSON")}, true
}

// listed returns the model's files, or for a library the unpacked ones.
func (j *job) listed() []catalogue.File {
	if j.m.For != catalogue.ForRuntime {
		return j.m.Files
	}
	var list []catalogue.File
	for name, r := range j.record.Files {
		list = append(list, catalogue.File{Name: name, SHA256: r.SHA256, Bytes: r.Bytes})
	}
	sort.Slice(list, func(a, b int) bool { return list[a].Name < list[b].Name })
	return list
}

func expected(f catalogue.File, old models.RecordedFile) string {
	for _, sum := range []string{f.SHA256, old.SHA256, f.Starts} {
		if len(sum) >= 8 {
			return sum
		}
	}
	return "unknown "
}

func absent(path string) bool {
	_, err := os.Stat(path)
	return errors.Is(err, fs.ErrNotExist)
}

// repair obtains the damaged files again. It first removes the set's file, so that the
// model is not loaded in the meantime.
func (j *job) repair(verdicts []Verdict) error {
	if err := os.Remove(filepath.Join(j.dir, done(j.m))); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return storageFailure("repair", j.dir, err)
	}
	j.before = 0
	if j.m.For == catalogue.ForRuntime {
		if err := j.bringRuntime(); err != nil {
			return err
		}
		return repaired(verdicts)
	}
	for _, v := range verdicts {
		if v.OK {
			continue
		}
		inPlace := j.record.Files[v.File].Path != ""
		delete(j.record.Files, v.File)
		if inPlace {
			continue // it is another program's file
		}
		if err := os.Remove(v.Path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return storageFailure("repair", v.Path, err)
		}
	}
	for _, f := range j.m.Files {
		if err := j.bring(f); err != nil {
			return err
		}
	}
	if err := j.seal(); err != nil {
		return err
	}
	return repaired(verdicts)
}

func repaired(verdicts []Verdict) error {
	for k := range verdicts {
		if !verdicts[k].OK {
			verdicts[k].Repaired = true
		}
	}
	return nil
}
