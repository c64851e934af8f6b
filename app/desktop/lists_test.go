package desktop

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"descry/app/services"
	picturestate "descry/ui/state/picture"
)

func TestALongListIsToldInParts(t *testing.T) {
	b := newBench(t, services.WindowOptions{})
	var paths []string
	for i := range 1000 {
		paths = append(paths, fmt.Sprintf("/p/%d.png", i))
	}
	b.quiet(picturestate.KeepList{List: 2, Paths: paths})
	w, ok := b.perform(picturestate.LookUp{List: 2, At: 500}).(picturestate.Window)
	if !ok || w.List != 2 || w.Count != 1000 || w.At != 500 || len(w.Paths) > 50 || w.Paths[w.At-w.First] != "/p/500.png" {
		t.Errorf("%+v", w)
	}
	b.quiet(picturestate.KeepList{List: 1, Paths: paths[:3]}) // it comes late
	answers(t, b.perform(picturestate.LookUp{List: 1, At: 0}), picturestate.Window{List: 1})
	if w, _ := b.perform(picturestate.LookUp{List: 2, At: 4000}).(picturestate.Window); w.At != 999 {
		t.Errorf("past the end: %+v", w)
	}
}

func TestAFolderIsListedAboutAPicture(t *testing.T) {
	b := newBench(t, services.WindowOptions{})
	dir := t.TempDir()
	for _, name := range []string{"2.png", "10.png", "1.png", "notes.txt"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	one, two, ten := filepath.Join(dir, "1.png"), filepath.Join(dir, "2.png"), filepath.Join(dir, "10.png")
	answers(t, b.perform(picturestate.ListFolder{List: 1, Dir: dir, Path: two}), picturestate.Window{List: 1, Count: 3, At: 1, Paths: []string{one, two, ten}})
	answers(t, b.perform(picturestate.LookUp{List: 1, At: 2}), picturestate.Window{List: 1, Count: 3, At: 2, Paths: []string{one, two, ten}})
	odd := filepath.Join(dir, "notes.txt")
	answers(t, b.perform(picturestate.ListFolder{List: 2, Dir: dir, Path: odd}), picturestate.Window{List: 2, Count: 4, Paths: []string{odd, one, two, ten}})
	gone := filepath.Join(dir, "gone", "x.png")
	answers(t, b.perform(picturestate.ListFolder{List: 3, Dir: filepath.Dir(gone), Path: gone}), picturestate.Window{List: 3, Count: 1, Paths: []string{gone}})
}

func TestWhatWasPastedIsForgottenWhenItWasLeft(t *testing.T) {
	b := newBench(t, services.WindowOptions{})
	b.gallery.keepClip(7, pngOf(t, 5, 3))
	clip := picturestate.Source{Kind: picturestate.SourceClip, Clip: 7}
	if a, ok := b.perform(picturestate.Decode{Picture: 1, Source: clip}).(picturestate.Decoded); !ok {
		t.Fatalf("%+v", a)
	}
	b.quiet(picturestate.ReleaseClip{Clip: 7})
	if a, ok := b.perform(picturestate.Decode{Picture: 2, Source: clip}).(picturestate.DecodeFailed); !ok {
		t.Errorf("its bytes are kept: %+v", a)
	}
}
