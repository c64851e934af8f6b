package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// TallFor is implemented by objects whose height depends on their width.
type TallFor interface {
	// HeightFor returns the height in dp that the object needs at a width.
	HeightFor(width float32) float32
}

// heightFor returns the height that an object needs at a width: that of TallFor,
// of a layout of this package, or its minimum height.
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

// shown reports whether a part takes up space. A row, column or margin whose
// parts are all hidden does not, nor does an empty list.
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
		if !l.minSize.IsZero() {
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

// row is the layout of Row.
type row struct {
	gap  float32
	grow int // index of the part that takes the remaining width, or -1
}

// Row returns a container with parts side by side, gap apart and vertically
// centred. The part with index grow takes the remaining width; hidden parts take
// up no space.
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
		Place(p, x, (size.Height-m.Height)/2, w, m.Height)
		x += w + r.gap
	}
}

// column is the layout of Column.
type column struct {
	gap   float32
	width float32 // at which it was last laid out
}

// Column returns a container with parts one below the other, gap apart, each as
// wide as the column. Hidden parts take up no space.
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
		Place(p, 0, y, size.Width, h)
		y += h + c.gap
	}
}

// padded is the layout of Padded.
type padded struct {
	top, right, bottom, left float32
	minSize                  fyne.Size
}

// Padded returns a container with a margin around a part, and a minimum size.
func Padded(part fyne.CanvasObject, top, right, bottom, left float32, minSize fyne.Size) *fyne.Container {
	return container.New(&padded{top, right, bottom, left, minSize}, part)
}

func (p *padded) MinSize(parts []fyne.CanvasObject) fyne.Size {
	var s fyne.Size
	for _, o := range parts {
		if shown(o) {
			s = s.Max(o.MinSize())
		}
	}
	return s.AddWidthHeight(p.left+p.right, p.top+p.bottom).Max(p.minSize)
}

func (p *padded) heightFor(parts []fyne.CanvasObject, width float32) float32 {
	var h float32
	for _, o := range parts {
		if shown(o) {
			h = max(h, heightFor(o, width-p.left-p.right))
		}
	}
	return max(h+p.top+p.bottom, p.minSize.Height)
}

func (p *padded) Layout(parts []fyne.CanvasObject, size fyne.Size) {
	for _, o := range parts {
		Place(o, p.left, p.top, size.Width-p.left-p.right, size.Height-p.top-p.bottom)
	}
}

// On returns a container with a part, and a margin around it, on a background.
func On(background *Box, part fyne.CanvasObject, top, right, bottom, left float32) *fyne.Container {
	return container.New(&stack{}, background, Padded(part, top, right, bottom, left, fyne.Size{}))
}

// stack is a layout that gives each part the whole size.
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
		Place(o, 0, 0, size.Width, size.Height)
	}
}

// Arrange returns a container whose minimum size and layout are functions.
func Arrange(minSize func() fyne.Size, lay func(fyne.Size), parts ...fyne.CanvasObject) *fyne.Container {
	return container.New(&arranged{minSize, lay}, parts...)
}

type arranged struct {
	minSize func() fyne.Size
	lay     func(fyne.Size)
}

func (a *arranged) MinSize([]fyne.CanvasObject) fyne.Size        { return a.minSize() }
func (a *arranged) Layout(_ []fyne.CanvasObject, size fyne.Size) { a.lay(size) }

// HeightFor returns the height that an object needs at a width.
func HeightFor(o fyne.CanvasObject, width float32) float32 { return heightFor(o, width) }

// halves is the layout of Halves.
type halves struct{ gap float32 }

// Halves returns a container with parts side by side, all equally wide.
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
	var highest float32
	for _, p := range parts {
		highest = max(highest, heightFor(p, (width-h.gap*(n-1))/n))
	}
	return highest
}

func (h *halves) Layout(parts []fyne.CanvasObject, size fyne.Size) {
	n := float32(len(parts))
	w := (size.Width - h.gap*(n-1)) / n
	for i, p := range parts {
		Place(p, float32(i)*(w+h.gap), 0, w, size.Height)
	}
}

// newspaper is the layout of Newspaper.
type newspaper struct {
	gapX, gapY float32
	columns    int
}

// Newspaper returns a container with parts in columns of about the same height,
// in reading order. There are fewer columns where one would be narrower than
// 200 dp.
func Newspaper(gapX, gapY float32, columns int, parts ...fyne.CanvasObject) *fyne.Container {
	return container.New(&newspaper{gapX, gapY, columns}, parts...)
}

// split returns the index of the first part of each column, and the height of the
// highest column.
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
			Place(p, float32(c)*(w+n.gapX), y, w, h)
			y += h + n.gapY
		}
	}
}
