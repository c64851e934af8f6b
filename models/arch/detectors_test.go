package arch

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"descry/models/weights"
)

// shapes are the tensors of a file by name.
type shapes map[string][]int64

// numbers counts the elements of all tensors.
func (s shapes) numbers() int64 {
	sum := int64(0)
	for _, shape := range s {
		n := int64(1)
		for _, d := range shape {
			n *= d
		}
		sum += n
	}
	return sum
}

// conv adds a convolution and, in batch norm's place, its norm.
func (s shapes) conv(name, norm string, out, in, kernel int64, bias bool) {
	s[name+".weight"] = []int64{out, in, kernel, kernel}
	if bias {
		s[name+".bias"] = []int64{out}
	}
	if norm != "" {
		for _, part := range []string{".weight", ".bias", ".running_mean", ".running_var"} {
			s[norm+part] = []int64{out}
		}
	}
}

// linear adds a fully connected layer.
func (s shapes) linear(name string, out, in int64) {
	s[name+".weight"], s[name+".bias"] = []int64{out, in}, []int64{out}
}

// body adds a ResNet's layers without its classifier (torchvision's resnet.py).
func (s shapes) body(prefix string, blocks [4]int) {
	s.conv(prefix+"conv1", prefix+"bn1", 64, 3, 7, false)
	in := int64(64)
	for stage, n := range blocks {
		planes := int64(64 << stage)
		for b := range n {
			at := fmt.Sprintf("%slayer%d.%d.", prefix, stage+1, b)
			s.conv(at+"conv1", at+"bn1", planes, in, 1, false)
			s.conv(at+"conv2", at+"bn2", planes, planes, 3, false)
			s.conv(at+"conv3", at+"bn3", 4*planes, planes, 1, false)
			if b == 0 {
				s.conv(at+"downsample.0", at+"downsample.1", 4*planes, in, 1, false)
			}
			in = 4 * planes
		}
	}
}

// officialMaskRCNN is torchvision's Mask R-CNN R50-FPN: v1 in the spelling of its
// file of 2019, or v2.
func officialMaskRCNN(v2 bool) shapes {
	s := shapes{}
	s.body("backbone.body.", [4]int{3, 4, 6, 3})
	layer := func(name string, out, in, kernel int64) { // spelling and norm of the variant
		if v2 {
			s.conv(name+".0", name+".1", out, in, kernel, false)
		} else {
			s.conv(name, "", out, in, kernel, true)
		}
	}
	for i := range 4 {
		layer(fmt.Sprintf("backbone.fpn.inner_blocks.%d", i), 256, 256<<i, 1)
		layer(fmt.Sprintf("backbone.fpn.layer_blocks.%d", i), 256, 256, 3)
		if v2 {
			layer(fmt.Sprintf("roi_heads.box_head.%d", i), 256, 256, 3)
			layer(fmt.Sprintf("roi_heads.mask_head.%d", i), 256, 256, 3)
		} else {
			layer(fmt.Sprintf("roi_heads.mask_head.mask_fcn%d", i+1), 256, 256, 3)
		}
	}
	if v2 {
		s.conv("rpn.head.conv.0.0", "", 256, 256, 3, true)
		s.conv("rpn.head.conv.1.0", "", 256, 256, 3, true)
		s.linear("roi_heads.box_head.5", 1024, 256*7*7)
	} else {
		s.conv("rpn.head.conv", "", 256, 256, 3, true)
		s.linear("roi_heads.box_head.fc6", 1024, 256*7*7)
		s.linear("roi_heads.box_head.fc7", 1024, 1024)
	}
	s.conv("rpn.head.cls_logits", "", 3, 256, 1, true)
	s.conv("rpn.head.bbox_pred", "", 12, 256, 1, true)
	s.linear("roi_heads.box_predictor.cls_score", 91, 1024)
	s.linear("roi_heads.box_predictor.bbox_pred", 364, 1024)
	s.conv("roi_heads.mask_predictor.conv5_mask", "", 256, 256, 2, true)
	s.conv("roi_heads.mask_predictor.mask_fcn_logits", "", 91, 256, 1, true)
	return s
}

