package widgets

import (
	"image"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"descry/ui/theme"
	"descry/ui/widgets/dash"
)

// Chip is a short text with a rounded border in the status bar. It can be pressed.
type Chip struct {
	Control
	text string
	part float64 // progress, 0 to 1
}

// Fill shows progress, 0 to 1, as a bar in the chip.
func (c *Chip) Fill(part float64) {
	if c.part != part {
		c.part = part
		c.Refresh()
	}
}

// Text returns the chip's text.
func (c *Chip) Text() string { return c.text }

// NewChip returns a chip.
func NewChip(text, tip string, tap func()) *Chip {
	c := &Chip{text: text}
	c.extend(c, tip, tap)
	return c
}

// Set changes text and tooltip.
func (c *Chip) Set(text, tip string) {
	c.SetTip(tip)
	if c.text != text {
		c.text = text
		c.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (c *Chip) CreateRenderer() fyne.WidgetRenderer {
	background := canvas.NewRectangle(color.Transparent)
	word := NewText("", theme.Text, theme.SizeSecondary, false).Aligned(fyne.TextAlignCenter)
	bar := canvas.NewRectangle(color.Transparent)
	bar.CornerRadius = 1
	focus := newRing()
	r := &renderer{objects: []fyne.CanvasObject{background, bar, word, focus.rect}}
	paint := func() {
		background.FillColor, background.StrokeColor, background.StrokeWidth = colour(theme.Hover), colour(theme.Line), 1
		if c.hovered {
			background.StrokeColor = colour(theme.Secondary)
		}
		word.SetText(c.text)
		bar.FillColor = colour(theme.Accent)
		Place(bar, 11, c.BaseWidget.Size().Height-3, (c.BaseWidget.Size().Width-22)*float32(c.part), 2)
		bar.Hidden = c.part <= 0
		focus.paint(&c.Control, 11)
	}
	paint()
	r.layout = func(s fyne.Size) {
		paint()
		background.CornerRadius = s.Height / 2
		background.Resize(s)
		focus.rect.Resize(s)
		Place(word, 0, (s.Height-18)/2, s.Width, 18)
	}
	r.min = func() fyne.Size { return fyne.NewSize(word.MinSize().Width+30, 22) }
	r.refresh = func() { paint(); canvas.Refresh(c) }
	return r
}

// SampleCard is a picture with rounded corners and a name below it. A click opens
// it.
type SampleCard struct {
	Control
	name  string
	thumb *image.RGBA
}

// The size of a sample card in dp.
const (
	SampleWidth  float32 = 185
	SampleHeight float32 = 140
)

// NewSampleCard returns a card without a picture.
func NewSampleCard(name string, open func()) *SampleCard {
	s := &SampleCard{name: name}
	s.extend(s, "Open this sample picture", open)
	return s
}

// Set shows a name and a thumbnail, or a grey card if thumb is nil.
func (s *SampleCard) Set(name string, thumb *image.RGBA, open func()) {
	s.onTap = open
	if s.name != name || s.thumb != thumb {
		s.name, s.thumb = name, thumb
		s.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (s *SampleCard) CreateRenderer() fyne.WidgetRenderer {
	background := canvas.NewRectangle(color.Transparent)
	background.CornerRadius = theme.RadiusCard
	pic := canvas.NewImageFromImage(nil)
	pic.FillMode, pic.CornerRadius, pic.ScaleMode = canvas.ImageFillCover, theme.RadiusCard, canvas.ImageScaleFastest
	name := NewText("", theme.Text, theme.SizeLabel, false).Cut()
	frame := canvas.NewRectangle(color.Transparent)
	focus := newRing()
	r := &renderer{objects: []fyne.CanvasObject{background, pic, frame, name, focus.rect}}
	paint := func() {
		background.FillColor = colour(theme.Line)
		pic.Hidden = s.thumb == nil
		if s.thumb != nil && pic.Image != image.Image(s.thumb) {
			pic.Image = s.thumb
			pic.Refresh()
		}
		frame.CornerRadius, frame.StrokeWidth = theme.RadiusCard, 0
		if s.hovered {
			frame.StrokeColor, frame.StrokeWidth = colour(theme.Accent), 2
		}
		name.SetText(s.name)
		focus.paint(&s.Control, theme.RadiusCard+2)
	}
	paint()
	r.layout = func(size fyne.Size) {
		h := size.Height - 28
		Place(background, 0, 0, size.Width, h)
		Place(pic, 0, 0, size.Width, h)
		Place(frame, 0, 0, size.Width, h)
		Place(focus.rect, -3, -3, size.Width+6, h+6)
		Place(name, 2, h+8, size.Width-4, 20)
	}
	r.min = func() fyne.Size { return fyne.NewSize(96, 100) }
	r.refresh = func() { paint(); canvas.Refresh(s) }
	return r
}

// DropZone is a card with a dashed border.
type DropZone struct {
	widget.BaseWidget
	content fyne.CanvasObject
}

// NewDropZone returns a card with its content vertically centred.
func NewDropZone(content fyne.CanvasObject) *DropZone {
	d := &DropZone{content: content}
	d.ExtendBaseWidget(d)
	return d
}

// CreateRenderer implements fyne.Widget.
func (d *DropZone) CreateRenderer() fyne.WidgetRenderer {
	background := canvas.NewRectangle(color.Transparent)
	dashes := canvas.NewRaster(func(w, h int) image.Image {
		return dash.Frame(w, h, float64(w)/float64(max(1, d.BaseWidget.Size().Width)), colour(theme.Line))
	})
	paint := func() { background.FillColor, background.CornerRadius = colour(theme.Panel), 14 }
	paint()
	return &renderer{
		objects: []fyne.CanvasObject{background, dashes, d.content},
		layout: func(s fyne.Size) {
			Place(background, 1, 1, s.Width-2, s.Height-2)
			dashes.Resize(s)
			h := heightFor(d.content, s.Width-32)
			Place(d.content, 16, (s.Height-h)/2, s.Width-32, h)
		},
		min:     func() fyne.Size { return d.content.MinSize().AddWidthHeight(32, 32) },
		refresh: func() { paint(); background.Refresh(); dashes.Refresh() },
	}
}

// Bones is a placeholder for a list that is being computed: grey bars in place of
// its rows.
type Bones struct {
	widget.BaseWidget
	rows int
}

// NewBones returns a placeholder for a number of object rows.
func NewBones(rows int) *Bones {
	b := &Bones{rows: rows}
	b.ExtendBaseWidget(b)
	return b
}

// boneWidths are the widths of the bars of successive rows; they vary, as text
// does.
var boneWidths = [][2]float32{{150, 210}, {120, 170}, {90, 130}, {140, 190}}

// CreateRenderer implements fyne.Widget.
func (b *Bones) CreateRenderer() fyne.WidgetRenderer {
	r := &renderer{}
	for i := 0; i < b.rows*3; i++ {
		bar := canvas.NewRectangle(colour(theme.Hover))
		bar.CornerRadius = 4
		r.objects = append(r.objects, bar)
	}
	r.layout = func(fyne.Size) {
		for i := range b.rows {
			y, w := float32(i)*46+8, boneWidths[i%len(boneWidths)]
			Place(r.objects[3*i], 4, y, 18, 18)
			Place(r.objects[3*i+1], objectCheckEdge, y, w[0], 10)
			Place(r.objects[3*i+2], objectCheckEdge, y+17, w[1], 8)
		}
	}
	r.min = func() fyne.Size { return fyne.NewSize(160, float32(b.rows)*46) }
	r.refresh = func() {
		for _, o := range r.objects {
			o.(*canvas.Rectangle).FillColor = colour(theme.Hover)
			o.Refresh()
		}
	}
	return r
}
