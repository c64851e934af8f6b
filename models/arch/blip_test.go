package arch

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"descry/internal/failure"
	"descry/models/onnx"
	"descry/models/weights"
)

// official is a published size of BLIP: its config.json's sizes, and the names
// and shapes of transformers' state dict (tools/reference/blip.py).
type official struct {
	Config  json.RawMessage
	Tensors map[string][]int64
}

func officialBLIP(tb testing.TB) map[string]official {
	tb.Helper()
	f, err := os.Open("testdata/blip_shapes.json.gz")
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		tb.Fatal(err)
	}
	var all map[string]official
	if err := json.NewDecoder(z).Decode(&all); err != nil {
		tb.Fatal(err)
	}
	return all
}

// hollow writes a .safetensors file of those shapes without any bytes: a header,
// and a hole as long as the tensors would be. Building a graph reads no more.
func hollow(tb testing.TB, tensors map[string][]int64) *weights.File {
	tb.Helper()
	header, at := map[string]any{}, int64(0)
	for name, shape := range tensors {
		size := int64(4)
		for _, d := range shape {
			size *= d
		}
		header[name] = map[string]any{"dtype": "F32", "shape": shape, "data_offsets": []int64{at, at + size}}
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
	f, err := weights.Open(path)
	if err != nil {
		tb.Fatal(err)
	}
	return f
}

func file(tb testing.TB, name string, text []byte) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), name)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		tb.Fatal(err)
	}
	return path
}

// blipGraphs builds both graphs, from the configuration on.
func blipGraphs(config string, f *weights.File) (vision, decoder onnx.Model, c BLIPConfig, err error) {
	if c, err = ReadBLIPConfig(config, f); err != nil {
		return
	}
	if vision, err = NewBLIP(c, f).VisionGraph(); err != nil {
		return
	}
	decoder, err = NewBLIP(c, f).DecoderGraph()
	return
}

func TestTheOfficialSizesBuildAndUseEveryTensorWhereItLies(t *testing.T) {
	for name, o := range officialBLIP(t) {
		t.Run(name, func(t *testing.T) {
			f := hollow(t, o.Tensors)
			vision, decoder, c, err := blipGraphs(file(t, "config.json", o.Config), f)
			if err != nil {
				t.Fatal(err)
			}
			if c.Text.Encoder != c.Vision.Hidden {
				t.Errorf("encoder_hidden_size %d is not the vision tower's %d", c.Text.Encoder, c.Vision.Hidden)
			}
			for tensor := range o.Tensors {
				alias := strings.HasSuffix(tensor, "position_ids") || strings.HasSuffix(tensor, "predictions.decoder.bias")
				used := bytes.Contains(vision.Proto, []byte(tensor)) || bytes.Contains(decoder.Proto, []byte(tensor))
				if used == alias {
					t.Errorf("%s: used %v", tensor, used)
				}
			}
			// Nothing but axes and masks is private: all weights are the file's own bytes.
			if private := vision.PrivateBytes + decoder.PrivateBytes; private > 1024 {
				t.Errorf("%d private bytes", private)
			}
			if len(vision.Outputs) != 24 || len(decoder.Inputs) != 2+48 || len(decoder.Outputs) != 1+24 {
				t.Errorf("%d, %d and %d ends", len(vision.Outputs), len(decoder.Inputs), len(decoder.Outputs))
			}
		})
	}
}

func TestWithoutAConfigurationTheOfficialOneHoldsAndSizesComeFromTheWeights(t *testing.T) {
	for name, o := range officialBLIP(t) {
		f := hollow(t, o.Tensors)
		want, err := ReadBLIPConfig(file(t, "config.json", o.Config), f)
		if err != nil {
			t.Fatal(err)
		}
		got, err := ReadBLIPConfig("", f)
		if err != nil {
			t.Fatal(err)
		}
		if a, b := spell(t, got), spell(t, want); a != b {
			t.Errorf("%s: %s, want %s", name, a, b)
		}
		if *got.Text.Start != 30522 || *got.Text.Stop != 102 || got.Text.Heads != 12 || *got.Vision.Eps != 1e-5 || *got.Text.Eps != 1e-12 {
			t.Errorf("%s: %s", name, spell(t, got))
		}
	}
}

