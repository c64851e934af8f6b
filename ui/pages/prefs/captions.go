package prefs

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"descry/ui/pages/parts"
	"descry/ui/state/core"
	"descry/ui/state/prefs"
	"descry/ui/theme"
	"descry/ui/widgets"
)

// CaptionPage chooses how captions are found.
type CaptionPage struct {
	send          parts.Sender
	text          *widgets.Paragraph
	column        *fyne.Container
	groups        []*parts.Group
	prompt, avoid *captionField
	noise         *widgets.CheckRow
	again, done   *widgets.Button
	whole         *fyne.Container
	filled        bool // the fields have their first text; from then on they are the person's
}

// captionField is a text field with its name.
type captionField struct {
	name  *widgets.Text
	hint  *widgets.Paragraph
	field *widgets.Field
	box   *fyne.Container
}

func newCaptionField(changed func(string)) *captionField {
	f := &captionField{parts.Heading(), widgets.NewParagraph("", theme.Secondary, theme.SizeSecondary, false), widgets.NewField(changed), nil}
	f.box = widgets.Column(4, f.name, f.hint, f.field)
	return f
}

func (f *captionField) show(s core.TextField, fill bool) {
	f.name.SetText(s.Name)
	f.hint.SetText(s.Hint)
	text := f.field.Text
	if fill {
		text = s.Text
	}
	f.field.Put(text, s.Placeholder)
}

// NewCaptionPage returns the page without anything on it yet.
func NewCaptionPage(t parts.Tools) parts.Page {
	send := t.Send
	p := &CaptionPage{
		send: send, text: widgets.NewParagraph("", theme.Secondary, theme.SizeBody, false), noise: widgets.NewCheckRow("", "", nil),
		again: widgets.NewButton(widgets.Secondary, "", "", nil).Sized(130, 36),
		done:  widgets.NewButton(widgets.Primary, "", "", nil).Sized(110, 36),
	}
	p.prompt = newCaptionField(func(text string) { send(prefs.PromptSet{Text: text}) })
	p.avoid = newCaptionField(func(text string) { send(prefs.AvoidSet{Text: text}) })
	p.column = widgets.Column(14)
	foot := widgets.Padded(widgets.Row(8, 0, widgets.NewText("", theme.Text, theme.SizeLabel, false), p.again, p.done), 10, 0, 0, 0, fyne.Size{})
	p.whole = container.NewBorder(widgets.Padded(p.text, 0, 0, 10, 0, fyne.Size{}), foot, nil, nil, container.NewVScroll(widgets.Padded(p.column, 0, 16, 8, 0, fyne.Size{})))
	return p
}

// Close implements parts.Page.
func (p *CaptionPage) Close() {}

// Body implements parts.Page.
func (p *CaptionPage) Body() (fyne.CanvasObject, fyne.Size) { return p.whole, fyne.NewSize(600, 640) }

// Show implements parts.Page.
func (p *CaptionPage) Show(content any) string {
	x := content.(prefs.CaptionPage)
	p.text.SetText(x.Text)
	p.send.Button(p.again, x.Again)
	p.send.Button(p.done, x.Close)
	p.send.Check(p.noise, x.Noise)
	for i, g := range x.Groups {
		if i == len(p.groups) {
			made := parts.NewGroup()
			p.groups = append(p.groups, made)
			p.column.Add(made.Box())
			if i == 0 { // what is typed comes after the first and most important choice
				p.column.Add(p.prompt.box)
				p.column.Add(widgets.Column(4, p.avoid.box, p.noise))
			}
		}
		p.groups[i].Show(p.send, g)
	}
	p.prompt.show(x.Prompt, !p.filled)
	p.avoid.show(x.Avoid, !p.filled)
	p.filled = true
	return x.Title
}
