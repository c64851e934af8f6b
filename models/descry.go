package models

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"descry/internal/failure"
	"descry/internal/message"
	"descry/models/arch"
)

// SetFile is the name of the file that makes a folder a model set.
const SetFile = "descry.json"

const (
	maxSetFile    = 1 << 20  // bytes of a descry.json or a list of categories
	hashedAtOnce  = 32 << 20 // files up to this many bytes are hashed at every load
	maxCategories = 256      // a class map has one byte per pixel
	maxIndex      = 1 << 16  // of an instance category
)

// LoadSet reads the model set in dir. Its files must be in that folder; Dirs.LoadSet
// also finds those of installed models.
func LoadSet(dir string) (*Set, error) { return Dirs{}.LoadSet(dir) }

// LoadSet reads the model set in dir. Its files are in dir or, if written as
// store:NAME/FILE, in the folder of an installed model.
func (d Dirs) LoadSet(dir string) (*Set, error) { return d.load(dir, true) }

// load reads a set. hash is false if its files were verified just before.
func (d Dirs) load(dir string, hash bool) (*Set, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, failure.Wrap(failure.Model, "load", dir, err, "")
	}
	file := filepath.Join(abs, SetFile)
	text, err := readSmall(file)
	if err != nil {
		return nil, explainFile(file, err)
	}
	set, wanted, err := parseSet(text, abs)
	if err != nil {
		return nil, failure.Wrap(failure.Model, "load", file, err, correctFile)
	}
	if err := d.locate(file, abs, wanted, hash); err != nil {
		return nil, err
	}
	if err := set.readCategories(wanted); err != nil {
		return nil, err
	}
	set.lookIntoONNX()
	return set, nil
}

// fileRef is a file named in a descry.json, with the variable for its absolute path.
type fileRef struct {
	key    string // "caption.weights"
	path   string // as written
	sha256 string // "" if not given
	target *string
}

// parseSet parses a descry.json. The paths in the set are set later, by locate.
func parseSet(text []byte, dir string) (*Set, []fileRef, error) {
	var err error
	top := parseObject("", text, &err)
	set := &Set{Name: top.text("name"), Description: top.text("description"), License: top.text("license"), Dir: dir}
	if _, ok := top.raw("format"); !ok {
		top.fail("%s is missing; write \"format\": 1", top.at("format"))
	}
	if n := top.count("format", 1, 1<<30); n > 1 {
		top.fail("%s is %d, of a newer Descry; this one reads format 1", top.at("format"), n)
	}
	if set.Name == "" {
		set.Name = filepath.Base(dir)
	}
	r := &setReader{set: set}
	set.Caption = r.caption(top.object("caption"))
	set.Instances = r.instances(top.object("instances"))
	set.Classes = r.classes(top.object("classes"))
	if set.Caption == nil && set.Instances == nil && set.Classes == nil {
		top.fail("%s names no model: it needs at least one of caption, instances, classes", top.at(""))
	}
	r.warn(top)
	return set, r.files, err
}

// setReader is the state shared by the sections of a descry.json while it is read.
type setReader struct {
	set   *Set
	files []fileRef
}

// warn adds a warning for the keys that were not read.
func (r *setReader) warn(o *object) {
	for _, key := range o.unknown() {
		r.set.Warnings = append(r.set.Warnings, message.Sprintf("%s: the key %s is unknown and was not used.", SetFile, key))
	}
}

// section reads what all sections have in common. more holds the further keys that
// name files, with the variables for their paths.
func (r *setReader) section(o *object, c *Common, more map[string]*string) {
	task := o.path
	c.Set = r.set.Name
	c.Architecture = o.text("architecture")
	if known := arch.ForTask(task); !slices.Contains(known, c.Architecture) {
		if c.Architecture == "" {
			o.fail("%s is missing; known for %s: %s", o.at("architecture"), task, strings.Join(known, ", "))
		}
		o.fail("%s is %q; known for %s: %s", o.at("architecture"), clean(c.Architecture), task, strings.Join(known, ", "))
	}
	targets := map[string]*string{"weights": &c.Weights, "config": &c.Config}
	for key, t := range more {
		targets[key] = t
	}
	sums := o.sums(targets)
	for _, key := range []string{"weights", "config", "preprocessor", "vocabulary", "categories"} {
		target := targets[key]
		if target == nil {
			continue
		}
		path := o.text(key)
		if path == "" {
			if key == "weights" {
				o.fail("%s is missing", o.at(key))
			}
			if sums[key] != "" {
				o.fail("%s has a sum for %s, which is missing", o.at("sha256"), key)
			}
			continue
		}
		if wrong := badPath(path); wrong != "" {
			o.fail("%s is %q: %s", o.at(key), clean(path), wrong)
		}
		r.files = append(r.files, fileRef{o.place(key), path, sums[key], target})
	}
}

