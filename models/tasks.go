package models

import "descry/models/arch"

// Tasks names what a set can do, in the order in which tasks are run: those of
// its models, and classes where they follow from the objects.
func (s *Set) Tasks() []string {
	names := []string{}
	for i, can := range []bool{s.Caption != nil, s.Instances != nil, s.Classes != nil || s.MapsObjects()} {
		if can {
			names = append(names, taskKeys[i])
		}
	}
	return names
}

// MapsObjects reports whether a set has no model for classes, but one for objects
// with masks, of which a class map can be made (segment.FromObjects).
func (s *Set) MapsObjects() bool {
	return s.Classes == nil && s.Instances != nil && !s.Instances.BoxesOnly && !arch.BoxesOnly(s.Instances.Architecture)
}
