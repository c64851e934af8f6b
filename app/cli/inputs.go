package cli

import (
	"context"
	"io"
	"os"

	"descry/describe"
	"descry/internal/failure"
	"descry/picture"
)

// inputs returns the pictures named by the arguments, in order.
func (p *program) inputs(samples bool, args []string) ([]describe.Input, error) {
	if samples {
		return describe.Samples(), nil
	}
	var all []describe.Input
	stdin := false
	for _, arg := range args {
		if arg == "-" {
			if stdin {
				return nil, usage(`"-" was named twice, and standard input holds one picture`).WithHint("Name it once.")
			}
			stdin = true
			all = append(all, p.standardInput())
			continue
		}
		all = append(all, describe.File(arg))
	}
	return all, nil
}

// standardInput returns the picture on standard input. It is copied to a temporary
// file and decoded from there, so that a large one needs no memory.
func (p *program) standardInput() describe.Input {
	return describe.Input{Name: "-", Open: func(ctx context.Context, l picture.Limits) (*picture.Picture, error) {
		f, err := os.CreateTemp("", "descry-stdin-*")
		if err != nil {
			return nil, failure.Wrap(failure.Unwritable, "write", "-", err, "Set TMPDIR to a folder with room.")
		}
		defer os.Remove(f.Name())
		defer f.Close()
		in := &firstError{r: io.LimitReader(p.in, l.Bytes+1)}
		n, err := io.Copy(f, in)
		switch {
		case in.err != nil:
			return nil, failure.Wrap(failure.Unreadable, "read", "-", in.err, "")
		case err != nil:
			return nil, failure.Wrap(failure.Unwritable, "write", "-", err, "Set TMPDIR to a folder with room.")
		}
		if n > l.Bytes {
			return nil, failure.New(failure.TooLarge, "read", "-", "standard input gave more than %d bytes", l.Bytes).WithHint("Save the picture to a file and name that.")
		}
		return picture.Decode(ctx, f, n, "-", l)
	}}
}

// firstError is a reader that holds the error, if any, that ended it early, so that
// a copy's read errors can be told from its write errors.
type firstError struct {
	r   io.Reader
	err error
}

// Read implements io.Reader.
func (f *firstError) Read(p []byte) (int, error) {
	n, err := f.r.Read(p)
	if err != nil && err != io.EOF {
		f.err = err
	}
	return n, err
}

// limits returns the limits for decoding: the flag, else the setting, else the
// default.
func (p *program) limits(flag int64) picture.Limits {
	l := picture.DefaultLimits()
	if n := int64(p.services.Settings.MegaPixels) * 1e6; n > 0 {
		l.Pixels = n
	}
	if flag > 0 {
		l.Pixels = flag
	}
	return l
}
