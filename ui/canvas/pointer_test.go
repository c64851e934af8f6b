package canvas

import (
	"context"
	"image"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"descry/picture"
	"descry/render"
	"descry/ui/state/core"
	picturestate "descry/ui/state/picture"
)

// halved is a scene whose left half is object 3.
func halved() Scene {
	return Scene{Levels: picture.Pyramid(context.Background(), chequered(100, 100)), Hit: func(x, y float64) int {
		if x >= 0 && x < 50 && y >= 0 && y < 100 {
			return 3
		}
		return -1
	}}
}

// over returns the position of a point of the picture in the widget.
func over(c *Canvas, x, y float64) fyne.Position {
	v := c.view.Target(c.Frame())
	return fyne.NewPos(float32((x-v.X)*v.Zoom/c.scale), float32((y-v.Y)*v.Zoom/c.scale))
}

func TestClickPicksTheObjectUnderThePointer(t *testing.T) {
	for name, c := range map[string]struct {
		x, y float64
		want int
	}{
		"on it":               {20, 50, 3},
		"near its edge":       {49, 99, 3},
		"beside it":           {51, 50, -1},
		"outside the picture": {-3, 50, -1},
	} {
		t.Run(name, func(t *testing.T) {
			var picked []int
			w, _ := shown(t, halved(), 400, 300, Params{OnPick: func(i int) { picked = append(picked, i) }})
			w.Tapped(&fyne.PointEvent{Position: over(w, c.x, c.y)})
			if !slices.Equal(picked, []int{c.want}) {
				t.Errorf("picked %v, want %d", picked, c.want)
			}
		})
	}
}

// TestClickFollowsTheView: zoomed in, the same object lies elsewhere.
func TestClickFollowsTheView(t *testing.T) {
	var picked []int
	w, _ := shown(t, halved(), 400, 300, Params{OnPick: func(i int) { picked = append(picked, i) }})
	at := over(w, 60, 50)
	w.Scrolled(&fyne.ScrollEvent{PointEvent: fyne.PointEvent{Position: over(w, 90, 50)}, Scrolled: fyne.NewDelta(0, 100)})
	w.Tapped(&fyne.PointEvent{Position: at})
	w.Tapped(&fyne.PointEvent{Position: over(w, 49.5, 50)})
	w.Tapped(&fyne.PointEvent{Position: over(w, 50.5, 50)})
	if !slices.Equal(picked, []int{-1, 3, -1}) {
		t.Errorf("picked %v", picked)
	}
}

func TestWithoutObjectsNothingIsPicked(t *testing.T) {
	w, _ := shown(t, Scene{Levels: halved().Levels}, 400, 300, Params{OnPick: func(i int) { t.Errorf("picked %d", i) }})
	w.Tapped(&fyne.PointEvent{Position: fyne.NewPos(200, 150)})
	bare, _ := shown(t, halved(), 400, 300, Params{}) // no callbacks
	bare.Tapped(&fyne.PointEvent{Position: fyne.NewPos(200, 150)})
	bare.MouseIn(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: over(bare, 20, 50)}})
	bare.MouseOut()
}

func TestPointerThatComesInIsReported(t *testing.T) {
	var hovered []int
	w, _ := shown(t, halved(), 400, 300, Params{OnHover: func(i int) { hovered = append(hovered, i) }})
	w.MouseIn(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: over(w, 20, 50)}})
	if !slices.Equal(hovered, []int{3}) {
		t.Errorf("reported %v", hovered)
	}
}

// TestSharpFrameFollowsAMove: frames may be coarse while the view moves; the last
// one never is.
func TestSharpFrameFollowsAMove(t *testing.T) {
	for name, end := range map[string]func(c *Canvas, box *mailbox){
		"at the end of a drag": func(c *Canvas, _ *mailbox) { c.DragEnd() },
		"after a while": func(_ *Canvas, box *mailbox) {
			time.Sleep(settleAfter - time.Millisecond) // virtual
			synctest.Wait()
			if n := len(box.take()); n > 0 {
				t.Errorf("%d functions were dispatched too early", n)
			}
			time.Sleep(time.Millisecond)
			synctest.Wait()
			for _, f := range box.take() {
				f()
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				box := &mailbox{}
				c := &Canvas{p: Params{Dispatch: box.dispatch, Send: func(core.Action) {}}, view: picturestate.ViewFit(), scale: 1, devW: 8, devH: 8}
				c.scene = halved()
				c.render = &renderer{wake: make(chan struct{}, 1)} // keeps the request
				c.Dragged(&fyne.DragEvent{Dragged: fyne.NewDelta(5, 0)})
				time.Sleep(settleAfter / 2) // virtual
				c.Dragged(&fyne.DragEvent{Dragged: fyne.NewDelta(5, 0)})
				if !c.request().moving {
					t.Error("while the view moves, frames are sharp")
				}
				end(c, box)
				if q := c.render.next; q == nil || q.moving {
					t.Errorf("requested is %+v", q)
				}
				c.settle.Stop()
			})
		})
	}
}

// take returns the functions dispatched since the last call.
func (m *mailbox) take() []func() {
	m.mu.Lock()
	defer m.mu.Unlock()
	jobs := m.jobs
	m.jobs = nil
	return jobs
}

func TestRefreshDrawsAgain(t *testing.T) {
	c, _ := shown(t, halved(), 400, 300, Params{})
	c.Close() // waits for the frames requested so far
	if c.Stats().Report().Frames == 0 {
		t.Error("no frame was counted")
	}
	done := make(chan struct{})
	close(done)
	c.render = &renderer{wake: make(chan struct{}, 1), done: done} // keeps the request
	c.Refresh()                                                    // as after a change of the theme
	if q := c.render.next; q == nil || q.w != 400 || q.h != 300 {
		t.Errorf("requested is %+v", q)
	}
	if m := c.MinSize(); m != fyne.NewSize(120, 120) {
		t.Errorf("the minimum size is %v", m)
	}
}

// TestBandsCoverAllRows: shared among any number of goroutines, each row is drawn
// once.
func TestBandsCoverAllRows(t *testing.T) {
	for _, rows := range []int{0, 1, 31, 64, 1000} {
		for _, workers := range []int{0, 1, 2, 7} {
			seen := make([]int, rows)
			inBands(rows, workers, func(from, to int) {
				for y := from; y < to; y++ {
					seen[y]++
				}
			})
			if i := slices.IndexFunc(seen, func(n int) bool { return n != 1 }); i >= 0 {
				t.Errorf("of %d rows among %d, row %d was drawn %d times", rows, workers, i, seen[i])
			}
		}
	}
}

// TestPixelsAreSquaresOnlyWhenZoomedIn: at a zoom of 2 neighbours are mixed, at 4
// they are not.
func TestPixelsAreSquaresOnlyWhenZoomedIn(t *testing.T) {
	pic := image.NewRGBA(image.Rect(0, 0, 2, 1))
	copy(pic.Pix, []uint8{0, 0, 0, 255, 200, 200, 200, 255})
	for zoom, mixed := range map[float64]bool{2: true, 4: false} {
		dst := image.NewRGBA(image.Rect(0, 0, int(2*zoom), 1))
		drawBase(dst, []*image.RGBA{pic}, render.View{Zoom: zoom}, [4]uint8{})
		between := false
		for x := range dst.Rect.Dx() {
			if v := dst.RGBAAt(x, 0).R; v != 0 && v != 200 {
				between = true
			}
		}
		if between != mixed {
			t.Errorf("at a zoom of %g pixels are mixed: %v", zoom, between)
		}
	}
}
