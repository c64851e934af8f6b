package catalogue

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"

	"descry/internal/failure"
)

const (
	mostFile  = 1 << 20 // bytes of a catalogue
	mostDepth = 8       // of its braces
	mostItems = 4096    // values of all sorts in it
)

// file is the form of a catalogue in JSON.
type file struct {
	Format int `json:"format"`
	Catalogue
}

// Load reads the catalogue in a file. Errors are *failure.Failure of kind Model
// with the place of what is wrong.
func Load(path string) (Catalogue, error) {
	const correctSetting = "Correct --catalogue or DESCRY_CATALOGUE."
	unreadable := func(err error) *failure.Failure {
		return failure.New(failure.Model, "load", path, "the catalogue could not be read: %s", failure.Plain(err))
	}
	f, err := os.Open(path)
	if err != nil {
		return Catalogue{}, unreadable(err).WithHint(correctSetting)
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return Catalogue{}, failure.New(failure.Model, "load", path, "this is not a file").WithHint(correctSetting)
	}
	text, err := io.ReadAll(io.LimitReader(f, mostFile+1))
	if err != nil {
		return Catalogue{}, unreadable(err)
	}
	c, err := Parse(text)
	if err != nil {
		return Catalogue{}, failure.Wrap(failure.Model, "load", path, err, "Correct the file; models/README.md describes its format.")
	}
	return c, nil
}

// Parse reads a catalogue in JSON. It refuses whatever it does not understand:
// unknown keys, keys that stand twice, values of another kind, entries that
// Check refuses; size, depth and number of values are bounded before anything
// is taken over. A model without a revision gets the first eight digits of its
// weights' sum, or Main; one without a title its name.
func Parse(text []byte) (Catalogue, error) {
	if len(text) > mostFile {
		return Catalogue{}, failure.Worded(nil, "the file has more than %d bytes", mostFile)
	}
	if err := walk(text); err != nil {
		return Catalogue{}, err
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	var f file
	if err := d.Decode(&f); err != nil {
		return Catalogue{}, describe(err)
	}
	if f.Format != 1 {
		return Catalogue{}, failure.Worded(nil, "format is %d; this program reads \"format\": 1", f.Format)
	}
	if len(f.Models) == 0 && len(f.Sets) == 0 {
		return Catalogue{}, failure.Worded(nil, "the file names no models")
	}
	for i := range f.Models {
		f.Models[i].fill()
	}
	c := Catalogue{f.Models, f.Sets}
	// Sets may name official models, so they are checked where the two meet.
	return c, Catalogue{Models: c.Models}.Check()
}

// fill puts defaults where an entry leaves something out.
func (m *Model) fill() {
	if m.Title == "" {
		m.Title = m.Name
	}
	if m.Revision != "" {
		return
	}
	m.Revision = Main
	switch w := m.Weights(); {
	case isHex(w.SHA256, 64):
		m.Revision = w.SHA256[:8]
	case len(w.Starts) >= 8:
		m.Revision = w.Starts[:8]
	}
}

// walk reads the JSON token by token: keys that stand twice, too deep, too many.
func walk(text []byte) error {
	type level struct {
		keys   map[string]bool // nil in a list
		isName bool
	}
	var stack []level
	d := json.NewDecoder(bytes.NewReader(text))
	for items := 0; ; items++ {
		t, err := d.Token()
		if errors.Is(err, io.EOF) && items > 0 {
			return nil
		}
		if err != nil {
			return failure.Worded(nil, "the file is not valid JSON: line %d: %v", lineAt(text, d.InputOffset()), describe(err))
		}
		if items > mostItems {
			return failure.Worded(nil, "the file has more than %d values", mostItems)
		}
		top := len(stack) - 1
		if top < 0 && items > 0 {
			return failure.Worded(nil, "something follows the closing brace")
		}
		if delim, ok := t.(json.Delim); ok && (delim == '}' || delim == ']') {
			stack = stack[:top]
			continue
		}
		if top >= 0 && stack[top].keys != nil {
			if stack[top].isName = !stack[top].isName; stack[top].isName {
				key, _ := t.(string) // in a key's place it is one, or Token fails
				if stack[top].keys[key] {
					return failure.Worded(nil, "line %d: the key %q appears twice", lineAt(text, d.InputOffset()), short(key))
				}
				stack[top].keys[key] = true
				continue
			}
		}
		switch t {
		case json.Delim('{'):
			stack = append(stack, level{keys: map[string]bool{}})
		case json.Delim('['):
			stack = append(stack, level{})
		}
		if len(stack) > mostDepth {
			return failure.Worded(nil, "line %d: braces are nested deeper than %d", lineAt(text, d.InputOffset()), mostDepth)
		}
	}
}

func lineAt(text []byte, offset int64) int {
	return 1 + bytes.Count(text[:min(max(offset, 0), int64(len(text)))], []byte("\n"))
}

// describe words an error of the decoder.
func describe(err error) error {
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &kind) && kind.Field != "":
		return failure.Worded(nil, "%s is a JSON %s, which is the wrong type", short(kind.Field), kind.Value)
	case errors.As(err, &kind):
		return failure.Worded(nil, "the file is a JSON %s instead of an object {…}", kind.Value)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return failure.Worded(nil, "the end is missing")
	}
	return errors.New(short(err.Error()))
}
