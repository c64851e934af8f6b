package models

import (
	"fyne.io/fyne/v2"
	fynetheme "fyne.io/fyne/v2/theme"

	"descry/ui/pages/parts"
	"descry/ui/state/models"
	"descry/ui/theme"
	"descry/ui/widgets"
)

// columns are the places of a table's columns in a row of some width.
type columns struct {
	name, size, licence, speed, state, acts, end float32
	few                                          bool // licence and speed have no place; an offer tells both
}

// leastTable is the least width of the table in dp: that of the least window.
const leastTable = 480

// columnsFor shares a width: the name takes what the others leave.
func columnsFor(width float32) columns {
	gap, size, licence, speed, status, acts := float32(10), float32(62), float32(92), float32(98), float32(158), float32(160)
	if width > 960 {
		gap, size, licence, speed, status, acts = 14, 68, 100, 104, 230, 168
	}
	c := columns{end: width, few: width < 700}
	if c.few {
		size, licence, speed, status = 56, -gap, -gap, 88
	}
	c.acts = width - acts
	c.state = c.acts - gap - status
	c.speed = c.state - gap - speed
	c.licence = c.speed - gap - licence
	c.size = c.licence - gap - size
	c.name = 34
	return c
}

// tableHead is the line with the columns' names.
type tableHead struct {
	box   *fyne.Container
	texts [5]*widgets.Text
}

func newTableHead() *tableHead {
	h := &tableHead{}
	objects := []fyne.CanvasObject{widgets.NewBox(theme.Line, "", 0)}
	for i := range h.texts {
		h.texts[i] = parts.Secondary().Cut()
		objects = append(objects, h.texts[i])
	}
	h.box = widgets.Arrange(func() fyne.Size { return fyne.NewSize(leastTable, 26) }, func(s fyne.Size) {
		c := columnsFor(s.Width)
		widgets.Place(objects[0], 0, s.Height-1, s.Width, 1)
		for i, x := range []float32{c.name, c.size, c.licence, c.speed, c.state} {
			next := []float32{c.size, c.licence, c.speed, c.state, c.acts}[i]
			widgets.SetVisible(h.texts[i], !c.few || next > x)
			widgets.Place(h.texts[i], x, 2, max(0, next-x-6), 20)
		}
	}, objects...)
	return h
}

func (h *tableHead) show(names []string) {
	for i, name := range names {
		if i < len(h.texts) {
			h.texts[i].SetText(name)
		}
	}
}

// modelRow is one line of the table: which model, what it costs, how far it is,
// what can be done with it; an error stands below it.
type modelRow struct {
	box     *fyne.Container
	send    parts.Sender
	line    *rowLine
	trouble *troubleBox
	ground  *widgets.Box
}

// rowLine is the line itself, whose height depends on its width.
type rowLine struct {
	use         *widgets.CheckRow
	title       *widgets.Paragraph
	about       *widgets.Paragraph
	size, speed *widgets.Text
	speedTip    *widgets.Tip
	licence     *widgets.Button
	licensed    bool // there is one to show
	state       *widgets.Paragraph
	bar         *widgets.Progress
	acts        [2]*widgets.Button
}

func newModelRow(send parts.Sender) *modelRow {
	l := &rowLine{
		use:     widgets.NewCheckRow("", "", nil).Round(),
		title:   widgets.NewParagraph("", theme.Text, fynetheme.SizeNameText, true),
		about:   widgets.NewParagraph("", theme.Secondary, theme.SizeSecondary, false),
		size:    widgets.NewText("", theme.Text, theme.SizeSecondary, false),
		speed:   widgets.NewText("", theme.Text, theme.SizeSecondary, false),
		licence: widgets.NewButton(widgets.Link, "", "", nil).Small(),
		state:   widgets.NewParagraph("", theme.Text, theme.SizeSecondary, false),
		bar:     widgets.NewProgress(),
	}
	l.speedTip = widgets.NewTip(l.speed)
	for i := range l.acts {
		l.acts[i] = widgets.NewButton(widgets.Secondary, "", "", nil).Tight().Sized(76, 30)
	}
	r := &modelRow{send: send, line: l, trouble: newTroubleBox(send), ground: widgets.NewBox(theme.Clear, "", theme.RadiusField)}
	objects := []fyne.CanvasObject{l.use, l.title, l.about, l.size, l.licence, l.speedTip, l.state, l.bar, l.acts[0], l.acts[1]}
	body := widgets.Sized(leastTable, l.heightFor, l.lay, objects...)
	inset := widgets.Padded(r.trouble.box, 0, 0, 8, 34, fyne.Size{})
	r.box = widgets.Column(0, widgets.NewRule(), body, inset)
	return r
}

