package state

import (
	"descry/internal/message"
	"descry/ui/state/core"
)

// closeNotice takes away a notice; 0 is the inspector's one about photographs.
func (r *reduction) closeNotice(id uint64) {
	if id == 0 {
		r.s.picture = r.s.picture.PhotoNoticeClosed()
		return
	}
	r.t.DropNotices(func(n core.Notice) bool { return n.ID == id })
}

// tellCopied says that a text was copied, or why not.
func (r *reduction) tellCopied(a core.TextCopied) {
	if a.Failure != nil {
		r.t.Notify(core.Notice{Kind: core.NoticeTrouble, Text: message.Sprintf("%s could not be copied.", a.What), Detail: core.Explain(a.Failure)})
		return
	}
	r.t.Notify(core.Notice{Kind: core.NoticeDone, Text: message.Sprintf("%s copied.", a.What)})
}
