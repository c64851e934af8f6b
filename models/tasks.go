package models

import "descry/models/arch"

// Tasks returns the tasks of a set in the order in which they are run: those of its
// models, and classes if they can be made from the objects.
func (s *Set) Tasks() []string {
	names := []string{}
	for i, can := range []bool{s.Caption != nil, s.Instances != nil, s.Classes != nil || s.MapsObjects()} {
		if can {
			names = append(names, taskKeys[i])
		}
	}
	return names
}

// MapsObjects reports whether a set makes its class map from objects
// (segment.FromObjects): it has no model for classes, but one for objects with masks.
func (s *Set) MapsObjects() bool {
	return s.Classes == nil && s.Instances != nil && !s.Instances.BoxesOnly && !arch.BoxesOnly(s.Instances.Architecture)
}
