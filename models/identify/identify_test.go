package identify

import (
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// shapes are the names and shapes of one official model's tensors.
type shapes map[string][]int64

// official reads a list of names and shapes of models/arch/testdata.
func official(tb testing.TB, file string) map[string]shapes {
	tb.Helper()
	f, err := os.Open(filepath.Join("..", "arch", "testdata", file))
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		tb.Fatal(err)
	}
	var all map[string]struct{ Tensors shapes }
	if err := json.NewDecoder(z).Decode(&all); err != nil {
		tb.Fatal(err)
	}
	out := map[string]shapes{}
	for name, o := range all {
		out[name] = o.Tensors
	}
	return out
}

// hollow writes a sparse .safetensors file with tensors of those shapes.
func hollow(tb testing.TB, tensors shapes) string {
	tb.Helper()
	header, at := map[string]any{}, int64(0)
	for _, name := range slices.Sorted(maps.Keys(tensors)) {
		size := int64(4)
		for _, d := range tensors[name] {
			size *= d
		}
		header[name] = map[string]any{"dtype": "F32", "shape": tensors[name], "data_offsets": []int64{at, at + size}}
		at += size
	}
	text, err := json.Marshal(header)
	if err != nil {
		tb.Fatal(err)
	}
	path := filepath.Join(tb.TempDir(), "model.safetensors")
	if err := os.WriteFile(path, append(binary.LittleEndian.AppendUint64(nil, uint64(len(text))), text...), 0o600); err != nil {
		tb.Fatal(err)
	}
	if err := os.Truncate(path, int64(8+len(text))+at); err != nil {
		tb.Fatal(err)
	}
	return path
}

func identified(tb testing.TB, path string) Report {
	tb.Helper()
	r, err := Identify(path)
	if err != nil {
		tb.Fatal(err)
	}
	if strings.ContainsAny(r.Verdict, "\n\r") || r.Verdict == "" {
		tb.Errorf("the verdict is no line: %q", r.Verdict)
	}
	return r
}

func TestEveryOfficialModelIsRecognised(t *testing.T) {
	titles := map[string]string{
		"base": "BLIP captioning, base, 30524 tokens, 384 pixels a side", "large": "BLIP captioning, large, 30524 tokens, 384 pixels a side",
		"deeplabv3_resnet101": "DeepLabV3, ResNet-101, 21 classes", "deeplabv3_resnet50": "DeepLabV3, ResNet-50, 21 classes",
		"fcn_resnet50": "FCN, ResNet-50, 21 classes", "fcn_resnet101": "FCN, ResNet-101, 21 classes",
		"deeplabv3_mobilenet_v3_large": "DeepLabV3 with a MobileNetV3-Large, 21 classes", "lraspp_mobilenet_v3_large": "LR-ASPP with a MobileNetV3-Large, 21 classes",
	}
	seen := 0
	for _, file := range []string{"blip_shapes.json.gz", "segmenter_shapes.json.gz"} {
		for name, tensors := range official(t, file) {
			r := identified(t, hollow(t, tensors))
			if r.Title != titles[name] || !r.Runs() || len(r.Missing)+len(r.Reshaped)+len(r.Unexpected) > 0 || r.Verdict != r.Title+": every tensor that it needs is there." {
				t.Errorf("%s: %+v", name, r)
			}
			if r.Container != "safetensors" || r.Tensors != len(tensors) || len(r.Types) != 1 || r.Types[0].Type != "F32" || r.Parameters*4 != r.Types[0].Bytes {
				t.Errorf("%s: %+v", name, r)
			}
			seen++
		}
	}
	if seen != len(titles) {
		t.Errorf("%d models were tried, want %d", seen, len(titles))
	}
}

func TestModelsOfTheRepositoryAreRecognised(t *testing.T) {
	for path, want := range map[string]string{
		"../../resources/starter/blip/model.fp16.safetensors":              "caption blip",
		"../../resources/starter/maskrcnn/model.fp16.safetensors":          "instances maskrcnn_resnet_fpn",
		"../../resources/starter/deeplabv3/model.fp16.safetensors":         "classes deeplabv3_resnet",
		"../../inference/pipeline/testdata/maskrcnn/v1.safetensors":        "instances maskrcnn_resnet_fpn",
		"../../inference/pipeline/testdata/semantic/fcn_basic.safetensors": "classes fcn_resnet",
		"../../inference/pipeline/testdata/blip/tied.safetensors":          "caption blip",
		"../../inference/pipeline/testdata/blip/salesforce.pth":            "caption blip",
	} {
		r := identified(t, filepath.FromSlash(path))
		if got := r.Task + " " + r.Architecture; got != want {
			t.Errorf("%s: %s, want %s: %s", path, got, want, r.Verdict)
		}
	}
	r := identified(t, filepath.FromSlash("../../inference/pipeline/testdata/maskrcnn/v1.safetensors"))
	if !strings.HasPrefix(r.Title, "Mask R-CNN v1, a ResNet of 1, 2, 1 and 1 blocks") || r.Types[0].Type != "F16" {
		t.Errorf("%+v", r)
	}
}

