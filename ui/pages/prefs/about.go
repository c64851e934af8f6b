package prefs

import (
	fynetheme "fyne.io/fyne/v2/theme"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"descry/ui/pages/parts"
	"descry/ui/state/prefs"
	"descry/ui/theme"
	"descry/ui/widgets"
)

// AboutPage tells versions and what the doctor found.
type AboutPage struct {
	send       parts.Sender
	text       *widgets.Paragraph
	report     *widget.Label
	told       string // the report as it was told, in long lines
	scroll     *container.Scroll
	copy, shut *widgets.Button
	whole      *fyne.Container
}

// NewAboutPage returns the page without anything on it yet.
func NewAboutPage(t parts.Tools) parts.Page {
	send := t.Send
	a := &AboutPage{
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

// Close implements parts.Page.
func (a *AboutPage) Close() {}

// wrap breaks the report's lines to a width in dp.
func (a *AboutPage) wrap(width float32) {
	one := fyne.MeasureText("0", fynetheme.CaptionTextSize(), a.report.TextStyle).Width
	room := int((width - 2*fynetheme.InnerPadding() - fynetheme.ScrollBarSize()) / one)
	if text := hanging(a.told, room); width > 0 && text != a.report.Text {
		a.report.SetText(text)
		a.scroll.Refresh()
	}
}

// Body implements parts.Page.
func (a *AboutPage) Body() (fyne.CanvasObject, fyne.Size) { return a.whole, fyne.NewSize(720, 560) }

// Show implements parts.Page.
func (a *AboutPage) Show(content any) string {
	x := content.(prefs.AboutPage)
	a.text.SetText(x.Text)
	if a.told != x.Report {
		a.told = x.Report
		a.wrap(a.scroll.Size().Width)
	}
	a.send.Button(a.copy, x.Copy)
	a.send.Button(a.shut, x.Close)
	return x.Title
}
