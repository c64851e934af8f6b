package render

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"math"

	"golang.org/x/image/font"
)

// CaptionPlacement is the place of the caption in a saved picture.
type CaptionPlacement int

// The placements.
const (
	CaptionUnder CaptionPlacement = iota // on white, below the picture
	CaptionOver                          // on a dark band at the bottom of the picture
	CaptionNone
)

// CaptionLayout describes what is written around a saved picture.
type CaptionLayout struct {
	Text      string
	Placement CaptionPlacement
	Legend    bool // below the picture: each class drawn, with its count or share
}

// Sizes of a captioned picture, in dp.
const (
	captionText   = 20.0
	legendText    = 13.0
	captionMargin = 16.0
	lineHeight    = 1.35 // of the text size
	minWidth      = 220.0
	maxLines      = 40
)

var (
	paper    = color.NRGBA{0xFF, 0xFF, 0xFF, 0xFF}
	inkPlain = color.NRGBA{0x1B, 0x1D, 0x21, 0xFF}
	bandDark = color.NRGBA{0x10, 0x12, 0x16, 0xFF}
)

// bandOpacity is the opacity of the dark band, of 256: white text has a contrast of
// more than 4.5 on it, even over a white picture.
const bandOpacity = 176

// ScaleFor returns the Style.Scale for drawing into a picture of w × h pixels at
// full size, so that text takes the same share of a large and a small one.
func ScaleFor(w, h int) float64 {
	return max(math.Sqrt(float64(w)*float64(h))/640, 0.75)
}

// Captioned returns the picture with the overlay of style and the layout around it.
// zoom is the number of the result's pixels per pixel of the picture: 1 to save,
// less for a preview, which shows the same at a smaller size. Style.Scale,
// Style.Highlight and Style.LitClass are ignored. A picture too small for its
// caption is placed on a wider background, with the caption below.
func Captioned(p *Prepared, s Style, l CaptionLayout, zoom float64) *image.RGBA {
	w, h := p.size()
	if w == 0 || h == 0 || !(View{Zoom: zoom}).valid() {
		return image.NewRGBA(image.Rect(0, 0, 1, 1))
	}
	s.Highlight, s.LitClass, s.Scale = -1, 0, ScaleFor(w, h)*zoom
	pw, ph := max(int(float64(w)*zoom+0.5), 1), max(int(float64(h)*zoom+0.5), 1)
	c := composer{scale: s.Scale, layout: l, picture: image.Rect(0, 0, pw, ph), width: pw}
	c.arrange(p.legend(s))
	out := image.NewRGBA(image.Rect(0, 0, c.width, ph+c.under))
	if c.under > 0 || c.width > pw {
		draw.Draw(out, out.Rect, image.NewUniform(paper), image.Point{}, draw.Src)
	}
	at := image.Pt((c.width-pw)/2, 0)
	part := out.SubImage(c.picture.Add(at)).(*image.RGBA)
	p.DrawBase(part, View{Zoom: zoom})
	free := part.Rect // labels keep off the band
	free.Max.Y -= c.band
	p.draw(part, free, View{Zoom: zoom}, s)
	c.write(out, part)
	return out
}

// composer lays out the text around a picture.
type composer struct {
	scale   float64
	layout  CaptionLayout
	picture image.Rectangle
	width   int // of the result
	under   int // height below the picture

	caption font.Face
	lines   []string
	band    int // height of the dark band over the picture
	small   font.Face
	entries []placedEntry
}

// placedEntry is a legend entry with its position below the picture: the chip's
// upper left corner, relative to the picture's lower left.
type placedEntry struct {
	legendEntry
	at image.Point
}

func (c *composer) px(dp float64) int { return max(int(math.Round(dp*c.scale)), 1) }

