package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"descry/inference"
	"descry/inference/ort"
	"descry/models"
	"descry/models/arch"
	"descry/models/onnx"
	"descry/models/weights"
)

// graph is one graph and its inputs.
type graph struct {
	model  onnx.Model
	inputs func() []*ort.Tensor
}

// kind identifies a file's architecture by a tensor.
type kind struct {
	tensor       string
	task         inference.Task
	architecture string
	names        []string
	make         func(f *weights.File, name string) (graph, error)
}

var kinds = []kind{
	{"text_decoder.cls.predictions.transform.dense.weight", inference.TaskCaption, arch.NameBLIP, []string{"vision", "decoder"}, blipGraph},
	{"roi_heads.box_predictor.cls_score.weight", inference.TaskInstances, arch.NameMaskRCNN, []string{"features", "boxes", "masks"}, detectorGraph},
	{"backbone.layer4.2.conv3.weight", inference.TaskClasses, arch.NameDeepLabV3ResNet, []string{"body and head"}, segmenterGraph},
}

func kindOf(f *weights.File) (kind, error) {
	for _, k := range kinds {
		if _, ok := f.Get(k.tensor); ok {
			return k, nil
		}
	}
	return kind{}, fmt.Errorf("%s holds no model that is measured here", f.Path)
}

func graphNames(f *weights.File) ([]string, error) {
	k, err := kindOf(f)
	return k.names, err
}

func graphOf(path, name string) (graph, error) {
	f, err := weights.Open(path)
	if err != nil {
		return graph{}, err
	}
	k, err := kindOf(f)
	if err != nil {
		return graph{}, err
	}
	return k.make(f, name)
}

// setOf returns a model set of one file. BLIP's vocabulary may be another's, since
// memory use does not depend on the words.
func setOf(path string) (inference.Task, *models.Set, error) {
	f, err := weights.Open(path)
	if err != nil {
		return "", nil, err
	}
	k, err := kindOf(f)
	if err != nil {
		return "", nil, err
	}
	common := models.Common{Set: "measured", Architecture: k.architecture, Weights: path}
	set := &models.Set{Name: "measured"}
	switch k.task {
	case inference.TaskCaption:
		set.Caption = &models.CaptionSpec{Common: common}
		if _, err := os.Stat(filepath.Join(filepath.Dir(f.Path), "vocab.txt")); err != nil {
			set.Caption.Vocabulary, err = dummyVocabulary()
			return k.task, set, err
		}
	case inference.TaskInstances:
		set.Instances = &models.InstancesSpec{Common: common}
	default:
		set.Classes = &models.ClassesSpec{Common: common}
	}
	return k.task, set, nil
}

// dummyVocabulary writes a vocabulary of BERT's size.
func dummyVocabulary() (string, error) {
	words := []string{"[PAD]", "[UNK]", "a", "picture", "of"}
	for len(words) < 30522 {
		words = append(words, fmt.Sprint("w", len(words)))
	}
	path := filepath.Join(os.TempDir(), "descry-memory-vocab.txt")
	return path, os.WriteFile(path, []byte(strings.Join(words, "\n")), 0o600)
}

func blipGraph(f *weights.File, name string) (graph, error) {
	c, err := arch.ReadBLIPConfig("", f)
	if err != nil {
		return graph{}, err
	}
	b := arch.NewBLIP(c, f)
	if name == "vision" {
		m, err := b.VisionGraph()
		return graph{m, func() []*ort.Tensor { return []*ort.Tensor{zeros(1, 3, c.Vision.Image, c.Vision.Image)} }}, err
	}
	m, err := b.DecoderGraph()
	side := c.Vision.Image / c.Vision.Patch
	head, patches := c.Text.Hidden/c.Text.Heads, side*side+1
	return graph{m, func() []*ort.Tensor {
		in := []*ort.Tensor{ort.NewInt64([]int64{3, 1}, []int64{7, 8, 9}), ort.NewInt64([]int64{3}, []int64{0, 0, 0})}
		for range 2 * c.Text.Layers {
			in = append(in, zeros(1, c.Text.Heads, 4, head))
		}
		for range c.Text.Layers {
			in = append(in, zeros(1, c.Text.Heads, head, patches), zeros(1, c.Text.Heads, patches, head))
		}
		return in
	}}, err
}

func detectorGraph(f *weights.File, name string) (graph, error) {
	c, err := arch.ReadDetectorConfig("", f)
	if err != nil {
		return graph{}, err
	}
	d := arch.MaskRCNN{Config: c, Weights: f}
	build := map[string]func() (onnx.Model, error){"features": d.FeatureGraph, "boxes": d.BoxGraph, "masks": d.MaskGraph}[name]
	m, err := build()
	return graph{m, func() []*ort.Tensor {
		if name == "features" {
			return []*ort.Tensor{zeros(1, 3, 800, 1088)}
		}
		return append([]*ort.Tensor{zeros(1, 256, 200, 272), zeros(1, 256, 100, 136), zeros(1, 256, 50, 68), zeros(1, 256, 25, 34)}, boxes(name)...)
	}}, err
}

// boxes returns a thousand proposals for the box head, a hundred detections for the
// mask head.
func boxes(name string) []*ort.Tensor {
	n := map[string]int{"boxes": 1000, "masks": 100}[name]
	var corners []float32
	for i := range n {
		x := float32(i % 700)
		corners = append(corners, x, x, x+90, x+60)
	}
	places := make([]int64, n)
	for i := range places {
		places[i] = int64(i)
	}
	rows, all := []int64{int64(n)}, int64(n) // all pooled from the finest map
	in := []*ort.Tensor{
		ort.NewFloat32([]int64{int64(n), 4}, corners), ort.NewInt64([]int64{5}, []int64{0, all, all, all, all}),
		ort.NewInt64(rows, make([]int64, n)), ort.NewInt64(rows, places),
	}
	if name == "masks" {
		in = append(in, ort.NewInt64(rows, make([]int64, n)))
	}
	return in
}

func segmenterGraph(f *weights.File, _ string) (graph, error) {
	s, err := arch.Open[arch.Segmenter](arch.NameDeepLabV3ResNet, f, arch.Files{})
	if err != nil {
		return graph{}, err
	}
	m, err := s.Graph()
	return graph{m, func() []*ort.Tensor { return []*ort.Tensor{zeros(1, 3, 520, 693)} }}, err
}

func zeros(shape ...int64) *ort.Tensor {
	n := int64(1)
	for _, d := range shape {
		n *= d
	}
	return ort.NewFloat32(shape, make([]float32, n))
}
