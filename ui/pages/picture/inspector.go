package picture

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"descry/ui/pages/parts"
	"descry/ui/state/core"
	"descry/ui/state/picture"
	"descry/ui/theme"
	"descry/ui/widgets"
)

// lowPanel is the height in dp below which the notice scrolls with the rest.
const lowPanel float32 = 620

// inspector is the panel at the right: caption, other captions, objects, the
// legend of the class map, and at its foot a notice and two buttons.
type inspector struct {
	box     *fyne.Container
	send    parts.Sender
	menu    func(items []*fyne.MenuItem, at fyne.Position)
	shown   picture.Panel
	body    *fyne.Container
	scroll  *container.Scroll
	notices [2]*parts.NoticeCard // at the foot, and in the list where the panel is low
	noticed bool
	copyAlt *widgets.Button
	export  *widgets.Button

	captionPart
	objectPart
	classPart
}

// captionPart is the caption and the alternatives.
type captionPart struct {
	title, sure       *widgets.Text
	editor            *widgets.Editor
	serial            uint64            // counts what was typed
	picture           picture.PictureID // whose caption is in the field
	length            *widgets.Text
	lengthBox         *fyne.Container
	copyB, undo, redo *widgets.Button
	again, how        *widgets.Button
	fail              *failureCard
	alternativesTitle *widgets.Text
	alternatives      *fyne.Container
	alternativesBones *widgets.Bones
}

// objectPart is the list of objects.
type objectPart struct {
	objTitle, objShown *widgets.Text
	sort               *widgets.Button
	objects            *widgets.List[*widgets.ObjectRow]
	objBones           *widgets.Bones
	empty, more        *widgets.Paragraph
	moreB, hiddenB     *widgets.Button
	second             *widgets.CheckRow
	objFail            *failureCard
}

// classPart is the legend of the class map.
type classPart struct {
	rule       fyne.CanvasObject
	classTitle *widgets.Text
	legend     *fyne.Container
	classBones *widgets.Bones
	classEmpty *widgets.Paragraph
	classFail  *failureCard
}

// newInspector makes the panel; menu shows a pop-up menu.
func newInspector(send parts.Sender, menu func([]*fyne.MenuItem, fyne.Position)) *inspector {
	p := &inspector{send: send, menu: menu}
	for i := range p.notices {
		p.notices[i] = parts.NewNoticeCard(send)
	}
	p.copyAlt = widgets.NewButton(widgets.Secondary, "", "", nil).Sized(120, 34)
	p.export = widgets.NewButton(widgets.Secondary, "", "", nil).Sized(120, 34)
	foot := widgets.Column(14, p.notices[0].Box(), widgets.Halves(8, p.copyAlt, p.export))
	p.body = widgets.Column(8, p.makeCaption(), p.makeOthers(),
		widgets.Padded(widgets.NewRule(), 8, 0, 8, 0, fyne.NewSize(0, 17)), p.makeObjects(), p.makeClasses(), p.notices[1].Box())
	p.scroll = container.NewVScroll(widgets.Padded(p.body, 16, 16, 16, 16, fyne.Size{}))
	p.objects.In(p.scroll)
	ground, line := widgets.NewBox(theme.Panel, "", 0), widgets.NewBox(theme.Line, "", 0)
	p.box = widgets.Arrange(func() fyne.Size { return fyne.NewSize(280, 200) }, func(s fyne.Size) {
		widgets.Place(ground, 0, 0, s.Width, s.Height)
		widgets.Place(line, 0, 0, 1, s.Height)
		widgets.SetVisible(p.notices[0].Box(), p.noticed && s.Height >= lowPanel)
		widgets.SetVisible(p.notices[1].Box(), p.noticed && s.Height < lowPanel)
		h := widgets.HeightFor(foot, s.Width-32)
		widgets.Place(foot, 16, s.Height-h-20, s.Width-32, h)
		widgets.Place(p.scroll, 1, 0, s.Width-1, max(0, s.Height-h-32))
		p.objects.Arranged()
	}, ground, line, p.scroll, foot)
	return p
}

func (p *inspector) makeCaption() fyne.CanvasObject {
	c := &p.captionPart
	c.title, c.sure, c.length = parts.Heading(), parts.Secondary(), parts.Secondary()
	c.lengthBox = widgets.Padded(c.length, 0, 4, 0, 0, fyne.NewSize(0, 28)) // as high as the buttons beside it
	c.editor = widgets.NewEditor(2, func(text string) {
		c.serial++
		p.send(picture.CaptionEdited{Picture: c.picture, Text: text, Serial: c.serial})
	})
	small := func() *widgets.Button {
		return widgets.NewButton(widgets.Secondary, "", "", nil).Tight().Sized(54, 28)
	}
	c.copyB, c.undo, c.redo, c.again = small(), small(), small(), small()
	c.how = widgets.NewButton(widgets.Muted, "", "", nil)
	c.fail = newFailureCard(p.send)
	return widgets.Column(8,
		widgets.Padded(widgets.Row(8, 0, c.title, c.sure, c.how), 0, 4, 0, 4, fyne.NewSize(0, 30)), c.editor,
		widgets.Padded(widgets.Flow(6, c.copyB, c.undo, c.redo, c.again, c.lengthBox), 0, 0, 0, 4, fyne.Size{}), c.fail)
}

