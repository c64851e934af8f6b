package picture

import (
	"fyne.io/fyne/v2"

	"descry/ui/pages/parts"
	"descry/ui/state/picture"
	"descry/ui/theme"
	"descry/ui/widgets"
)

// classLabel floats over the picture and names the class that is pointed at.
type classLabel struct {
	box, room   *fyne.Container
	chip        *widgets.Swatch
	name, share *widgets.Text
}

func newClassLabel() classLabel {
	l := classLabel{
		chip: widgets.NewSwatch(14, false),
		name: widgets.NewText("", theme.Text, theme.SizeLabel, true), share: parts.Secondary(),
	}
	l.room = widgets.Padded(l.chip, 0, 0, 0, 0, fyne.NewSize(14, 14))
	l.box = widgets.NewFloatingBar(widgets.Row(8, -1, l.room, l.name, l.share))
	l.box.Hide()
	return l
}

// show names a class, nil for none, and tells whether the label's size or place
// is another.
func (l classLabel) show(c *picture.PointedClass) bool {
	before, shown := l.box.MinSize(), l.box.Visible()
	if c != nil {
		l.name.SetText(c.Text)
		l.share.SetText(c.Share)
		l.chip.Set(swatch(c.Tint), true)
		widgets.SetVisible(l.room, !c.Plain)
	}
	widgets.SetVisible(l.box, c != nil)
	if l.box.MinSize() != before {
		l.box.Refresh()
	}
	return l.box.Visible() != shown || l.box.MinSize() != before
}
