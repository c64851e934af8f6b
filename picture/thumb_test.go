package picture

import (
	"context"
	"fmt"
	"image"
	"testing"
)

// shaded returns a w×h gradient from dark to light, left to right, in blue.
func shaded(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			p := img.Pix[img.PixOffset(x, y):]
			p[0], p[1], p[2], p[3] = 0, 40, byte(x*255/max(w-1, 1)), 255
		}
	}
	return img
}

func TestThumbnailsFitAndKeepTheirShape(t *testing.T) {
	for _, c := range []struct{ w, h, maxW, maxH, wantW, wantH int }{
		{400, 300, 100, 100, 100, 75},
		{300, 400, 100, 100, 75, 100},
		{100, 75, 100, 75, 100, 75}, // no change
		{10, 10, 100, 100, 10, 10},  // never enlarged
		{1, 3000, 96, 96, 1, 96},    // slivers keep a pixel
		{3000, 1, 96, 96, 96, 1},
		{1, 1, 96, 96, 1, 1},
		{2000, 1000, 1, 1, 1, 1},
		{333, 517, 97, 97, 62, 97},
		{10, 10, 0, 5, 0, 0},
		{0, 0, 5, 5, 0, 0},
	} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			src := shaded(c.w, c.h)
			out := Thumbnail(src, c.maxW, c.maxH)
			if out == src || out.Rect != image.Rect(0, 0, c.wantW, c.wantH) {
				t.Fatalf("%v, want %d×%d", out.Rect, c.wantW, c.wantH)
			}
			for x := range c.wantW {
				p := out.RGBAAt(x, c.wantH/2)
				want := 255 * (2*x + 1) / (2 * max(c.wantW, 1))
				if c.w == 1 {
					want = 0
				}
				if p.A < 250 || p.R > 8 || c.wantW > 1 && c.w > 8 && abs(int(p.B)-want) > 20 {
					t.Fatalf("pixel %d is %v, want blue near %d", x, p, want)
				}
			}
		})
	}
}

func abs(v int) int { return max(v, -v) }

func TestThumbnailsOfPartsOfAPictureShowThatPart(t *testing.T) {
	whole := shaded(200, 100)
	part := whole.SubImage(image.Rect(150, 50, 200, 100)).(*image.RGBA)
	out := Thumbnail(part, 10, 10)
	if out.Rect != image.Rect(0, 0, 10, 10) || out.RGBAAt(0, 0).B < 180 {
		t.Errorf("%v, first pixel %v", out.Rect, out.RGBAAt(0, 0))
	}
	if same := Thumbnail(part, 50, 50); same.Rect != image.Rect(0, 0, 50, 50) || same.RGBAAt(0, 0) != whole.RGBAAt(150, 50) {
		t.Errorf("%v", same.Rect)
	}
}

func TestPyramidsHalveDownToOneTile(t *testing.T) {
	src := shaded(2001, 999)
	levels := Pyramid(context.Background(), src)
	sizes := []image.Point{{2001, 999}, {1001, 500}, {501, 250}, {251, 125}}
	if len(levels) != len(sizes) || levels[0] != src {
		t.Fatalf("%d levels", len(levels))
	}
	for i, l := range levels {
		if l.Rect.Size() != sizes[i] {
			t.Errorf("level %d: %v, want %v", i, l.Rect.Size(), sizes[i])
		}
		if p := l.RGBAAt(l.Rect.Dx()/2, 5); abs(int(p.B)-127) > 3 || p.A != 255 || p.G != 40 {
			t.Errorf("level %d: the middle is %v", i, p)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if got := Pyramid(ctx, src); len(got) != 1 {
		t.Errorf("cancelled: %d levels", len(got))
	}
	if got := Pyramid(context.Background(), image.NewRGBA(image.Rect(0, 0, 1, 3000))); got[len(got)-1].Rect.Dx() != 1 {
		t.Errorf("a sliver vanished: %v", got[len(got)-1].Rect)
	}
}
