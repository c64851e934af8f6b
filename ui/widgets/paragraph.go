package widgets

import (
	"image/color"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	fynetheme "fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Paragraph is text that is wrapped to its width.
type Paragraph struct {
	widget.BaseWidget
	text  string
	color fyne.ThemeColorName
	size  fyne.ThemeSizeName
	bold  bool
	align fyne.TextAlign
	under bool
}

// NewParagraph returns a paragraph.
func NewParagraph(text string, c fyne.ThemeColorName, s fyne.ThemeSizeName, bold bool) *Paragraph {
	p := &Paragraph{text: text, color: c, size: s, bold: bold}
	p.ExtendBaseWidget(p)
	return p
}

// Aligned sets the alignment of the lines.
func (p *Paragraph) Aligned(a fyne.TextAlign) *Paragraph { p.align = a; return p }

// Text returns the whole text.
func (p *Paragraph) Text() string { return p.text }

// SetText changes the text.
func (p *Paragraph) SetText(s string) {
	if p.text != s {
		p.text = s
		p.Refresh()
	}
}

// HeightFor returns the height of the text wrapped to a width.
func (p *Paragraph) HeightFor(width float32) float32 {
	return float32(len(p.broken(width))) * p.lineHeight()
}

// SetColour changes the colour.
func (p *Paragraph) SetColour(c fyne.ThemeColorName) {
	if p.color != c {
		p.color = c
		p.Refresh()
	}
}

func (p *Paragraph) lineHeight() float32 {
	return fyne.MeasureText("Xg", fynetheme.Size(p.size), fyne.TextStyle{Bold: p.bold}).Height
}

// broken returns the lines of the text wrapped to a width. Words that are wider
// than that are broken.
func (p *Paragraph) broken(width float32) []string {
	fits := func(s string) bool {
		return fyne.MeasureText(s, fynetheme.Size(p.size), fyne.TextStyle{Bold: p.bold}).Width <= width
	}
	var lines []string
	for _, part := range strings.Split(p.text, "\n") {
		line := ""
		for _, word := range strings.Fields(part) {
			if line != "" && fits(line+" "+word) {
				line += " " + word
				continue
			}
			if line != "" {
				lines = append(lines, line)
			}
			line = word
			for r := []rune(line); width > 40 && len(r) > 1 && !fits(line); r = []rune(line) {
				n := len(r) - 1
				for n > 1 && !fits(string(r[:n])) {
					n--
				}
				lines = append(lines, string(r[:n]))
				line = string(r[n:])
			}
		}
		lines = append(lines, line)
	}
	return lines
}

// CreateRenderer implements fyne.Widget.
func (p *Paragraph) CreateRenderer() fyne.WidgetRenderer {
	r := &renderer{}
	lay := func(s fyne.Size) {
		lines := p.broken(s.Width)
		r.objects = r.objects[:0:0]
		for i, l := range lines {
			t := canvas.NewText(l, color.Black)
			t.Color, t.TextSize = colour(p.color), fynetheme.Size(p.size)
			t.TextStyle, t.Alignment = fyne.TextStyle{Bold: p.bold, Underline: p.under}, p.align
			Place(t, 0, float32(i)*p.lineHeight(), s.Width, p.lineHeight())
			r.objects = append(r.objects, t)
		}
	}
	r.layout = lay
	r.min = func() fyne.Size { return fyne.NewSize(40, p.HeightFor(max(40, p.BaseWidget.Size().Width))) }
	r.refresh = func() { lay(p.BaseWidget.Size()); canvas.Refresh(p) }
	return r
}
