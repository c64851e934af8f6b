package picture

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	fynetheme "fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"descry/ui/pages/parts"
	"descry/ui/state/picture"
	"descry/ui/theme"
	"descry/ui/widgets"
)

// failureCard says, where the result would stand, what happened to which file,
// and offers the next steps.
type failureCard struct {
	widget.BaseWidget
	send                       parts.Sender
	title, text, hint, details *widgets.Paragraph
	buttons, body              *fyne.Container
}

func newFailureCard(send parts.Sender) *failureCard {
	f := &failureCard{
		send:    send,
		title:   widgets.NewParagraph("", theme.Text, fynetheme.SizeNameText, true),
		text:    widgets.NewParagraph("", theme.Text, theme.SizeLabel, false),
		hint:    widgets.NewParagraph("", theme.Secondary, theme.SizeLabel, false),
		details: widgets.NewParagraph("", theme.Secondary, theme.SizeSecondary, false),
		buttons: widgets.Flow(8),
	}
	f.body = widgets.Padded(widgets.Column(8, f.title, f.text, f.hint, f.details,
		widgets.Padded(f.buttons, 6, 0, 0, 0, fyne.Size{})), 16, 16, 16, 16, fyne.Size{})
	f.ExtendBaseWidget(f)
	f.Hide()
	return f
}

// show paints a failure; nil hides the card.
func (f *failureCard) show(c *picture.FailureCard) {
	widgets.SetVisible(f, c != nil)
	if c == nil {
		return
	}
	for _, p := range []struct {
		part *widgets.Paragraph
		text string
	}{{f.title, c.Title}, {f.text, c.Text}, {f.hint, c.Hint}, {f.details, c.Details}} {
		p.part.SetText(p.text)
		widgets.SetVisible(p.part, p.text != "")
	}
	f.send.Buttons(f.buttons, c.Actions, true)
	f.Refresh()
}

// HeightFor implements widgets.TallFor.
func (f *failureCard) HeightFor(width float32) float32 { return widgets.HeightFor(f.body, width) }

// CreateRenderer implements fyne.Widget.
func (f *failureCard) CreateRenderer() fyne.WidgetRenderer {
	ground := widgets.NewBox(theme.Panel, theme.Line, theme.RadiusCard)
	return &failureRenderer{f, ground, []fyne.CanvasObject{ground, f.body}}
}

type failureRenderer struct {
	f       *failureCard
	ground  *widgets.Box
	objects []fyne.CanvasObject
}

func (r *failureRenderer) Destroy()                     {}
func (r *failureRenderer) Objects() []fyne.CanvasObject { return r.objects }
func (r *failureRenderer) MinSize() fyne.Size           { return r.f.body.MinSize() }
func (r *failureRenderer) Layout(s fyne.Size) {
	r.ground.Resize(s)
	r.f.body.Resize(s)
}
func (r *failureRenderer) Refresh() {
	r.f.body.Refresh()
	r.Layout(r.f.Size())
	canvas.Refresh(r.f)
}
