package models

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"sort"
	"strings"
	"unicode/utf8"

	"descry/internal/failure"
	"descry/internal/message"
)

// object is a JSON object that is read key by key. The keys that were not read cause
// warnings, and the first error is kept, with its place ("caption.beams").
type object struct {
	path   string // "" for the whole file
	fields map[string]json.RawMessage
	used   map[string]bool
	err    *error // shared by all objects of one file
}

// parseObject splits raw into its fields. JSON allows duplicate keys; here one
// is an error, because one of the two would be ignored silently.
func parseObject(path string, raw []byte, err *error) *object {
	o := &object{path: path, fields: map[string]json.RawMessage{}, used: map[string]bool{}, err: err}
	d := json.NewDecoder(bytes.NewReader(raw))
	t, e := d.Token()
	if e != nil {
		o.failJSON("", raw, d.InputOffset(), e)
		return o
	}
	if t != json.Delim('{') {
		o.fail("%s is %s instead of an object {…}", o.at(""), jsonKind(raw))
		return o
	}
	for d.More() {
		t, e = d.Token()
		if e != nil {
			o.failJSON("", raw, d.InputOffset(), e)
			return o
		}
		key, _ := t.(string) // in a key's position it is a string, or Token fails
		if _, twice := o.fields[key]; twice {
			o.fail("%s appears twice", o.at(key))
			return o
		}
		var value json.RawMessage
		if e := d.Decode(&value); e != nil {
			o.failJSON(key, raw, d.InputOffset(), e)
			return o
		}
		o.fields[key] = value
	}
	if _, e = d.Token(); e == nil {
		if _, e = d.Token(); errors.Is(e, io.EOF) {
			return o
		}
		e = failure.Worded(nil, "something follows the closing brace")
	}
	o.failJSON("", raw, d.InputOffset(), e)
	return o
}

// failJSON records a syntax error with its line.
func (o *object) failJSON(key string, raw []byte, offset int64, err error) {
	var s *json.SyntaxError
	if errors.As(err, &s) {
		offset = s.Offset
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		o.fail("%s is incomplete: the JSON does not end", o.at(key))
		return
	}
	line := 1 + bytes.Count(raw[:min(max(offset, 0), int64(len(raw)))], []byte("\n"))
	o.fail("%s is not valid JSON: line %d: %v", o.at(key), line, err)
}

// jsonKind returns the name of a JSON value's type, determined by its first byte.
func jsonKind(raw []byte) string {
	raw = bytes.TrimLeft(raw, " \t\r\n")
	if len(raw) == 0 {
		return message.Sprintf("nothing")
	}
	switch raw[0] {
	case '{':
		return message.Sprintf("an object")
	case '[':
		return message.Sprintf("a list")
	case '"':
		return message.Sprintf("a string")
	case 't', 'f':
		return message.Sprintf("true or false")
	case 'n':
		return "null"
	}
	return message.Sprintf("a number")
}

// isString reports whether a JSON value is a string.
func isString(raw []byte) bool { return bytes.HasPrefix(bytes.TrimLeft(raw, " \t\r\n"), []byte(`"`)) }

// place returns the dotted path of a key.
func (o *object) place(key string) string {
	switch {
	case key == "":
		return o.path
	case o.path == "":
		return key
	}
	return o.path + "." + key
}

// at returns the name of a key in messages: its dotted path.
func (o *object) at(key string) string {
	if p := o.place(key); p != "" {
		return clean(p)
	}
	return message.Sprintf("the file")
}

// fail records an error, unless there is one already.
func (o *object) fail(format string, args ...any) {
	if *o.err == nil {
		*o.err = failure.Worded(nil, format, args...)
	}
}

// raw returns a field and marks it as read; null counts as absent.
func (o *object) raw(key string) (json.RawMessage, bool) {
	o.used[key] = true
	v, ok := o.fields[key]
	return v, ok && !bytes.Equal(v, []byte("null"))
}

// text reads a string; absent is "".
func (o *object) text(key string) string {
	raw, ok := o.raw(key)
	var s string
	if ok && json.Unmarshal(raw, &s) != nil {
		o.fail("%s is %s instead of a string", o.at(key), jsonKind(raw))
	}
	if !utf8.ValidString(s) || strings.ContainsAny(s, "\x00") {
		o.fail("%s is not valid text", o.at(key))
	}
	return s
}

// count reads a whole number from least to most; absent is 0.
func (o *object) count(key string, least, most int) int {
	raw, ok := o.raw(key)
	if !ok {
		return 0
	}
	var n int
	if json.Unmarshal(raw, &n) != nil {
		o.fail("%s is %s instead of a whole number", o.at(key), clean(string(raw)))
		return 0
	}
	if n < least || n > most {
		o.fail("%s is %d; it may be %d to %d", o.at(key), n, least, most)
	}
	return n
}

// fraction reads a number from 0 to 1; absent is nil.
func (o *object) fraction(key string) *float64 {
	raw, ok := o.raw(key)
	if !ok {
		return nil
	}
	var v float64
	if json.Unmarshal(raw, &v) != nil || v < 0 || v > 1 {
		o.fail("%s is %s instead of a number from 0 to 1", o.at(key), clean(string(raw)))
		return nil
	}
	return &v
}

// choice reads a string that must be one of words; absent is "".
func (o *object) choice(key string, words ...string) string {
	s := o.text(key)
	if s == "" {
		return ""
	}
	for _, w := range words {
		if s == w {
			return s
		}
	}
	o.fail("%s is %q; it may be %s", o.at(key), clean(s), strings.Join(words, ", "))
	return ""
}

// object reads a nested object; absent is nil.
func (o *object) object(key string) *object {
	raw, ok := o.raw(key)
	if !ok {
		return nil
	}
	return parseObject(o.place(key), raw, o.err)
}

// unknown returns the keys that were not read, sorted.
func (o *object) unknown() []string {
	var keys []string
	for key := range o.fields {
		if !o.used[key] {
			keys = append(keys, clean(o.place(key)))
		}
	}
	sort.Strings(keys)
	return keys
}

// clean shortens and cleans text from a file for an error of one line.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	const most = 120
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}