func spell(t *testing.T, c BLIPConfig) string {
	t.Helper()
	text, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// smallBLIP has the names of the base size and other sizes.
func smallBLIP(tb testing.TB) (config []byte, tensors map[string][]int64) {
	tb.Helper()
	return []byte(`{"vision_config": {"num_attention_heads": 2, "layer_norm_eps": 1e-6}, "text_config": {"num_attention_heads": 2, "bos_token_id": 8, "sep_token_id": 3}}`),
		smallShapes(officialBLIP(tb)["base"])
}

// smallShapes replaces base's sizes and keeps two layers of each tower.
func smallShapes(o official) map[string][]int64 {
	sizes := map[int64]int64{30524: 10, 768: 8, 2304: 24, 3072: 12, 512: 6, 577: 5, 16: 4}
	tensors := map[string][]int64{}
	for name, shape := range o.Tensors {
		var layer int
		if i := strings.Index(name, "layer"); i >= 0 {
			_, _ = fmt.Sscanf(strings.TrimLeft(name[i:], "layers."), "%d", &layer)
		}
		if layer > 1 {
			continue
		}
		small := make([]int64, len(shape))
		for i, d := range shape {
			if small[i] = d; sizes[d] != 0 {
				small[i] = sizes[d]
			}
		}
		tensors[name] = small
	}
	return tensors
}

func TestATensorThatIsAbsentOrOfAnotherShapeIsNamed(t *testing.T) {
	config, tensors := smallBLIP(t)
	path := file(t, "config.json", config)
	full, err := ReadBLIPConfig(path, hollow(t, tensors))
	if err != nil {
		t.Fatal(err)
	}
	stated := file(t, "stated.json", []byte(spell(t, full))) // so that no size comes from the tensor that is changed
	if _, _, _, err := blipGraphs(stated, hollow(t, tensors)); err != nil {
		t.Fatal(err)
	}
	if len(tensors) < 90 {
		t.Fatalf("only %d tensors", len(tensors))
	}
	for name, shape := range tensors {
		if strings.HasSuffix(name, "position_ids") || strings.HasSuffix(name, "decoder.bias") {
			continue // aliases and buffers: never needed
		}
		other := map[string][]int64{}
		for k, v := range tensors {
			other[k] = v
		}
		other[name] = append([]int64{shape[0] + 1}, shape[1:]...)
		named(t, stated, hollow(t, other), name)
		delete(other, name)
		switch {
		case strings.HasSuffix(name, "predictions.decoder.weight"), strings.HasSuffix(name, "predictions.bias"):
			if _, _, _, err := blipGraphs(stated, hollow(t, other)); err != nil {
				t.Errorf("%s absent: %v, want the tied one", name, err)
			}
		default:
			named(t, stated, hollow(t, other), name)
		}
	}
}

func named(t *testing.T, config string, f *weights.File, tensor string) {
	t.Helper()
	_, _, _, err := blipGraphs(config, f)
	x := failure.Of(err, failure.Usage)
	if x == nil || x.Kind != failure.Model || !strings.Contains(x.Message.String(), tensor) || x.Subject != f.Path {
		t.Errorf("%s changed: %v", tensor, err)
	}
}

func TestConfigurationsThatCannotBeBuiltSayWhich(t *testing.T) {
	config, tensors := smallBLIP(t)
	f := hollow(t, tensors)
	for _, k := range []struct{ from, to, wrong string }{
		{`"num_attention_heads": 2, "layer`, `"layer`, "vision_config.num_attention_heads is not stated"},
		{`"num_attention_heads": 2, "bos`, `"bos`, "text_config.num_attention_heads is not stated"},
		{`heads": 2, "bos`, `heads": 3, "bos`, "not a multiple"},
		{`1e-6`, `0`, "layer_norm_eps"},
		{`"bos_token_id": 8`, `"bos_token_id": 10`, "bos_token_id 10"},
		{`"sep_token_id": 3`, `"sep_token_id": -1`, "sep_token_id -1"},
		{`"text_config": {`, `"text_config": {"encoder_hidden_size": 9, `, "encoder_hidden_size is 9"},
		{`"vision_config": {`, `"vision_config": {"image_size": 9, `, "image_size 9"},
		{`{"vision`, `{"x": 1,, "vision`, "JSON"},
		{`"layer_norm`, `"num_hidden_layers": 100000, "layer_norm`, "num_hidden_layers is 100000"},
		{`"layer_norm_eps"`, `"hidden_act": "relu", "layer_norm_eps"`, "relu"},
		{`1e-6}`, `1e-6, "hidden_size": "8"}`, "JSON"},
	} {
		text := strings.Replace(string(config), k.from, k.to, 1)
		if text == string(config) {
			t.Fatalf("%s is not in the configuration", k.from)
		}
		path := file(t, "config.json", []byte(text))
		_, err := ReadBLIPConfig(path, f)
		x := failure.Of(err, failure.Usage)
		if x == nil || x.Kind != failure.Model || x.Subject != path || x.Hint.IsZero() || !strings.Contains(x.Message.String(), k.wrong) {
			t.Errorf("%s: %+v, want %q", k.to, x, k.wrong)
		}
	}
	if _, err := ReadBLIPConfig(file(t, "large.json", bytes.Repeat([]byte(" "), mostConfigBytes+1)), f); err == nil || !strings.Contains(err.Error(), "too large") {
		t.Errorf("a huge configuration: %v", err)
	}
}

func TestPreprocessorsThatChangeThePictureOtherwiseAreRefused(t *testing.T) {
	c := BLIPConfig{Vision: BLIPVisionConfig{Image: 384}}
	for text, wrong := range map[string]string{
		`{}`:            "",
		`{"size": 384}`: "",
		`{"size": {"height": 384, "width": 384}}`: "",
		`{"do_resize": true, "resample": 3, "do_rescale": true, "do_normalize": true, "do_pad": true, "size": {"height": 384, "width": 384}}`: "",
		`{"size": {"shortest_edge": 384}}`:            "size",
		`{"size": {"height": 384, "width": 224}}`:     "384 × 384",
		`{"size": "384"}`:                             "size",
		`{"do_resize": false}`:                        "do_resize",
		`{"resample": 2}`:                             "resample is 2",
		`{"image_mean": [0.5]}`:                       "channels",
		`{"image_std": [1, 0, 1]}`:                    "image_std",
		`{"image_std": [1, 1, 1], "image_mean": [0]}`: "channels",
		`[`: "JSON",
	} {
		_, err := ReadBLIPPixels(file(t, "preprocessor_config.json", []byte(text)), c)
		if (err == nil) != (wrong == "") || err != nil && !strings.Contains(err.Error(), wrong) {
			t.Errorf("%s: %v, want %q", text, err, wrong)
		}
	}
}

// The numbers are those of specifications of BLIP: black is about (−1.792,
// −1.752, −1.480) and white (1.930, 2.075, 2.146) with the official means.
func TestPixelsAreNormalisedByPlanes(t *testing.T) {
	c := BLIPConfig{Vision: BLIPVisionConfig{Image: 2}}
	official, err := ReadBLIPPixels("", c)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := ReadBLIPPixels(file(t, "p.json", []byte(`{"do_rescale": false, "do_normalize": false}`)), c)
	if err != nil {
		t.Fatal(err)
	}
	half, err := ReadBLIPPixels(file(t, "p.json", []byte(`{"rescale_factor": 0.5, "image_mean": [1, 2, 3], "image_std": [2, 4, 8]}`)), c)
	if err != nil {
		t.Fatal(err)
	}
	for name, k := range map[string]struct {
		p    Pixels
		want []float64
	}{
		"official": {official, []float64{-1.79226, 1.93034, -1.75210, 2.07488, -1.48022, 2.14590}},
		"raw":      {raw, []float64{0, 255, 0, 255, 0, 255}},
		"half":     {half, []float64{-0.5, 63.25, -0.5, 31.375, -0.375, 15.5625}},
	} {
		got := k.p.Normalize([]byte{0, 0, 0, 255, 255, 255})
		for i, want := range k.want {
			if math.Abs(float64(got[i])-want) > 1e-4 {
				t.Errorf("%s: %v, want %v", name, got, k.want)
				break
			}
		}
	}
}

func FuzzBLIPConfig(f *testing.F) {
	config, tensors := smallBLIP(f)
	w := hollow(f, tensors)
	dir := f.TempDir()
	f.Add(config, []byte(`{"size": {"height": 8, "width": 8}}`))
	f.Add([]byte(`{"vision_config": {"hidden_size": 8, "num_hidden_layers": 2, "num_attention_heads": 4}}`), []byte(`{"size": 8, "image_std": [1, 2, 3]}`))
	for _, o := range officialBLIP(f) {
		f.Add([]byte(o.Config), []byte(`{"resample": 3, "rescale_factor": 0.01}`))
	}
	f.Fuzz(func(t *testing.T, config, pixels []byte) {
		path := filepath.Join(dir, fmt.Sprintf("%d.json", os.Getpid()))
		if err := os.WriteFile(path, config, 0o600); err != nil {
			t.Fatal(err)
		}
		_, _, c, err := blipGraphs(path, w)
		if err != nil && failure.Of(err, failure.Usage).Kind != failure.Model {
			t.Fatalf("%v is no model failure", err)
		}
		if err == nil && (c.Vision.Hidden%c.Vision.Heads != 0 || c.Text.Positions < 1) {
			t.Fatalf("%+v was built", c)
		}
		if err := os.WriteFile(path, pixels, 0o600); err != nil {
			t.Fatal(err)
		}
		p, err := ReadBLIPPixels(path, BLIPConfig{Vision: BLIPVisionConfig{Image: 8}})
		if err == nil && (p.Width != 8 || p.Height != 8) {
			t.Fatalf("%+v fits no tower", p)
		}
	})
}
