package picture

import (
	"fmt"
	"reflect"
	"strings"

	"descry/inference/words"
	"descry/internal/failure"
	"descry/internal/message"
	"descry/render"
	"descry/settings"
	"descry/ui/state/core"
)

func (s Scene) showPanel() Panel {
	p := Panel{
		Shown: !s.Settings().PanelHidden, Width: s.Settings().PanelWidth,
		Caption: s.showCaption(), Objects: s.showObjects(), Classes: s.showClasses(),
		CopyAlt: s.Rest.Command(core.CommandCopy, "Copy for alt text"), Export: s.Rest.Command(core.CommandExport, "Export…"),
	}
	p.Notice = s.showPanelNotice()
	return p
}

// showPanelNotice hints at what better models could do, or have been got for.
func (s Scene) showPanelNotice() *core.NoticeView {
	p := s.visible()
	if p.phase == ready && s.anyStale(p.key) && !s.wants(p, true) {
		return &core.NoticeView{Kind: core.NoticeHint, Text: "Described with the previous models.", Actions: []core.Button{s.AgainButton()}}
	}
	if s.photo == 0 || s.photo != s.current || !s.Models.Drawings {
		return nil
	}
	n := &core.NoticeView{
		Kind: core.NoticeHint, Text: "This looks like a photograph.",
		Detail: "The built-in models know drawings only, so expect mistakes here.",
		Close:  core.Button{Text: "Got it", Tip: "Dismiss", Enabled: true, Do: core.NoticeClosed{}},
	}
	if get, others := s.Rest.BetterModels(); get.Do != nil {
		n.Actions = []core.Button{get}
	} else if others {
		n.Actions = []core.Button{s.Rest.Command(core.CommandModels, "Choose other models…")}
	}
	return n
}

func (s Scene) showCaption() CaptionPart {
	p, res := s.visible(), s.found()
	text := s.Caption()
	c := CaptionPart{
		Title: "Caption", Picture: p.id, Serial: s.serial, Text: text,
		Busy:     p.phase == decoding || p.phase == ready && s.running(p.key, SlotCaption),
		Editable: p.phase == ready && !s.streams(p) && s.draftAt(p.key) >= 0,
		Copy:     s.Rest.Command(core.CommandCopy, "Copy"), Undo: s.Rest.Command(core.CommandUndo, "Undo"), Redo: s.Rest.Command(core.CommandRedo, "Redo"),
		Again: s.Rest.Command(core.CommandRegenerate, "Suggest again"), How: s.Rest.Command(core.CommandCaptionForm, "Caption options…"),
	}
	c.Sure, c.SureTip = s.sureness()
	if n := length(text); n > 0 && !s.streams(p) {
		c.Length, c.TooLong = message.Sprintf("%d / %d characters", n, altLength), n > altLength
		c.LengthTip = "Many screen readers work best with at most 125 characters"
	}
	if p.phase == ready && !c.Busy {
		c.Placeholder = "Write a caption"
	}
	for _, h := range s.alternatives() {
		c.AlternativesTitle = "Alternatives"
		c.Alternatives = append(c.Alternatives, Alternative{Text: h.Text, Likely: words.CaptionLikelihood(h.Score), Do: CaptionPicked{h.Text}})
	}
	c.AlternativesBusy = p.phase == ready && s.running(p.key, SlotAlternatives) && len(c.Alternatives) == 0
	c.Failure = s.showTaskFailure(res.failure[SlotCaption], SlotCaption)
	return c
}

func (s Scene) showObjects() ObjectsPart {
	p, res := s.visible(), s.found()
	o := ObjectsPart{
		Title: "Objects", Sort: "by size",
		Busy:        p.phase == decoding || p.phase == ready && s.running(p.key, SlotInstances) && res.instances == nil,
		SecondNames: s.Rest.Command(core.CommandSecondNames, ""),
		Failure:     s.showTaskFailure(res.failure[SlotInstances], SlotInstances),
	}
	for _, by := range []struct {
		sort           settings.Sort
		text, tip, now string
	}{
		{settings.SortSize, "By size", "Sort the list by size", "by size"},
		{settings.SortScore, "By score", "Sort the list by score", "by score"},
		{settings.SortName, "By name", "Sort the list by name", "by name"},
	} {
		on := s.Settings().Sort == by.sort
		if on {
			o.Sort = by.now
		}
		o.Sorts = append(o.Sorts, core.Choice{Text: by.text, Tip: by.tip, On: on, Do: Sorted{by.sort}})
	}
	if res.instances == nil {
		return o
	}
	hidden := 0
	for _, i := range s.rows() {
		o.Rows = append(o.Rows, s.objectRow(&res, i))
		if res.isHidden(i) {
			hidden++
		}
	}
	if n := len(o.Rows); n > 0 {
		o.Shown = message.Sprintf("%d shown", n-hidden)
	}
	if hidden > 0 {
		o.ShowHidden = s.Rest.Command(core.CommandShowHidden, core.Plural(hidden, message.Of("Show 1 hidden object"), message.Of("Show %d hidden objects", hidden)))
	}
	s.showMore(&o)
	return o
}

