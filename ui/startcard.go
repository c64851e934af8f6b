package ui

import (
	"fyne.io/fyne/v2"

	"descry/ui/pages/parts"
	"descry/ui/state/models"
	"descry/ui/theme"
	"descry/ui/widgets"
)

// startCard says on the start page what the built-in models do not know, and
// gets better ones.
type startCard struct {
	box   *fyne.Container
	send  parts.Sender
	text  *widgets.Paragraph
	get   *widgets.Button
	close *widgets.Button
}

func newStartCard(send parts.Sender) *startCard {
	c := &startCard{send: send,
		text:  widgets.NewParagraph("", theme.Text, theme.SizeBody, true),
		get:   widgets.NewButton(widgets.Secondary, "", "", nil).Sized(200, 34),
		close: widgets.NewIconButton(widgets.Quiet, widgets.IconClose, "", nil),
	}
	ground := widgets.NewBox(theme.Panel, theme.Line, theme.RadiusCard)
	const side, gap, corner = 18, 12, 32
	below := func(width float32) bool { return width < c.get.MinSize().Width+corner+2*side+gap+240 }
	height := func(width float32) float32 {
		if below(width) {
			return c.text.HeightFor(width-2*side-corner) + 34 + 36
		}
		return max(c.text.HeightFor(width-c.get.MinSize().Width-corner-2*side-gap), 34) + 22
	}
	c.box = widgets.Sized(300, height, func(s fyne.Size) {
		widgets.Place(ground, 0, 0, s.Width, s.Height)
		widgets.Place(c.close, s.Width-corner-4, min(8, (s.Height-28)/2), 28, 28)
		m := c.get.MinSize()
		if below(s.Width) {
			w := s.Width - 2*side - corner
			h := c.text.HeightFor(w)
			widgets.Place(c.text, side, 14, w, h)
			widgets.Place(c.get, side, 14+h+8, min(m.Width, s.Width-2*side), 34)
			return
		}
		w := s.Width - m.Width - corner - 2*side - gap
		h := c.text.HeightFor(w)
		widgets.Place(c.text, side, (s.Height-h)/2, w, h)
		widgets.Place(c.get, s.Width-corner-12-m.Width, (s.Height-34)/2, m.Width, 34)
		widgets.Place(c.close, s.Width-corner-4, (s.Height-28)/2, 28, 28)
	}, ground, c.text, c.get, c.close)
	c.box.Hide()
	return c
}

// show paints the card; nil hides it.
func (c *startCard) show(s *models.Card) {
	widgets.SetVisible(c.box, s != nil)
	if s == nil {
		return
	}
	c.text.SetText(s.Text)
	c.send.Button(c.get, s.Get)
	c.send.Icon(c.close, s.Close)
}