// smallDetector returns the shapes of a small Mask R-CNN of the repository.
func smallDetector(t *testing.T) shapes {
	t.Helper()
	text, err := os.ReadFile(filepath.FromSlash("../../inference/pipeline/testdata/maskrcnn/v1.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	var header map[string]struct{ Shape []int64 }
	if err := json.Unmarshal(text[8:8+binary.LittleEndian.Uint64(text)], &header); err != nil {
		t.Fatal(err)
	}
	delete(header, "__metadata__")
	out := shapes{}
	for name, h := range header {
		out[name] = h.Shape
	}
	return out
}

func TestWhatDiffersIsSaidInASentenceWithAllOfItInTheReport(t *testing.T) {
	whole := smallDetector(t)
	for _, k := range []struct {
		change  func(s shapes)
		runs    bool
		nearest string
		says    []string
		missing int
		other   int
		unknown int
	}{
		{func(s shapes) { delete(s, "roi_heads.box_predictor.cls_score.bias") }, false, "maskrcnn_resnet_fpn",
			[]string{"comes nearest to Mask R-CNN", `1 tensor is missing ("roi_heads.box_predictor.cls_score.bias")`}, 1, 0, 0},
		{func(s shapes) { s["rpn.head.bbox_pred.weight"][1]++ }, false, "maskrcnn_resnet_fpn",
			[]string{`1 tensor has another shape or type ("rpn.head.bbox_pred.weight" is [`}, 0, 1, 0},
		{func(s shapes) { s["extra.weight"] = []int64{3} }, true, "",
			[]string{`every tensor that it needs is there, and 1 tensor more that it does not know: "extra.weight"`}, 0, 0, 1},
		{func(s shapes) { delete(s, "backbone.body.layer2.0.bn2.running_var"); s["a\nb"] = []int64{1} }, false, "maskrcnn_resnet_fpn",
			[]string{"1 tensor is missing", `1 tensor is unknown to it ("a b")`}, 1, 0, 1},
		{func(s shapes) {
			for name, shape := range maps.Clone(s) {
				delete(s, name)
				s["module."+name] = shape
			}
		}, false, "", []string{"Its tensors are named module.backbone… ("}, 0, 0, 0},
	} {
		s := shapes{}
		for name, shape := range whole {
			s[name] = slices.Clone(shape)
		}
		k.change(s)
		r := identified(t, hollow(t, s))
		if r.Runs() != k.runs || r.Nearest != k.nearest || len(r.Missing) != k.missing || len(r.Reshaped) != k.other || len(r.Unexpected) != k.unknown {
			t.Errorf("%v: %+v", k.says, r)
		}
		for _, text := range k.says {
			if !strings.Contains(r.Verdict, text) {
				t.Errorf("%q lacks %q", r.Verdict, text)
			}
		}
	}
}

func TestADetectorWithoutMasksIsFasterRCNN(t *testing.T) {
	s := smallDetector(t)
	for name := range maps.Clone(s) {
		if strings.HasPrefix(name, "roi_heads.mask") {
			delete(s, name)
		}
	}
	if r := identified(t, hollow(t, s)); r.Architecture != "fasterrcnn_resnet_fpn" || !strings.HasPrefix(r.Title, "Faster R-CNN v1, ") {
		t.Errorf("%+v", r)
	}
}

func TestSomethingQuiteDifferentIsOneSentence(t *testing.T) {
	s := shapes{}
	for i := range 48 {
		s[fmt.Sprintf("transformer.h.%d.attn.c_attn.weight", i)] = []int64{8, 24}
		s[fmt.Sprintf("transformer.h.%d.mlp.c_fc.weight", i)] = []int64{8, 32}
	}
	r := identified(t, hollow(t, s))
	want := "No architecture that Descry knows. Its tensors are named transformer.h… (96); known are BLIP captioning, "
	if !strings.HasPrefix(r.Verdict, want) || r.Runs() || r.Nearest != "" || len(r.Missing)+len(r.Unexpected) > 0 {
		t.Errorf("%+v", r)
	}
}

func TestManyNamesAreGroupedByTheirBeginnings(t *testing.T) {
	for _, c := range []struct {
		names []string
		want  string
	}{
		{nil, ""},
		{[]string{"a"}, `"a"`},
		{[]string{"a", "b"}, `"a" and "b"`},
		{[]string{"a", "b", "c", "d"}, `"a", "b", "c" and "d"`},
		{[]string{"b.x.1", "a.x.1", "b.x.2", "c", "b.y.1"}, "b.x… (2), a.x… (1), b.y… (1) and c… (1)"},
		{[]string{"a", "b", "c", "d", "e", "f"}, "a… (1), b… (1), c… (1), d… (1) and 2 other beginnings"},
	} {
		if got := groups(c.names); got != c.want {
			t.Errorf("%q: %s, want %s", c.names, got, c.want)
		}
	}
}

func TestAModelSavedInsideAnotherIsKnownByItsNames(t *testing.T) {
	for _, c := range []struct {
		names []string
		want  string
	}{
		{nil, ""}, {[]string{"module.a", "module.b.c"}, "module."}, {[]string{"module.a", "b"}, ""},
		{[]string{"_orig_mod.model.a"}, "_orig_mod."}, {[]string{"model.a", "net.b"}, ""}, {[]string{"modelled"}, ""},
	} {
		if got := wrapped(c.names); got != c.want {
			t.Errorf("%q: %q, want %q", c.names, got, c.want)
		}
	}
}

func TestNamesOutOfAFileStayOnOneShortLine(t *testing.T) {
	for name, want := range map[string]string{
		"a\nb\x7f": "a b ", "line\u2028end": "line end", "\xff": "\uFFFD", strings.Repeat("x", 80): strings.Repeat("x", 80),
		strings.Repeat("x", 81): strings.Repeat("x", 80) + "…", strings.Repeat("x", 79) + "é": strings.Repeat("x", 79) + "…",
	} {
		if got := clean(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

func TestAFileNamedONNXIsReadAsOne(t *testing.T) {
	dir := t.TempDir()
	for name, want := range map[string]bool{"a.onnx": true, "a.ONNX": true, "a.onnx.bin": false, "onnx": false, ".onnx": true} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if got := isONNX(path); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
	if isONNX(filepath.Join(dir, "absent.onnx")) || isONNX(dir) {
		t.Error("a file that is absent, or a folder, is an ONNX file")
	}
}

// FuzzIdentify takes tensors out of a small detector, renames and reshapes
// others. There must always be a verdict of one line, quickly.
func FuzzIdentify(f *testing.F) {
	text, err := os.ReadFile(filepath.FromSlash("../../inference/pipeline/testdata/maskrcnn/v1.safetensors"))
	if err != nil {
		f.Fatal(err)
	}
	header := text[8 : 8+binary.LittleEndian.Uint64(text)]
	names := []string{}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(header, &all); err != nil {
		f.Fatal(err)
	}
	for name := range all {
		names = append(names, name)
	}
	slices.Sort(names)
	f.Add(uint16(3), uint8(1), "text_decoder.bert.embeddings.word_embeddings.weight", int64(30524), int64(768))
	f.Add(uint16(90), uint8(0), "vision_model.embeddings.patch_embedding.weight", int64(0), int64(1)<<50)
	f.Add(uint16(7), uint8(2), "backbone.0.0.weight", int64(1)<<40, int64(1)<<20)
	f.Add(uint16(7), uint8(3), "classifier.4.weight\n", int64(-1), int64(0))
	f.Fuzz(func(t *testing.T, at uint16, keep uint8, name string, a, b int64) {
		tensors := shapes{}
		for i, n := range names {
			if n != "__metadata__" && (uint16(i)*31+at)%7 >= uint16(keep%7) {
				tensors[n] = []int64{int64(i%5 + 1), int64(at%9 + 1)}
			}
		}
		tensors[name] = []int64{a, b}
		if a < 0 || b < 0 || a > 1<<20 || b > 1<<12 { // limits the size of the sparse file
			delete(tensors, name)
			tensors[name+"x"] = []int64{1}
		}
		r, err := Identify(hollow(t, tensors))
		if err == nil && (r.Verdict == "" || strings.ContainsAny(r.Verdict, "\n\r")) {
			t.Errorf("%+v", r)
		}
	})
}
