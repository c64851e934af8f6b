package state

import "strings"

// Command is something the window can be told to do by menu, key or button.
type Command string

// The commands. Those of the view (zoom) are carried out by the canvas, all
// others by Reduce.
const (
	CmdOpen        Command = "open"
	CmdPaste       Command = "paste"
	CmdStartPage   Command = "start page"
	CmdSave        Command = "save picture"
	CmdExport      Command = "export"
	CmdQuit        Command = "quit"
	CmdCopy        Command = "copy caption"
	CmdCopyAlt     Command = "copy alt text"
	CmdUndo        Command = "undo"
	CmdRegenerate  Command = "regenerate"
	CmdPrevious    Command = "previous picture"
	CmdNext        Command = "next picture"
	CmdZoomIn      Command = "zoom in"
	CmdZoomOut     Command = "zoom out"
	CmdFit         Command = "fit"
	CmdActual      Command = "actual size"
	CmdMasks       Command = "masks"
	CmdOutlines    Command = "outlines"
	CmdBoxes       Command = "boxes"
	CmdLabels      Command = "labels"
	CmdClasses     Command = "classes"
	CmdBare        Command = "bare picture"
	CmdSecondNames Command = "second names"
	CmdNextObject  Command = "next object"
	CmdPrevObject  Command = "previous object"
	CmdHideObject  Command = "hide object"
	CmdSaveObject  Command = "save object"
	CmdPanel       Command = "panel"
	CmdStop        Command = "stop"
	CmdSettings    Command = "settings"
	CmdShortcuts   Command = "shortcuts"
	CmdDiagnostics Command = "diagnostics"
	CmdMenu        Command = "menu"
)

// Key is one key with its modifiers; Name is Fyne's name of the key.
type Key struct {
	Name        string
	Ctrl, Shift bool // Ctrl is the Command key on macOS
}

// String gives the key as people read it: "Ctrl+Shift+S".
func (k Key) String() string {
	name := k.Name
	if shown, ok := keyNames[name]; ok {
		name = shown
	}
	var b strings.Builder
	if k.Ctrl {
		b.WriteString("Ctrl+")
	}
	if k.Shift {
		b.WriteString("Shift+")
	}
	return b.String() + name
}

var keyNames = map[string]string{"Left": "←", "Right": "→", "Up": "↑", "Down": "↓", "Escape": "Esc", "-": "−", ",": ",", "Delete": "Del"}

// CommandInfo is one row of the command table, from which the menus, the keys
// and the page of shortcuts are made.
type CommandInfo struct {
	Command Command
	Menu    string // File, Edit, View, Objects, Help
	Label   string // in the menu; an ellipsis on what opens a dialog
	Help    string // a sentence for the page of shortcuts
	Keys    []Key
	Picture bool // needs a picture
	View    bool // carried out by the canvas
	Hold    bool // works while the key is held
}

// Menus are the menus in their order.
var Menus = []string{"File", "Edit", "View", "Objects", "Help"}

func key(name string) []Key       { return []Key{{Name: name}} }
func ctrl(name string) []Key      { return []Key{{Name: name, Ctrl: true}} }
func ctrlShift(name string) []Key { return []Key{{Name: name, Ctrl: true, Shift: true}} }

// Commands is the table.
var Commands = []CommandInfo{
	{CmdOpen, "File", "Open picture…", "Choose pictures to open", ctrl("O"), false, false, false},
	{CmdPaste, "File", "Paste picture or path", "Open what the clipboard holds", ctrl("V"), false, false, false},
	{CmdPrevious, "File", "Previous picture", "The picture before this one in its folder", key("Left"), true, false, false},
	{CmdNext, "File", "Next picture", "The picture after this one in its folder", key("Right"), true, false, false},
	{CmdSave, "File", "Save captioned picture…", "Save the picture with its caption and what is switched on", ctrl("S"), true, false, false},
	{CmdExport, "File", "Export…", "Write caption, objects or class map to files", ctrl("E"), true, false, false},
	{CmdStartPage, "File", "Start page", "Back to the start page", ctrl("W"), true, false, false},
	{CmdSettings, "File", "Settings…", "Appearance, models, device, limits", ctrl(","), false, false, false},
	{CmdQuit, "File", "Quit", "Close Descry; edits are kept", ctrl("Q"), false, false, false},

	{CmdUndo, "Edit", "Undo caption edit", "Take the last change of the caption back", ctrl("Z"), true, false, false},
	{CmdCopy, "Edit", "Copy caption", "Put the caption on the clipboard", ctrl("C"), true, false, false},
	{CmdCopyAlt, "Edit", "Copy for alt text", "The caption as a sentence, for alt text", ctrlShift("C"), true, false, false},
	{CmdRegenerate, "Edit", "Write the caption again", "Ask the model anew; your edit stays until you take the new one", ctrl("R"), true, false, false},

	{CmdZoomIn, "View", "Zoom in", "Larger; the wheel zooms at the pointer", []Key{{Name: "="}, {Name: "+"}}, true, true, false},
	{CmdZoomOut, "View", "Zoom out", "Smaller", key("-"), true, true, false},
	{CmdFit, "View", "Fit", "The whole picture in the window", key("0"), true, true, false},
	{CmdActual, "View", "Actual size", "Pixel for pixel", key("1"), true, true, false},
	{CmdMasks, "View", "Masks", "Fill each object with its colour", key("M"), true, false, false},
	{CmdOutlines, "View", "Outlines", "Draw each object's outline", key("O"), true, false, false},
	{CmdBoxes, "View", "Boxes", "Draw each object's box", key("B"), true, false, false},
	{CmdLabels, "View", "Labels", "Name each object", key("L"), true, false, false},
	{CmdClasses, "View", "Class map", "Colour every pixel by its class", key("C"), true, false, false},
	{CmdBare, "View", "Bare picture", "Hold to see the picture alone", key("H"), true, false, true},
	{CmdPanel, "View", "Panel", "Show or hide the panel at the right", key("I"), true, false, false},

	{CmdNextObject, "Objects", "Next object", "Go down the list of objects", key("Down"), true, false, false},
	{CmdPrevObject, "Objects", "Previous object", "Go up the list of objects", key("Up"), true, false, false},
	{CmdHideObject, "Objects", "Hide or show object", "Switch the selected object off or on", key("X"), true, false, false},
	{CmdSaveObject, "Objects", "Save object…", "Save the selected object as a transparent PNG", ctrlShift("S"), true, false, false},
	{CmdSecondNames, "Objects", "Hide second names", "Where two names cover the same pixels, show the surer one", key("D"), true, false, false},

	{CmdShortcuts, "Help", "Keys", "This page", key("F1"), false, false, false},
	{CmdDiagnostics, "Help", "Diagnostics…", "Versions, library, models, folders, a test run", nil, false, false, false},
	{CmdMenu, "Help", "Menu", "Open the menu", key("F10"), false, true, false},
	{CmdStop, "Help", "Stop or close", "Stop what runs; close a sheet", key("Escape"), false, false, false},
}

// Info gives a command's row.
func Info(c Command) CommandInfo {
	for _, info := range Commands {
		if info.Command == c {
			return info
		}
	}
	return CommandInfo{}
}

// layerOf gives the layer that a command toggles.
var layerOf = map[Command]Layer{CmdMasks: LayerMasks, CmdOutlines: LayerOutlines, CmdBoxes: LayerBoxes, CmdLabels: LayerLabels, CmdClasses: LayerClasses}
