package describe

import (
	"bytes"
	"context"

	"descry/picture"
	"descry/resources"
)

// Input is one picture of a run: its name, its path, and how to open it.
type Input struct {
	Name string
	Path string // empty if it is not a file
	Open func(context.Context, picture.Limits) (*picture.Picture, error)
}

// File returns the input for a picture file.
func File(path string) Input {
	return Input{path, path, func(ctx context.Context, l picture.Limits) (*picture.Picture, error) {
		return picture.Open(ctx, path, l)
	}}
}

// Samples returns the inputs for the built-in pictures.
func Samples() []Input {
	var all []Input
	for _, s := range resources.Samples() {
		all = append(all, Input{s.Name, "", func(ctx context.Context, l picture.Limits) (*picture.Picture, error) {
			return picture.Decode(ctx, bytes.NewReader(s.PNG), int64(len(s.PNG)), s.Name, l)
		}})
	}
	return all
}
