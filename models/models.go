// Package models knows which models there are: it reads model sets and keeps
// the built-in one unpacked in the cache.
//
// A model set is a folder with a descry.json that names, for each task, the
// architecture, the file of official weights and the few settings that go with
// it (README.md beside this file has the format). Three tasks exist: a caption,
// instances (objects with masks) and classes (one for every pixel); a set has
// at least one of them, and a mix takes each from another set.
//
// Nothing here reads the weights themselves (package weights) or builds a graph
// of them (packages onnx and arch): what comes out are absolute paths that
// exist and values that make sense, or an error that says which line of which
// file to mend.
package models

import (
	"descry/internal/failure"
	"descry/models/arch"
	"descry/models/catalogue"
)

// Dirs holds where models are kept.
type Dirs struct {
	// Models is the folder of installed models, <cache>/models: a model's files
	// lie in NAME/REVISION/ below it.
	Models string
	// Sets are the named sets of installed models; nil: the official ones.
	Sets []catalogue.Set
}

// Set is a model set as read from its descry.json. Paths are absolute, and the
// files were there when it was read; a path that the set leaves out is "".
type Set struct {
	Name        string
	Description string
	License     string
	Dir         string   // absolute; of a mix the first one's
	Warnings    []string // whole sentences: what in descry.json was not understood

	Caption   *CaptionSpec // nil: the set cannot do this
	Instances *InstancesSpec
	Classes   *ClassesSpec
}

// Common is what the specs of all tasks have.
type Common struct {
	Set          string // the name of the set that this comes from; in a mix they differ
	Architecture string // its name in the table of package arch
	Weights      string // .safetensors, .bin, .pth, …
	Config       string // config.json; "": the official configuration
}

// CaptionSpec is a set's model for captions. Zero values mean the
// architecture's own defaults.
type CaptionSpec struct {
	Common
	Preprocessor string // preprocessor_config.json; "": the official one
	Vocabulary   string // vocab.txt, one WordPiece a line
	Prompt       string // what every caption begins with, stripped from the result
	Beams        int    // 1 is greedy
	MaxTokens    int    // new tokens, the stop token included
	MinTokens    int
	LengthNorm   string // "whole" or "generated" (inference.LengthNorm)
}

// InstancesSpec is a set's model for objects.
type InstancesSpec struct {
	Common
	Categories map[int]string // by the model's index; nil: those of the config, else COCO's
	Score      *float64       // the least score worth showing, 0 to 1; nil: the set does not say
	BoxesOnly  bool           // the model is known to make no masks
}

// ClassesSpec is a set's model for the classes of pixels.
type ClassesSpec struct {
	Common
	Categories []string // by the model's index; nil: those of the config, else Pascal VOC's
}

// taskKeys are the tasks' keys in descry.json, in the order in which they are listed.
var taskKeys = []string{arch.TaskCaption, arch.TaskInstances, arch.TaskClasses}

// bad returns the failure of a model that cannot be used.
func bad(subject, format string, args ...any) *failure.Failure {
	return failure.New(failure.Model, "load", subject, format, args...)
}

const correctFile = "Correct the file; models/README.md describes its format."
