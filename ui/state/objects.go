package state

import (
	"cmp"
	"slices"

	"descry/export"
	"descry/inference"
)

// secondNameIoU is from how much overlap on two masks are taken to be of one
// object.
const secondNameIoU = 0.8

// score is the least score of objects as it acts now: the person's, else what
// the model set proposes.
func (s State) score(p *Picture) float64 {
	if s.Settings.Score > 0 {
		return s.Settings.Score
	}
	if p != nil {
		if in := s.results(p).Instances.Instances; in != nil && in.Score > 0 {
			return float64(in.Score)
		}
	}
	return defaultScore
}

// rows gives the objects of the list, in its order: those above the least
// score, second names left out when they are to be.
func (s State) rows(p *Picture) []int {
	in := s.results(p).Instances.Instances
	if in == nil {
		return nil
	}
	above := aboveScore(in, s.score(p))
	if !s.Settings.SecondNames {
		above = withoutSecondNames(in, above)
	}
	slices.SortStableFunc(above, func(a, b int) int {
		x, y := in.Items[a], in.Items[b]
		switch s.Settings.Order {
		case BySize:
			return cmp.Or(cmp.Compare(y.Area, x.Area), cmp.Compare(y.Score, x.Score))
		case ByName:
			return cmp.Or(cmp.Compare(x.Label, y.Label), cmp.Compare(y.Score, x.Score))
		}
		return cmp.Compare(y.Score, x.Score)
	})
	return above
}

// aboveScore gives the indexes of the items of at least that score. Scores are
// float32 and the threshold is what a slider says in whole percent, so they are
// compared as float32.
func aboveScore(in *inference.Instances, least float64) []int {
	var list []int
	for i, item := range in.Items {
		if item.Score >= float32(least) {
			list = append(list, i)
		}
	}
	return list
}

// withoutSecondNames leaves out what is a second name for an object of the list.
func withoutSecondNames(in *inference.Instances, list []int) []int {
	items := make([]inference.Instance, len(list))
	for i, at := range list {
		items[i] = in.Items[at]
	}
	second := export.HideSecondNames(items, secondNameIoU)
	var kept []int
	for i, at := range list {
		if !second[i] {
			kept = append(kept, at)
		}
	}
	return kept
}

// shown gives the objects that are drawn: those of the list that are not
// switched off, by falling score.
func (s State) shown(p *Picture) []int {
	var list []int
	for _, i := range s.rows(p) {
		if !slices.Contains(p.Objects.Hidden, i) {
			list = append(list, i)
		}
	}
	slices.Sort(list)
	return list
}

// known reports whether the shown picture has an object of that index.
func (c *change) known(object int) bool {
	p := c.Current()
	if p == nil {
		return false
	}
	in := c.results(p).Instances.Instances
	return in != nil && object >= 0 && object < len(in.Items)
}

// reduceObjects handles the Actions about objects and classes.
func (c *change) reduceObjects(a Action) {
	switch a := a.(type) {
	case Hover:
		if object := a.Object; object < 0 || c.known(object) {
			c.current(func(p *Picture) { p.Objects.Hover = max(object, -1) })
		}
	case Select:
		c.selectObject(a.Object)
	case HideObject:
		if c.known(a.Object) {
			c.hideObject(a.Object, a.Hide)
		}
	case SaveObject:
		if c.known(a.Object) {
			c.askSaveObject(a.Object)
		}
	case HideClass:
		c.hideClass(a.Class, a.Hide)
	case SortBy:
		c.settings(func(s *Settings) { s.Order = a.Order })
	case ShowLower:
		c.showLower()
	}
}

// selectObject selects an object and brings it into view.
func (c *change) selectObject(object int) {
	if object >= 0 && !c.known(object) {
		return
	}
	c.current(func(p *Picture) {
		p.Objects.Selected = max(object, -1)
		if object >= 0 {
			p.Objects.Look++
		}
	})
}

func (c *change) hideObject(object int, hide bool) {
	c.current(func(p *Picture) {
		hidden := slices.DeleteFunc(slices.Clone(p.Objects.Hidden), func(i int) bool { return i == object })
		if hide {
			hidden = append(hidden, object)
			slices.Sort(hidden)
		}
		p.Objects.Hidden = hidden
	})
}

func (c *change) hideClass(class int, hide bool) {
	p := c.Current()
	if p == nil {
		return
	}
	m := c.results(p).Classes.Classes
	if m == nil || class < 0 || class >= len(m.Labels) {
		return
	}
	c.current(func(p *Picture) {
		hidden := make([]bool, len(m.Labels))
		copy(hidden, p.Hidden)
		hidden[class] = hide
		p.Hidden = hidden
	})
}

// showLower lowers the threshold so far that the objects promised are shown.
func (c *change) showLower() {
	p := c.Current()
	if p == nil {
		return
	}
	if least, n := c.lower(p); n > 0 {
		c.setScore(least)
	}
}

// lower gives a lower threshold and how many more objects it would show: down
// to lowerScore, else to the least score found.
func (s State) lower(p *Picture) (least float64, more int) {
	in := s.results(p).Instances.Instances
	if in == nil {
		return 0, 0
	}
	now := len(aboveScore(in, s.score(p)))
	for _, least := range []float64{lowerScore, 0.05} {
		if least < s.score(p) {
			if n := len(aboveScore(in, least)) - now; n > 0 {
				return least, n
			}
		}
	}
	return 0, 0
}

// doObject carries out the commands about the selected object.
func (c *change) doObject(cmd Command) {
	p := c.Current()
	rows := c.rows(p)
	at := slices.Index(rows, p.Objects.Selected)
	switch cmd {
	case CmdNextObject:
		c.selectObject(rows[min(at+1, len(rows)-1)])
	case CmdPrevObject:
		if at < 0 {
			at = len(rows)
		}
		c.selectObject(rows[max(at-1, 0)])
	case CmdHideObject:
		c.hideObject(p.Objects.Selected, !slices.Contains(p.Objects.Hidden, p.Objects.Selected))
	case CmdSaveObject:
		c.askSaveObject(p.Objects.Selected)
	}
}

// setOpacity and setScore act at once and run no model.
func (c *change) setOpacity(v float64) {
	if v >= 0 && v <= 1 {
		c.settings(func(s *Settings) { s.Opacity = v })
	}
}

func (c *change) setScore(v float64) {
	if v >= 0 && v <= 1 {
		c.settings(func(s *Settings) { s.Score = max(v, 0.01) })
	}
}
