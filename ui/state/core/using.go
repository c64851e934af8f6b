package core

import (
	"slices"

	"descry/inference"
)

// Tasks are the tasks in the order in which they are told.
var Tasks = []inference.Task{inference.TaskCaption, inference.TaskInstances, inference.TaskClasses}

// Using is the model of each task, by name, in the order of Tasks; empty: the
// task is not done.
type Using struct{ Names [3]string }

// Name returns the model of a task.
func (u Using) Name(t inference.Task) string {
	if i := slices.Index(Tasks, t); i >= 0 {
		return u.Names[i]
	}
	return ""
}
