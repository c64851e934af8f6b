package render

import (
	"bytes"
	"flag"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"descry/inference"
)

var update = flag.Bool("update", false, "write the golden pictures anew; look at them before you keep them")

// golden compares img with testdata/golden/NAME.png: equal on the system where the
// pictures were made, nearly equal elsewhere, where floating-point operations may
// be fused.
func golden(t *testing.T, name string, img *image.RGBA) {
	t.Helper()
	path := filepath.Join("testdata", "golden", name+".png")
	if *update {
		var b bytes.Buffer
		if err := png.Encode(&b, img); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	want := readPicture(t, path)
	if want.Rect.Size() != img.Rect.Size() {
		t.Fatalf("%s: size %v, want %v", name, img.Rect.Size(), want.Rect.Size())
	}
	tolerance := 3
	if runtime.GOOS == "linux" && runtime.GOARCH == "amd64" {
		tolerance = 0
	}
	for i := range want.Pix {
		if d := int(want.Pix[i]) - int(img.Pix[i]); d > tolerance || d < -tolerance {
			t.Fatalf("%s: pixel %d,%d differs by %d", name, i/4%want.Rect.Dx(), i/4/want.Rect.Dx(), d)
		}
	}
}

// small returns a soft picture with four objects, one of them without a mask.
func small() Content {
	c := busy(160, 120, 4)
	for y := range 120 {
		for x := range 160 {
			c.Base.SetRGBA(x, y, color.RGBA{uint8(90 + x/2), uint8(120 + y/2), 150, 255})
		}
	}
	c.Items[3].Instance.Mask = nil
	c.Items[1].Instance.Label = "boat" // striped
	return c
}

// drawn returns the picture and its overlay in a target of w × h pixels.
func drawn(p *Prepared, w, h int, v View, s Style) *image.RGBA {
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(dst, dst.Rect, image.NewUniform(color.Gray{40}), image.Point{}, draw.Src)
	p.DrawBase(dst, v)
	DrawOverlay(dst, p, v, s)
	return dst
}

func TestDrawsTheGoldenPictures(t *testing.T) {
	p := Prepare(small(), nil)
	fit := View{Zoom: 2}
	with := func(change func(*Style)) Style {
		s := DefaultStyle()
		change(&s)
		return s
	}
	for name, c := range map[string]struct {
		v View
		s Style
	}{
		"default":   {fit, DefaultStyle()},
		"boxes":     {fit, with(func(s *Style) { s.Boxes, s.Outlines = true, false })},
		"outlines":  {fit, with(func(s *Style) { s.Masks, s.Labels = false, false })},
		"classes":   {fit, with(func(s *Style) { s.ClassMap, s.Masks, s.Outlines, s.Labels = true, false, false, false })},
		"highlight": {fit, with(func(s *Style) { s.Highlight = 1 })},
		"near":      {View{20, 10, 6}, with(func(s *Style) { s.Scale = 1.5 })},
		"far":       {View{-200, -150, 0.5}, with(func(s *Style) { s.Labels = false })},
		"moved":     {View{-20.3, -15.7, 1.37}, DefaultStyle()},
	} {
		t.Run(name, func(t *testing.T) { golden(t, name, drawn(p, 320, 240, c.v, c.s)) })
	}
}

func TestNothingIsDrawnOutsideThePicture(t *testing.T) {
	p := Prepare(small(), nil)
	for _, v := range []View{{-20, -10, 1}, {-20.5, -10.5, 1.7}, {100, 100, 3}, {-500, 0, 1}, {-10, -10, 0.3}} {
		s := DefaultStyle()
		s.Boxes, s.ClassMap = true, true
		dst := drawn(p, 300, 200, v, s)
		inside := p.visible(dst.Rect, v)
		for y := range 200 {
			for x := range 300 {
				if !(image.Point{x, y}).In(inside) && dst.RGBAAt(x, y) != (color.RGBA{40, 40, 40, 255}) {
					t.Fatalf("%+v: pixel %d,%d is %v", v, x, y, dst.RGBAAt(x, y))
				}
			}
		}
	}
}

func TestASwitchedOffStyleDrawsNothing(t *testing.T) {
	p := Prepare(small(), nil)
	bare := image.NewRGBA(image.Rect(0, 0, 320, 240))
	p.DrawBase(bare, View{Zoom: 2})
	got := image.NewRGBA(bare.Rect)
	p.DrawBase(got, View{Zoom: 2})
	DrawOverlay(got, p, View{Zoom: 2}, Style{Opacity: 1, Scale: 1, Highlight: -1})
	if !bytes.Equal(bare.Pix, got.Pix) {
		t.Error("something was drawn")
	}
	DrawOverlay(got, p, View{Zoom: 2}, Style{Masks: true, ClassMap: true, Scale: 1, Highlight: -1, Opacity: 0})
	for y := range 120 { // the object without a mask shows its box
		for x := range 100 {
			if bare.RGBAAt(x, y+120) != got.RGBAAt(x, y+120) {
				t.Fatalf("opacity 0 changed %d,%d", x, y+120)
			}
		}
	}
}

func TestEachSwitchDrawsSomethingOfItsOwn(t *testing.T) {
	p := Prepare(small(), nil)
	off := drawn(p, 320, 240, View{Zoom: 2}, Style{Opacity: 0.4, Scale: 1, Highlight: -1})
	for name, s := range map[string]Style{
		"masks": {Masks: true}, "outlines": {Outlines: true}, "boxes": {Boxes: true}, "labels": {Labels: true}, "class map": {ClassMap: true},
	} {
		s.Opacity, s.Scale, s.Highlight = 0.4, 1, -1
		if bytes.Equal(off.Pix, drawn(p, 320, 240, View{Zoom: 2}, s).Pix) {
			t.Errorf("%s: nothing drawn", name)
		}
	}
}

func TestAMaskIsFilledWithItsClassColourAtTheOpacity(t *testing.T) {
	m := disc(100, 50, 50, 30)
	base := image.NewRGBA(image.Rect(0, 0, 100, 100))
	draw.Draw(base, base.Rect, image.White, image.Point{}, draw.Src)
	p := Prepare(Content{Base: base, Items: []Item{{0, inference.Instance{Label: "person", Mask: &m, Area: m.Area()}}}}, nil)
	dst := drawn(p, 100, 100, View{Zoom: 1}, Style{Masks: true, Opacity: 0.5, Scale: 1, Highlight: -1})
	c, _ := ClassColor("person")
	want := color.RGBA{uint8((255 + int(c.R) + 1) / 2), uint8((255 + int(c.G) + 1) / 2), uint8((255 + int(c.B) + 1) / 2), 255}
	if got := dst.RGBAAt(50, 50); got != want {
		t.Errorf("the middle is %v, want %v", got, want)
	}
	if got := dst.RGBAAt(10, 10); got != (color.RGBA{255, 255, 255, 255}) {
		t.Errorf("the ground is %v", got)
	}
}

func TestHiddenClassesAndBackgroundAreLeftAsTheyAre(t *testing.T) {
	base := image.NewRGBA(image.Rect(0, 0, 3, 1))
	draw.Draw(base, base.Rect, image.White, image.Point{}, draw.Src)
	c := Content{Base: base, HideClass: []bool{false, true}, Classes: &inference.Classes{
		Width: 3, Height: 1, Labels: []string{"__background__", "dog", "cat"}, Map: []byte{0, 1, 2}, Pixels: []int{1, 1, 1},
	}}
	dst := drawn(Prepare(c, nil), 3, 1, View{Zoom: 1}, Style{ClassMap: true, Opacity: 1, Scale: 1, Highlight: -1})
	white := color.RGBA{255, 255, 255, 255}
	if dst.RGBAAt(0, 0) != white || dst.RGBAAt(1, 0) != white || dst.RGBAAt(2, 0) == white {
		t.Errorf("pixels are %v", dst.Pix)
	}
	c.Classes.Map[0] = 200 // a class without a name
	drawn(Prepare(c, nil), 3, 1, View{Zoom: 1}, Style{ClassMap: true, Opacity: 1, Scale: 1, Highlight: -1})
	c.Classes.Map = c.Classes.Map[:2] // a map that is too short
	drawn(Prepare(c, nil), 3, 1, View{Zoom: 1}, Style{ClassMap: true, Opacity: 1, Scale: 1, Highlight: -1})
}

func TestALitClassStandsOut(t *testing.T) {
	base := image.NewRGBA(image.Rect(0, 0, 2, 1))
	draw.Draw(base, base.Rect, image.White, image.Point{}, draw.Src)
	p := Prepare(Content{Base: base, Classes: &inference.Classes{
		Width: 2, Height: 1, Labels: []string{"background", "person", "bicycle"}, Map: []byte{1, 2}, Pixels: []int{0, 1, 1},
	}}, nil)
	// The distance of a pixel from white shows the opacity of a class.
	far := func(lit, x int) int {
		c := drawn(p, 2, 1, View{Zoom: 1}, Style{ClassMap: true, Opacity: 0.5, Scale: 1, Highlight: -1, LitClass: lit}).RGBAAt(x, 0)
		return 3*255 - int(c.R) - int(c.G) - int(c.B)
	}
	if none, lit, other := far(0, 0), far(2, 0), far(3, 0); !(other < none && none < lit) {
		t.Errorf("the class is %d from white as one of all, %d lit, %d beside a lit one", none, lit, other)
	}
}

func TestOddViewsAreHarmless(t *testing.T) {
	p := Prepare(small(), nil)
	nan := float64(0)
	nan /= nan
	for _, v := range []View{{}, {0, 0, -1}, {nan, 0, 1}, {0, 0, nan}, {1e300, 0, 1}, {0, 0, 1e300}, {1e8, 1e8, 100}, {50, 50, 1e5}, {0, 0, 1e-5}} {
		drawn(p, 40, 30, v, Style{true, true, true, true, true, 2, 1, 99, 300})
	}
	empty := Prepare(Content{}, p)
	drawn(empty, 40, 30, View{Zoom: 1}, Style{true, true, true, true, true, nan, nan, 5, -7})
	DrawOverlay(image.NewRGBA(image.Rectangle{}), p, View{Zoom: 1}, DefaultStyle())
}

func TestConcurrentDrawing(t *testing.T) {
	p := Prepare(small(), nil)
	want := drawn(p, 320, 240, View{Zoom: 2}, DefaultStyle())
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if got := drawn(p, 320, 240, View{Zoom: 2}, DefaultStyle()); !bytes.Equal(got.Pix, want.Pix) {
				t.Error("drawn otherwise")
			}
			drawn(p, 30, 20, View{Zoom: 0.2}, DefaultStyle())
			Prepare(p.Content(), p)
		})
	}
	all.Wait()
}

