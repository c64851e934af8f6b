package state

import (
	"strings"
	"testing"

	"descry/inference"
)

// TestEachModelIsUsedAsSoonAsItHasArrived: what is on the screen stays, new
// pictures and one click use the new model, and only for its own task.
func TestEachModelIsUsedAsSoonAsItHasArrived(t *testing.T) {
	d := storeDesk(t)
	d.send(SetOffered{"full"}, OfferTaken{}, SheetOpened{SheetNone})
	d.open("/home/ada/Pictures/harbour.png")
	d.finishAll()
	d.take()
	d.send(PullEnded{d.pulled("blip-base"), nil})
	effects := d.take()
	if len(pick[Submit](effects)) != 0 || len(pick[ListModels](effects)) != 1 {
		t.Errorf("arriving wants %s", kinds(effects))
	}
	if got := d.s.model().Spec; got != "caption=blip-base,instances=starter,classes=starter" {
		t.Errorf("in use: %s", got)
	}
	s := d.screen()
	if s.Panel.Caption.Text != "a sports ball below a boat at night" || len(s.Panel.Objects.Rows) == 0 {
		t.Error("what was found is gone")
	}
	if n := s.Panel.Notice; n == nil || len(n.Actions) != 1 || n.Actions[0].Text != "Describe the open picture again" {
		t.Fatalf("notice %+v", n)
	}
	if s.Status.Model.Text != "Mixed models" || !strings.HasPrefix(s.Status.Model.Tip, "Captions by BLIP base, objects by Starter models") {
		t.Errorf("chip %+v", s.Status.Model)
	}
	d.send(s.Panel.Notice.Actions[0].Do)
	again := pick[Submit](d.take())
	if len(again) != 1 || again[0].Request.Task != inference.TaskCaption || again[0].Request.Model != d.s.model().Spec {
		t.Fatalf("again: %+v", again)
	}
	d.finish(slotCaption)
	d.finish(slotOthers)
	if d.screen().Panel.Notice != nil || len(d.screen().Notices) != 0 {
		t.Error("it can be described again for ever")
	}
	d.send(PullEnded{d.pulled("maskrcnn-v2"), nil}, PullEnded{d.pulled("deeplabv3-resnet101"), nil})
	if m := d.s.model(); m.Name != "Full models" || m.Drawings {
		t.Errorf("in use: %+v", m)
	}
	if r := d.row2("maskrcnn-v2"); r.State != "In use" || r.acts() != "Verify Remove" || !r.Use.On {
		t.Errorf("row %+v", r)
	}
}

func TestAnotherModelIsChosenForOneTaskOnly(t *testing.T) {
	d := storeDesk(t, func(s *Setup) {
		for _, i := range []int{0, 2, 3, 4} {
			s.Store.Models[i].Keep = KeepReady
		}
	})
	if got := d.s.model(); got.Name != "Full models" || d.screen().Start.Card != nil {
		t.Fatalf("in use: %+v", got)
	}
	d.open("/home/ada/Pictures/harbour.png")
	d.finishAll()
	d.take()
	d.send(SheetOpened{SheetModels})
	d.send(d.row("maskrcnn-v1").Use.Do)
	if again := pick[Submit](d.take()); len(again) != 1 || again[0].Request.Task != inference.TaskInstances {
		t.Errorf("again: %+v", again)
	}
	if got := d.s.settings.Model; got != "caption=blip-base,instances=maskrcnn-v1,classes=deeplabv3-resnet101" {
		t.Errorf("settings: %s", got)
	}
	d.send(d.row("starter").Use.Do, TaskModelSet{inference.TaskInstances, "blip-base"}, TaskModelSet{inference.TaskCaption, "blip-large"})
	if got := d.s.settings.Model; got != "caption=starter,instances=maskrcnn-v1,classes=deeplabv3-resnet101" {
		t.Errorf("settings: %s", got)
	}
	d.send(d.screen().Models.Sets[0].Get.Do)
	if d.s.model().Name != "Full models" || d.screen().Models.Sets[0].Get.Text != "In use" {
		t.Errorf("in use: %+v", d.s.model())
	}
}

func TestAModelThatIsGoneIsStoodInForAndSaid(t *testing.T) {
	d := storeDesk(t, func(s *Setup) {
		s.Settings.Model = "caption=blip-base,instances=maskrcnn-v2,classes=deeplabv3-resnet101"
		s.Store.Models[2].Keep = KeepReady
	})
	if got := d.s.model().Spec; got != "caption=starter,instances=maskrcnn-v1,classes=starter" {
		t.Errorf("in use: %s", got)
	}
	n := d.screen().Notices
	if len(n) != 1 || n[0].Text != "BLIP base, Mask R-CNN v2, DeepLabV3 ResNet-101 are not on this computer." {
		t.Errorf("notices %+v", n)
	}
}
