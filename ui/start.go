package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"descry/internal/message"
	"descry/ui/pages/parts"
	"descry/ui/state"
	"descry/ui/theme"
	"descry/ui/widgets"
)

const (
	startWidth float32 = 800 // of the start page's middle column
	mostRecent int     = 4   // links to pictures opened last
)

// startPage has one thing to do: drop or open a picture; else try a sample.
type startPage struct {
	box         *fyne.Container
	send        parts.Sender
	pixels      parts.Pixels
	zone        *widgets.DropZone
	zoneBody    *fyne.Container
	title, hint *widgets.Text
	text        *widgets.Paragraph
	open, paste *widgets.Button
	samplesHead *widgets.Text
	cards       []*widgets.SampleCard
	samples     int
	recentHead  *widgets.Text
	links       []*widgets.Button
	folders     []*widgets.Text
	recents     int
	card        *startCard
	inner       *fyne.Container
}

func newStartPage(send parts.Sender, pixels parts.Pixels) *startPage {
	s := &startPage{
		send: send, pixels: pixels,
		title:       widgets.NewText("", theme.Text, theme.SizeTitle, true).Aligned(fyne.TextAlignCenter).Cut(),
		text:        widgets.NewParagraph("", theme.Secondary, theme.SizeBody, false).Aligned(fyne.TextAlignCenter),
		hint:        widgets.NewText("", theme.Secondary, theme.SizeSecondary, false).Aligned(fyne.TextAlignCenter).Cut(),
		open:        widgets.NewButton(widgets.Primary, "", "", nil).Sized(166, 40),
		paste:       widgets.NewButton(widgets.Secondary, "", "", nil).Sized(166, 40),
		samplesHead: widgets.NewText("", theme.Secondary, theme.SizeLabel, true),
		recentHead:  widgets.NewText("", theme.Secondary, theme.SizeLabel, true),
		card:        newStartCard(send),
	}
	s.zoneBody = widgets.Column(10, s.title, s.text,
		widgets.Padded(container.NewCenter(widgets.Row(12, -1, s.open, s.paste)), 12, 0, 12, 0, fyne.Size{}), s.hint)
	s.zone = widgets.NewDropZone(s.zoneBody)
	parts := []fyne.CanvasObject{s.zone, s.card.box, s.samplesHead, s.recentHead}
	for range mostRecent {
		link := widgets.NewButton(widgets.Link, "", "", nil)
		folder := widgets.NewText("", theme.Secondary, theme.SizeSecondary, false).Cut()
		s.links, s.folders = append(s.links, link), append(s.folders, folder)
		parts = append(parts, link, folder)
	}
	s.inner = widgets.Arrange(func() fyne.Size { return fyne.NewSize(360, 430) }, s.lay, parts...)
	s.box = container.NewStack(widgets.NewBox(theme.Background, "", 0), container.NewVScroll(s.inner))
	return s
}

// show paints the page.
func (s *startPage) show(p state.StartPage) {
	s.title.SetText(p.Title)
	s.text.SetText(p.Text)
	s.hint.SetText(p.Hint)
	s.send.Button(s.open, p.Open)
	s.send.Button(s.paste, p.Paste)
	s.samplesHead.SetText(p.SamplesTitle)
	s.recentHead.SetText(p.RecentTitle)
	s.card.show(p.Card)
	for len(s.cards) < len(p.Samples) {
		card := widgets.NewSampleCard("", nil)
		s.cards = append(s.cards, card)
		s.inner.Objects = append(s.inner.Objects, card)
	}
	s.samples, s.recents = len(p.Samples), min(len(p.Recent), mostRecent)
	for i, c := range s.cards {
		widgets.SetVisible(c, i < s.samples)
		if i < s.samples {
			c.Set(p.Samples[i].Title, s.pixels.Thumbnail(p.Samples[i].Name), s.send.Do(p.Samples[i].Do))
			c.SetTip(p.Samples[i].Tip)
		}
	}
	for i := range s.recents {
		r := p.Recent[i]
		s.links[i].SetText(shortened(r.Name, 28))
		s.links[i].SetTip(message.Sprintf("Open %s", r.Path))
		s.links[i].OnTap(s.send.Do(r.Do))
		s.folders[i].SetText(r.Folder)
	}
	s.inner.Refresh()
}

// lay centres a column: zone, heading, cards, recent pictures. What the window
// lacks in height is taken from zone and cards.
func (s *startPage) lay(size fyne.Size) {
	widgets.SetVisible(s.samplesHead, s.samples > 0)
	widgets.SetVisible(s.recentHead, s.recents > 0)
	w := min(startWidth, size.Width-48)
	x := (size.Width - w) / 2
	rest := float32(20 + 32 + 24) // gaps
	if s.samples > 0 {
		rest += 40 + 28
	}
	if s.recents > 0 {
		rest += 78
	}
	card := float32(0)
	if s.card.box.Visible() {
		card = widgets.HeightFor(s.card.box, w) + 16
		rest += card
	}
	cards := min(widgets.SampleHeight, max(72, size.Height-rest-300), max(72, (size.Height-rest)*0.28))
	least, gap := float32(218), float32(34)
	if card > 0 { // it takes its room from the zone where there is little
		least, gap = 184, 24
	}
	zone := min(300, max(least, size.Height-rest-cards))
	y := max(20, min((size.Height-rest-cards-zone)/2+20, 67))
	widgets.Place(s.zone, x, y, w, zone)
	y += zone
	if card > 0 {
		widgets.Place(s.card.box, x, y+16, w, card-16)
		y += card
	}
	y += gap
	if s.samples > 0 {
		n := float32(s.samples)
		widgets.Place(s.samplesHead, x, y, w, 20)
		y += 32
		each := min((w-20*(n-1))/n, 260)
		for i, c := range s.cards[:s.samples] {
			widgets.Place(c, x+float32(i)*(each+20), y, each, cards+28)
		}
		y += cards + 28 + 22
	}
	widgets.Place(s.recentHead, x, y, w, 20)
	s.layRecent(x, y+24, w)
}

// layRecent puts as many links side by side as there is room for.
func (s *startPage) layRecent(x, y, w float32) {
	end := x + w
	for i, l := range s.links {
		lw, fw := l.MinSize().Width, min(s.folders[i].Wanted(), 150)
		room := i < s.recents && (x+lw+12+fw <= end || i == 0)
		widgets.SetVisible(l, room)
		widgets.SetVisible(s.folders[i], room)
		if !room {
			continue
		}
		widgets.Place(l, x, y, lw, 24)
		widgets.Place(s.folders[i], x+lw+12, y+1, fw, 24)
		x += lw + fw + 44
	}
}

// shortened cuts a name in its middle, so that the extension stays.
func shortened(s string, most int) string {
	r := []rune(s)
	if len(r) <= most {
		return s
	}
	return string(r[:most*2/3]) + "…" + string(r[len(r)-most/3+1:])
}
