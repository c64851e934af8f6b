package state

import (
	"reflect"
	"strings"
	"testing"

	"descry/inference"
	"descry/settings"
	"descry/ui/state/core"
	"descry/ui/state/devices"
	"descry/ui/state/models"
	"descry/ui/state/picture"
	"descry/ui/state/prefs"
)

func rowNames(s shown) string {
	var all []string
	for _, r := range s.Panel.Objects.Rows {
		all = append(all, r.Name)
	}
	return strings.Join(all, ", ")
}

func itemNames(s shown) string {
	var all []string
	for _, i := range s.Canvas.Items {
		all = append(all, i.Instance.Label)
	}
	return strings.Join(all, ", ")
}

func TestTheListSaysWhatWhereAndHowSure(t *testing.T) {
	o := resultSession(t).screen().Panel.Objects
	if o.Shown != "2 shown" || o.Sort != "by size" || len(o.Rows) != 2 {
		t.Fatalf("%+v", o)
	}
	if r := o.Rows[0]; r.Name != "boat" || r.Detail != "middle · 9 % of the picture" || r.Score != "99 %" || r.Sure != "sure" || r.Object != 1 || !r.Shown {
		t.Errorf("%+v", r)
	}
	if r := o.Rows[1]; r.Name != "sports ball" || r.Detail != "lower right · 3 % of the picture" || r.Score != "100 %" {
		t.Errorf("%+v", r)
	}
	if o.More != "1 less certain (30–70 %)" || o.MoreButton.Text != "show" {
		t.Errorf("more: %q %+v", o.More, o.MoreButton)
	}
}

// TestTheThresholdActsAtOnce: no model runs again.
func TestTheThresholdActsAtOnce(t *testing.T) {
	d := resultSession(t)
	d.send(d.screen().Panel.Objects.MoreButton.Do)
	s := d.screen()
	if rowNames(s) != "boat, sports ball, bird" || itemNames(s) != "sports ball, boat, bird" || s.Canvas.Score.Text != "30 %" {
		t.Errorf("rows %s; items %s; %+v", rowNames(s), itemNames(s), s.Canvas.Score)
	}
	if o := s.Panel.Objects; o.More != "1 less certain (5–30 %)" {
		t.Errorf("more %q", o.More)
	}
	d.send(picture.ScoreSet{Value: 0.99}, picture.OpacitySet{Value: 0.8}, picture.LayerToggled{Layer: settings.LayerBoxes})
	if s := d.screen(); rowNames(s) != "boat, sports ball" || s.Canvas.Style.Opacity != 0.8 || !s.Canvas.Style.Boxes {
		t.Errorf("rows %s, style %+v", rowNames(s), s.Canvas.Style)
	}
	if got := kinds(d.take()); got != "" {
		t.Errorf("a slider wants %s", got)
	}
}

func TestAnEmptyListSaysWhatALowerThresholdWouldShow(t *testing.T) {
	d := newSession(t)
	d.open("/p/a.png")
	in := &inference.Instances{Width: 400, Height: 300, Score: 0.7}
	for i, score := range []float32{0.6, 0.5, 0.31, 0.1} {
		x := float32(10 + 50*i)
		in.Items = append(in.Items, inference.Instance{Label: "cup", Score: score, Area: 100, Box: [4]float32{x, 10, x + 10, 20}})
	}
	id := d.job(picture.SlotInstances)
	d.say(inference.Event{ID: id, Kind: inference.KindInstances, Instances: in})
	d.say(doneEvent(id, picture.SlotInstances))
	o := d.screen().Panel.Objects
	if o.Empty != "No objects above 70 %." || o.More != "3 less certain (30–70 %)" || o.MoreButton.Text != "show" || o.Shown != "" {
		t.Errorf("%q %q %+v", o.Empty, o.More, o.MoreButton)
	}
	d.send(o.MoreButton.Do)
	if o := d.screen().Panel.Objects; len(o.Rows) != 3 || o.Empty != "" {
		t.Errorf("after: %+v", o)
	}
	d = newSession(t)
	d.open("/p/b.png")
	id = d.job(picture.SlotInstances)
	d.say(inference.Event{ID: id, Kind: inference.KindInstances, Instances: &inference.Instances{Width: 4, Height: 3}})
	d.say(doneEvent(id, picture.SlotInstances))
	if o := d.screen().Panel.Objects; o.Empty != "No known objects found." || o.More != "" || o.MoreButton.Do != nil || d.screen().Canvas.Score.Text != "50 %" {
		t.Errorf("nothing at all: %+v", o)
	}
}

