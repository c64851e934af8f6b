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
	maxFile  = 1 << 20 // bytes of a catalogue
	maxDepth = 8       // of nested braces
	maxItems = 4096    // JSON values of all kinds
)

// catalogueFile is the JSON form of a catalogue.
type catalogueFile struct {
	Format int `json:"format"`
	Catalogue
}

// Load reads a catalogue file. Errors are *failure.Failure of kind Model with the place
// of the mistake.
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
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return Catalogue{}, unreadable(err)
	}
	c, err := Parse(text)
	if err != nil {
		return Catalogue{}, failure.Wrap(failure.Model, "load", path, err, "Correct the file; models/README.md describes its format.")
	}
	return c, nil
}

// Parse parses a catalogue in JSON. Unknown and duplicate keys, values of the wrong type
// and entries that Check rejects are errors. Size, depth and number of values are
// limited before anything is decoded. A model without a revision gets the first eight
// digits of its weights' sum, or Main; one without a title gets its name.
func Parse(text []byte) (Catalogue, error) {
	if len(text) > maxFile {
		return Catalogue{}, failure.Worded(nil, "the file has more than %d bytes", maxFile)
	}
	if err := walk(text); err != nil {
		return Catalogue{}, err
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	var f catalogueFile
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
	// Sets may name official models, so they are checked by the caller's Add.
	return c, Catalogue{Models: c.Models}.Check()
}

// fill sets the defaults of missing fields.
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

// walk reads the JSON token by token and returns an error for duplicate keys, too deep
// nesting and too many values.
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
		if items > maxItems {
			return failure.Worded(nil, "the file has more than %d values", maxItems)
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
				key, _ := t.(string) // in a key's position it is a string, or Token fails
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
		if len(stack) > maxDepth {
			return failure.Worded(nil, "line %d: braces are nested deeper than %d", lineAt(text, d.InputOffset()), maxDepth)
		}
	}
}

func lineAt(text []byte, offset int64) int {
	return 1 + bytes.Count(text[:min(max(offset, 0), int64(len(text)))], []byte("\n"))
}

// describe returns the error for people for an error of the decoder.
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
