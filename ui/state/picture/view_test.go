package picture

import (
	"math"
	"testing"

	"descry/settings"
)

var testFrame = Frame{Width: 920, Height: 718, Scale: 1, PictureWidth: 4000, PictureHeight: 3000}

func near(a, b float64) bool { return math.Abs(a-b) < 1e-6*(1+math.Abs(b)) }

// inside reports whether the picture lies in the room as it should: whole where
// it is smaller, filling the room where it is larger.
func inside(t *testing.T, v View, f Frame) {
	t.Helper()
	w, h, mx, my := f.room()
	target := v.Target(f)
	for _, side := range []struct {
		name             string
		from, to, lo, hi float64
	}{
		{"x", (0 - target.X) * target.Zoom, (float64(f.PictureWidth) - target.X) * target.Zoom, mx - w/2, mx + w/2},
		{"y", (0 - target.Y) * target.Zoom, (float64(f.PictureHeight) - target.Y) * target.Zoom, my - h/2, my + h/2},
	} {
		if small := side.to-side.from <= side.hi-side.lo+1e-6; small {
			if !near((side.from+side.to)/2, (side.lo+side.hi)/2) {
				t.Errorf("%s: a small picture is off the middle: %v … %v in %v … %v", side.name, side.from, side.to, side.lo, side.hi)
			}
		} else if side.from > side.lo+1e-6 || side.to < side.hi-1e-6 {
			t.Errorf("%s: the room is not filled: %v … %v in %v … %v", side.name, side.from, side.to, side.lo, side.hi)
		}
	}
}

func TestAFittedPictureFillsTheRoomWhateverItsSize(t *testing.T) {
	for _, size := range [][2]int{{4000, 3000}, {1, 3000}, {3000, 1}, {1, 1}, {256, 256}} {
		f := testFrame
		f.PictureWidth, f.PictureHeight = size[0], size[1]
		v := ViewFit().Resolved(f)
		inside(t, v, f)
		w, h, _, _ := f.room()
		if pw, ph := v.Zoom*float64(size[0]), v.Zoom*float64(size[1]); pw > w+1e-6 || ph > h+1e-6 || v.Zoom > mostFit {
			t.Errorf("%v: zoom %v", size, v.Zoom)
		}
	}
}

func TestZoomKeepsThePointUnderThePointer(t *testing.T) {
	v := ZoomTo(ViewFit(), testFrame, 2)
	for _, factor := range []float64{1.25, 0.9, 3} {
		before := v.Target(testFrame)
		next := ZoomAt(v, testFrame, factor, 300, 500)
		after := next.Target(testFrame)
		x1, y1 := before.Picture(300, 500)
		x2, y2 := after.Picture(300, 500)
		if !near(x1, x2) || !near(y1, y2) {
			t.Errorf("×%v: (%v, %v) becomes (%v, %v)", factor, x1, y1, x2, y2)
		}
		inside(t, next, testFrame)
	}
}

func TestZoomAndPanStayInBounds(t *testing.T) {
	v := ViewFit()
	for range 100 {
		v = ZoomAt(v, testFrame, 1.5, 900, 700)
	}
	if got := v.Zoom; got != mostZoom {
		t.Errorf("largest zoom %v", got)
	}
	for _, d := range [][2]float64{{1e9, 1e9}, {-1e9, 3}, {5, -1e12}} {
		v = Pan(v, testFrame, d[0], d[1])
		inside(t, v, testFrame)
	}
	for range 200 {
		v = ZoomAt(v, testFrame, 0.5, 10, 10)
	}
	inside(t, v, testFrame)
	if got, want := v.Zoom, testFrame.FitZoom()/2; !near(got, want) {
		t.Errorf("smallest zoom %v, want %v", got, want)
	}
	if got := Pan(ViewFit(), testFrame, 5, 5); got != ViewFit() {
		t.Errorf("a fitted picture moved: %+v", got)
	}
}

func TestActualSizeIsOneToOneAlsoWhereTheFitIs(t *testing.T) {
	f := testFrame
	w, h, _, _ := f.room()
	f.PictureWidth, f.PictureHeight = int(w), int(h)
	if v := ZoomTo(ViewFit(), f, 1); v.Fit || v.Zoom != 1 {
		t.Errorf("%+v", v)
	}
	if v := ZoomTo(View{X: 1, Y: 1, Zoom: 3}, testFrame, 1); v.Zoom != 1 {
		t.Errorf("%+v", v)
	}
}

func TestPanFollowsThePointer(t *testing.T) {
	v := ZoomTo(ViewFit(), testFrame, 1)
	next := Pan(v, testFrame, 30, -20)
	if !near(next.X, v.X-30) || !near(next.Y, v.Y+20) {
		t.Errorf("%+v after %+v", next, v)
	}
}

func TestWhatCannotBeSeenCannotBeMoved(t *testing.T) {
	nan := math.NaN()
	for name, v := range map[string]View{
		"no frame":    ZoomAt(ViewFit(), Frame{}, 2, 1, 1),
		"NaN factor":  ZoomAt(ViewFit(), testFrame, nan, 1, 1),
		"no factor":   ZoomAt(ViewFit(), testFrame, 0, 1, 1),
		"NaN pan":     Pan(ViewFit(), testFrame, nan, 1),
		"empty box":   Look(ViewFit(), testFrame, [4]float32{5, 5, 5, 9}),
		"no frame to": ZoomTo(ViewFit(), Frame{}, 1),
	} {
		if v != ViewFit() {
			t.Errorf("%s: %+v", name, v)
		}
	}
	if v := (View{X: nan, Y: math.Inf(1), Zoom: 3}).Resolved(testFrame); !sane(v.X) || !sane(v.Y) {
		t.Errorf("%+v", v)
	}
}

func FuzzView(f *testing.F) {
	f.Add(920.0, 718.0, 1.0, 400, 300, 1.5, 10.0, 20.0, 5.0, -7.0)
	f.Add(1.0, 1.0, 2.0, 1, 3000, 1e9, 0.0, 0.0, 1e18, 1e-18)
	f.Fuzz(func(t *testing.T, w, h, scale float64, pw, ph int, factor, x, y, dx, dy float64) {
		if !settings.Within(w, 1, 1e5) || !settings.Within(h, 1, 1e5) || !settings.Within(scale, 0.1, 16) || !settings.Within(pw, 1, 1<<20) || !settings.Within(ph, 1, 1<<20) {
			t.Skip()
		}
		fr := Frame{w, h, scale, pw, ph}
		v := Pan(ZoomAt(ViewFit(), fr, factor, x, y), fr, dx, dy)
		for _, v := range []View{v, ZoomAt(v, fr, 1/factor, y, x), ZoomTo(v, fr, factor), Look(v, fr, [4]float32{float32(x), float32(y), float32(dx), float32(dy)})} {
			r := v.Resolved(fr)
			if !sane(r.X) || !sane(r.Y) || !sane(r.Zoom) || r.Zoom <= 0 || r.X < 0 || r.Y < 0 || r.X > float64(pw) || r.Y > float64(ph) {
				t.Fatalf("%+v in %+v", r, fr)
			}
			if again := r.Resolved(fr); again != r {
				t.Fatalf("%+v is moved again to %+v", r, again)
			}
		}
	})
}
