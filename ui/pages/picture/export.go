package picture

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"descry/ui/pages/parts"
	"descry/ui/state/picture"
	"descry/ui/theme"
	"descry/ui/widgets"
)

// ExportPage chooses which other files are written.
type ExportPage struct {
	send                   parts.Sender
	text                   *widgets.Paragraph
	formats                *fyne.Container
	files                  []*widgets.Text
	beside, choose, cancel *widgets.Button
	whole                  *fyne.Container
}

// NewExportPage returns the page without anything on it yet.
func NewExportPage(t parts.Tools) parts.Page {
	send := t.Send
	e := &ExportPage{
		send: send, text: widgets.NewParagraph("", theme.Secondary, theme.SizeBody, false), formats: widgets.Column(4),
		beside: widgets.NewButton(widgets.Primary, "", "", nil).Sized(140, 36),
		choose: widgets.NewButton(widgets.Secondary, "", "", nil).Sized(140, 36),
		cancel: widgets.NewButton(widgets.Secondary, "", "", nil).Sized(90, 36),
	}
	e.whole = container.NewBorder(widgets.Padded(e.text, 0, 0, 8, 0, fyne.Size{}),
		widgets.Flow(8, e.beside, e.choose, e.cancel), nil, nil, container.NewVScroll(e.formats))
	return e
}

// Close implements parts.Page.
func (e *ExportPage) Close() {}

// Body implements parts.Page.
func (e *ExportPage) Body() (fyne.CanvasObject, fyne.Size) { return e.whole, fyne.NewSize(520, 400) }

// Show implements parts.Page.
func (e *ExportPage) Show(content any) string {
	x := content.(picture.ExportSheet)
	e.text.SetText(x.Text)
	for len(e.files) < len(x.Formats) {
		file := widgets.NewText("", theme.Secondary, theme.SizeSecondary, false).Cut()
		e.files = append(e.files, file)
		e.formats.Add(widgets.Padded(widgets.Column(0, widgets.NewCheckRow("", "", nil), widgets.Padded(file, 0, 0, 4, 28, fyne.Size{})), 0, 8, 0, 0, fyne.Size{}))
	}
	for i, f := range x.Formats {
		row := e.formats.Objects[i].(*fyne.Container).Objects[0].(*fyne.Container).Objects[0].(*widgets.CheckRow)
		e.send.Check(row, f.Button)
		e.files[i].SetText(f.File)
	}
	e.send.Button(e.beside, x.Beside)
	e.send.Button(e.choose, x.Choose)
	e.send.Button(e.cancel, x.Cancel)
	return x.Title
}
