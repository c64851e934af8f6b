package devices

import (
	"descry/internal/message"
	"descry/ui/state/core"
)

// Page says what the models run on, why not on something else, and lets a
// person choose and test.
type Page struct {
	Title   string
	Text    string
	Trouble string // why there is no report; empty: there is one, or it is on its way
	Rows    []Row
	Test    core.Button
	Close   core.Button
}

// Row is one device to choose, and how it stands with it.
type Row struct {
	core.Choice
	Report string
}

// names are the devices as people call them.
var names = map[string]string{"cpu": "CPU", "cuda": "CUDA", "coreml": "Core ML", "directml": "DirectML", "openvino": "OpenVINO", "tensorrt": "TensorRT"}

// shown is how a device is called in the status bar.
func shown(id string) string {
	if name := names[id]; name != "" {
		return name
	}
	return id
}

// Chip is the status bar's: what is used, and what was given up.
func (s State) Chip(env Env) core.Button {
	b := core.Button{Text: s.text(env), Tip: "What the models run on; click to choose and test devices", Enabled: true, Do: core.SheetOpened{Sheet: Sheet}}
	for _, l := range s.lost {
		b.Text = message.Sprintf("%s · %s off", b.Text, shown(l.Device))
	}
	return b
}

func (s State) text(env Env) string {
	device, threads := s.device, s.threads
	if device == "" {
		if device = env.Settings().Device; device == "auto" {
			device = "cpu"
		}
		if threads = env.Settings().Threads; threads == 0 {
			threads = env.Threads
		}
	}
	if threads > 0 && device == "cpu" {
		return core.Plural(threads, message.Of("%s · 1 thread", shown(device)), message.Of("%s · %d threads", shown(device), threads))
	}
	return shown(device)
}

// Choices are the devices that can be chosen.
func Choices(env Env) (all []core.Choice) {
	for _, d := range env.Devices {
		all = append(all, core.Choice{Text: d.Name, On: env.Settings().Device == d.ID, Do: Chosen{d.ID}})
	}
	return all
}

// Show returns the sheet.
func (s State) Show(env Env) Page {
	page := Page{
		Title: "Device", Text: "What the models run on. If the card fails, Descry uses the processor until restart.", Close: core.CloseButton("Done"),
		Test: core.Button{Text: "Test", Tip: "Run a small test on each device", Enabled: !s.testing, Do: Tested{}},
	}
	if s.testing {
		page.Test.Text = "Testing…"
	}
	page.Trouble = s.trouble
	for i, c := range Choices(env) {
		page.Rows = append(page.Rows, Row{Choice: c, Report: s.report(env.Devices[i].ID)})
	}
	return page
}

// report says in sentences how it stands with a device.
func (s State) report(id string) string {
	if id == "auto" {
		if s.device != "" {
			return message.Sprintf("Uses the first of these that works. The last picture was described on: %s.", shown(s.device))
		}
		return "Uses the first of these that works."
	}
	for _, l := range s.lost {
		if l.Device == id {
			return core.Sentence(message.Sprintf("failed: %s", l.Message)) + spaced(l.Hint)
		}
	}
	for _, d := range s.known {
		switch {
		case d.ID != id:
			continue
		case !d.Usable:
			return core.Sentence(d.Message) + spaced(d.Hint)
		case d.Tested:
			return message.Sprintf("Works: ready in %.0f ms, the test took %.2f ms.", d.LoadMS, d.RunMS)
		}
		return "Seems usable; not tested."
	}
	if s.trouble != "" {
		return ""
	}
	return "Checking…"
}

// spaced puts a space before a sentence.
func spaced(text string) string {
	if text == "" {
		return ""
	}
	return " " + text
}
