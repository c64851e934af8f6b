package services

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"descry/internal/failure"
	"descry/models/catalogue"
)

// catalogueFile writes a catalogue of one model and a set of it.
func catalogueFile(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name+".json")
	text := `{"format": 1, "models": [{"name": "` + name + `", "for": "caption", "architecture": "blip", "licence": "unknown", "files": [{"name": "m.bin", "url": "https://example.org/m.bin", "role": "weights", "bytes": 3, "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}]}],
		"sets": [{"name": "all-` + name + `", "title": "All", "models": {"caption": ["` + name + `"]}}]}`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestACatalogueFileThatIsNamedGoesBeforeTheVariable(t *testing.T) {
	birds, fish := catalogueFile(t, "birds"), catalogueFile(t, "fish")
	for name, c := range map[string]struct {
		variable, named string
		with, without   string
	}{
		"neither":      {"", "", "blip-base", "birds"},
		"the variable": {birds, "", "birds", "fish"},
		"both":         {birds, fish, "fish", "birds"},
	} {
		s := newServices(t, map[string]string{"DESCRY_CATALOGUE": c.variable})
		all, err := s.Catalogue(c.named)
		if err != nil {
			t.Fatal(err)
		}
		if names := all.Names(); !slices.Contains(names, c.with) || !slices.Contains(names, "blip-base") || slices.Contains(names, c.without) {
			t.Errorf("%s: %v", name, names)
		}
		store, err := s.ModelStore(c.named, false)
		if err != nil || !slices.Contains(store.Catalogue.Names(), c.with) || store.Models != s.Dirs.Models() {
			t.Errorf("%s: the store has %v, %v", name, store.Catalogue.Names(), err)
		}
		if c.with != "blip-base" && !slices.ContainsFunc(s.ModelDirs(c.named).Sets, func(set catalogue.Set) bool { return set.Name == "all-"+c.with }) {
			t.Errorf("%s: its set is missing", name)
		}
	}
}

func TestACatalogueFileThatCannotBeUsedLeavesTheOfficialModels(t *testing.T) {
	twice := catalogueFile(t, "blip-base")
	for name, path := range map[string]string{"absent": "/no/such.json", "twice": twice} {
		s := newServices(t, nil)
		all, err := s.Catalogue(path)
		if f := failure.Of(err, ""); f == nil || f.Kind != failure.Model || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", name, err)
		}
		if !slices.Contains(all.Names(), "blip-base") {
			t.Errorf("%s: the official models are gone", name)
		}
		if _, err := s.ModelStore(path, false); err == nil {
			t.Errorf("%s: there is a store", name)
		}
		if _, err := s.Resolve("starter", path); err == nil {
			t.Errorf("%s: a set was resolved", name)
		}
	}
}

func TestTheDefaultSetIsWhatHasArrived(t *testing.T) {
	s := newServices(t, nil)
	set, err := s.Resolve("", "")
	if err != nil || set.Name != "starter" || len(set.Tasks()) != 3 {
		t.Fatalf("%+v, %v", set, err)
	}
	if _, err := os.Stat(filepath.Join(s.Dirs.Models(), "starter")); err != nil {
		t.Error("the built-in set was not unpacked into the cache")
	}
}
