package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	fynetheme "fyne.io/fyne/v2/theme"

	"descry/ui/theme"
)

// Look is the style of a button.
type Look int

// The looks of a button.
const (
	Secondary Look = iota // a border, on the panel's background
	Primary               // filled with the accent colour: the main action
	Quiet                 // no border: an icon or text in a bar
	Link                  // text in the accent colour
	Muted                 // secondary text, with an icon after it
	Pill                  // a toggle
)

// lookColours holds the colours of a look: fill at rest and under the pointer,
// border and text.
type lookColours struct{ fill, hover, border, text fyne.ThemeColorName }

var looks = map[Look]lookColours{
	Secondary: {theme.Panel, theme.Hover, theme.Line, theme.Text},
	Primary:   {theme.Accent, theme.AccentHover, "", theme.OnAccent},
	Quiet:     {theme.Clear, theme.Hover, "", theme.Text},
	Link:      {theme.Clear, theme.Clear, "", theme.Accent},
	Muted:     {theme.Clear, theme.Hover, "", theme.Secondary},
	Pill:      {theme.Clear, theme.Hover, theme.Line, theme.Secondary},
}

// Button is a button with text, an icon or both. With Look Pill it is a toggle
// that shows whether it is on.
type Button struct {
	Control
	text    string
	icon    IconName
	look    Look
	on      bool // of a Pill
	minSize fyne.Size
	side    float32 // horizontal padding
	small   bool    // with the size of secondary text
}

// NewButton returns a button with text.
func NewButton(look Look, text, tip string, tap func()) *Button {
	b := &Button{text: text, look: look, minSize: fyne.NewSize(0, theme.MinHit), side: 16}
	switch look {
	case Link:
		b.side = 0
	case Muted:
		b.side = 8
	}
	b.extend(b, tip, tap)
	return b
}

// NewIconButton returns a button with an icon; its tooltip is its label.
func NewIconButton(look Look, icon IconName, tip string, tap func()) *Button {
	b := NewButton(look, "", tip, tap)
	b.icon, b.side = icon, 6
	b.minSize = fyne.NewSquareSize(theme.MinHit)
	return b
}

// After adds an icon after the text.
func (b *Button) After(n IconName) *Button { b.icon = n; return b }

// Tight reduces the horizontal padding.
func (b *Button) Tight() *Button { b.side = 10; return b }

// Small gives the text the size of secondary text.
func (b *Button) Small() *Button { b.small = true; return b }

func (b *Button) sizeName() fyne.ThemeSizeName {
	if b.small {
		return theme.SizeSecondary
	}
	return theme.SizeLabel
}

// Sized sets the minimum size in dp.
func (b *Button) Sized(w, h float32) *Button { b.minSize = fyne.NewSize(w, h); return b }

// Text returns the button's text.
func (b *Button) Text() string { return b.text }

// SetText changes the text.
func (b *Button) SetText(s string) {
	if b.text != s {
		b.text = s
		b.Refresh()
	}
}

// SetIcon changes icon, text and minimum size at once: a toggle shows text where
// there is room, and an icon where there is not.
func (b *Button) SetIcon(n IconName, text string, minSize fyne.Size) {
	if b.icon == n && b.text == text && b.minSize == minSize {
		return
	}
	b.icon, b.text, b.minSize = n, text, minSize
	b.side = 16
	if text == "" {
		b.side = 6
	}
	b.Refresh()
}

// SetOn shows a Pill as on or off.
func (b *Button) SetOn(on bool) {
	if b.on != on {
		b.on = on
		b.Refresh()
	}
}

// On reports whether a Pill is shown as on.
func (b *Button) On() bool { return b.on }

func (b *Button) colours() (fill, border, text fyne.ThemeColorName, bold bool) {
	l := looks[b.look]
	fill, border, text, bold = l.fill, l.border, l.text, b.look == Primary
	if b.hovered {
		fill = l.hover
	}
	if b.look == Pill && b.on {
		fill, border, text, bold = theme.Hover, theme.Accent, theme.Text, true
	}
	if b.disabled {
		text = theme.Faint
		if b.look == Primary {
			fill, border = theme.Hover, theme.Line
		} else {
			fill = l.fill
		}
	}
	return fill, border, text, bold
}

func (b *Button) radius() float32 {
	switch b.look {
	case Pill:
		return b.BaseWidget.Size().Height / 2
	case Link:
		return 4
	}
	return theme.RadiusField
}

func (b *Button) textSize() fyne.Size {
	if b.text == "" {
		return fyne.Size{}
	}
	// Measured in bold, so that a Pill keeps its width when it is switched on.
	return fyne.MeasureText(b.text, fynetheme.Size(b.sizeName()), fyne.TextStyle{Bold: b.look == Pill || b.look == Primary})
}

// CreateRenderer implements fyne.Widget.
func (b *Button) CreateRenderer() fyne.WidgetRenderer {
	background := canvas.NewRectangle(color.Transparent)
	line := canvas.NewText("", color.Black)
	line.Alignment = fyne.TextAlignCenter
	under := canvas.NewRectangle(color.Transparent)
	icon := NewIcon(IconTick, theme.Text, 18)
	focus := newRing()
	r := &renderer{objects: []fyne.CanvasObject{background, icon, line, under, focus.rect}}
	paint := func() {
		fill, border, text, bold := b.colours()
		background.FillColor, background.CornerRadius, background.StrokeWidth = colour(fill), b.radius(), 0
		if border != "" {
			background.StrokeColor, background.StrokeWidth = colour(border), 1
			if b.look == Pill && b.on {
				background.StrokeWidth = 1.5
			}
		}
		line.Text, line.Color, line.TextSize = b.text, colour(text), fynetheme.Size(b.sizeName())
		line.TextStyle = fyne.TextStyle{Bold: bold}
		under.FillColor = color.Transparent
		if b.look == Link && b.hovered {
			under.FillColor = colour(text)
		}
		icon.Hidden = b.icon == ""
		if b.icon != "" {
			icon.SetIcon(b.icon)
			icon.SetColour(text)
		}
		focus.paint(&b.Control, b.radius()+2)
	}
	r.layout = func(s fyne.Size) {
		paint()
		background.Resize(s)
		Place(focus.rect, -2, -2, s.Width+4, s.Height+4)
		t := b.textSize()
		switch {
		case b.icon != "" && b.text != "":
			x := (s.Width - t.Width - 20) / 2
			Place(line, x, (s.Height-t.Height)/2, t.Width, t.Height)
			Place(icon, x+t.Width+4, (s.Height-16)/2, 16, 16)
		default:
			Place(icon, (s.Width-18)/2, (s.Height-18)/2, 18, 18)
			Place(line, 0, (s.Height-t.Height)/2, s.Width, t.Height)
		}
		Place(under, (s.Width-t.Width)/2, (s.Height+t.Height)/2-2, t.Width, 1)
	}
	r.min = func() fyne.Size {
		s := b.textSize()
		if b.icon != "" {
			s = fyne.NewSize(s.Width+18, max(s.Height, 18))
			if b.text != "" {
				s.Width += 2
			}
		}
		return s.AddWidthHeight(2*b.side, 8).Max(b.minSize)
	}
	r.refresh = func() { r.layout(b.BaseWidget.Size()); canvas.Refresh(b) }
	paint()
	return r
}