func (p *inspector) makeOthers() fyne.CanvasObject {
	c := &p.captionPart
	c.alternativesTitle, c.alternatives, c.alternativesBones = parts.Heading(), widgets.Column(4), widgets.NewBones(1)
	return widgets.Column(6, widgets.Padded(c.alternativesTitle, 4, 0, 0, 4, fyne.Size{}), c.alternatives, c.alternativesBones)
}

func (p *inspector) makeObjects() fyne.CanvasObject {
	o := &p.objectPart
	o.objTitle, o.objShown = parts.Heading(), parts.Secondary()
	o.sort = widgets.NewButton(widgets.Muted, "", "", nil).After(widgets.IconDown)
	o.sort.OnTap(p.sortMenu)
	o.objects = widgets.NewList(2, func() *widgets.ObjectRow { return widgets.NewObjectRow(p.objectActs()) }, p.showObject)
	o.objBones = widgets.NewBones(3)
	o.empty = widgets.NewParagraph("", theme.Text, theme.SizeBody, false)
	o.more = widgets.NewParagraph("", theme.Secondary, theme.SizeLabel, false)
	o.moreB = widgets.NewButton(widgets.Link, "", "", nil)
	o.hiddenB = widgets.NewButton(widgets.Link, "", "", nil)
	o.second = widgets.NewCheckRow("", "", nil)
	o.objFail = newFailureCard(p.send)
	return widgets.Column(4,
		widgets.Padded(widgets.Row(12, 1, o.objTitle, o.objShown, o.sort), 0, 0, 0, 4, fyne.NewSize(0, 30)), o.objBones, o.objects.Container,
		widgets.Padded(o.empty, 4, 4, 0, 4, fyne.Size{}),
		widgets.Padded(widgets.Row(8, 0, o.more, o.moreB), 4, 4, 0, 4, fyne.Size{}),
		widgets.Padded(widgets.Row(0, -1, o.hiddenB), 0, 4, 0, 4, fyne.Size{}),
		widgets.Padded(o.second, 4, 0, 0, 0, fyne.Size{}), o.objFail)
}

func (p *inspector) makeClasses() fyne.CanvasObject {
	c := &p.classPart
	c.rule = widgets.Padded(widgets.NewRule(), 8, 0, 8, 0, fyne.NewSize(0, 17))
	c.classTitle, c.legend, c.classBones = parts.Heading(), widgets.Column(0), widgets.NewBones(2)
	c.classEmpty = widgets.NewParagraph("", theme.Secondary, theme.SizeLabel, false)
	c.classFail = newFailureCard(p.send)
	return widgets.Column(4, c.rule, widgets.Padded(c.classTitle, 0, 0, 4, 4, fyne.Size{}), c.classBones, c.legend,
		widgets.Padded(c.classEmpty, 0, 4, 0, 4, fyne.Size{}), c.classFail)
}

// show paints the panel.
func (p *inspector) show(s picture.Panel) {
	p.shown = s
	p.showCaption(s.Caption)
	p.showObjects(s.Objects)
	p.showClasses(s.Classes)
	p.noticed = s.Notice != nil
	for _, n := range p.notices {
		n.Show(s.Notice)
	}
	p.send.Button(p.copyAlt, s.CopyAlt)
	p.send.Button(p.export, s.Export)
	p.relayout()
}

func (p *inspector) showCaption(s picture.CaptionPart) {
	c := &p.captionPart
	c.title.SetText(s.Title)
	c.sure.SetText(s.Sure)
	c.editor.SetPlaceHolder(s.Placeholder)
	c.editor.SetEditable(s.Editable)
	// A screen that was made before the last letters were typed must not take
	// them back.
	if s.Serial >= c.serial || s.Picture != c.picture {
		c.editor.SetText(s.Text, s.Busy)
	}
	c.picture = s.Picture
	c.length.SetText(s.Length)
	widgets.SetVisible(c.lengthBox, s.Length != "")
	if s.TooLong {
		c.length.SetStyle(theme.Notice, true)
	} else {
		c.length.SetStyle(theme.Secondary, false)
	}
	p.send.Button(c.copyB, s.Copy)
	p.send.Button(c.undo, s.Undo)
	p.send.Button(c.redo, s.Redo)
	if !s.Redo.Enabled { // room is scarce: it is there when there is something to bring back
		c.redo.Hide()
	}
	p.send.Button(c.again, s.Again)
	p.send.Button(c.how, s.How)
	c.fail.show(s.Failure)
	c.alternativesTitle.SetText(s.AlternativesTitle)
	widgets.SetVisible(c.alternativesTitle, len(s.Alternatives) > 0 || s.AlternativesBusy)
	widgets.SetVisible(c.alternativesBones, s.AlternativesBusy && len(s.Alternatives) == 0)
	for len(c.alternatives.Objects) < len(s.Alternatives) {
		c.alternatives.Objects = append(c.alternatives.Objects, widgets.NewCandidateRow(nil))
	}
	for i, o := range c.alternatives.Objects {
		widgets.SetVisible(o, i < len(s.Alternatives))
		if i < len(s.Alternatives) {
			o.(*widgets.CandidateRow).Set(s.Alternatives[i].Text, s.Alternatives[i].Likely, p.send.Do(s.Alternatives[i].Do))
		}
	}
}

