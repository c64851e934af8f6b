package state

import (
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"descry/inference"
	"descry/internal/failure"
	"descry/render"
	"descry/settings"
	"descry/ui/state/core"
	"descry/ui/state/picture"
)

func TestTheCaptionedPictureIsSavedAsItWasShown(t *testing.T) {
	d := resultSession(t)
	d.send(core.Run{Command: core.CommandSave})
	sheet := d.screen().Save
	if d.screen().Sheet != picture.SheetSave || sheet.Plan == nil || !sheet.Placements[0].On || !sheet.Formats[0].On || !sheet.Preview.On {
		t.Fatalf("sheet %+v", sheet)
	}
	d.send(sheet.Placements[1].Do, sheet.Formats[1].Do, sheet.Legend.Do, picture.LayerToggled{Layer: settings.LayerClasses}, picture.Hovered{Object: 1}, picture.Bare{On: true})
	plan := d.screen().Save.Plan
	if plan.Layout != (render.CaptionLayout{Text: "a sports ball below a boat at night", Placement: render.CaptionOver, Legend: true}) ||
		len(plan.Items) != 2 || !plan.Style.ClassMap || !plan.Style.Masks || plan.Style.Highlight != -1 || plan.Classes == nil || plan.Picture != d.s.Current() {
		t.Errorf("plan %+v", plan)
	}
	d.send(sheet.Save.Do)
	ask := must[picture.AskSave](d)
	if ask.Folder != "/home/ada/Pictures" || ask.Name != "harbour.descry.jpg" || d.screen().Sheet != core.SheetNone {
		t.Errorf("ask %+v", ask)
	}
	// The picture is left while the dialog stands: what was asked for is saved.
	d.send(picture.SampleOpened{Name: "dog-at-night.png"}, picture.PlaceChosen{Ask: ask.Ask, Path: "/tmp/out.jpg"})
	w := must[picture.WriteFile](d)
	if !reflect.DeepEqual(w.Captioned, plan) || w.Format != "jpeg" || w.Path != "/tmp/out.jpg" || !w.Overwrite || w.Original != "/home/ada/Pictures/harbour.png" {
		t.Errorf("write %+v", w)
	}
	d.send(picture.Exported{Write: w.Write, Path: w.Path})
	n := d.screen().Notices
	if len(n) != 1 || n[0].Text != "Saved out.jpg." || n[0].Detail != "/tmp" || n[0].Kind != core.NoticeDone {
		t.Fatalf("notices %+v", n)
	}
	d.send(n[0].Actions[0].Do)
	if e := must[core.ShowInFolder](d); e.Path != "/tmp/out.jpg" {
		t.Errorf("%+v", e)
	}
	d.take()
	d.send(picture.PlaceChosen{Ask: ask.Ask, Path: "/tmp/again.jpg"})
	none[picture.WriteFile](d)
}

func TestSavingAsksBeforeItWritesOverAnother(t *testing.T) {
	for _, c := range []struct {
		path, want, format string
		overwrite          bool
	}{
		{"/tmp/x.png", "/tmp/x.png", "png", true},
		{"/tmp/x.JPEG", "/tmp/x.JPEG", "jpeg", true}, // the ending chooses the format
		{"/tmp/x", "/tmp/x.png", "png", false},       // the dialog asked about another name
		{"/tmp/x.txt", "/tmp/x.txt.png", "png", false},
	} {
		d := resultSession(t)
		d.send(picture.SaveAsked{})
		d.send(picture.PlaceChosen{Ask: must[picture.AskSave](d).Ask, Path: c.path})
		if w := must[picture.WriteFile](d); w.Path != c.want || w.Format != c.format || w.Overwrite != c.overwrite {
			t.Errorf("%s: %s as %s, overwrite %v", c.path, w.Path, w.Format, w.Overwrite)
		}
	}
}

func TestAnOriginalIsNeverWrittenTo(t *testing.T) {
	for _, path := range []string{"/home/ada/Pictures/harbour.png", "/home/ada/Pictures/../Pictures/HARBOUR.png"} {
		d := resultSession(t)
		d.send(picture.SaveAsked{})
		d.send(picture.PlaceChosen{Ask: must[picture.AskSave](d).Ask, Path: path})
		none[picture.WriteFile](d)
		if n := d.screen().Notices; len(n) != 1 || !strings.HasSuffix(n[0].Text, "is the original picture.") {
			t.Errorf("notices %+v", n)
		}
	}
}

