package models

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	fynetheme "fyne.io/fyne/v2/theme"

	"descry/ui/pages/parts"
	"descry/ui/state/models"
	"descry/ui/theme"
	"descry/ui/widgets"
)

// offerView says before a download what comes, from where, under which licence,
// and what it costs.
type offerView struct {
	box       *fyne.Container
	send      parts.Sender
	text      *widgets.Paragraph
	rows      []*offerRow
	rowBed    *fyne.Container
	facts     []*factLine
	factBed   *fyne.Container
	get, back *widgets.Button
	foot      *fyne.Container
	column    *fyne.Container
	scroll    *container.Scroll
}

// An offer is a sheet as wide as its lines want, and as high as they are together
// with the sheet's title, margins and buttons.
const (
	offerWidth  float32 = 740
	offerMargin float32 = 14 // at the right, for the scroll bar
	offerAround float32 = 72 // title and margins of the sheet
)

// size is what the offer wants of the window, in dp.
func (v *offerView) size() fyne.Size {
	lines := widgets.HeightFor(v.column, offerWidth-2*theme.GapWide-offerMargin)
	return fyne.NewSize(offerWidth, lines+v.foot.MinSize().Height+offerAround)
}

func newOfferView(send parts.Sender) *offerView {
	v := &offerView{
		send: send, text: widgets.NewParagraph("", theme.Secondary, theme.SizeBody, false),
		rowBed: widgets.Column(0), factBed: widgets.Column(8),
		get:  widgets.NewButton(widgets.Primary, "", "", nil).Sized(180, 38),
		back: widgets.NewButton(widgets.Secondary, "", "", nil).Sized(96, 38),
	}
	facts := widgets.On(widgets.NewBox(theme.Hover, "", theme.RadiusCard), v.factBed, 14, 16, 14, 16)
	v.column = widgets.Column(16, v.text, v.rowBed, facts)
	v.scroll = container.NewVScroll(widgets.Padded(v.column, 0, offerMargin, 8, 0, fyne.Size{}))
	v.foot = widgets.Padded(widgets.Row(8, 0, widgets.NewText("", theme.Text, theme.SizeLabel, false), v.back, v.get), 12, offerMargin, 4, 4, fyne.Size{})
	v.box = container.NewBorder(nil, widgets.Column(0, widgets.NewRule(), v.foot), nil, nil, v.scroll)
	v.box.Hide()
	return v
}

func (v *offerView) show(s *models.Offer) {
	widgets.SetVisible(v.box, s != nil)
	if s == nil {
		return
	}
	v.text.SetText(s.Text)
	for len(v.rows) < len(s.Rows) {
		r := newOfferRow(v.send)
		v.rows = append(v.rows, r)
		v.rowBed.Add(r.box)
	}
	for i, r := range v.rows {
		widgets.SetVisible(r.box, i < len(s.Rows))
		if i < len(s.Rows) {
			r.show(s.Rows[i])
		}
	}
	for len(v.facts) < len(s.Facts) {
		f := newFactLine()
		v.facts = append(v.facts, f)
		v.factBed.Add(f.box)
	}
	for i, f := range v.facts {
		widgets.SetVisible(f.box, i < len(s.Facts))
		if i < len(s.Facts) {
			f.show(s.Facts[i])
		}
	}
	v.send.Button(v.get, s.Get)
	v.send.Button(v.back, s.Back)
	v.foot.Refresh()
	v.scroll.Content.Refresh()
	v.scroll.Refresh()
}

// offerRow is one model of the offer.
type offerRow struct {
	box          *fyne.Container
	send         parts.Sender
	title, about *widgets.Paragraph
	size, source *widgets.Text
	licence      *widgets.Button
}

func newOfferRow(send parts.Sender) *offerRow {
	r := &offerRow{send: send,
		title:   widgets.NewParagraph("", theme.Text, fynetheme.SizeNameText, true),
		about:   widgets.NewParagraph("", theme.Secondary, theme.SizeSecondary, false),
		size:    widgets.NewText("", theme.Text, theme.SizeLabel, false),
		source:  parts.Secondary().Cut(),
		licence: widgets.NewButton(widgets.Link, "", "", nil),
	}
	const right = 290
	left := func(width float32) float32 { return max(120, width-right-16) }
	height := func(width float32) float32 {
		w := left(width)
		return max(r.title.HeightFor(w)+r.about.HeightFor(w), 42) + 20
	}
	body := widgets.Sized(480, height, func(s fyne.Size) {
		w := left(s.Width)
		th, ah := r.title.HeightFor(w), r.about.HeightFor(w)
		top := (s.Height - th - ah) / 2
		widgets.Place(r.title, 0, top, w, th)
		widgets.Place(r.about, 0, top+th, w, ah)
		x, y := s.Width-right, s.Height/2-21
		m := r.licence.MinSize().Width
		widgets.Place(r.size, x, y, right-m-8, 20)
		widgets.Place(r.licence, s.Width-m, y-4, m, 28)
		widgets.Place(r.source, x, y+21, right, 20)
	}, r.title, r.about, r.size, r.source, r.licence)
	r.box = widgets.Column(0, widgets.NewRule(), body)
	return r
}

func (r *offerRow) show(s models.OfferRow) {
	r.title.SetText(s.Title)
	r.about.SetText(s.About)
	r.size.SetText(s.Size)
	r.source.SetText(s.Source)
	r.send.Button(r.licence, s.Licence)
	r.box.Refresh()
}

// factLine is a name with what there is to say.
type factLine struct {
	box  *fyne.Container
	name *widgets.Text
	text *widgets.Paragraph
}

func newFactLine() *factLine {
	f := &factLine{name: widgets.NewText("", theme.Secondary, theme.SizeLabel, false), text: widgets.NewParagraph("", theme.Text, theme.SizeLabel, false)}
	const left = 120
	height := func(width float32) float32 { return max(f.text.HeightFor(width-left), 20) }
	f.box = widgets.Sized(300, height, func(s fyne.Size) {
		widgets.Place(f.name, 0, 0, left-8, 20)
		widgets.Place(f.text, left, 0, s.Width-left, s.Height)
	}, f.name, f.text)
	return f
}

func (f *factLine) show(s models.Fact) {
	f.name.SetText(s.Name)
	f.text.SetText(s.Text)
	ink := theme.Text
	if s.Bad {
		ink = theme.Notice
	}
	f.text.SetColour(ink)
}
