package identify

import (
	"path/filepath"
	"slices"
	"testing"

	"descry/models/onnx"
	"descry/models/weights"
)

func TestASurveyNotesWhatIsAskedForAndRefusesNothing(t *testing.T) {
	f, err := weights.Open(filepath.Join("..", "weights", "testdata", "plain.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	have, ok := f.Get("conv.weight")
	if !ok {
		t.Fatal("conv.weight is absent")
	}
	other := slices.Clone(have.Shape)
	other[1]++
	unknown := slices.Clone(have.Shape)
	unknown[1] = 0
	s := &survey{Weights: f}
	g := onnx.NewGraph("net")
	for i, k := range []struct {
		name        string
		shape       []int64
		found, fits bool
	}{
		{"conv.weight", have.Shape, true, true},
		{"nothing", []int64{3}, false, false},
	} {
		v := g.Weight(s, k.name, k.shape...)
		if again := g.Weight(s, k.name, k.shape...); again != v {
			t.Errorf("%s is in the graph twice", k.name)
		}
		if a := s.requests; len(a) != i+1 || a[i].name != k.name || a[i].found != k.found || a[i].fits != k.fits || !slices.Equal(a[i].shape, k.shape) {
			t.Errorf("%+v after %+v", a, k)
		}
	}
	if in := g.Inputs(); g.Err() != nil || len(in) != 2 || in[0].Name() != "conv.weight" || in[1].Shape().String() != "[3]" || len(g.Initialisers()) != 0 {
		t.Errorf("inputs %v, %d initialisers, %v", in, len(g.Initialisers()), g.Err())
	}
	if rows := g.WeightRows(s, "nothing", 1, 3, 3); rows.Shape().String() != "[2]" {
		t.Errorf("rows of shape %v", rows.Shape())
	}
	for _, k := range []struct {
		shape []int64
		fits  bool
	}{{other, false}, {unknown, true}, {have.Shape[:2], false}} {
		s := &survey{Weights: f}
		_, _, err := s.Use("conv.weight", k.shape)
		if a := s.requests[0]; err != nil || a.fits != k.fits || !a.found {
			t.Errorf("%v of %v: %+v", k.shape, have.Shape, a)
		}
	}
	gaps, err := weights.Open(filepath.Join("..", "weights", "testdata", "gaps.zip.pth"))
	if err != nil {
		t.Fatal(err)
	}
	s = &survey{Weights: gaps}
	spread, _ := gaps.Get("spread")
	if _, _, err := s.Use("spread", spread.Shape); err != nil || s.requests[0].fits || !s.requested("spread") || s.requested("half") {
		t.Errorf("%v, %+v", err, s.requests)
	}
}
