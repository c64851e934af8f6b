package services

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"descry/internal/failure"
	"descry/settings"
)

const someKey = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

func TestAnEditIsFoundAgainByThePicturesContent(t *testing.T) {
	s := Edits{filepath.Join(t.TempDir(), "data", "edits")}
	if e, err := s.Load(someKey); e != nil || err != nil {
		t.Fatalf("an empty store gave %v, %v", e, err)
	}
	want := Edit{Caption: "a boat – \"harbour\"", Own: true, Earlier: []string{"a boat"}}
	if err := s.Save(someKey, "harbour.png", want, false, time.Unix(0, 0)); err != nil {
		t.Fatal(err)
	}
	got, err := s.Load(someKey)
	if err != nil || !reflect.DeepEqual(*got, want) {
		t.Errorf("came back as %+v, %v", got, err)
	}
}

func TestAnEditThatWasNotReadKeepsWhatLiesThere(t *testing.T) {
	s := Edits{t.TempDir()}
	first := Edit{Caption: "one", Own: true, Earlier: []string{"zero"}}
	if err := s.Save(someKey, "x", first, false, time.Now()); err != nil {
		t.Fatal(err)
	}
	if err := s.Save(someKey, "x", Edit{Caption: "three", Own: true, Earlier: []string{"two"}}, true, time.Now()); err != nil {
		t.Fatal(err)
	}
	got, err := s.Load(someKey)
	if want := []string{"zero", "one", "two"}; err != nil || !reflect.DeepEqual(got.Earlier, want) {
		t.Errorf("earlier texts %q, %v, want %q", got.Earlier, err, want)
	}
}

func TestADamagedEditIsKeptAsideAndSaidToBeDamaged(t *testing.T) {
	s := Edits{t.TempDir()}
	path := filepath.Join(s.dir, someKey+".json")
	if err := os.WriteFile(path, []byte(`{"caption": "half`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Load(someKey); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("error %v", err)
	}
	if err := s.Save(someKey, "x", Edit{Caption: "new", Own: true}, true, time.Now()); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(path + ".damaged"); err != nil || string(text) != `{"caption": "half` {
		t.Errorf("kept aside: %q, %v", text, err)
	}
}

func TestOnlyAContentHashBecomesAFileName(t *testing.T) {
	s := Edits{t.TempDir()}
	for _, key := range []string{"", "../../etc/passwd", "ABCDEF0123456789", "0123", strings.Repeat("a", 65)} {
		if err := s.Save(key, "x", Edit{Caption: "x"}, false, time.Now()); err == nil {
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
	err := Edits{dir}.Save(someKey, "x", Edit{Caption: "x"}, false, time.Now())
	if f := failure.Of(err, failure.Model); f == nil || f.Kind != failure.Unwritable || !strings.Contains(err.Error(), dir) || !strings.Contains(err.Error(), "is still in the window") {
		t.Errorf("error %v", err)
	}
	if f := failure.Of(SaveSettings(filepath.Join(dir, "config"), settings.Default()), failure.Model); f == nil || f.Kind != failure.Unwritable {
		t.Errorf("settings: error %v", f)
	}
}
