package state

import (
	"strings"
	"testing"

	"descry/inference"
	"descry/ui/state/core"
	"descry/ui/state/devices"
	"descry/ui/state/picture"
)

func testDevices() []devices.Report {
	return []devices.Report{
		{ID: "cuda", Title: "NVIDIA card (CUDA)", Message: "the library libcudnn.so.9 was not found", Hint: "Install cuDNN 9."},
		{ID: "cpu", Title: "Processor", Usable: true},
	}
}

// cudaSession has a CUDA device to choose.
func cudaSession(t *testing.T) *session {
	d := newSession(t)
	setup := testSetup()
	setup.Devices = []devices.Info{{ID: "auto", Name: "Automatic"}, {ID: "cuda", Name: "NVIDIA card (CUDA)"}, {ID: "cpu", Name: "Processor"}}
	d.s = New(setup)
	return d
}

// reports are what the sheet says of each device, by its name.
func reports(d *session) map[string]string {
	all := map[string]string{}
	for _, r := range d.screen().Devices.Rows {
		all[r.Text] = r.Report
	}
	return all
}

func TestTheChipOpensTheListOfDevices(t *testing.T) {
	d := cudaSession(t)
	d.send(Started{}, d.screen().Status.Device.Do)
	if look := must[devices.Look](d); look.Test || d.screen().Sheet != devices.Sheet {
		t.Errorf("%+v, sheet %q", look, d.screen().Sheet)
	}
	if got := reports(d)["Processor"]; got != "Checking…" {
		t.Errorf("before the answer it says %q", got)
	}
	d.take()
	d.send(devices.Reported{Reports: testDevices()})
	if got := reports(d); got["NVIDIA card (CUDA)"] != "The library libcudnn.so.9 was not found. Install cuDNN 9." || !strings.HasPrefix(got["Processor"], "Seems usable") {
		t.Errorf("%q", got)
	}
	d.send(core.SheetOpened{Sheet: core.SheetNone}, core.SheetOpened{Sheet: devices.Sheet})
	none[devices.Look](d) // it was looked already
	d.send(devices.Chosen{Device: "cpu"})
	if d.s.Settings().Device != "cpu" {
		t.Error("a click does not choose")
	}
}

func TestTheTestRunsOnceAtATime(t *testing.T) {
	d := cudaSession(t)
	d.send(Started{}, core.SheetOpened{Sheet: devices.Sheet}, devices.Tested{})
	d.take()
	d.send(devices.Tested{})
	none[devices.Look](d)
	if b := d.screen().Devices.Test; b.Enabled || b.Text != "Testing…" {
		t.Errorf("while it tests the button is %+v", b)
	}
	tested := testDevices()
	tested[1].Tested, tested[1].LoadMS, tested[1].RunMS = true, 12, 0.031
	d.send(devices.Reported{Reports: tested, Test: true}, devices.Reported{Reports: testDevices()}) // the slower look comes last
	if got := reports(d)["Processor"]; got != "Works: ready in 12 ms, the test took 0.03 ms." || !d.screen().Devices.Test.Enabled {
		t.Errorf("it says %q", got)
	}
	d.send(devices.Tested{}, devices.Reported{Test: true, Trouble: "Could not check the devices."})
	if s := d.screen().Devices; s.Trouble == "" || !s.Test.Enabled {
		t.Errorf("%+v", s)
	}
}

func TestALostDeviceIsToldOnceAndStays(t *testing.T) {
	d := cudaSession(t)
	d.send(Started{})
	lost := &inference.DeviceLost{Device: "cuda", Title: "NVIDIA card (CUDA)", Used: "cpu", During: "run", Reason: "memory", Message: "the card has too little memory left", Hint: "Close what else uses the card."}
	for range 3 {
		d.send(picture.EngineSaid{Event: inference.Event{Kind: inference.KindDevice, Device: lost}})
	}
	s := d.screen()
	if len(s.Notices) != 1 || s.Notices[0].Text != "NVIDIA card (CUDA) cannot be used: the card has too little memory left." {
		t.Errorf("notices %+v", s.Notices)
	}
	if !strings.HasSuffix(s.Status.Device.Text, "CUDA off") {
		t.Errorf("the chip says %q", s.Status.Device.Text)
	}
	d.send(core.SheetOpened{Sheet: devices.Sheet}, devices.Reported{Reports: []devices.Report{{ID: "cuda", Usable: true}}})
	if got := reports(d)["NVIDIA card (CUDA)"]; got != "Failed: the card has too little memory left. Close what else uses the card." {
		t.Errorf("the list says %q", got)
	}
	d.send(picture.EngineSaid{Event: inference.Event{Kind: inference.KindDevice}}) // nothing in it
}