func TestExportsGoBesideThePictureOrIntoAFolder(t *testing.T) {
	d := resultSession(t)
	d.send(core.Run{Command: core.CommandExport})
	sheet := d.screen().Export
	if len(sheet.Formats) != 4 || !sheet.Formats[0].On || sheet.Formats[1].On || sheet.Formats[0].File != "harbour.txt" {
		t.Fatalf("sheet %+v", sheet.Formats)
	}
	for _, f := range sheet.Formats[1:] {
		d.send(f.Do)
	}
	d.send(d.screen().Export.Beside.Do)
	effects := d.take()
	files := pick[picture.WriteFile](effects)
	if got := kinds(effects); got != "WriteFile WriteFile WriteFile WriteFile" || formatsOf(files) != "txt json coco labelmap" {
		t.Fatalf("exporting wants %s: %s", got, formatsOf(files))
	}
	text, json, coco, labels := files[0], files[1], files[2], files[3]
	var paths []string
	for _, target := range []picture.Target{text.Target, json.Target, coco.Target, labels.Target} {
		paths = append(paths, filepath.Base(target.Path))
		if target.Overwrite || filepath.Dir(target.Path) != "/home/ada/Pictures" {
			t.Errorf("%+v", target)
		}
	}
	if got := strings.Join(paths, " "); got != "harbour.txt harbour.json harbour.coco.json harbour.labelmap.png" {
		t.Errorf("files %s", got)
	}
	if r := json.Description; r.Image != "/home/ada/Pictures/harbour.png" || r.Name != "harbour.png" || r.Key != d.visible().Key || r.Width != 400 || r.Caption == nil || r.Instances == nil || r.Classes == nil || r.Timings.Caption != 210 || r.Device == "" || json.Captioned != nil {
		t.Errorf("description %+v", r)
	}
	// Two are there already: they are told together and can be replaced.
	exists := failure.New(failure.Unreadable, "write", "", "the file exists")
	d.send(picture.Exported{Write: text.Write}, picture.Exported{Write: labels.Write}, picture.ExportFailed{Write: json.Write, Failure: exists, Exists: true}, picture.ExportFailed{Write: coco.Write, Failure: exists, Exists: true})
	n := d.screen().Notices
	if len(n) != 2 || n[0].Text != "Saved 2 files." || n[0].Detail != "~/Pictures" || n[1].Text != "harbour: these 2 files already exist." {
		t.Fatalf("notices %+v", n)
	}
	d.take()
	d.send(n[1].Actions[0].Do)
	effects = d.take()
	if again := pick[picture.WriteFile](effects); formatsOf(again) != "json coco" || !again[1].Overwrite {
		t.Errorf("replacing wants %s", formatsOf(again))
	}

	d.send(picture.SampleOpened{Name: "boat-and-ball.png"})
	d.decode(d.s.Current())
	d.finishAll()
	d.send(core.Run{Command: core.CommandExport})
	if sheet := d.screen().Export; sheet.Beside.Do != nil || !sheet.Choose.Enabled {
		t.Errorf("a sample has no folder: %+v", sheet)
	}
	d.take()
	d.send(d.screen().Export.Choose.Do)
	d.send(picture.PlaceChosen{Ask: must[picture.AskFolder](d).Ask, Path: "/out"})
	if w := pick[picture.WriteFile](d.take())[0]; w.Format != "txt" || w.Path != filepath.FromSlash("/out/boat-and-ball.txt") {
		t.Errorf("%+v", w.Target)
	}
}

func TestTheExportedCaptionIsThePersonsAndTheJSONTheModels(t *testing.T) {
	d := resultSession(t)
	d.send(picture.CaptionEdited{Text: "mine"}, picture.ExportToggled{Format: "json"}, picture.ExportAsked{Beside: true})
	files := pick[picture.WriteFile](d.take())
	if formatsOf(files) != "txt json" {
		t.Fatalf("exporting wants %s", formatsOf(files))
	}
	for _, w := range files {
		if got := w.Description.Text(); got != "mine" || w.Description.Caption.Hypotheses[0].Text == "mine" {
			t.Errorf("text %q, the model said %+v", got, w.Description.Caption)
		}
	}
}

// formatsOf lists the formats of effects.
func formatsOf(files []picture.WriteFile) string {
	var all []string
	for _, w := range files {
		all = append(all, w.Format)
	}
	return strings.Join(all, " ")
}

func TestOnlyWhatThereIsCanBeExported(t *testing.T) {
	offered := func(d *session) string {
		d.t.Helper()
		d.send(core.SheetOpened{Sheet: picture.SheetExport})
		var all []string
		for _, f := range d.screen().Export.Formats {
			if f.Enabled {
				all = append(all, f.Format)
			}
		}
		return strings.Join(all, " ")
	}
	d := newSession(t)
	d.open("/p/a.png")
	if got := offered(d); got != "" {
		t.Errorf("before anything was found: %s", got)
	}
	d.token("a dog")
	if got := offered(d); got != "txt" {
		t.Errorf("with the beginning of a caption: %s", got)
	}
	d.finishAll()
	if got := offered(d); got != "txt json coco labelmap" {
		t.Errorf("with everything: %s", got)
	}
	d.send(picture.CaptionEdited{Text: ""})
	if got := offered(d); got != "json coco labelmap" {
		t.Errorf("with an empty caption: %s", got)
	}
}

