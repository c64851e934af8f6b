// Package randomweights writes weight files with the official models' shapes and
// random numbers. Computing with them takes the same time and memory as with the
// real ones, and the results of two devices can be compared, without downloading
// the real ones. Names and shapes are those of the official files
// (randomweights_test.go compares them with the official code's).
//
// The numbers are scaled so that signals neither vanish nor grow from layer to
// layer (He et al. 2015, "Delving Deep into Rectifiers", equation 10), and so that
// the detectors' and segmenters' answers vary: many detections of many classes.
package randomweights

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"descry/internal/atomicfile"
	"descry/models/arch"
)

// tensor is one entry of a file: float32 values of a normal distribution, or, with
// spread 0, all equal to mean.
type tensor struct {
	name         string
	shape        []int64
	mean, spread float64
}

func (t tensor) count() int64 {
	n := int64(1)
	for _, d := range t.shape {
		n *= d
	}
	return n
}

// list holds the tensors of a file, in its order.
type list []tensor

// constant adds a tensor whose elements are all v.
func (l *list) constant(name string, v float64, shape ...int64) {
	*l = append(*l, tensor{name, shape, v, 0})
}

// normal adds a tensor of a normal distribution around 0.
func (l *list) normal(name string, spread float64, shape ...int64) {
	*l = append(*l, tensor{name, shape, 0, spread})
}

// linear adds weight [out, in] and bias.
func (l *list) linear(name string, spread float64, out, in int64) {
	l.normal(name+".weight", spread, out, in)
	l.normal(name+".bias", spread, out)
}

// conv adds a square kernel whose rectified outputs are as large as its inputs.
func (l *list) conv(name string, out, in, kernel int64) {
	l.normal(name+".weight", math.Sqrt(2/float64(in*kernel*kernel)), out, in, kernel, kernel)
}

// norm adds a batch norm with a gain.
func (l *list) norm(name string, channels int64, gain float64) {
	l.constant(name+".weight", gain, channels)
	l.normal(name+".bias", 0.1, channels)
	l.normal(name+".running_mean", 0.1, channels)
	l.constant(name+".running_var", 1, channels)
}

// layerNorm adds a layer norm.
func (l *list) layerNorm(name string, size int64) {
	l.constant(name+".weight", 1, size)
	l.constant(name+".bias", 0, size)
}

// Models maps the names of the models, as in the catalogue, to their tensors.
var Models = map[string]func() []tensor{
	"blip-base":           func() []tensor { return blip(768, 12, 3072) },
	"blip-large":          func() []tensor { return blip(1024, 24, 4096) },
	"maskrcnn-v1":         func() []tensor { return maskRCNN(false) },
	"maskrcnn-v2":         func() []tensor { return maskRCNN(true) },
	"deeplabv3-resnet50":  func() []tensor { return deepLab([4]int64{3, 4, 6, 3}) },
	"deeplabv3-resnet101": func() []tensor { return deepLab([4]int64{3, 4, 23, 3}) },
}

// Names returns the names of Models, sorted.
func Names() []string {
	var names []string
	for n := range Models {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// Write writes a model's weights as safetensors (the format's README: 8 bytes of
// length, a JSON header, the tensors).
func Write(path, model string, seed uint64) error {
	make, known := Models[model]
	if !known {
		return fmt.Errorf("there is no model %q; there are %s", model, strings.Join(Names(), ", "))
	}
	return atomicfile.Write(path, atomicfile.Overwrite, func(w io.Writer) error {
		return write(w, make(), rand.New(rand.NewPCG(seed, 2))) //nolint:gosec // no secret
	})
}

// Hollow writes a sparse file with the same header as Write's and zeros for
// numbers, for code that needs only names and sizes.
func Hollow(path, model string) error {
	make, known := Models[model]
	if !known {
		return fmt.Errorf("there is no model %q", model)
	}
	var b bytes.Buffer
	size, err := writeHead(&b, make())
	if err != nil {
		return err
	}
	size += int64(b.Len())
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil { //nolint:gosec // readable by all
		return err
	}
	return os.Truncate(path, size)
}

// writeHead writes what precedes the tensors, and returns the number of bytes that
// the tensors take.
func writeHead(w io.Writer, tensors []tensor) (int64, error) {
	head, at := map[string]any{"__metadata__": map[string]string{"format": "pt"}}, int64(0)
	for _, t := range tensors {
		size := 4 * t.count()
		head[t.name] = map[string]any{"dtype": "F32", "shape": t.shape, "data_offsets": [2]int64{at, at + size}}
		at += size
	}
	text, err := json.Marshal(head)
	if err != nil {
		return 0, err
	}
	for len(text)%8 != 0 {
		text = append(text, ' ')
	}
	if err := binary.Write(w, binary.LittleEndian, uint64(len(text))); err != nil {
		return 0, err
	}
	_, err = w.Write(text)
	return at, err
}

// write writes tensors.
func write(w io.Writer, tensors []tensor, random *rand.Rand) error {
	b := bufio.NewWriterSize(w, 1<<20)
	if _, err := writeHead(b, tensors); err != nil {
		return err
	}
	var raw [4]byte
	for _, t := range tensors {
		for range t.count() {
			v := t.mean
			if t.spread != 0 {
				v += t.spread * random.NormFloat64()
			}
			binary.LittleEndian.PutUint32(raw[:], math.Float32bits(float32(v)))
			if _, err := b.Write(raw[:]); err != nil {
				return err
			}
		}
	}
	return b.Flush()
}

// tasks are the architecture and the task of each model in a model set.
var tasks = map[string][2]string{
	"blip":      {arch.TaskCaption, arch.NameBLIP},
	"maskrcnn":  {arch.TaskInstances, arch.NameMaskRCNN},
	"deeplabv3": {arch.TaskClasses, arch.NameDeepLabV3ResNet},
}

// vocabulary is the number of entries of BERT's vocabulary with BLIP's two more;
// special holds the IDs of the special tokens.
const vocabulary = 30524

var special = map[int]string{0: "[PAD]", 100: "[UNK]", 101: "[CLS]", 102: "[SEP]", 103: "[MASK]", 30522: "[DEC]", 30523: "[ENC]"}

// WriteSet writes a model set of some models, one for each task, into dir.
func WriteSet(dir string, models []string, seed uint64) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	set := map[string]any{"format": 1, "name": filepath.Base(dir), "description": "Random numbers, for measuring.", "license": "CC0-1.0"}
	for i, model := range models {
		family, _, _ := strings.Cut(model, "-")
		task, known := tasks[family]
		if !known {
			return fmt.Errorf("there is no model %q", model)
		}
		if err := Write(filepath.Join(dir, model+".safetensors"), model, seed+uint64(i)); err != nil {
			return err
		}
		entry := map[string]any{"architecture": task[1], "weights": model + ".safetensors"}
		if task[0] == arch.TaskCaption {
			entry["vocabulary"] = "vocab.txt"
			if err := os.WriteFile(filepath.Join(dir, "vocab.txt"), words(), 0o644); err != nil { //nolint:gosec // readable by all
				return err
			}
		}
		set[task[0]] = entry
	}
	text, err := json.MarshalIndent(set, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "descry.json"), append(text, '\n'), 0o644) //nolint:gosec // readable by all
}

// words returns a vocabulary of invented words.
func words() []byte {
	var b strings.Builder
	for i := range vocabulary {
		word := special[i]
		if word == "" {
			word = fmt.Sprintf("w%d", i)
		}
		b.WriteString(word + "\n")
	}
	return []byte(b.String())
}
