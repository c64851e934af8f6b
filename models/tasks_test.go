package models

import (
	"slices"
	"testing"

	"descry/models/arch"
	"descry/models/catalogue"
)

func TestTheCatalogueNamesArchitecturesOfTheTable(t *testing.T) {
	for _, m := range catalogue.Official().Models {
		if m.For != catalogue.ForRuntime && !slices.Contains(arch.ForTask(m.For), m.Architecture) {
			t.Errorf("%s is for %s by %q", m.Name, m.For, m.Architecture)
		}
	}
}

func TestASetsTasksIncludeClassesFromObjectsWithMasks(t *testing.T) {
	objects := func(architecture string) *InstancesSpec {
		return &InstancesSpec{Common: Common{Architecture: architecture}}
	}
	for name, c := range map[string]struct {
		set   Set
		tasks []string
		maps  bool
	}{
		"all":             {Set{Caption: &CaptionSpec{}, Instances: objects("maskrcnn_resnet_fpn"), Classes: &ClassesSpec{}}, []string{"caption", "instances", "classes"}, false},
		"captions":        {Set{Caption: &CaptionSpec{}}, []string{"caption"}, false},
		"objects":         {Set{Instances: objects("maskrcnn_resnet_fpn")}, []string{"instances", "classes"}, true},
		"boxes":           {Set{Instances: objects("fasterrcnn_resnet_fpn")}, []string{"instances"}, false},
		"classes":         {Set{Classes: &ClassesSpec{}}, []string{"classes"}, false},
		"boxes, classes":  {Set{Instances: objects("fasterrcnn_resnet_fpn"), Classes: &ClassesSpec{}}, []string{"instances", "classes"}, false},
		"nothing as yet":  {Set{}, []string{}, false},
		"captions, boxes": {Set{Caption: &CaptionSpec{}, Instances: objects("fasterrcnn_resnet_fpn")}, []string{"caption", "instances"}, false},
	} {
		if got := c.set.Tasks(); !slices.Equal(got, c.tasks) || c.set.MapsObjects() != c.maps {
			t.Errorf("%s: %v, maps objects: %v", name, got, c.set.MapsObjects())
		}
	}
}
