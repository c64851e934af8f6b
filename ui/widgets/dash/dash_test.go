package dash

import (
	"image"
	"image/color"
	"math"
	"strings"
	"testing"
)

func TestDashedFrameIsClosedAndEmptyWithin(t *testing.T) {
	img := Frame(200, 100, 1, color.NRGBA{255, 255, 255, 255})
	drawn, within := 0, 0
	for y := range 100 {
		for x := range 200 {
			if img.RGBAAt(x, y).A == 0 {
				continue
			}
			drawn++
			if x > 16 && x < 184 && y > 16 && y < 84 {
				within++
			}
		}
	}
	// About 9/16 of a line of 2 pixels along some 570 of edge.
	if within != 0 || drawn < 500 || drawn > 900 {
		t.Errorf("%d pixels drawn, %d of them within", drawn, within)
	}
	Frame(1, 1, 1, color.White)
}

// TestDashesRunAlongTheEdge: along the middle of the line the distance is 0 and
// the way grows steadily, once around.
func TestDashesRunAlongTheEdge(t *testing.T) {
	const w, h, r, half = 200.0, 120.0, 14.0, 1.0
	var points [][2]float64
	corner := func(cx, cy, from float64) {
		for i := range 20 {
			a := from + math.Pi/2*float64(i)/20 + 0.01
			points = append(points, [2]float64{cx + (r-half)*math.Sin(a), cy - (r-half)*math.Cos(a)})
		}
	}
	for x := r; x < w-r; x += 2 {
		points = append(points, [2]float64{x, half})
	}
	corner(w-r, r, 0)
	for y := r; y < h-r; y += 2 {
		points = append(points, [2]float64{w - half, y})
	}
	corner(w-r, h-r, math.Pi/2)
	for x := w - r; x > r; x -= 2 {
		points = append(points, [2]float64{x, h - half})
	}
	corner(r, h-r, math.Pi)
	for y := h - r; y > r; y -= 2 {
		points = append(points, [2]float64{half, y})
	}
	corner(r, r, 3*math.Pi/2)
	last := -1.0
	for _, p := range points {
		d, along := edge(p[0], p[1], w, h, r, half)
		if math.Abs(d) > 1e-9 {
			t.Errorf("%v is %g from the line", p, d)
		}
		if along < last || along > last+4 {
			t.Fatalf("at %v the way goes from %g to %g", p, last, along)
		}
		last = along
	}
	if round := 2*(w-2*half) + 2*(h-2*half) - 8*(r-half) + 2*math.Pi*(r-half); math.Abs(last-round) > 2 {
		t.Errorf("the whole way is %g, want %g", last, round)
	}
	if img := Frame(3, 3, 1, color.White); !strings.HasPrefix(img.Rect.String(), "(0,0)") || img.RGBAAt(1, 1).A != 0 || img.Rect != image.Rect(0, 0, 3, 3) {
		t.Error("a frame without room is drawn")
	}
}
