package canvas

import (
	"context"
	"image"
	"testing"
	"testing/synctest"
	"time"

	"descry/picture"
	"descry/render"
)

func TestOnlyTheNewestRequestIsDrawn(t *testing.T) {
	var stats Stats
	started, gate := make(chan struct{}, 16), make(chan struct{})
	var widths []int
	done := make(chan struct{}, 16)
	r := newRenderer(&stats, func(f *image.RGBA, q request) { widths = append(widths, q.w); done <- struct{}{} })
	levels := picture.Pyramid(context.Background(), chequered(8, 8))
	ask := func(w int) {
		r.ask(request{w: w, h: 4, view: render.View{Zoom: 1}, scene: Scene{Levels: levels, Draw: func(*image.RGBA, render.View, float64) {
			started <- struct{}{}
			<-gate
		}}})
	}
	ask(1)
	<-started // the first is being drawn; the others wait
	for w := 2; w <= 9; w++ {
		ask(w)
	}
	close(gate)
	<-done
	<-done
	r.close()
	if len(widths) != 2 || widths[0] != 1 || widths[1] != 9 {
		t.Errorf("drawn were %v, want the first and the newest", widths)
	}
	if got := stats.Report().Frames; got != 2 {
		t.Errorf("%d frames counted", got)
	}
}

func TestMovingFramesGetCoarserWhenTheyAreSlowAndFinerAgain(t *testing.T) {
	r := &renderer{coarse: 1}
	for _, step := range []struct {
		took time.Duration
		want int
	}{{slow + 1, 2}, {slow * 3, 4}, {slow * 3, 4}, {slow / 2, 4}, {slow / 10, 2}, {slow / 10, 1}, {0, 1}} {
		if r.adapt(step.took); r.coarse != step.want {
			t.Errorf("after %v: %d, want %d", step.took, r.coarse, step.want)
		}
	}
	r.coarse = 4
	q := request{w: 400, h: 200, view: render.View{Zoom: 2}, scene: Scene{Levels: picture.Pyramid(context.Background(), chequered(200, 100))}}
	if s := r.draw(q).Rect.Size(); s != image.Pt(400, 200) {
		t.Errorf("a frame at rest has %v pixels", s)
	}
	q.moving = true
	if s := r.draw(q).Rect.Size(); s != image.Pt(100, 50) {
		t.Errorf("a moving frame has %v pixels", s)
	}
}

func TestARendererThatIsClosedDrawsNoMore(t *testing.T) {
	r := newRenderer(&Stats{}, func(*image.RGBA, request) { t.Error("drawn") })
	r.close()
	r.close()
	r.ask(request{w: 1, h: 1})
}

func TestPercentilesLookBackOnTheLastFrames(t *testing.T) {
	var s Stats
	if r := s.Report(); r.Frames != 0 || r.P95 != 0 {
		t.Errorf("without frames: %+v", r)
	}
	s.frame(time.Hour) // forgotten below
	for i := range keptFrames {
		s.frame(time.Duration(i+1) * time.Millisecond)
	}
	r := s.Report()
	if r.Frames != keptFrames+1 || r.Last != keptFrames*time.Millisecond || r.Longest != keptFrames*time.Millisecond {
		t.Errorf("%+v", r)
	}
	if r.P50 != (keptFrames/2+1)*time.Millisecond || r.P95 != (keptFrames*95/100+1)*time.Millisecond {
		t.Errorf("percentiles %v and %v", r.P50, r.P95)
	}
}

func TestWatchdogFindsTheLongestStall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		queue := make(chan func(), 4)
		stop := make(chan struct{})
		go func() { // the window's goroutine: the third job takes long
			for n := 1; ; n++ {
				select {
				case f := <-queue:
					if n == 3 {
						time.Sleep(70 * time.Millisecond) // virtual
					}
					f()
				case <-stop:
					return
				}
			}
		}()
		w := NewWatchdog(func(f func()) { queue <- f }, 10*time.Millisecond)
		time.Sleep(200 * time.Millisecond)
		longest, late, beats := w.Stalls()
		if longest != 70*time.Millisecond || late != 1 || beats < 10 {
			t.Errorf("longest %v, late %d, of %d", longest, late, beats)
		}
		w.Reset()
		if longest, late, _ := w.Stalls(); longest != 0 || late != 0 {
			t.Errorf("after a reset: %v, %d", longest, late)
		}
		w.Close()
		close(stop)
	})
}

// BenchmarkFrame draws a Full HD frame of a picture of 50 megapixels at several
// zooms; the pyramid is ready.
func BenchmarkFrame(b *testing.B) {
	levels := picture.Pyramid(context.Background(), chequered(8192, 6144))
	for name, zoom := range map[string]float64{"fit": 0.15, "half": 0.5, "actual": 1, "squares": 4} {
		b.Run(name, func(b *testing.B) {
			r := &renderer{coarse: 1}
			q := request{w: 1560, h: 1000, view: render.View{X: 2000, Y: 1500, Zoom: zoom}, scene: Scene{Levels: levels}, scale: 1}
			for b.Loop() {
				r.draw(q)
			}
		})
	}
}
