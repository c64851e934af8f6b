package picture

import (
	"image"
	"testing"

	"fyne.io/fyne/v2"

	"descry/render"
	"descry/ui/pages/pagetest"
	"descry/ui/state/core"
	"descry/ui/state/picture"
)

// pixels is a small picture.
type pixels struct{}

func (pixels) Levels(picture.PictureID) []*image.RGBA {
	return []*image.RGBA{image.NewRGBA(image.Rect(0, 0, 320, 240))}
}

func (pixels) Thumbnail(string) *image.RGBA { return nil }

func button(text string, do core.Action) core.Button {
	return core.Button{Text: text, Enabled: true, Do: do}
}

func saving() picture.SaveSheet {
	return picture.SaveSheet{Title: "Save captioned picture", PlacementName: "Caption", FormatName: "Format",
		Placements: []core.Choice{{Text: "Under the picture", On: true, Do: picture.PlacementSet{Placement: render.CaptionUnder}}, {Text: "No caption", Do: picture.PlacementSet{Placement: render.CaptionNone}}},
		Formats:    []core.Choice{{Text: "PNG", On: true, Do: picture.FormatSet{Format: "png"}}, {Text: "JPEG", Do: picture.FormatSet{Format: "jpeg"}}},
		Legend:     button("Class legend", picture.LegendToggled{}), Preview: button("Preview", picture.PreviewToggled{}),
		Plan: &picture.Captioned{Picture: 1, Style: render.DefaultStyle(), Layout: render.CaptionLayout{Text: "a boat at night"}},
		Save: button("Save…", picture.SaveAsked{}), Cancel: button("Cancel", core.SheetOpened{})}
}

func TestTheSavePageSendsWhatItSays(t *testing.T) {
	content := saving()
	b := pagetest.Open(t, NewSavePage, pixels{}, content, 1280, 800)
	p := b.Page.(*SavePage)
	for _, c := range []struct {
		on   fyne.Tappable
		want core.Action
	}{
		{p.places.Objects[1].(fyne.Tappable), picture.PlacementSet{Placement: render.CaptionNone}},
		{p.kinds.Objects[1].(fyne.Tappable), picture.FormatSet{Format: "jpeg"}},
		{p.legend, picture.LegendToggled{}}, {p.live, picture.PreviewToggled{}}, {p.save, picture.SaveAsked{}}, {p.cancel, core.SheetOpened{}},
	} {
		if got := b.Pressed(c.on); got != c.want {
			t.Errorf("sent %#v, want %#v", got, c.want)
		}
	}
	if !p.preview.Visible() || p.note.Text() != "" {
		t.Errorf("with a preview it says %q", p.note.Text())
	}
	content.Plan = nil
	if b.Show(content); p.preview.Visible() || p.note.Text() != "No preview" {
		t.Errorf("without a preview it says %q", p.note.Text())
	}
}

func TestTheExportPageSendsWhatItSays(t *testing.T) {
	content := picture.ExportSheet{Title: "Export", Text: "Choose what to write.", Beside: button("Save next to the picture", picture.ExportAsked{Beside: true}), Choose: button("Choose folder…", picture.ExportAsked{}), Cancel: button("Cancel", core.SheetOpened{}),
		Formats: []picture.ExportFormat{{Format: "txt", File: "harbour.txt", Button: button("Caption as text", picture.ExportToggled{Format: "txt"})},
			{Format: "json", File: "harbour.json", Button: button("Everything as JSON", picture.ExportToggled{Format: "json"})}}}
	b := pagetest.Open(t, NewExportPage, nil, content, 900, 600)
	p := b.Page.(*ExportPage)
	box := func(i int) fyne.Tappable {
		return p.formats.Objects[i].(*fyne.Container).Objects[0].(*fyne.Container).Objects[0].(fyne.Tappable)
	}
	for _, c := range []struct {
		on   fyne.Tappable
		want core.Action
	}{
		{box(1), picture.ExportToggled{Format: "json"}}, {p.beside, picture.ExportAsked{Beside: true}}, {p.choose, picture.ExportAsked{}}, {p.cancel, core.SheetOpened{}},
	} {
		if got := b.Pressed(c.on); got != c.want {
			t.Errorf("sent %#v, want %#v", got, c.want)
		}
	}
	content.Beside = core.Button{}
	content.Formats[1].File = "other.json"
	if b.Show(content); p.beside.Visible() || p.files[1].Text() != "other.json" {
		t.Errorf("it shows %q", p.files[1].Text())
	}
}

func TestPreviewIsDrawnForTheNewestWishOnly(t *testing.T) {
	var drawn []*image.RGBA
	done := make(chan struct{}, 8)
	p := newPreviewer(pixels{}, func(img *image.RGBA) { drawn = append(drawn, img); done <- struct{}{} })
	plan := *saving().Plan
	p.ask(plan)
	<-done
	p.ask(plan) // the same: nothing to do
	plan.Layout.Text = "another caption that is longer than the first, so that the picture grows"
	plan.Layout.Placement = render.CaptionNone
	p.ask(plan)
	<-done
	p.close()
	p.close()
	<-p.done
	if len(drawn) != 2 || drawn[1].Rect.Dy() >= drawn[0].Rect.Dy() {
		t.Errorf("%d previews", len(drawn))
	}
}
