package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"descry/ui/pages/parts"
	"descry/ui/state"
	"descry/ui/theme"
	"descry/ui/widgets"
)

// keysPage lists every action and its key, group by group.
type keysPage struct {
	groups *fyne.Container
	filled bool
}

func newKeysPage(parts.Tools) parts.Page { return &keysPage{groups: widgets.Newspaper(32, 18, 2)} }

func (k *keysPage) Close() {}

func (k *keysPage) Body() (fyne.CanvasObject, fyne.Size) {
	return container.NewVScroll(widgets.Padded(k.groups, 4, 14, 8, 4, fyne.Size{})), fyne.NewSize(780, 740)
}

func (k *keysPage) Show(content any) string {
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