func (c *composer) arrange(legend []legendEntry) {
	hasText := c.layout.Text != "" && c.layout.Placement != CaptionNone
	if !c.layout.Legend {
		legend = nil
	}
	if !hasText && len(legend) == 0 {
		return
	}
	margin := c.px(captionMargin)
	if hasText {
		c.caption = newFace(regular, captionText*c.scale)
	}
	c.small = newFace(regular, legendText*c.scale)
	if c.small == nil || hasText && c.caption == nil {
		return
	}
	line := c.px(captionText * lineHeight)
	measure := func(s string) int { return textWidth(c.caption, s) }
	if hasText && c.layout.Placement == CaptionOver {
		c.lines = wrap(c.layout.Text, c.width-2*margin, maxLines, measure)
		c.band = len(c.lines)*line + margin
		// The band covers no more than half of the picture.
		if c.width < c.px(minWidth)/2 || 2*c.band > c.picture.Dy() {
			c.lines, c.band, c.layout.Placement = nil, 0, CaptionUnder
		}
	}
	if hasText && c.layout.Placement == CaptionUnder || len(legend) > 0 {
		c.width = max(c.width, c.px(minWidth))
	}
	if hasText && c.layout.Placement == CaptionUnder {
		c.lines = wrap(c.layout.Text, c.width-2*margin, maxLines, measure)
		c.under = margin*3/4 + len(c.lines)*line
	}
	c.arrangeLegend(legend, margin)
	if c.under > 0 {
		c.under += margin * 3 / 4
	}
}

// arrangeLegend places the entries in rows, as many in each as fit.
func (c *composer) arrangeLegend(legend []legendEntry, margin int) {
	if len(legend) == 0 {
		return
	}
	measure := func(s string) int { return textWidth(c.small, s) }
	side, gap, row := c.px(legendText), c.px(6), c.px(legendText*lineHeight+4)
	c.under += c.px(8)
	x := margin
	for _, e := range legend {
		e.text = shorten(e.text, c.width-2*margin-side-gap, measure)
		w := side + gap + measure(e.text)
		if x > margin && x+w > c.width-margin {
			x, c.under = margin, c.under+row
		}
		c.entries = append(c.entries, placedEntry{e, image.Pt(x, c.under)})
		x += w + c.px(18)
	}
	c.under += side
}

// write draws the text; part is the picture in out.
func (c *composer) write(out, part *image.RGBA) {
	margin, line := c.px(captionMargin), c.px(captionText*lineHeight)
	x, y, ink := margin, part.Rect.Max.Y+margin*3/4, inkPlain
	if c.band > 0 {
		y, ink = part.Rect.Max.Y-c.band+margin/2, lightInk
		for row := part.Rect.Max.Y - c.band; row < part.Rect.Max.Y; row++ {
			o := out.PixOffset(part.Rect.Min.X, row)
			blendSpan(out.Pix[o:o+4*part.Rect.Dx()], bandDark, bandOpacity)
		}
	}
	if len(c.lines) > 0 {
		m := c.caption.Metrics()
		base := (line + m.Ascent.Ceil() - m.Descent.Ceil()) / 2
		for i, s := range c.lines {
			drawText(out, c.caption, x, y+i*line+base, s, ink)
		}
	}
	for _, e := range c.entries {
		at := e.at.Add(image.Pt(0, part.Rect.Max.Y))
		side := c.px(legendText)
		DrawChip(out, image.Rectangle{at, at.Add(image.Pt(side, side))}, e.class, c.scale)
		drawText(out, c.small, at.X+side+c.px(6), at.Y+side-c.px(1.5), e.text, inkPlain)
	}
}

// legendEntry is a class that is drawn and its text.
type legendEntry struct{ class, text string }

// legend returns the classes that style draws: objects with their number, then
// classes of the map with their share of the picture. A class that is both is
// listed once.
func (p *Prepared) legend(s Style) []legendEntry {
	var all []legendEntry
	place := map[string]int{}
	if s.Masks || s.Outlines || s.Boxes || s.Labels {
		count := map[string]int{}
		for _, item := range p.content.Items {
			name := item.Instance.Label
			count[name]++
			if _, ok := place[canonicalName(name)]; !ok {
				place[canonicalName(name)] = len(all)
				all = append(all, legendEntry{name, name})
			}
		}
		for i, e := range all {
			if n := count[e.class]; n > 1 {
				all[i].text = fmt.Sprintf("%s × %d", e.class, n)
			}
		}
	}
	c := p.content.Classes
	if !s.ClassMap || c == nil || c.Width <= 0 || c.Height <= 0 {
		return all
	}
	for i, n := range c.Pixels {
		if n <= 0 || i >= len(c.Labels) || i >= len(p.classes) || p.classes[i].hidden {
			continue
		}
		share := "< 1 %"
		if percent := 100 * float64(n) / float64(c.Width) / float64(c.Height); percent >= 1 {
			share = fmt.Sprintf("%.0f %%", percent)
		}
		if k, ok := place[canonicalName(c.Labels[i])]; ok {
			all[k].text += " · " + share
			continue
		}
		all = append(all, legendEntry{c.Labels[i], c.Labels[i] + " " + share})
	}
	return all
}
