package picture

import (
	"descry/inference"
	"descry/inference/words"
	"descry/render"
	"descry/ui/state/core"
)

// pointed is the class that is pointed at: its value in the map.
type pointed struct {
	class int
	any   bool // there is one
	lit   bool // it was asked for by name, in the legend or by a key: the map shows where it is
}

func (a ClassToggled) on(r *reduction) {
	res := r.s.found()
	if res.classes == nil || a.Class < 0 || a.Class >= len(res.classes.Labels) {
		return
	}
	r.change(res.key, res.model, func(res *result) {
		res.hideClass = toggled(res.hideClass, a.Class, len(res.classes.Labels))
	})
}

func (a ClassPointed) on(r *reduction) {
	r.s.pointed = pointed{}
	if a.Class >= 0 {
		r.s.pointed = pointed{class: a.Class, any: true, lit: a.Listed}
	}
}

// ClassStepped goes through the classes of the legend, and from the last one to
// none.
func (a ClassStepped) on(r *reduction) {
	var all []int
	for i := range r.s.legend() {
		all = append(all, i)
	}
	at := -1
	for k, i := range all {
		if r.s.pointed.any && r.s.pointed.class == i {
			at = k
		}
	}
	if at += a.Step; at < -1 {
		at = len(all) - 1
	}
	r.s.pointed = pointed{}
	if at >= 0 && at < len(all) {
		r.s.pointed = pointed{class: all[at], any: true, lit: true}
	}
}

// settlePointed takes the class back when there is none to point at.
func (r *reduction) settlePointed() {
	c := r.s.shownClasses()
	if r.s.pointed.any && (c == nil || r.s.pointed.class >= len(c.Labels)) {
		r.s.pointed = pointed{}
	}
}

// shownClasses is the class map that is drawn, nil for none.
func (s Scene) shownClasses() *inference.Classes {
	if !s.Settings().Layers.Classes || s.bare || s.visible().phase != ready {
		return nil
	}
	return s.found().classes
}

// legend returns the classes that the picture has, by their values in the map.
func (s Scene) legend() func(yield func(int, string) bool) {
	return func(yield func(int, string) bool) {
		c := s.found().classes
		if c == nil {
			return
		}
		for i, label := range c.Labels {
			if i < len(c.Pixels) && c.Pixels[i] > 0 && !render.Background(label) && !yield(i, label) {
				return
			}
		}
	}
}

func (s Scene) showClasses() ClassesPart {
	p, res := s.visible(), s.found()
	c := ClassesPart{Shown: s.Settings().Layers.Classes, Title: "Classes"}
	if !c.Shown {
		return c
	}
	c.Busy = p.phase == decoding || p.phase == ready && res.classes == nil && s.running(p.key, SlotClasses)
	c.Failure = s.showTaskFailure(res.failure[SlotClasses], SlotClasses)
	if res.classes == nil {
		if p.phase == ready && !s.canRun(inference.TaskClasses) {
			c.Empty = "These models make no class map."
		}
		return c
	}
	for i, label := range s.legend() {
		shown := i >= len(res.hideClass) || !res.hideClass[i]
		tip := "Hide this class"
		if !shown {
			tip = "Show this class"
		}
		c.Rows = append(c.Rows, ClassRow{
			Class: i, Name: label, Share: words.Share(res.classes.Pixels[i], res.classes.Width, res.classes.Height),
			Tint: tintOf(label), Shown: shown, Pointed: s.pointed.any && s.pointed.class == i,
			Toggle: core.Button{Text: label, Tip: tip, Enabled: true, On: shown, Do: ClassToggled{i}},
		})
	}
	switch objects := res.classes.From == inference.TaskInstances; {
	case objects && len(c.Rows) == 0:
		c.Empty = "No object has the minimum confidence."
	case len(c.Rows) == 0:
		c.Empty = "The whole picture is background."
	case objects:
		c.Note = "Made from the objects: these models make no class map. The rest is unlabelled."
	}
	return c
}

func tintOf(label string) Tint {
	tint, pattern := render.ClassColor(label)
	return Tint{tint, pattern}
}

// showPointed names the class that is pointed at, nil for none.
func (s Scene) showPointed() *PointedClass {
	c := s.shownClasses()
	if c == nil || !s.pointed.any || s.pointed.class >= len(c.Labels) || s.pointed.class >= len(c.Pixels) {
		return nil
	}
	label := c.Labels[s.pointed.class]
	p := &PointedClass{Text: label, Share: words.Share(c.Pixels[s.pointed.class], c.Width, c.Height)}
	if render.Background(label) {
		p.Plain = true
		if label != inference.Unlabelled {
			p.Text = "background"
		}
		return p
	}
	p.Tint = tintOf(label)
	return p
}
