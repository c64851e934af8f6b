package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"descry/ui/theme"
)

// NewFloatingBar returns a bar with rounded ends that floats over the picture.
func NewFloatingBar(content fyne.CanvasObject) *fyne.Container {
	background := NewBox(theme.Panel, theme.Line, 20)
	background.Shadow = true
	return On(background, content, 5, 18, 5, 18)
}

// Busy is a floating bar that shows the running task and its duration, with a
// button that stops it.
type Busy struct {
	*fyne.Container
	what, time *Text
	stop       *Button
	bar        *Box
	bed, line  *fyne.Container
}

// NewBusy returns a hidden bar.
func NewBusy(stop func()) *Busy {
	b := &Busy{
		what: NewText("", theme.Text, theme.SizeLabel, false),
		time: NewText("", theme.Secondary, theme.SizeSecondary, false),
		stop: NewIconButton(Quiet, IconClose, "Stop", stop),
		bar:  NewBox(theme.Accent, "", 1.5),
	}
	background := NewBox(theme.Panel, theme.Line, 22)
	background.Shadow = true
	line := Padded(Row(GapBar, 0, b.what, b.time, b.stop), 4, 12, 6, 22, fyne.NewSize(260, 44))
	b.line = line
	b.bed = Arrange(func() fyne.Size { return fyne.NewSize(0, 3) }, func(s fyne.Size) {
		Place(b.bar, 0, 0, s.Width/2, 3)
	}, b.bar)
	b.Container = Arrange(line.MinSize, func(s fyne.Size) {
		Place(background, 0, 0, s.Width, s.Height)
		Place(line, 0, 0, s.Width, s.Height)
		Place(b.bed, 18, s.Height-7, s.Width-36, 3)
	}, background, line, b.bed)
	b.Hide()
	return b
}

// GapBar is the gap between the parts of a floating bar.
const GapBar = theme.GapWide

// Set shows a task and its duration, or hides the bar if what is empty. It
// reports whether the bar must be laid out again because its size changed.
func (b *Busy) Set(what, time, stopTip string, stop func()) (changed bool) {
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
	b.stop.OnTap(stop)
	b.stop.SetTip(stopTip)
	return changed || b.MinSize() != before
}

// overlaid is the layout of Overlaid.
type overlaid struct{}

// Overlaid stacks content on a background, with a small button in the upper
// right corner.
func Overlaid(background, inner, corner fyne.CanvasObject) *fyne.Container {
	return container.New(&overlaid{}, background, inner, corner)
}

func (o *overlaid) heightFor(parts []fyne.CanvasObject, width float32) float32 {
	return heightFor(parts[1], width)
}

func (o *overlaid) MinSize(parts []fyne.CanvasObject) fyne.Size { return parts[1].MinSize() }

func (o *overlaid) Layout(parts []fyne.CanvasObject, size fyne.Size) {
	Place(parts[0], 0, 0, size.Width, size.Height)
	Place(parts[1], 0, 0, size.Width, size.Height)
	m := parts[2].MinSize()
	Place(parts[2], size.Width-m.Width-4, 4, m.Width, m.Height)
}

// SetVisible shows or hides an object if it is not so already.
func SetVisible(o fyne.CanvasObject, on bool) {
	switch {
	case on && !o.Visible():
		o.Show()
	case !on && o.Visible():
		o.Hide()
	}
}

// Stop presses the bar's ✕.
func (b *Busy) Stop() { b.stop.Tapped(nil) }
