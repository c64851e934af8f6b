package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"descry/ui/pages/parts"
	"descry/ui/state"
	"descry/ui/theme"
	"descry/ui/widgets"
)

// closingPage asks whether to close while a download runs.
type closingPage struct {
	send        parts.Sender
	text        *widgets.Paragraph
	stay, leave *widgets.Button
	whole       *fyne.Container
}

func newClosingPage(t parts.Tools) parts.Page {
	send := t.Send
	c := &closingPage{send: send, text: widgets.NewParagraph("", theme.Text, theme.SizeBody, false),
		stay: widgets.NewButton(widgets.Primary, "", "", nil).Sized(120, 36), leave: widgets.NewButton(widgets.Secondary, "", "", nil).Sized(96, 36)}
	foot := widgets.Padded(widgets.Row(8, 0, widgets.NewText("", theme.Text, theme.SizeLabel, false), c.leave, c.stay), 10, 4, 0, 4, fyne.Size{})
	c.whole = container.NewBorder(nil, foot, nil, nil, widgets.Padded(c.text, 0, 8, 8, 4, fyne.Size{}))
	return c
}

func (c *closingPage) Close() {}

func (c *closingPage) Body() (fyne.CanvasObject, fyne.Size) { return c.whole, fyne.NewSize(480, 200) }

func (c *closingPage) Show(content any) string {
	x := content.(state.ClosingSheet)
	c.text.SetText(x.Text)
	c.send.Button(c.stay, x.Stay)
	c.send.Button(c.leave, x.Leave)
	return x.Title
}

// controls implements controlled.
func (c *closingPage) Controls(tell func(name string, o fyne.CanvasObject)) {
	tell("stay", c.stay)
	tell("leave", c.leave)
}
