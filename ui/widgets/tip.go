package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
	tooltip "github.com/dweymouth/fyne-tooltip/widget"
)

// Tip gives a tooltip to a part that has none of its own and cannot be pressed.
type Tip struct {
	tooltip.ToolTipWidget
	part fyne.CanvasObject
}

// NewTip returns a part with an empty tooltip, which is not shown.
func NewTip(part fyne.CanvasObject) *Tip {
	t := &Tip{part: part}
	t.ExtendBaseWidget(t)
	return t
}

// SetTip changes the tooltip.
func (t *Tip) SetTip(tip string) {
	if t.ToolTip() != tip {
		t.SetToolTip(tip)
	}
}

// CreateRenderer implements fyne.Widget.
func (t *Tip) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(t.part) }
