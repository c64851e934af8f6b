package arch

import (
	"slices"
	"strings"
	"testing"

	"descry/internal/failure"
)

func TestTheTableOfArchitecturesIsComplete(t *testing.T) {
	seen := map[string]bool{}
	for _, a := range All() {
		if a.ID == "" || a.Title == "" || a.Memory <= 0 || !slices.Contains([]string{TaskCaption, TaskInstances, TaskClasses}, a.Task) {
			t.Errorf("%+v", a)
		}
		if seen[a.ID+a.Task] || a.Open == nil && a.ID != NameReadymade {
			t.Errorf("%s for %s stands twice or cannot be opened", a.ID, a.Task)
		}
		seen[a.ID+a.Task] = true
		if !slices.Contains(ForTask(a.Task), a.ID) || slices.Contains(ForWeights(), a.ID) != (a.Open != nil) || WorkingMemory(a.ID) <= 0 {
			t.Errorf("%s is not found", a.ID)
		}
		if found, ok := Find(a.ID); !ok || found.ID != a.ID {
			t.Errorf("%s is not found", a.ID)
		}
	}
	if WorkingMemory("unet") != notMeasured || WorkingMemory("blip") == notMeasured {
		t.Error("working memory is not the table's")
	}
	if a, ok := Find("unet"); ok || a.Open != nil {
		t.Error("unet is an architecture")
	}
}

func TestANetworkIsOfItsTasksKind(t *testing.T) {
	f := officialSegmenters(t)["fcn_resnet50"].Tensors.file(t)
	if _, err := Open[Segmenter]("fcn_resnet", f, Files{}); err != nil {
		t.Error(err)
	}
	for _, c := range []struct {
		err  func() error
		want string
	}{
		{func() error { _, err := Open[Captioner]("fcn_resnet", f, Files{}); return err }, "the architecture fcn_resnet is for the task classes"},
		{func() error { _, err := Open[Segmenter](NameReadymade, f, Files{}); return err }, `there is no architecture "onnx" for a file of weights`},
		{func() error { _, err := Open[Detector](NameMaskRCNN, f, Files{}); return err }, "level 0 has 3 anchors a cell, the weights 0"},
	} {
		err := c.err()
		if x := failure.Of(err, failure.Usage); x == nil || x.Kind != failure.Model || x.Subject != f.Path || !strings.Contains(x.Message.String(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
	s := officialMaskRCNN(false)
	for name := range s {
		if strings.HasPrefix(name, "roi_heads.mask") {
			delete(s, name)
		}
	}
	boxes := s.file(t)
	if _, err := Open[Detector](NameMaskRCNN, boxes, Files{}); err == nil || !strings.Contains(err.Error(), NameFasterRCNN) {
		t.Errorf("a detector without masks: %v", err)
	}
	if d, err := Open[Detector](NameFasterRCNN, boxes, Files{}); err != nil || d.HasMasks() {
		t.Errorf("a Faster R-CNN: %v", err)
	}
}

func TestACaptionerSaysWhatTheSearchNeeds(t *testing.T) {
	o := officialBLIP(t)["base"]
	c, err := Open[Captioner]("blip", shapes(o.Tensors).file(t), Files{Config: file(t, "config.json", o.Config)})
	if err != nil {
		t.Fatal(err)
	}
	want := Language{Vocabulary: 30524, Positions: 512, Start: 30522, Stop: 102, Published: true, Caches: 24, EmptyCache: [4]int64{1, 12, 0, 64}}
	if got := c.Language(); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if p := c.Pixels(); p.Width != 384 || p.Height != 384 || p.Scale == 0 {
		t.Errorf("pixels %+v", p)
	}
	config, tensors := smallBLIP(t)
	c, err = Open[Captioner]("blip", shapes(tensors).file(t), Files{Config: file(t, "config.json", config)})
	if err != nil {
		t.Fatal(err)
	}
	if l := c.Language(); l.Published || l.Caches != 4 || l.EmptyCache != [4]int64{1, 2, 0, 4} {
		t.Errorf("a small one: %+v", l)
	}
	_, err = Open[Captioner]("blip", shapes(tensors).file(t), Files{
		Config: file(t, "config.json", config), Preprocessor: file(t, "preprocessor_config.json", []byte(`{"resample": 2}`)),
	})
	if err == nil || !strings.Contains(err.Error(), "resample is 2") {
		t.Errorf("another resampling: %v", err)
	}
}
