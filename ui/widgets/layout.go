package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// TallFor is what a part has whose height depends on its width.
type TallFor interface {
	// HeightFor returns the height that the part needs at a width, in dp.
	HeightFor(width float32) float32
}

// heightFor asks a part for its height at a width.
func heightFor(o fyne.CanvasObject, width float32) float32 {
	if t, ok := o.(TallFor); ok {
		return t.HeightFor(width)
	}
	if c, ok := o.(*fyne.Container); ok {
		if t, ok := c.Layout.(interface {
			heightFor([]fyne.CanvasObject, float32) float32
		}); ok {
			return t.heightFor(c.Objects, width)
		}
	}
	return o.MinSize().Height
}

// shown reports whether a part takes room: a container of ours whose parts are
// all hidden does not.
func shown(o fyne.CanvasObject) bool {
	if !o.Visible() {
		return false
	}
	c, ok := o.(*fyne.Container)
	if !ok {
		return true
	}
	switch l := c.Layout.(type) {
	case *padded:
		if !l.least.IsZero() {
			return true
		}
	case *row, *column:
	case interface{ empty() bool }:
		return !l.empty()
	default:
		return true
	}
	for _, part := range c.Objects {
		if shown(part) {
			return true
		}
	}
	return false
}

// row lays parts side by side, each as tall as the row or centred.
type row struct {
	gap  float32
	grow int // index of the part that takes the room left; -1: none
}

// Row puts parts side by side, gap apart. The part with index grow takes what
// is left; hidden parts take nothing.
func Row(gap float32, grow int, parts ...fyne.CanvasObject) *fyne.Container {
	return container.New(&row{gap, grow}, parts...)
}

func (r *row) MinSize(parts []fyne.CanvasObject) fyne.Size {
	var s fyne.Size
	n := 0
	for _, p := range parts {
		if !shown(p) {
			continue
		}
		m := p.MinSize()
		s.Width += m.Width
		s.Height = max(s.Height, m.Height)
		n++
	}
	if n > 1 {
		s.Width += r.gap * float32(n-1)
	}
	return s
}

func (r *row) Layout(parts []fyne.CanvasObject, size fyne.Size) {
	left := size.Width - r.MinSize(parts).Width
	x := float32(0)
	for i, p := range parts {
		if !shown(p) {
			continue
		}
		m := p.MinSize()
		w := m.Width
		if i == r.grow {
			w = max(0, w+left)
		}
		place(p, x, (size.Height-m.Height)/2, w, m.Height)
		x += w + r.gap
	}
}

// column lays parts one below the other, each as wide as the column.
type column struct {
	gap   float32
	width float32 // at which it was last laid out
}

// Column puts parts one below the other, gap apart; hidden parts take nothing.
func Column(gap float32, parts ...fyne.CanvasObject) *fyne.Container {
	return container.New(&column{gap: gap}, parts...)
}

func (c *column) MinSize(parts []fyne.CanvasObject) fyne.Size {
	var w float32
	for _, p := range parts {
		if shown(p) {
			w = max(w, p.MinSize().Width)
		}
	}
	return fyne.NewSize(w, c.heightFor(parts, max(c.width, w)))
}

func (c *column) heightFor(parts []fyne.CanvasObject, width float32) float32 {
	var h float32
	n := 0
	for _, p := range parts {
		if shown(p) {
			h += heightFor(p, width)
			n++
		}
	}
	if n > 1 {
		h += c.gap * float32(n-1)
	}
	return h
}

func (c *column) Layout(parts []fyne.CanvasObject, size fyne.Size) {
	c.width = size.Width
	y := float32(0)
	for _, p := range parts {
		if !shown(p) {
			continue
		}
		h := heightFor(p, size.Width)
		place(p, 0, y, size.Width, h)
		y += h + c.gap
	}
}

// padded keeps a margin around its one part, and a least size.
type padded struct {
	top, right, bottom, left float32
	least                    fyne.Size
}

// Padded keeps a margin around a part; the whole is at least as large as least.
func Padded(part fyne.CanvasObject, top, right, bottom, left float32, least fyne.Size) *fyne.Container {
	return container.New(&padded{top, right, bottom, left, least}, part)
}

func (p *padded) MinSize(parts []fyne.CanvasObject) fyne.Size {
	var s fyne.Size
	for _, o := range parts {
		if shown(o) {
			s = s.Max(o.MinSize())
		}
	}
	return s.AddWidthHeight(p.left+p.right, p.top+p.bottom).Max(p.least)
}

func (p *padded) heightFor(parts []fyne.CanvasObject, width float32) float32 {
	var h float32
	for _, o := range parts {
		if shown(o) {
			h = max(h, heightFor(o, width-p.left-p.right))
		}
	}
	return max(h+p.top+p.bottom, p.least.Height)
}

func (p *padded) Layout(parts []fyne.CanvasObject, size fyne.Size) {
	for _, o := range parts {
		place(o, p.left, p.top, size.Width-p.left-p.right, size.Height-p.top-p.bottom)
	}
}

