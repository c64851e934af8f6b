package models

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"descry/internal/failure"
)

// folder writes files, given as alternating names and contents, and returns the folder.
func folder(t *testing.T, files ...string) string {
	t.Helper()
	dir := t.TempDir()
	for i := 0; i < len(files); i += 2 {
		path := filepath.Join(dir, filepath.FromSlash(files[i]))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(files[i+1]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// checkFailure makes sure that err is one line about subject with a hint.
func checkFailure(t *testing.T, name string, err error, kind failure.Kind, subject, want string) {
	t.Helper()
	var f *failure.Failure
	switch {
	case !errors.As(err, &f):
		t.Errorf("%s: error %v, want one about %q", name, err, want)
	case f.Kind != kind || f.Subject != subject || !strings.Contains(f.Message.String(), want) || f.Hint.IsZero() || strings.Contains(f.Error(), "\n"):
		t.Errorf("%s: got %+v, want %q of kind %s about %s with a hint", name, *f, want, kind, subject)
	}
}

const whole = `{
  "format": 1, "name": "mine", "description": "what it is", "license": "MIT",
  "caption": {"architecture": "blip", "weights": "b/w.bin", "config": "b/c.json", "preprocessor": "b/p.json", "vocabulary": "b/v.txt",
    "prompt": "a picture of ", "beams": 3, "max_tokens": 20, "min_tokens": 5, "length_norm": "generated"},
  "instances": {"architecture": "maskrcnn_resnet_fpn", "weights": "m.pth", "score": 0.25, "categories": {"1": "person", "18": "dog", "2": "N/A"}},
  "classes": {"architecture": "deeplabv3_resnet", "weights": "d.pth", "categories": "names.json"}
}`

func wholeFolder(t *testing.T) string {
	return folder(t, SetFile, whole, "b/w.bin", "1", "b/c.json", "{}", "b/p.json", "{}", "b/v.txt", "[PAD]\n",
		"m.pth", "2", "d.pth", "3", "names.json", `["background", "cat"]`)
}

func TestEveryFieldOfASetArrives(t *testing.T) {
	dir := wholeFolder(t)
	s, err := LoadSet(dir)
	if err != nil {
		t.Fatal(err)
	}
	if s.Name != "mine" || s.Description != "what it is" || s.License != "MIT" || s.Dir != dir || len(s.Warnings) != 0 {
		t.Errorf("set %+v", s)
	}
	in := func(name string) string { return filepath.Join(dir, filepath.FromSlash(name)) }
	caption := CaptionSpec{Common{"mine", "blip", in("b/w.bin"), in("b/c.json")}, in("b/p.json"), in("b/v.txt"), "a picture of ", 3, 20, 5, "generated"}
	if *s.Caption != caption {
		t.Errorf("caption %+v, want %+v", *s.Caption, caption)
	}
	i := s.Instances
	if i.Common != (Common{"mine", "maskrcnn_resnet_fpn", in("m.pth"), ""}) || *i.Score != 0.25 || len(i.Categories) != 2 || i.Categories[18] != "dog" {
		t.Errorf("instances %+v", *i)
	}
	c := s.Classes
	if c.Common != (Common{"mine", "deeplabv3_resnet", in("d.pth"), ""}) || !slices.Equal(c.Categories, []string{"background", "cat"}) {
		t.Errorf("classes %+v", *c)
	}
}

func TestUnknownKeysWarnAndNothingElse(t *testing.T) {
	dir := folder(t, SetFile, `{"format":1,"colour":"red","caption":{"architecture":"blip","weights":"w","beam":4}}`, "w", "1")
	s, err := LoadSet(dir)
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Join(s.Warnings, "\n")
	if len(s.Warnings) != 2 || !strings.Contains(all, "the key colour is unknown") || !strings.Contains(all, "the key caption.beam is unknown") {
		t.Errorf("warnings %q", s.Warnings)
	}
	if s.Name != filepath.Base(dir) {
		t.Errorf("name %q, want the folder's", s.Name)
	}
}

func TestWhatIsWrongInASetIsNamed(t *testing.T) {
	caption := func(rest string) string {
		return `{"format":1,"caption":{"architecture":"blip","weights":"w"` + rest + `}}`
	}
	for _, c := range []struct{ name, text, want string }{
		{"no JSON", "{\n\"format\": 1,\n}", "is not valid JSON: line 3"},
		{"cut off", `{"format": 1`, "is incomplete"},
		{"a list", `[]`, "the file is a list instead of an object"},
		{"something behind", `{"format":1}x`, "is not valid JSON"},
		{"a second object", `{"format":1}{}`, "something follows the closing brace"},
		{"no format", `{"name":"x","caption":{"architecture":"blip","weights":"w"}}`, "format is missing"},
		{"a format of the future", `{"format":2}`, "format is 2, of a newer Descry"},
		{"no model", `{"format":1}`, "names no model"},
		{"a key twice", `{"format":1,"format":1}`, "format appears twice"},
		{"a name that is a number", `{"format":1,"name":7}`, "name is a number instead of a string"},
		{"a section that is a string", `{"format":1,"caption":"blip"}`, "caption is a string instead of an object"},
		{"no architecture", `{"format":1,"classes":{"weights":"w"}}`, "classes.architecture is missing; known for classes: deeplabv3_resnet"},
		{"an unknown architecture", `{"format":1,"instances":{"architecture":"yolo","weights":"w"}}`, `instances.architecture is "yolo"; known for instances: maskrcnn_resnet_fpn`},
		{"an architecture of another task", `{"format":1,"classes":{"architecture":"blip","weights":"w"}}`, `classes.architecture is "blip"`},
		{"no weights", `{"format":1,"caption":{"architecture":"blip"}}`, "caption.weights is missing"},
		{"an absolute path", `{"format":1,"caption":{"architecture":"blip","weights":"/etc/passwd"}}`, "a path must be relative"},
		{"a path that leaves", `{"format":1,"caption":{"architecture":"blip","weights":"../w"}}`, "may not contain .."},
		{"a path that leaves and comes back", `{"format":1,"caption":{"architecture":"blip","weights":"a/../w"}}`, "may not contain .."},
		{"a path with backslashes", `{"format":1,"caption":{"architecture":"blip","weights":"a\\w"}}`, "separate folders with /"},
		{"a path out of the store", `{"format":1,"caption":{"architecture":"blip","weights":"store:../w"}}`, "may not contain .."},
		{"a store without a file", `{"format":1,"caption":{"architecture":"blip","weights":"store:name"}}`, "write store:NAME/FILE"},
		{"no beams", caption(`,"beams":0`), "caption.beams is 0; it may be 1 to 64"},
		{"half a beam", caption(`,"beams":1.5`), "caption.beams is 1.5 instead of a whole number"},
		{"tokens the wrong way round", caption(`,"min_tokens":9,"max_tokens":5`), "caption.min_tokens is 9, more than max_tokens (5)"},
		{"an unknown norm", caption(`,"length_norm":"mean"`), `caption.length_norm is "mean"; it may be whole, generated`},
		{"a score above 1", `{"format":1,"instances":{"architecture":"maskrcnn_resnet_fpn","weights":"w","score":70}}`, "instances.score is 70 instead of a number from 0 to 1"},
		{"no sum", caption(`,"sha256":"abc"`), "caption.sha256 is not a SHA-256"},
		{"a sum of nothing", caption(`,"sha256":{"vocabulary":"` + strings.Repeat("0", 64) + `"}`), "has a sum for vocabulary, which is missing"},
		{"a sum of an unknown file", caption(`,"sha256":{"wieghts":"` + strings.Repeat("0", 64) + `"}`), "has a sum for wieghts, which is not a file"},
		{"another sum", caption(`,"sha256":"` + strings.Repeat("0", 64) + `"`), "this is a damaged or another file"},
		{"an absent file", caption(`,"config":"c.json"`), `caption.config names "c.json", which is missing`},
		{"a folder for a file", caption(`,"config":"sub"`), `caption.config names "sub", which is not a file`},
		{"a gap in the classes", `{"format":1,"classes":{"architecture":"deeplabv3_resnet","weights":"w","categories":{"0":"a","2":"b"}}}`, "classes.categories has no name for index 1"},
		{"too many classes", `{"format":1,"classes":{"architecture":"deeplabv3_resnet","weights":"w","categories":["` + strings.Repeat(`a","`, 256) + `a"]}}`, "has 257 names; at most 256"},
		{"an index that is a word", `{"format":1,"instances":{"architecture":"maskrcnn_resnet_fpn","weights":"w","categories":{"one":"a"}}}`, `has the index "one"`},
		{"no names", `{"format":1,"instances":{"architecture":"maskrcnn_resnet_fpn","weights":"w","categories":[]}}`, "has 0 names"},
	} {
		dir := folder(t, SetFile, c.text, "w", "1", "sub/x", "")
		subject := filepath.Join(dir, SetFile)
		if c.name == "another sum" {
			subject = filepath.Join(dir, "w")
		}
		_, err := LoadSet(dir)
		checkFailure(t, c.name, err, failure.Model, subject, c.want)
	}
}

func TestAnAbsentOrHugeSetFileIsNamed(t *testing.T) {
	dir := t.TempDir()
	_, err := LoadSet(dir)
	checkFailure(t, "absent", err, failure.Model, filepath.Join(dir, SetFile), "the file is missing")
	dir = folder(t, SetFile, "{}"+strings.Repeat(" ", maxSetFile))
	_, err = LoadSet(dir)
	checkFailure(t, "huge", err, failure.Model, filepath.Join(dir, SetFile), "the file has more than 1048576 bytes")
	dir = folder(t, filepath.ToSlash(filepath.Join(SetFile, "x")), "")
	_, err = LoadSet(dir)
	checkFailure(t, "folder", err, failure.Model, filepath.Join(dir, SetFile), "this is not a file")
}

func TestARightSumIsAccepted(t *testing.T) {
	sum := sha256.Sum256([]byte("weights"))
	dir := folder(t, SetFile, `{"format":1,"caption":{"architecture":"blip","weights":"w","sha256":{"weights":"`+strings.ToUpper(hex.EncodeToString(sum[:]))+`"}}}`, "w", "weights")
	if _, err := LoadSet(dir); err != nil {
		t.Error(err)
	}
}

func TestStorePathsFindTheNewestRevisionThatHasTheFile(t *testing.T) {
	models := folder(t, "blip/aaaa/w.bin", "old", "blip/bbbb/w.bin", "new", "blip/cccc/other", "x")
	if err := os.Chtimes(filepath.Join(models, "blip", "aaaa", "w.bin"), old, old); err != nil {
		t.Fatal(err)
	}
	dir := folder(t, SetFile, `{"format":1,"caption":{"architecture":"blip","weights":"store:blip/w.bin"}}`)
	s, err := Dirs{Models: models}.LoadSet(dir)
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(models, "blip", "bbbb", "w.bin"); s.Caption.Weights != want {
		t.Errorf("weights %s, want %s", s.Caption.Weights, want)
	}
	_, err = Dirs{Models: t.TempDir()}.LoadSet(dir)
	checkFailure(t, "not installed", err, failure.Model, filepath.Join(dir, SetFile), `caption.weights is "store:blip/w.bin"`)
	_, err = LoadSet(dir)
	checkFailure(t, "no store", err, failure.Model, filepath.Join(dir, SetFile), "no folder of installed models is known")
}

// FuzzSetFile checks that any descry.json yields a valid set or an error of one sentence.
func FuzzSetFile(f *testing.F) {
	for _, s := range []string{whole, `{"format":1,"caption":{"architecture":"blip","weights":"w","sha256":"00"}}`, `{`, `[]`, `{"format":1,"x":{"y":[1]}}`, `{"format":1,"classes":{"architecture":"deeplabv3_resnet","weights":"store:a/b","categories":{"0":"x"}}}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		set, wanted, err := parseSet(text, "somewhere")
		if err != nil {
			if m := err.Error(); m == "" || strings.ContainsAny(m, "\n\r\x00") {
				t.Errorf("error %q, want one line", m)
			}
			return
		}
		if set.Name == "" || set.Caption == nil && set.Instances == nil && set.Classes == nil {
			t.Errorf("an empty set: %+v", set)
		}
		for _, w := range wanted {
			p := filepath.Clean(strings.TrimPrefix(w.path, storePrefix))
			if filepath.IsAbs(p) || p == ".." || strings.HasPrefix(p, ".."+string(filepath.Separator)) {
				t.Errorf("%s leaves the folder: %q", w.key, w.path)
			}
		}
		if c := set.Caption; c != nil && (c.Beams < 0 || c.Beams > 64 || c.MaxTokens < 0 || c.MaxTokens > 512) {
			t.Errorf("caption %+v", *c)
		}
		if i := set.Instances; i != nil && i.Score != nil && !(*i.Score >= 0 && *i.Score <= 1) {
			t.Errorf("score %v", *i.Score)
		}
	})
}
