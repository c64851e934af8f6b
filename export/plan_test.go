package export

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"descry/internal/failure"
)

func TestFormatsAreReadByName(t *testing.T) {
	got, err := ParseFormats("png, JSON,,png,coco,txt,jpeg,labelmap")
	if want := []Format{FormatPNG, FormatJSON, FormatCOCO, FormatText, FormatJPEG, FormatLabelMap}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v", got, err)
	}
	for list, says := range map[string]string{
		"png,jpg": "Did you mean jpeg?", "cocoo": "Did you mean coco?", "text": "Did you mean txt?", "label": "Did you mean labelmap?",
		"quicktime": "The formats are png, jpeg, txt, json, coco, labelmap.", "": "empty", " , ": "empty", "p\xffg": "\ufffd",
	} {
		_, err := ParseFormats(list)
		if f := failure.Of(err, failure.Model); f == nil || f.Kind != failure.Usage || !strings.Contains(f.Error(), says) {
			t.Errorf("%q: %v", list, err)
		}
	}
	for _, f := range Formats {
		if got, err := ParseFormats(string(f.Format)); err != nil || len(got) != 1 || f.Help == "" {
			t.Errorf("%v: %v, %v", f, got, err)
		}
	}
}

func TestNamesOfAllFilesAreDecidedBeforehand(t *testing.T) {
	all := []Format{FormatPNG, FormatJPEG, FormatText, FormatJSON, FormatCOCO, FormatLabelMap}
	for name, c := range map[string]struct {
		inputs  []string
		formats []Format
		want    []string // the names of one format, the first of formats
	}{
		"plain":               {[]string{"in/a.png", "in/b.jpg"}, all, []string{"a.descry.png", "b.descry.png"}},
		"one stem":            {[]string{"a.png", "a.jpg", "c.png"}, all, []string{"a.png.descry.png", "a.jpg.descry.png", "c.descry.png"}},
		"one stem, text":      {[]string{"a.png", "A.jpg"}, []Format{FormatText}, []string{"a.png.txt", "A.jpg.txt"}},
		"one name":            {[]string{"x/a.png", "y/a.png"}, all, []string{"a.png.descry.png", "a.png-2.descry.png"}},
		"one file twice":      {[]string{"a.png", "a.png", "a.png"}, all, []string{"a.png.descry.png", "a.png-2.descry.png", "a.png-3.descry.png"}},
		"standard input":      {[]string{"-"}, all, []string{"stdin.descry.png"}},
		"coco's own name":     {[]string{"coco.png"}, []Format{FormatJSON, FormatCOCO}, []string{"coco.png.json"}},
		"coco's name is free": {[]string{"coco.png"}, []Format{FormatJSON}, []string{"coco.json"}},
		"no stem":             {[]string{".png"}, all, []string{".png.descry.png"}},
		"over an input":       {[]string{"out/a.jpg", "out/a.descry.png"}, all, []string{"a.jpg.descry.png", "a.descry.descry.png"}},
		"over a later output": {[]string{"a.labelmap.png", "a.png"}, []Format{FormatLabelMap}, []string{"a.labelmap.labelmap.png", "a.labelmap.png"}},
	} {
		plan := Plan(c.inputs, "out", c.formats)
		for i, want := range c.want {
			if got := plan[i][c.formats[0]]; got != filepath.Join("out", want) {
				t.Errorf("%s: %s, want %s", name, got, want)
			}
			if len(plan[i]) != len(c.formats) {
				t.Errorf("%s: %d files for %d formats", name, len(plan[i]), len(c.formats))
			}
			if f, ok := plan[i][FormatCOCO]; ok && f != filepath.Join("out", "coco.json") {
				t.Errorf("%s: coco is %s", name, f)
			}
		}
	}
	if got := Plan(nil, "out", all); len(got) != 0 {
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
		for i, files := range Plan(inputs, "out", []Format{FormatPNG, FormatText, FormatJSON, FormatCOCO, FormatLabelMap}) {
			for f, path := range files {
				if f == FormatCOCO {
					continue
				}
				if who, ok := taken[strings.ToLower(path)]; ok || path == filepath.Join("out", COCOName) {
					t.Fatalf("%q: %s of input %d is the name of %s", inputs, path, i, who)
				}
				taken[strings.ToLower(path)] = fmt.Sprint("input ", i)
			}
		}
	}
}
