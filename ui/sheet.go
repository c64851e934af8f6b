package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	fynetheme "fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
	fynetooltip "github.com/dweymouth/fyne-tooltip"

	"descry/ui/state"
	"descry/ui/state/core"
	"descry/ui/state/picture"
	"descry/ui/state/prefs"
	"descry/ui/theme"
	"descry/ui/widgets"
)

// sheetPage is the content of one sheet.
type sheetPage interface {
	// body returns what the sheet shows, its size in dp and its title.
	body() (content fyne.CanvasObject, size fyne.Size)
	// show paints it and gives its title.
	show(content any) (title string)
	// close ends what the page has running.
	close()
}

// fitting is what a page has whose size depends on what it shows.
type fitting interface {
	// wants returns the size in dp.
	wants() fyne.Size
}

// sheets shows the page of the state's open sheet over the window.
type sheets struct {
	win  fyne.Canvas
	send sender
	make func(id core.PageID) sheetPage // nil: there is no such page

	open  core.PageID
	page  sheetPage
	pop   *widget.PopUp
	title *widgets.Text
	size  fyne.Size
	last  any
}

func newSheets(win fyne.Canvas, send sender, pixels Pixels, dispatch func(func())) *sheets {
	tools := pageTools{send, pixels, dispatch}
	return &sheets{win: win, send: send, make: func(id core.PageID) sheetPage {
		if build := sheetPages[id]; build != nil {
			return build(tools)
		}
		return nil
	}}
}

// show opens, paints or closes.
func (s *sheets) show(v state.View) {
	if v.ID != s.open {
		s.shut()
		s.open = v.ID
		if page := s.make(v.ID); page != nil {
			s.begin(page)
		}
	}
	if s.page == nil {
		return
	}
	if again := s.title.Text() == ""; again || differs(s.last, v.Content) {
		s.title.SetText(s.page.show(v.Content))
		if f, ok := s.page.(fitting); ok {
			if size := f.wants(); size != s.size {
				s.size = size
				s.fit()
			}
		}
		s.pop.Content.Refresh()
	}
	s.last = v.Content
}

// sheetMargin is the space around a page in dp, which its size does not count.
const sheetMargin = 12

// begin shows a new page.
func (s *sheets) begin(page sheetPage) {
	s.page = page
	content, size := s.page.body()
	s.size = size
	s.title = widgets.NewText("", theme.Text, fynetheme.SizeNameSubHeadingText, true).Cut()
	head := widgets.Row(8, 0, s.title, widgets.NewIconButton(widgets.Quiet, widgets.IconClose, "Close (Esc)", s.send.do(core.SheetOpened{Sheet: core.SheetNone})))
	whole := container.NewBorder(widgets.Padded(head, 8+sheetMargin/2, 4+sheetMargin, 10, 8+sheetMargin, fyne.Size{}), nil, nil, nil,
		widgets.Padded(content, 0, 8+sheetMargin, 8+sheetMargin, 8+sheetMargin, fyne.Size{}))
	s.pop = widget.NewModalPopUp(whole, s.win)
	fynetooltip.AddPopUpToolTipLayer(s.pop)
	s.fit()
	s.pop.Show()
}

// fit keeps the sheet within the window, in its middle.
func (s *sheets) fit() {
	if s.pop != nil {
		win := s.win.Size()
		size := fyne.NewSize(min(s.size.Width+2*sheetMargin, win.Width-32), min(s.size.Height+1.5*sheetMargin, win.Height-32))
		s.pop.Resize(size)
		s.pop.Move(fyne.NewPos((win.Width-size.Width)/2, (win.Height-size.Height)/2)) // an open one stays where it was
	}
}

// shut takes the sheet away.
func (s *sheets) shut() {
	if s.pop == nil {
		return
	}
	s.page.close()
	s.pop.Hide()
	fynetooltip.DestroyPopUpToolTipLayer(s.pop)
	s.pop, s.page = nil, nil
}

// keysPage lists every action and its key, group by group.
type keysPage struct {
	groups *fyne.Container
	filled bool
}

func newKeysPage() *keysPage { return &keysPage{groups: widgets.Newspaper(32, 18, 2)} }

func (k *keysPage) close() {}

func (k *keysPage) body() (fyne.CanvasObject, fyne.Size) {
	return container.NewVScroll(widgets.Padded(k.groups, 4, 14, 8, 4, fyne.Size{})), fyne.NewSize(780, 740)
}