// file writes tensors of zeros as a safetensors file, sparse on disk.
func (s shapes) file(tb testing.TB) *weights.File {
	tb.Helper()
	header, at := map[string]any{}, int64(0)
	for _, name := range slices.Sorted(maps.Keys(s)) {
		n := 4 * shapes{name: s[name]}.numbers()
		header[name] = map[string]any{"dtype": "F32", "shape": s[name], "data_offsets": []int64{at, at + n}}
		at += n
	}
	text, err := json.Marshal(header)
	if err != nil {
		tb.Fatal(err)
	}
	path := filepath.Join(tb.TempDir(), "model.safetensors")
	data := append(binary.LittleEndian.AppendUint64(nil, uint64(len(text))), text...)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		tb.Fatal(err)
	}
	if err := os.Truncate(path, int64(len(data))+at); err != nil {
		tb.Fatal(err)
	}
	f, err := weights.Open(path)
	if err != nil {
		tb.Fatal(err)
	}
	return f
}

func TestOfficialDetectorsAreBuiltFromTheirNamesAndShapes(t *testing.T) {
	for _, c := range []struct {
		name    string
		v2      bool
		numbers int64 // torchvision's num_params and the buffers of the norms
		eps     float64
	}{
		{"v1", false, 44_507_633, 0},
		{"v2", true, 46_420_721, 1e-5},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := officialMaskRCNN(c.v2)
			if n := s.numbers(); n != c.numbers {
				t.Fatalf("the table has %d numbers, torchvision's file %d", n, c.numbers)
			}
			f := s.file(t)
			config, err := ReadDetectorConfig("", f)
			if err != nil {
				t.Fatal(err)
			}
			if *config.BatchNormEps != c.eps || config.MinSize != 800 || config.MaxSize != 1333 || config.SizeRule != "float64" || config.Categories[18] != "dog" {
				t.Errorf("configuration %+v", config)
			}
			d := MaskRCNN{Config: config, Weights: f}
			if d.Classes() != 91 || !d.HasMasks() {
				t.Errorf("%d classes, masks: %v", d.Classes(), d.HasMasks())
			}
			buildAll(t, d)
		})
	}
}

// buildAll builds the three graphs, all of whose weights must stay in the file.
func buildAll(t *testing.T, d MaskRCNN) {
	t.Helper()
	features, err := d.FeatureGraph()
	if err != nil {
		t.Fatal(err)
	}
	if len(features.Outputs) != 14 || len(features.Proto) > 200_000 || features.PrivateBytes > 4096 {
		t.Errorf("%v, %d bytes, %d private", features.Outputs, len(features.Proto), features.PrivateBytes)
	}
	boxes, err := d.BoxGraph()
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"p2", "p3", "p4", "p5", "boxes", "bounds", "batch", "places"}; !slices.Equal(boxes.Inputs, want) || boxes.PrivateBytes > 4096 {
		t.Errorf("inputs %v, want %v, %d private bytes", boxes.Inputs, want, boxes.PrivateBytes)
	}
	masks, err := d.MaskGraph()
	if err != nil {
		t.Fatal(err)
	}
	if masks.Inputs[len(masks.Inputs)-1] != "labels" || masks.PrivateBytes > 4096 {
		t.Errorf("inputs %v, %d private bytes", masks.Inputs, masks.PrivateBytes)
	}
}