func TestPrepareReusesWhatIsStillValid(t *testing.T) {
	c := small()
	p := Prepare(c, nil)
	hidden := Prepare(Content{Base: c.Base, Items: c.Items[1:], Classes: c.Classes}, p)
	back := Prepare(c, hidden)
	if back.shapes[0].field != p.shapes[0].field || hidden.shapes[0].field != p.shapes[1].field || back.base != p.base {
		t.Error("a field or the picture's small sizes were made again")
	}
	other := Prepare(Content{Base: image.NewRGBA(image.Rect(0, 0, 5, 5))}, back)
	if len(other.fields) != 0 || other.base == p.base {
		t.Error("the last picture is kept")
	}
}

func TestATargetMayBePartOfAPicture(t *testing.T) {
	p := Prepare(small(), nil)
	want := drawn(p, 160, 120, View{Zoom: 1}, DefaultStyle())
	whole := image.NewRGBA(image.Rect(0, 0, 300, 200))
	part := whole.SubImage(image.Rect(70, 40, 230, 160)).(*image.RGBA)
	p.DrawBase(part, View{Zoom: 1})
	DrawOverlay(part, p, View{Zoom: 1}, DefaultStyle())
	for y := range 120 {
		for x := range 160 {
			if whole.RGBAAt(x+70, y+40) != want.RGBAAt(x, y) {
				t.Fatalf("pixel %d,%d is %v, want %v", x, y, whole.RGBAAt(x+70, y+40), want.RGBAAt(x, y))
			}
		}
	}
}