func (k *keysPage) show(content any) string {
	if k.filled {
		return "Keyboard shortcuts"
	}
	k.filled = true
	for _, g := range content.([]state.ShortcutList) {
		rows := []fyne.CanvasObject{widgets.NewText(g.Name, theme.Secondary, theme.SizeLabel, true)}
		for _, r := range g.Rows {
			key := widgets.On(widgets.NewBox(theme.Hover, theme.Line, 4),
				widgets.NewText(r.Keys, theme.Text, theme.SizeSecondary, false).Aligned(fyne.TextAlignCenter), 1, 8, 1, 8)
			words := widgets.NewText(r.Text, theme.Text, theme.SizeLabel, false).Cut()
			rows = append(rows, widgets.Padded(widgets.Row(12, 0, words, key), 0, 0, 0, 0, fyne.NewSize(220, 24)))
		}
		k.groups.Add(widgets.Column(4, rows...))
	}
	return "Keyboard shortcuts"
}

// aboutPage tells versions and what the doctor found.
type aboutPage struct {
	send       sender
	text       *widgets.Paragraph
	report     *widget.Label
	told       string // the report as it was told, in long lines
	scroll     *container.Scroll
	copy, shut *widgets.Button
	whole      *fyne.Container
}

func newAboutPage(send sender) *aboutPage {
	a := &aboutPage{
		send: send, text: widgets.NewParagraph("", theme.Text, theme.SizeBody, false),
		report: widget.NewLabelWithStyle("", fyne.TextAlignLeading, fyne.TextStyle{Monospace: true}),
		copy:   widgets.NewButton(widgets.Primary, "", "", nil).Sized(150, 36),
		shut:   widgets.NewButton(widgets.Secondary, "", "", nil).Sized(90, 36),
	}
	a.report.Selectable = true
	a.report.SizeName = fynetheme.SizeNameCaptionText
	a.scroll = container.NewVScroll(a.report)
	ground := widgets.NewBox(theme.Field, theme.Line, theme.RadiusField)
	field := widgets.Arrange(func() fyne.Size { return fyne.NewSize(240, 120) }, func(s fyne.Size) {
		a.wrap(s.Width)
		widgets.Place(ground, 0, 0, s.Width, s.Height)
		widgets.Place(a.scroll, 0, 0, s.Width, s.Height)
	}, ground, a.scroll)
	a.whole = container.NewBorder(widgets.Padded(a.text, 0, 0, 10, 0, fyne.Size{}),
		widgets.Padded(widgets.Row(8, 0, widgets.NewText("", theme.Text, theme.SizeLabel, false), a.shut, a.copy), 10, 0, 0, 0, fyne.Size{}),
		nil, nil, field)
	return a
}

func (a *aboutPage) close() {}

// wrap breaks the report's lines to a width in dp.
func (a *aboutPage) wrap(width float32) {
	one := fyne.MeasureText("0", fynetheme.CaptionTextSize(), a.report.TextStyle).Width
	room := int((width - 2*fynetheme.InnerPadding() - fynetheme.ScrollBarSize()) / one)
	if text := hanging(a.told, room); width > 0 && text != a.report.Text {
		a.report.SetText(text)
		a.scroll.Refresh()
	}
}

func (a *aboutPage) body() (fyne.CanvasObject, fyne.Size) { return a.whole, fyne.NewSize(720, 560) }

func (a *aboutPage) show(content any) string {
	x := content.(prefs.AboutPage)
	a.text.SetText(x.Text)
	if a.told != x.Report {
		a.told = x.Report
		a.wrap(a.scroll.Size().Width)
	}
	a.send.button(a.copy, x.Copy)
	a.send.button(a.shut, x.Close)
	return x.Title
}

// exportPage chooses which other files are written.
type exportPage struct {
	send                   sender
	text                   *widgets.Paragraph
	formats                *fyne.Container
	files                  []*widgets.Text
	beside, choose, cancel *widgets.Button
	whole                  *fyne.Container
}

