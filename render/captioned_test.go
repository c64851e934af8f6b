package render

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"strings"
	"testing"

	"descry/inference"
)

const threeScripts = "a boat at night, μια βάρκα, лодка ночью"

func TestCaptionedPicturesAreGolden(t *testing.T) {
	p := Prepare(small(), nil)
	s := DefaultStyle()
	classes := s
	classes.ClassMap = true
	for name, c := range map[string]struct {
		s    Style
		l    CaptionLayout
		zoom float64
	}{
		"caption_under":   {s, CaptionLayout{threeScripts, CaptionUnder, true}, 1},
		"caption_over":    {s, CaptionLayout{"a boat", CaptionOver, false}, 1},
		"caption_none":    {classes, CaptionLayout{threeScripts, CaptionNone, true}, 1},
		"caption_preview": {s, CaptionLayout{threeScripts, CaptionUnder, true}, 0.7},
	} {
		t.Run(name, func(t *testing.T) { golden(t, name, Captioned(p, c.s, c.l, c.zoom)) })
	}
}

func TestWithoutCaptionAndLegendThePictureKeepsItsSize(t *testing.T) {
	p := Prepare(small(), nil)
	for _, l := range []CaptionLayout{{"", CaptionUnder, false}, {"text", CaptionNone, false}, {"", CaptionOver, false}} {
		if got := Captioned(p, DefaultStyle(), l, 1).Rect; got != image.Rect(0, 0, 160, 120) {
			t.Errorf("%+v: %v", l, got)
		}
	}
	if got := Captioned(p, DefaultStyle(), CaptionLayout{"a boat", CaptionOver, false}, 1).Rect; got != image.Rect(0, 0, 160, 120) {
		t.Errorf("caption over the picture: %v", got)
	}
}

func TestPicturesOfAnySizeCanBeCaptioned(t *testing.T) {
	long := strings.Repeat("a caption with averylongwordinit ", 400)
	for _, size := range []image.Point{{1, 1}, {1, 3000}, {3000, 1}, {7, 5}, {2000, 1500}} {
		base := image.NewRGBA(image.Rectangle{Max: size})
		draw.Draw(base, base.Rect, image.NewUniform(color.RGBA{200, 10, 10, 255}), image.Point{}, draw.Src)
		box := [4]float32{0, 0, float32(size.X), float32(size.Y)}
		p := Prepare(Content{Base: base, Items: []Item{{0, inference.Instance{Label: "dog", Score: 1, Box: box}}}}, nil)
		for _, placement := range []CaptionPlacement{CaptionUnder, CaptionOver, CaptionNone} {
			for _, text := range []string{"", "a dog", long} {
				t.Run(fmt.Sprint(size, placement, len(text)), func(t *testing.T) {
					got := Captioned(p, Style{}, CaptionLayout{text, placement, true}, 1)
					if got.Rect.Dx() < size.X || got.Rect.Dy() < size.Y {
						t.Fatalf("size is %v", got.Rect)
					}
					at := image.Pt((got.Rect.Dx()-size.X)/2, 0)
					if c := got.RGBAAt(at.X, at.Y); c != (color.RGBA{200, 10, 10, 255}) {
						t.Errorf("the picture's first pixel is %v", c)
					}
					if got.Rect.Dx() > max(size.X, 400) || got.Rect.Dy() > size.Y+6000 {
						t.Errorf("it has grown to %v", got.Rect)
					}
					for i := 3; i < len(got.Pix); i += 4 {
						if got.Pix[i] != 255 {
							t.Fatal("a pixel is transparent")
						}
					}
				})
			}
		}
	}
}

func TestALongCaptionIsPutUnderThePicture(t *testing.T) {
	p := Prepare(small(), nil)
	long := strings.Repeat("a caption that would hide the picture ", 10)
	if got := Captioned(p, DefaultStyle(), CaptionLayout{long, CaptionOver, false}, 1).Rect; got.Dy() <= 120 {
		t.Errorf("size is %v", got)
	}
}

func TestNothingToDrawYieldsAPicture(t *testing.T) {
	if got := Captioned(Prepare(Content{}, nil), DefaultStyle(), CaptionLayout{}, 1); got.Rect.Empty() {
		t.Error("no picture")
	}
	if got := Captioned(Prepare(small(), nil), DefaultStyle(), CaptionLayout{}, -1); got.Rect.Empty() {
		t.Error("no picture")
	}
}

func TestTheLegendNamesEachClassOnce(t *testing.T) {
	c := Content{
		Items: []Item{{0, inference.Instance{Label: "tv"}}, {1, inference.Instance{Label: "dog"}}, {2, inference.Instance{Label: "dog"}}},
		Classes: &inference.Classes{Width: 10, Height: 100, Labels: []string{"__background__", "tvmonitor", "cat", "sofa", "train"},
			Pixels: []int{500, 400, 5, 0, 95}},
		HideClass: []bool{false, false, false, false, true},
	}
	p := Prepare(c, nil)
	for name, want := range map[string]struct {
		s    Style
		text string
	}{
		"objects": {Style{Masks: true}, "tv|dog × 2"},
		"classes": {Style{ClassMap: true}, "tvmonitor 40 %|cat < 1 %"},
		"both":    {Style{Labels: true, ClassMap: true}, "tv · 40 %|dog × 2|cat < 1 %"},
		"nothing": {Style{}, ""},
	} {
		var texts []string
		for _, e := range p.legend(want.s) {
			texts = append(texts, e.text)
		}
		if got := strings.Join(texts, "|"); got != want.text {
			t.Errorf("%s: %q, want %q", name, got, want.text)
		}
	}
}

func TestTextGrowsWithThePicture(t *testing.T) {
	if a, b := ScaleFor(1000, 800), ScaleFor(4000, 3200); b < 3.99*a || b > 4.01*a {
		t.Errorf("scales are %v and %v", a, b)
	}
	if got := ScaleFor(1, 1); got != 0.75 {
		t.Errorf("of one pixel: %v", got)
	}
}
