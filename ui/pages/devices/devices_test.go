package devices

import (
	"testing"

	"fyne.io/fyne/v2"

	"descry/ui/pages/pagetest"
	"descry/ui/state/core"
	"descry/ui/state/devices"
)

func TestADeviceIsChosenAndTested(t *testing.T) {
	content := devices.Page{Title: "Device", Text: "What the models run on.", Test: core.Button{Text: "Test", Enabled: true, Do: devices.Tested{}}, Close: core.Button{Text: "Done", Enabled: true, Do: core.SheetOpened{}},
		Rows: []devices.Row{
			{Choice: core.Choice{Text: "Automatic", On: true, Do: devices.Chosen{Device: "auto"}}, Report: "The first of these that works."},
			{Choice: core.Choice{Text: "NVIDIA card (CUDA)", Do: devices.Chosen{Device: "cuda"}}, Report: "Looking…"}}}
	b := pagetest.Open(t, NewPage, nil, content, 900, 600)
	p := b.Page.(*Page)
	for _, c := range []struct {
		on   fyne.Tappable
		want core.Action
	}{{p.list[1].choice, devices.Chosen{Device: "cuda"}}, {p.test, devices.Tested{}}, {p.done, core.SheetOpened{}}} {
		if got := b.Pressed(c.on); got != c.want {
			t.Errorf("sent %#v, want %#v", got, c.want)
		}
	}
	if p.trouble.Visible() {
		t.Error("there is no trouble to tell")
	}
	content.Trouble = "The devices could not be looked at."
	content.Rows[1].Report, content.Rows[1].On, content.Rows[0].On = "Works.", true, false
	b.Show(content)
	if p.trouble.Text() != content.Trouble || !p.trouble.Visible() || p.list[1].text.Text() != "Works." || !p.list[1].choice.Checked() || p.list[0].choice.Checked() {
		t.Errorf("it shows %q, %q", p.trouble.Text(), p.list[1].text.Text())
	}
}
