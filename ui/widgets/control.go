package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	tooltip "github.com/dweymouth/fyne-tooltip/widget"

	"descry/ui/theme"
)

// Control is the base of every widget that can be pressed: it handles tooltip,
// hover, focus, Space and Enter. A widget embeds it, calls extend with itself,
// and draws the flags in its renderer.
type Control struct {
	tooltip.ToolTipWidget
	self     fyne.Widget
	hovered  bool
	focused  bool
	disabled bool
	onTap    func()
	list     rowHost // the list that the control is a row of, or nil
}

// extend registers the embedding widget with Fyne and with the tooltips.
func (c *Control) extend(self fyne.Widget, tip string, tap func()) {
	c.self, c.onTap = self, tap
	c.ExtendBaseWidget(self)
	c.SetToolTip(tip)
}

// OnTap changes what a press does.
func (c *Control) OnTap(do func()) { c.onTap = do }

// SetEnabled enables or disables the control.
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

// Disabled reports whether the control is disabled. Fyne leaves disabled
// controls out of the Tab order.
func (c *Control) Disabled() bool { return c.disabled }

// Enable enables the control. It implements fyne.Disableable.
func (c *Control) Enable() { c.SetEnabled(true) }

// Disable disables the control. It implements fyne.Disableable.
func (c *Control) Disable() { c.SetEnabled(false) }

// Tapped presses the control and hides its tooltip: the control may be gone
// before the pointer moves.
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
	c.hovered = true
	c.self.Refresh()
	c.ToolTipWidget.MouseIn(e) // last: it starts a goroutine that looks at what is drawn
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

// TypedRune passes the rune to the window, except a space, which pressed the
// control.
func (c *Control) TypedRune(r rune) {
	if r == ' ' {
		return
	}
	if win := c.window(); win != nil && win.OnTypedRune() != nil {
		win.OnTypedRune()(r)
	}
}

// TypedKey presses the control on Space or Enter and passes other keys to its
// list, if it is a row, and to the window.
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

// KeyDown passes the key to the window, which has commands for keys held down.
func (c *Control) KeyDown(e *fyne.KeyEvent) {
	if win, ok := c.window().(desktop.Canvas); ok && win.OnKeyDown() != nil {
		win.OnKeyDown()(e)
	}
}

// KeyUp passes the key to the window.
func (c *Control) KeyUp(e *fyne.KeyEvent) {
	if win, ok := c.window().(desktop.Canvas); ok && win.OnKeyUp() != nil {
		win.OnKeyUp()(e)
	}
}

func (c *Control) window() fyne.Canvas {
	return fyne.CurrentApp().Driver().CanvasForObject(c.self)
}

// ring is the line around a focused control.
type ring struct{ rect *canvas.Rectangle }

func newRing() ring {
	r := canvas.NewRectangle(color.Transparent)
	r.StrokeWidth = theme.FocusRing
	r.Hide()
	return ring{r}
}

// paint shows the ring if the control has the focus.
func (r ring) paint(c *Control, radius float32) {
	r.rect.StrokeColor, r.rect.CornerRadius = colour(theme.Accent), radius
	if c.focused && !c.disabled {
		r.rect.Show()
	} else {
		r.rect.Hide()
	}
}