func (l *rowLine) heightFor(width float32) float32 {
	c := columnsFor(width)
	w := c.size - c.name - 12
	name := l.title.HeightFor(w) + l.aboutHeight(w)
	status := l.state.HeightFor(c.acts - c.state - 12)
	if l.bar.Visible() {
		status += 10
	}
	return max(name, status, 32) + 18
}

// aboutHeight is 0 where there is nothing to say.
func (l *rowLine) aboutHeight(width float32) float32 {
	if l.about.Text() == "" {
		return 0
	}
	return l.about.HeightFor(width)
}

func (l *rowLine) lay(s fyne.Size) {
	c := columnsFor(s.Width)
	w := c.size - c.name - 12
	th := l.title.HeightFor(w)
	ah := l.aboutHeight(w)
	top := (s.Height - th - ah) / 2
	widgets.Place(l.use, 0, (s.Height-28)/2, 34, 28)
	widgets.Place(l.title, c.name, top, w, th)
	widgets.Place(l.about, c.name, top+th, w, ah)
	widgets.Place(l.size, c.size, (s.Height-20)/2, c.licence-c.size-6, 20)
	m := l.licence.MinSize()
	widgets.SetVisible(l.licence, l.licensed && !c.few)
	widgets.SetVisible(l.speedTip, !c.few)
	widgets.Place(l.licence, c.licence, (s.Height-28)/2, min(m.Width, c.speed-c.licence-4), 28)
	widgets.Place(l.speedTip, c.speed, (s.Height-20)/2, c.state-c.speed-6, 20)
	sw := c.acts - c.state - 12
	sh := l.state.HeightFor(sw)
	bar := float32(0)
	if l.bar.Visible() {
		bar = 10
	}
	y := (s.Height - sh - bar) / 2
	widgets.Place(l.state, c.state, y, sw, sh)
	widgets.Place(l.bar, c.state, y+sh+5, sw, 4)
	x := s.Width
	for i := len(l.acts) - 1; i >= 0; i-- {
		if b := l.acts[i]; b.Visible() {
			bw := b.MinSize().Width
			x -= bw
			widgets.Place(b, x, (s.Height-30)/2, bw, 30)
			x -= 8
		}
	}
}

func (r *modelRow) show(s models.Row) {
	l := r.line
	widgets.SetVisible(l.use, !s.Use.None())
	l.use.SetTip(s.Use.Tip)
	l.use.SetEnabled(s.Use.Enabled)
	l.use.SetChecked(s.Use.On)
	l.use.OnTap(r.send.Do(s.Use.Do))
	l.title.SetText(s.Title)
	l.about.SetText(s.About)
	l.size.SetText(s.Size)
	l.speed.SetText(s.Speed)
	l.speedTip.SetTip(s.SpeedTip)
	r.send.Button(l.licence, s.Licence)
	l.licensed = l.licence.Visible()
	l.state.SetText(s.State)
	ink := theme.Secondary
	if s.Good {
		ink = theme.Text
	}
	l.state.SetColour(ink)
	widgets.SetVisible(l.bar, s.Part >= 0)
	l.bar.Set(s.Part, !s.Moving)
	for i, b := range l.acts {
		if i < len(s.Acts) {
			r.send.Button(b, s.Acts[i])
		} else {
			b.Hide()
		}
	}
	r.trouble.show(s.Trouble)
	r.box.Refresh()
}
