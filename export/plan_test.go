package export

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"descry/inference"
	"descry/internal/atomicfile"
	"descry/internal/failure"
)

func TestFormatsAreReadByName(t *testing.T) {
	got, err := ParseFormats("png, JSON,,png,coco,txt,jpeg,labelmap")
	if want := []string{"png", "json", "coco", "txt", "jpeg", "labelmap"}; err != nil || !slices.Equal(ids(got), want) {
		t.Errorf("%v, %v", ids(got), err)
	}
	for list, says := range map[string]string{
		"png,jpg": "Did you mean jpeg?", "cocoo": "Did you mean coco?", "text": "Did you mean txt?", "label": "Did you mean labelmap?",
		"quicktime": "The formats are " + strings.Join(IDs(), ", "), "": "empty", " , ": "empty", "p\xffg": "\ufffd",
	} {
		_, err := ParseFormats(list)
		if f := failure.Of(err, failure.Model); f == nil || f.Kind != failure.Usage || !strings.Contains(f.Error(), says) {
			t.Errorf("%q: %v", list, err)
		}
	}
	for _, f := range Formats {
		if got, err := ParseFormats(f.ID); err != nil || len(got) != 1 || got[0].ID != f.ID {
			t.Errorf("%s: %v, %v", f.ID, ids(got), err)
		}
	}
}

func TestEveryRowOfTheTableIsWhole(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range Formats {
		switch {
		case f.ID == "" || f.ID != strings.ToLower(f.ID) || f.Suffix == "" || f.Title == "" || f.Tip == "" || f.Help == "":
			t.Errorf("%s: something is not said: %+v", f.ID, f)
		case (f.Write == nil) == (f.Start == nil):
			t.Errorf("%s writes either a file a picture or one a run", f.ID)
		case (f.Start != nil) != (f.RunFile != ""):
			t.Errorf("%s: the run's file is %q", f.ID, f.RunFile)
		case f.Drawn && !slices.Contains(f.Endings, filepath.Ext(f.Suffix)):
			t.Errorf("%s: %s is none of its endings", f.ID, f.Suffix)
		}
		for _, name := range append([]string{f.ID, f.Suffix}, f.Endings...) {
			if seen[name] {
				t.Errorf("%s: %s stands twice in the table", f.ID, name)
			}
			seen[name] = true
		}
	}
	if _, ok := Find("nothing"); ok {
		t.Error("there is a format that is none")
	}
}

func ids(formats []Format) []string {
	var all []string
	for _, f := range formats {
		all = append(all, f.ID)
	}
	return all
}

