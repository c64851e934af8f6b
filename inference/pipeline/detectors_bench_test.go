package pipeline

import (
	"context"
	"os"
	"slices"
	"testing"

	"descry/inference"
	"descry/inference/detect"
	"descry/models"
)

// benchSize is a usual picture, in pixels.
const benchWidth, benchHeight = 640, 480

// benchDetector opens the starter's detector, or the one that
// DESCRY_BENCH_MASKRCNN names, in its official configuration.
func benchDetector(b *testing.B) *instancesModel {
	b.Helper()
	lib := runtimeLibrary(b)
	spec := &models.InstancesSpec{Common: models.Common{Architecture: "maskrcnn_resnet_fpn", Weights: os.Getenv("DESCRY_BENCH_MASKRCNN")}}
	if spec.Weights == "" {
		spec = starterSpec(b, "starter", "set", "maskrcnn", "model.safetensors")
	}
	m, err := newInstances(sessionConfig{lib, "cpu", 2}, spec)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = m.close() })
	return m
}

// BenchmarkInstances times each stage on two threads.
func BenchmarkInstances(b *testing.B) {
	ctx, m, p := context.Background(), benchDetector(b), drawn(benchWidth, benchHeight)
	s, err := m.extract(ctx, p)
	if err != nil {
		b.Fatal(err)
	}
	proposals := m.propose(s)
	found := make([]detect.Detection, 0, 20) // as many objects as a full picture has
	for _, box := range proposals[:min(20, len(proposals))] {
		found = append(found, detect.Detection{Box: box, Class: 1, Score: 1})
	}
	masks, err := m.segment(ctx, s, found)
	if err != nil {
		b.Fatal(err)
	}
	b.Logf("input %d×%d, %d proposals", s.padded[0], s.padded[1], len(proposals))
	for _, stage := range []struct {
		name string
		run  func() error
	}{
		{"pixels", func() error {
			resizedPlanes(p, m.table, s.width, s.height, s.padded[0], s.padded[1], m.threads)
			return nil
		}},
		{"pixels+features+rpn", func() error {
			s, err := m.extract(ctx, p)
			if err == nil {
				destroy(slices.Concat(s.maps, s.logits, s.deltas)...)
			}
			return err
		}},
		{"proposals", func() error { m.propose(s); return nil }},
		{"boxes", func() error { _, err := m.detect(ctx, s, proposals); return err }},
		{"masks of 20", func() error { _, err := m.segment(ctx, s, found); return err }},
		{"paste 20", func() error {
			for i := range found {
				m.instance(found[i], found[i].Box, masks, i, p)
			}
			return nil
		}},
		{"all", func() error { _, err := m.run(ctx, p, inference.InstanceOptions{}); return err }},
	} {
		b.Run(stage.name, func(b *testing.B) {
			for b.Loop() {
				if err := stage.run(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkClasses times a class map on two threads.
func BenchmarkClasses(b *testing.B) {
	lib := runtimeLibrary(b)
	spec := &models.ClassesSpec{Common: models.Common{Architecture: "deeplabv3_resnet", Weights: os.Getenv("DESCRY_BENCH_DEEPLABV3")}}
	if spec.Weights == "" {
		spec.Weights, spec.Config = shared(b, "starter", "set", "deeplabv3", "model.safetensors"), shared(b, "starter", "set", "deeplabv3", "config.json")
	}
	m, err := newClasses(sessionConfig{lib, "cpu", 2}, spec)
	if err != nil {
		b.Fatal(err)
	}
	defer m.close()
	p := drawn(benchWidth, benchHeight)
	for b.Loop() {
		if _, err := m.run(context.Background(), p); err != nil {
			b.Fatal(err)
		}
	}
}