func TestHitFindsTheObjectOnTop(t *testing.T) {
	large, little := disc(100, 50, 50, 40), disc(100, 40, 50, 10)
	c := Content{Items: []Item{
		{7, inference.Instance{Mask: &little, Area: little.Area()}},
		{3, inference.Instance{Mask: &large, Area: large.Area()}},
		{1, inference.Instance{Box: [4]float32{80, 80, 99, 99}, Area: 361}},
	}}
	for _, h := range []struct {
		x, y float64
		want int
	}{{40, 50, 0}, {60, 50, 1}, {85, 85, 2}, {1, 1, -1}, {-1, 50, -1}, {1000, 1000, -1}} {
		if got := Hit(c, h.x, h.y); got != h.want {
			t.Errorf("at %v,%v: %d, want %d", h.x, h.y, got, h.want)
		}
	}
}

func TestThePictureIsDrawnAsItIs(t *testing.T) {
	c := small()
	if got := drawn(Prepare(Content{Base: c.Base}, nil), 160, 120, View{Zoom: 1}, Style{}); !bytes.Equal(got.Pix, c.Base.Pix) {
		t.Error("at 100 % it is not the same")
	}
	dst := image.NewRGBA(image.Rect(0, 0, 160, 120))
	DrawBase(dst, c.Base, View{10, 10, 16})
	for _, at := range []image.Point{{8, 8}, {72, 40}} { // a pixel's middle
		if got, want := dst.RGBAAt(at.X, at.Y), c.Base.RGBAAt(10+at.X/16, 10+at.Y/16); got != want {
			t.Errorf("at 1600 %%, %v is %v, want %v", at, got, want)
		}
	}
	checks := image.NewRGBA(image.Rect(0, 0, 64, 64))
	for i := range 64 * 64 {
		v := uint8(255 * ((i%64 + i/64) % 2))
		checks.SetRGBA(i%64, i/64, color.RGBA{v, v, v, 255})
	}
	for _, zoom := range []float64{0.5, 0.25, 0.11} {
		dst := image.NewRGBA(image.Rect(0, 0, 5, 5))
		DrawBase(dst, checks, View{Zoom: zoom})
		if got := dst.RGBAAt(2, 2); got.R < 126 || got.R > 129 {
			t.Errorf("at %v a chess board is %v, want grey", zoom, got)
		}
	}
}

func TestWarmingDoesNotChangeTheDrawing(t *testing.T) {
	c := small()
	cold, warm := Prepare(Content{Base: c.Base}, nil), Prepare(Content{Base: c.Base}, nil)
	warm.Warm(0.1)
	if len(warm.base.levels) != 4 {
		t.Errorf("%d levels at 10 %%", len(warm.base.levels))
	}
	if a, b := drawn(cold, 16, 12, View{Zoom: 0.1}, Style{}), drawn(warm, 16, 12, View{Zoom: 0.1}, Style{}); !bytes.Equal(a.Pix, b.Pix) {
		t.Error("the picture differs")
	}
	if len(warm.base.levels) != len(cold.base.levels) {
		t.Error("it was not warm")
	}
	Prepare(Content{}, nil).Warm(1)
}
