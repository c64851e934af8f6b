package pagetest

import (
	"bytes"
	"context"
	"image"
	"image/color"

	"descry/inference"
	"descry/inference/rle"
	pixels "descry/picture"
	"descry/render"
	"descry/settings"
	"descry/ui/state/core"
	"descry/ui/state/picture"
	"descry/ui/state/prefs"
)

// night is a drawn picture for tests: a dark ground with a disc and a bar.
func night() *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, 320, 320))
	for y := range 320 {
		for x := range 320 {
			c := color.RGBA{uint8(10 + y/16), uint8(12 + y/16), uint8(50 + y/8), 255}
			if dx, dy := x-230, y-210; dx*dx+dy*dy < 45*45 {
				c = color.RGBA{220, 200, 160, 255}
			}
			if x > 60 && x < 200 && y > 80 && y < 150 {
				c = color.RGBA{170, 220, 240, 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	return img
}

// Stock implements parts.Pixels with one picture and one thumbnail.
type Stock struct {
	levels []*image.RGBA
	thumb  *image.RGBA
}

// NewStock returns the drawn picture as Pixels.
func NewStock() Stock {
	pic := night()
	return Stock{pixels.Pyramid(context.Background(), pic), pic}
}

// Levels implements parts.Pixels.
func (s Stock) Levels(id picture.PictureID) []*image.RGBA {
	if id == 0 {
		return nil
	}
	return s.levels
}

// Thumbnail implements parts.Pixels.
func (s Stock) Thumbnail(string) *image.RGBA { return s.thumb }

func maskOf(in func(x, y int) bool) *rle.Mask {
	bits := make([]byte, 320*320)
	for y := range 320 {
		for x := range 320 {
			if in(x, y) {
				bits[y*320+x] = 1
			}
		}
	}
	m := rle.FromBitmap(bits, 320, 320)
	return &m
}

var testItems = []render.Item{
	{Index: 0, Instance: inference.Instance{Label: "sports ball", Score: 0.998, Box: [4]float32{185, 165, 275, 255}, Area: 6362,
		Mask: maskOf(func(x, y int) bool { return (x-230)*(x-230)+(y-210)*(y-210) < 45*45 })}},
	{Index: 1, Instance: inference.Instance{Label: "boat", Score: 0.99, Box: [4]float32{61, 81, 200, 150}, Area: 9660,
		Mask: maskOf(func(x, y int) bool { return x > 60 && x < 200 && y > 80 && y < 150 })}},
}

func button(text, tip string, do core.Action) core.Button {
	return core.Button{Text: text, Tip: tip, Enabled: true, Do: do}
}

func tint(label string) picture.Tint {
	c, pattern := render.ClassColor(label)
	return picture.Tint{Color: c, Pattern: pattern}
}

// Result returns the content of the page with a picture that was described.
func Result() picture.Content {
	var c picture.Content
	style := render.DefaultStyle()
	style.Scale, style.Highlight = 0, 1
	c.Canvas = picture.Canvas{Picture: 1, Width: 320, Height: 320, View: picture.ViewFit(), Zoom: "Fit",
		ZoomIn: button("Larger", "Larger (+)", picture.ZoomStepped{Step: 1}), ZoomOut: button("Smaller", "Smaller (−)", picture.ZoomStepped{Step: -1}),
		Fit: button("Fit", "Show the whole picture (0)", picture.ViewFitted{}), Actual: button("1:1", "Pixel for pixel (1)", picture.ViewActual{}),
		Style: style, Items: testItems, Hover: 1, Selected: -1,
		Opacity: picture.Slider{Label: "Opacity", Tip: "How strongly objects are filled", Text: "38 %", Value: 0.38, Most: 1, Step: 0.01, Enabled: true},
		Score:   picture.Slider{Label: "Minimum confidence", Tip: "Show only objects the model is at least this sure of", Text: "70 %", Value: 0.7, Least: 0.05, Most: 0.99, Step: 0.01, Enabled: true},
	}
	c.Panel = picture.Panel{Shown: true,
		CopyAlt: button("Copy for alt text", "", picture.CaptionCopied{}), Export: button("Export…", "", core.SheetOpened{Sheet: picture.SheetExport}),
		Notice: &core.NoticeView{Text: "These built-in models know drawings only.", Close: button("Close", "Do not show this again", core.NoticeClosed{})},
		Caption: picture.CaptionPart{Title: "Caption", Text: "a sports ball below a boat at night", Editable: true, Sure: "fairly sure", Length: "34 / 125 characters",
			Copy: button("Copy", "", picture.CaptionCopied{}), Undo: core.Button{Text: "Undo", Do: picture.CaptionUndone{}}, Redo: core.Button{Text: "Redo", Do: picture.CaptionRedone{}},
			Again: button("Suggest again", "", picture.Regenerated{}), How: button("Caption options…", "Change how captions are written", core.SheetOpened{Sheet: prefs.SheetCaption}), AlternativesTitle: "Alternatives",
			Alternatives: []picture.Alternative{{Text: "a boat above a sports ball at night", Likely: "likely", Do: picture.CaptionPicked{Text: "a boat above a sports ball at night"}},
				{Text: "a boat with a sports ball at night", Likely: "possible", Do: picture.CaptionPicked{Text: "b"}}}},
		Objects: picture.ObjectsPart{Title: "Objects", Shown: "2 shown", Sort: "by size", Sorts: []core.Choice{{Text: "by size", On: true, Do: picture.Sorted{By: settings.SortSize}}},
			More: "1 less certain (30–70 %)", MoreButton: button("show", "", picture.ScoreSet{Value: 0.3}),
			SecondNames: core.Button{Text: "Hide duplicate names", Enabled: true, On: true, Do: picture.SecondNamesToggled{}},
			Rows: []picture.ObjectRow{
				ObjectRow(0, "sports ball", "lower right · 6 % of the picture", "100 %"), ObjectRow(1, "boat", "middle · 9 % of the picture", "99 %")}},
	}
	c.Panel.Objects.Rows[1].Hovered = true
	return c
}

// ObjectRow returns an object of the list.
func ObjectRow(i int, name, detail, score string) picture.ObjectRow {
	return picture.ObjectRow{Object: i, Name: name, Detail: detail, Score: score, Tint: tint(name), Shown: true,
		Toggle: button("Hide", "", picture.ObjectToggled{Object: i}), Look: button("Zoom in", "", picture.LookedAt{Object: i}), SavePNG: button("Save as a transparent PNG…", "", picture.ObjectSaveAsked{Object: i})}
}

// Busy returns Result while the picture is being described.
func Busy() picture.Content {
	c := Result()
	c.Canvas.Items, c.Canvas.Style.Highlight = nil, -1
	c.Canvas.Busy = &picture.Busy{Text: "Looking for objects…", Elapsed: "0.8 s", Stop: button("Stop", "Stop (Ctrl+.)", picture.Stopped{})}
	c.Panel.Notice = nil
	c.Panel.Caption = picture.CaptionPart{Title: "Caption", Text: "two cakes in the", Busy: true,
		Copy: core.Button{Text: "Copy", Do: picture.CaptionCopied{}}, Again: core.Button{Text: "Suggest again", Do: picture.Regenerated{}}, Undo: core.Button{Text: "Undo", Do: picture.CaptionUndone{}}}
	c.Panel.Objects = picture.ObjectsPart{Title: "Objects", Busy: true}
	return c
}

// Empty returns Result where nothing is sure enough to be shown.
func Empty() picture.Content {
	c := Result()
	c.Canvas.Items, c.Canvas.Style.Highlight = nil, -1
	c.Panel.Objects.Rows, c.Panel.Objects.Shown = nil, ""
	c.Panel.Objects.Empty, c.Panel.Objects.More = "No objects above 70 %.", "3 between 30 and 70 %"
	c.Panel.Objects.MoreButton.Text = "show them"
	return c
}

// Failed returns the content of the page with a picture that cannot be read.
func Failed() picture.Content {
	c := Result()
	c.Canvas.Picture, c.Canvas.Items = 0, nil
	c.Canvas.Failure = &picture.FailureCard{Title: "This picture cannot be read", Text: "torn.jpg: the file ends after 120 of 4,096 bytes.", Hint: "Copy the file again from where it came.",
		Actions: []core.Button{button("Open another…", "", picture.OpenAsked{}), button("Try again", "", picture.DecodeAgain{}), button("Show details", "", picture.DetailsToggled{})}}
	c.Panel.Objects = picture.ObjectsPart{Title: "Objects"}
	c.Panel.Caption = picture.CaptionPart{Title: "Caption"}
	c.Panel.Notice = nil
	return c
}

// Classes returns Result with the class map and its legend.
func Classes() picture.Content {
	c := Result()
	c.Panel.Notice = nil
	c.Canvas.Classes, c.Canvas.Style.ClassMap = mapOfBoats(), true
	c.Canvas.Pointed = &picture.PointedClass{Text: "boat", Share: "9 % of the picture", Tint: tint("boat")}
	c.Panel.Classes = picture.ClassesPart{Shown: true, Title: "Classes", Rows: []picture.ClassRow{
		{Class: 4, Name: "boat", Share: "9 %", Tint: tint("boat"), Shown: true, Toggle: button("", "", picture.ClassToggled{Class: 4})},
		{Class: 12, Name: "dog", Share: "2 %", Tint: tint("dog"), Toggle: button("", "", picture.ClassToggled{Class: 12})}}}
	return c
}

// mapOfBoats returns a class map of the test picture that is all of class 4.
func mapOfBoats() *inference.Classes {
	c := &inference.Classes{Width: 320, Height: 320, Labels: make([]string, 13), Map: bytes.Repeat([]byte{4}, 320*320), Pixels: make([]int, 13)}
	c.Labels[4], c.Labels[12] = "boat", "dog"
	return c
}
