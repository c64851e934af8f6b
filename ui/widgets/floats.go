package widgets

import (
	"fyne.io/fyne/v2"

	"descry/ui/theme"
)

// NewFloatingBar returns a bar that floats over the picture, with round ends.
func NewFloatingBar(content fyne.CanvasObject) *fyne.Container {
	ground := NewBox(theme.Panel, theme.Line, 20)
	ground.Shadow = true
	return On(ground, content, 5, 18, 5, 18)
}

// Busy is the pill that says what runs, for how long, and stops it.
type Busy struct {
	*fyne.Container
	what, time *Text
	stop       *Button
	bar        *Box
	bed, line  *fyne.Container
	part       float64 // of the bar; below 0: unknown, drawn as a third
}

// NewBusy returns a hidden pill.
func NewBusy(stop func()) *Busy {
	b := &Busy{
		what: NewText("", theme.Text, theme.SizeLabel, false),
		time: NewText("", theme.Secondary, theme.SizeSecondary, false),
		stop: NewIconButton(Quiet, IconClose, "Stop", stop),
		bar:  NewBox(theme.Accent, "", 1.5),
		part: -1,
	}
	ground := NewBox(theme.Panel, theme.Line, 22)
	ground.Shadow = true
	line := Padded(Row(GapBar, 0, b.what, b.time, b.stop), 4, 12, 6, 22, fyne.NewSize(260, 44))
	b.line = line
	b.bed = Arrange(func() fyne.Size { return fyne.NewSize(0, 3) }, func(s fyne.Size) {
		w := s.Width * float32(b.part)
		if b.part < 0 {
			w = s.Width / 2
		}
		place(b.bar, 0, 0, w, 3)
	}, b.bar)
	b.Container = Arrange(line.MinSize, func(s fyne.Size) {
		place(ground, 0, 0, s.Width, s.Height)
		place(line, 0, 0, s.Width, s.Height)
		place(b.bed, 18, s.Height-7, s.Width-36, 3)
	}, ground, line, b.bed)
	b.Hide()
	return b
}

// GapBar is the gap between the parts of a floating bar.
const GapBar = theme.GapWide

// Set shows what runs and for how long; an empty what hides the pill. It
// reports whether the pill's size changed, so that it has to be placed anew.
func (b *Busy) Set(what, time string, part float64) (changed bool) {
	if what == "" {
		if b.Visible() {
			b.Hide()
		}
		return false
	}
	before := b.MinSize()
	if !b.Visible() {
		b.Show()
		changed = true
	}
	if b.what.Text() != what || b.time.Text() != time {
		b.what.SetText(what)
		b.time.SetText(time)
		b.line.Refresh()
	}
	if b.part != part {
		b.part = part
		b.bed.Refresh()
	}
	return changed || b.MinSize() != before
}

// Notice is a card of a notice's colours: a sentence and a link. Both may be
// missing.
type Notice struct {
	*fyne.Container
	text  *Paragraph
	link  *LinkText
	close *Button
}

// NewNotice returns a card.
func NewNotice(act, dismiss func()) *Notice {
	n := &Notice{
		text:  NewParagraph("", theme.Notice, theme.SizeLabel, true),
		link:  NewLinkText(theme.Notice, act),
		close: NewIconButton(Quiet, IconClose, "Do not show this again", dismiss),
	}
	body := Column(4, n.text, n.link)
	ground := NewBox(theme.NoticeGround, "", theme.RadiusCard)
	inner := Padded(body, 12, 30, 12, 14, fyne.Size{})
	n.Container = newOverlaid(ground, inner, n.close)
	return n
}

// Set shows sentence and link; an empty sentence hides the card.
func (n *Notice) Set(text, link string, dismissable bool) {
	if text == "" {
		n.Hide()
		return
	}
	n.text.SetText(text)
	n.link.SetText(link)
	SetVisible(n.link, link != "")
	SetVisible(n.close, dismissable)
	n.Show()
}

// overlaid lays a card's content on its ground and a small button in its corner.
type overlaid struct{ stack }

func newOverlaid(ground, inner, corner fyne.CanvasObject) *fyne.Container {
	c := fyne.NewContainerWithoutLayout(ground, inner, corner)
	c.Layout = &overlaid{}
	return c
}

func (o *overlaid) heightFor(parts []fyne.CanvasObject, width float32) float32 {
	return heightFor(parts[1], width)
}

func (o *overlaid) MinSize(parts []fyne.CanvasObject) fyne.Size { return parts[1].MinSize() }

func (o *overlaid) Layout(parts []fyne.CanvasObject, size fyne.Size) {
	place(parts[0], 0, 0, size.Width, size.Height)
	place(parts[1], 0, 0, size.Width, size.Height)
	m := parts[2].MinSize()
	place(parts[2], size.Width-m.Width-4, 4, m.Width, m.Height)
}

// SetVisible shows or hides an object where it is not so already.
func SetVisible(o fyne.CanvasObject, on bool) {
	switch {
	case on && !o.Visible():
		o.Show()
	case !on && o.Visible():
		o.Hide()
	}
}
