package state

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"descry/internal/failure"
)

// mostNotices are shown at once; older ones go.
const mostNotices = 4

// notice is something that is told in passing.
type notice struct {
	id       uint64
	kind     NoticeKind
	text     string
	detail   string
	path     string  // a file that can be shown in its folder
	undo     Action  // takes back what is told
	batch    uint64  // of writes that belong together
	count    int     // files of the batch
	replaces []write // what "Replace" writes again
	removes  string  // the model that is removed when this goes
	arrived  bool    // tells of models that have come
	checked  bool    // tells that a check of a model found nothing wrong
	models   bool    // offers the Models page
	since    time.Time
}

// passing reports whether a notice goes by itself: trouble stays until it is read.
func (n *notice) passing() bool { return n.kind != NoticeTrouble }

// notify tells something. The same text is not told twice at once.
func (r *reduction) notify(n notice) {
	r.s.notices = without(r.s.notices, func(o notice) bool { return o.text == n.text && o.detail == n.detail })
	r.s.last.notice++
	n.id = r.s.last.notice
	r.s.notices = added(r.s.notices, n)
	if extra := len(r.s.notices) - mostNotices; extra > 0 {
		r.s.notices = append([]notice(nil), r.s.notices[extra:]...)
	}
}

func (a NoticeClosed) on(r *reduction) {
	if a.ID == 0 {
		r.s.photo = 0
		return
	}
	r.s.notices = without(r.s.notices, func(n notice) bool { return n.id == a.ID })
}

// explain says a failure in whole sentences, without its subject.
func explain(f *failure.Failure) string {
	if f == nil {
		return ""
	}
	text := sentence(f.Message.String())
	if !f.Hint.IsZero() {
		text += " " + f.Hint.String()
	}
	return text
}

// sentence begins with a capital letter, unless its first word is a file's name,
// and ends with a full stop.
func sentence(s string) string {
	s = strings.TrimSpace(s)
	if s == "" {
		return ""
	}
	if word, _, _ := strings.Cut(s, " "); !strings.ContainsAny(strings.TrimRight(word, ".!?"), "._/\\") {
		first, n := utf8.DecodeRuneInString(s)
		s = string(unicode.ToUpper(first)) + s[n:]
	}
	if last, _ := utf8.DecodeLastRuneInString(s); !strings.ContainsRune(".!?…", last) {
		s += "."
	}
	return s
}
