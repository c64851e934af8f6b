package render

import (
	"descry/inference"
	"image"
	"image/color"
	"image/draw"
	"testing"
)

func TestACutoutIsTransparentAroundTheObject(t *testing.T) {
	base := image.NewRGBA(image.Rect(0, 0, 100, 100))
	draw.Draw(base, base.Rect, image.NewUniform(color.RGBA{10, 20, 30, 255}), image.Point{}, draw.Src)
	m := disc(100, 50, 50, 20)
	got := Cutout(base, inference.Instance{Mask: &m})
	if got.Rect != image.Rect(0, 0, 40, 40) {
		t.Fatalf("size is %v", got.Rect)
	}
	if c := got.NRGBAAt(20, 20); c != (color.NRGBA{10, 20, 30, 255}) {
		t.Errorf("the middle is %v", c)
	}
	if c := got.NRGBAAt(0, 0); c.A != 0 {
		t.Errorf("the corner is %v", c)
	}
	opacity := 0
	for i := 3; i < len(got.Pix); i += 4 {
		opacity += int(got.Pix[i])
	}
	if area := opacity / 255; area < m.Area()*98/100 || area > m.Area()*102/100 {
		t.Errorf("%d opaque pixels of %d", area, m.Area())
	}
	if got := Cutout(base, inference.Instance{Box: [4]float32{10.5, 10.5, 20.5, 30.5}}); got.Rect != image.Rect(0, 0, 11, 21) || got.NRGBAAt(0, 0).A != 255 {
		t.Errorf("the box is %v", got.Rect)
	}
	empty := disc(100, -50, -50, 3)
	if Cutout(base, inference.Instance{Mask: &empty}) != nil || Cutout(base, inference.Instance{Box: [4]float32{200, 200, 300, 300}}) != nil {
		t.Error("something was cut out of nothing")
	}
}
