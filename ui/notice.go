package ui

import (
	"fyne.io/fyne/v2"

	"descry/ui/pages/parts"
	"descry/ui/state/core"
	"descry/ui/widgets"
)

// noticePile is the notices that come up at the foot of the window, newest
// lowest.
type noticePile struct {
	box   *fyne.Container
	send  parts.Sender
	cards []*parts.NoticeCard
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
		card := parts.NewNoticeCard(p.send)
		p.cards = append(p.cards, card)
		p.box.Objects = append(p.box.Objects, card.Box())
	}
	p.n = len(list)
	for i, c := range p.cards {
		if i < len(list) {
			c.Show(&list[i])
		} else {
			c.Show(nil)
		}
	}
	p.box.Refresh()
}

// lay piles the cards up from the lower middle of the canvas.
func (p *noticePile) lay(s fyne.Size) {
	w := min(pileWidth, s.Width-32)
	y := s.Height - statusBarHeight - 72
	for i := p.n - 1; i >= 0; i-- {
		h := widgets.HeightFor(p.cards[i].Box(), w)
		y -= h
		widgets.Place(p.cards[i].Box(), 16, y, w, h)
		y -= 8
	}
}
