// Package identify inspects files of weights (descry inspect): their container, tensors
// and types, which architecture they are the weights of, and what of it is missing,
// of another shape or left over. The graphs of every architecture are
// built over the file's directory through a view that refuses nothing (survey) and
// notes what is asked for; no weight is read, so that a file of a
// gigabyte costs as little as a small one.
package identify

import (
	"cmp"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"descry/internal/failure"
	"descry/models/arch"
	"descry/models/weights"
)

// Report is what a file is.
type Report struct {
	Path       string      `json:"path"`
	Config     string      `json:"config,omitempty"` // the config.json beside it
	Container  string      `json:"container"`        // safetensors, torch zip, torch legacy, onnx
	Bytes      int64       `json:"bytes"`            // of the file
	Tensors    int         `json:"tensors"`          // how many it holds
	Parameters int64       `json:"parameters"`       // their elements, without whole numbers
	Types      []TypeCount `json:"types"`            // by falling bytes

	Architecture string     `json:"architecture,omitempty"` // as descry.json names it; "": none that is known
	Task         string     `json:"task,omitempty"`         // caption, instances, classes
	Title        string     `json:"title,omitempty"`        // "Mask R-CNN v2, ResNet-50, 91 classes"
	Nearest      string     `json:"nearest,omitempty"`      // the most similar architecture, where it is none
	Verdict      string     `json:"verdict"`                // all of it in whole sentences
	Missing      []string   `json:"missing,omitempty"`      // tensors that the architecture needs and the file lacks
	Reshaped     []Reshaped `json:"reshaped,omitempty"`     // those of another shape
	Unexpected   []string   `json:"unexpected,omitempty"`   // those that the architecture does not know
	Spare        int        `json:"spare,omitempty"`        // those known to be of no use when a model runs
}

// TypeCount is how much of a file is of one type.
type TypeCount struct {
	Type    string `json:"type"` // F32, F16, …
	Tensors int    `json:"tensors"`
	Bytes   int64  `json:"bytes"`
}

// Reshaped is a tensor whose shape or type the architecture cannot use.
type Reshaped struct {
	Name string  `json:"name"`
	Type string  `json:"type"`
	Have []int64 `json:"have"`
	Want []int64 `json:"want"` // 0 is a size that followed from a missing tensor
}

// Runs reports whether a model can be made of the file.
func (r Report) Runs() bool { return r.Architecture != "" }

// Identify reads the directory of the file at path and reports what it is. A file of
// no known architecture is not an error; the Report says so. Errors are
// *failure.Failure of kind Model: the file cannot be read, or is not a file of
// weights.
func Identify(path string) (Report, error) {
	if isONNX(path) {
		return identifyONNX(path)
	}
	f, err := weights.Open(path)
	if err != nil {
		return Report{}, err
	}
	r := Report{Path: path, Container: f.Format, Bytes: f.Size, Config: sibling(path, "config.json")}
	r.count(f)
	r.choose(f)
	return r, nil
}

// sibling returns the path of a file in the same folder, "" if there is none.
func sibling(path, name string) string {
	other := filepath.Join(filepath.Dir(path), name)
	if info, err := os.Stat(other); err != nil || !info.Mode().IsRegular() {
		return ""
	}
	return other
}

// count sums up the tensors.
func (r *Report) count(f *weights.File) {
	byType := map[weights.DType]*TypeCount{}
	for _, name := range f.Names() {
		t, _ := f.Get(name)
		c := byType[t.DType]
		if c == nil {
			c = &TypeCount{Type: string(t.DType)}
			byType[t.DType] = c
		}
		c.Tensors++
		c.Bytes += t.Length
		r.Tensors++
		if strings.HasPrefix(string(t.DType), "F") || t.DType == weights.BF16 {
			r.Parameters += t.Count()
		}
	}
	r.sortTypes(byType)
}

