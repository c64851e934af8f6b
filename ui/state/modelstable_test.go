package state

import (
	"strings"
	"testing"

	"descry/inference"
	"descry/settings"
	"descry/ui/state/core"
	"descry/ui/state/models"
)

// TestAFolderOfOnesOwnIsShownAsInUse: with its size and where it lies, and
// nothing that would remove or download it.
func TestAFolderOfOnesOwnIsShownAsInUse(t *testing.T) {
	own := models.Info{Spec: "/home/ada/birds", Name: "birds", Description: "for birds", Tasks: []inference.Task{inference.TaskCaption},
		Place: "/home/ada/birds", Bytes: map[inference.Task]int64{inference.TaskCaption: 990_000_000}}
	starter := models.Info{Spec: "starter", Name: "Starter models", Tasks: core.Tasks, Drawings: true}
	v := models.Inventory{Others: []models.Info{starter, own}}
	settings := settings.Default()
	settings.Model = "caption=/home/ada/birds,instances=starter,classes=starter"
	s := New(Setup{Settings: settings, Home: "/home/ada", Models: v.Others, Store: v})
	s, _ = Reduce(s, models.Listed{Inventory: v})
	s, _ = Reduce(s, core.SheetOpened{Sheet: models.Sheet})
	row := func(title, name string) *models.Row {
		for _, g := range shownOf(Show(s)).Models.Groups {
			for i := range g.Rows {
				if g.Title == title && g.Rows[i].Name == name {
					return &g.Rows[i]
				}
			}
		}
		return nil
	}
	r := row("Captions", own.Spec)
	if r == nil {
		t.Fatal("it is not in the table")
	}
	if r.Title != "birds" || r.Size != "990 MB" || r.State != "In use, from ~/birds" || !r.Use.On || !r.Good || len(r.Acts) != 0 || r.Licence.Do != nil {
		t.Errorf("%+v", *r)
	}
	if row("Objects", own.Spec) != nil {
		t.Error("it is offered for what it does not do")
	}
	if s, _ = Reduce(s, models.Chosen{Task: inference.TaskCaption, Model: "starter"}); row("Captions", own.Spec).State != "Ready, from ~/birds" {
		t.Errorf("when another is chosen it says %q", row("Captions", own.Spec).State)
	}
}

// TestThePageTellsWhatACheckFound: beside the table, since notices lie below the
// page; and no longer when the model is removed.
func TestThePageTellsWhatACheckFound(t *testing.T) {
	d := storeSession(t, func(s *Setup) { s.Store.Models[0].Keep = models.KeepReady })
	d.send(core.SheetOpened{Sheet: models.Sheet}, models.VerifyAsked{Model: "blip-base"})
	d.send(models.PullEnded{Pull: d.lastPull, Failure: nil})
	if told := d.screen().Models.Told; !strings.HasSuffix(told, "is undamaged.") {
		t.Errorf("it says %q", told)
	}
	if d.send(models.RemovalAsked{Model: "blip-base"}); d.screen().Models.Told != "" {
		t.Errorf("of a model that is removed it says %q", d.screen().Models.Told)
	}
}
