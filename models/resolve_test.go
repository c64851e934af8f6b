package models

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"descry/internal/failure"
)

const captions = `{"format":1,"name":"talker","license":"MIT","caption":{"architecture":"blip","weights":"w"}}`

// installed makes a folder of models with one set of captions in it.
func installed(t *testing.T) Dirs {
	return Dirs{Models: folder(t, "talker/abcd/"+SetFile, captions, "talker/abcd/w", "1", "loose/w", "1", ".tmp/x/"+SetFile, captions)}
}

func TestASetIsFoundByNameByFolderAndByItsFile(t *testing.T) {
	dirs := installed(t)
	dir := filepath.Join(dirs.Models, "talker", "abcd")
	for _, spec := range []string{"talker", dir, filepath.Join(dir, SetFile)} {
		s, err := Resolve(spec, dirs)
		if err != nil {
			t.Fatal(err)
		}
		if s.Dir != dir || s.Caption == nil || s.Caption.Set != "talker" {
			t.Errorf("%s: %+v", spec, s)
		}
	}
	if got := dirs.Installed(); !slices.Equal(got, []string{"starter", "talker"}) {
		t.Errorf("installed %v", got)
	}
}

func TestAMixTakesEachTaskFromItsSet(t *testing.T) {
	dirs := installed(t)
	s, err := Resolve("caption=talker,instances=starter", dirs)
	if err != nil {
		t.Fatal(err)
	}
	if s.Caption.Set != "talker" || s.Instances.Set != Starter || s.Classes != nil {
		t.Errorf("caption %+v, instances %+v, classes %v", s.Caption, s.Instances, s.Classes)
	}
	if s.License != "MIT; BSD-3-Clause" {
		t.Errorf("licence %q", s.License)
	}
	both, err := Resolve("caption=starter,classes=starter", dirs)
	if err != nil {
		t.Fatal(err)
	}
	if both.Instances != nil || both.Caption == nil || both.Classes == nil || both.License != "BSD-3-Clause" {
		t.Errorf("%+v", both)
	}
}

func TestAFolderWithAnEqualsSignIsAFolder(t *testing.T) {
	dir := filepath.Join(folder(t, "caption=x/"+SetFile, captions, "caption=x/w", "1"), "caption=x")
	t.Chdir(filepath.Dir(dir))
	if s, err := Resolve("caption=x", Dirs{}); err != nil || s.Name != "talker" {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestAWordThatIsNoSetSaysWhatIs(t *testing.T) {
	dirs := installed(t)
	plain := folder(t, "picture.png", "x")
	file := filepath.Join(plain, "picture.png")
	for _, c := range []struct {
		spec    string
		kind    failure.Kind
		subject string
		want    string
		hint    string
	}{
		{"nothing", failure.Model, "nothing", "there is no such model set", "Known are starter, talker"},
		{"stater", failure.Model, "stater", "there is no such model set", "Did you mean starter?"},
		{"loose", failure.Model, "loose", "there is no such model set", "Known are"},
		{plain, failure.Model, plain, "a folder without a descry.json", "README"},
		{file, failure.Model, file, "is a file, not a model set", "README"},
		{"  ", failure.Usage, "--model", "names no model set", "Write starter"},
		{"captions=starter", failure.Usage, "captions=starter", `"captions" is not a task`, "Did you mean caption?"},
		{"caption=", failure.Usage, "caption=", `"caption=" is not a part of a mix`, "caption=NAME"},
		{"caption=starter,", failure.Usage, "caption=starter,", `"" is not a part of a mix`, "caption=NAME"},
		{"caption=starter,caption=talker", failure.Usage, "caption=starter,caption=talker", "caption appears twice", "once"},
		{"instances=talker", failure.Model, "talker", "the set has no model for instances", "another set"},
		{"caption=nobody", failure.Model, "nobody", "there is no such model set", "Known are"},
	} {
		_, err := Resolve(c.spec, dirs)
		checkFailure(t, c.spec, err, c.kind, c.subject, c.want)
		if f := failure.Of(err, failure.Model); f != nil && !strings.Contains(f.Hint.String(), c.hint) {
			t.Errorf("%s: hint %q, want %q in it", c.spec, f.Hint, c.hint)
		}
	}
}

func TestTheSharedSetLoads(t *testing.T) {
	dir := os.Getenv("DESCRY_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared")
	}
	dir = filepath.Join(dir, "starter", "set")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("needs the starter models in full precision, which are not part of the repository")
	}
	s, err := LoadSet(dir)
	if err != nil {
		t.Fatal(err)
	}
	if s.Caption.Beams != 1 || s.Caption.MaxTokens != 30 || *s.Instances.Score != 0.7 || len(s.Warnings) != 0 {
		t.Errorf("%+v", s)
	}
}

// TestAMixIsWordedForOneTask: so that a change of another task's model does not reload
// this one's.
func TestAMixIsWordedForOneTask(t *testing.T) {
	d := Dirs{Models: t.TempDir()}
	const mix = "caption=blip-base, instances=maskrcnn-v2,classes=starter"
	for _, c := range []struct{ spec, task, want string }{
		{mix, "caption", "caption=blip-base"}, {mix, "instances", "instances=maskrcnn-v2"}, {mix, "classes", Starter},
		{"caption=starter,instances=mine", "classes", "instances=mine"}, {"caption=starter", "classes", "caption=starter"},
		{"starter", "classes", "starter"}, {"instances=starter", "instances", "instances=starter"}, {"instances=starter", "classes", "instances=starter"},
		{"instances=starter, classes=mine", "instances", "starter"}, {"/a=b/c", "caption", "/a=b/c"},
	} {
		if got := d.ForTask(c.spec, c.task); got != c.want {
			t.Errorf("%s for %s: %q, want %q", c.spec, c.task, got, c.want)
		}
	}
}