func TestSecondNamesForTheSameObjectAreHiddenUntilAskedFor(t *testing.T) {
	d := resultSession(t)
	if got := rowNames(d.screen()); strings.Contains(got, "surfboard") {
		t.Errorf("rows %s", got)
	}
	if !d.screen().Panel.Objects.SecondNames.On {
		t.Error("the box is not ticked")
	}
	d.send(d.screen().Panel.Objects.SecondNames.Do)
	if s := d.screen(); rowNames(s) != "boat, surfboard, sports ball" || s.Panel.Objects.SecondNames.On {
		t.Errorf("rows %s", rowNames(s))
	}
}

func TestPictureAndListHighlightEachOther(t *testing.T) {
	d := resultSession(t)
	d.send(picture.Hovered{Object: 1})
	s := d.screen()
	if !s.Panel.Objects.Rows[0].Hovered || s.Canvas.Items[s.Canvas.Style.Highlight].Instance.Label != "boat" || s.Canvas.Hover != 1 {
		t.Errorf("hover: %+v %+v", s.Panel.Objects.Rows[0], s.Canvas.Style)
	}
	d.send(picture.Selected{Object: 0}, picture.Hovered{Object: -1})
	s = d.screen()
	if !s.Panel.Objects.Rows[1].Selected || s.Canvas.Items[s.Canvas.Style.Highlight].Index != 0 {
		t.Error("a selection is not highlighted")
	}
	for _, wild := range []int{4, 99, -5, 2} { // too low a score, not there, a second name
		d.send(picture.Hovered{Object: wild}, picture.Selected{Object: wild})
		if d.s.picture.Hover() != -1 || d.s.picture.Selected() != -1 {
			t.Errorf("%d can be pointed at", wild)
		}
	}
	d.send(picture.Selected{Object: 0}, picture.ScoreSet{Value: 0.99}, Escaped{})
	if d.s.picture.Selected() != -1 {
		t.Error("Escape leaves the selection")
	}
}

func TestLookingAtAnObjectBringsItIntoView(t *testing.T) {
	d := resultSession(t)
	d.send(d.screen().Panel.Objects.Rows[0].Look.Do)
	v := d.s.picture.View()
	if v.Fit || v.X != 190 || v.Y != 140 || d.s.picture.Selected() != 1 {
		t.Errorf("view %+v, selected %d", v, d.s.picture.Selected())
	}
}

func TestOneObjectCanBeHiddenAndShownAgain(t *testing.T) {
	d := resultSession(t)
	d.send(d.screen().Panel.Objects.Rows[0].Toggle.Do)
	s := d.screen()
	o := s.Panel.Objects
	if o.Rows[0].Shown || itemNames(s) != "sports ball" || o.Shown != "1 shown" || o.ShowHidden.Text != "Show 1 hidden object" {
		t.Errorf("%+v; items %s", o, itemNames(s))
	}
	d.send(picture.Hovered{Object: 1})
	if d.screen().Canvas.Style.Highlight != -1 {
		t.Error("a hidden object is highlighted in the picture")
	}
	d.send(o.ShowHidden.Do)
	if s := d.screen(); itemNames(s) != "sports ball, boat" || s.Panel.Objects.ShowHidden.Do != nil {
		t.Errorf("items %s", itemNames(s))
	}
}

func TestTheListCanBeOrdered(t *testing.T) {
	for by, want := range map[settings.Sort]string{settings.SortSize: "boat, sports ball, bird", settings.SortScore: "sports ball, boat, bird", settings.SortName: "bird, boat, sports ball"} {
		d := resultSession(t)
		d.send(picture.ScoreSet{Value: 0.3}, picture.Sorted{By: by})
		if got := rowNames(d.screen()); got != want {
			t.Errorf("by %s: %s", by, got)
		}
	}
}

