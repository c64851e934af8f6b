package state

import (
	"math"
	"testing"

	"descry/ui/state/core"
	"descry/ui/state/picture"
)

func TestTheZoomIsSaid(t *testing.T) {
	d := resultSession(t)
	if got := d.screen().Canvas.Zoom; got != "Fit" {
		t.Errorf("%q", got)
	}
	d.send(core.Run{Command: core.CommandActual})
	if got := d.screen().Canvas.Zoom; got != "100 %" {
		t.Errorf("%q", got)
	}
	d.send(core.Run{Command: core.CommandZoomIn})
	if got := d.screen().Canvas.Zoom; got != "125 %" {
		t.Errorf("%q", got)
	}
	d.send(core.Run{Command: core.CommandFit})
	if d.s.picture.View() != picture.ViewFit() {
		t.Errorf("%+v", d.s.picture.View())
	}
}

func TestAWildViewIsNotTaken(t *testing.T) {
	nan := math.NaN()
	d := newSession(t)
	d.send(picture.ZoomStepped{Step: 1}, picture.ViewActual{}, picture.ViewMoved{View: picture.View{X: nan, Zoom: 2}}, picture.Panned{DX: nan, DY: 1}, picture.ZoomedAt{Factor: nan, X: nan, Y: nan}, picture.CanvasSized{Width: nan, Height: -1, Scale: 0})
	if d.s.picture.View() != picture.ViewFit() {
		t.Errorf("%+v", d.s.picture.View())
	}
}
