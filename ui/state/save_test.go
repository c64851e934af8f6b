package state

import (
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"descry/export"
	"descry/internal/failure"
	"descry/render"
	"descry/settings"
	"descry/ui/state/core"
)

func TestTheCaptionedPictureIsSavedAsItWasShown(t *testing.T) {
	d := resultDesk(t)
	d.send(core.Run{Command: CommandSave})
	sheet := d.screen().Save
	if d.screen().Sheet != SheetSave || sheet.Plan == nil || !sheet.Placements[0].On || !sheet.Formats[0].On || !sheet.Preview.On {
		t.Fatalf("sheet %+v", sheet)
	}
	d.send(sheet.Placements[1].Do, sheet.Formats[1].Do, sheet.Legend.Do, LayerToggled{settings.LayerClasses}, Hovered{1}, Bare{true})
	plan := d.screen().Save.Plan
	if plan.Layout != (render.CaptionLayout{Text: "a sports ball below a boat at night", Placement: render.CaptionOver, Legend: true}) ||
		len(plan.Items) != 2 || !plan.Style.ClassMap || !plan.Style.Masks || plan.Style.Highlight != -1 || plan.Classes == nil || plan.Picture != d.s.current {
		t.Errorf("plan %+v", plan)
	}
	d.send(sheet.Save.Do)
	ask := must[AskSave](d)
	if ask.Folder != "/home/ada/Pictures" || ask.Name != "harbour.descry.jpg" || d.screen().Sheet != core.SheetNone {
		t.Errorf("ask %+v", ask)
	}
	// The picture is left while the dialog stands: what was asked for is saved.
	d.send(SampleOpened{"dog-at-night.png"}, PlaceChosen{ask.Ask, "/tmp/out.jpg"})
	w := must[WriteCaptioned](d)
	if !reflect.DeepEqual(w.Plan, *plan) || w.Path != "/tmp/out.jpg" || !w.Overwrite || w.Original != "/home/ada/Pictures/harbour.png" {
		t.Errorf("write %+v", w)
	}
	d.send(Exported{Write: w.Write, Path: w.Path})
	n := d.screen().Notices
	if len(n) != 1 || n[0].Text != "Saved out.jpg." || n[0].Detail != "/tmp" || n[0].Kind != core.NoticeDone {
		t.Fatalf("notices %+v", n)
	}
	d.send(n[0].Actions[0].Do)
	if e := must[core.ShowInFolder](d); e.Path != "/tmp/out.jpg" {
		t.Errorf("%+v", e)
	}
	d.take()
	d.send(PlaceChosen{ask.Ask, "/tmp/again.jpg"})
	none[WriteCaptioned](d)
}

func TestSavingAsksBeforeItWritesOverAnother(t *testing.T) {
	for _, c := range []struct {
		path, want string
		overwrite  bool
	}{
		{"/tmp/x.png", "/tmp/x.png", true},
		{"/tmp/x.JPEG", "/tmp/x.JPEG", true},
		{"/tmp/x", "/tmp/x.png", false}, // the dialog asked about another name
		{"/tmp/x.txt", "/tmp/x.txt.png", false},
	} {
		d := resultDesk(t)
		d.send(SaveAsked{})
		d.send(PlaceChosen{must[AskSave](d).Ask, c.path})
		if w := must[WriteCaptioned](d); w.Path != c.want || w.Overwrite != c.overwrite {
			t.Errorf("%s: %s, overwrite %v", c.path, w.Path, w.Overwrite)
		}
	}
}

func TestAnOriginalIsNeverWrittenTo(t *testing.T) {
	for _, path := range []string{"/home/ada/Pictures/harbour.png", "/home/ada/Pictures/../Pictures/HARBOUR.png"} {
		d := resultDesk(t)
		d.send(SaveAsked{})
		d.send(PlaceChosen{must[AskSave](d).Ask, path})
		none[WriteCaptioned](d)
		if n := d.screen().Notices; len(n) != 1 || !strings.HasSuffix(n[0].Text, "is the picture itself.") {
			t.Errorf("notices %+v", n)
		}
	}
}

