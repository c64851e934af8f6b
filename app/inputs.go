package app

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"

	"descry/internal/failure"
	"descry/picture"
	"descry/resources"
)

// input is one picture of a run: what it is called, where it lies (or nothing,
// for standard input and samples), and how it is opened.
type input struct {
	name string
	path string
	open func(context.Context, picture.Limits) (*picture.Picture, error)
}

// inputs turns the arguments into pictures, in their order.
func (p *program) inputs(samples bool, args []string) ([]input, error) {
	if samples {
		return sampleInputs(), nil
	}
	var all []input
	stdin := false
	for _, arg := range args {
		if arg == "-" {
			if stdin {
				return nil, usage(`"-" was named twice, and standard input holds one picture`, "Name it once.")
			}
			stdin = true
			all = append(all, p.standardInput())
			continue
		}
		all = append(all, input{arg, arg, func(ctx context.Context, l picture.Limits) (*picture.Picture, error) {
			return picture.Open(ctx, arg, l)
		}})
	}
	return all, nil
}

func sampleInputs() []input {
	var all []input
	for _, s := range resources.Samples() {
		all = append(all, input{s.Name, "", func(ctx context.Context, l picture.Limits) (*picture.Picture, error) {
			return picture.Decode(ctx, bytes.NewReader(s.PNG), int64(len(s.PNG)), s.Name, l)
		}})
	}
	return all
}

// standardInput reads a picture from standard input into a file of its own, so
// that a large one costs no memory, and decodes it from there.
func (p *program) standardInput() input {
	return input{"-", "", func(ctx context.Context, l picture.Limits) (*picture.Picture, error) {
		f, err := os.CreateTemp("", "descry-stdin-*")
		if err != nil {
			return nil, failure.Wrap(failure.Unreadable, "read", "-", err, "")
		}
		defer os.Remove(f.Name())
		defer f.Close()
		n, err := io.Copy(f, io.LimitReader(p.in, l.Bytes+1))
		if err != nil {
			return nil, failure.Wrap(failure.Unreadable, "read", "-", err, "")
		}
		if n > l.Bytes {
			return nil, failure.New(failure.TooLarge, "read", "-", "standard input gave more than %d bytes", l.Bytes).WithHint("Save the picture to a file and name that.")
		}
		return picture.Decode(ctx, f, n, "-", l)
	}}
}

// limits are the bounds of what is decoded: the flag, else the setting, else
// the default.
func (p *program) limits(flag int64) picture.Limits {
	l := picture.DefaultLimits()
	if n := int64(p.loaded.MegaPixels) * 1e6; n > 0 {
		l.Pixels = n
	}
	if flag > 0 {
		l.Pixels = flag
	}
	return l
}

// executableDir is the folder of the running program, links resolved.
func executableDir() string {
	exe, err := os.Executable()
	if err != nil {
		return ""
	}
	if real, err := filepath.EvalSymlinks(exe); err == nil {
		exe = real
	}
	return filepath.Dir(exe)
}
