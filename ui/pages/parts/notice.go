package parts

import (
	"fyne.io/fyne/v2"

	"descry/ui/state/core"
	"descry/ui/theme"
	"descry/ui/widgets"
)

// NoticeCard tells something in passing, with links to act on it.
type NoticeCard struct {
	box    *fyne.Container
	send   Sender
	text   *widgets.Paragraph
	detail *widgets.Paragraph
	links  *fyne.Container
	close  *widgets.Button
}

// NewNoticeCard returns a card that is hidden until it shows a notice.
func NewNoticeCard(send Sender) *NoticeCard {
	n := &NoticeCard{
		send:   send,
		text:   widgets.NewParagraph("", theme.Notice, theme.SizeLabel, true),
		detail: widgets.NewParagraph("", theme.Notice, theme.SizeLabel, false),
		links:  widgets.Column(2),
		close:  widgets.NewIconButton(widgets.Quiet, widgets.IconClose, "Close", nil),
	}
	ground := widgets.NewBox(theme.NoticeGround, "", theme.RadiusCard)
	n.box = widgets.Overlaid(ground, widgets.Padded(widgets.Column(4, n.text, n.detail, n.links), 12, 34, 12, 14, fyne.Size{}), n.close)
	n.box.Hide()
	return n
}

// Box returns what is shown of it.
func (n *NoticeCard) Box() *fyne.Container { return n.box }

// Show paints a notice; nil hides the card.
func (n *NoticeCard) Show(s *core.NoticeView) {
	widgets.SetVisible(n.box, s != nil)
	if s == nil {
		return
	}
	n.text.SetText(s.Text)
	n.detail.SetText(s.Detail)
	widgets.SetVisible(n.detail, s.Detail != "")
	for len(n.links.Objects) < len(s.Actions) {
		n.links.Objects = append(n.links.Objects, widgets.NewLinkText(theme.Notice, nil))
	}
	for i, o := range n.links.Objects {
		widgets.SetVisible(o, i < len(s.Actions))
		if i < len(s.Actions) {
			l := o.(*widgets.LinkText)
			l.SetText(s.Actions[i].Text)
			l.SetTip(s.Actions[i].Tip)
			l.OnTap(n.send.Do(s.Actions[i].Do))
		}
	}
	widgets.SetVisible(n.close, !s.Close.None())
	n.close.SetTip(s.Close.Tip)
	n.close.OnTap(n.send.Do(s.Close.Do))
}