func TestTheClassMapHasALegend(t *testing.T) {
	d := resultSession(t)
	if d.screen().Canvas.Classes != nil || d.screen().Panel.Classes.Shown {
		t.Error("the class map is on from the start")
	}
	d.send(core.Run{Command: "classes"})
	s := d.screen()
	if rows := s.Panel.Classes.Rows; s.Canvas.Classes == nil || len(rows) != 1 || rows[0].Name != "boat" || rows[0].Share != "10 % of the picture" || !rows[0].Shown {
		t.Fatalf("%+v", s.Panel.Classes)
	}
	d.send(s.Panel.Classes.Rows[0].Toggle.Do)
	if s := d.screen(); s.Panel.Classes.Rows[0].Shown || !reflect.DeepEqual(s.Canvas.HideClass, []bool{false, true, false}) {
		t.Errorf("%+v", s.Canvas.HideClass)
	}
	d.send(picture.Bare{On: true})
	if s := d.screen(); s.Canvas.Classes != nil || s.Canvas.Style.Masks || s.Canvas.Style.Labels || s.Canvas.Style.Outlines {
		t.Error("H leaves something over the picture")
	}
	d.send(picture.Bare{On: false})
	if d.screen().Canvas.Classes == nil {
		t.Error("the layers do not come back")
	}
}

// TestAnActionThatChangesNothingChangesNothing: setters of widgets report what
// they were told.
func TestAnActionThatChangesNothingChangesNothing(t *testing.T) {
	d := resultSession(t)
	d.send(picture.OpacitySet{Value: 0.5}, picture.ScoreSet{Value: 0.4}, WindowSized{1000, 700}, picture.PanelSized{Width: 300}, picture.Hovered{Object: 1}, picture.Selected{Object: 0}, picture.ZoomStepped{Step: 1}, picture.Sorted{By: settings.SortName})
	d.pass(10e9)
	d.take()
	s := d.s
	for _, a := range []core.Action{
		picture.OpacitySet{Value: 0.5}, picture.ScoreSet{Value: 0.4}, WindowSized{1000, 700}, picture.PanelSized{Width: 300}, picture.Hovered{Object: 1}, picture.Selected{Object: 0}, picture.Sorted{By: settings.SortName},
		picture.CanvasSized{Width: 920, Height: 718, Scale: 1}, picture.CaptionEdited{Text: d.pic().Caption()}, picture.CaptionPicked{Text: d.pic().Caption()}, prefs.ThemeSet{Theme: settings.ThemeSystem}, models.SetChosen{Model: ""}, devices.Chosen{Device: "auto"},
		prefs.ThreadsSet{Threads: 0}, prefs.PixelLimitSet{Millions: 200}, picture.PlacementSet{Placement: 0}, picture.FormatSet{Format: "png"}, picture.Panned{DX: 0, DY: 0}, picture.ViewMoved{View: s.picture.View()}, picture.Walked{Step: 1}, picture.Opened{}, picture.Bare{On: false},
		core.SheetOpened{Sheet: core.SheetNone}, core.NoticeClosed{ID: 99}, picture.PlaceChosen{Ask: 9}, picture.Exported{Write: 9}, picture.ExportFailed{Write: 9}, picture.EditSaved{Key: "x"}, picture.EditLoaded{Key: "x"},
		picture.EngineSaid{Event: inference.Event{ID: 4}}, picture.Decoded{Picture: 1, Key: "z", Width: 1, Height: 1}, picture.DecodeFailed{Picture: 1}, picture.DecodeAgain{}, picture.Stopped{}, picture.Again{},
		picture.CaptionUndone{}, picture.CaptionRedone{}, picture.ObjectToggled{Object: 77}, picture.ClassToggled{Class: 77}, picture.ObjectsShown{}, picture.LookedAt{Object: 77}, Tick{Now: d.now}, picture.Window{},
		picture.RecentsRestored{Paths: s.Settings().Recent}, core.Run{Command: "nothing"}, core.Run{Command: core.CommandStop}, picture.LayerToggled{Layer: "nothing"}, picture.ExportToggled{Format: "png"}, picture.FormatSet{Format: "txt"}, prefs.DoctorSaid{}, picture.Replaced{},
	} {
		next, effects := Reduce(s, a)
		if len(effects) != 0 || !reflect.DeepEqual(next, s) {
			t.Errorf("%T%+v changes something: %s", a, a, kinds(effects))
		}
	}
}
