package state

import (
	"strings"

	"descry/settings"
	"descry/ui/state/core"
	"descry/ui/state/models"
	"descry/ui/state/picture"
	"descry/ui/state/prefs"
)

// Key is a key with its modifiers. Names are those of the keyboard: "O", "F1",
// "Left", "+". Ctrl is the Command key on a Mac.
type Key struct {
	Ctrl, Shift, Alt bool
	Name             string
}

// keyWords are the keys whose name is not what stands on them.
var keyWords = map[string]string{"Left": "←", "Right": "→", "Up": "↑", "Down": "↓", "Escape": "Esc", "-": "−"}

// Text returns the key as it is written in menus: "Ctrl+Shift+S".
func (k Key) Text() string {
	var b strings.Builder
	for _, m := range []struct {
		on   bool
		name string
	}{{k.Ctrl, "Ctrl+"}, {k.Alt, "Alt+"}, {k.Shift, "Shift+"}} {
		if m.on {
			b.WriteString(m.name)
		}
	}
	if word, ok := keyWords[k.Name]; ok {
		b.WriteString(word)
	} else {
		b.WriteString(k.Name)
	}
	return b.String()
}

// Command is one thing that can be done: an entry of a menu and one or more
// keys. Menu, shortcuts page and the window's keys are all made from Commands.
type Command struct {
	ID    core.CommandID
	Menu  string
	Group int    // a line in the menu parts the groups
	Label string // verb first; an ellipsis where a dialog follows
	Tip   string
	Keys  []Key
	Do    core.Action
	Held  bool // Do is sent when the key goes down, Bare{false} when it comes up

	enabled func(picture.Scene) bool // nil: always
	checked func(picture.Scene) bool // nil: it has no check mark
}

// The menus, in their order.
const (
	menuFile    = "File"
	menuEdit    = "Edit"
	menuView    = "View"
	menuObjects = "Objects"
	menuHelp    = "Help"
)

// menus is the order of the menus.
var menus = []string{menuFile, menuEdit, menuView, menuObjects, menuHelp}

func key(name string) Key    { return Key{Name: name} }
func ctrl(name string) Key   { return Key{Ctrl: true, Name: name} }
func ctrlUp(name string) Key { return Key{Ctrl: true, Shift: true, Name: name} }

// keys are several keys for one command.
func keys(all ...Key) []Key {
	return all
}

