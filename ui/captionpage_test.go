package ui

import (
	"descry/ui/state/core"
	"descry/ui/state/prefs"
)

// captionScreen is the sheet of how captions are found.
func captionScreen() shown {
	s := startScreen()
	s.Sheet = prefs.SheetCaption
	s.Captions = prefs.CaptionPage{Title: "Caption options", Text: "For pictures from now on.", Close: button("Done", "", core.SheetOpened{}),
		Groups: []core.Group{
			{Name: "Way", Text: "What holds", Choices: []core.Choice{{Text: "As the model says", On: true, Do: prefs.PresetSet{}}, {Text: "As in BLIP's paper", Do: prefs.PresetSet{Preset: "paper"}}}},
			{Name: "Search", Choices: []core.Choice{{Text: "1", Do: prefs.BeamsSet{Beams: 1}}, {Text: "Vary", On: true, Do: prefs.DrawingSet{TopP: 0.9, Temperature: 1}}}}},
		Prompt: core.TextField{Name: "Start with", Hint: "The model goes on from it", Placeholder: "a picture of"},
		Avoid:  core.TextField{Name: "Words to avoid", Placeholder: "man", Text: "dog"},
		Noise:  core.Button{Text: "Never begin with noise", Enabled: true, On: true, Do: prefs.AnyStartToggled{}},
		Again:  button("Suggest again", "", core.Run{Command: core.CommandRegenerate})}
	return s
}
