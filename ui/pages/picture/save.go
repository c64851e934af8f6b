package picture

import (
	"image"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"descry/ui/pages/parts"
	"descry/ui/state/picture"
	"descry/ui/theme"
	"descry/ui/widgets"
)

const saveSide float32 = 224 // dp: the column of choices

// SavePage is the choice of how a captioned picture is written, with a preview
// that follows it.
type SavePage struct {
	send               parts.Sender
	preview            *canvas.Image
	previewer          *previewer
	placeName, formats *widgets.Text
	places, kinds      *fyne.Container
	legend, live       *widgets.CheckRow
	save, cancel       *widgets.Button
	whole              *fyne.Container
	note               *widgets.Text
}

// NewSavePage returns the page without anything on it yet.
func NewSavePage(t parts.Tools) parts.Page {
	send := t.Send
	p := &SavePage{
		send: send, preview: canvas.NewImageFromImage(nil),
		placeName: parts.Heading(), formats: parts.Heading(), places: widgets.Column(2), kinds: widgets.Column(2),
		legend: widgets.NewCheckRow("", "", nil), live: widgets.NewCheckRow("", "", nil),
		save:   widgets.NewButton(widgets.Primary, "", "", nil).Sized(saveSide, 36),
		cancel: widgets.NewButton(widgets.Secondary, "", "", nil).Sized(saveSide, 34),
		note:   parts.Secondary().Aligned(fyne.TextAlignCenter),
	}
	p.preview.FillMode, p.preview.ScaleMode = canvas.ImageFillContain, canvas.ImageScaleFastest
	p.previewer = newPreviewer(t.Pixels, func(img *image.RGBA) {
		t.Dispatch(func() {
			p.preview.Image = img
			p.preview.Refresh()
		})
	})
	gap := func(o fyne.CanvasObject) fyne.CanvasObject { return widgets.Padded(o, 8, 0, 2, 4, fyne.Size{}) }
	side := container.NewVScroll(widgets.Column(2, gap(p.placeName), p.places, gap(p.formats), p.kinds,
		widgets.Padded(widgets.Column(2, p.legend, p.live), 12, 0, 0, 0, fyne.Size{})))
	bed := widgets.NewBox(theme.Canvas, theme.Line, theme.RadiusField)
	left := container.NewStack(bed, p.note, widgets.Padded(p.preview, 12, 12, 12, 12, fyne.Size{}))
	p.whole = widgets.Arrange(func() fyne.Size { return fyne.NewSize(460, 300) }, func(s fyne.Size) {
		x := s.Width - saveSide
		widgets.Place(left, 0, 0, x-16, s.Height)
		widgets.Place(side, x, 0, saveSide, s.Height-86)
		widgets.Place(p.save, x, s.Height-78, saveSide, 36)
		widgets.Place(p.cancel, x, s.Height-34, saveSide, 34)
	}, left, side, p.save, p.cancel)
	return p
}

// Close implements parts.Page.
func (p *SavePage) Close() { p.previewer.close() }

// Body implements parts.Page.
func (p *SavePage) Body() (fyne.CanvasObject, fyne.Size) { return p.whole, fyne.NewSize(900, 620) }

// Show implements parts.Page.
func (p *SavePage) Show(content any) string {
	x := content.(picture.SaveSheet)
	p.placeName.SetText(x.PlacementName)
	p.formats.SetText(x.FormatName)
	p.send.Choices(p.places, x.Placements)
	p.send.Choices(p.kinds, x.Formats)
	p.send.Check(p.legend, x.Legend)
	p.send.Check(p.live, x.Preview)
	p.send.Button(p.save, x.Save)
	p.send.Button(p.cancel, x.Cancel)
	widgets.SetVisible(p.preview, x.Plan != nil)
	if x.Plan != nil {
		p.note.SetText("")
		p.previewer.ask(*x.Plan)
	} else {
		p.note.SetText("No preview")
	}
	return x.Title
}

// DrawPreview draws the preview at once and ends what draws it later: for pictures
// of the window.
func (p *SavePage) DrawPreview(plan picture.Captioned) {
	p.previewer.close()
	<-p.previewer.done
	if img := p.previewer.draw(plan); img != nil {
		p.preview.Image = img
		p.preview.Refresh()
	}
}
