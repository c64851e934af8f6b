package widgets

import (
	"maps"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// ListRow is a row of a List. It embeds a Control, so that it can have the focus
// and a tooltip.
type ListRow interface {
	fyne.CanvasObject
	fyne.Focusable
	control() *Control
}

// control returns the control that a row is built on.
func (c *Control) control() *Control { return c }

// listMargin is how many rows exist above and below the visible ones, so that
// Tab finds the next row.
const listMargin = 2

// List is a column of rows of one height. Only the visible rows, and a few above
// and below them, exist as widgets; a row that is scrolled out of view is used
// again for another item. The row with the focus, and the one under the pointer,
// are kept until the focus or the pointer moves on.
//
// Fyne's own List always scrolls by itself, so it cannot be a part of a panel
// that scrolls as a whole, and keeps the focus for itself, so its rows cannot
// pass their keys to the window.
//
// A List can be a part of the content of a Scroll, together with other parts
// (In), or have a Scroll of its own (Scroller).
type List[R ListRow] struct {
	*fyne.Container
	count  int
	size   fyne.Size // minimum size of a row
	gap    float32
	make   func() R
	set    func(index int, row R)
	rows   map[int]R // by item
	spare  []R
	scroll *container.Scroll
	alone  bool // scroll has no other content
}

// NewList returns an empty list with a gap between its rows. newRow returns a row
// without content; set shows an item in a row. Until In or Scroller is called,
// every row exists.
func NewList[R ListRow](gap float32, newRow func() R, set func(index int, row R)) *List[R] {
	l := &List[R]{gap: gap, make: newRow, set: set, rows: map[int]R{}}
	first := l.newRow()
	l.size, l.spare = first.MinSize(), []R{first}
	l.Container = container.New(&listLayout[R]{l})
	return l
}

// In attaches the list to the scroll that contains it. Only containers may lie
// between the scroll and the list. After resizing the scroll, call Arranged.
func (l *List[R]) In(s *container.Scroll) {
	l.scroll = s
	before := s.OnScrolled
	s.OnScrolled = func(at fyne.Position) {
		if before != nil {
			before(at)
		}
		l.Arranged()
	}
}

// Scroller returns the list in a scroll of its own.
func (l *List[R]) Scroller() fyne.CanvasObject {
	s := container.NewVScroll(l.Container)
	l.alone = true
	l.In(s)
	return Arrange(s.MinSize, func(size fyne.Size) {
		Place(s, 0, 0, size.Width, size.Height)
		l.Arranged()
	}, s)
}

// Update shows count items, all of which may have changed. It keeps the scroll
// position and the index of the focused row; if there are fewer items now, the
// last row gets the focus.
func (l *List[R]) Update(count int) {
	focused, was := l.Focused()
	l.count = count
	for i, r := range l.rows {
		if i < count {
			l.set(i, r)
		}
	}
	if l.alone {
		l.scroll.Refresh()
	}
	l.Arranged()
	if was && focused >= count {
		l.Focus(count - 1)
	}
}

// Len returns the number of items.
func (l *List[R]) Len() int { return l.count }

// Row returns the row that shows an item, if that exists.
func (l *List[R]) Row(index int) (row R, ok bool) {
	row, ok = l.rows[index]
	return row, ok
}

// Focused returns the item whose row has the focus, if one has.
func (l *List[R]) Focused() (index int, ok bool) {
	for i, r := range l.rows {
		if l.focused(r) {
			return i, true
		}
	}
	return 0, false
}

// focused reports whether a row has the focus, also while its window does not.
func (l *List[R]) focused(r R) bool {
	win := l.window()
	return r.control().focused || win != nil && win.Focused() == fyne.Focusable(r)
}

// held reports whether a row has the focus or the pointer, so that it must not
// show another item.
func (l *List[R]) held(r R) bool { return r.control().hovered || l.focused(r) }

func (l *List[R]) window() fyne.Canvas {
	return fyne.CurrentApp().Driver().CanvasForObject(l.Container)
}

// Focus scrolls an item into view and moves the focus to its row. If there is no
// such item, it removes the focus.
func (l *List[R]) Focus(index int) {
	win := l.window()
	if win == nil {
		return
	}
	l.ScrollTo(index)
	if r, ok := l.rows[index]; ok {
		win.Focus(r)
		return
	}
	win.Unfocus()
}

// ScrollTo scrolls by the least distance that brings an item into view.
func (l *List[R]) ScrollTo(index int) {
	if l.scroll == nil || index < 0 || index >= l.count {
		return
	}
	top, _ := offsetIn(l.scroll.Content, l.Container)
	top += float32(index) * l.pitch()
	at, high := l.scroll.Offset, l.scroll.Size().Height
	if at.Y+high < top+l.size.Height {
		at.Y = top + l.size.Height - high
	}
	at.Y = min(at.Y, top)
	l.scroll.ScrollToOffset(at)
	l.Arranged()
}

// Arranged adds the rows that came into view and removes those that left it. The
// list calls it when it is laid out or scrolled.
func (l *List[R]) Arranged() {
	from, to := l.visible()
	for i, r := range l.rows {
		if i >= l.count || (i < from || i >= to) && !l.held(r) {
			delete(l.rows, i)
			if !l.held(r) {
				l.spare = append(l.spare, r)
			}
		}
	}
	for i := from; i < to; i++ {
		if _, ok := l.rows[i]; !ok {
			r := l.row()
			l.rows[i] = r
			l.set(i, r)
		}
	}
	order := slices.Sorted(maps.Keys(l.rows))
	objects := make([]fyne.CanvasObject, len(order))
	for n, i := range order {
		objects[n] = l.rows[i]
		Place(objects[n], 0, float32(i)*l.pitch(), l.Size().Width, l.size.Height)
	}
	l.Objects = objects
}

// row returns an unused row.
func (l *List[R]) row() R {
	n := len(l.spare) - 1
	if n < 0 {
		return l.newRow()
	}
	r := l.spare[n]
	l.spare = l.spare[:n]
	return r
}

func (l *List[R]) newRow() R {
	r := l.make()
	r.control().list = l
	return r
}

// pitch returns the distance from one row to the next.
func (l *List[R]) pitch() float32 { return l.size.Height + l.gap }

// visible returns the range of items in view, with the margin.
func (l *List[R]) visible() (from, to int) {
	if l.scroll == nil {
		return 0, l.count
	}
	y, inside := offsetIn(l.scroll.Content, l.Container)
	if !inside {
		return 0, l.count
	}
	top, high := l.scroll.Offset.Y-y, l.scroll.Size().Height
	if high <= 0 || !l.Visible() {
		return 0, 0
	}
	from = min(max(0, int(top/l.pitch())-listMargin), l.count)
	to = min(max(from, int((top+high)/l.pitch())+1+listMargin), l.count)
	return from, to
}

// offsetIn returns the vertical position of a container within an outer one, and
// reports whether it lies in it.
func offsetIn(outer fyne.CanvasObject, inner *fyne.Container) (y float32, ok bool) {
	c, ok := outer.(*fyne.Container)
	if !ok || c == inner {
		return 0, ok
	}
	for _, part := range c.Objects {
		if y, ok := offsetIn(part, inner); ok {
			return y + part.Position().Y, true
		}
	}
	return 0, false
}

// rowHost is the list that a row belongs to.
type rowHost interface {
	// rowFocused is called when a row gets the focus.
	rowFocused(*Control)
	// rowKey handles a key that a row does not use, and reports whether the list
	// uses it.
	rowKey(*Control, *fyne.KeyEvent) bool
}

// index returns the item that a control's row shows.
func (l *List[R]) index(c *Control) (index int, ok bool) {
	for i, r := range l.rows {
		if r.control() == c {
			return i, true
		}
	}
	return 0, false
}

func (l *List[R]) rowFocused(c *Control) {
	if i, ok := l.index(c); ok {
		l.ScrollTo(i)
	}
}

func (l *List[R]) rowKey(c *Control, e *fyne.KeyEvent) bool {
	i, ok := l.index(c)
	if !ok {
		return false
	}
	switch e.Name {
	case fyne.KeyUp:
		i--
	case fyne.KeyDown:
		i++
	case fyne.KeyPageUp:
		i -= l.page()
	case fyne.KeyPageDown:
		i += l.page()
	case fyne.KeyHome:
		i = 0
	case fyne.KeyEnd:
		i = l.count - 1
	default:
		return false
	}
	l.Focus(min(max(0, i), l.count-1))
	return true
}

// page returns the number of rows that PageUp and PageDown move by, one fewer than
// fit.
func (l *List[R]) page() int {
	if l.scroll == nil {
		return l.count
	}
	return max(1, int((l.scroll.Size().Height+l.gap)/l.pitch())-1)
}

// listLayout is the layout of a List's container.
type listLayout[R ListRow] struct{ list *List[R] }

func (l *listLayout[R]) height() float32 {
	return max(0, float32(l.list.count)*l.list.pitch()-l.list.gap)
}

func (l *listLayout[R]) heightFor([]fyne.CanvasObject, float32) float32 { return l.height() }

// empty reports whether the list takes up no space.
func (l *listLayout[R]) empty() bool { return l.list.count == 0 }

// MinSize implements fyne.Layout.
func (l *listLayout[R]) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(l.list.size.Width, l.height())
}

// Layout implements fyne.Layout.
func (l *listLayout[R]) Layout([]fyne.CanvasObject, fyne.Size) { l.list.Arranged() }
