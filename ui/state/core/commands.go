package core

// CommandID names a command of the window's table.
type CommandID string

// The commands by name, for those who show a control for one.
const (
	CommandOpen        CommandID = "open"
	CommandPaste       CommandID = "paste"
	CommandSave        CommandID = "save"
	CommandExport      CommandID = "export"
	CommandNext        CommandID = "next"
	CommandPrevious    CommandID = "previous"
	CommandClose       CommandID = "close"
	CommandSettings    CommandID = "settings"
	CommandQuit        CommandID = "quit"
	CommandCopy        CommandID = "copy"
	CommandUndo        CommandID = "undo"
	CommandRedo        CommandID = "redo"
	CommandRegenerate  CommandID = "regenerate"
	CommandCaptionForm CommandID = "caption-form"
	CommandStop        CommandID = "stop"
	CommandZoomIn      CommandID = "zoom-in"
	CommandZoomOut     CommandID = "zoom-out"
	CommandFit         CommandID = "fit"
	CommandActual      CommandID = "actual"
	CommandBare        CommandID = "bare"
	CommandPanel       CommandID = "panel"
	CommandSecondNames CommandID = "second-names"
	CommandShowHidden  CommandID = "show-hidden"
	CommandSaveObject  CommandID = "save-object"
	CommandEscape      CommandID = "escape"
	CommandShortcuts   CommandID = "shortcuts"
	CommandAbout       CommandID = "about"
	CommandAgain       CommandID = "describe-again"
	CommandModels      CommandID = "models"
)
