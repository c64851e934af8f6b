// Package models has the widgets of the Models page: sets, a table of models, and
// in its place what is said before a download, or a licence.
package models

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	fynetheme "fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"descry/ui/pages/parts"
	"descry/ui/state/core"
	"descry/ui/state/models"
	"descry/ui/theme"
	"descry/ui/widgets"
)

// Page is the Models page: sets, a table of models, and in its place what
// is said before a download, or a licence.
type Page struct {
	send    parts.Sender
	told    *toldLine
	trouble *troubleBox
	cards   []*setCard
	cardBed *fyne.Container
	head    *tableHead
	rows    map[string]*modelRow
	groups  map[string]*widgets.Text
	table   *fyne.Container
	list    *container.Scroll
	offer   *offerView
	licence *licenceView
	disk    *widgets.Text
	offline *widgets.CheckRow
	folder  *widgets.Button
	load    *widgets.Button
	done    *widgets.Button
	foot    *fyne.Container
	rule    *widgets.Box
	news    *fyne.Container
	whole   *fyne.Container
}

// NewPage returns the page without anything on it yet.
func NewPage(t parts.Tools) parts.Page {
	send := t.Send
	p := &Page{
		send: send, told: newToldLine(send), trouble: newTroubleBox(send), head: newTableHead(),
		rows: map[string]*modelRow{}, groups: map[string]*widgets.Text{}, table: widgets.Column(0),
		offer: newOfferView(send), licence: newLicenceView(send),
		disk:    parts.Secondary().Cut(),
		offline: widgets.NewCheckRow("", "", nil),
		folder:  widgets.NewButton(widgets.Secondary, "", "", nil).Tight().Sized(96, 34),
		load:    widgets.NewButton(widgets.Secondary, "", "", nil).Tight().Sized(96, 34),
		done:    widgets.NewButton(widgets.Secondary, "", "", nil).Sized(84, 34),
	}
	p.cardBed = widgets.Halves(12)
	column := widgets.Column(12, p.cardBed, widgets.Column(0, p.head.box, p.table))
	p.news = widgets.Column(6, p.trouble.box, p.told.box) // below the table, which must not jump when something comes
	p.list = container.NewVScroll(widgets.Padded(column, 0, 14, 12, 4, fyne.Size{}))
	p.foot = widgets.Padded(widgets.Row(8, 0, p.disk, p.offline, p.folder, p.load, p.done), 10, 4, 0, 4, fyne.Size{})
	p.rule = widgets.NewBox(theme.Line, "", 0)
	p.whole = widgets.Arrange(func() fyne.Size { return fyne.NewSize(leastTable+18, 200) }, func(s fyne.Size) {
		h := p.foot.MinSize().Height
		n := float32(0)
		if p.foot.Visible() && (p.told.box.Visible() || p.trouble.box.Visible()) {
			n = widgets.HeightFor(p.news, s.Width-8) + 10
		}
		widgets.Place(p.list, 0, 0, s.Width, s.Height-h-n-1)
		widgets.Place(p.news, 4, s.Height-h-n+9, s.Width-8, max(0, n-10))
		widgets.Place(p.rule, 0, s.Height-h-n-1, s.Width, 1)
		widgets.Place(p.foot, 0, s.Height-h, s.Width, h)
		widgets.Place(p.offer.box, 0, 0, s.Width, s.Height)
		widgets.Place(p.licence.box, 0, 0, s.Width, s.Height)
	}, p.list, p.rule, p.news, p.foot, p.offer.box, p.licence.box)
	return p
}

// Close implements parts.Page.
func (p *Page) Close() {}

// Body implements parts.Page.
func (p *Page) Body() (fyne.CanvasObject, fyne.Size) { return p.whole, fyne.NewSize(1120, 760) }

