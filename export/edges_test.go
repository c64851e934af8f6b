package export

import (
	"bytes"
	"encoding/json"
	"image"
	"os"
	"path/filepath"
	"testing"

	"descry/inference"
	"descry/internal/atomicfile"
	"descry/internal/failure"
)

func TestAJPEGMayBeAsLongAsTheFormatAllows(t *testing.T) {
	dir := t.TempDir()
	for i, c := range []struct {
		w, h int
		fits bool
	}{{65535, 1, true}, {1, 65535, true}, {65536, 1, false}, {1, 65536, false}} {
		path := filepath.Join(dir, string(rune('a'+i))+".jpg")
		err := jpegFormat.Write(path, drawn(image.NewRGBA(image.Rect(0, 0, c.w, c.h))), atomicfile.Exclusive)
		if f := failure.Of(err, failure.Model); c.fits != (err == nil) || !c.fits && f.Kind != failure.TooLarge {
			t.Errorf("%d × %d: %v", c.w, c.h, err)
		}
	}
}

func TestAClassMapHasThePicturesSize(t *testing.T) {
	dir := t.TempDir()
	for i, c := range []struct {
		w, h, n int
		fits    bool
	}{{2, 3, 6, true}, {1, 1, 1, true}, {2, 3, 5, false}, {2, 3, 7, false}, {0, 3, 0, false}, {3, 0, 0, false}, {0, 0, 0, false}, {-1, -1, 1, false}, {-2, -3, 6, false}} {
		path := filepath.Join(dir, string(rune('a'+i))+".png")
		err := writeLabelMap(path, &inference.Classes{Width: c.w, Height: c.h, Map: make([]byte, c.n)}, atomicfile.Exclusive)
		_, there := os.Stat(path)
		if c.fits != (err == nil) || c.fits != (there == nil) || !c.fits && failure.Of(err, failure.Usage).Kind != failure.Model {
			t.Errorf("%d × %d of %d bytes: %v", c.w, c.h, c.n, err)
		}
	}
}

// The names of the categories are the model's, also of those that no object has;
// an object's label names a category that the model does not list.
func TestCategoriesOfACOCOFileAreThoseOfTheModel(t *testing.T) {
	c := cocoFormat.Start()
	add := func(in inference.Instances) {
		if err := c.Add(Picture{Description: inference.Description{Name: "a", Width: 9, Height: 9, Instances: &in}}); err != nil {
			t.Fatal(err)
		}
	}
	add(inference.Instances{
		Categories: []inference.Category{{ID: 7, Name: "train"}, {ID: 1, Name: "person"}},
		Items:      []inference.Instance{{Label: "a person", CategoryID: 1, Score: 0.5}, {Label: "ghost", CategoryID: 3, Score: 0.6}},
	})
	add(inference.Instances{Items: []inference.Instance{{Label: "spirit", CategoryID: 3, Score: 0.4}}})
	want := []cocoCategory{{1, "person"}, {3, "ghost"}, {7, "train"}}
	var first []byte
	for range 2 { // a second file equals the first
		path := filepath.Join(t.TempDir(), "coco.json")
		if err := c.Write(path, atomicfile.Exclusive); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(path)
		var file cocoFile
		if err == nil {
			err = json.Unmarshal(text, &file)
		}
		if err != nil || len(file.Categories) != len(want) {
			t.Fatalf("%s, %v", text, err)
		}
		for i, w := range want {
			if file.Categories[i] != w {
				t.Errorf("category %d is %v, want %v", i, file.Categories[i], w)
			}
		}
		for i, a := range file.Annotations {
			if image := []int{1, 1, 2}[i]; a.ID != i+1 || a.ImageID != image {
				t.Errorf("annotation %d has the ID %d and belongs to image %d", i, a.ID, a.ImageID)
			}
		}
		if first != nil && !bytes.Equal(first, text) {
			t.Errorf("the second file is\n%s\nthe first\n%s", text, first)
		}
		first = text
	}
}

func TestClassesOfOneNameAreAddedUp(t *testing.T) {
	l := lineClasses(&inference.Classes{
		Labels: []string{"sky", "dog", "none", "dog", "cat", "dog", "beyond"}, Pixels: []int{1, 2, 0, 4, 8, 16},
	})
	want := ClassPixels{{"sky", 1}, {"dog", 22}, {"cat", 8}}
	if len(l.Pixels) != len(want) || len(l.Labels) != 7 {
		t.Fatalf("%+v", l)
	}
	for i, w := range want {
		if l.Pixels[i] != w {
			t.Errorf("%v, want %v", l.Pixels, want)
		}
	}
}

func TestOfSeveralErrorsTheFirstIsReturned(t *testing.T) {
	dir := t.TempDir()
	b := NewPlan([]string{"a.png"}, dir, formats(t, "txt,json,labelmap")).Start(atomicfile.Exclusive)
	p := drawn(photograph())
	for _, name := range []string{"a.txt", "a.json"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("old"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if f := failure.Of(b.Picture(0, p), failure.Model); f == nil || filepath.Base(f.Subject) != "a.txt" {
		t.Errorf("%v", f)
	}
	if got, want := names(t, dir), "a.json a.labelmap.png a.txt"; got != want {
		t.Errorf("files %s, want %s", got, want)
	}
}

// An input is the same file by whatever path: its own folder, or from the root.
func TestNoFileIsWrittenOverAnInputOfAnotherPath(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		inputs []string
		out    string
	}{
		{[]string{"a.png", "a.descry.png"}, dir},
		{[]string{"a.png", filepath.Join(dir, "a.descry.png")}, "."},
		{[]string{"a.png", filepath.Join("x", "..", "A.descry.PNG")}, "."},
	} {
		if got := filepath.Base(NewPlan(c.inputs, c.out, formats(t, "png")).Each[0]["png"]); got != "a.png.descry.png" {
			t.Errorf("%v to %s: %s", c.inputs, c.out, got)
		}
	}
}

func TestCaptionsOfALine(t *testing.T) {
	line := func(texts ...string) Line {
		c := &inference.Caption{}
		for _, text := range texts {
			c.Hypotheses = append(c.Hypotheses, inference.Hypothesis{Text: text})
		}
		return NewLine(inference.Description{Caption: c})
	}
	if l := line(); l.Caption != nil || l.Captions != nil {
		t.Errorf("of no caption: %+v", l)
	}
	if l := line("a"); l.Caption == nil || l.Caption.Text != "a" || l.Captions != nil {
		t.Errorf("of one: %+v", l)
	}
	if l := line("a", "b"); l.Caption == nil || l.Caption.Text != "a" || len(l.Captions) != 2 || l.Captions[1].Text != "b" {
		t.Errorf("of two: %+v", l)
	}
}

func TestLabelsAreWrittenAsValidText(t *testing.T) {
	l := lineClasses(&inference.Classes{Labels: []string{"a\xff", "a\ufffd"}, Pixels: []int{1, 2}})
	if len(l.Pixels) != 1 || l.Pixels[0] != (ClassCount{"a\ufffd", 3}) || l.Labels[0] != "a\ufffd" {
		t.Errorf("%+v", l)
	}
	pixels := ClassPixels{{"old", 1}}
	if err := json.Unmarshal([]byte(`{"new":2}`), &pixels); err != nil || len(pixels) != 1 || pixels[0] != (ClassCount{"new", 2}) {
		t.Errorf("%v, %v", pixels, err)
	}
}
