package picture

import (
	"cmp"
	"slices"

	"descry/inference"
	"descry/render"
	"descry/settings"
)

// defaultScore is the least score shown where neither a person nor the model
// set says one.
const defaultScore = 0.5

// lowScores are where a lower threshold is offered to begin.
var lowScores = []float64{0.3, settings.LeastScore}

// score is the least score that is shown, 0 … 1.
func (s Scene) score() float64 {
	if s.Settings().Score > 0 {
		return s.Settings().Score
	}
	if in := s.found().instances; in != nil && settings.Within(float64(in.Score), settings.LeastScore, settings.MostScore) {
		return float32Digits(in.Score)
	}
	return defaultScore
}

// float32Digits returns a score like 0.7 as people wrote it, not as 0.69999998.
func float32Digits(v float32) float64 { return float64(int(float64(v)*1e4+0.5)) / 1e4 }

// isHidden reports whether an object was hidden by hand.
func (res *result) isHidden(i int) bool { return i < len(res.hidden) && res.hidden[i] }

// listed reports whether an object belongs in the list at a minimum score: it is
// sure enough, and is not a second name where those are hidden.
func (s Scene) listed(res *result, i int, score float64) bool {
	if float32Digits(res.instances.Items[i].Score) < score {
		return false
	}
	return s.Settings().ShowSecondNames || i >= len(res.second) || !res.second[i]
}

// rows are the objects of the list in its order, hidden ones too.
func (s Scene) rows() []int {
	res := s.found()
	if res.instances == nil {
		return nil
	}
	var rows []int
	score := s.score()
	for i := range res.instances.Items {
		if s.listed(&res, i, score) {
			rows = append(rows, i)
		}
	}
	items := res.instances.Items
	slices.SortStableFunc(rows, func(a, b int) int {
		x, y := items[a], items[b]
		switch s.Settings().Sort {
		case settings.SortScore:
			return cmp.Compare(y.Score, x.Score)
		case settings.SortName:
			return cmp.Or(cmp.Compare(x.Label, y.Label), cmp.Compare(y.Score, x.Score))
		}
		return cmp.Or(cmp.Compare(y.Area, x.Area), cmp.Compare(y.Score, x.Score))
	})
	return rows
}

// items are the objects that are drawn, in the order of the result.
func (s Scene) items() []render.Item {
	res := s.found()
	if res.instances == nil {
		return nil
	}
	var items []render.Item
	score := s.score()
	for i, in := range res.instances.Items {
		if s.listed(&res, i, score) && !res.isHidden(i) {
			items = append(items, render.Item{Index: i, Instance: in})
		}
	}
	return items
}

// below counts the objects that a lower threshold would list, and gives it.
func (s Scene) below() (count int, low float64) {
	res := s.found()
	if res.instances == nil {
		return 0, 0
	}
	score := s.score()
	for _, low := range lowScores {
		if low >= score-0.005 {
			continue
		}
		count := 0
		for i := range res.instances.Items {
			if s.listed(&res, i, low) && !s.listed(&res, i, score) {
				count++
			}
		}
		if count > 0 {
			return count, low
		}
	}
	return 0, 0
}

// object returns an object of the visible picture.
func (s Scene) object(i int) (inference.Instance, bool) {
	if in := s.found().instances; in != nil && i >= 0 && i < len(in.Items) {
		return in.Items[i], true
	}
	return inference.Instance{}, false
}

// settleSelection takes hover and selection back from objects that are not there.
func (r *reduction) settleSelection() {
	if r.s.hover < 0 && r.s.selected < 0 {
		return
	}
	rows := r.s.rows()
	for _, at := range []*int{&r.s.hover, &r.s.selected} {
		if *at >= 0 && !slices.Contains(rows, *at) {
			*at = -1
		}
	}
}

func (a Hovered) on(r *reduction)  { r.s.hover = max(a.Object, -1) }
func (a Selected) on(r *reduction) { r.s.selected = max(a.Object, -1) }

func (a LookedAt) on(r *reduction) {
	if in, ok := r.s.object(a.Object); ok {
		r.s.selected = a.Object
		r.moveTo(Look(r.s.view, r.s.frame(), in.Box))
	}
}

func (a ObjectToggled) on(r *reduction) {
	if _, ok := r.s.object(a.Object); !ok {
		return
	}
	res := r.s.found()
	r.change(res.key, res.model, func(res *result) {
		res.hidden = toggled(res.hidden, a.Object, len(res.instances.Items))
	})
}

// toggled returns flags with one of n turned over, nil if none is set.
func toggled(flags []bool, i, n int) []bool {
	next := make([]bool, n)
	copy(next, flags)
	next[i] = !next[i]
	if !slices.Contains(next, true) {
		return nil
	}
	return next
}

func (ObjectsShown) on(r *reduction) {
	if res := r.s.found(); res.hidden != nil {
		r.change(res.key, res.model, func(res *result) { res.hidden = nil })
	}
}

func (a Sorted) on(r *reduction) { r.t.ChangeSettings(func(s *settings.Settings) { s.Sort = a.By }) }
