// Package prefs has the widgets of the settings page, of the caption options, and
// of the page about the program with its diagnostics.
package prefs

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"descry/ui/pages/parts"
	"descry/ui/state/prefs"
	"descry/ui/theme"
	"descry/ui/widgets"
)

// SettingsPage chooses models, device, theme and limits.
type SettingsPage struct {
	send   parts.Sender
	column *fyne.Container
	groups []*parts.Group
	models *widgets.Button
	head   *widgets.Text
	about  *widgets.Paragraph
	whole  *fyne.Container
	done   *widgets.Button
}

// NewSettingsPage returns the page without anything on it yet.
func NewSettingsPage(t parts.Tools) parts.Page {
	send := t.Send
	p := &SettingsPage{send: send, head: widgets.NewText("", theme.Secondary, theme.SizeLabel, true), about: widgets.NewParagraph("", theme.Text, theme.SizeLabel, false),
		models: widgets.NewButton(widgets.Secondary, "", "", nil).Sized(150, 32),
		done:   widgets.NewButton(widgets.Primary, "", "", nil).Sized(110, 36)}
	p.column = widgets.Column(16, widgets.Column(6, p.head, p.about, widgets.Flow(8, p.models)))
	foot := widgets.Padded(widgets.Row(8, 0, widgets.NewText("", theme.Text, theme.SizeLabel, false), p.done), 10, 0, 0, 0, fyne.Size{})
	p.whole = container.NewBorder(nil, foot, nil, nil, container.NewVScroll(widgets.Padded(p.column, 0, 16, 8, 0, fyne.Size{})))
	return p
}

// Close implements parts.Page.
func (p *SettingsPage) Close() {}

// Body implements parts.Page.
func (p *SettingsPage) Body() (fyne.CanvasObject, fyne.Size) { return p.whole, fyne.NewSize(560, 620) }

// Show implements parts.Page.
func (p *SettingsPage) Show(content any) string {
	x := content.(prefs.SettingsPage)
	p.send.Button(p.done, x.Close)
	p.head.SetText(x.ModelsTitle)
	p.about.SetText(x.ModelsText)
	p.send.Button(p.models, x.Models)
	for len(p.groups) < len(x.Groups) {
		g := parts.NewGroup()
		p.groups = append(p.groups, g)
		p.column.Add(g.Box())
	}
	for i, g := range x.Groups {
		p.groups[i].Show(p.send, g)
	}
	return x.Title
}
