package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
	tooltip "github.com/dweymouth/fyne-tooltip/widget"
)

// Tip adds a tooltip to an object that is not a Control.
type Tip struct {
	tooltip.ToolTipWidget
	part fyne.CanvasObject
}

// NewTip returns an object with no tooltip yet.
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
