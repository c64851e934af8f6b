package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	fynetheme "fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
	fynetooltip "github.com/dweymouth/fyne-tooltip"

	"descry/ui/pages/parts"
	"descry/ui/state"
	"descry/ui/state/core"
	"descry/ui/theme"
	"descry/ui/widgets"
)

// sheets shows the page of the state's open sheet over the window.
type sheets struct {
	win  fyne.Canvas
	send parts.Sender
	make func(id core.PageID) parts.Page // nil: there is no such page

	open  core.PageID
	page  parts.Page
	pop   *widget.PopUp
	title *widgets.Text
	size  fyne.Size
	last  any
}

func newSheets(win fyne.Canvas, send parts.Sender, pixels parts.Pixels, dispatch func(func())) *sheets {
	tools := parts.Tools{Send: send, Pixels: pixels, Dispatch: dispatch}
	return &sheets{win: win, send: send, make: func(id core.PageID) parts.Page {
		if build := sheetPages[id]; build != nil {
			return build(tools)
		}
		return nil
	}}
}

// show opens, paints or closes.
func (s *sheets) show(v state.View) {
	if v.ID != s.open {
		s.shut()
		s.open = v.ID
		if page := s.make(v.ID); page != nil {
			s.begin(page)
		}
	}
	if s.page == nil {
		return
	}
	if again := s.title.Text() == ""; again || differs(s.last, v.Content) {
		s.title.SetText(s.page.Show(v.Content))
		if f, ok := s.page.(parts.Fitting); ok {
			if size := f.Wants(); size != s.size {
				s.size = size
				s.fit()
			}
		}
		s.pop.Content.Refresh()
	}
	s.last = v.Content
}

// sheetMargin is the space around a page in dp, which its size does not count.
const sheetMargin = 12

// begin shows a new page.
func (s *sheets) begin(page parts.Page) {
	s.page = page
	content, size := s.page.Body()
	s.size = size
	s.title = widgets.NewText("", theme.Text, fynetheme.SizeNameSubHeadingText, true).Cut()
	head := widgets.Row(8, 0, s.title, widgets.NewIconButton(widgets.Quiet, widgets.IconClose, "Close (Esc)", s.send.Do(core.SheetOpened{Sheet: core.SheetNone})))
	whole := container.NewBorder(widgets.Padded(head, 8+sheetMargin/2, 4+sheetMargin, 10, 8+sheetMargin, fyne.Size{}), nil, nil, nil,
		widgets.Padded(content, 0, 8+sheetMargin, 8+sheetMargin, 8+sheetMargin, fyne.Size{}))
	s.pop = widget.NewModalPopUp(whole, s.win)
	fynetooltip.AddPopUpToolTipLayer(s.pop)
	s.fit()
	s.pop.Show()
}

// fit keeps the sheet within the window, in its middle.
func (s *sheets) fit() {
	if s.pop != nil {
		win := s.win.Size()
		size := fyne.NewSize(min(s.size.Width+2*sheetMargin, win.Width-32), min(s.size.Height+1.5*sheetMargin, win.Height-32))
		s.pop.Resize(size)
		s.pop.Move(fyne.NewPos((win.Width-size.Width)/2, (win.Height-size.Height)/2)) // an open one stays where it was
	}
}

// shut takes the sheet away.
func (s *sheets) shut() {
	if s.pop == nil {
		return
	}
	s.page.Close()
	s.pop.Hide()
	fynetooltip.DestroyPopUpToolTipLayer(s.pop)
	s.pop, s.page = nil, nil
}
