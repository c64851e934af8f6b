package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"descry/models/weights"
)

// halfLogits bounds what rounding BLIP's weights to half precision does to the
// logits of the first token. Logits of these models have a standard deviation
// of 5.
const halfLogits = 0.25

// halves compares the official code's answers with half-precision weights with
// its answers with the full ones: what anybody pays for half the size. It says
// nothing about Descry, which is compared with each on its own.
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

// firstLogits are those after the start token.
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