// sums reads the key sha256: either the sum of the weights, or an object with a sum for
// each key that names a file.
func (o *object) sums(targets map[string]*string) map[string]string {
	raw, ok := o.raw("sha256")
	if !ok {
		return nil
	}
	check := func(o *object, key string) string {
		s := strings.ToLower(o.text(key))
		if b, err := hex.DecodeString(s); err != nil || len(b) != sha256.Size {
			o.fail("%s is not a SHA-256 (64 hexadecimal digits)", o.at(key))
		}
		return s
	}
	if isString(raw) {
		return map[string]string{"weights": check(o, "sha256")}
	}
	sums := map[string]string{}
	list := o.object("sha256")
	for key := range targets {
		if _, ok := list.raw(key); ok {
			sums[key] = check(list, key)
		}
	}
	for _, key := range list.unknown() {
		o.fail("%s has a sum for %s, which is not a file of this section", o.at("sha256"), strings.TrimPrefix(key, o.path+".sha256."))
	}
	return sums
}

func (r *setReader) caption(o *object) *CaptionSpec {
	if o == nil {
		return nil
	}
	s := &CaptionSpec{
		Prompt:     o.text("prompt"),
		Beams:      o.count("beams", 1, 64),
		MaxTokens:  o.count("max_tokens", 1, 512),
		MinTokens:  o.count("min_tokens", 0, 512),
		LengthNorm: o.choice("length_norm", "whole", "generated"),
	}
	r.section(o, &s.Common, map[string]*string{"preprocessor": &s.Preprocessor, "vocabulary": &s.Vocabulary})
	if s.MaxTokens > 0 && s.MinTokens > s.MaxTokens {
		o.fail("%s is %d, more than max_tokens (%d)", o.at("min_tokens"), s.MinTokens, s.MaxTokens)
	}
	r.warn(o)
	return s
}

func (r *setReader) instances(o *object) *InstancesSpec {
	if o == nil {
		return nil
	}
	s := &InstancesSpec{Score: o.fraction("score")}
	var file string
	more := map[string]*string{}
	if raw, ok := o.raw("categories"); ok && !isString(raw) {
		s.Categories = o.names(raw)
	} else {
		more["categories"] = &file
	}
	r.section(o, &s.Common, more)
	r.warn(o)
	return s
}

func (r *setReader) classes(o *object) *ClassesSpec {
	if o == nil {
		return nil
	}
	s := &ClassesSpec{}
	var file string
	more := map[string]*string{}
	if raw, ok := o.raw("categories"); ok && !isString(raw) {
		s.Categories = o.labels(raw)
	} else {
		more["categories"] = &file
	}
	r.section(o, &s.Common, more)
	r.warn(o)
	return s
}

// names reads the categories of an instances model: a list in the order of the indices,
// or an object from index to name. It omits empty names and "N/A" (the gaps in COCO's
// numbering).
func (o *object) names(raw json.RawMessage) map[int]string {
	named := map[int]string{}
	var list []string
	if json.Unmarshal(raw, &list) == nil {
		for i, name := range list {
			named[i] = name
		}
	} else {
		table := parseObject(o.place("categories"), raw, o.err)
		for key := range table.fields {
			i, err := strconv.Atoi(key)
			if err != nil || i < 0 || i > maxIndex {
				o.fail("%s has the index %q, which is not a whole number", o.at("categories"), clean(key))
				continue
			}
			named[i] = table.text(key)
		}
	}
	for i, name := range named {
		if name == "" || name == "N/A" {
			delete(named, i)
		}
	}
	if len(named) == 0 || len(named) > maxIndex {
		o.fail("%s has %d names", o.at("categories"), len(named))
	}
	return named
}

// labels reads the categories of a classes model: a list of all, from index 0.
func (o *object) labels(raw json.RawMessage) []string {
	named := o.names(raw)
	if len(named) > maxCategories {
		o.fail("%s has %d names; at most %d are possible", o.at("categories"), len(named), maxCategories)
		return nil
	}
	list := make([]string, len(named))
	for i := range list {
		if list[i] = named[i]; list[i] == "" {
			o.fail("%s has no name for index %d of %d", o.at("categories"), i, len(list))
		}
	}
	return list
}

// storePrefix begins a path into the folder of installed models.
const storePrefix = "store:"

// badPath describes what is wrong with a path in a descry.json, or returns "".
func badPath(path string) string {
	name, stored := strings.CutPrefix(path, storePrefix)
	switch {
	case strings.ContainsAny(name, "\\"):
		return message.Sprintf("separate folders with /")
	case !filepath.IsLocal(filepath.FromSlash(name)) || strings.Contains("/"+name+"/", "/../"):
		return message.Sprintf("a path must be relative and may not contain ..")
	case stored && strings.Count(strings.Trim(name, "/"), "/") < 1:
		return message.Sprintf("write store:NAME/FILE")
	case !stored && strings.Contains(name, ":"):
		return message.Sprintf("a path may not contain a colon")
	}
	return ""
}

