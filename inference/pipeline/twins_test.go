package pipeline

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"

	"descry/inference"
	"descry/inference/generate"
	"descry/inference/ort"
	"descry/models"
	"descry/models/arch"
	"descry/models/weights"
)

// logitsBound is how far logits of single precision may be from transformers'.
// Half precision is computed in single here and there, from the same rounded
// weights, so the bound is the same.
const logitsBound = 1e-3

// twin is what transformers finds with a small model of a published size's
// proportions (tools/reference/blip.py, write_twins).
type twin struct {
	Size     string
	Tied     bool
	DType    string
	Config   json.RawMessage
	Pictures []struct {
		Greedy, Paper twinSearch
		IDs           []int
		Logits        []float32 // after the first and the last of IDs
	}
}

type twinSearch struct {
	Found  [][]int // new tokens, the stop token (3) included
	Margin float64
}

// twinSpec writes the twin's files, its weights drawn as Python draws them.
func (w twin) spec(t *testing.T) *models.CaptionSpec {
	t.Helper()
	dir := t.TempDir()
	s := &models.CaptionSpec{Common: models.Common{Architecture: "blip"}, Vocabulary: filepath.Join(dir, "vocab.txt")}
	s.Weights, s.Config = filepath.Join(dir, "model.safetensors"), filepath.Join(dir, "config.json")
	words := []string{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "picture", "of"}
	for len(words) < 478 {
		words = append(words, fmt.Sprint("w", len(words)))
	}
	for path, text := range map[string][]byte{
		s.Vocabulary: []byte(strings.Join(words, "\n")), s.Config: w.Config, s.Weights: w.weights(t),
	} {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// weights returns the twin's safetensors file.
func (w twin) weights(t *testing.T) []byte {
	t.Helper()
	d := drawer{t: t, tied: w.Tied}
	if err := json.Unmarshal(w.Config, &d.config); err != nil {
		t.Fatal(err)
	}
	d.all()
	encode, width := encoders[w.DType], 4
	if w.DType != "F32" {
		width = 2
	}
	names := make([]string, 0, len(d.tensors))
	for name := range d.tensors {
		names = append(names, name)
	}
	sort.Strings(names)
	header, body := map[string]any{}, []byte{}
	for _, name := range names {
		from := len(body)
		for _, v := range d.tensors[name].values {
			body = encode(body, v)
		}
		header[name] = map[string]any{"dtype": w.DType, "shape": d.tensors[name].shape, "data_offsets": []int{from, len(body)}}
		if len(body)-from != width*len(d.tensors[name].values) {
			t.Fatalf("%s: %d bytes", name, len(body)-from)
		}
	}
	text, err := json.Marshal(header)
	if err != nil {
		t.Fatal(err)
	}
	return slices.Concat(binary.LittleEndian.AppendUint64(nil, uint64(len(text))), text, body)
}

// encoders write a number as a file of each type holds it, rounded to even.
var encoders = map[string]func([]byte, float32) []byte{
	"F32":  func(b []byte, v float32) []byte { return binary.LittleEndian.AppendUint32(b, math.Float32bits(v)) },
	"BF16": func(b []byte, v float32) []byte { return binary.LittleEndian.AppendUint16(b, bfloat(v)) },
	"F16":  func(b []byte, v float32) []byte { return binary.LittleEndian.AppendUint16(b, half(v)) },
}

func bfloat(v float32) uint16 {
	x := math.Float32bits(v)
	return uint16((x + 0x7fff + x>>16&1) >> 16)
}

// half is exact for finite numbers below 65,504.
func half(v float32) uint16 {
	sign := uint16(math.Float32bits(v) >> 16 & 0x8000)
	a := math.Abs(float64(v))
	_, exp := math.Frexp(a) // a = m·2^exp, ½ ≤ m < 1
	exp = max(exp, -13)
	units := uint16(math.RoundToEven(math.Ldexp(a, 11-exp))) // of the last place; 1,024 and above: normal
	if units < 1024 {
		return sign | units // subnormal, or 0
	}
	if units == 2048 {
		units, exp = 1024, exp+1
	}
	return sign | uint16(exp+14)<<10 | (units - 1024)
}

func TestTheTwinsHalvesAreRoundedAsTheyShould(t *testing.T) {
	for v, want := range map[float32]uint16{
		0: 0, 1: 0x3c00, -2.5: 0xc100, 65504: 0x7bff, 6e-8: 1, 1e-5: 0xa8, 0.1: 0x2e66, 1.0 / 3: 0x3555, 6.104e-5: 0x400, 0.99999: 0x3c00, 6.1e-5: 0x3ff,
	} {
		if got := half(v); got != want {
			t.Errorf("%v: %04x, want %04x", v, got, want)
		}
	}
	if got := bfloat(1.0 / 3); got != 0x3eab {
		t.Errorf("%04x", got)
	}
}

// found searches with the pipeline, from the picture on.
func found(t *testing.T, c *captioner, p inference.Picture, o inference.CaptionOptions) [][]int {
	t.Helper()
	got, err := c.run(context.Background(), p, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	var all [][]int
	for _, h := range got.Hypotheses {
		ids := slices.Clone(h.TokenIDs)
		if len(h.LogProbs) > len(ids) {
			ids = append(ids, 3)
		}
		all = append(all, ids)
	}
	return all
}

func TestTwinsOfThePublishedSizesWriteTheSameTokensOnTwoHundredPictures(t *testing.T) {
	lib := runtimeLibrary(t)
	var twins []twin
	readJSON(t, filepath.Join("testdata", "blip", "twins.json.gz"), &twins)
	if len(twins) != 4 {
		t.Fatalf("%d twins", len(twins))
	}
	for _, w := range twins {
		t.Run(fmt.Sprintf("%s/%s/tied=%v", w.Size, w.DType, w.Tied), func(t *testing.T) {
			c, err := newCaptioner(w.spec(t), sessionConfig{lib: lib, device: ort.DeviceCPU, threads: 2})
			if err != nil {
				t.Fatal(err)
			}
			defer c.close()
			f, err := weights.Open(c.spec.Weights)
			if err != nil {
				t.Fatal(err)
			}
			config, err := arch.ReadBLIPConfig(c.spec.Config, f)
			if err != nil {
				t.Fatal(err)
			}
			if config.Text.Heads != 2 || config.Vision.Hidden/config.Vision.Heads != 64 {
				t.Errorf("heads %d and %d", config.Vision.Heads, config.Text.Heads)
			}
			w.compare(t, c)
		})
	}
}

// compare searches every picture in both ways and judges the flips.
func (w twin) compare(t *testing.T, c *captioner) {
	if w.DType == "F32" && len(w.Pictures) != 200 {
		t.Fatalf("%d pictures", len(w.Pictures))
	}
	furthest, flips, distinct, stopped := 0.0, 0, map[string]bool{}, 0
	for i, want := range w.Pictures {
		p := drawnPicture(i)
		furthest = max(furthest, w.logits(t, c, i))
		for _, s := range []struct {
			name string
			want twinSearch
			how  inference.CaptionOptions
		}{
			{"greedy", want.Greedy, inference.CaptionOptions{Preset: inference.PresetHuggingFace}},
			{"paper, three captions", want.Paper, inference.CaptionOptions{Preset: inference.PresetPaper, NBest: 3}},
		} {
			got := found(t, c, p, s.how)
			distinct[fmt.Sprint(s.want.Found[0])] = true
			if s.want.Found[0][len(s.want.Found[0])-1] == 3 {
				stopped++
			}
			if fmt.Sprint(got) == fmt.Sprint(s.want.Found) {
				continue
			}
			flips++
			if s.want.Margin > 2*logitsBound {
				t.Errorf("picture %d, %s: %v, want %v (margin %g)", i, s.name, got, s.want.Found, s.want.Margin)
			} else {
				t.Logf("picture %d, %s: the choice falls otherwise at a margin of %g", i, s.name, s.want.Margin)
			}
		}
	}
	if furthest > logitsBound {
		t.Errorf("logits differ by %.1e", furthest)
	}
	if n := len(w.Pictures); len(distinct) < n/2 || stopped < n/10 || flips > n/50 {
		t.Errorf("only %d different captions of %d, %d with an end: they show little, or too many of them (%d) fell otherwise", len(distinct), 2*n, stopped, flips)
	}
	t.Logf("%d pictures, %d different captions, %d flips below the margin; logits within %.1e", len(w.Pictures), len(distinct), flips, furthest)
}

// logits returns how far the logits of a picture are from the reference's, once in
// one call and once token by token.
func (w twin) logits(t *testing.T, c *captioner, i int) float64 {
	t.Helper()
	want := w.Pictures[i]
	if len(want.Logits) == 0 {
		return 0
	}
	image, err := c.encodeImage(context.Background(), drawnPicture(i))
	if err != nil {
		t.Fatal(err)
	}
	step := func(m generate.Model, ids []int, parents []int) []float32 {
		got, err := m.Step(context.Background(), [][]int{ids}, parents)
		if err != nil {
			t.Fatal(err)
		}
		return slices.Clone(got[0])
	}
	n := len(want.Logits) / 2
	last := step(c.decode(image), want.IDs, nil)
	one := c.decode(image)
	first := step(one, want.IDs[:1], nil)
	grown := first
	for _, id := range want.IDs[1:] {
		grown = step(one, []int{id}, []int{0})
	}
	return max(furthest(t, "first", first, want.Logits[:n]), furthest(t, "last", last, want.Logits[n:]), furthest(t, "grown", grown, want.Logits[n:]))
}
