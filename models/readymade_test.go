package models

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"descry/models/arch"
	"descry/models/onnx"
)

// detectorONNX writes a graph with a detector's interface; without masks if boxes.
func detectorONNX(t *testing.T, path string, boxes bool) {
	t.Helper()
	g := onnx.NewGraph("detector")
	x := g.Input("images", onnx.Float, onnx.Dims(3, "height", "width"))
	ones := g.ConstInts([]int64{1}, 1)
	g.Output("boxes", x)
	g.Output("labels", ones)
	g.Output("scores", g.ConstFloats([]float32{1}, 1))
	if !boxes {
		g.Output("masks", x)
	}
	m, err := g.Build()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, m.Proto, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestOneONNXFileIsAModelSet(t *testing.T) {
	for name, boxes := range map[string]bool{"Masks.onnx": false, "boxes.ONNX": true} {
		path := filepath.Join(t.TempDir(), name)
		detectorONNX(t, path, boxes)
		set, err := Resolve(path, Dirs{})
		if err != nil {
			t.Fatal(err)
		}
		if set.Name != strings.TrimSuffix(name, filepath.Ext(name)) || set.Instances == nil || set.Instances.Weights != path || set.Instances.Architecture != arch.NameReadymade {
			t.Errorf("%s: %+v", name, set)
		}
		if set.Instances.BoxesOnly != boxes || set.MapsObjects() == boxes {
			t.Errorf("%s: boxes only: %v, classes of objects: %v", name, set.Instances.BoxesOnly, set.MapsObjects())
		}
		mix, err := Resolve("instances="+path, Dirs{})
		if err != nil || mix.Instances == nil || mix.Instances.Weights != path {
			t.Errorf("%s in a mix: %+v, %v", name, mix, err)
		}
	}
}

func TestADescryFileNamesAnONNXModel(t *testing.T) {
	dir := t.TempDir()
	detectorONNX(t, filepath.Join(dir, "m.onnx"), true)
	text := `{"format":1,"name":"mine","instances":{"architecture":"onnx","weights":"m.onnx","categories":["background","cat"]}}`
	if err := os.WriteFile(filepath.Join(dir, SetFile), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	set, err := LoadSet(dir)
	if err != nil || set.Instances.Architecture != arch.NameReadymade || !set.Instances.BoxesOnly || set.Instances.Categories[1] != "cat" {
		t.Errorf("%+v, %v", set, err)
	}
}

func TestAFileThatIsNoModelIsRefusedByName(t *testing.T) {
	path := filepath.Join(t.TempDir(), "page.onnx")
	if err := os.WriteFile(path, []byte("<html>"), 0o600); err != nil {
		t.Fatal(err)
	}
	for spec, want := range map[string]string{path: "not an ONNX model", filepath.Join(t.TempDir(), "absent.onnx"): "no such model"} {
		if _, err := Resolve(spec, Dirs{}); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), spec) {
			t.Errorf("%s: %v, want %q", spec, err, want)
		}
	}
}