func TestTheFormatsAreThoseOfTheTable(t *testing.T) {
	setup := testSetup()
	setup.Formats = append(setup.Formats, picture.Format{ID: "csv", Suffix: ".csv", Needs: []inference.Task{inference.TaskInstances}, Title: "Objects as CSV"},
		picture.Format{ID: "webp", Suffix: ".descry.webp", Drawn: true, Endings: []string{".webp"}, Title: "WebP"})
	setup.Settings.Save.Export = []string{"csv", "gone", "txt"}
	setup.Settings.Save.Format = "gone"
	d := resultSession(t)
	d.s = New(setup)
	d.open("/home/ada/Pictures/harbour.png")
	d.finishAll()
	d.send(core.SheetOpened{Sheet: picture.SheetSave})
	if f := d.screen().Save.Formats; len(f) != 3 || f[2].Text != "WebP" || !f[0].On {
		t.Errorf("formats of the captioned picture: %+v", f)
	}
	d.send(core.SheetOpened{Sheet: picture.SheetExport})
	if f := d.screen().Export.Formats; len(f) != 5 || f[4].Text != "Objects as CSV" || f[4].File != "harbour.csv" || !f[4].On {
		t.Errorf("formats of the export: %+v", f)
	}
	d.send(picture.ExportAsked{Beside: true})
	if got := formatsOf(pick[picture.WriteFile](d.take())); got != "txt csv" {
		t.Errorf("exporting wants %s", got)
	}
	d.send(picture.SaveAsked{})
	d.send(picture.PlaceChosen{Ask: must[picture.AskSave](d).Ask, Path: "/o/x.webp"})
	if w := must[picture.WriteFile](d); w.Format != "webp" || !w.Overwrite || w.Captioned == nil {
		t.Errorf("%+v", w)
	}
}

func TestOneObjectIsSavedAsATransparentPNG(t *testing.T) {
	d := resultSession(t)
	d.send(core.Run{Command: core.CommandSaveObject})
	none[picture.AskSave](d)
	d.send(picture.Selected{Object: 0}, core.Run{Command: core.CommandSaveObject})
	ask := must[picture.AskSave](d)
	if ask.Name != "harbour.sports-ball.png" {
		t.Errorf("%+v", ask)
	}
	d.send(picture.PlaceChosen{Ask: ask.Ask, Path: "/o/ball.png"})
	if w := must[picture.WriteCutout](d); w.Instance.Label != "sports ball" || w.Picture != d.s.Current() {
		t.Errorf("%+v", w.Instance)
	}
	d.send(picture.ObjectSaveAsked{Object: 1}, picture.PlaceChosen{Ask: must[picture.AskSave](d).Ask + 1, Path: ""})
	if len(pick[picture.WriteCutout](d.take())) != 1 {
		t.Error("a dismissed dialog writes")
	}
}

func TestAFailedSaveSaysWhy(t *testing.T) {
	d := resultSession(t)
	d.send(picture.SaveAsked{}, picture.PlaceChosen{Ask: 1, Path: "/o/x.png"})
	w := must[picture.WriteFile](d)
	d.send(picture.ExportFailed{Write: w.Write, Failure: failure.New(failure.Unreadable, "write", w.Path, "permission denied").WithHint("Choose another folder."), Exists: false})
	n := d.screen().Notices
	if len(n) != 1 || n[0].Text != "Could not save x.png." || n[0].Detail != "Permission denied. Choose another folder." || n[0].Kind != core.NoticeTrouble {
		t.Errorf("notices %+v", n)
	}
	d.send(n[0].Close.Do)
	if len(d.screen().Notices) != 0 {
		t.Error("it does not go")
	}
}

func TestNothingIsSavedBeforeThereIsAPicture(t *testing.T) {
	d := newSession(t)
	d.send(picture.Opened{Paths: []string{"/p/a.png"}})
	d.take()
	d.send(core.Run{Command: core.CommandSave}, core.Run{Command: core.CommandExport}, picture.SaveAsked{}, picture.ExportAsked{Beside: true}, core.SheetOpened{Sheet: picture.SheetSave})
	if got := kinds(d.take()); got != "" || d.s.Sheet() != core.SheetNone {
		t.Errorf("wants %s", got)
	}
	d.pass(time.Second)
}