// wants returns the sheet's size: an offer takes no more than it has to say.
func (p *Page) Wants() fyne.Size {
	if p.offer.box.Visible() {
		return p.offer.size()
	}
	_, size := p.Body()
	return size
}

// Show implements parts.Page.
func (p *Page) Show(content any) string {
	m := content.(models.Page)
	table := m.Offer == nil && m.Licence == nil
	for _, o := range []fyne.CanvasObject{p.list, p.foot, p.news, p.rule} {
		widgets.SetVisible(o, table)
	}
	p.offer.show(m.Offer)
	p.licence.show(m.Licence)
	if !table {
		return m.Title
	}
	p.told.show(m.Told, m.ToldDo)
	p.trouble.show(m.Trouble)
	p.showCards(m.Sets)
	p.head.show(m.Heads)
	p.showTable(m.Groups)
	p.disk.SetText(m.Disk)
	if m.Note != "" {
		p.disk.SetText(m.Note)
	}
	p.send.Check(p.offline, m.Offline)
	p.send.Button(p.folder, m.Folder)
	p.send.Button(p.load, m.Import)
	p.send.Button(p.done, m.Close)
	p.foot.Refresh()
	p.list.Content.Refresh()
	p.whole.Refresh()
	return m.Title
}

func (p *Page) showCards(sets []models.SetCard) {
	for len(p.cards) < len(sets) {
		c := newSetCard(p.send)
		p.cards = append(p.cards, c)
		p.cardBed.Add(c.box)
	}
	for i, c := range p.cards {
		widgets.SetVisible(c.box, i < len(sets))
		if i < len(sets) {
			c.show(sets[i], i == 0)
		}
	}
	widgets.SetVisible(p.cardBed, len(sets) > 0)
}

// showTable paints the rows. One keeps its widgets as long as its model is in
// the table, so that focus and tooltips stay.
func (p *Page) showTable(groups []models.Group) {
	var parts []fyne.CanvasObject
	for _, g := range groups {
		title := p.groups[g.Title]
		if title == nil {
			title = widgets.NewText(g.Title, theme.Secondary, theme.SizeLabel, true)
			p.groups[g.Title] = title
		}
		parts = append(parts, widgets.Padded(title, 14, 0, 4, 6, fyne.Size{}))
		for _, r := range g.Rows {
			key := g.Title + "/" + r.Name
			row := p.rows[key]
			if row == nil {
				row = newModelRow(p.send)
				p.rows[key] = row
			}
			row.show(r)
			parts = append(parts, row.box)
		}
	}
	changed := len(parts) != len(p.table.Objects)
	for i := range parts {
		if changed {
			break
		}
		_, heading := parts[i].(*fyne.Container).Objects[0].(*widgets.Text)
		changed = !heading && parts[i] != p.table.Objects[i]
	}
	if changed {
		p.table.Objects = parts
		p.table.Refresh()
	}
}

// toldLine says what has happened, and what can be done with it.
type toldLine struct {
	box  *fyne.Container
	send parts.Sender
	text *widgets.Paragraph
	act  *widgets.Button
}

func newToldLine(send parts.Sender) *toldLine {
	t := &toldLine{send: send, text: widgets.NewParagraph("", theme.Text, theme.SizeLabel, false),
		act: widgets.NewButton(widgets.Primary, "", "", nil).Sized(120, 32)}
	t.box = widgets.On(widgets.NewBox(theme.Hover, "", theme.RadiusCard), widgets.Beside(12, t.text, t.act), 10, 12, 10, 14)
	return t
}

func (t *toldLine) show(text string, do core.Button) {
	widgets.SetVisible(t.box, text != "")
	t.text.SetText(text)
	t.send.Button(t.act, do)
}

// troubleBox is an error in its place, with what to do.
type troubleBox struct {
	box     *fyne.Container
	send    parts.Sender
	text    *widgets.Paragraph
	hint    *widgets.Paragraph
	buttons *fyne.Container
}