// match is how one architecture fits.
type match struct {
	arch.Architecture
	title      string
	problem    string // what the architecture itself found wrong, "" if nothing
	fitting    int    // tensors that it needs and that fit
	missing    []string
	reshaped   []Reshaped
	unexpected []string
	spare      int
}

// fits reports whether the file can be run as this architecture.
func (m match) fits() bool {
	return m.problem == "" && m.fitting > 0 && len(m.missing) == 0 && len(m.reshaped) == 0
}

// likeness returns the share of tensors that the architecture and the file have in
// common, 0 to 1.
func (m match) likeness() float64 {
	all := m.fitting + len(m.missing) + len(m.reshaped) + len(m.unexpected)
	if all == 0 {
		return 0
	}
	return (float64(m.fitting) + float64(len(m.reshaped))/2) / float64(all)
}

// choose tries every architecture and reports the best.
func (r *Report) choose(f *weights.File) {
	var best *match
	for _, a := range arch.All() {
		if a.Open == nil {
			continue
		}
		m := matchOf(a, f, r.Config)
		if best == nil || better(m, *best) {
			best = &m
		}
	}
	r.Missing, r.Reshaped, r.Unexpected, r.Spare = best.missing, best.reshaped, best.unexpected, best.spare
	if best.fits() {
		r.Architecture, r.Task, r.Title = best.ID, best.Task, best.title
	} else if best.likeness() >= leastLikeness {
		r.Nearest = best.ID
	} else { // what is missing of something quite different is of no use
		r.Missing, r.Reshaped, r.Unexpected, r.Spare = nil, nil, nil, 0
	}
	r.Verdict = verdict(f, *best)
}

// leastLikeness is the least share of common tensors at which an architecture is
// named.
const leastLikeness = 0.1

// better prefers what fits, then what leaves least over or lacks least.
func better(a, b match) bool {
	if a.fits() != b.fits() {
		return a.fits()
	}
	return a.likeness() > b.likeness()
}

// matchOf surveys one architecture. config is the config.json beside the file, or "";
// one that does not fit is not used.
func matchOf(a arch.Architecture, f *weights.File, config string) match {
	m := match{Architecture: a}
	s := &survey{Weights: f}
	network, err := a.Open(s, arch.Files{Config: config})
	if err != nil && config != "" {
		network, err = a.Open(s, arch.Files{})
	}
	for _, build := range network.Graphs() {
		if _, wrong := build(); wrong != nil {
			err = cmp.Or(err, wrong)
			break
		}
	}
	m.title = network.Title()
	if err != nil {
		m.problem = clause(err)
	}
	for _, a := range s.requests {
		switch t, _ := s.Get(a.name); {
		case !a.found:
			m.missing = append(m.missing, a.name)
		case !a.fits:
			m.reshaped = append(m.reshaped, Reshaped{a.name, string(t.DType), t.Shape, a.shape})
		default:
			m.fitting++
		}
	}
	for _, name := range s.Names() {
		switch {
		case s.requested(name):
		case isSpare(name):
			m.spare++
		default:
			m.unexpected = append(m.unexpected, name)
		}
	}
	return m
}

// clause is an error's own clause, without file and hint.
func clause(err error) string {
	var f *failure.Failure
	if errors.As(err, &f) {
		return f.Message.String()
	}
	return err.Error()
}

// isSpare reports whether a tensor is one that only training or another way of
// saving needs: counters, constants, the auxiliary classifier, and the output
// bias under its second name.
func isSpare(name string) bool {
	return strings.HasPrefix(name, "aux_classifier.") || slices.ContainsFunc(
		[]string{"num_batches_tracked", "position_ids", "predictions.decoder.bias"}, func(end string) bool { return strings.HasSuffix(name, end) })
}

// isONNX reports whether the file is named so and is no container of weights.
func isONNX(path string) bool {
	if !strings.EqualFold(extension(path), ".onnx") {
		return false
	}
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

func extension(path string) string {
	if i := strings.LastIndexByte(path, '.'); i >= 0 {
		return path[i:]
	}
	return ""
}
