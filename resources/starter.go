// Package resources holds the files that are embedded in the program: the starter
// models, the sample pictures and the icon.
//
// The program should show something useful as soon as it is installed, without a
// download, so small models are embedded. They recognise drawings of 63 kinds of
// thing, not photographs; tools/starter documents how they were made.
package resources

import (
	"embed"
	"io/fs"
)

//go:embed starter
var starter embed.FS

// Starter returns the files of the built-in model set: descry.json, which names
// every other file with its SHA-256, the licence, and a folder for each model.
func Starter() fs.FS {
	sub, err := fs.Sub(starter, "starter")
	if err != nil {
		panic(err) // the name is a constant and valid
	}
	return sub
}

//go:embed samples/*.png
var samples embed.FS

// Sample is a picture to try the program on.
type Sample struct {
	Name  string // a file name: "dog-at-night.png"
	Title string // shown under it
	PNG   []byte // shared: must not be changed
}

// sampleTitles lists the samples in the order in which they are shown. They are
// scenes that the starter models were not trained on (tools/starter, make_scenes.py
// with seeds from 9,000,000 on).
var sampleTitles = []struct{ name, title string }{
	{"dog-at-night.png", "A dog at night"},
	{"bus-and-umbrella.png", "Bus and oranges"},
	{"cat-and-bricks.png", "A cat in front of a wall"},
	{"cakes-in-the-snow.png", "Cakes in the snow"},
	{"boat-and-ball.png", "A boat and a ball"},
	{"stop-sign.png", "A stop sign"},
}

// Samples returns the sample pictures.
func Samples() []Sample {
	list := make([]Sample, len(sampleTitles))
	for i, s := range sampleTitles {
		png, err := samples.ReadFile("samples/" + s.name)
		if err != nil {
			panic(err) // the name is a constant; a test reads every one
		}
		list[i] = Sample{s.name, s.title, png}
	}
	return list
}
