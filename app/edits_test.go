package app

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"descry/internal/failure"
	"descry/settings"
	picturestate "descry/ui/state/picture"
)

const someKey = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

func TestAnEditIsFoundAgainByThePicturesContent(t *testing.T) {
	s := editStore{filepath.Join(t.TempDir(), "data", "edits")}
	if e, err := s.load(someKey); e != nil || err != nil {
		t.Fatalf("an empty store gave %v, %v", e, err)
	}
	want := picturestate.Edit{Caption: "a boat – \"harbour\"", Own: true, Earlier: []string{"a boat"}}
	if err := s.save(someKey, "harbour.png", want, false, time.Unix(0, 0)); err != nil {
		t.Fatal(err)
	}
	got, err := s.load(someKey)
	if err != nil || !reflect.DeepEqual(*got, want) {
		t.Errorf("came back as %+v, %v", got, err)
	}
}

func TestAnEditThatWasNotReadKeepsWhatLiesThere(t *testing.T) {
	s := editStore{t.TempDir()}
	first := picturestate.Edit{Caption: "one", Own: true, Earlier: []string{"zero"}}
	if err := s.save(someKey, "x", first, false, time.Now()); err != nil {
		t.Fatal(err)
	}
	if err := s.save(someKey, "x", picturestate.Edit{Caption: "three", Own: true, Earlier: []string{"two"}}, true, time.Now()); err != nil {
		t.Fatal(err)
	}
	got, err := s.load(someKey)
	if want := []string{"zero", "one", "two"}; err != nil || !reflect.DeepEqual(got.Earlier, want) {
		t.Errorf("earlier texts %q, %v, want %q", got.Earlier, err, want)
	}
}

func TestADamagedEditIsKeptAsideAndSaidToBeDamaged(t *testing.T) {
	s := editStore{t.TempDir()}
	path := filepath.Join(s.dir, someKey+".json")
	if err := os.WriteFile(path, []byte(`{"caption": "half`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.load(someKey); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("error %v", err)
	}
	if err := s.save(someKey, "x", picturestate.Edit{Caption: "new", Own: true}, true, time.Now()); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(path + ".damaged"); err != nil || string(text) != `{"caption": "half` {
		t.Errorf("kept aside: %q, %v", text, err)
	}
}

func TestOnlyAContentHashBecomesAFileName(t *testing.T) {
	s := editStore{t.TempDir()}
	for _, key := range []string{"", "../../etc/passwd", "ABCDEF0123456789", "0123", strings.Repeat("a", 65)} {
		if err := s.save(key, "x", picturestate.Edit{Caption: "x"}, false, time.Now()); err == nil {
			t.Errorf("%q was taken for a content hash", key)
		}
	}
	if left, _ := os.ReadDir(s.dir); len(left) > 0 {
		t.Errorf("files were written: %v", left)
	}
}

func TestAnEditThatCannotBeKeptSaysWhere(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	err := editStore{dir}.save(someKey, "x", picturestate.Edit{Caption: "x"}, false, time.Now())
	if f := failure.Of(err, failure.Model); f == nil || f.Kind != failure.Unwritable || !strings.Contains(err.Error(), dir) || !strings.Contains(err.Error(), "stays in the window") {
		t.Errorf("error %v", err)
	}
	if f := failure.Of(saveSettings(filepath.Join(dir, "config"), settings.Default()), failure.Model); f == nil || f.Kind != failure.Unwritable {
		t.Errorf("settings: error %v", f)
	}
}

func TestSettingsComeBackAndDamageGivesDefaults(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "config")
	if got := loadSettings(dir); !reflect.DeepEqual(got, settings.Default()) {
		t.Errorf("absent settings gave %+v", got)
	}
	want := settings.Default()
	want.Opacity, want.Theme, want.Recent = 0.5, settings.ThemeDark, []string{"/a b/c.png"}
	if err := saveSettings(dir, want); err != nil {
		t.Fatal(err)
	}
	if got := loadSettings(dir); !reflect.DeepEqual(got, want) {
		t.Errorf("came back as %+v", got)
	}
	if err := os.WriteFile(settingsPath(dir), []byte("{{{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := loadSettings(dir); !reflect.DeepEqual(got, settings.Default()) {
		t.Errorf("damaged settings gave %+v", got)
	}
}
