package ui

import (
	"fmt"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"descry/ui/theme"
	"descry/ui/widgets"
)

// lowPanel is the height in dp below which the notice scrolls with the rest.
const lowPanel float32 = 620

// inspectorActs are what the panel can ask for.
type inspectorActs struct {
	edit               func(text string)
	copy, undo, again  func()
	copyAlt, export    func()
	sort               func(below fyne.CanvasObject)
	more               func()
	secondNames        func()
	notice, noticeGone func()
	object             widgets.ObjectActs
}

// inspector is the panel at the right: caption, other captions, objects, the
// legend of the class map, and at its foot a notice and two buttons.
type inspector struct {
	*fyne.Container
	sure        *widgets.Text
	editor      *widgets.Editor
	length      *widgets.Text
	copyB, undo *widgets.Button
	again       *widgets.Button
	captionFail *failureCard
	otherHead   *widgets.Text
	others      *fyne.Container
	shown       *widgets.Text
	sort        *widgets.Button
	objects     *fyne.Container
	bones       *widgets.Bones
	empty       *widgets.Paragraph
	moreText    *widgets.Paragraph
	moreLink    *widgets.Button
	moreRow     *fyne.Container
	second      *widgets.CheckRow
	objectFail  *failureCard
	legendRule  fyne.CanvasObject
	legendHead  *widgets.Text
	legend      *fyne.Container
	legendBones *widgets.Bones
	classFail   *failureCard
	notices     [2]*widgets.Notice // at the foot, and in the list where the panel is low
	noticed     bool
	foot        *fyne.Container
	body        *fyne.Container
	scroll      *container.Scroll
	acts        inspectorActs
}

func newInspector(acts inspectorActs) *inspector {
	p := &inspector{acts: acts}
	for i := range p.notices {
		p.notices[i] = widgets.NewNotice(acts.notice, acts.noticeGone)
		p.notices[i].Hide()
	}
	copyAlt := widgets.NewButton(widgets.Secondary, "Copy for alt text", "Copy the caption as alt text (Ctrl+Shift+C)", acts.copyAlt).Sized(120, 34)
	export := widgets.NewButton(widgets.Secondary, "Export…", "Write caption, objects or class map to files (Ctrl+E)", acts.export).Sized(120, 34)
	p.foot = widgets.Column(14, p.notices[0].Container, widgets.Halves(8, copyAlt, export))
	p.body = widgets.Column(8, p.captionPart(), p.otherPart(), widgets.Padded(widgets.NewRule(), 8, 0, 8, 0, fyne.Size{}), p.objectPart(), p.legendPart(), p.notices[1].Container)
	p.scroll = container.NewVScroll(widgets.Padded(p.body, 16, 16, 16, 16, fyne.Size{}))
	ground, line := widgets.NewBox(theme.Panel, "", 0), widgets.NewBox(theme.Line, "", 0)
	p.Container = widgets.Arrange(func() fyne.Size { return fyne.NewSize(280, 200) }, func(s fyne.Size) {
		widgets.Place(ground, 0, 0, s.Width, s.Height)
		widgets.Place(line, 0, 0, 1, s.Height)
		widgets.SetVisible(p.notices[0].Container, p.noticed && s.Height >= lowPanel)
		widgets.SetVisible(p.notices[1].Container, p.noticed && s.Height < lowPanel)
		h := widgets.HeightFor(p.foot, s.Width-32)
		widgets.Place(p.foot, 16, s.Height-h-20, s.Width-32, h)
		widgets.Place(p.scroll, 1, 0, s.Width-1, max(0, s.Height-h-32))
	}, ground, line, p.scroll, p.foot)
	return p
}

func (p *inspector) captionPart() fyne.CanvasObject {
	p.sure = widgets.NewText("", theme.Secondary, theme.SizeSecondary, false)
	p.editor = widgets.NewEditor(2, p.acts.edit)
	p.length = widgets.NewText("", theme.Secondary, theme.SizeSecondary, false)
	p.copyB = widgets.NewButton(widgets.Secondary, "Copy", "Copy the caption (Ctrl+C)", p.acts.copy).Tight().Sized(58, 28)
	p.undo = widgets.NewButton(widgets.Secondary, "Undo", "Take the last change of the caption back (Ctrl+Z)", p.acts.undo).Tight().Sized(58, 28)
	p.again = widgets.NewButton(widgets.Secondary, "Retry", "Write the caption again (R)", p.acts.again).Tight().Sized(58, 28)
	p.captionFail = newFailureCard()
	head := widgets.Row(8, 0, widgets.NewText("Caption", theme.Secondary, theme.SizeLabel, true), p.sure)
	tools := widgets.Row(6, 0, p.length, p.copyB, p.undo, p.again)
	return widgets.Column(8, widgets.Padded(head, 0, 4, 0, 4, fyne.Size{}), p.editor, widgets.Padded(tools, 0, 0, 0, 4, fyne.Size{}), p.captionFail)
}

func (p *inspector) otherPart() fyne.CanvasObject {
	p.otherHead = widgets.NewText("Other ways to say it", theme.Secondary, theme.SizeLabel, true)
	p.others = widgets.Column(4)
	return widgets.Column(6, widgets.Padded(p.otherHead, 4, 0, 0, 4, fyne.Size{}), p.others)
}

