package state

import (
	"fmt"
	"math"
	"slices"
	"unicode/utf8"

	"descry/export"
)

// mostCandidates is how many other captions the panel shows.
const mostCandidates = 3

func (s State) captionScreen(p *Picture) CaptionScreen {
	r := s.results(p)
	text := s.caption(p)
	length := utf8.RuneCountInString(text)
	c := CaptionScreen{
		Text: text, Edited: p.Draft.Edited,
		Streaming: p.Stage == Ready && !p.Draft.Edited && r.Caption.Job != 0,
		Editable:  s.editable(p),
		CanCopy:   s.enabled(CmdCopy), CanUndo: s.enabled(CmdUndo), CanRetry: s.enabled(CmdRegenerate),
		Searching: r.Others.Job != 0,
		Failure:   taskFailure(r.Caption, "The caption"),
	}
	if text != "" {
		c.Length, c.TooLong = fmt.Sprintf("%d of %d", length, altLength), length > altLength
	}
	switch {
	case p.Draft.Edited:
		c.Sureness = "yours"
	case r.Caption.Caption != nil && len(r.Caption.Caption.Hypotheses) > 0:
		c.Sureness = export.CaptionSureness(r.Caption.Caption.Hypotheses[0].Score)
	}
	if p.Stage == Ready {
		c.Candidates = s.candidates(p, text)
	}
	return c
}

// candidates are other captions: what the model said where the person wrote
// another, and what beam search found; each text once, the one shown left out.
func (s State) candidates(p *Picture, shown string) []CandidateScreen {
	r := s.results(p)
	var list []CandidateScreen
	add := func(text string, score float64) {
		same := func(c CandidateScreen) bool { return c.Text == text }
		if text == "" || text == shown || len(list) >= mostCandidates || slices.ContainsFunc(list, same) {
			return
		}
		list = append(list, CandidateScreen{text, likely(score)})
	}
	for _, t := range []TaskState{r.Caption, r.Others} {
		if t.Caption == nil {
			continue
		}
		for _, h := range t.Caption.Hypotheses {
			add(h.Text, h.Score)
		}
	}
	return list
}

// likely says in a word how likely a caption is by the model's mean
// log-probability.
func likely(score float64) string {
	switch p := math.Exp(score); {
	case p >= 0.7:
		return "likely"
	case p >= 0.4:
		return "possible"
	}
	return "a guess"
}

func (s State) objectsScreen(p *Picture) ObjectsScreen {
	r := s.results(p)
	o := ObjectsScreen{
		Waiting: p.Stage == Decoding || p.Stage == Ready && r.Instances.Instances == nil && r.Instances.Failure == nil,
		Order:   s.Settings.Order, OrderText: "by " + string(s.Settings.Order),
		SecondNames: !s.Settings.SecondNames,
		Failure:     taskFailure(r.Instances, "Looking for objects"),
	}
	in := r.Instances.Instances
	if in == nil {
		return o
	}
	rows := s.rows(p)
	for _, i := range rows {
		item := in.Items[i]
		o.Rows = append(o.Rows, ObjectRow{
			Index: i, Name: item.Label, Class: item.Label, Score: export.Percent(float64(item.Score)),
			Where: export.Where(item.Box, p.Width, p.Height) + " · " + export.Share(item.Area, p.Width, p.Height),
			Shown: !slices.Contains(p.Objects.Hidden, i), Hover: p.Objects.Hover == i, Selected: p.Objects.Selected == i,
		})
	}
	o.Count = fmt.Sprintf("%d shown", len(s.shown(p)))
	s.say(p, &o, len(rows))
	return o
}

// say adds the sentences under the list.
func (s State) say(p *Picture, o *ObjectsScreen, rows int) {
	in := s.results(p).Instances.Instances
	if second := len(aboveScore(in, s.score(p))) - rows; second == 1 {
		o.Hidden = "1 second name hidden"
	} else if second > 1 {
		o.Hidden = fmt.Sprintf("%d second names hidden", second)
	}
	least, more := s.lower(p)
	if more > 0 {
		o.More = fmt.Sprintf("%d more between %.0f and %.0f %%", more, 100*least, 100*s.score(p))
		o.MoreAction = "show"
	}
	if rows > 0 {
		return
	}
	o.Count = ""
	o.Empty = fmt.Sprintf("No objects above %.0f %%.", 100*s.score(p))
	switch {
	case len(in.Items) == 0:
		o.Empty = "No objects found."
	case more == 1:
		o.More, o.MoreAction = fmt.Sprintf("1 between %.0f and %.0f %%:", 100*least, 100*s.score(p)), "show it"
	case more > 1:
		o.More, o.MoreAction = fmt.Sprintf("%d between %.0f and %.0f %%:", more, 100*least, 100*s.score(p)), "show them"
	}
}

func (s State) legendScreen(p *Picture) LegendScreen {
	r := s.results(p)
	l := LegendScreen{Shown: s.Settings.Layers.Classes && p.Stage != Failed, Failure: taskFailure(r.Classes, "The class map")}
	m := r.Classes.Classes
	l.Waiting = l.Shown && m == nil && r.Classes.Failure == nil
	if m == nil || !l.Shown {
		return l
	}
	for i, n := range m.Pixels {
		if n == 0 || i >= len(m.Labels) || export.Background(m.Labels[i]) {
			continue
		}
		hidden := i < len(p.Hidden) && p.Hidden[i]
		l.Rows = append(l.Rows, LegendRow{i, m.Labels[i], export.Share(n, m.Width, m.Height), !hidden})
	}
	slices.SortStableFunc(l.Rows, func(a, b LegendRow) int { return m.Pixels[b.Class] - m.Pixels[a.Class] })
	if len(l.Rows) == 0 {
		l.Empty = "All of the picture is background."
	}
	return l
}

// overlay names what the canvas draws.
func (s State) overlay(p *Picture) OverlayScreen {
	r := s.results(p)
	o := OverlayScreen{Instances: r.Instances.Instances, Highlight: p.Objects.Hover, Selected: p.Objects.Selected, Look: p.Objects.Look}
	if o.Highlight < 0 {
		o.Highlight = p.Objects.Selected
	}
	o.Shown = s.shown(p)
	if !slices.Contains(o.Shown, o.Highlight) {
		o.Highlight = -1
	}
	if s.Settings.Layers.Classes {
		o.Classes, o.HideClass = r.Classes.Classes, p.Hidden
	}
	return o
}
