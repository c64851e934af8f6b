// Package message builds all text that is shown to users.
//
// A message is a format, in English and for package fmt, and its arguments. They
// stay separate until the message is shown, so that a translation can be looked up
// by the format, and can reorder the arguments (%[2]s). Formats are constants: a
// message built from pieces cannot be translated, and go vet checks constant
// formats only.
package message

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"sync/atomic"
)

// Text is one message. The zero Text is empty. It is a plain value, so that it can
// be sent to another process.
type Text struct {
	Format string
	Args   []Arg
}

// Arg is one argument of a message. At most one field is set.
type Arg struct {
	Word    string
	Integer *int64
	Large   *uint64 // an integer beyond the range of int64
	Number  *float64
}

// argument returns v as an Arg. A value other than a string or a number is kept as
// the text that package fmt makes of it, so its verbs are %v and %s.
func argument(v any) Arg {
	switch v := v.(type) {
	case string:
		return Arg{Word: v}
	case fmt.Stringer, error:
		return Arg{Word: fmt.Sprint(v)}
	}
	switch r := reflect.ValueOf(v); {
	case r.CanInt():
		n := r.Int()
		return Arg{Integer: &n}
	case r.CanUint() && r.Uint() > math.MaxInt64:
		n := r.Uint()
		return Arg{Large: &n}
	case r.CanUint():
		n := int64(r.Uint())
		return Arg{Integer: &n}
	case r.Kind() == reflect.Float32: // 0.1 stays 0.1
		n, _ := strconv.ParseFloat(fmt.Sprint(v), 64)
		return Arg{Number: &n}
	case r.CanFloat():
		n := r.Float()
		return Arg{Number: &n}
	}
	return Arg{Word: fmt.Sprint(v)}
}

// value returns the argument for package fmt.
func (a Arg) value() any {
	switch {
	case a.Integer != nil:
		return *a.Integer
	case a.Large != nil:
		return *a.Large
	case a.Number != nil:
		return *a.Number
	}
	return a.Word
}

// Of returns the message made of a format and its arguments: strings, numbers, or
// other messages.
func Of(format string, args ...any) Text {
	if false {
		_ = fmt.Sprintf(format, args...) // so that go vet checks the calls of Of
	}
	t := Text{Format: format}
	for _, a := range args {
		t.Args = append(t.Args, argument(a))
	}
	return t
}

// Literal returns a message whose text comes from elsewhere, from a library or the
// operating system, and is shown unchanged.
func Literal(words string) Text {
	if words == "" {
		return Text{}
	}
	return Text{Format: "%s", Args: []Arg{{Word: words}}}
}

// Sprintf returns the text of Of(format, args...).
func Sprintf(format string, args ...any) string {
	return fmt.Sprintf(translated(format), args...)
}

// String returns the message's text in the program's language.
func (t Text) String() string {
	if t.Format == "" {
		return ""
	}
	args := make([]any, len(t.Args))
	for i, a := range t.Args {
		args[i] = a.value()
	}
	return fmt.Sprintf(translated(t.Format), args...)
}

// IsZero reports whether the message is empty.
func (t Text) IsZero() bool { return t.String() == "" }

// MarshalJSON encodes the message's text as a string.
func (t Text) MarshalJSON() ([]byte, error) { return json.Marshal(t.String()) }

// UnmarshalJSON decodes a string, as Literal does.
func (t *Text) UnmarshalJSON(text []byte) error {
	var words string
	if err := json.Unmarshal(text, &words); err != nil {
		return err
	}
	*t = Literal(words)
	return nil
}

// table maps the English formats to another language.
var table atomic.Pointer[map[string]string]

// Translate sets the language of all messages to that of formats, which maps
// English formats to translated ones. Missing formats stay English; nil is English.
func Translate(formats map[string]string) { table.Store(&formats) }

func translated(format string) string {
	if t := table.Load(); t != nil {
		if other, ok := (*t)[format]; ok {
			return other
		}
	}
	return format
}
