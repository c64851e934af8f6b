package prefs

import (
	"fmt"
	"slices"

	"descry/internal/message"
	"descry/settings"
	"descry/ui/state/core"
)

// SettingsPage chooses what is used.
type SettingsPage struct {
	Title       string
	ModelsTitle string
	ModelsText  string      // which are used
	Models      core.Button // opens the Models page
	Groups      []core.Group
	Close       core.Button
}

// pixelLimits are the limits that can be chosen, in millions.
var pixelLimits = []int{50, 100, 200, 500}

func (e Env) settings() SettingsPage {
	sheet := SettingsPage{Title: "Settings", ModelsTitle: "Models", Close: core.CloseButton("Done")}
	sheet.Models = e.Models
	sheet.ModelsText = e.ModelsText
	themes := core.Group{Name: "Theme"}
	for _, t := range []struct {
		theme settings.Theme
		text  string
	}{{settings.ThemeSystem, "Same as system"}, {settings.ThemeLight, "Light"}, {settings.ThemeDark, "Dark"}} {
		themes.Choices = append(themes.Choices, core.Choice{Text: t.text, Tip: "", On: e.Settings().Theme == t.theme, Do: ThemeSet{t.theme}})
	}
	device := core.Group{Name: "Device", Text: "What the models run on", Choices: e.Devices}
	threads := core.Group{Name: "Threads", Text: "More is faster, but may slow other programs",
		Choices: []core.Choice{{Text: message.Sprintf("Automatic (%d)", e.Threads), Tip: "", On: e.Settings().Threads == 0, Do: ThreadsSet{}}}}
	for _, n := range threadChoices(e.Cores, e.Settings().Threads) {
		threads.Choices = append(threads.Choices, core.Choice{Text: fmt.Sprint(n), Tip: "", On: e.Settings().Threads == n, Do: ThreadsSet{n}})
	}
	limits := core.Group{Name: "Largest picture", Text: "In megapixels; larger pictures are refused"}
	for _, n := range limitChoices(e.Settings().MegaPixels) {
		limits.Choices = append(limits.Choices, core.Choice{Text: fmt.Sprint(n), Tip: "", On: e.Settings().MegaPixels == n, Do: PixelLimitSet{n}})
	}
	sheet.Groups = []core.Group{themes}
	for _, g := range []core.Group{device, threads, limits} {
		if len(g.Choices) > 1 {
			sheet.Groups = append(sheet.Groups, g)
		}
	}
	return sheet
}

// threadChoices are 1, 2, 4, … up to the number of cores, with what is set.
func threadChoices(cores, set int) []int {
	var all []int
	for n := 1; n < cores; n *= 2 {
		all = append(all, n)
	}
	return core.With(append(all, max(cores, 1)), set)
}

// limitChoices are pixelLimits, with what is set.
func limitChoices(set int) []int { return core.With(slices.Clone(pixelLimits), set) }

// AboutPage tells versions, and what the doctor found.
type AboutPage struct {
	Title  string
	Text   string
	Report string // the doctor's text, or that it is being asked
	Copy   core.Button
	Close  core.Button
}

func (s State) about(e Env) AboutPage {
	a := AboutPage{
		Title: message.Sprintf("About %s", core.ProgramName), Close: core.CloseButton("Close"),
		Text:   message.Sprintf("%s Captions pictures, and outlines and names the objects in them. Nothing leaves this computer.", core.Sentence(core.ProgramName+" "+e.Version)),
		Report: s.doctor,
		Copy:   core.Button{Text: "Copy diagnostics", Tip: "Copy this text for a bug report", Enabled: s.doctor != "", Do: DiagnosticsCopied{}},
	}
	if s.doctor == "" {
		a.Report = "Checking models, ONNX Runtime and folders…"
	}
	return a
}
