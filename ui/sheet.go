package ui

import (
	"image"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	fynetheme "fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
	fynetooltip "github.com/dweymouth/fyne-tooltip"

	"descry/ui/theme"
	"descry/ui/widgets"
)

// sheet is a page that lies over the window until it is closed: saving, the
// keys, the models. Escape and ✕ close it.
type sheet struct {
	pop    *widget.PopUp
	win    fyne.Canvas
	width  float32
	height float32
	open   bool
	closed func()
}

// newSheet makes a sheet around a body; closed is told when a person closes it.
func newSheet(win fyne.Canvas, title string, body fyne.CanvasObject, width, height float32, closed func()) *sheet {
	s := &sheet{win: win, width: width, height: height, closed: closed}
	head := widgets.Row(8, 0,
		widgets.NewText(title, theme.Text, fynetheme.SizeNameSubHeadingText, true).Cut(),
		widgets.NewIconButton(widgets.Quiet, widgets.IconClose, "Close (Esc)", func() { s.dismiss() }))
	page := container.NewBorder(widgets.Padded(head, 8, 0, 10, 8, fyne.Size{}), nil, nil, nil, widgets.Padded(body, 0, 8, 8, 8, fyne.Size{}))
	s.pop = widget.NewModalPopUp(page, win)
	fynetooltip.AddPopUpToolTipLayer(s.pop)
	return s
}

// dismiss closes the sheet as a person does.
func (s *sheet) dismiss() {
	s.set(false)
	s.closed()
}

// set opens or closes the sheet.
func (s *sheet) set(open bool) {
	if s.open == open {
		return
	}
	s.open = open
	if !open {
		s.pop.Hide()
		return
	}
	size := s.win.Size()
	s.pop.Resize(fyne.NewSize(min(s.width, size.Width-32), min(s.height, size.Height-32)))
	s.pop.Show()
}

// destroy lets the tooltips go.
func (s *sheet) destroy() {
	s.pop.Hide()
	fynetooltip.DestroyPopUpToolTipLayer(s.pop)
}

// keyLine is one line of the page of keys.
type keyLine struct{ group, text, key string }

// newKeysBody lists every action and its key, group by group, in as many
// columns as there is room for.
func newKeysBody(lines []keyLine) fyne.CanvasObject {
	var groups []fyne.CanvasObject
	var rows []fyne.CanvasObject
	for i, l := range lines {
		if i == 0 || lines[i-1].group != l.group {
			rows = []fyne.CanvasObject{widgets.NewText(l.group, theme.Secondary, theme.SizeLabel, true)}
		}
		key := widgets.On(widgets.NewBox(theme.Hover, theme.Line, 4),
			widgets.NewText(l.key, theme.Text, theme.SizeSecondary, false).Aligned(fyne.TextAlignCenter), 1, 8, 1, 8)
		rows = append(rows, widgets.Padded(widgets.Row(12, 0, widgets.NewText(l.text, theme.Text, theme.SizeLabel, false).Cut(), key), 0, 0, 0, 0, fyne.NewSize(220, 24)))
		if i == len(lines)-1 || lines[i+1].group != l.group {
			groups = append(groups, widgets.Column(4, rows...))
		}
	}
	return container.NewVScroll(widgets.Padded(widgets.Newspaper(28, 18, 2, groups...), 4, 14, 8, 4, fyne.Size{}))
}

// saveChoices is what the save sheet shows: formats, places of the caption, and
// which of them are chosen.
type saveChoices struct {
	formats, places []string
	format, place   int
	legend          bool
	preview         *image.RGBA
	file            string
	failure         string
	busy            bool
}

// saveActs are what the save sheet can ask for.
type saveActs struct {
	format, place func(int)
	legend        func(bool)
	save          func()
}

// saveSheet is the choice of how a captioned picture is written, with a preview
// that follows it.
type saveSheet struct {
	*sheet
	preview *canvas.Image
	formats []*widgets.CheckRow
	places  []*widgets.CheckRow
	legend  *widgets.CheckRow
	file    *widgets.Text
	failure *widgets.Paragraph
	save    *widgets.Button
	side    *fyne.Container
	acts    saveActs
}

func newSaveSheet(win fyne.Canvas, c saveChoices, acts saveActs, closed func()) *saveSheet {
	s := &saveSheet{acts: acts, preview: canvas.NewImageFromImage(nil)}
	s.preview.FillMode, s.preview.ScaleMode = canvas.ImageFillContain, canvas.ImageScaleFastest
	head := func(t string) fyne.CanvasObject {
		return widgets.Padded(widgets.NewText(t, theme.Secondary, theme.SizeLabel, true), 6, 0, 2, 4, fyne.Size{})
	}
	parts := []fyne.CanvasObject{head("File type")}
	for i, f := range c.formats {
		row := widgets.NewCheckRow(f, "Write the picture as "+f, func() { acts.format(i) }).Round()
		s.formats, parts = append(s.formats, row), append(parts, row)
	}
	parts = append(parts, head("Caption"))
	for i, f := range c.places {
		row := widgets.NewCheckRow(f, "Where the caption is written", func() { acts.place(i) }).Round()
		s.places, parts = append(s.places, row), append(parts, row)
	}
	s.legend = widgets.NewCheckRow("Legend of the classes", "List the classes and their colours beside the caption", func() { acts.legend(!s.legend.Checked()) })
	s.file = widgets.NewText("", theme.Secondary, theme.SizeSecondary, false).Cut()
	s.failure = widgets.NewParagraph("", theme.Notice, theme.SizeLabel, false)
	s.save = widgets.NewButton(widgets.Primary, "Save picture…", "Choose where the file goes and write it (Enter)", acts.save).Sized(150, 36)
	parts = append(parts, widgets.Padded(s.legend, 6, 0, 0, 0, fyne.Size{}), s.failure)
	s.side = widgets.Column(2, parts...)
	bed := widgets.NewBox(theme.Canvas, theme.Line, theme.RadiusField)
	left := container.NewStack(bed, widgets.Padded(s.preview, 12, 12, 12, 12, fyne.Size{}))
	body := widgets.Arrange(func() fyne.Size { return fyne.NewSize(460, 300) }, func(size fyne.Size) {
		const side = 216
		widgets.Place(left, 0, 0, size.Width-side-16, size.Height)
		widgets.Place(s.side, size.Width-side, 0, side, size.Height-66)
		widgets.Place(s.file, size.Width-side, size.Height-62, side, 18)
		widgets.Place(s.save, size.Width-side, size.Height-36, side, 36)
	}, left, s.side, s.file, s.save)
	s.sheet = newSheet(win, "Save picture", body, 860, 600, closed)
	s.show(c)
	return s
}

// show paints the choices; the preview is a ready-made picture.
func (s *saveSheet) show(c saveChoices) {
	for i, f := range s.formats {
		f.SetChecked(i == c.format)
	}
	for i, p := range s.places {
		p.SetChecked(i == c.place)
	}
	s.legend.SetChecked(c.legend)
	s.file.SetText(c.file)
	s.save.SetEnabled(!c.busy)
	if s.failure.Text() != c.failure {
		s.failure.SetText(c.failure)
		s.side.Refresh()
	}
	widgets.SetVisible(s.failure, c.failure != "")
	if c.preview != nil && s.preview.Image != image.Image(c.preview) {
		s.preview.Image = c.preview
		s.preview.Refresh()
	}
}
