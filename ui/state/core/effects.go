package core

import (
	"descry/internal/failure"
	"descry/settings"
)

// Effects that several features want.
type (
	// SaveSettings keeps the settings; only a failure is answered.
	SaveSettings struct{ Settings settings.Settings }
	// CopyText puts text into the clipboard and answers with TextCopied.
	CopyText struct{ Text, What string }
	// ShowInFolder shows a file in the system's file manager.
	ShowInFolder struct{ Path string }
	// OpenFolder opens a folder in the system's file manager.
	OpenFolder struct{ Path string }
)

// What comes of them, and what asks for them.
type (
	// SettingsFailed tells that SaveSettings did not work.
	SettingsFailed struct{ Failure *failure.Failure }
	// TextCopied tells that CopyText worked, or why not.
	TextCopied struct {
		What    string
		Failure *failure.Failure
	}
	// FolderShown shows a file in the system's file manager.
	FolderShown struct{ Path string }
)

// Lane implements Effect.
func (SaveSettings) Lane() string { return LaneSettings }

// Lane implements Effect.
func (CopyText) Lane() string { return LaneClipboard }

// Lane implements Effect.
func (ShowInFolder) Lane() string { return LaneNone }

// Lane implements Effect.
func (OpenFolder) Lane() string { return LaneNone }
