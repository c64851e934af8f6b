// Package identify inspects files of weights (descry inspect): their container, tensors
// and types, the architecture that they belong to, and its tensors that are missing or
// have another shape, and those left over. It builds the graphs of every architecture
// over the file's directory through a view (survey) that accepts and records every
// request. It reads no weights, so a file of a gigabyte costs as little as a small one.
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

// Report describes a file.
type Report struct {
	Path       string      `json:"path"`
	Config     string      `json:"config,omitempty"` // the config.json next to it
	Container  string      `json:"container"`        // safetensors, torch zip, torch legacy, onnx
	Bytes      int64       `json:"bytes"`            // of the file
	Tensors    int         `json:"tensors"`          // their number
	Parameters int64       `json:"parameters"`       // their elements, without integers
	Types      []TypeCount `json:"types"`            // by decreasing size

	Architecture string     `json:"architecture,omitempty"` // as in descry.json; "": unknown
	Task         string     `json:"task,omitempty"`         // caption, instances, classes
	Title        string     `json:"title,omitempty"`        // "Mask R-CNN v2, ResNet-50, 91 classes"
	Nearest      string     `json:"nearest,omitempty"`      // the most similar architecture, if none fits
	Verdict      string     `json:"verdict"`                // the result in sentences
	Missing      []string   `json:"missing,omitempty"`      // tensors that the architecture needs and the file lacks
	Reshaped     []Reshaped `json:"reshaped,omitempty"`     // those of another shape
	Unexpected   []string   `json:"unexpected,omitempty"`   // those that the architecture does not have
	Spare        int        `json:"spare,omitempty"`        // the number of those that are not used for inference
}

// TypeCount is the part of a file that has one element type.
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
	Want []int64 `json:"want"` // 0: the size depends on a missing tensor
}

// Runs reports whether the file can be run as a model.
func (r Report) Runs() bool { return r.Architecture != "" }

// Identify reads the directory of the file at path and reports what it is. A file of
// unknown architecture is not an error; the Report shows it. Errors are
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

// sibling returns the path of a file in the same folder, or "" if there is none.
func sibling(path, name string) string {
	other := filepath.Join(filepath.Dir(path), name)
	if info, err := os.Stat(other); err != nil || !info.Mode().IsRegular() {
		return ""
	}
	return other
}

// count adds up the tensors.
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

// match describes how well one architecture fits.
type match struct {
	arch.Architecture
	title      string
	problem    string // reported by the architecture itself, or ""
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

// likeness returns the fraction of tensors that the architecture and the file have in
// common.
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
	} else { // for a quite different architecture, the lists are useless
		r.Missing, r.Reshaped, r.Unexpected, r.Spare = nil, nil, nil, 0
	}
	r.Verdict = verdict(f, *best)
}

// leastLikeness is the smallest likeness at which an architecture is named.
const leastLikeness = 0.1

// better reports whether a is a better match than b: it fits, or has fewer missing and
// unexpected tensors.
func better(a, b match) bool {
	if a.fits() != b.fits() {
		return a.fits()
	}
	return a.likeness() > b.likeness()
}

// matchOf surveys one architecture. config is the config.json next to the file, or "";
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

// clause returns an error's message without file and hint.
func clause(err error) string {
	var f *failure.Failure
	if errors.As(err, &f) {
		return f.Message.String()
	}
	return err.Error()
}

// isSpare reports whether a tensor is not used for inference: counters, constants, the
// auxiliary classifier, and the output bias under its second name.
func isSpare(name string) bool {
	return strings.HasPrefix(name, "aux_classifier.") || slices.ContainsFunc(
		[]string{"num_batches_tracked", "position_ids", "predictions.decoder.bias"}, func(end string) bool { return strings.HasSuffix(name, end) })
}

// isONNX reports whether the file has the extension of ONNX and is not a container of
// weights.
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
