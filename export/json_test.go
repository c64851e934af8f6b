package export

import (
	"encoding/json"
	"errors"
	"io/fs"
	"math"
	"slices"
	"testing"

	"descry/inference"
	"descry/inference/rle"
	"descry/internal/failure"
)

// found is a description with every part.
func found() inference.Description {
	m := rle.FromBitmap([]byte{0, 1, 1, 1}, 2, 2)
	return inference.Description{
		Image: "a <b>\xff.png", Name: "a.png", Width: 2, Height: 2,
		Caption: &inference.Caption{Model: "starter", Hypotheses: []inference.Hypothesis{
			{Text: "a dog & a cat", TokenIDs: []int{13, 5}, Score: -0.25}, {Text: "a cat"},
		}},
		Instances: &inference.Instances{Model: "starter", Width: 2, Height: 2, Items: []inference.Instance{
			{Label: "cat", CategoryID: 17, Score: 0.5, Box: [4]float32{0, 0, 1, 2}, Area: 2},
			{Label: "dog", CategoryID: 18, Score: 0.98, Box: [4]float32{0, 0.25, 2, 2}, Area: 3, Mask: &m},
		}},
		Classes: &inference.Classes{Model: "voc", Width: 2, Height: 2,
			Labels: []string{"background", "dog", "cat", "dog"}, Map: []byte{0, 1, 3, 1}, Pixels: []int{1, 2, 0, 1}},
		Timings: inference.Timings{Decode: 1.5, Caption: 20, Instances: 30, Classes: 4},
	}
}

func TestTheLineHasTheFieldsOfTheContractInOrder(t *testing.T) {
	failed := NewErrorLine("x\xfe.png", failure.New(failure.Unsupported, "decode", "x", "it is a folder").WithHint("Name a picture."))
	none := found()
	none.Caption, none.Classes = nil, nil
	none.Instances.Items, none.Timings = nil, inference.Timings{Decode: 1}
	for name, c := range map[string]struct {
		line Line
		want string
	}{
		"all": {NewLine(found()), `{"image":"a <b>` + "\ufffd" + `.png","width":2,"height":2,` +
			`"caption":{"text":"a dog & a cat","token_ids":[13,5],"score":-0.25},` +
			`"captions":[{"text":"a dog & a cat","token_ids":[13,5],"score":-0.25},{"text":"a cat","token_ids":[],"score":0}],` +
			`"instances":[{"label":"dog","category_id":18,"score":0.98,"box":[0,0.25,2,2],"area":3,"segmentation":{"size":[2,2],"counts":"13"}},` +
			`{"label":"cat","category_id":17,"score":0.5,"box":[0,0,1,2],"area":2}],` +
			`"classes":{"labels":["background","dog","cat","dog"],"pixels":{"background":1,"dog":3}},` +
			`"model":{"caption":"starter","instances":"starter","classes":"voc"},` +
			`"timings_ms":{"decode":1.5,"caption":20,"instances":30,"classes":4}}`},
		"only instances, none found": {NewLine(none), `{"image":"a <b>` + "\ufffd" + `.png","width":2,"height":2,"instances":[],` +
			`"model":{"instances":"starter"},"timings_ms":{"decode":1}}`},
		"failed": {failed, `{"image":"x` + "\ufffd" + `.png","error":{"kind":"unsupported","message":"it is a folder. Name a picture."}}`},
	} {
		got, err := c.line.Encode()
		if err != nil || string(got) != c.want {
			t.Errorf("%s (%v):\n%s\nwant\n%s", name, err, got, c.want)
		}
		var back Line
		if err := json.Unmarshal(got, &back); err != nil {
			t.Errorf("%s: %v", name, err)
		} else if again, _ := back.Encode(); string(again) != string(got) {
			t.Errorf("%s: came back as\n%s", name, again)
		}
	}
}

func TestTheLineLeavesTheDescriptionAlone(t *testing.T) {
	r := found()
	l := NewLine(r)
	l.Caption.TokenIDs[0] = 99
	if r.Caption.Hypotheses[0].TokenIDs[0] != 13 || r.Instances.Items[0].Label != "cat" {
		t.Error("the description was changed")
	}
}

func TestAnyErrorHasAKind(t *testing.T) {
	if l := NewErrorLine("a", fs.ErrNotExist); l.Error.Kind != failure.Model || l.Error.Message == "" {
		t.Errorf("%+v", l.Error)
	}
}

func TestNumbersThatJSONCannotWriteAreFailures(t *testing.T) {
	r := found()
	r.Caption.Hypotheses[0].Score = math.NaN()
	_, err := NewLine(r).Encode()
	var f *failure.Failure
	if !errors.As(err, &f) || f.Kind != failure.Model {
		t.Errorf("error is %v", err)
	}
}

func TestPixelsKeepTheOrderOfTheLabels(t *testing.T) {
	var c ClassPixels
	if err := json.Unmarshal([]byte(`{"z":1,"a":2,"\"":3}`), &c); err != nil || !slices.Equal(c, ClassPixels{{"z", 1}, {"a", 2}, {`"`, 3}}) {
		t.Errorf("%v, %v", c, err)
	}
	for _, bad := range []string{`{"a":"b"}`, `{"a":`, `[1]`, `5`} {
		if err := json.Unmarshal([]byte(bad), &c); err == nil {
			t.Errorf("%s was read as %v", bad, c)
		}
	}
}
