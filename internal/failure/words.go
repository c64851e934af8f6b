package failure

import (
	"errors"
	"io/fs"
	"os"

	"descry/internal/message"
)

// Worded returns an error with a message for users and a cause that errors.Is and
// errors.As see. Wrap keeps its message.
func Worded(cause error, format string, args ...any) error {
	return worded{message.Of(format, args...), cause}
}

type worded struct {
	message message.Text
	cause   error
}

func (w worded) Error() string { return w.message.String() }
func (w worded) Unwrap() error { return w.cause }

// Plain returns err's text without the operation and the path of an error of the
// operating system: a Failure's subject names the user's file, and the temporary
// file that was really written would only confuse.
func Plain(err error) string {
	var p *fs.PathError
	var l *os.LinkError
	var s *os.SyscallError
	switch {
	case errors.As(err, &p):
		return p.Err.Error()
	case errors.As(err, &l):
		return l.Err.Error()
	case errors.As(err, &s):
		return s.Err.Error()
	}
	return err.Error()
}
