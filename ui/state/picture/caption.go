package picture

import (
	"slices"
	"time"
	"unicode/utf8"

	"descry/inference"
	"descry/inference/words"
	"descry/internal/message"
	"descry/ui/state/core"
)

const (
	mostEarlier = 50     // texts kept for undo
	mostCaption = 10_000 // bytes of a text; more is cut
	altLength   = 125    // characters that screen readers read in one piece, by common advice
)

// draftAt is the place of a picture's draft, −1 if there is none.
func (s *State) draftAt(key string) int {
	return slices.IndexFunc(s.drafts, func(d draft) bool { return d.key == key })
}

// draft returns the draft of the visible picture; its key is empty if there is none.
func (s Scene) draft() draft {
	p := s.visible()
	if p.phase == ready {
		if i := s.draftAt(p.key); i >= 0 {
			return s.drafts[i]
		}
	}
	return draft{}
}

// Caption is the text that is shown: a person's own, else the model's, else
// what has come of it so far.
func (s Scene) Caption() string { return s.captionOf(s.visible()) }

func (s Scene) captionOf(p picture) string {
	if p.phase != ready {
		return ""
	}
	if i := s.draftAt(p.key); i >= 0 && s.drafts[i].edit.Own {
		return s.drafts[i].edit.Caption
	}
	if res := s.result(p.key); res.caption != nil {
		return res.caption.Hypotheses[0].Text
	}
	for _, j := range s.jobs {
		if j.picture == p.id && j.slot == SlotCaption {
			return j.text
		}
	}
	return ""
}

// streams reports whether the text of a picture is still coming, so that it
// cannot be edited yet.
func (s Scene) streams(p picture) bool {
	if i := s.draftAt(p.key); i >= 0 && s.drafts[i].edit.Own {
		return false
	}
	return s.result(p.key).caption == nil && s.running(p.key, SlotCaption)
}

// edit changes the draft of a picture.
func (r *reduction) edit(p picture, f func(*draft)) {
	i := r.s.draftAt(p.key)
	if p.phase != ready || i < 0 {
		return
	}
	d := r.s.drafts[i]
	d.edit.Earlier, d.edit.Later = slices.Clone(d.edit.Earlier), slices.Clone(d.edit.Later)
	f(&d)
	if extra := len(d.edit.Earlier) - mostEarlier; extra > 0 {
		d.edit.Earlier = d.edit.Earlier[extra:]
	}
	if !d.dirty {
		d.dirty, d.since = true, time.Time{}
	}
	d.failed = false
	r.s.drafts = core.Replaced(r.s.drafts, i, d)
}

// put makes a text the person's own; the one before can be had back.
func (d *draft) put(text string, burst bool) {
	if d.edit.Own && !(burst && d.burst) {
		d.edit.Earlier = append(d.edit.Earlier, d.edit.Caption)
	}
	for len(d.edit.Later) > 0 { // what was undone is not lost by going on from here
		last := len(d.edit.Later) - 1
		d.edit.Earlier, d.edit.Later = append(d.edit.Earlier, d.edit.Later[last]), d.edit.Later[:last]
	}
	d.edit.Caption, d.edit.Own, d.burst = text, true, burst
}

func (a CaptionEdited) on(r *reduction) {
	r.s.serial = max(r.s.serial, a.Serial)
	p := r.s.visible()
	if a.Picture != 0 {
		p = r.s.picture(a.Picture) // its last letters may come after it was left
	}
	text := core.Cut(a.Text, mostCaption)
	if p.phase != ready || text == r.s.captionOf(p) || r.s.streams(p) {
		return
	}
	r.edit(p, func(d *draft) { d.put(text, true) })
}

func (a CaptionPicked) on(r *reduction) {
	if a.Text != "" && a.Text != r.s.Caption() {
		r.edit(r.s.visible(), func(d *draft) { d.put(core.Cut(a.Text, mostCaption), false) })
	}
}

func (CaptionUndone) on(r *reduction) {
	if !r.s.CanUndo() {
		return
	}
	r.edit(r.s.visible(), func(d *draft) {
		d.burst = false
		d.edit.Later = append(d.edit.Later, d.edit.Caption)
		last := len(d.edit.Earlier) - 1
		if last < 0 {
			d.edit.Caption, d.edit.Own = "", false
			return
		}
		d.edit.Caption, d.edit.Earlier = d.edit.Earlier[last], d.edit.Earlier[:last]
	})
}

