package render

import (
	"image"
	"image/color"
	"math"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// typeface is one of the two faces used in pictures. The Go fonts cover Latin,
// Greek and Cyrillic (WGL4); other scripts show as boxes.
type typeface int

const (
	regular typeface = iota
	bold
)

// parsed returns the fonts, parsed at first use. They are embedded, so a failure to
// parse is a broken build and leaves pictures without text.
var parsed = [...]func() (*opentype.Font, error){
	regular: sync.OnceValues(func() (*opentype.Font, error) { return opentype.Parse(goregular.TTF) }),
	bold:    sync.OnceValues(func() (*opentype.Font, error) { return opentype.Parse(gobold.TTF) }),
}

const (
	minText = 5.0   // pixels
	maxText = 600.0 // pixels: larger glyphs cost too much memory
)

// newFace returns a face for one goroutine; size is the em in pixels. It is nil
// if the font is broken.
func newFace(t typeface, size float64) font.Face {
	f, err := parsed[t]()
	if err != nil {
		return nil
	}
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: min(max(size, minText), maxText), DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		return nil
	}
	return face
}

// textWidth returns the advance of s in whole pixels, rounded up.
func textWidth(f font.Face, s string) int { return font.MeasureString(f, s).Ceil() }

// drawText draws s with its baseline at (x, y).
func drawText(dst *image.RGBA, f font.Face, x, y int, s string, c color.NRGBA) {
	d := font.Drawer{Dst: dst, Src: image.NewUniform(c), Face: f, Dot: fixed.P(x, y)}
	d.DrawString(s)
}

// wrap breaks text into lines no wider than width, at spaces where it can, else
// within a word, but never before a combining mark. Line breaks in the text are
// kept. Text beyond most lines is replaced by an ellipsis. measure returns a
// string's width.
func wrap(text string, width, most int, measure func(string) int) []string {
	var lines []string
	for _, paragraph := range strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		line := ""
		for _, word := range strings.Fields(paragraph) {
			if joined := line + " " + word; line != "" && measure(joined) <= width {
				line = joined
				continue
			}
			if line != "" {
				lines = append(lines, line)
			}
			for line = word; measure(line) > width && len(lines) <= most; {
				cut := fitting(line, width, measure)
				if cut == len(line) {
					break
				}
				lines, line = append(lines, line[:cut]), line[cut:]
			}
			if len(lines) > most {
				break
			}
		}
		lines = append(lines, line)
		if len(lines) > most {
			break
		}
	}
	if len(lines) > most {
		lines = lines[:most]
		lines[most-1] = shorten(lines[most-1]+" …", width, measure)
	}
	return lines
}

// fitting returns the number of bytes of word that fit: whole characters with their
// combining marks, at least one.
func fitting(word string, width int, measure func(string) int) int {
	ends := clusterEnds(word)
	low, high := 0, len(ends)-1 // ends[low] is taken in any case
	for low < high {
		mid := (low + high + 1) / 2
		if measure(word[:ends[mid]]) <= width {
			low = mid
		} else {
			high = mid - 1
		}
	}
	return ends[low]
}

// clusterEnds returns the positions in a non-empty word where a line may end.
func clusterEnds(word string) []int {
	var ends []int
	for i, r := range word {
		if i > 0 && !unicode.Is(unicode.M, r) && r != '\u200d' {
			ends = append(ends, i)
		}
	}
	return append(ends, len(word))
}

// shorten cuts s with an ellipsis so that it is no wider than width.
func shorten(s string, width int, measure func(string) int) string {
	if measure(s) <= width {
		return s
	}
	ends := clusterEnds(s)
	for i := len(ends) - 2; i >= 0; i-- {
		if short := strings.TrimRight(s[:ends[i]], " …") + "…"; measure(short) <= width {
			return short
		}
	}
	return "…"
}

// chip is a label ready to be drawn: its text as coverage.
type chip struct {
	text *image.Alpha
	size image.Point // of the whole chip
	at   image.Point // of text in the chip
}

// textCache keeps chips by text and size. It is emptied when it has grown large.
type textCache struct {
	mu    sync.Mutex
	chips map[chipKey]chip
	faces map[float64]font.Face
}

type chipKey struct {
	text string
	size float64
}

const maxChips = 2000

func newTextCache() *textCache {
	return &textCache{chips: map[chipKey]chip{}, faces: map[float64]font.Face{}}
}

// Chips, in dp.
const (
	chipText = 12.5
	chipPadX = 6.0
	chipPadY = 3.0
	chipCorn = 4.0
	chipBand = 10.0 // striped, before the text
)

// chip returns the chip of a text; scale is pixels a dp. ok is false for a font
// that cannot be used.
func (t *textCache) chip(text string, scale float64) (c chip, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	key := chipKey{text, scale}
	if c, ok := t.chips[key]; ok {
		return c, true
	}
	if len(t.chips) > maxChips || len(t.faces) > 16 {
		t.chips, t.faces = map[chipKey]chip{}, map[float64]font.Face{}
	}
	face := t.faces[scale]
	if face == nil {
		if face = newFace(bold, chipText*scale); face == nil {
			return chip{}, false
		}
		t.faces[scale] = face
	}
	m := face.Metrics()
	ascent, descent := m.Ascent.Ceil(), m.Descent.Ceil()
	w := textWidth(face, text)
	padX, padY := int(math.Round(chipPadX*scale)), int(math.Round(chipPadY*scale))
	c.text = image.NewAlpha(image.Rect(0, 0, w, ascent+descent))
	d := font.Drawer{Dst: c.text, Src: image.Opaque, Face: face, Dot: fixed.P(0, ascent)}
	d.DrawString(text)
	c.size, c.at = image.Pt(w+2*padX, ascent+descent+2*padY), image.Pt(padX, padY)
	t.chips[key] = c
	return c, true
}
