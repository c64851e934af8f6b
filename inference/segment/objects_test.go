package segment

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"descry/inference"
	"descry/inference/rle"
)

func TestMapsOfObjectsFollowDetectron2sRule(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "objects.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Height, Width int
		Map           []int
		Items         []struct {
			Score    float32
			Category int
			Mask     string
		}
	}
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	for i, c := range cases {
		in := &inference.Instances{Model: "m", Width: c.Width, Height: c.Height, Categories: []inference.Category{{ID: 3, Name: "three"}}}
		for _, item := range c.Items {
			mask, err := rle.Parse(item.Mask, c.Height, c.Width)
			if err != nil {
				t.Fatal(err)
			}
			in.Items = append(in.Items, inference.Instance{Label: fmt.Sprint("name of ", item.Category), CategoryID: item.Category, Score: item.Score, Mask: &mask})
		}
		got, err := FromObjects(in)
		if err != nil {
			t.Fatal(err)
		}
		counts := make([]int, len(got.Labels))
		for k, want := range c.Map {
			counts[want]++
			if int(got.Map[k]) != want {
				t.Errorf("case %d: pixel %d is %d, want %d", i, k, got.Map[k], want)
				break
			}
		}
		for class, n := range counts {
			if got.Pixels[class] != n {
				t.Errorf("case %d: class %d has %d pixels, want %d", i, class, got.Pixels[class], n)
			}
		}
		if got.From != inference.TaskInstances || got.Labels[0] != inference.Unlabelled || got.Labels[2] != "class 2" && got.Labels[2] != "name of 2" {
			t.Errorf("case %d: from %q, labels %q", i, got.From, got.Labels)
		}
	}
}

func TestInvalidObjectsAreRefused(t *testing.T) {
	mask := rle.FromBitmap([]byte{1}, 1, 1)
	for name, c := range map[string]struct {
		item inference.Instance
		want string
	}{
		"no mask":             {inference.Instance{CategoryID: 1, Score: 0.9}, "have no masks"},
		"another size":        {inference.Instance{CategoryID: 1, Score: 0.9, Mask: &rle.Mask{Height: 2, Width: 1, Counts: []uint32{2}}}, "have no masks"},
		"too many categories": {inference.Instance{CategoryID: 256, Score: 0.9, Mask: &mask}, "categories up to 256; a class map holds 255"},
		"no category":         {inference.Instance{CategoryID: 0, Score: 0.9, Mask: &mask}, "category 0"},
	} {
		in := &inference.Instances{Model: "m", Width: 1, Height: 1, Items: []inference.Instance{c.item}}
		if _, err := FromObjects(in); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// square is an object whose pixels are marked in a row of a picture of one row.
func square(t *testing.T, category int, score float32, row string) inference.Instance {
	t.Helper()
	bits := make([]byte, len(row))
	for i := range bits {
		if row[i] != '.' {
			bits[i] = 1
		}
	}
	mask := rle.FromBitmap(bits, 1, len(row))
	return inference.Instance{Label: fmt.Sprint("name of ", category), CategoryID: category, Score: score, Mask: &mask}
}

func TestObjectsArePaintedByScoreAndWhereTheyAreFree(t *testing.T) {
	for name, c := range map[string]struct {
		items []inference.Instance
		want  []byte
	}{
		"the surer object wins":                {[]inference.Instance{square(t, 1, 0.6, "xxx..."), square(t, 2, 0.7, "..xxx.")}, []byte{1, 1, 2, 2, 2, 0}},
		"of equals the first":                  {[]inference.Instance{square(t, 2, 0.7, "xxx..."), square(t, 1, 0.7, "..xxx.")}, []byte{2, 2, 2, 1, 1, 0}},
		"half covered is painted":              {[]inference.Instance{square(t, 1, 0.9, "xx...."), square(t, 2, 0.8, "xxxx..")}, []byte{1, 1, 2, 2, 0, 0}},
		"more than half covered is not":        {[]inference.Instance{square(t, 1, 0.9, "xxx..."), square(t, 2, 0.8, "xxxx..")}, []byte{1, 1, 1, 0, 0, 0}},
		"what was left out covers nothing":     {[]inference.Instance{square(t, 1, 0.9, "xxx..."), square(t, 2, 0.8, ".xxx.."), square(t, 3, 0.7, "...xx.")}, []byte{1, 1, 1, 3, 3, 0}},
		"the least score is sure enough":       {[]inference.Instance{square(t, 1, 0.5, "x....."), square(t, 2, 0.49, ".....x")}, []byte{1, 0, 0, 0, 0, 0}},
		"an object without pixels is no fault": {[]inference.Instance{square(t, 1, 0.9, "......"), square(t, 2, 0.8, "x.x.x.")}, []byte{2, 0, 2, 0, 2, 0}},
		"nothing":                              {nil, []byte{0, 0, 0, 0, 0, 0}},
	} {
		got, err := FromObjects(&inference.Instances{Model: "m", Width: 6, Height: 1, Items: c.items})
		if err != nil || string(got.Map) != string(c.want) {
			t.Errorf("%s: %v, %v, want %v", name, got, err, c.want)
			continue
		}
		count := make([]int, len(got.Labels))
		for _, class := range got.Map {
			count[class]++
		}
		if fmt.Sprint(count) != fmt.Sprint(got.Pixels) {
			t.Errorf("%s: pixels %v, counted %v", name, got.Pixels, count)
		}
	}
}

func TestCategoriesWithoutNamesAreNumbers(t *testing.T) {
	got, err := FromObjects(&inference.Instances{Width: 1, Height: 1, Items: []inference.Instance{square(t, 4, 0.9, "x")},
		Categories: []inference.Category{{ID: 1, Name: "one"}, {ID: 3, Name: "three"}}})
	if want := fmt.Sprint([]string{inference.Unlabelled, "one", "class 2", "three", "name of 4"}); err != nil || fmt.Sprint(got.Labels) != want {
		t.Errorf("%v, %v, want %s", got, err, want)
	}
}
