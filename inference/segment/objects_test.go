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
