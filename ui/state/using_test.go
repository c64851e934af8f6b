package state

import (
	"strings"
	"testing"

	"descry/inference"
	"descry/ui/state/core"
	"descry/ui/state/models"
	"descry/ui/state/picture"
)

// TestEachModelIsUsedAsSoonAsItHasArrived: what is on the screen stays, new
// pictures and one click use the new model, and only for its own task.
func TestEachModelIsUsedAsSoonAsItHasArrived(t *testing.T) {
	d := storeSession(t)
	d.send(models.SetOffered{Set: "full"}, models.OfferTaken{}, core.SheetOpened{Sheet: core.SheetNone})
	d.open("/home/ada/Pictures/harbour.png")
	d.finishAll()
	d.take()
	d.send(models.PullEnded{Pull: d.pulled("blip-base"), Failure: nil})
	effects := d.take()
	if len(pick[picture.Submit](effects)) != 0 || len(pick[models.List](effects)) != 1 {
		t.Errorf("arriving wants %s", kinds(effects))
	}
	if got := d.model().Spec; got != "caption=blip-base,instances=starter,classes=starter" {
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
	again := pick[picture.Submit](d.take())
	if len(again) != 1 || again[0].Request.Task != inference.TaskCaption || again[0].Request.Model != d.model().Spec {
		t.Fatalf("again: %+v", again)
	}
	d.finish(picture.SlotCaption)
	d.finish(picture.SlotAlternatives)
	if d.screen().Panel.Notice != nil || len(d.screen().Notices) != 0 {
		t.Error("it can be described again for ever")
	}
	d.send(models.PullEnded{Pull: d.pulled("maskrcnn-v2"), Failure: nil})
	if got := d.model().Spec; got != "caption=blip-base,instances=maskrcnn-v2" {
		t.Errorf("in use: %s", got)
	}
	d.send(models.PullEnded{Pull: d.pulled("deeplabv3-resnet101"), Failure: nil})
	if m := d.model(); m.Name != "Full models" || m.Drawings {
		t.Errorf("in use: %+v", m)
	}
	if r := d.row2("maskrcnn-v2"); r.State != "In use" || acts(r) != "Verify Remove" || !r.Use.On {
		t.Errorf("row %+v", r)
	}
}

func TestAnotherModelIsChosenForOneTaskOnly(t *testing.T) {
	d := storeSession(t, func(s *Setup) {
		for _, i := range []int{0, 2, 3, 4} {
			s.Store.Models[i].Keep = models.KeepReady
		}
	})
	if got := d.model(); got.Name != "Full models" || d.screen().Start.Card != nil {
		t.Fatalf("in use: %+v", got)
	}
	d.open("/home/ada/Pictures/harbour.png")
	d.finishAll()
	d.take()
	d.send(core.SheetOpened{Sheet: models.Sheet})
	d.send(d.row("maskrcnn-v1").Use.Do)
	if again := pick[picture.Submit](d.take()); len(again) != 1 || again[0].Request.Task != inference.TaskInstances {
		t.Errorf("again: %+v", again)
	}
	if got := d.s.Settings().Model; got != "caption=blip-base,instances=maskrcnn-v1,classes=deeplabv3-resnet101" {
		t.Errorf("settings: %s", got)
	}
	d.send(d.row("starter").Use.Do, models.Chosen{Task: inference.TaskInstances, Model: "blip-base"}, models.Chosen{Task: inference.TaskCaption, Model: "blip-large"})
	if got := d.s.Settings().Model; got != "caption=starter,instances=maskrcnn-v1,classes=deeplabv3-resnet101" {
		t.Errorf("settings: %s", got)
	}
	d.send(d.screen().Models.Sets[0].Get.Do)
	if d.model().Name != "Full models" || d.screen().Models.Sets[0].Get.Text != "In use" {
		t.Errorf("in use: %+v", d.model())
	}
}

func TestAModelThatIsGoneIsStoodInForAndSaid(t *testing.T) {
	d := storeSession(t, func(s *Setup) {
		s.Settings.Model = "caption=blip-base,instances=maskrcnn-v2,classes=deeplabv3-resnet101"
		s.Store.Models[2].Keep = models.KeepReady
	})
	if got := d.model().Spec; got != "caption=starter,instances=maskrcnn-v1" {
		t.Errorf("in use: %s", got)
	}
	n := d.screen().Notices
	if len(n) != 1 || n[0].Text != "BLIP base, Mask R-CNN v2, DeepLabV3 ResNet-101 are not on this computer." {
		t.Errorf("notices %+v", n)
	}
}

// TestClassesComeFromTheObjectsWhereNoModelForThemIsHere: better than from the
// built-in model, which knows no photographs; and it can be chosen.
func TestClassesComeFromTheObjectsWhereNoModelForThemIsHere(t *testing.T) {
	d := storeSession(t, func(s *Setup) {
		s.Store.Models[2].Keep, s.Store.Models[3].Keep, s.Store.Models[2].Boxes = models.KeepReady, models.KeepReady, true
	})
	if got := d.model(); got.Spec != "caption=starter,instances=maskrcnn-v2" || len(got.Tasks) != 3 {
		t.Fatalf("in use: %+v", got)
	}
	d.open("/home/ada/Pictures/harbour.png")
	d.finishAll()
	d.take()
	d.send(core.SheetOpened{Sheet: models.Sheet})
	if r := d.row(models.ObjectsOf); r.State != "In use" || !r.Use.On {
		t.Errorf("row %+v", r)
	}
	d.send(d.row("maskrcnn-v1").Use.Do) // boxes only: no map can be made of them
	if got := d.model().Spec; got != "caption=starter,instances=maskrcnn-v1,classes=starter" {
		t.Errorf("in use: %s", got)
	}
	if again := pick[picture.Submit](d.take()); len(again) != 2 || again[0].Request.Task != inference.TaskInstances || again[1].Request.Task != inference.TaskClasses {
		t.Errorf("again: %+v", again)
	}
	d.send(models.Chosen{Task: inference.TaskInstances, Model: "starter"}, models.Chosen{Task: inference.TaskClasses, Model: models.ObjectsOf + "starter"})
	if got := d.s.Settings().Model; got != "caption=starter,instances=starter" || d.s.models.Using().Names[2] != "objects:starter" {
		t.Errorf("settings: %s, in use %v", got, d.s.models.Using())
	}
	d.send(models.Chosen{Task: inference.TaskClasses, Model: "starter"})
	if got := d.model().Spec; got != "starter" {
		t.Errorf("in use: %s", got)
	}
}