func (CaptionRedone) on(r *reduction) {
	if !r.s.CanRedo() {
		return
	}
	r.edit(r.s.visible(), func(d *draft) {
		d.burst = false
		if d.edit.Own {
			d.edit.Earlier = append(d.edit.Earlier, d.edit.Caption)
		}
		last := len(d.edit.Later) - 1
		d.edit.Caption, d.edit.Own, d.edit.Later = d.edit.Later[last], true, d.edit.Later[:last]
	})
}

func (CaptionCopied) on(r *reduction) {
	if text := r.s.Caption(); text != "" {
		r.t.Do(core.CopyText{Text: text, What: "Caption"})
	}
}

func (a EditLoaded) on(r *reduction) {
	i := r.s.draftAt(a.Key)
	if i < 0 || r.s.drafts[i].read {
		return
	}
	d := r.s.drafts[i]
	d.read = true
	if a.Edit != nil {
		d.edit = Joined(*a.Edit, d.edit, d.dirty)
	}
	r.s.drafts = core.Replaced(r.s.drafts, i, d)
}

// Joined returns what was stored, with what was written since after it.
func Joined(stored, since Edit, written bool) Edit {
	e := Edit{Caption: core.Cut(stored.Caption, mostCaption), Own: stored.Own, Earlier: slices.Clone(stored.Earlier), Later: slices.Clone(stored.Later)}
	if !written {
		return e
	}
	d := draft{edit: e}
	for _, text := range since.Earlier {
		d.put(text, false)
	}
	if since.Own {
		d.put(since.Caption, false)
	}
	d.edit.Later = append(d.edit.Later, since.Later...)
	return d.edit
}

func (a EditSaved) on(r *reduction) {
	i := r.s.draftAt(a.Key)
	if i < 0 || r.s.drafts[i].saving == 0 {
		return
	}
	d := r.s.drafts[i]
	d.saving--
	tell := a.Failure != nil && !d.dirty && !d.failed // else the next one will tell
	d.failed = d.failed || tell
	r.s.drafts = core.Replaced(r.s.drafts, i, d)
	if tell {
		r.t.Notify(core.Notice{Kind: core.NoticeTrouble, Text: message.Sprintf("Could not save your caption for %s.", d.name), Detail: core.Explain(a.Failure)})
	}
}

// saveDrafts saves every changed draft for which which returns true.
func (r *reduction) saveDrafts(which func(draft) bool) {
	r.s.drafts = core.Stamped(r.s.drafts, func(d *draft) bool {
		if !d.dirty || !which(*d) {
			return false
		}
		r.t.Do(SaveEdit{Key: d.key, Name: d.name, Edit: d.edit, Unread: !d.read})
		d.dirty, d.burst, d.since = false, false, time.Time{}
		d.saving++
		return true
	})
}

// alternatives are the captions suggested beside the one shown, best first.
func (s Scene) alternatives() []inference.Hypothesis {
	res := s.found()
	shown := s.Caption()
	var all []inference.Hypothesis
	for _, c := range []*inference.Caption{res.caption, res.alternatives} {
		if c == nil {
			continue
		}
		for _, h := range c.Hypotheses {
			same := func(o inference.Hypothesis) bool { return o.Text == h.Text }
			if h.Text != "" && h.Text != shown && !slices.ContainsFunc(all, same) && len(all) < alternativeBeams {
				all = append(all, h)
			}
		}
	}
	return all
}

// sureness says how sure the model is of the caption that is shown.
func (s Scene) sureness() (word, tip string) {
	if d := s.draft(); d.edit.Own {
		if s.suggested(d.edit.Caption) {
			return "your choice", "You chose this caption. It is saved for this picture."
		}
		return "your words", "You wrote this caption. It is saved for this picture."
	}
	if res := s.found(); res.caption != nil {
		return words.CaptionSureness(res.caption.Hypotheses[0].Score), "How sure the model is of this caption"
	}
	return "", ""
}

// suggested reports whether a caption is one of the model's.
func (s Scene) suggested(text string) bool {
	res := s.found()
	for _, c := range []*inference.Caption{res.caption, res.alternatives} {
		if c != nil && slices.ContainsFunc(c.Hypotheses, func(h inference.Hypothesis) bool { return h.Text == text }) {
			return true
		}
	}
	return false
}

// length counts the characters of a text.
func length(text string) int { return utf8.RuneCountInString(text) }
