package main

import (
	"fmt"
	"path/filepath"

	"descry/inference/pipeline"
)

// mapShare is the minimum share of a class map's pixels that must be equal.
const mapShare = 0.999

// classes compares a segmenter's stages and its map.
func (c *comparison) classes() error {
	var want struct {
		Map           string
		Width, Height int
	}
	if err := readJSON(c.json, &want); err != nil {
		return err
	}
	classes, err := greyPicture(filepath.Join(filepath.Dir(c.json), want.Map))
	if err != nil {
		return err
	}
	stages := trace{}
	got, err := c.engine.Classes(stages.context(c.ctx), c.picture)
	if err != nil {
		return err
	}
	far, err := c.tensor(stages[pipeline.StageClassPixels][0], "pixels", 1)
	if err != nil {
		return err
	}
	c.measure("preprocessed tensor", far, pixelBound)
	if far, err = c.tensor(stages[pipeline.StageClassLogits][0], "logits", 1); err != nil {
		return err
	}
	c.measure("logits", far, mapBound)
	share, err := equalShare(got.Map, classes)
	if err != nil {
		return err
	}
	c.atLeast("class map, share of equal pixels", share, mapShare)
	return nil
}

func equalShare(got, want []byte) (float64, error) {
	if len(got) != len(want) {
		return 0, fmt.Errorf("the class map has %d pixels, the reference's %d", len(got), len(want))
	}
	equal := 0
	for i, v := range got {
		if v == want[i] {
			equal++
		}
	}
	return float64(equal) / float64(len(want)), nil
}
