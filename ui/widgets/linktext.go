package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"descry/ui/theme"
)

// LinkText is underlined, wrapped text that can be pressed.
type LinkText struct {
	Control
	words *Paragraph
}

// NewLinkText returns an empty link.
func NewLinkText(c fyne.ThemeColorName, tap func()) *LinkText {
	l := &LinkText{words: NewParagraph("", c, theme.SizeLabel, false)}
	l.words.under = true
	l.extend(l, "", tap)
	return l
}

// SetText changes the text.
func (l *LinkText) SetText(s string) { l.words.SetText(s) }

// HeightFor implements TallFor.
func (l *LinkText) HeightFor(width float32) float32 { return max(l.words.HeightFor(width), 24) }

// CreateRenderer implements fyne.Widget.
func (l *LinkText) CreateRenderer() fyne.WidgetRenderer {
	focus := newRing()
	r := &renderer{objects: []fyne.CanvasObject{l.words, focus.rect}}
	r.layout = func(s fyne.Size) {
		l.words.Resize(s)
		focus.paint(&l.Control, 4)
		Place(focus.rect, -3, -1, s.Width+6, s.Height+2)
	}
	r.min = func() fyne.Size { return fyne.NewSize(60, l.HeightFor(max(60, l.BaseWidget.Size().Width))) }
	r.refresh = func() { r.layout(l.BaseWidget.Size()); canvas.Refresh(l) }
	return r
}
