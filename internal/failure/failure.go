// Package failure defines the error type that Descry shows to users.
//
// An error that reaches a user states what kind of failure it is, what was being
// done, to which file or model, why it failed and what to do about it. The kind is
// a constant: the command line maps it to an exit code and to the "kind" of a JSON
// line, the window to a place and an offer ("Open another"). Failure is a plain
// value, so that it can be sent in an event from the worker.
package failure

import (
	"context"
	"errors"
	"strings"

	"descry/internal/message"
)

// Kind classifies a Failure.
type Kind string

// The kinds of the JSON contract (README, "Errors").
const (
	Unreadable  Kind = "unreadable"  // absent, no permission, truncated, damaged
	Unsupported Kind = "unsupported" // an unsupported or unknown format, a folder, a device
	TooLarge    Kind = "too_large"   // over a limit of pixels or bytes
	Model       Kind = "model"       // a model or the runtime could not be loaded or run
	Network     Kind = "network"     // a host cannot be reached, or it does not send the file
	Storage     Kind = "storage"     // the disk or folder of the models
	Unwritable  Kind = "unwritable"  // a user's file could not be written: no space, no permission, an existing name
	Memory      Kind = "memory"      // too little memory is free to load a model
	Cancelled   Kind = "cancelled"   // stopped by the user
	Usage       Kind = "usage"       // wrong use of the command line; never in a JSON line
)

// Failure is a structured error. Message is a clause without the subject ("the file
// ends after 120 of 4,096 bytes"); Hint is a sentence that tells the user what to
// do, or empty. Op is for logs and details: programs decide by a Failure's kind and
// cause, never by its text.
type Failure struct {
	Kind    Kind         `json:"kind"`
	Op      string       `json:"op,omitempty"`      // what was being done: "decode", "load", "run"
	Subject string       `json:"subject,omitempty"` // the file or model
	Message message.Text `json:"message"`
	Hint    message.Text `json:"hint,omitzero"`

	cause error // for errors.Is and errors.As in this process only
}

// New returns a Failure without a cause. Its message is made from a format and its
// arguments.
func New(kind Kind, op, subject, format string, args ...any) *Failure {
	return &Failure{Kind: kind, Op: op, Subject: subject, Message: message.Of(format, args...)}
}

// WithHint returns f with a sentence that tells the user what to do.
func (f *Failure) WithHint(format string, args ...any) *Failure {
	g := *f
	g.Hint = message.Of(format, args...)
	return &g
}

// Wrap returns a Failure whose message is err's text and whose cause is err. An err
// that already is a Failure is returned as it is, with an empty subject filled in.
// An empty hint means none.
func Wrap(kind Kind, op, subject string, err error, hint string, args ...any) *Failure {
	var f *Failure
	if errors.As(err, &f) {
		if f.Subject != "" || subject == "" {
			return f
		}
		g := *f
		g.Subject = subject
		return &g
	}
	if errors.Is(err, context.Canceled) {
		kind = Cancelled
	}
	words := message.Literal(err.Error())
	var w worded
	if errors.As(err, &w) && err.Error() == w.Error() {
		words = w.message
	}
	return &Failure{Kind: kind, Op: op, Subject: subject, Message: words, Hint: message.Of(hint, args...), cause: err}
}

// Of returns err as a Failure; an error that is not one becomes a Failure of the
// given kind. Of(nil, …) is nil.
func Of(err error, kind Kind) *Failure {
	if err == nil {
		return nil
	}
	return Wrap(kind, "", "", err, "")
}

// Error returns one line: subject, message, hint.
func (f *Failure) Error() string {
	var b strings.Builder
	if f.Subject != "" {
		b.WriteString(f.Subject)
		b.WriteString(": ")
	}
	b.WriteString(f.Message.String())
	if hint := f.Hint.String(); hint != "" {
		b.WriteString(". ")
		b.WriteString(hint)
	}
	return b.String()
}

// Unwrap returns the cause, which is known in this process only.
func (f *Failure) Unwrap() error { return f.cause }
