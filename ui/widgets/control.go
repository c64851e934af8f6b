package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	tooltip "github.com/dweymouth/fyne-tooltip/widget"

	"descry/ui/theme"
)

// Control is what every part that can be pressed is built on: tooltip, hover,
// focus, Space and Enter. A part embeds it, calls extend with itself, and
// redraws from the flags in its renderer.
type Control struct {
	tooltip.ToolTipWidget
	self     fyne.Widget
	hovered  bool
	focused  bool
	disabled bool
	onTap    func()
	list     rowHost // of a row; else nil
}

// extend makes the embedding widget known to Fyne and to the tooltips.
func (c *Control) extend(self fyne.Widget, tip string, tap func()) {
	c.self, c.onTap = self, tap
	c.ExtendBaseWidget(self)
	c.SetToolTip(tip)
}

// OnTap changes what the control does.
func (c *Control) OnTap(do func()) { c.onTap = do }

// SetEnabled switches the control on or off.
func (c *Control) SetEnabled(on bool) {
	if c.disabled == on {
		c.disabled = !on
		c.self.Refresh()
	}
}

// SetTip changes the tooltip.
func (c *Control) SetTip(tip string) {
	if c.ToolTip() != tip {
		c.SetToolTip(tip)
	}
}

// Disabled reports whether the control is switched off; Fyne leaves such a one
// out of the Tab order.
func (c *Control) Disabled() bool { return c.disabled }

// Enable and Disable make the control a fyne.Disableable.
func (c *Control) Enable() { c.SetEnabled(true) }

// Disable switches the control off.
func (c *Control) Disable() { c.SetEnabled(false) }

// Tapped does what the control is for. Its tooltip goes: what was pressed needs
// no explanation, and the control may be gone before the pointer moves.
func (c *Control) Tapped(*fyne.PointEvent) {
	c.ToolTipWidget.MouseOut()
	c.press()
}

func (c *Control) press() {
	if !c.disabled && c.onTap != nil {
		c.onTap()
	}
}

// MouseIn implements desktop.Hoverable.
func (c *Control) MouseIn(e *desktop.MouseEvent) {
	c.ToolTipWidget.MouseIn(e)
	c.hovered = true
	c.self.Refresh()
}

// MouseOut implements desktop.Hoverable.
func (c *Control) MouseOut() {
	c.ToolTipWidget.MouseOut()
	c.hovered = false
	c.self.Refresh()
}

// FocusGained implements fyne.Focusable.
func (c *Control) FocusGained() {
	c.focused = true
	c.self.Refresh()
	if c.list != nil {
		c.list.rowFocused(c)
	}
}

// FocusLost implements fyne.Focusable.
func (c *Control) FocusLost() { c.focused = false; c.self.Refresh() }

// TypedRune hands a letter to the window: a focused control has no use for it.
func (c *Control) TypedRune(r rune) {
	if r == ' ' {
		return
	}
	if win := c.window(); win != nil && win.OnTypedRune() != nil {
		win.OnTypedRune()(r)
	}
}

// TypedKey presses the control with Space or Enter and hands the other keys to
// the window.
func (c *Control) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		c.press()
	default:
		c.forward(e)
	}
}

func (c *Control) forward(e *fyne.KeyEvent) {
	if c.list != nil && c.list.rowKey(c, e) {
		return
	}
	if win := c.window(); win != nil && win.OnTypedKey() != nil {
		win.OnTypedKey()(e)
	}
}

// KeyDown hands the key to the window: it may be held for an effect.
func (c *Control) KeyDown(e *fyne.KeyEvent) {
	if win, ok := c.window().(desktop.Canvas); ok && win.OnKeyDown() != nil {
		win.OnKeyDown()(e)
	}
}

// KeyUp hands the key to the window.
func (c *Control) KeyUp(e *fyne.KeyEvent) {
	if win, ok := c.window().(desktop.Canvas); ok && win.OnKeyUp() != nil {
		win.OnKeyUp()(e)
	}
}

func (c *Control) window() fyne.Canvas {
	return fyne.CurrentApp().Driver().CanvasForObject(c.self)
}

// ring is the accent line around what has the focus.
type ring struct{ rect *canvas.Rectangle }

func newRing() ring {
	r := canvas.NewRectangle(color.Transparent)
	r.StrokeWidth = theme.FocusRing
	r.Hide()
	return ring{r}
}

// paint shows the ring at the given corners where the control has the focus.
func (r ring) paint(c *Control, radius float32) {
	r.rect.StrokeColor, r.rect.CornerRadius = colour(theme.Accent), radius
	if c.focused && !c.disabled {
		r.rect.Show()
	} else {
		r.rect.Hide()
	}
}
