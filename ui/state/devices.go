package state

import (
	"fmt"
	"slices"

	"descry/inference"
	"descry/ui/state/core"
)

// DeviceReport is what was found out about a device that models could run on.
type DeviceReport struct {
	ID, Title string
	Usable    bool    // as far as is known, or really if Tested
	Tested    bool    // a small graph was run on it
	LoadMS    float64 // making it ready and running it once
	RunMS     float64 // running it again
	Message   string  // why it is not used, a clause
	Hint      string  // what to do about it, whole sentences
}

// devices is what the window knows of devices.
type devices struct {
	known   []DeviceReport // in the order in which they are tried; nil: not looked yet
	testing bool
	trouble string                 // why there is no report, a sentence
	lost    []inference.DeviceLost // given up since the window opened
}

// Devices.
type (
	// DevicesTested wants each device tried with a small graph.
	DevicesTested struct{}
	// DevicesSaid answers LookAtDevices; Trouble says why there is no report.
	DevicesSaid struct {
		Reports []DeviceReport
		Test    bool
		Trouble string
	}
)

// LookAtDevices lists the devices, and with Test runs a small graph on each, in
// another process: a driver that crashes does not take the window along. It answers
// with DevicesSaid.
type LookAtDevices struct{ Test bool }

// Lane implements core.Effect.
func (LookAtDevices) Lane() string { return core.LaneNone }

func (DevicesTested) on(r *reduction) {
	if !r.s.devices.testing {
		r.s.devices.testing = true
		r.t.Do(LookAtDevices{Test: true})
	}
}

func (a DevicesSaid) on(r *reduction) {
	d := &r.s.devices
	if a.Test {
		d.testing = false
	}
	if d.trouble = a.Trouble; a.Trouble != "" {
		return
	}
	if !a.Test && slices.ContainsFunc(d.known, func(r DeviceReport) bool { return r.Tested }) {
		return // a test says more than a look
	}
	d.known = a.Reports
}

// loseDevice tells, once, that a device was given up.
func (r *reduction) loseDevice(l *inference.DeviceLost) {
	if l == nil || slices.ContainsFunc(r.s.devices.lost, func(o inference.DeviceLost) bool { return o.Device == l.Device }) {
		return
	}
	r.s.devices.lost = core.Added(r.s.devices.lost, *l)
	r.t.Notify(core.Notice{Kind: core.NoticeHint, Text: l.Title + " is not used: " + l.Message + ".", Detail: "The processor does its work until the program is started again."})
}

// shownDevice is how a device is called in the status bar.
func shownDevice(id string) string {
	if name := deviceNames[id]; name != "" {
		return name
	}
	return id
}

// deviceChip is the status bar's: what is used, and what was given up.
func (s *State) deviceChip() core.Button {
	b := core.Button{Text: s.deviceText(), Tip: "What the models run on; click to see why, to test and to choose", Enabled: true, Do: core.SheetOpened{Sheet: SheetDevices}}
	for _, l := range s.devices.lost {
		b.Text += " · " + shownDevice(l.Device) + " off"
	}
	return b
}

func (s *State) showDevices() DevicesSheet {
	sheet := DevicesSheet{
		Title: "Device", Text: "What the models run on. A card that fails is replaced by the processor until the program is started again.", Close: s.closeButton("Done"),
		Test: core.Button{Text: "Test", Tip: "Run a small graph on each device", Enabled: !s.devices.testing, Do: DevicesTested{}},
	}
	if s.devices.testing {
		sheet.Test.Text = "Testing…"
	}
	sheet.Trouble = s.devices.trouble
	for _, d := range s.setup.Devices {
		sheet.Rows = append(sheet.Rows, DeviceRow{core.Choice{Text: d.Name, Tip: "", On: s.Settings().Device == d.ID, Do: DeviceSet{d.ID}}, s.deviceReport(d.ID)})
	}
	return sheet
}

// deviceReport says in sentences how it stands with a device.
func (s *State) deviceReport(id string) string {
	if id == "auto" {
		text := "The first of these that works."
		if s.device != "" {
			text += " The last picture was described by: " + shownDevice(s.device) + "."
		}
		return text
	}
	for _, l := range s.devices.lost {
		if l.Device == id {
			return core.Sentence("given up: "+l.Message) + spaced(l.Hint)
		}
	}
	for _, d := range s.devices.known {
		switch {
		case d.ID != id:
			continue
		case !d.Usable:
			return core.Sentence(d.Message) + spaced(d.Hint)
		case d.Tested:
			return fmt.Sprintf("Works: ready in %.0f ms, a small graph takes %.2f ms.", d.LoadMS, d.RunMS)
		}
		return "Can be used, as far as one can see without a test."
	}
	if s.devices.trouble != "" {
		return ""
	}
	return "Looking…"
}

// spaced puts a space before a sentence.
func spaced(text string) string {
	if text == "" {
		return ""
	}
	return " " + text
}
