package export

import (
	"bytes"
	"encoding/json"
	"fmt"

	"descry/inference"
	"descry/internal/atomicfile"
	"descry/internal/failure"
)

var jsonFormat = Format{
	ID: "json", Suffix: ".json",
	Title: "Everything as JSON", Tip: "All results, as descry describe --json prints them",
	Help: "everything found, as describe --json prints it",
	Write: func(path string, p Picture, mode atomicfile.Mode) error {
		text, err := NewLine(p.Description).Encode()
		if err != nil {
			return err
		}
		return writeText(path, string(text), mode)
	},
}

// Line is the JSON object that `descry describe --json` writes for a picture, and that
// STEM.json holds. A part that was not requested is omitted; one that was requested
// and found nothing is an empty list. Bytes that are not UTF-8 become U+FFFD.
type Line struct {
	Image     string         `json:"image"` // as given
	Width     int            `json:"width,omitempty"`
	Height    int            `json:"height,omitempty"`
	Caption   *LineCaption   `json:"caption,omitempty"`
	Captions  []LineCaption  `json:"captions,omitempty"` // if there are several, all of them, best first
	Instances []LineInstance `json:"instances,omitzero"` // nil: omitted
	Classes   *LineClasses   `json:"classes,omitempty"`
	Model     *LineModel     `json:"model,omitempty"`
	Timings   *LineTimings   `json:"timings_ms,omitempty"`
	Error     *LineError     `json:"error,omitempty"` // if set, only Image is set besides
}

// LineCaption is the best caption. Score is the mean raw log-softmax of the
// emitted tokens, the stop token included.
type LineCaption struct {
	Text     string  `json:"text"`
	TokenIDs []int   `json:"token_ids"` // without prompt, start and end
	Score    float64 `json:"score"`
}

// LineInstance is one object. Box is x1, y1, x2, y2 in pixels.
type LineInstance struct {
	Label        string        `json:"label"`
	CategoryID   int           `json:"category_id"`
	Score        float32       `json:"score"`
	Box          [4]float32    `json:"box"`
	Area         int           `json:"area"`
	Segmentation *Segmentation `json:"segmentation,omitempty"` // nil for a model without masks
}

// Segmentation is a mask as COCO's compressed run lengths.
type Segmentation struct {
	Size   [2]int `json:"size"` // height, width
	Counts string `json:"counts"`
}

// LineClasses holds the classes of the label map. A label's index is its value in the
// map. Pixels omits zeros.
type LineClasses struct {
	From   string      `json:"from,omitempty"` // "instances": made of the objects
	Labels []string    `json:"labels"`
	Pixels ClassPixels `json:"pixels"`
}

// ClassPixels is the number of pixels of each class. In JSON it is an object in the
// order of the labels.
type ClassPixels []ClassCount

// ClassCount is one entry of ClassPixels.
type ClassCount struct {
	Label  string
	Pixels int
}

// MarshalJSON writes {"label": pixels, …} in order.
func (c ClassPixels) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, e := range c {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := marshal(e.Label)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "%s:%d", name, e.Pixels)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// UnmarshalJSON reads what MarshalJSON writes, keeping the order.
func (c *ClassPixels) UnmarshalJSON(text []byte) error {
	d := json.NewDecoder(bytes.NewReader(text))
	if start, err := d.Token(); err != nil || start != json.Delim('{') {
		return fmt.Errorf("pixels are no object: %v %v", start, err)
	}
	*c = ClassPixels{}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return err
		}
		name, ok := key.(string)
		var e ClassCount
		if err := d.Decode(&e.Pixels); err != nil || !ok {
			return fmt.Errorf("pixels of %v: %v", key, err)
		}
		e.Label = name
		*c = append(*c, e)
	}
	return nil
}

// LineModel names the model of each task that was run.
type LineModel struct {
	Caption   string `json:"caption,omitempty"`
	Instances string `json:"instances,omitempty"`
	Classes   string `json:"classes,omitempty"`
}

// LineTimings holds times in milliseconds, without model loading.
type LineTimings struct {
	Decode    float64 `json:"decode"`
	Caption   float64 `json:"caption,omitzero"`
	Instances float64 `json:"instances,omitzero"`
	Classes   float64 `json:"classes,omitzero"`
}

// LineError is the reason why a picture was not described.
type LineError struct {
	Kind    failure.Kind `json:"kind"`
	Message string       `json:"message"`
}

// NewLine returns the line of a described picture. It holds the models' results, not a
// caption written by a person.
func NewLine(d inference.Description) Line {
	timings := LineTimings(d.Timings)
	l := Line{Image: valid(d.Image), Width: d.Width, Height: d.Height, Model: &LineModel{}, Timings: &timings}
	if c := d.Caption; c != nil {
		l.Model.Caption = valid(c.Model)
		if len(c.Hypotheses) > 0 {
			var all []LineCaption
			for _, h := range c.Hypotheses {
				all = append(all, LineCaption{Text: valid(h.Text), TokenIDs: append([]int{}, h.TokenIDs...), Score: h.Score})
			}
			if l.Caption = &all[0]; len(all) > 1 {
				l.Captions = all
			}
		}
	}
	if in := d.Instances; in != nil {
		l.Model.Instances = valid(in.Model)
		l.Instances = make([]LineInstance, 0, len(in.Items))
		for _, i := range inference.ByScore(in.Items) {
			l.Instances = append(l.Instances, lineInstance(in.Items[i]))
		}
	}
	if c := d.Classes; c != nil {
		l.Model.Classes = valid(c.Model)
		l.Classes = lineClasses(c)
	}
	return l
}

// NewErrorLine returns the line of a picture that could not be described.
func NewErrorLine(image string, err error) Line {
	f := failure.Of(err, failure.Model)
	message := f.Message.String()
	if hint := f.Hint.String(); hint != "" {
		message += ". " + hint
	}
	return Line{Image: valid(image), Error: &LineError{f.Kind, valid(message)}}
}

func lineInstance(in inference.Instance) LineInstance {
	l := LineInstance{Label: valid(in.Label), CategoryID: in.CategoryID, Score: in.Score, Box: in.Box, Area: in.Area}
	if in.Mask != nil {
		l.Segmentation = &Segmentation{[2]int{in.Mask.Height, in.Mask.Width}, in.Mask.String()}
	}
	return l
}

// lineClasses adds up classes of the same name, since JSON keys should be unique.
func lineClasses(c *inference.Classes) *LineClasses {
	l := &LineClasses{From: string(c.From), Labels: []string{}, Pixels: ClassPixels{}}
	place := map[string]int{}
	for i, label := range c.Labels {
		label = valid(label)
		l.Labels = append(l.Labels, label)
		if i >= len(c.Pixels) || c.Pixels[i] == 0 {
			continue
		}
		if k, ok := place[label]; ok {
			l.Pixels[k].Pixels += c.Pixels[i]
			continue
		}
		place[label] = len(l.Pixels)
		l.Pixels = append(l.Pixels, ClassCount{label, c.Pixels[i]})
	}
	return l
}

// Encode returns the line as JSON without a newline. It returns an error for NaN and
// infinities, which only a broken model produces.
func (l Line) Encode() ([]byte, error) {
	text, err := marshal(l)
	if err != nil {
		return nil, failure.Wrap(failure.Model, "write", l.Image, err, "")
	}
	return text, nil
}

// marshal is json.Marshal without escaping <, > and &, which are harmless here.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// valid replaces each byte that is not UTF-8 by U+FFFD.
func valid(s string) string { return string([]rune(s)) }
