package parts

import (
	"fyne.io/fyne/v2"

	"descry/ui/state/core"
	"descry/ui/theme"
	"descry/ui/widgets"
)

// Group is one setting.
type Group struct {
	name    *widgets.Text
	text    *widgets.Paragraph
	choices *fyne.Container
}

// NewGroup returns a setting without words yet.
func NewGroup() *Group {
	return &Group{widgets.NewText("", theme.Secondary, theme.SizeLabel, true),
		widgets.NewParagraph("", theme.Secondary, theme.SizeSecondary, false), widgets.Flow(12)}
}

// Box returns what is shown of it.
func (g *Group) Box() fyne.CanvasObject { return widgets.Column(4, g.name, g.text, g.choices) }

// Show paints it.
func (g *Group) Show(send Sender, x core.Group) {
	g.name.SetText(x.Name)
	g.text.SetText(x.Text)
	widgets.SetVisible(g.text, x.Text != "")
	send.Choices(g.choices, x.Choices)
}
