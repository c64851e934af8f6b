package weights

import (
	"path/filepath"
	"slices"
	"testing"
)

func TestASurveyNotesWhatIsAskedForAndLeavesTheFileAsItIs(t *testing.T) {
	f, err := Open(filepath.Join("testdata", "plain.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	var s Survey
	g := f.WithSurvey(&s)
	if f.Survey() != nil || g.Survey() != &s {
		t.Fatal("the survey is not the copy's alone")
	}
	have, ok := f.Get("conv.weight")
	if !ok {
		t.Fatal("conv.weight is absent")
	}
	other := slices.Clone(have.Shape)
	other[1]++
	unknown := slices.Clone(have.Shape)
	unknown[1] = 0
	for i, k := range []struct {
		name        string
		shape       []int64
		found, fits bool
	}{
		{"conv.weight", have.Shape, true, true},
		{"nothing", []int64{3}, false, false},
	} {
		s.Note(g, k.name, k.shape)
		s.Note(g, k.name, []int64{7, 7}) // the first one counts
		if a := s.Asked(); len(a) != i+1 || a[i].Name != k.name || a[i].Found != k.found || a[i].Fits != k.fits || !slices.Equal(a[i].Shape, k.shape) {
			t.Errorf("%+v after %+v", a, k)
		}
	}
	for _, k := range []struct {
		shape []int64
		fits  bool
	}{{other, false}, {unknown, true}, {have.Shape[:2], false}} {
		var s Survey
		s.Note(f, "conv.weight", k.shape)
		if a := s.Asked()[0]; a.Fits != k.fits || !a.Found {
			t.Errorf("%v of %v: %+v", k.shape, have.Shape, a)
		}
	}
	if !s.Wants("nothing") || s.Wants("half") {
		t.Error("it does not know what was asked for")
	}
}