func (s Scene) objectRow(res *result, i int) ObjectRow {
	in := res.instances.Items[i]
	w, h := res.instances.Width, res.instances.Height
	tint, pattern := render.ClassColor(in.Label)
	shown := !res.isHidden(i)
	tip := "Hide this object"
	if !shown {
		tip = "Show this object"
	}
	return ObjectRow{
		Object: i, Name: in.Label, Detail: words.Where(in.Box, w, h) + " · " + words.Share(in.Area, w, h),
		Score: words.Percent(float64(in.Score)), Sure: words.Sureness(float64(in.Score)),
		Tint: Tint{tint, pattern}, Shown: shown, Hovered: s.hover == i, Selected: s.selected == i,
		Toggle:  core.Button{Text: in.Label, Tip: tip, Enabled: true, On: shown, Do: ObjectToggled{i}},
		Look:    core.Button{Text: "Zoom in", Tip: "Zoom in on this object", Enabled: true, Do: LookedAt{i}},
		SavePNG: core.Button{Text: "Save object…", Tip: "Save this object as a transparent PNG", Enabled: true, Do: ObjectSaveAsked{i}},
	}
}

// showMore says what a lower threshold would show, and what to do about an empty list.
func (s Scene) showMore(o *ObjectsPart) {
	above := words.Percent(s.score())
	n, low := s.below()
	from, to := fmt.Sprintf("%.0f", 100*low), above
	if n > 0 {
		o.MoreButton = core.Button{Text: "show", Tip: "Lower the minimum confidence to show these", Enabled: true, Do: ScoreSet{low}}
	}
	switch {
	case len(o.Rows) == 0 && n == 0:
		o.Empty = "No known objects found."
	case len(o.Rows) == 0:
		o.Empty = message.Sprintf("No objects above %s.", above)
		o.More = message.Sprintf("%d less certain (%s–%s)", n, from, to)
	case n > 0:
		o.More = message.Sprintf("%d less certain (%s–%s)", n, from, to)
	}
}

// details are all parts of a failure, for those who want to report it.
func details(f *failure.Failure) string {
	var lines []string
	for _, part := range []struct{ name, text string }{
		{"Kind", string(f.Kind)}, {"Operation", f.Op}, {"Subject", f.Subject}, {"Message", f.Message.String()}, {"Hint", f.Hint.String()},
	} {
		if part.text != "" {
			lines = append(lines, message.Sprintf("%s: %s", part.name, part.text))
		}
	}
	return strings.Join(lines, "\n")
}

func (s Scene) detailsButton() core.Button {
	b := core.Button{Text: "Show details", Tip: "Show technical details", Enabled: true, On: s.details, Do: DetailsToggled{}}
	if s.details {
		b.Text, b.Tip = "Hide details", "Show less"
	}
	return b
}

func (s Scene) showDecodeFailure(p picture) *FailureCard {
	c := &FailureCard{Title: message.Sprintf("Could not open %s", p.name), Text: core.Sentence(p.failure.Message.String()), Hint: p.failure.Hint.String()}
	if p.failure.Kind == failure.Cancelled {
		c.Title, c.Text, c.Hint = message.Sprintf("%s was not opened", p.name), "You stopped opening it.", ""
	}
	c.Actions = []core.Button{
		s.Rest.Command(core.CommandOpen, "Open another…"),
		{Text: "Try again", Tip: "Open this file again", Enabled: true, Do: DecodeAgain{}},
	}
	if p.failure.Kind == failure.TooLarge {
		c.Actions = append(c.Actions, s.Rest.Command(core.CommandSettings, "Change the limit…"))
	}
	if p.failure.Kind != failure.Cancelled {
		c.Actions = append(c.Actions, s.detailsButton())
	}
	if s.details {
		c.Details = details(p.failure)
	}
	return c
}

// showTaskFailure returns the card of a task that failed. A failure with the
// caption's reason is reported briefly.
func (s Scene) showTaskFailure(f *failure.Failure, at Slot) *FailureCard {
	if f == nil {
		return nil
	}
	again := core.Button{Text: "Try again", Tip: "Run this again", Enabled: true, Do: Again{SlotTasks[at]}}
	if f.Kind == failure.Cancelled {
		return &FailureCard{Title: "Stopped", Actions: []core.Button{again}}
	}
	c := &FailureCard{Title: taskWords[at].title, Text: core.ExplainOf(f, f.Subject), Hint: f.Hint.String(), Actions: []core.Button{again}}
	if first := s.found().failure[SlotCaption]; at != SlotCaption && first != nil && first.Kind == f.Kind && reflect.DeepEqual(first.Message, f.Message) {
		c.Text, c.Hint = "Same reason as for the caption.", ""
		return c
	}
	if d := s.Settings().Device; d != "auto" && d != "cpu" {
		c.Actions = append(c.Actions, core.Button{Text: "Use the processor", Tip: "Use the processor from now on and try again", Enabled: true, Do: RetriedOnCPU{}})
	}
	c.Actions = append(c.Actions, s.detailsButton())
	if s.details {
		c.Details = details(f)
	}
	return c
}
