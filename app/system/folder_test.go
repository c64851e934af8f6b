package system

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestAFoldersPicturesComeInTheOrderPeopleCount(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"IMG_10.jpg", "IMG_2.JPG", "img_1.png", "notes.txt", ".hidden.png", "IMG_002.jpg", "a.webp"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	paths, err := PicturesIn(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range paths {
		got = append(got, filepath.Base(p))
	}
	want := []string{"a.webp", "img_1.png", "IMG_002.jpg", "IMG_2.JPG", "IMG_10.jpg"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if _, err := PicturesIn(filepath.Join(dir, "absent")); err == nil {
		t.Error("an absent folder gave no error")
	}
}

func FuzzTheNaturalOrderIsAnOrder(f *testing.F) {
	f.Add("a1", "a01", "a10")
	f.Add("", "0", "00x")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		if compareNatural(a, b) != -compareNatural(b, a) {
			t.Errorf("%q and %q: not antisymmetric", a, b)
		}
		if (compareNatural(a, b) == 0) != (a == b) {
			t.Errorf("%q and %q: equal only in order or only in bytes", a, b)
		}
		if compareNatural(a, b) < 0 && compareNatural(b, c) < 0 && compareNatural(a, c) >= 0 {
			t.Errorf("%q < %q < %q: not transitive", a, b, c)
		}
	})
}