func TestExportsGoBesideThePictureOrIntoAFolder(t *testing.T) {
	d := resultDesk(t)
	d.send(core.Run{Command: CommandExport})
	sheet := d.screen().Export
	if len(sheet.Formats) != 4 || !sheet.Formats[0].On || sheet.Formats[1].On || sheet.Formats[0].File != "harbour.txt" {
		t.Fatalf("sheet %+v", sheet.Formats)
	}
	for _, f := range sheet.Formats[1:] {
		d.send(f.Do)
	}
	d.send(d.screen().Export.Beside.Do)
	effects := d.take()
	if got := kinds(effects); got != "WriteText WriteJSON WriteCOCO WriteLabelMap" {
		t.Fatalf("exporting wants %s", got)
	}
	text, json, coco, labels := pick[WriteText](effects)[0], pick[WriteJSON](effects)[0], pick[WriteCOCO](effects)[0], pick[WriteLabelMap](effects)[0]
	var paths []string
	for _, target := range []Target{text.Target, json.Target, coco.Target, labels.Target} {
		paths = append(paths, filepath.Base(target.Path))
		if target.Overwrite || filepath.Dir(target.Path) != "/home/ada/Pictures" {
			t.Errorf("%+v", target)
		}
	}
	if got := strings.Join(paths, " "); got != "harbour.txt harbour.json harbour.coco.json harbour.labelmap.png" {
		t.Errorf("files %s", got)
	}
	if r := json.Result; r.Image != "/home/ada/Pictures/harbour.png" || r.Width != 400 || r.Caption == nil || r.Instances == nil || r.Classes == nil || r.Timings.Caption != 210 {
		t.Errorf("result %+v", r)
	}
	// Two are there already: they are told together and can be replaced.
	exists := failure.New(failure.Unreadable, "write", "", "the file exists")
	d.send(Exported{Write: text.Write}, Exported{Write: labels.Write}, ExportFailed{json.Write, exists, true}, ExportFailed{coco.Write, exists, true})
	n := d.screen().Notices
	if len(n) != 2 || n[0].Text != "Saved 2 files." || n[0].Detail != "~/Pictures" || n[1].Text != "2 files of these names are there already." {
		t.Fatalf("notices %+v", n)
	}
	d.take()
	d.send(n[1].Actions[0].Do)
	effects = d.take()
	if got := kinds(effects); got != "WriteJSON WriteCOCO" || !pick[WriteCOCO](effects)[0].Overwrite {
		t.Errorf("replacing wants %s", got)
	}

	d.send(SampleOpened{"boat-and-ball.png"})
	d.decode(d.s.current)
	d.finishAll()
	d.send(core.Run{Command: CommandExport})
	if sheet := d.screen().Export; sheet.Beside.Do != nil || !sheet.Choose.Enabled {
		t.Errorf("a sample has no folder: %+v", sheet)
	}
	d.take()
	d.send(d.screen().Export.Choose.Do)
	d.send(PlaceChosen{must[AskFolder](d).Ask, "/out"})
	if w := must[WriteText](d); w.Path != filepath.FromSlash("/out/boat-and-ball.txt") {
		t.Errorf("%+v", w)
	}
}

func TestTheExportedCaptionIsThePersonsAndTheJSONTheModels(t *testing.T) {
	d := resultDesk(t)
	d.send(CaptionEdited{Text: "mine"}, ExportToggled{export.FormatJSON}, ExportAsked{Beside: true})
	if w := must[WriteText](d); w.Caption != "mine" {
		t.Errorf("text %q", w.Caption)
	}
	if w := must[WriteJSON](d); w.Result.Caption.Hypotheses[0].Text == "mine" {
		t.Error("the JSON holds the edit")
	}
}

func TestOneObjectIsSavedAsATransparentPNG(t *testing.T) {
	d := resultDesk(t)
	d.send(core.Run{Command: CommandSaveObject})
	none[AskSave](d)
	d.send(Selected{0}, core.Run{Command: CommandSaveObject})
	ask := must[AskSave](d)
	if ask.Name != "harbour.sports-ball.png" {
		t.Errorf("%+v", ask)
	}
	d.send(PlaceChosen{ask.Ask, "/o/ball.png"})
	if w := must[WriteCutout](d); w.Instance.Label != "sports ball" || w.Picture != d.s.current {
		t.Errorf("%+v", w.Instance)
	}
	d.send(ObjectSaveAsked{1}, PlaceChosen{must[AskSave](d).Ask + 1, ""})
	if len(pick[WriteCutout](d.take())) != 1 {
		t.Error("a dismissed dialog writes")
	}
}

func TestAFailedSaveSaysWhy(t *testing.T) {
	d := resultDesk(t)
	d.send(SaveAsked{}, PlaceChosen{1, "/o/x.png"})
	w := must[WriteCaptioned](d)
	d.send(ExportFailed{w.Write, failure.New(failure.Unreadable, "write", w.Path, "permission denied").WithHint("Choose another folder."), false})
	n := d.screen().Notices
	if len(n) != 1 || n[0].Text != "x.png could not be saved." || n[0].Detail != "Permission denied. Choose another folder." || n[0].Kind != core.NoticeTrouble {
		t.Errorf("notices %+v", n)
	}
	d.send(n[0].Close.Do)
	if len(d.screen().Notices) != 0 {
		t.Error("it does not go")
	}
}

func TestNothingIsSavedBeforeThereIsAPicture(t *testing.T) {
	d := newDesk(t)
	d.send(Opened{[]string{"/p/a.png"}})
	d.take()
	d.send(core.Run{Command: CommandSave}, core.Run{Command: CommandExport}, SaveAsked{}, ExportAsked{Beside: true}, core.SheetOpened{Sheet: SheetSave})
	if got := kinds(d.take()); got != "" || d.s.Sheet() != core.SheetNone {
		t.Errorf("wants %s", got)
	}
	d.pass(time.Second)
}
