// Package devices has the widgets of the page about what the models run on.
package devices

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"descry/ui/pages/parts"
	"descry/ui/state/devices"
	"descry/ui/theme"
	"descry/ui/widgets"
)

// Page says what the models run on and why not on something else.
type Page struct {
	send       parts.Sender
	text       *widgets.Paragraph
	trouble    *widgets.Paragraph
	rows       *fyne.Container
	list       []*deviceRow
	test, done *widgets.Button
	whole      *fyne.Container
}

// deviceRow is one device.
type deviceRow struct {
	choice *widgets.CheckRow
	text   *widgets.Paragraph
}

// NewPage returns the page without anything on it yet.
func NewPage(t parts.Tools) parts.Page {
	send := t.Send
	p := &Page{
		send: send, text: widgets.NewParagraph("", theme.Text, theme.SizeBody, false), trouble: widgets.NewParagraph("", theme.Text, theme.SizeBody, false),
		rows: widgets.Column(10),
		test: widgets.NewButton(widgets.Secondary, "", "", nil).Sized(120, 36),
		done: widgets.NewButton(widgets.Primary, "", "", nil).Sized(110, 36),
	}
	foot := widgets.Padded(widgets.Row(8, 0, widgets.NewText("", theme.Text, theme.SizeLabel, false), p.test, p.done), 10, 0, 0, 0, fyne.Size{})
	p.whole = container.NewBorder(widgets.Padded(widgets.Column(6, p.text, p.trouble), 0, 0, 10, 0, fyne.Size{}), foot, nil, nil, container.NewVScroll(widgets.Padded(p.rows, 0, 16, 8, 0, fyne.Size{})))
	return p
}

// Close implements parts.Page.
func (p *Page) Close() {}

// Body implements parts.Page.
func (p *Page) Body() (fyne.CanvasObject, fyne.Size) { return p.whole, fyne.NewSize(560, 460) }

// Show implements parts.Page.
func (p *Page) Show(content any) string {
	x := content.(devices.Page)
	p.text.SetText(x.Text)
	p.trouble.SetText(x.Trouble)
	widgets.SetVisible(p.trouble, x.Trouble != "")
	p.send.Button(p.test, x.Test)
	p.send.Button(p.done, x.Close)
	for len(p.list) < len(x.Rows) {
		row := &deviceRow{widgets.NewCheckRow("", "", nil).Round(), widgets.NewParagraph("", theme.Secondary, theme.SizeSecondary, false)}
		p.list = append(p.list, row)
		p.rows.Add(widgets.Column(0, row.choice, widgets.Padded(row.text, 0, 0, 0, 28, fyne.Size{})))
	}
	for i, r := range x.Rows {
		p.list[i].choice.SetText(r.Text)
		p.list[i].choice.SetChecked(r.On)
		p.list[i].choice.OnTap(p.send.Do(r.Do))
		p.list[i].text.SetText(r.Report)
	}
	return x.Title
}