// On puts a part on a ground with a margin around it.
func On(ground *Box, part fyne.CanvasObject, top, right, bottom, left float32) *fyne.Container {
	return container.New(&stack{}, ground, Padded(part, top, right, bottom, left, fyne.Size{}))
}

// stack lays its parts over one another and asks them for their heights.
type stack struct{}

func (*stack) MinSize(parts []fyne.CanvasObject) fyne.Size {
	var s fyne.Size
	for _, o := range parts {
		if shown(o) {
			s = s.Max(o.MinSize())
		}
	}
	return s
}

func (*stack) heightFor(parts []fyne.CanvasObject, width float32) float32 {
	var h float32
	for _, o := range parts {
		if shown(o) {
			h = max(h, heightFor(o, width))
		}
	}
	return h
}

func (*stack) Layout(parts []fyne.CanvasObject, size fyne.Size) {
	for _, o := range parts {
		place(o, 0, 0, size.Width, size.Height)
	}
}

// Arrange returns a container laid out by two functions.
func Arrange(least func() fyne.Size, lay func(fyne.Size), parts ...fyne.CanvasObject) *fyne.Container {
	return container.New(&arranged{least, lay}, parts...)
}

type arranged struct {
	least func() fyne.Size
	lay   func(fyne.Size)
}

func (a *arranged) MinSize([]fyne.CanvasObject) fyne.Size        { return a.least() }
func (a *arranged) Layout(_ []fyne.CanvasObject, size fyne.Size) { a.lay(size) }

// Place moves and sizes a part; for use in the functions of Arrange.
func Place(o fyne.CanvasObject, x, y, w, h float32) { place(o, x, y, w, h) }

// HeightFor returns the height that a part needs at a width.
func HeightFor(o fyne.CanvasObject, width float32) float32 { return heightFor(o, width) }

// halves shares the width evenly.
type halves struct{ gap float32 }

// Halves puts parts side by side, all equally wide.
func Halves(gap float32, parts ...fyne.CanvasObject) *fyne.Container {
	return container.New(&halves{gap}, parts...)
}

func (h *halves) MinSize(parts []fyne.CanvasObject) fyne.Size {
	var s fyne.Size
	for _, p := range parts {
		s = s.Max(p.MinSize())
	}
	n := float32(len(parts))
	return fyne.NewSize(s.Width*n+h.gap*(n-1), s.Height)
}

func (h *halves) heightFor(parts []fyne.CanvasObject, width float32) float32 {
	n := float32(len(parts))
	var most float32
	for _, p := range parts {
		most = max(most, heightFor(p, (width-h.gap*(n-1))/n))
	}
	return most
}

func (h *halves) Layout(parts []fyne.CanvasObject, size fyne.Size) {
	n := float32(len(parts))
	w := (size.Width - h.gap*(n-1)) / n
	for i, p := range parts {
		place(p, float32(i)*(w+h.gap), 0, w, size.Height)
	}
}

// newspaper lays parts in columns of even height, in reading order.
type newspaper struct {
	gapX, gapY float32
	columns    int
}

// Newspaper lays parts in a number of columns that are about equally high; one
// column where there is no room for more than 260 dp each.
func Newspaper(gapX, gapY float32, columns int, parts ...fyne.CanvasObject) *fyne.Container {
	return container.New(&newspaper{gapX, gapY, columns}, parts...)
}

// split returns the index at which each column begins and the highest one's
// height.
func (n *newspaper) split(parts []fyne.CanvasObject, columns int) (starts []int, height float32) {
	var total float32
	for _, p := range parts {
		total += p.MinSize().Height + n.gapY
	}
	var h float32
	starts = []int{0}
	for i, p := range parts {
		add := p.MinSize().Height + n.gapY
		if h > 0 && h+add/2 > total/float32(columns) && len(starts) < columns {
			starts, height, h = append(starts, i), max(height, h), 0
		}
		h += add
	}
	return starts, max(height, h) - n.gapY
}

func (n *newspaper) MinSize(parts []fyne.CanvasObject) fyne.Size {
	_, h := n.split(parts, n.columns)
	return fyne.NewSize(260, h)
}

func (n *newspaper) Layout(parts []fyne.CanvasObject, size fyne.Size) {
	columns := n.columns
	for columns > 1 && (size.Width-n.gapX*float32(columns-1))/float32(columns) < 200 {
		columns--
	}
	starts, _ := n.split(parts, columns)
	w := (size.Width - n.gapX*float32(columns-1)) / float32(columns)
	for c, from := range starts {
		to := len(parts)
		if c+1 < len(starts) {
			to = starts[c+1]
		}
		y := float32(0)
		for _, p := range parts[from:to] {
			h := p.MinSize().Height
			place(p, float32(c)*(w+n.gapX), y, w, h)
			y += h + n.gapY
		}
	}
}
