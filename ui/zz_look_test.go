package ui

import (
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	fynetheme "fyne.io/fyne/v2/theme"

	piccanvas "descry/ui/canvas"
	"descry/ui/theme"
	"descry/ui/widgets"
)

func load(t *testing.T, name string) *image.RGBA {
	f, err := os.Open(filepath.Join("/work/shared/starter/scenes", name))
	if err != nil {
		t.Skip(err)
	}
	defer f.Close()
	img, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	out := image.NewRGBA(img.Bounds())
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			out.Set(x, y, img.At(x, y))
		}
	}
	return out
}

var tg = []toggle{{"masks", "Masks", widgets.IconMasks, "M", "m"}, {"outlines", "Outlines", widgets.IconOutlines, "O", "m"}, {"boxes", "Boxes", widgets.IconBoxes, "B", "m"}, {"labels", "Labels", widgets.IconLabels, "L", "m"}, {"classes", "Classes", widgets.IconClasses, "C", "m"}}

func TestLook(t *testing.T) {
	nop := func() {}
	for _, c := range []struct {
		name  string
		v     fyne.ThemeVariant
		w, h  float32
		start bool
	}{{"light", fynetheme.VariantLight, 1280, 800, false}, {"dark", fynetheme.VariantDark, 1280, 800, false}, {"narrow", fynetheme.VariantDark, 900, 600, false}, {"start", fynetheme.VariantLight, 1280, 800, true}, {"startnarrow", fynetheme.VariantDark, 900, 600, true}} {
		a := test.NewTempApp(t)
		a.Settings().SetTheme(theme.Fixed(c.v))
		view := piccanvas.New(piccanvas.Params{Dispatch: func(f func()) {}})
		bar := newToolBar(tg, toolActs{nop, nop, nop, nop, nop, nop, func(fyne.CanvasObject) {}, func(string) {}})
		st := newStatusBar(nop, nop)
		st.show("Caption 0.21 s · objects 0.14 s · classes 0.05 s", "Starter models", "CPU · 2 threads", "")
		insp := newInspector(inspectorActs{object: widgets.ObjectActs{Hover: func(int) {}}, edit: func(string) {}})
		insp.editor.SetText("a sports ball below a boat at night", false)
		insp.sure.SetText("fairly sure")
		insp.length.SetText(lengthText(34, 125))
		insp.showOthers([]candidate{{"a boat above a sports ball at night", "likely", nop}, {"a boat with a sports ball at night", "possible", nop}})
		insp.bones.Hide()
		insp.showObjects([]widgets.ObjectData{{0, "sports ball", "lower right · 4 % of the picture", "100 %", widgets.Colour{Fill: color.NRGBA{0xE6, 0x9F, 0, 255}, Ink: color.NRGBA{A: 255}}, true, false},
			{1, "boat", "middle · 9 % of the picture", "99 %", widgets.Colour{Fill: color.NRGBA{0x56, 0xB4, 0xE9, 255}, Ink: color.NRGBA{A: 255}, Stripy: true, Stripe: color.NRGBA{0x20, 0x60, 0x90, 255}}, true, true}})
		insp.shown.SetText("2 shown")
		insp.showMore("", "1 more between 30 and 70 %", "show")
		insp.showLegend(false, false, nil)
		insp.showNotice("These built-in models know drawings only.", "Get the full models for photographs (1.4 GB)", true)
		d := newDesk(view, insp, deskActs{func(float64) {}, func(float64) {}, nop, func(float32) {}})
		d.opacity.SetValue(.38)
		d.least.SetValue(.7)
		for i, p := range bar.pills {
			p.SetOn(i == 0 || i == 3)
		}
		view.SetScene(piccanvas.Scene{Levels: piccanvas.Pyramid(load(t, "score_00.png"))})
		sp := newStartPage(startActs{nop, nop}, newFailureCard())
		th := load(t, "score_01.png")
		sp.show([]sample{{"A dog at night", th, nop}, {"A green book", th, nop}, {"Two cakes", th, nop}, {"Boat and ball", th, nop}}, []recent{{"harbour.png", "~/Pictures", nop}, {"kitchen.jpg", "~/Pictures/2026", nop}})
		var mid fyne.CanvasObject = d.Container
		if c.start {
			mid = sp.Container
			bar.show(false, "Descry", "")
		} else {
			bar.show(true, "harbour.png", "2 of 30")
		}
		w := a.NewWindow("x")
		w.SetPadded(false)
		w.SetContent(newRoot(bar.Container, mid, st.Container))
		w.Resize(fyne.NewSize(c.w, c.h))
		w.Canvas().Capture()
		view.Settle()
		d.busy.Set("Looking for objects…", "0.8 s", -1)
		d.lay(d.Size())
		insp.relayout()
		f, _ := os.Create("/tmp/uilook/" + c.name + ".png")
		png.Encode(f, w.Canvas().Capture())
		f.Close()
		view.Close()
	}
}
