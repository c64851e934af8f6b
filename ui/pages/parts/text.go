package parts

import (
	"descry/ui/theme"
	"descry/ui/widgets"
)

// Secondary returns a line of text of second rank.
func Secondary() *widgets.Text {
	return widgets.NewText("", theme.Secondary, theme.SizeSecondary, false)
}

// Heading returns a section's heading.
func Heading() *widgets.Text { return widgets.NewText("", theme.Secondary, theme.SizeLabel, true) }
