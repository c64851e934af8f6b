package ui

import (
	"fyne.io/fyne/v2"

	"descry/settings"
	"descry/ui/pages/parts"
	"descry/ui/state"
	"descry/ui/state/core"
	"descry/ui/theme"
	"descry/ui/widgets"
)

const (
	toolBarHeight   float32 = 52
	statusBarHeight float32 = 30
)

// layerIcons are the toggles' icons where there is no room for words.
var layerIcons = map[settings.Layer]widgets.IconName{
	settings.LayerMasks:    widgets.IconMasks,
	settings.LayerOutlines: widgets.IconOutlines,
	settings.LayerBoxes:    widgets.IconBoxes,
	settings.LayerLabels:   widgets.IconLabels,
	settings.LayerClasses:  widgets.IconClasses,
}

// toolBar is the strip at the top: open, walk, name, toggles, menu, save.
type toolBar struct {
	box          *fyne.Container
	send         parts.Sender
	ground, line *widgets.Box
	open         *widgets.Button
	back, next   *widgets.Button
	name, count  *widgets.Text
	pills        []*widgets.Button
	layers       []state.LayerToggle
	few          *widgets.Button // in place of the toggles where they have no room: a menu of them
	menu         *widgets.Button
	panel, save  *widgets.Button
	models       *widgets.Button // on the start page
	picture      bool            // a picture is shown, not the start page
}

// newToolBar makes the bar; menu opens all menus under a button, list a menu of
// its own.
func newToolBar(send parts.Sender, menu func(below fyne.CanvasObject), list func(items []*fyne.MenuItem, below fyne.CanvasObject)) *toolBar {
	t := &toolBar{
		send:   send,
		ground: widgets.NewBox(theme.Panel, "", 0),
		line:   widgets.NewBox(theme.Line, "", 0),
		open:   widgets.NewButton(widgets.Secondary, "Open…", "", nil).Sized(76, 32),
		back:   widgets.NewIconButton(widgets.Secondary, widgets.IconBack, "", nil).Sized(32, 32),
		next:   widgets.NewIconButton(widgets.Secondary, widgets.IconNext, "", nil).Sized(32, 32),
		name:   widgets.NewText("Descry", theme.Text, theme.SizeBody, true).Cut(),
		count:  widgets.NewText("", theme.Secondary, theme.SizeLabel, false),
		few:    widgets.NewButton(widgets.Pill, "Show", "Choose what is drawn over the picture", nil).After(widgets.IconDown).Sized(78, 30),
		menu:   widgets.NewIconButton(widgets.Quiet, widgets.IconMore, "Menu: all commands (F10)", nil).Sized(32, 32),
		models: widgets.NewButton(widgets.Secondary, "", "", nil).Sized(96, 32),
		panel:  widgets.NewIconButton(widgets.Quiet, widgets.IconPanel, "", nil).Sized(32, 32),
		save:   widgets.NewButton(widgets.Primary, "Save picture…", "", nil).Sized(138, 32),
	}
	t.menu.OnTap(func() { menu(t.menu) })
	t.few.OnTap(func() { list(t.layerItems(), t.few) })
	t.box = widgets.Arrange(func() fyne.Size { return fyne.NewSize(420, toolBarHeight) }, t.lay,
		t.ground, t.line, t.open, t.back, t.next, t.name, t.count, t.few, t.menu, t.models, t.panel, t.save)
	return t
}

// show paints the bar.
func (t *toolBar) show(s state.ToolBar) {
	before := t.fingerprint()
	t.picture = len(s.Layers) > 0
	t.name.SetText(s.Name)
	t.count.SetText(s.Place)
	t.send.Button(t.open, s.Open)
	t.send.Icon(t.back, s.Back)
	t.send.Icon(t.next, s.Next)
	t.send.Icon(t.panel, s.Panel)
	widgets.SetVisible(t.panel, !s.Panel.None())
	t.send.Button(t.save, s.Save)
	t.send.Button(t.models, s.Models)
	for len(t.pills) < len(s.Layers) {
		pill := widgets.NewButton(widgets.Pill, "", "", nil)
		t.pills = append(t.pills, pill)
		t.box.Objects = append(t.box.Objects, pill)
	}
	t.layers = s.Layers
	for i, l := range s.Layers {
		t.send.Icon(t.pills[i], l.Button)
	}
	if t.fingerprint() != before {
		t.lay(t.box.Size())
	}
}

// fingerprint changes when the parts have to be placed anew.
func (t *toolBar) fingerprint() string {
	f := t.name.Text() + "\n" + t.count.Text() + "\n" + t.open.Text() + "\n" + t.save.Text()
	for _, on := range []bool{t.picture, t.save.Visible(), t.panel.Visible(), t.models.Visible()} {
		if on {
			f += "+"
		}
		f += "|"
	}
	return f
}

// lay puts left, middle and right groups; toggles are words where they fit and
// icons where they do not.
func (t *toolBar) lay(s fyne.Size) {
	const h, y = 32, (toolBarHeight - 1 - 32) / 2
	widgets.Place(t.ground, 0, 0, s.Width, s.Height)
	widgets.Place(t.line, 0, s.Height-1, s.Width, 1)
	for _, b := range []fyne.CanvasObject{t.back, t.next, t.count} {
		widgets.SetVisible(b, t.picture)
	}
	x := theme.GapWide
	put := func(b *widgets.Button, gap float32) {
		w := b.MinSize().Width
		widgets.Place(b, x, y, w, h)
		x += w + gap
	}
	put(t.open, 8)
	if t.picture {
		put(t.back, 4)
		put(t.next, 12)
	} else {
		x += 8
	}
	right := s.Width - theme.GapWide
	for _, b := range []*widgets.Button{t.save, t.models, t.panel, t.menu} {
		if !b.Visible() {
			continue
		}
		w := b.MinSize().Width
		right -= w
		widgets.Place(b, right, y, w, h)
		right -= 8
	}
	t.layMiddle(s.Width, x, right)
}

