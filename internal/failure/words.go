package failure

import (
	"errors"
	"io/fs"
	"os"
)

// Worded is an error with a message for people that errors.Is and errors.As
// still see the cause of. Wrap takes its message.
func Worded(message string, cause error) error { return worded{message, cause} }

type worded struct {
	message string
	cause   error
}

func (w worded) Error() string { return w.message }
func (w worded) Unwrap() error { return w.cause }

// Plain returns err's text without the operation and the path that errors of the
// operating system name: a Failure's subject names the file, and the one beside
// it that was really written is nothing that anybody has heard of.
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
