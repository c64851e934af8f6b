package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	fynetheme "fyne.io/fyne/v2/theme"

	"descry/ui/theme"
)

// Look says how a button is drawn.
type Look int

// The looks of a button.
const (
	Secondary Look = iota // a border on the panel's ground
	Primary               // the one filled with the accent
	Quiet                 // no border: an icon or word within a bar
	Link                  // a word in the accent's colour
	Muted                 // a word of second rank, with an icon after it
	Pill                  // a toggle
)

// lookColours is ground, border and text of a look, at rest and under the
// pointer.
type lookColours struct{ fill, hover, border, text fyne.ThemeColorName }

var looks = map[Look]lookColours{
	Secondary: {theme.Panel, theme.Hover, theme.Line, theme.Text},
	Primary:   {theme.Accent, theme.AccentHover, "", theme.OnAccent},
	Quiet:     {theme.Clear, theme.Hover, "", theme.Text},
	Link:      {theme.Clear, theme.Clear, "", theme.Accent},
	Muted:     {theme.Clear, theme.Hover, "", theme.Secondary},
	Pill:      {theme.Clear, theme.Hover, theme.Line, theme.Secondary},
}

// Button is a word, an icon or both that can be pressed; with Look Pill it is a
// toggle that shows whether it is on.
type Button struct {
	Control
	text  string
	icon  IconName
	look  Look
	on    bool // a pill's
	least fyne.Size
	side  float32 // margin left and right
	small bool    // text of second rank
}

// NewButton returns a button with a word on it.
func NewButton(look Look, text, tip string, tap func()) *Button {
	b := &Button{text: text, look: look, least: fyne.NewSize(0, theme.LeastHit), side: 16}
	switch look {
	case Link:
		b.side = 0
	case Muted:
		b.side = 8
	}
	b.extend(b, tip, tap)
	return b
}

// NewIconButton returns a button with an icon on it; the tooltip is its label.
func NewIconButton(look Look, icon IconName, tip string, tap func()) *Button {
	b := NewButton(look, "", tip, tap)
	b.icon, b.side = icon, 6
	b.least = fyne.NewSquareSize(theme.LeastHit)
	return b
}

// After puts an icon after the word.
func (b *Button) After(n IconName) *Button { b.icon = n; return b }

// Tight takes some of the margin left and right.
func (b *Button) Tight() *Button { b.side = 10; return b }

// Small makes the word as small as text of second rank.
func (b *Button) Small() *Button { b.small = true; return b }

func (b *Button) sizeName() fyne.ThemeSizeName {
	if b.small {
		return theme.SizeSecondary
	}
	return theme.SizeLabel
}

// Sized sets the least size in dp.
func (b *Button) Sized(w, h float32) *Button { b.least = fyne.NewSize(w, h); return b }

// Text returns the word on the button.
func (b *Button) Text() string { return b.text }

// SetText changes the word.
func (b *Button) SetText(s string) {
	if b.text != s {
		b.text = s
		b.Refresh()
	}
}

// SetIcon changes icon and word at once: a toggle is a word where there is room
// and an icon where there is none.
func (b *Button) SetIcon(n IconName, text string, least fyne.Size) {
	if b.icon == n && b.text == text && b.least == least {
		return
	}
	b.icon, b.text, b.least = n, text, least
	b.side = 16
	if text == "" {
		b.side = 6
	}
	b.Refresh()
}

// SetOn shows a pill as on or off.
func (b *Button) SetOn(on bool) {
	if b.on != on {
		b.on = on
		b.Refresh()
	}
}

// On reports what a pill shows.
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
	// Measured bold, so that a pill does not jump when it is switched on.
	return fyne.MeasureText(b.text, fynetheme.Size(b.sizeName()), fyne.TextStyle{Bold: b.look == Pill || b.look == Primary})
}

// CreateRenderer implements fyne.Widget.
func (b *Button) CreateRenderer() fyne.WidgetRenderer {
	ground := canvas.NewRectangle(color.Transparent)
	line := canvas.NewText("", color.Black)
	line.Alignment = fyne.TextAlignCenter
	under := canvas.NewRectangle(color.Transparent)
	icon := NewIcon(IconTick, theme.Text, 18)
	focus := newRing()
	r := &renderer{objects: []fyne.CanvasObject{ground, icon, line, under, focus.rect}}
	paint := func() {
		fill, border, text, bold := b.colours()
		ground.FillColor, ground.CornerRadius, ground.StrokeWidth = colour(fill), b.radius(), 0
		if border != "" {
			ground.StrokeColor, ground.StrokeWidth = colour(border), 1
			if b.look == Pill && b.on {
				ground.StrokeWidth = 1.5
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
		ground.Resize(s)
		place(focus.rect, -2, -2, s.Width+4, s.Height+4)
		t := b.textSize()
		switch {
		case b.icon != "" && b.text != "":
			x := (s.Width - t.Width - 20) / 2
			place(line, x, (s.Height-t.Height)/2, t.Width, t.Height)
			place(icon, x+t.Width+4, (s.Height-16)/2, 16, 16)
		default:
			place(icon, (s.Width-18)/2, (s.Height-18)/2, 18, 18)
			place(line, 0, (s.Height-t.Height)/2, s.Width, t.Height)
		}
		place(under, (s.Width-t.Width)/2, (s.Height+t.Height)/2-2, t.Width, 1)
	}
	r.min = func() fyne.Size {
		s := b.textSize()
		if b.icon != "" {
			s = fyne.NewSize(s.Width+18, max(s.Height, 18))
			if b.text != "" {
				s.Width += 2
			}
		}
		return s.AddWidthHeight(2*b.side, 8).Max(b.least)
	}
	r.refresh = func() { r.layout(b.BaseWidget.Size()); canvas.Refresh(b) }
	paint()
	return r
}