// layerItems are the toggles as a menu.
func (t *toolBar) layerItems() []*fyne.MenuItem {
	var items []*fyne.MenuItem
	for _, l := range t.layers {
		item := fyne.NewMenuItem(l.Text, t.send.Do(l.Do))
		item.Checked, item.Disabled = l.On, !l.Enabled
		items = append(items, item)
	}
	return items
}

// layMiddle shares the room between name and toggles: as words, as icons, or
// where a name would be left no room beside those, as one button with a menu.
func (t *toolBar) layMiddle(width, left, right float32) {
	nameW, countW := t.name.Wanted(), t.count.MinSize().Width
	if !t.picture {
		for _, p := range t.pills {
			widgets.SetVisible(p, false)
		}
		widgets.SetVisible(t.few, false)
		widgets.Place(t.name, left, 0, max(0, min(nameW, right-left)), toolBarHeight-1)
		return
	}
	pillsW := t.setPills(true)
	if right-left-pillsW < 16+min(nameW, 120)+6+countW {
		pillsW = t.setPills(false)
	}
	const between = 30 // name, place in the folder and toggles, with what keeps them apart
	short := right-left-pillsW < between+countW+min(nameW, 90)
	if widgets.SetVisible(t.few, short); short {
		pillsW = t.few.MinSize().Width
		for _, p := range t.pills {
			widgets.SetVisible(p, false)
		}
		if countW+between > right-left-pillsW-60 { // the title of the window has the place too
			countW = 0
		}
	}
	widgets.SetVisible(t.count, countW > 0)
	start := min(max((width-pillsW)/2, left+min(nameW, 160)+countW+between), right-pillsW-8)
	widgets.Place(t.few, start, (toolBarHeight-1-30)/2, pillsW, 30)
	x := start
	for _, p := range t.pills {
		w := p.MinSize().Width
		widgets.Place(p, x, (toolBarHeight-1-30)/2, w, 30)
		x += w + 6
	}
	nameW = max(0, min(nameW, start-left-countW-22))
	widgets.Place(t.name, left, 0, nameW, toolBarHeight-1)
	widgets.Place(t.count, left+nameW+6, 1, countW, toolBarHeight-1)
}

// setPills shows the toggles as words or icons and gives their whole width.
func (t *toolBar) setPills(words bool) float32 {
	var sum float32
	for i, p := range t.pills {
		widgets.SetVisible(p, i < len(t.layers))
		if i >= len(t.layers) {
			continue
		}
		if words {
			p.SetIcon("", t.layers[i].Text, fyne.NewSize(78, 30))
		} else {
			p.SetIcon(layerIcons[t.layers[i].Layer], "", fyne.NewSize(38, 30))
		}
		sum += p.MinSize().Width + 6
	}
	return sum - 6
}

// statusBar is the strip at the foot: what runs or how long it took, and the
// chips of model and device.
type statusBar struct {
	box           *fyne.Container
	send          parts.Sender
	text          *widgets.Text
	model, device *widgets.Chip
	pull          *widgets.Chip // the downloads under way
}

func newStatusBar(send parts.Sender) *statusBar {
	b := &statusBar{
		send:   send,
		text:   widgets.NewText("", theme.Secondary, theme.SizeSecondary, false).Cut(),
		model:  widgets.NewChip("", "", nil),
		device: widgets.NewChip("", "", nil),
		pull:   widgets.NewChip("", "", nil),
	}
	ground, line := widgets.NewBox(theme.Panel, "", 0), widgets.NewBox(theme.Line, "", 0)
	b.box = widgets.Arrange(func() fyne.Size { return fyne.NewSize(300, statusBarHeight) }, func(s fyne.Size) {
		widgets.Place(ground, 0, 0, s.Width, s.Height)
		widgets.Place(line, 0, 0, s.Width, 1)
		x := s.Width - 12
		for _, c := range []*widgets.Chip{b.device, b.model, b.pull} {
			if !c.Visible() {
				continue
			}
			w := c.MinSize().Width
			x -= w
			widgets.Place(c, x, (s.Height-22)/2+0.5, w, 22)
			x -= 8
		}
		widgets.Place(b.text, 14, 0, max(0, x-22), s.Height)
	}, ground, line, b.text, b.pull, b.model, b.device)
	return b
}

// show paints the bar.
func (b *statusBar) show(s state.StatusBar) {
	b.text.SetText(s.Text)
	before := b.pull.Text() + "|" + b.model.Text() + "|" + b.device.Text()
	for _, c := range []struct {
		chip *widgets.Chip
		b    core.Button
	}{{b.pull, s.Pull}, {b.model, s.Model}, {b.device, s.Device}} {
		c.chip.Set(c.b.Text, c.b.Tip)
		c.chip.OnTap(b.send.Do(c.b.Do))
		widgets.SetVisible(c.chip, c.b.Text != "")
	}
	b.pull.Fill(s.Part)
	if b.pull.Text()+"|"+b.model.Text()+"|"+b.device.Text() != before {
		b.box.Refresh()
	}
}
