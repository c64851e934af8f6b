package arch

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// officialSegmenter is a model of testdata/segmenter_shapes.json.gz.
type officialSegmenter struct {
	Architecture string
	Parameters   int64
	Tensors      shapes
}

// officialSegmenters are torchvision's, with what its files hold beside the model:
// counters of the norms and the head that was used in training.
func officialSegmenters(tb testing.TB) map[string]officialSegmenter {
	tb.Helper()
	f, err := os.Open(filepath.Join("testdata", "segmenter_shapes.json.gz"))
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		tb.Fatal(err)
	}
	var all map[string]officialSegmenter
	if err := json.NewDecoder(z).Decode(&all); err != nil {
		tb.Fatal(err)
	}
	return all
}

func TestOfficialSegmentersAreBuiltFromTheirNamesAndShapes(t *testing.T) {
	published := map[string]int64{ // num_params in torchvision/models/segmentation
		"deeplabv3_resnet50": 42_004_074, "deeplabv3_resnet101": 60_996_202, "deeplabv3_mobilenet_v3_large": 11_029_328,
		"lraspp_mobilenet_v3_large": 3_221_538, "fcn_resnet50": 35_322_218, "fcn_resnet101": 54_314_346,
	}
	all := officialSegmenters(t)
	for name, parameters := range published {
		t.Run(name, func(t *testing.T) {
			o := all[name]
			if o.Parameters != parameters {
				t.Fatalf("the table is of a model of %d parameters, torchvision's has %d", o.Parameters, parameters)
			}
			s, err := Open[Segmenter](o.Architecture, o.Tensors.file(t), Files{})
			if err != nil {
				t.Fatal(err)
			}
			g, err := s.Graph()
			if err != nil || s.Classes() != 21 || s.Settings().ResizeSize != 520 || s.Settings().Categories[15] != "person" {
				t.Fatalf("%v, %d classes, %+v", err, s.Classes(), s.Settings())
			}
			if g.PrivateBytes > 4096 {
				t.Errorf("%d private bytes", g.PrivateBytes)
			}
			for tensor := range o.Tensors {
				training := strings.HasPrefix(tensor, "aux_classifier.") || strings.HasSuffix(tensor, ".num_batches_tracked")
				if used := bytes.Contains(g.Proto, []byte(tensor)); used == training {
					t.Errorf("%s is used: %v", tensor, used)
				}
			}
		})
	}
}

func TestWrongSegmentersAreRefusedByName(t *testing.T) {
	for _, c := range []struct {
		name, of, architecture, config string
		change                         func(shapes)
		want                           string
	}{
		{"an unknown architecture", "fcn_resnet50", "unet", "", nil, `there is no architecture "unet"`},
		{"another architecture", "fcn_resnet50", "deeplabv3_resnet", "", nil, `"classifier.0.convs.0.0.weight" is not in the file`},
		{"another body", "deeplabv3_resnet50", "deeplabv3_mobilenet_v3_large", "", nil, "a body of 0 inverted residual blocks; a MobileNetV3-Large has 15"},
		{"a smaller body", "lraspp_mobilenet_v3_large", "", "", func(s shapes) { delete(s, "backbone.12.block.0.0.weight") }, "a body of 11 inverted residual blocks"},
		{"a lost convolution", "lraspp_mobilenet_v3_large", "", "", func(s shapes) { delete(s, "backbone.5.block.3.0.weight") }, `"backbone.5.block.3.0.weight" is not in the file`},
		{"a kernel out of bounds", "lraspp_mobilenet_v3_large", "", "", func(s shapes) { s["backbone.5.block.1.0.weight"] = []int64{120, 1, 4096, 4096} }, `"backbone.5.block.1.0.weight" has shape`},
		{"a square that is none", "lraspp_mobilenet_v3_large", "", "", func(s shapes) { s["backbone.5.block.1.0.weight"] = []int64{120, 1, 3, 5} }, `"backbone.5.block.1.0.weight" has shape`},
		{"classes that differ", "lraspp_mobilenet_v3_large", "", "", func(s shapes) { s["classifier.low_classifier.weight"] = []int64{20, 40, 1, 1} }, `"classifier.low_classifier.bias" has shape [21]`},
		{"a wrong rate", "deeplabv3_mobilenet_v3_large", "", `{"atrous_rates": [12, 0]}`, nil, "atrous_rates has 0"},
		{"a wrong eps", "deeplabv3_mobilenet_v3_large", "", `{"body_bn_eps": 7}`, nil, "body_bn_eps is 7"},
		{"dilations of two stages", "fcn_resnet50", "", `{"replace_stride_with_dilation": [true, true]}`, nil, "replace_stride_with_dilation has 2 values"},
		{"more blocks", "fcn_resnet50", "", `{"blocks": [3, 4, 23, 3]}`, nil, "23 blocks in stage 3, the weights 6"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := officialSegmenters(t)[c.of]
			if c.change != nil {
				c.change(o.Tensors)
			}
			path := ""
			if c.config != "" {
				path = filepath.Join(t.TempDir(), "config.json")
				if err := os.WriteFile(path, []byte(c.config), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			architecture := o.Architecture
			if c.architecture != "" {
				architecture = c.architecture
			}
			s, err := Open[Segmenter](architecture, o.Tensors.file(t), Files{Config: path})
			if err == nil {
				_, err = s.Graph()
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}
