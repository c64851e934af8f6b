package picture

import "descry/settings"

// The conditions under which commands can be run, and their check marks.

// Current returns the visible picture, 0 on the start page.
func (s *State) Current() PictureID { return s.current }

// HasPicture reports whether a picture is visible, decoded or not.
func (s Scene) HasPicture() bool { return s.current != 0 }

// HasPixels reports whether the visible picture is decoded.
func (s Scene) HasPixels() bool { return s.current != 0 && s.visible().phase == ready }

// HasCaption reports whether there is a text to copy.
func (s Scene) HasCaption() bool { return s.Caption() != "" }

// HasStale reports whether an open picture was described by other models.
func (s Scene) HasStale() bool { return s.stalePictures() > 0 }

// CanBack reports whether there is a picture before this one, CanNext after.
func (s Scene) CanBack() bool { return s.current != 0 && s.walk.at > 0 }

// CanNext reports whether there is a picture after this one.
func (s Scene) CanNext() bool { return s.current != 0 && s.walk.at < len(s.walk.paths)-1 }

// CanUndo reports whether the caption is a person's own.
func (s Scene) CanUndo() bool { return s.draft().edit.Own }

// CanRedo reports whether a caption was undone.
func (s Scene) CanRedo() bool { return len(s.draft().edit.Later) > 0 }

// CanEscape reports whether something is selected or pointed at.
func (s Scene) CanEscape() bool { return s.selected >= 0 || s.pointed.any }

// HasHidden reports whether objects were hidden by hand.
func (s Scene) HasHidden() bool { return s.found().hidden != nil }

// HasSelection reports whether an object is selected.
func (s Scene) HasSelection() bool { return s.selected >= 0 }

// HasClasses reports whether there are classes to go through.
func (s Scene) HasClasses() bool { return s.current != 0 && s.shownClasses() != nil }

// LayerOn reports whether a layer is switched on.
func (s Scene) LayerOn(l settings.Layer) bool {
	layers := s.Settings().Layers
	return *layerFields[l](&layers)
}