// locate finds the files in the set's folder or the store, compares small ones with
// their sums, and sets the paths.
func (d Dirs) locate(file, dir string, wanted []fileRef, hash bool) error {
	for _, w := range wanted {
		at := d.place(dir, filepath.FromSlash(w.path))
		if inStore, ok := strings.CutPrefix(w.path, storePrefix); ok {
			var err error
			if at, err = d.stored(inStore); err != nil {
				return bad(file, "%s is %q, but %s", w.key, clean(w.path), err).WithHint("Install the model, or name a file beside %s.", SetFile)
			}
		}
		path := at.path
		info, err := os.Stat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist) && at.record != nil:
			return at.gone()
		case errors.Is(err, fs.ErrNotExist):
			return bad(file, "%s names %q, which is missing", w.key, clean(w.path)).WithHint("Put the file there or correct the name in %s.", SetFile)
		case err != nil:
			return explainFile(path, err)
		case !info.Mode().IsRegular():
			return bad(file, "%s names %q, which is not a file", w.key, clean(w.path)).WithHint("Name a file.")
		}
		if hash && at.record != nil {
			if err := at.check(info); err != nil {
				return err
			}
		}
		if hash && w.sha256 != "" && info.Size() <= hashedAtOnce {
			if err := checkSum(path, w.sha256); err != nil {
				return err
			}
		}
		*w.target = path
	}
	return nil
}

// stored returns the place of NAME/FILE in the folder of installed models: in NAME/, or
// in the newest of NAME's revisions that has the file.
func (d Dirs) stored(path string) (place, error) {
	if d.Models == "" {
		return place{}, failure.Worded(nil, "no folder of installed models is known here")
	}
	name, inside, _ := strings.Cut(path, "/")
	at, ok := d.newest(name, filepath.FromSlash(inside))
	if !ok {
		return place{}, failure.Worded(nil, "%s has no such file", filepath.Join(d.Models, name))
	}
	return at, nil
}

// newest finds file in <models>/name or in the most recently written revision below it.
func (d Dirs) newest(name, file string) (place, bool) {
	direct := place{path: filepath.Join(d.Models, name, file)}
	if info, err := os.Stat(direct.path); err == nil && info.Mode().IsRegular() {
		return direct, true
	}
	revisions, err := os.ReadDir(filepath.Join(d.Models, name))
	if err != nil {
		return place{}, false
	}
	best, bestTime := place{}, int64(0)
	for _, r := range revisions {
		if strings.HasPrefix(r.Name(), ".") {
			continue
		}
		at := d.place(filepath.Join(d.Models, name, r.Name()), file)
		info, err := os.Stat(at.path)
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		if t := info.ModTime().UnixNano(); best.path == "" || t > bestTime {
			best, bestTime = at, t
		}
	}
	return best, best.path != ""
}

// readCategories reads the lists of categories that are in separate files.
func (s *Set) readCategories(wanted []fileRef) error {
	for _, w := range wanted {
		task, ok := strings.CutSuffix(w.key, ".categories")
		if !ok {
			continue
		}
		text, err := readSmall(*w.target)
		if err != nil {
			return explainFile(*w.target, err)
		}
		var wrong error
		o := &object{path: task, err: &wrong}
		if task == "instances" {
			s.Instances.Categories = o.names(text)
		} else {
			s.Classes.Categories = o.labels(text)
		}
		if wrong != nil {
			return failure.Wrap(failure.Model, "load", *w.target, wrong, "It should be a JSON list of names, or an object from index to name.")
		}
	}
	return nil
}

// checkSum returns an error if a file's SHA-256 is not want.
func checkSum(path, want string) error {
	f, err := os.Open(path)
	if err != nil {
		return explainFile(path, err)
	}
	defer f.Close()
	got, err := sumOf(f)
	if err != nil {
		return explainFile(path, err)
	}
	if got != want {
		return bad(path, "its SHA-256 is %s…, not %s…: this is a damaged or another file", got[:12], want[:12]).WithHint("Download the file again.")
	}
	return nil
}

// readSmall reads a regular file of at most maxSetFile bytes.
func readSmall(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, failure.Worded(nil, "this is not a file")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxSetFile+1))
	if err == nil && len(text) > maxSetFile {
		err = failure.Worded(nil, "the file has more than %d bytes", maxSetFile)
	}
	return text, err
}

// explainFile returns the error for people for an error of the file system.
func explainFile(path string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return bad(path, "the file is missing").WithHint("A model set is a folder with a %s.", SetFile)
	case errors.Is(err, fs.ErrPermission):
		return bad(path, "no permission to read the file").WithHint("Check its permissions.")
	}
	return bad(path, "%s", failure.Plain(err)).WithHint("Check the file and its folder.")
}
