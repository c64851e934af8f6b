package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"descry/models/weights"
)

// halfLogits limits the effect of rounding BLIP's weights to half precision on the
// logits of the first token. Logits of these models have a standard deviation of 5.
const halfLogits = 0.25

// halves compares the official code's results with half-precision weights to those
// with full ones: the price of half the size. It does not concern Descry, which is
// compared with each separately.
func (h *harness) halves(t *table) error {
	files, err := filepath.Glob(filepath.Join(h.dir, "reference", "blip-base-fp16", "*.safetensors"))
	if err != nil {
		return err
	}
	s := subject{model: "blip-base-fp16", container: "against fp32"}
	for _, path := range files {
		name := strings.TrimSuffix(filepath.Base(path), ".safetensors")
		half, err := firstLogits(path)
		if err != nil {
			return err
		}
		full, err := firstLogits(filepath.Join(h.dir, "reference", "blip-base", name+".safetensors"))
		if err != nil {
			return err
		}
		worst := 0.0
		for i, v := range half {
			worst = worse(worst, float64(v-full[i]))
		}
		t.add(s, result{Measures: []measure{{Stage: "first logits of the official code", Worst: worst, Bound: halfLogits, Over: !(worst <= halfLogits)}}})
	}
	return nil
}

// firstLogits returns the logits after the start token.
func firstLogits(path string) ([]float32, error) {
	f, err := weights.Open(path)
	if err != nil {
		return nil, err
	}
	all, err := f.Float32s("greedy.logits")
	if err != nil {
		return nil, err
	}
	t, _ := f.Get("greedy.logits")
	if len(t.Shape) != 2 {
		return nil, fmt.Errorf("%s: logits of shape %v", path, t.Shape)
	}
	return all[:t.Shape[1]], nil
}