func newTroubleBox(send parts.Sender) *troubleBox {
	t := &troubleBox{send: send,
		text:    widgets.NewParagraph("", theme.Notice, theme.SizeLabel, true),
		hint:    widgets.NewParagraph("", theme.Notice, theme.SizeLabel, false),
		buttons: widgets.Flow(8)}
	t.box = widgets.On(widgets.NewBox(theme.NoticeGround, "", theme.RadiusCard), widgets.Column(2, t.text, t.hint, t.buttons), 8, 12, 8, 12)
	t.box.Hide()
	return t
}

func (t *troubleBox) show(r *models.Trouble) {
	widgets.SetVisible(t.box, r != nil)
	if r == nil {
		return
	}
	t.text.SetText(r.Text)
	t.hint.SetText(r.Hint)
	widgets.SetVisible(t.hint, r.Hint != "")
	t.send.Buttons(t.buttons, r.Acts, false)
}

// setCard offers a model for each task at once.
type setCard struct {
	box         *fyne.Container
	send        parts.Sender
	ground      *widgets.Box
	title       *widgets.Text
	text, facts *widgets.Paragraph
	get         *widgets.Button
}

func newSetCard(send parts.Sender) *setCard {
	c := &setCard{send: send, ground: widgets.NewBox(theme.Panel, theme.Line, theme.RadiusCard),
		title: widgets.NewText("", theme.Text, fynetheme.SizeNameText, true).Cut(),
		text:  widgets.NewParagraph("", theme.Text, theme.SizeSecondary, false),
		facts: widgets.NewParagraph("", theme.Secondary, theme.SizeSecondary, false)}
	c.box = widgets.On(c.ground, widgets.Column(4), 12, 14, 12, 16)
	return c
}

// column is where the card's parts lie.
func (c *setCard) column() *fyne.Container {
	return c.box.Objects[1].(*fyne.Container).Objects[0].(*fyne.Container)
}

func (c *setCard) show(s models.SetCard, first bool) {
	if c.get == nil { // the first card has the page's one primary button
		look := widgets.Secondary
		if first {
			look = widgets.Primary
		}
		c.get = widgets.NewButton(look, "", "", nil).Sized(100, 34)
		c.column().Objects = []fyne.CanvasObject{widgets.Row(8, 0, c.title, c.get), c.text, c.facts}
	}
	border := theme.Line
	if s.On {
		border = theme.Accent
	}
	c.ground.SetColours(theme.Panel, border)
	c.title.SetText(s.Title)
	c.text.SetText(s.Text)
	c.facts.SetText(s.Facts)
	c.send.Button(c.get, s.Get)
	c.box.Refresh()
}

// licenceView shows a licence in full.
type licenceView struct {
	box  *fyne.Container
	send parts.Sender
	text *widget.Label
	back *widgets.Button
}

func newLicenceView(send parts.Sender) *licenceView {
	l := &licenceView{send: send, text: widget.NewLabel(""), back: widgets.NewButton(widgets.Primary, "", "", nil).Sized(96, 36)}
	l.text.Selectable, l.text.Wrapping, l.text.SizeName = true, fyne.TextWrapWord, fynetheme.SizeNameCaptionText
	ground := widgets.NewBox(theme.Field, theme.Line, theme.RadiusField)
	foot := widgets.Padded(widgets.Row(8, 0, widgets.NewText("", theme.Text, theme.SizeLabel, false), l.back), 10, 4, 0, 4, fyne.Size{})
	l.box = container.NewBorder(nil, foot, nil, nil, container.NewStack(ground, container.NewVScroll(l.text)))
	l.box.Hide()
	return l
}

func (l *licenceView) show(s *models.Licence) {
	widgets.SetVisible(l.box, s != nil)
	if s == nil {
		return
	}
	if l.text.Text != s.Text {
		l.text.SetText(s.Text)
	}
	l.send.Button(l.back, s.Back)
}