func newExportPage(send sender) *exportPage {
	e := &exportPage{
		send: send, text: widgets.NewParagraph("", theme.Secondary, theme.SizeBody, false), formats: widgets.Column(4),
		beside: widgets.NewButton(widgets.Primary, "", "", nil).Sized(140, 36),
		choose: widgets.NewButton(widgets.Secondary, "", "", nil).Sized(140, 36),
		cancel: widgets.NewButton(widgets.Secondary, "", "", nil).Sized(90, 36),
	}
	e.whole = container.NewBorder(widgets.Padded(e.text, 0, 0, 8, 0, fyne.Size{}),
		widgets.Flow(8, e.beside, e.choose, e.cancel), nil, nil, container.NewVScroll(e.formats))
	return e
}

func (e *exportPage) close() {}

func (e *exportPage) body() (fyne.CanvasObject, fyne.Size) { return e.whole, fyne.NewSize(520, 400) }

func (e *exportPage) show(content any) string {
	x := content.(picture.ExportSheet)
	e.text.SetText(x.Text)
	for len(e.files) < len(x.Formats) {
		file := widgets.NewText("", theme.Secondary, theme.SizeSecondary, false).Cut()
		e.files = append(e.files, file)
		e.formats.Add(widgets.Padded(widgets.Column(0, widgets.NewCheckRow("", "", nil), widgets.Padded(file, 0, 0, 4, 28, fyne.Size{})), 0, 8, 0, 0, fyne.Size{}))
	}
	for i, f := range x.Formats {
		row := e.formats.Objects[i].(*fyne.Container).Objects[0].(*fyne.Container).Objects[0].(*widgets.CheckRow)
		e.send.check(row, f.Button)
		e.files[i].SetText(f.File)
	}
	e.send.button(e.beside, x.Beside)
	e.send.button(e.choose, x.Choose)
	e.send.button(e.cancel, x.Cancel)
	return x.Title
}

// settingsPage chooses models, device, theme and limits.
type settingsPage struct {
	send   sender
	column *fyne.Container
	groups []*settingsGroup
	models *widgets.Button
	head   *widgets.Text
	about  *widgets.Paragraph
	whole  *fyne.Container
	done   *widgets.Button
}

// settingsGroup is one setting.
type settingsGroup struct {
	name    *widgets.Text
	text    *widgets.Paragraph
	choices *fyne.Container
}

func newSettingsGroup() *settingsGroup {
	return &settingsGroup{widgets.NewText("", theme.Secondary, theme.SizeLabel, true),
		widgets.NewParagraph("", theme.Secondary, theme.SizeSecondary, false), widgets.Flow(12)}
}

// box returns what is shown of it.
func (g *settingsGroup) box() fyne.CanvasObject { return widgets.Column(4, g.name, g.text, g.choices) }

func (g *settingsGroup) show(send sender, x core.Group) {
	g.name.SetText(x.Name)
	g.text.SetText(x.Text)
	widgets.SetVisible(g.text, x.Text != "")
	send.choices(g.choices, x.Choices)
}

func newSettingsPage(send sender) *settingsPage {
	p := &settingsPage{send: send, head: widgets.NewText("", theme.Secondary, theme.SizeLabel, true), about: widgets.NewParagraph("", theme.Text, theme.SizeLabel, false),
		models: widgets.NewButton(widgets.Secondary, "", "", nil).Sized(150, 32),
		done:   widgets.NewButton(widgets.Primary, "", "", nil).Sized(110, 36)}
	p.column = widgets.Column(16, widgets.Column(6, p.head, p.about, widgets.Flow(8, p.models)))
	foot := widgets.Padded(widgets.Row(8, 0, widgets.NewText("", theme.Text, theme.SizeLabel, false), p.done), 10, 0, 0, 0, fyne.Size{})
	p.whole = container.NewBorder(nil, foot, nil, nil, container.NewVScroll(widgets.Padded(p.column, 0, 16, 8, 0, fyne.Size{})))
	return p
}

func (p *settingsPage) close() {}

func (p *settingsPage) body() (fyne.CanvasObject, fyne.Size) { return p.whole, fyne.NewSize(560, 620) }

func (p *settingsPage) show(content any) string {
	x := content.(prefs.SettingsPage)
	p.send.button(p.done, x.Close)
	p.head.SetText(x.ModelsTitle)
	p.about.SetText(x.ModelsText)
	p.send.button(p.models, x.Models)
	for len(p.groups) < len(x.Groups) {
		g := newSettingsGroup()
		p.groups = append(p.groups, g)
		p.column.Add(g.box())
	}
	for i, g := range x.Groups {
		p.groups[i].show(p.send, g)
	}
	return x.Title
}
