// Package message is the one place where words for people are put together.
//
// A message is a format, in English and as package fmt reads it, and what goes
// into it. The two stay apart until somebody reads the message, so that a
// translation can be looked up by the format, and can put what goes into it in
// another order (%[2]s). Formats are constants: a message that is built from
// pieces cannot be translated, and go vet checks formats only where it sees them.
package message

import (
	"encoding/json"
	"fmt"
	"reflect"
	"sync/atomic"
)

// Text is one message. The zero Text is empty. It is a plain value, so that it can
// travel to another process.
type Text struct {
	Format string
	Args   []Arg
}

// Arg is one thing that goes into a message. At most one field is set.
type Arg struct {
	Word    string
	Integer *int64
	Number  *float64
}

// argument returns v as an Arg. What is neither a string nor a number is kept as
// the words that package fmt makes of it, so %v and %s are the verbs for it.
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
	case r.CanUint():
		n := int64(r.Uint())
		return Arg{Integer: &n}
	case r.CanFloat():
		n := r.Float()
		return Arg{Number: &n}
	}
	return Arg{Word: fmt.Sprint(v)}
}

// value returns what package fmt is given for a.
func (a Arg) value() any {
	switch {
	case a.Integer != nil:
		return *a.Integer
	case a.Number != nil:
		return *a.Number
	}
	return a.Word
}

// Of returns the message made of a format and what goes into it: strings,
// numbers, or other messages.
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

// Literal returns a message whose words come from elsewhere, from a library or
// the operating system, and are shown as they are.
func Literal(words string) Text {
	if words == "" {
		return Text{}
	}
	return Text{Format: "%s", Args: []Arg{{Word: words}}}
}

// Sprintf returns the words of Of(format, args...).
func Sprintf(format string, args ...any) string {
	return fmt.Sprintf(translated(format), args...)
}

// String returns the message's words in the language of the program.
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

// IsZero reports whether the message has no words.
func (t Text) IsZero() bool { return t.String() == "" }

// MarshalJSON encodes the message's words as a string.
func (t Text) MarshalJSON() ([]byte, error) { return json.Marshal(t.String()) }

// UnmarshalJSON decodes a string; its words are shown as they are.
func (t *Text) UnmarshalJSON(text []byte) error {
	var words string
	if err := json.Unmarshal(text, &words); err != nil {
		return err
	}
	*t = Literal(words)
	return nil
}

// table holds the formats of another language by the English ones.
var table atomic.Pointer[map[string]string]

// Translate makes every message speak the language of a table, which maps
// English formats to translated ones. What it lacks stays English; nil is English.
func Translate(formats map[string]string) { table.Store(&formats) }

func translated(format string) string {
	if t := table.Load(); t != nil {
		if other, ok := (*t)[format]; ok {
			return other
		}
	}
	return format
}