func (p *inspector) showObjects(s picture.ObjectsPart) {
	o := &p.objectPart
	o.objTitle.SetText(s.Title)
	o.objShown.SetText(s.Shown)
	o.sort.SetText(s.Sort)
	widgets.SetVisible(o.sort, s.Sort != "" && len(s.Rows) > 1)
	widgets.SetVisible(o.objBones, s.Busy)
	o.objects.Update(len(s.Rows))
	o.empty.SetText(s.Empty)
	widgets.SetVisible(o.empty, s.Empty != "")
	o.more.SetText(s.More)
	widgets.SetVisible(o.more, s.More != "")
	p.send.Button(o.moreB, s.MoreButton)
	p.send.Button(o.hiddenB, s.ShowHidden)
	p.send.Check(o.second, s.SecondNames)
	o.objFail.show(s.Failure)
}

// showObject shows an object in a row of the list.
func (p *inspector) showObject(i int, row *widgets.ObjectRow) {
	r := p.shown.Objects.Rows[i]
	row.Set(widgets.ObjectData{
		Index: r.Object, Name: r.Name, Detail: r.Detail, Score: r.Score, Colour: swatch(r.Tint), Shown: r.Shown, Highlighted: r.Hovered || r.Selected,
	})
}

// objectActs are what the rows ask for. They know objects by their index, so
// that a row can be used for another object.
func (p *inspector) objectActs() widgets.ObjectHandlers {
	return widgets.ObjectHandlers{
		Toggle: func(object int, _ bool) { p.send(picture.ObjectToggled{Object: object}) },
		Zoom:   func(object int) { p.send(picture.LookedAt{Object: object}) },
		Hover:  func(object int) { p.send(picture.Hovered{Object: object}) },
		Menu:   p.objectMenu,
	}
}

// objectMenu shows what can be done with one object.
func (p *inspector) objectMenu(object int, at fyne.Position) {
	for _, r := range p.shown.Objects.Rows {
		if r.Object != object {
			continue
		}
		var items []*fyne.MenuItem
		for _, b := range []core.Button{r.Look, r.Toggle, r.SavePNG} {
			if b.None() {
				continue
			}
			item := fyne.NewMenuItem(b.Text, p.send.Do(b.Do))
			item.Disabled = !b.Enabled
			items = append(items, item)
		}
		p.menu(items, at)
		return
	}
}

// sortMenu shows the orders of the list.
func (p *inspector) sortMenu() {
	var items []*fyne.MenuItem
	for _, c := range p.shown.Objects.Sorts {
		item := fyne.NewMenuItem(c.Text, p.send.Do(c.Do))
		item.Checked = c.On
		items = append(items, item)
	}
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(p.sort)
	p.menu(items, at.AddXY(0, p.sort.Size().Height+2))
}

// legendActs are what the rows of the legend ask for.
func (p *inspector) legendActs() widgets.LegendHandlers {
	return widgets.LegendHandlers{
		Toggle: func(class int) { p.send(picture.ClassToggled{Class: class}) },
		Point:  func(class int) { p.send(picture.ClassPointed{Class: class, Listed: true}) },
	}
}

func (p *inspector) showClasses(s picture.ClassesPart) {
	c := &p.classPart
	c.classTitle.SetText(s.Title)
	for len(c.legend.Objects) < len(s.Rows) {
		c.legend.Objects = append(c.legend.Objects, widgets.NewLegendRow(p.legendActs()))
	}
	for i, o := range c.legend.Objects {
		widgets.SetVisible(o, s.Shown && i < len(s.Rows))
		if i < len(s.Rows) {
			r := s.Rows[i]
			o.(*widgets.LegendRow).Set(widgets.LegendData{Class: r.Class, Name: r.Name, Share: r.Share, Colour: swatch(r.Tint), Shown: r.Shown, Highlighted: r.Pointed})
		}
	}
	words := s.Empty
	if words == "" {
		words = s.Note
	}
	c.classEmpty.SetText(words)
	widgets.SetVisible(c.rule, s.Shown)
	widgets.SetVisible(c.classTitle, s.Shown)
	widgets.SetVisible(c.classBones, s.Shown && s.Busy)
	widgets.SetVisible(c.classEmpty, s.Shown && words != "")
	if s.Shown {
		c.classFail.show(s.Failure)
	} else {
		c.classFail.show(nil)
	}
}

// relayout computes the heights anew after the content changed.
func (p *inspector) relayout() {
	p.box.Layout.Layout(nil, p.box.Size())
	p.scroll.Content.Refresh()
	p.scroll.Refresh()
}
