package ui

import (
	"fyne.io/fyne/v2"

	"descry/ui/pages/parts"
	"descry/ui/state/core"
	"descry/ui/theme"
	"descry/ui/widgets"
)

// noticeCard tells something in passing, with links to act on it.
type noticeCard struct {
	box    *fyne.Container
	send   parts.Sender
	text   *widgets.Paragraph
	detail *widgets.Paragraph
	links  *fyne.Container
	close  *widgets.Button
}

func newNoticeCard(send parts.Sender) *noticeCard {
	n := &noticeCard{
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

// show paints a notice; nil hides the card.
func (n *noticeCard) show(s *core.NoticeView) {
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

// noticePile is the notices that come up at the foot of the window, newest
// lowest.
type noticePile struct {
	box   *fyne.Container
	send  parts.Sender
	cards []*noticeCard
	n     int
}

// pileWidth is the notices' width in dp.
const pileWidth float32 = 400

func newNoticePile(send parts.Sender) *noticePile {
	p := &noticePile{send: send}
	p.box = widgets.Arrange(func() fyne.Size { return fyne.Size{} }, p.lay)
	return p
}

// show paints the notices.
func (p *noticePile) show(list []core.NoticeView) {
	for len(p.cards) < len(list) {
		card := newNoticeCard(p.send)
		p.cards = append(p.cards, card)
		p.box.Objects = append(p.box.Objects, card.box)
	}
	p.n = len(list)
	for i, c := range p.cards {
		if i < len(list) {
			c.show(&list[i])
		} else {
			c.show(nil)
		}
	}
	p.box.Refresh()
}

// lay piles the cards up from the lower middle of the canvas.
func (p *noticePile) lay(s fyne.Size) {
	w := min(pileWidth, s.Width-32)
	y := s.Height - statusBarHeight - 72
	for i := p.n - 1; i >= 0; i-- {
		h := widgets.HeightFor(p.cards[i].box, w)
		y -= h
		widgets.Place(p.cards[i].box, 16, y, w, h)
		y -= 8
	}
}
