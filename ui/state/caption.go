package state

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"descry/internal/failure"
)

// mostUndo is how many earlier texts of a caption are kept.
const mostUndo = 100

// altLength is how much of an alt text screen readers read without a break, by
// the usual advice.
const altLength = 125

// stopped is the failure of a task that the person stopped.
var stopped = failure.New(failure.Cancelled, "", "", "stopped", "")

// caption gives the caption of a picture as it stands: the person's, else the
// model's, else as much as is written.
func (s State) caption(p *Picture) string {
	if p.Draft.Edited {
		return p.Draft.Text
	}
	return s.modelCaption(p)
}

// modelCaption gives the model's words.
func (s State) modelCaption(p *Picture) string {
	r := s.results(p)
	if r.Caption.Caption != nil && len(r.Caption.Caption.Hypotheses) > 0 {
		return r.Caption.Caption.Hypotheses[0].Text
	}
	return r.Text
}

// reduceCaption handles the Actions about a caption's text.
func (c *change) reduceCaption(a Action) {
	switch a := a.(type) {
	case EditCaption:
		if p := c.Current(); p != nil && a.Text != c.caption(p) && c.editable(p) {
			c.write(a.Text)
		}
	case PickCaption:
		if p := c.Current(); p != nil && a.Text != c.caption(p) && c.editable(p) {
			c.write(a.Text)
		}
	case EditLoaded:
		c.editLoaded(a)
	case EditSaved:
		c.editSaved(a)
	}
}

// editable reports whether the caption can be typed into: not while the model
// writes it, and not before the kept edit has been looked for.
func (s State) editable(p *Picture) bool {
	return p.Stage == Ready && (p.Draft.Edited || s.results(p).Caption.Job == 0)
}

// write makes text the person's caption of the shown picture. Typing on adds no
// step to undo for each key: a step is a change of a word or more.
func (c *change) write(text string) {
	p := c.Current()
	before := c.caption(p)
	c.picture(p.Source, func(p *Picture) {
		if !c.typingOn(p, before, text) {
			undo := append([]string{}, p.Draft.Undo...)
			if len(undo) >= mostUndo {
				undo = undo[1:]
			}
			p.Draft.Undo = append(undo, before)
		}
		p.Draft.Edited, p.Draft.Text = true, text
		p.Draft.Unsaved, p.Draft.Changed = true, c.Now
	})
	c.effect(Wake{editAfter})
}

// typingOn reports whether text goes on with the word that before ends in, or
// takes single characters back, within a second of the last key.
func (c *change) typingOn(p *Picture, before, text string) bool {
	d := p.Draft
	if !d.Edited || len(d.Undo) == 0 || c.Now.Sub(d.Changed) > editAfter {
		return false
	}
	diff := utf8.RuneCountInString(text) - utf8.RuneCountInString(before)
	if diff < -1 || diff > 1 {
		return false
	}
	last, _ := utf8.DecodeLastRuneInString(text)
	return !unicode.IsSpace(last)
}

// doCaption carries out the commands about the caption.
func (c *change) doCaption(cmd Command) {
	p := c.Current()
	switch cmd {
	case CmdCopy:
		c.effect(CopyText{c.caption(p), "caption"})
	case CmdCopyAlt:
		c.effect(CopyText{AltText(c.caption(p)), "alt text"})
	case CmdUndo:
		c.undo(p)
	case CmdRegenerate:
		c.regenerate(p)
	}
}

// undo goes back one step; back at the model's words the edit is gone.
func (c *change) undo(p *Picture) {
	last := p.Draft.Undo[len(p.Draft.Undo)-1]
	model := c.modelCaption(p)
	c.picture(p.Source, func(p *Picture) {
		p.Draft.Undo = append([]string{}, p.Draft.Undo[:len(p.Draft.Undo)-1]...)
		p.Draft.Text = last
		p.Draft.Edited = last != model || len(p.Draft.Undo) > 0
		p.Draft.Unsaved, p.Draft.Changed = true, c.Now
	})
	c.effect(Wake{editAfter})
}

// regenerate asks the models again for what failed or was stopped, and for the
// caption. The person's words stay: the new ones are among the candidates.
func (c *change) regenerate(p *Picture) {
	if p.Stage == Failed {
		c.add(p.Source)
		return
	}
	c.resultsOf(p.Source, c.Settings.Model, func(r *Results) {
		r.Caption, r.Others, r.Text = TaskState{}, TaskState{}, ""
		for _, t := range []*TaskState{&r.Instances, &r.Classes} {
			if t.Failure != nil {
				*t = TaskState{}
			}
		}
	})
	c.askTasks(true)
}

// editLoaded shows a kept caption, unless something has been typed since.
func (c *change) editLoaded(a EditLoaded) {
	c.picture(a.Source, func(p *Picture) {
		if p.Draft.Loaded {
			return
		}
		p.Draft.Loaded = true
		if a.Found && !p.Draft.Edited {
			p.Draft.Edited, p.Draft.Text = true, a.Caption
			p.Draft.Undo = []string{c.modelCaption(p)}
		}
	})
}

// keepEdit puts a picture's edit on the disk.
func (c *change) keepEdit(src Source) {
	p := c.Pictures[src]
	if p == nil || p.Key == "" {
		return
	}
	c.picture(src, func(p *Picture) { p.Draft.Unsaved = false })
	c.effect(SaveEdit{Source: src, Key: p.Key, Text: p.Draft.Text, Remove: !p.Draft.Edited})
}

// editSaved tells when an edit could not be kept; it stays unsaved, and is tried
// again with the next change and at the end.
func (c *change) editSaved(a EditSaved) {
	if a.Failure == nil {
		return
	}
	c.picture(a.Source, func(p *Picture) { p.Draft.Unsaved, p.Draft.Changed = true, c.Now.Add(noticeStays) })
	c.notice(Notice{Kind: Trouble, Title: "Your caption could not be kept.", Text: a.Failure.Error()})
	c.effect(Wake{noticeStays + editAfter})
}

// AltText gives a caption as a sentence: a capital at its beginning, a full stop
// at its end.
func AltText(caption string) string {
	s := strings.TrimSpace(caption)
	first, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return ""
	}
	s = string(unicode.ToUpper(first)) + s[n:]
	if last, _ := utf8.DecodeLastRuneInString(s); unicode.IsLetter(last) || unicode.IsDigit(last) {
		s += "."
	}
	return s
}