func (p *inspector) objectPart() fyne.CanvasObject {
	p.shown = widgets.NewText("", theme.Secondary, theme.SizeSecondary, false)
	p.sort = widgets.NewButton(widgets.Muted, "by score", "Order of the list", nil).After(widgets.IconDown)
	p.sort.OnTap(func() { p.acts.sort(p.sort) })
	p.objects = widgets.Column(2)
	p.bones = widgets.NewBones(3)
	p.empty = widgets.NewParagraph("", theme.Text, theme.SizeBody, false)
	p.moreText = widgets.NewParagraph("", theme.Secondary, theme.SizeLabel, false)
	p.moreLink = widgets.NewButton(widgets.Link, "show", "Lower the threshold so that these are shown", p.acts.more)
	p.moreRow = widgets.Row(8, 0, p.moreText, p.moreLink)
	p.second = widgets.NewCheckRow("Hide second names for the same object", "Where two names cover the same pixels, show the surer one (D)", p.acts.secondNames)
	p.objectFail = newFailureCard()
	head := widgets.Row(12, 1, widgets.NewText("Objects", theme.Secondary, theme.SizeLabel, true), p.shown, p.sort)
	return widgets.Column(4,
		widgets.Padded(head, 0, 0, 0, 4, fyne.NewSize(0, 30)), p.bones, p.objects,
		widgets.Padded(p.empty, 4, 4, 0, 4, fyne.Size{}),
		widgets.Padded(p.moreRow, 4, 4, 0, 4, fyne.Size{}),
		widgets.Padded(p.second, 4, 0, 0, 0, fyne.Size{}), p.objectFail)
}

func (p *inspector) legendPart() fyne.CanvasObject {
	p.legendRule = widgets.Padded(widgets.NewRule(), 8, 0, 8, 0, fyne.Size{})
	p.legendHead = widgets.NewText("Classes", theme.Secondary, theme.SizeLabel, true)
	p.legend = widgets.Column(0)
	p.legendBones = widgets.NewBones(2)
	p.classFail = newFailureCard()
	return widgets.Column(4, p.legendRule, widgets.Padded(p.legendHead, 0, 0, 4, 4, fyne.Size{}), p.legendBones, p.legend, p.classFail)
}

// candidate is another caption.
type candidate struct {
	text, likely string
	pick         func()
}

// showOthers sets the other captions; none hides the section.
func (p *inspector) showOthers(list []candidate) {
	for len(p.others.Objects) < len(list) {
		p.others.Add(widgets.NewCandidateRow(nil))
	}
	for i, o := range p.others.Objects {
		widgets.SetVisible(o, i < len(list))
		if i < len(list) {
			o.(*widgets.CandidateRow).Set(list[i].text, list[i].likely, list[i].pick)
		}
	}
	widgets.SetVisible(p.otherHead, len(list) > 0)
}

// showObjects sets the list of objects.
func (p *inspector) showObjects(list []widgets.ObjectData) {
	for len(p.objects.Objects) < len(list) {
		p.objects.Add(widgets.NewObjectRow(p.acts.object))
	}
	for i, o := range p.objects.Objects {
		widgets.SetVisible(o, i < len(list))
		if i < len(list) {
			o.(*widgets.ObjectRow).Set(list[i])
		}
	}
}

// legendEntry is one class of the class map.
type legendEntry struct {
	name, share string
	tint        widgets.Colour
	shown       bool
	toggle      func()
}

// showLegend sets the legend; on false hides the section.
func (p *inspector) showLegend(on, computing bool, list []legendEntry) {
	for len(p.legend.Objects) < len(list) {
		p.legend.Add(widgets.NewLegendRow())
	}
	for i, o := range p.legend.Objects {
		widgets.SetVisible(o, i < len(list))
		if i < len(list) {
			e := list[i]
			o.(*widgets.LegendRow).Set(e.name, e.share, e.tint, e.shown, e.toggle)
		}
	}
	widgets.SetVisible(p.legendRule, on)
	widgets.SetVisible(p.legendHead, on)
	widgets.SetVisible(p.legend, on)
	widgets.SetVisible(p.legendBones, on && computing)
}

// showMore sets the line under the list: how many a lower threshold would show.
func (p *inspector) showMore(empty, more, link string) {
	p.empty.SetText(empty)
	widgets.SetVisible(p.empty, empty != "")
	p.moreText.SetText(more)
	p.moreLink.SetText(link)
	widgets.SetVisible(p.moreRow, more != "")
}

// showNotice sets the notice; an empty text hides it.
func (p *inspector) showNotice(text, link string, dismissable bool) {
	p.noticed = text != ""
	for _, n := range p.notices {
		n.Set(text, link, dismissable)
	}
}

// relayout computes the heights anew after the content changed.
func (p *inspector) relayout() {
	p.Container.Layout.Layout(nil, p.Size())
	p.scroll.Content.Resize(p.scroll.Content.MinSize().Max(p.scroll.Size()))
	p.scroll.Refresh()
}

// lengthText says how much of the usual limit of alt text a caption takes.
func lengthText(n, most int) string { return fmt.Sprintf("%d of %d", n, most) }
