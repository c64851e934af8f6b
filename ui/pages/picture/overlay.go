package picture

import (
	"image"
	"math"
	"slices"
	"sync"

	"descry/inference"
	"descry/render"
	piccanvas "descry/ui/canvas"
	"descry/ui/state/picture"
)

// overlays makes scenes for the canvas. What drawing needs is prepared on the
// render goroutine and kept while the objects stay the same.
type overlays struct {
	mu       sync.Mutex
	content  render.Content
	prepared *render.Prepared
}

// scene returns the picture with what is drawn over it.
func (o *overlays) scene(levels []*image.RGBA, c picture.Canvas) piccanvas.Scene {
	content := render.Content{Items: c.Items, Classes: c.Classes, HideClass: c.HideClass}
	style := c.Style
	scene := piccanvas.Scene{
		Levels: levels,
		Draw: func(dst *image.RGBA, v render.View, scale float64) {
			s := style
			s.Scale = scale
			render.DrawOverlay(dst, o.prepare(content), v, s)
		},
		Hit: func(x, y float64) int {
			if i := render.Hit(content, x, y); i >= 0 {
				return content.Items[i].Index
			}
			return -1
		},
	}
	if c.Classes != nil {
		scene.Class = classAt(c.Classes)
	}
	return scene
}

// classAt returns the class at a point of the picture, −1 outside.
func classAt(c *inference.Classes) func(x, y float64) int {
	return func(x, y float64) int {
		col, row := int(math.Floor(x)), int(math.Floor(y))
		if col < 0 || row < 0 || col >= c.Width || row >= c.Height || len(c.Map) < c.Width*c.Height {
			return -1
		}
		return int(c.Map[row*c.Width+col])
	}
}

func (o *overlays) prepare(c render.Content) *render.Prepared {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.prepared == nil || !sameContent(o.content, c) {
		o.content, o.prepared = c, render.Prepare(c, o.prepared)
	}
	return o.prepared
}

// sameContent reports whether two contents draw the same.
func sameContent(a, b render.Content) bool {
	return a.Classes == b.Classes && slices.Equal(a.HideClass, b.HideClass) &&
		slices.EqualFunc(a.Items, b.Items, func(x, y render.Item) bool {
			return x.Index == y.Index && x.Instance.Mask == y.Instance.Mask && x.Instance.Box == y.Instance.Box &&
				x.Instance.Label == y.Instance.Label && x.Instance.Score == y.Instance.Score
		})
}

// sameCanvas reports whether the canvas shows the same picture, drawing and
// view, so that no frame is needed.
func sameCanvas(a, b picture.Canvas) bool {
	content := func(c picture.Canvas) render.Content {
		return render.Content{Items: c.Items, Classes: c.Classes, HideClass: c.HideClass}
	}
	return a.Picture == b.Picture && a.View == b.View && a.Style == b.Style && sameContent(content(a), content(b))
}