func TestWrongDetectorsAreRefusedByName(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(shapes)
		want   string
	}{
		{"no body", func(s shapes) { delete(s, "backbone.body.layer3.2.conv2.weight") }, `"backbone.body.layer3.2.conv2.weight" is not in the file`},
		{"other channels", func(s shapes) { s["backbone.fpn.inner_blocks.1.weight"] = []int64{256, 500, 1, 1} }, "[256 500 1 1]"},
		{"norm of another size", func(s shapes) { s["backbone.body.bn1.running_var"] = []int64{65} }, "bn1.running_var"},
		{"no box predictor", func(s shapes) { delete(s, "roi_heads.box_predictor.cls_score.weight") }, "cls_score.weight"},
		{"deltas for other classes", func(s shapes) { s.linear("roi_heads.box_predictor.bbox_pred", 360, 1024) }, "360"},
		{"masks of other classes", func(s shapes) { s["roi_heads.mask_predictor.mask_fcn_logits.weight"] = []int64{81, 256, 1, 1} }, "[81 256 1 1]"},
		{"other anchors", func(s shapes) { s["rpn.head.cls_logits.weight"] = []int64{9, 256, 1, 1} }, "anchors"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := officialMaskRCNN(false)
			c.change(s)
			f := s.file(t)
			config, err := ReadDetectorConfig("", f)
			d := MaskRCNN{Config: config, Weights: f}
			for _, build := range []func() error{
				func() error { _, err := d.FeatureGraph(); return err },
				func() error { _, err := d.BoxGraph(); return err },
				func() error { _, err := d.MaskGraph(); return err },
			} {
				if err == nil {
					err = build()
				}
			}
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "model.safetensors") && c.name != "deltas for other classes" {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

func TestWrongConfigurationsAreRefusedWithTheReason(t *testing.T) {
	f := officialMaskRCNN(false).file(t)
	for text, want := range map[string]string{
		`{"min_size": -3}`:                                  "min_size is -3",
		`{"max_size": 100000}`:                              "max_size is 100000",
		`{"size_rule": "float16"}`:                          "float16",
		`{"image_std": [1, 1, 0], "image_mean": [0, 0, 0]}`: "image_std",
		`{"image_mean": [1]}`:                               "image_mean",
		`{"anchor_sizes": [[32], [64]]}`:                    "levels",
		`{"aspect_ratios": [0.5, 1]}`:                       "anchors",
		`{"aspect_ratios": [0.5, 1, -2]}`:                   "-2",
		`{"bn_eps": 4}`:                                     "bn_eps",
		`{"planes": [64, 128, 256, 500]}`:                   "500 planes",
		`{"blocks": [3, 4, 23, 3]}`:                         "23 blocks",
		`{"stem": 16}`:                                      "stem of 16",
		`{"rpn_pre_nms_top_n": 100000000}`:                  "rpn_pre_nms_top_n",
		`{"categories": {"dog": "18"}}`:                     "dog",
		`{"min_size": "large"}`:                             "JSON",
		`[`:                                                 "JSON",
	} {
		path := filepath.Join(t.TempDir(), "config.json")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadDetectorConfig(path, f); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

func TestCategoriesAreAListOrAnObject(t *testing.T) {
	for text, want := range map[string]categoryNames{
		`["zero", "one"]`: {0: "zero", 1: "one"}, `{"18": "dog"}`: {18: "dog"}, `null`: nil, `[]`: {}, `{}`: {},
	} {
		var got categoryNames
		if err := json.Unmarshal([]byte(text), &got); err != nil || !maps.Equal(got, want) || (got == nil) != (want == nil) {
			t.Errorf("%s: %v, %v, want %v", text, got, err, want)
		}
	}
}

func TestLabelTablesAreComplete(t *testing.T) {
	if len(COCOLabels) != 80 || COCOLabels[1] != "person" || COCOLabels[90] != "toothbrush" || len(VOCLabels) != 21 {
		t.Errorf("%d and %d classes", len(COCOLabels), len(VOCLabels))
	}
	seen := map[string]bool{}
	for id, name := range COCOLabels {
		if id < 1 || id > 90 || seen[name] {
			t.Errorf("%d: %q", id, name)
		}
		seen[name] = true
	}
}

// FuzzDetectorConfig: any text is read or refused, and what is read is in bounds.
func FuzzDetectorConfig(f *testing.F) {
	for _, seed := range []string{`{}`, `{"min_size": 256, "anchor_sizes": [[32],[64],[128],[256],[512]], "aspect_ratios": [0.5, 1, 2]}`, `{"categories": ["a"], "bn_eps": 0}`, `{"image_mean": [0,0,0], "image_std": [1,1,1]}`} {
		f.Add([]byte(seed))
	}
	file := officialMaskRCNN(false).file(f)
	segmenter := officialSegmenters(f)["deeplabv3_resnet50"].Tensors.file(f)
	path := filepath.Join(f.TempDir(), "config.json")
	f.Fuzz(func(t *testing.T, text []byte) {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		if c, err := ReadDetectorConfig(path, file); err == nil {
			Lookup(c.Mean, c.Std)
			if len(c.AnchorSizes) != rpnLevels || len(c.AspectRatios) != rpnLevels || c.MinSize < 1 || c.MaxSize > mostSide {
				t.Errorf("%s: %+v", text, c)
			}
		}
		if s, err := Open[Segmenter]("deeplabv3_resnet", segmenter, Files{Config: path}); err == nil {
			Lookup(s.Settings().Mean, s.Settings().Std)
			if _, err := s.Graph(); err != nil && len(s.Settings().Rates) == 3 {
				t.Errorf("%s: %v", text, err)
			}
		}
	})
}
