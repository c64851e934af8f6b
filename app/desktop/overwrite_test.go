package desktop

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"descry/export"
	picturestate "descry/ui/state/picture"
)

// An existing file is replaced if the person has agreed, even next to the picture. The
// picture itself never is.
func TestAFileThatIsThereIsReplacedWhenAgreed(t *testing.T) {
	g, dir := galleryWithSample(t), t.TempDir()
	original, there := filepath.Join(dir, "a.png"), filepath.Join(dir, "a.txt")
	for _, path := range []string{original, there} {
		if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	e := picturestate.WriteFile{Target: picturestate.Target{Write: 1, Path: there, Original: original}, Format: "txt", Description: writtenDescription()}
	if a, ok := performWrite(t, g, e).(picturestate.ExportFailed); !ok || !a.Exists {
		t.Errorf("without being asked: %+v", a)
	}
	for _, original := range []string{original, filepath.Join(dir, "gone.png"), ""} {
		if err := os.WriteFile(there, []byte("old"), 0o600); err != nil {
			t.Fatal(err)
		}
		e.Overwrite, e.Original = true, original
		if a := performWrite(t, g, e); a != (picturestate.Exported{Write: 1, Path: there}) {
			t.Errorf("of %q: %+v", original, a)
		}
		if text, err := os.ReadFile(there); err != nil || string(text) != "a dog\n" {
			t.Errorf("of %q: the file holds %q, %v", original, text, err)
		}
	}
}

func TestSameFile(t *testing.T) {
	dir := t.TempDir()
	a, b, link := filepath.Join(dir, "a"), filepath.Join(dir, "b"), filepath.Join(dir, "link")
	for _, path := range []string{a, b} {
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Link(a, link); err != nil {
		t.Skip(err)
	}
	absent := filepath.Join(dir, "absent")
	for _, c := range []struct {
		a, b string
		want bool
	}{{a, a, true}, {a, link, true}, {link, a, true}, {a, b, false}, {a, absent, false}, {absent, a, false}, {absent, absent, false}, {a, "", false}, {"", "", false}} {
		if got := sameFile(c.a, c.b); got != c.want {
			t.Errorf("%q and %q are one file: %v", c.a, c.b, got)
		}
	}
}

func TestTheWindowHasEveryFormat(t *testing.T) {
	all := formats()
	if len(all) != len(export.Formats) || len(all) == 0 {
		t.Fatalf("%d formats of %d", len(all), len(export.Formats))
	}
	for i, f := range export.Formats {
		if got := all[i]; got.ID != f.ID || got.Suffix != f.Suffix || got.Drawn != f.Drawn || got.Title != f.Title || got.Tip != f.Tip ||
			!slices.Equal(got.Endings, f.Endings) || !slices.Equal(got.Needs, f.Needs) {
			t.Errorf("%+v, want %+v", got, f)
		}
	}
}
