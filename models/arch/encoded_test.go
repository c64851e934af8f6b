package arch

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"descry/models/onnx"
	"descry/models/weights"
)

// update rewrites testdata/encoded.json: after a change that is meant to change
// graphs, and only then.
var update = flag.Bool("update", false, "rewrite testdata/encoded.json")

// encoded is what testdata/encoded.json holds of a graph.
type encoded struct {
	SHA256  string
	Private int64
}

// graphsOf builds all graphs of one architecture over a file.
func graphsOf(t *testing.T, architecture, config string, f *weights.File) map[string]onnx.Model {
	t.Helper()
	a, ok := Find(architecture)
	if !ok {
		t.Fatalf("there is no architecture %s", architecture)
	}
	n, err := a.Open(f, Files{Config: config})
	if err != nil {
		t.Fatal(err)
	}
	var build map[string]func() (onnx.Model, error)
	switch n := n.(type) {
	case Captioner:
		build = map[string]func() (onnx.Model, error){"vision": n.VisionGraph, "decoder": n.DecoderGraph}
	case Detector:
		build = map[string]func() (onnx.Model, error){"features": n.FeatureGraph, "boxes": n.BoxGraph}
		if n.HasMasks() {
			build["masks"] = n.MaskGraph
		}
	case Segmenter:
		build = map[string]func() (onnx.Model, error){"logits": n.Graph}
	}
	if len(n.Graphs()) != len(build) {
		t.Errorf("%s has %d graphs, want %d", architecture, len(n.Graphs()), len(build))
	}
	graphs := map[string]onnx.Model{}
	for name, b := range build {
		m, err := b()
		if err != nil {
			t.Fatalf("%s, %s: %v", f.Path, name, err)
		}
		graphs[name] = m
	}
	return graphs
}

// everyGraph builds the graphs of every architecture at its official sizes, over
// the small models of the tests in every container, and over the built-in ones.
func everyGraph(t *testing.T) map[string]onnx.Model {
	t.Helper()
	all := map[string]onnx.Model{}
	add := func(name, architecture, config string, f *weights.File) {
		for part, m := range graphsOf(t, architecture, config, f) {
			all[name+" "+part] = m
		}
	}
	for name, o := range officialBLIP(t) {
		add("official blip "+name, "blip", file(t, "config.json", o.Config), shapes(o.Tensors).file(t))
	}
	for name, o := range officialSegmenters(t) {
		add("official "+name, o.Architecture, "", o.Tensors.file(t))
	}
	add("official maskrcnn v1", NameMaskRCNN, "", officialMaskRCNN(false).file(t))
	add("official maskrcnn v2", NameMaskRCNN, "", officialMaskRCNN(true).file(t))
	const twins, starter = "../../inference/pipeline/testdata/", "../../resources/starter/"
	for _, k := range []struct{ weights, config, architecture string }{
		{twins + "blip/model.safetensors", twins + "blip/config.json", "blip"},
		{twins + "blip/checkpoint.pth", twins + "blip/config.json", "blip"},
		{twins + "blip/salesforce.pth", twins + "blip/config.json", "blip"},
		{twins + "blip/tied.safetensors", twins + "blip/config.json", "blip"},
		{twins + "maskrcnn/v1.safetensors", twins + "maskrcnn/v1.json", NameMaskRCNN},
		{twins + "maskrcnn/v2.safetensors", twins + "maskrcnn/v2.json", NameMaskRCNN},
		{twins + "detectors/basic.safetensors", twins + "detectors/basic.json", NameMaskRCNN},
		{twins + "detectors/boxes.safetensors", twins + "detectors/boxes.json", NameFasterRCNN},
		{twins + "detectors/v1.pth", twins + "detectors/v1.json", NameMaskRCNN},
		{twins + "detectors/v2.pth", twins + "detectors/v2.json", NameMaskRCNN},
		{twins + "deeplabv3/model.safetensors", twins + "deeplabv3/config.json", "deeplabv3_resnet"},
		{twins + "semantic/deeplabv3_mobile.safetensors", twins + "semantic/deeplabv3_mobile.json", "deeplabv3_mobilenet_v3_large"},
		{twins + "semantic/fcn_basic.safetensors", twins + "semantic/fcn_basic.json", "fcn_resnet"},
		{twins + "semantic/fcn_bottleneck.safetensors", twins + "semantic/fcn_bottleneck.json", "fcn_resnet"},
		{twins + "semantic/lraspp.safetensors", twins + "semantic/lraspp.json", "lraspp_mobilenet_v3_large"},
		{starter + "blip/model.fp16.safetensors", starter + "blip/config.json", "blip"},
		{starter + "maskrcnn/model.fp16.safetensors", starter + "maskrcnn/config.json", NameMaskRCNN},
		{starter + "deeplabv3/model.fp16.safetensors", starter + "deeplabv3/config.json", "deeplabv3_resnet"},
	} {
		f, err := weights.Open(filepath.FromSlash(k.weights))
		if err != nil {
			t.Fatal(err)
		}
		config := filepath.FromSlash(k.config)
		add(strings.TrimPrefix(k.weights, "../../"), k.architecture, config, f)
	}
	return all
}

// TestGraphsAreEncodedAsTheyWere compares every graph with a recorded sum, so that
// work on the graph builder cannot change a model without anybody's notice.
func TestGraphsAreEncodedAsTheyWere(t *testing.T) {
	path := filepath.Join("testdata", "encoded.json")
	got := map[string]encoded{}
	for name, m := range everyGraph(t) {
		sum := sha256.Sum256(m.Proto)
		got[name] = encoded{hex.EncodeToString(sum[:]), m.PrivateBytes}
	}
	if *update {
		text, err := json.MarshalIndent(got, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, append(text, '\n'), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]encoded
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if got[name] != want[name] {
			t.Errorf("%s: %+v, want %+v", name, got[name], want[name])
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d graphs were built, want %d", len(got), len(want))
	}
}
