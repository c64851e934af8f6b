package picture

import (
	"descry/render"
	"descry/settings"
)

// layerFields gives the switch of each layer.
var layerFields = map[settings.Layer]func(*settings.Layers) *bool{
	settings.LayerMasks:    func(l *settings.Layers) *bool { return &l.Masks },
	settings.LayerOutlines: func(l *settings.Layers) *bool { return &l.Outlines },
	settings.LayerBoxes:    func(l *settings.Layers) *bool { return &l.Boxes },
	settings.LayerLabels:   func(l *settings.Layers) *bool { return &l.Labels },
	settings.LayerClasses:  func(l *settings.Layers) *bool { return &l.Classes },
}

func (a LayerToggled) on(r *reduction) {
	if field, known := layerFields[a.Layer]; known {
		r.t.ChangeSettings(func(s *settings.Settings) { on := field(&s.Layers); *on = !*on })
	}
}

func (a Bare) on(r *reduction) { r.s.bare = a.On && r.s.visible().phase == ready && r.s.current != 0 }

func (a OpacitySet) on(r *reduction) {
	if settings.Within(a.Value, 0, 1) {
		r.t.ChangeSettings(func(s *settings.Settings) { s.Opacity = a.Value })
	}
}

func (a ScoreSet) on(r *reduction) {
	if sane(a.Value) && a.Value != r.s.score() {
		r.t.ChangeSettings(func(s *settings.Settings) { s.Score = min(max(a.Value, settings.LeastScore), settings.MostScore) })
	}
}

func (SecondNamesToggled) on(r *reduction) {
	r.t.ChangeSettings(func(s *settings.Settings) { s.ShowSecondNames = !s.ShowSecondNames })
}

func (PanelToggled) on(r *reduction) {
	r.t.ChangeSettings(func(s *settings.Settings) { s.PanelHidden = !s.PanelHidden })
}

func (a PanelSized) on(r *reduction) {
	if sane(float64(a.Width)) {
		r.t.ChangeSettings(func(s *settings.Settings) { s.PanelWidth = min(max(a.Width, settings.LeastPanel), settings.MostPanel) })
	}
}

func (a CanvasSized) on(r *reduction) {
	if settings.Within(a.Width, 1, 1e5) && settings.Within(a.Height, 1, 1e5) && settings.Within(a.Scale, 0.1, 16) {
		r.s.canvas = Frame{Width: a.Width, Height: a.Height, Scale: a.Scale}
		r.moveTo(r.s.view)
	}
}

// moveTo shows another part of the picture. A fitted view holds no numbers, so
// that it is the same at any size.
func (r *reduction) moveTo(v View) {
	if v.Fit {
		r.s.view = ViewFit()
		return
	}
	if f := r.s.frame(); f.ready() {
		v = v.Resolved(f)
		if v.Fit {
			v = ViewFit()
		}
	}
	if sane(v.X) && sane(v.Y) && sane(v.Zoom) {
		r.s.view = v
	}
}

func (ViewFitted) on(r *reduction) { r.moveTo(ViewFit()) }

func (ViewActual) on(r *reduction) { r.moveTo(ZoomTo(r.s.view, r.s.frame(), 1)) }

func (a ZoomedAt) on(r *reduction) { r.moveTo(ZoomAt(r.s.view, r.s.frame(), a.Factor, a.X, a.Y)) }

func (a ZoomStepped) on(r *reduction) {
	f := r.s.frame()
	zoom := r.s.view.Resolved(f).Zoom
	switch {
	case !f.ready() || a.Step == 0:
	case a.Step > 0:
		r.moveTo(ZoomTo(r.s.view, f, zoom*zoomStep))
	default:
		r.moveTo(ZoomTo(r.s.view, f, zoom/zoomStep))
	}
}

func (a Panned) on(r *reduction) { r.moveTo(Pan(r.s.view, r.s.frame(), a.DX, a.DY)) }

func (a ViewMoved) on(r *reduction) {
	if r.s.visible().phase == ready && r.s.current != 0 {
		r.moveTo(a.View)
	}
}

// style is what is drawn over the visible picture. Highlight is an index into items.
func (s Scene) style(items []render.Item) render.Style {
	l := s.Settings().Layers
	st := render.Style{
		Masks: l.Masks, Outlines: l.Outlines, Boxes: l.Boxes, Labels: l.Labels, ClassMap: l.Classes,
		Opacity: s.Settings().Opacity, Highlight: -1,
	}
	if s.bare {
		st.Masks, st.Outlines, st.Boxes, st.Labels, st.ClassMap = false, false, false, false, false
	}
	if s.pointed.lit && st.ClassMap {
		st.LitClass = s.pointed.class + 1
	}
	lit := s.hover
	if lit < 0 {
		lit = s.selected
	}
	for i, item := range items {
		if item.Index == lit {
			st.Highlight = i
		}
	}
	return st
}
