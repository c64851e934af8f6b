package state

import (
	"fmt"
	"strings"
	"testing"

	"descry/inference"
	"descry/settings"
	"descry/ui/state/core"
	"descry/ui/state/picture"
)

// classSession shows a picture with a class map, the layer on.
func classSession(t testing.TB, c *inference.Classes) *session {
	t.Helper()
	d := newSession(t)
	d.send(Started{}, picture.CanvasSized{Width: 920, Height: 718, Scale: 1})
	d.open("/home/ada/Pictures/harbour.png")
	d.finish(picture.SlotCaption)
	d.finish(picture.SlotInstances)
	id := d.job(picture.SlotClasses)
	d.say(inference.Event{ID: id, Kind: inference.KindClasses, Classes: c})
	d.say(doneEvent(id, picture.SlotClasses))
	if !d.s.Settings().Layers.Classes {
		d.send(picture.LayerToggled{Layer: settings.LayerClasses})
	}
	return d
}

// vocClasses is a map of all 21 classes, in stripes of rising width.
func vocClasses() *inference.Classes {
	c := &inference.Classes{Model: "full", Width: 400, Height: 300, Labels: []string{"__background__"}, Map: make([]byte, 400*300), Pixels: make([]int, 21)}
	for i := 1; i < 21; i++ {
		c.Labels = append(c.Labels, fmt.Sprint("thing ", i))
	}
	for i := range c.Map {
		class := min(i%400/18, 20)
		c.Map[i] = byte(class)
		c.Pixels[class]++
	}
	return c
}

func TestThePointerNamesTheClass(t *testing.T) {
	d := classSession(t, vocClasses())
	for class, want := range map[int]string{0: "background", 1: "thing 1", 20: "thing 20"} {
		d.send(picture.ClassPointed{Class: class})
		s := d.screen()
		p := s.Canvas.Pointed
		if p == nil || p.Text != want || p.Plain != (class == 0) || !strings.HasSuffix(p.Share, "of the picture") {
			t.Errorf("class %d: %+v, want %q", class, p, want)
		}
		if s.Canvas.Style.LitClass != 0 {
			t.Errorf("class %d: the map changes under the pointer", class)
		}
		for _, r := range s.Panel.Classes.Rows {
			if r.Pointed != (r.Class == class) {
				t.Errorf("class %d: row %s is pointed at: %v", class, r.Name, r.Pointed)
			}
		}
	}
	d.send(picture.ClassPointed{Class: -1})
	if p := d.screen().Canvas.Pointed; p != nil {
		t.Errorf("%+v after the pointer left", p)
	}
}

func TestTheLegendTogglesEachOfTwentyClasses(t *testing.T) {
	d := classSession(t, vocClasses())
	rows := d.screen().Panel.Classes.Rows
	if len(rows) != 20 {
		t.Fatalf("%d rows", len(rows))
	}
	for _, r := range rows {
		d.send(r.Toggle.Do)
	}
	s := d.screen()
	for i, r := range s.Panel.Classes.Rows {
		if r.Shown || !s.Canvas.HideClass[i+1] {
			t.Errorf("%s is shown", r.Name)
		}
	}
	for _, r := range rows {
		d.send(r.Toggle.Do)
	}
	if s := d.screen(); s.Canvas.HideClass != nil || !s.Panel.Classes.Rows[19].Shown {
		t.Errorf("%v", s.Canvas.HideClass)
	}
}

func TestKeysGoThroughTheClassesAndShowWhereTheyAre(t *testing.T) {
	d := classSession(t, vocClasses())
	d.send(core.Run{Command: "previous-class"})
	if p := d.screen().Canvas.Pointed; p == nil || p.Text != "thing 20" {
		t.Errorf("the last one: %+v", p)
	}
	d.send(core.Run{Command: "next-class"})
	if p := d.screen().Canvas.Pointed; p != nil {
		t.Errorf("after the last one: %+v", p)
	}
	for i := 1; i <= 20; i++ {
		d.send(core.Run{Command: "next-class"})
		s := d.screen()
		if p := s.Canvas.Pointed; p == nil || p.Text != fmt.Sprint("thing ", i) || s.Canvas.Style.LitClass != i+1 {
			t.Fatalf("step %d: %+v, lit %d", i, p, s.Canvas.Style.LitClass)
		}
	}
	d.send(core.Run{Command: core.CommandEscape})
	if s := d.screen(); s.Canvas.Pointed != nil || s.Canvas.Style.LitClass != 0 {
		t.Errorf("after Escape: %+v", s.Canvas.Pointed)
	}
}

func TestNoClassIsPointedAtWithoutAMap(t *testing.T) {
	for name, gone := range map[string]core.Action{
		"layer off": picture.LayerToggled{Layer: settings.LayerClasses}, "bare": picture.Bare{On: true}, "closed": picture.PictureClosed{}, "out of range": picture.ClassPointed{Class: 21},
	} {
		d := classSession(t, vocClasses())
		d.send(picture.ClassPointed{Class: 3, Listed: true}, gone)
		if s := d.screen(); s.Canvas.Pointed != nil || s.Canvas.Style.LitClass != 0 {
			t.Errorf("%s: %+v, lit %d", name, s.Canvas.Pointed, s.Canvas.Style.LitClass)
		}
	}
	d := newSession(t)
	d.send(picture.ClassPointed{Class: 1}, picture.ClassStepped{Step: 1}, picture.ClassStepped{Step: -1}, core.Run{Command: "next-class"})
	if p := d.screen().Canvas.Pointed; p != nil {
		t.Errorf("on the start page: %+v", p)
	}
}

func TestAMapOfObjectsSaysThatItIsOne(t *testing.T) {
	c := testClasses()
	c.From, c.Labels[0] = inference.TaskInstances, inference.Unlabelled
	d := classSession(t, c)
	part := d.screen().Panel.Classes
	if len(part.Rows) != 1 || part.Rows[0].Name != "boat" || !strings.HasPrefix(part.Note, "Made from the objects") {
		t.Errorf("%+v", part)
	}
	d.send(picture.ClassPointed{Class: 0})
	if p := d.screen().Canvas.Pointed; p == nil || p.Text != "unlabelled" || !p.Plain {
		t.Errorf("%+v", p)
	}
	empty := testClasses()
	empty.From, empty.Pixels = inference.TaskInstances, []int{120_000, 0, 0}
	if part := classSession(t, empty).screen().Panel.Classes; part.Note != "" || part.Empty != "No object has the minimum confidence." {
		t.Errorf("%+v", part)
	}
}
