// Package models reads model sets and unpacks the built-in one into the cache.
//
// A model set is a folder with a descry.json that names, for each task, the
// architecture, the file of official weights and a few settings (README.md in this
// folder describes the format). There are three tasks: caption, instances (objects with
// masks) and classes (one for every pixel). A set has at least one of them, and a mix
// takes each from another set.
//
// This package neither reads the weights (package weights) nor builds graphs (packages
// onnx and arch). It returns absolute paths of existing files and valid values, or an
// error that names the file and line to correct.
package models

import (
	"descry/internal/failure"
	"descry/models/arch"
	"descry/models/catalogue"
)

// Dirs holds the folder of models and the named sets.
type Dirs struct {
	// Models is the folder of installed models, <cache>/models. A model's files are in
	// NAME/REVISION/ below it.
	Models string
	// Sets are the named sets of installed models; nil: the official ones.
	Sets []catalogue.Set
}

// Set is a model set as read from its descry.json. Paths are absolute, and the files
// existed when it was read; an omitted path is "".
type Set struct {
	Name        string
	Description string
	License     string
	Dir         string   // absolute; for a mix, that of the first set
	Warnings    []string // sentences about unknown keys in descry.json

	Caption   *CaptionSpec // nil: the set has no model for this task
	Instances *InstancesSpec
	Classes   *ClassesSpec
}

// Common holds the fields that the specs of all tasks share.
type Common struct {
	Set          string // the name of the set that this is from; in a mix they differ
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
	Prompt       string // the beginning of every caption, removed from the result
	Beams        int    // 1 is greedy
	MaxTokens    int    // new tokens, the stop token included
	MinTokens    int
	LengthNorm   string // "whole" or "generated" (inference.LengthNorm)
}

// InstancesSpec is a set's model for objects.
type InstancesSpec struct {
	Common
	Categories map[int]string // by the model's index; nil: those of the config, else COCO's
	Score      *float64       // the minimum score worth showing, 0 to 1; nil: not given
	BoxesOnly  bool           // the model is known to produce no masks
}

// ClassesSpec is a set's model for the classes of pixels.
type ClassesSpec struct {
	Common
	Categories []string // by the model's index; nil: those of the config, else Pascal VOC's
}

// taskKeys lists the tasks' keys in descry.json, in the order of display.
var taskKeys = []string{arch.TaskCaption, arch.TaskInstances, arch.TaskClasses}

// bad returns the failure for a model that cannot be used.
func bad(subject, format string, args ...any) *failure.Failure {
	return failure.New(failure.Model, "load", subject, format, args...)
}

const correctFile = "Correct the file; models/README.md describes its format."