// formats returns formats by their IDs.
func formats(t *testing.T, list string) []Format {
	t.Helper()
	all, err := ParseFormats(list)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestNamesOfAllFilesAreDecidedBeforehand(t *testing.T) {
	const all = "png,jpeg,txt,json,coco,labelmap"
	for name, c := range map[string]struct {
		inputs  []string
		formats string
		want    []string // the names of one format, the first of formats
	}{
		"plain":               {[]string{"in/a.png", "in/b.jpg"}, all, []string{"a.descry.png", "b.descry.png"}},
		"one stem":            {[]string{"a.png", "a.jpg", "c.png"}, all, []string{"a.png.descry.png", "a.jpg.descry.png", "c.descry.png"}},
		"one stem, text":      {[]string{"a.png", "A.jpg"}, "txt", []string{"a.png.txt", "A.jpg.txt"}},
		"one name":            {[]string{"x/a.png", "y/a.png"}, all, []string{"a.png.descry.png", "a.png-2.descry.png"}},
		"one file twice":      {[]string{"a.png", "a.png", "a.png"}, all, []string{"a.png.descry.png", "a.png-2.descry.png", "a.png-3.descry.png"}},
		"standard input":      {[]string{"-"}, all, []string{"stdin.descry.png"}},
		"coco's own name":     {[]string{"coco.png"}, "json,coco", []string{"coco.png.json"}},
		"coco's name is free": {[]string{"coco.png"}, "json", []string{"coco.json"}},
		"no stem":             {[]string{".png"}, all, []string{".png.descry.png"}},
		"over an input":       {[]string{"out/a.jpg", "out/a.descry.png"}, all, []string{"a.jpg.descry.png", "a.descry.descry.png"}},
		"over a later output": {[]string{"a.labelmap.png", "a.png"}, "labelmap", []string{"a.labelmap.labelmap.png", "a.labelmap.png"}},
	} {
		wanted := formats(t, c.formats)
		plan := NewPlan(c.inputs, "out", wanted)
		for i, want := range c.want {
			if got := plan.Each[i][wanted[0].ID]; got != filepath.Join("out", want) {
				t.Errorf("%s: %s, want %s", name, got, want)
			}
			if n := len(plan.Each[i]) + len(plan.Run); n != len(wanted) {
				t.Errorf("%s: %d files for %d formats", name, n, len(wanted))
			}
		}
		if got, ok := plan.Run["coco"]; ok != strings.Contains(c.formats, "coco") || ok && got != filepath.Join("out", "coco.json") {
			t.Errorf("%s: coco is %s", name, got)
		}
	}
	if got := NewPlan(nil, "out", formats(t, all)); len(got.Each) != 0 {
		t.Errorf("of nothing: %v", got)
	}
}

func TestNoFileGetsTheNameOfAnotherOrOfAnInput(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	parts := []string{"a", "A", "a.png", "a.descry", "coco", "a.png-2", "a.labelmap", "b"}
	ends := []string{".png", ".jpg", "", ".json", ".txt", ".PNG"}
	for range 500 {
		var inputs []string
		for range rng.IntN(9) {
			inputs = append(inputs, filepath.Join([]string{"out", "in"}[rng.IntN(2)], parts[rng.IntN(len(parts))]+ends[rng.IntN(len(ends))]))
		}
		taken := map[string]string{}
		for _, in := range inputs {
			taken[strings.ToLower(in)] = "the input"
		}
		for i, files := range NewPlan(inputs, "out", formats(t, "png,txt,json,coco,labelmap")).Each {
			for _, path := range files {
				if who, ok := taken[strings.ToLower(path)]; ok || path == filepath.Join("out", "coco.json") {
					t.Fatalf("%q: %s of input %d is the name of %s", inputs, path, i, who)
				}
				taken[strings.ToLower(path)] = fmt.Sprint("input ", i)
			}
		}
	}
}

// names lists the files of a folder.
func names(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return strings.Join(all, " ")
}

func TestABatchWritesThePlannedFiles(t *testing.T) {
	dir := t.TempDir()
	b := NewPlan([]string{"a.png", "b.png", "c.png"}, dir, formats(t, "txt,json,coco,labelmap,png")).Start(atomicfile.Exclusive)
	a := drawn(photograph())
	a.Image, a.Name = "a.png", "a.png"
	bare := Picture{Description: inference.Description{Image: "c.png", Name: "c.png", Instances: &inference.Instances{}, Width: 4, Height: 3}, Draw: a.Draw}
	for i, p := range map[int]Picture{0: a, 2: bare} { // the second could not be described
		if err := b.Picture(i, p); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := names(t, dir), "a.descry.png a.json a.labelmap.png a.txt c.descry.png c.json"; got != want {
		t.Errorf("files %s, want %s", got, want)
	}
	if err := b.Finish(); err != nil {
		t.Fatal(err)
	}
	var file cocoFile
	text, err := os.ReadFile(filepath.Join(dir, "coco.json"))
	if err == nil {
		err = json.Unmarshal(text, &file)
	}
	if err != nil || len(file.Images) != 2 || len(file.Annotations) != 2 {
		t.Errorf("%s, %v", text, err)
	}
	// An existing file is an error, but the other files are written.
	if err := os.Remove(filepath.Join(dir, "a.txt")); err != nil {
		t.Fatal(err)
	}
	if err := b.Picture(0, a); !errors.Is(err, fs.ErrExist) || !strings.Contains(names(t, dir), "a.txt") {
		t.Errorf("%v, files %s", err, names(t, dir))
	}
	if err := b.Finish(); !errors.Is(err, fs.ErrExist) {
		t.Error(err)
	}
}
