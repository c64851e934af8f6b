package core

import "time"

const (
	mostNotices = 4 // are shown at once; older ones go
	noticeAfter = 8 * time.Second
)

// NoticeKind is the weight of a notice.
type NoticeKind string

// The kinds of notice.
const (
	NoticeDone    NoticeKind = "done"
	NoticeHint    NoticeKind = "hint"
	NoticeTrouble NoticeKind = "trouble"
)

// Notice is something that is told in passing.
type Notice struct {
	ID     uint64 // given by Notify
	Kind   NoticeKind
	Text   string
	Detail string
	Path   string    // a file that can be shown in its folder
	Undo   Action    // takes back what is told
	Offers CommandID // a command that helps
	About  any       // what it is about, for the feature that told it
	since  time.Time
}

// passing reports whether a notice goes by itself: trouble stays until it is read.
func (n *Notice) passing() bool { return n.Kind != NoticeTrouble }

// Notify tells something. The same text is not told twice at once.
func (t *Turn) Notify(n Notice) {
	t.notices = Without(t.notices, func(o Notice) bool { return o.Text == n.Text && o.Detail == n.Detail })
	t.lastNotice++
	n.ID = t.lastNotice
	t.notices = Added(t.notices, n)
	if extra := len(t.notices) - mostNotices; extra > 0 {
		t.notices = append([]Notice(nil), t.notices[extra:]...)
	}
}

// DropNotices takes away the notices for which drop returns true.
func (t *Turn) DropNotices(drop func(Notice) bool) { t.notices = Without(t.notices, drop) }

// NoticeView is a notice as the window shows it.
type NoticeView struct {
	ID      uint64
	Kind    NoticeKind
	Text    string
	Detail  string
	Actions []Button
	Close   Button
}