// Commands are all commands, in the order of the menus.
var Commands = []Command{
	{ID: core.CommandOpen, Menu: menuFile, Label: "Open picture…", Tip: "Choose a picture file", Keys: keys(ctrl("O")), Do: picture.OpenAsked{}},
	{ID: core.CommandPaste, Menu: menuFile, Label: "Paste picture", Tip: "Open the picture or file path in the clipboard", Keys: keys(ctrl("V")), Do: picture.PasteAsked{}},
	{ID: core.CommandNext, Menu: menuFile, Group: 1, Label: "Next picture", Tip: "Go to the next picture in the folder", Keys: keys(key("Right")), Do: picture.Walked{Step: 1}, enabled: picture.Scene.CanNext},
	{ID: core.CommandPrevious, Menu: menuFile, Group: 1, Label: "Previous picture", Tip: "Go to the previous picture in the folder", Keys: keys(key("Left")), Do: picture.Walked{Step: -1}, enabled: picture.Scene.CanBack},
	{ID: core.CommandSave, Menu: menuFile, Group: 2, Label: "Save captioned picture…", Tip: "Save the picture with its caption and outlines", Keys: keys(ctrl("S")), Do: core.SheetOpened{Sheet: picture.SheetSave}, enabled: picture.Scene.HasPixels},
	{ID: core.CommandExport, Menu: menuFile, Group: 2, Label: "Export…", Tip: "Save the caption, objects or class map to files", Keys: keys(ctrlUp("S")), Do: core.SheetOpened{Sheet: picture.SheetExport}, enabled: picture.Scene.HasPixels},
	{ID: core.CommandClose, Menu: menuFile, Group: 3, Label: "Close picture", Tip: "Go back to the start page", Keys: keys(ctrl("W")), Do: picture.PictureClosed{}, enabled: picture.Scene.HasPicture},
	{ID: core.CommandModels, Menu: menuFile, Group: 4, Label: "Models…", Tip: "Download models and choose which to use", Keys: keys(key("F3")), Do: core.SheetOpened{Sheet: models.Sheet}},
	{ID: core.CommandSettings, Menu: menuFile, Group: 4, Label: "Settings…", Tip: "Choose models, device, theme and limits", Keys: keys(ctrl(",")), Do: core.SheetOpened{Sheet: prefs.SheetSettings}},
	{ID: core.CommandQuit, Menu: menuFile, Group: 5, Label: "Quit", Tip: "Close Descry; your edits are saved", Keys: keys(ctrl("Q")), Do: Closing{}},

	{ID: core.CommandUndo, Menu: menuEdit, Label: "Undo caption", Tip: "Undo the last change to the caption", Keys: keys(ctrl("Z")), Do: picture.CaptionUndone{}, enabled: picture.Scene.CanUndo},
	{ID: core.CommandRedo, Menu: menuEdit, Label: "Redo caption", Tip: "Redo the undone change to the caption", Keys: keys(ctrlUp("Z"), ctrl("Y")), Do: picture.CaptionRedone{}, enabled: picture.Scene.CanRedo},
	{ID: core.CommandCopy, Menu: menuEdit, Group: 1, Label: "Copy caption", Tip: "Copy the caption, for use as alt text", Keys: keys(ctrl("C")), Do: picture.CaptionCopied{}, enabled: picture.Scene.HasCaption},
	{ID: core.CommandRegenerate, Menu: menuEdit, Group: 2, Label: "Suggest another caption", Tip: "Let the model write another caption; your own text is kept", Keys: keys(ctrl("R")), Do: picture.Regenerated{}, enabled: picture.Scene.HasPixels},
	{ID: core.CommandAgain, Menu: menuEdit, Group: 2, Label: "Describe again with current models", Tip: "Redo the results of previous models; your own captions are kept", Keys: keys(ctrlUp("R")), Do: picture.DescribedAgain{}, enabled: picture.Scene.HasStale},
	{ID: core.CommandCaptionForm, Menu: menuEdit, Group: 2, Label: "Caption options…", Tip: "Change how captions are written", Keys: keys(ctrl("T")), Do: core.SheetOpened{Sheet: prefs.SheetCaption}},
	{ID: core.CommandStop, Menu: menuEdit, Group: 2, Label: "Stop", Tip: "Stop work on this picture", Keys: keys(ctrl(".")), Do: picture.Stopped{}, enabled: picture.Scene.Busy},

	{ID: "masks", Menu: menuView, Label: "Masks", Tip: "Fill each object", Keys: keys(key("M")), Do: picture.LayerToggled{Layer: settings.LayerMasks}, enabled: picture.Scene.HasPicture, checked: layerOn(settings.LayerMasks)},
	{ID: "outlines", Menu: menuView, Label: "Outlines", Tip: "Draw each object's outline", Keys: keys(key("O")), Do: picture.LayerToggled{Layer: settings.LayerOutlines}, enabled: picture.Scene.HasPicture, checked: layerOn(settings.LayerOutlines)},
	{ID: "boxes", Menu: menuView, Label: "Boxes", Tip: "Draw a box around each object", Keys: keys(key("B")), Do: picture.LayerToggled{Layer: settings.LayerBoxes}, enabled: picture.Scene.HasPicture, checked: layerOn(settings.LayerBoxes)},
	{ID: "labels", Menu: menuView, Label: "Labels", Tip: "Write each object's name and score", Keys: keys(key("L")), Do: picture.LayerToggled{Layer: settings.LayerLabels}, enabled: picture.Scene.HasPicture, checked: layerOn(settings.LayerLabels)},
	{ID: "classes", Menu: menuView, Label: "Classes", Tip: "Colour each pixel by class", Keys: keys(key("C")), Do: picture.LayerToggled{Layer: settings.LayerClasses}, enabled: picture.Scene.HasPicture, checked: layerOn(settings.LayerClasses)},
	{ID: "next-class", Menu: menuView, Label: "Next class", Tip: "Go to the next class and show where it is", Keys: keys(key("K")), Do: picture.ClassStepped{Step: 1}, enabled: picture.Scene.HasClasses},
	{ID: "previous-class", Menu: menuView, Label: "Previous class", Tip: "Go to the previous class and show where it is", Keys: keys(key("J")), Do: picture.ClassStepped{Step: -1}, enabled: picture.Scene.HasClasses},
	{ID: core.CommandBare, Menu: menuView, Label: "Hide overlays (hold)", Tip: "Show only the picture while the key is held down", Keys: keys(key("H")), Do: picture.Bare{On: true}, Held: true, enabled: picture.Scene.HasPixels},
	{ID: core.CommandZoomIn, Menu: menuView, Group: 1, Label: "Zoom in", Tip: "Make the picture larger", Keys: keys(key("+"), key("=")), Do: picture.ZoomStepped{Step: 1}, enabled: picture.Scene.HasPixels},
	{ID: core.CommandZoomOut, Menu: menuView, Group: 1, Label: "Zoom out", Tip: "Make the picture smaller", Keys: keys(key("-")), Do: picture.ZoomStepped{Step: -1}, enabled: picture.Scene.HasPixels},
	{ID: core.CommandFit, Menu: menuView, Group: 1, Label: "Fit to window", Tip: "Show the whole picture", Keys: keys(key("0")), Do: picture.ViewFitted{}, enabled: picture.Scene.HasPixels},
	{ID: core.CommandActual, Menu: menuView, Group: 1, Label: "Actual size", Tip: "Show the picture at 100 %", Keys: keys(key("1")), Do: picture.ViewActual{}, enabled: picture.Scene.HasPixels},
	{ID: core.CommandPanel, Menu: menuView, Group: 2, Label: "Panel", Tip: "Show or hide the panel with caption and objects", Keys: keys(key("I")), Do: picture.PanelToggled{}, enabled: picture.Scene.HasPicture, checked: panelOn},

	{ID: core.CommandSecondNames, Menu: menuObjects, Label: "Hide duplicate names", Tip: "Where two names cover the same object, show the more certain one", Keys: keys(key("N")), Do: picture.SecondNamesToggled{}, enabled: picture.Scene.HasPicture, checked: secondNamesHidden},
	{ID: core.CommandShowHidden, Menu: menuObjects, Label: "Show hidden objects", Tip: "Show all objects that were hidden one by one", Keys: keys(key("A")), Do: picture.ObjectsShown{}, enabled: picture.Scene.HasHidden},
	{ID: core.CommandSaveObject, Menu: menuObjects, Group: 1, Label: "Save selected object…", Tip: "Save the selected object as a transparent PNG", Keys: keys(ctrl("P")), Do: picture.ObjectSaveAsked{Object: picture.SelectedObject}, enabled: picture.Scene.HasSelection},
	{ID: core.CommandEscape, Menu: menuObjects, Group: 1, Label: "Clear selection", Tip: "Clear the selection; an open page closes first", Keys: keys(key("Escape")), Do: Escaped{}, enabled: canEscape},

	{ID: core.CommandShortcuts, Menu: menuHelp, Label: "Keyboard shortcuts", Tip: "Show all keyboard shortcuts", Keys: keys(key("F1")), Do: core.SheetOpened{Sheet: SheetShortcuts}},
	{ID: core.CommandAbout, Menu: menuHelp, Label: "About and diagnostics", Tip: "Show versions, models and a check of the installation", Keys: keys(key("F2")), Do: core.SheetOpened{Sheet: prefs.SheetAbout}},
}

// commandByID returns a command of the table.
func commandByID(id core.CommandID) (Command, bool) {
	for _, c := range Commands {
		if c.ID == id {
			return c, true
		}
	}
	return Command{}, false
}

// CommandFor returns the command of a key.
func CommandFor(k Key) (core.CommandID, bool) {
	for _, c := range Commands {
		for _, own := range c.Keys {
			if own == k {
				return c.ID, true
			}
		}
	}
	return "", false
}
