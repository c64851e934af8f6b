package main

import (
	"fmt"
	"math"
	"slices"

	"descry/inference"
	"descry/inference/detect"
	"descry/inference/pipeline"
	"descry/inference/rle"
	"descry/models/arch"
)

// The bounds for a detector.
const (
	mapBound      = 1e-3 // of the largest value
	proposalBound = 0.01 // share of different proposals
	boxBound      = 0.05 // pixels
	scoreBound    = 1e-3
	maskBound     = 0.995 // IoU
)

// readymadePixels is the number of pixels above which Descry shrinks a picture for
// a ready-made graph, since such graphs paste every mask at the picture's size.
const readymadePixels = 2 << 20

// objects is the reference's result.
type objects struct {
	Height, Width int
	Resized       []int
	Every         struct{ P, Logits, Deltas int }
	Boxes         [][4]float32
	Scores        []float32
	Labels        []int
	Runs          [][]uint32
}

// instances compares a detector's stages and results.
func (c *comparison) instances() error {
	var want objects
	if err := readJSON(c.json, &want); err != nil {
		return err
	}
	stages := trace{}
	got, err := c.engine.Instances(stages.context(c.ctx), c.picture, inference.InstanceOptions{})
	if err != nil {
		return err
	}
	if len(stages) > 0 {
		if err := c.detectorStages(stages, want); err != nil {
			return err
		}
	}
	f := want.compare(got, first(stages[pipeline.StageMasks]))
	c.measure("other detections, or in another order", float64(f.other), 0)
	c.measure("boxes, pixels", f.box, boxBound)
	c.measure("scores", f.score, scoreBound)
	switch {
	case c.set.Instances.Architecture == arch.NameReadymade && want.Width*want.Height > readymadePixels:
		f.notes = []string{fmt.Sprintf("its masks, pasted by the graph at the size it resizes to and enlarged, have an IoU of %.3f or more (deliberate: larger pictures are made smaller first)", f.mask)}
	case len(want.Runs) > 0 || len(want.Scores) == 0:
		c.atLeast("masks, IoU", f.mask, maskBound)
	}
	for _, text := range f.notes {
		c.note("%s: %s", c.into.Picture, text)
	}
	c.into.Objects = len(want.Scores)
	return nil
}

// detectorStages compares the stages between picture and objects.
func (c *comparison) detectorStages(stages trace, want objects) error {
	worst := map[string]float64{}
	for _, s := range []struct {
		what, name string
		stage      pipeline.Stage
		every      int
		count      int
	}{
		{"preprocessed tensor", "pixels", pipeline.StageInstancePixels, 1, 0},
		{"pyramid p2 … p5", "p", pipeline.StageMaps, want.Every.P, 4},
		{"RPN logits", "logits.", pipeline.StageRPNLogits, want.Every.Logits, 5},
		{"RPN deltas", "deltas.", pipeline.StageRPNDeltas, want.Every.Deltas, 5},
	} {
		for i := range max(s.count, 1) {
			name, stage := s.name, s.stage
			if s.count > 0 {
				n := i
				if s.stage == pipeline.StageMaps {
					n += 2
				}
				name, stage = s.name+fmt.Sprint(n), s.stage+pipeline.Stage(fmt.Sprint(n))
			}
			far, err := c.tensor(stages[stage][0], name, s.every)
			if err != nil {
				return err
			}
			worst[s.what] = worse(worst[s.what], far)
		}
	}
	c.measure("preprocessed tensor", worst["preprocessed tensor"], pixelBound)
	for _, what := range []string{"pyramid p2 … p5", "RPN logits", "RPN deltas"} {
		c.measure(what, worst[what], mapBound)
	}
	proposals, err := c.tensors.Float32s("proposals")
	if err != nil {
		return err
	}
	c.measure("proposals, share of others", otherBoxes(stages[pipeline.StageProposals][0], proposals), proposalBound)
	return nil
}

// otherBoxes returns the share of the reference's boxes without a match: boxes of
// nearly equal scores change places, and one that is suppressed or not moves all
// those after it.
func otherBoxes(got, want []float32) float64 {
	const near = 0.05
	other := 0
	for i := 0; i+4 <= len(want); i += 4 {
		found := false
		for k := 0; k+4 <= len(got) && !found; k += 4 {
			found = distance([4]float32(got[k:k+4]), [4]float32(want[i:i+4])) <= near
		}
		if !found {
			other++
		}
	}
	if other += max(len(got)-len(want), 0) / 4; len(want) == 0 {
		return float64(other)
	}
	return float64(other) / float64(len(want)/4)
}

func distance(a, b [4]float32) float64 {
	far := 0.0
	for i := range a {
		far = worse(far, float64(a[i]-b[i]))
	}
	return far
}

// difference is the difference between two results.
type difference struct {
	other      int
	box, score float64
	mask       float64 // the minimum IoU
	notes      []string
}

// first returns the first of a stage's values, nil if it never ran.
func first(all [][]float32) []float32 {
	if len(all) == 0 {
		return nil
	}
	return all[0]
}

// compare pairs the reference's objects with Descry's, by class and nearest box.
// cells holds the objects' masks before they are pasted, nil if unknown.
func (o objects) compare(got *inference.Instances, cells []float32) difference {
	f := difference{mask: 1}
	taken := make([]bool, len(got.Items))
	order := []int{}
	for i, box := range o.Boxes {
		best, near := -1, 1.0
		for k, item := range got.Items {
			if d := distance(item.Box, box); !taken[k] && item.CategoryID == o.Labels[i] && d < near {
				best, near = k, d
			}
		}
		if best < 0 {
			f.unpaired("the reference's object %d (class %d, score %.5f) is absent", i, o.Labels[i], o.Scores[i], o)
			continue
		}
		taken[best] = true
		order = append(order, best)
		item := got.Items[best]
		f.box = worse(f.box, near)
		f.score = worse(f.score, float64(item.Score-o.Scores[i]))
		if i < len(o.Runs) && item.Mask != nil {
			f.masks(i, item, box, rle.Mask{Height: o.Height, Width: o.Width, Counts: o.Runs[i]}, cell(cells, best))
		}
	}
	for k, item := range got.Items {
		if !taken[k] {
			f.unpaired("object %d (class %d, score %.5f) is not in the reference", k, item.CategoryID, item.Score, o)
		}
	}
	f.sorted(order, got)
	return f
}

// cell returns the k-th mask of cells.
func cell(cells []float32, k int) []float32 {
	const size = arch.MaskSide * arch.MaskSide
	if len(cells) < (k+1)*size {
		return nil
	}
	return cells[k*size : (k+1)*size]
}

// masks compares two masks. Pasting truncates the box to whole pixels, so that
// boxes on both sides of a pixel's edge, however close, give masks one pixel apart:
// such a mask is pasted again into the reference's own box, and compared there. A
// ready-made graph pastes its masks itself; then it only counts that the edges
// differ.
func (f *difference) masks(i int, item inference.Instance, box [4]float32, want rle.Mask, cells []float32) {
	iou := maskIoU(*item.Mask, want)
	switch {
	case iou >= maskBound:
	case cells == nil && edges(box) != edges(item.Box):
		f.notes = append(f.notes, fmt.Sprintf("mask %d has an IoU of %.4f, because its box's edge is cut to another whole pixel: %v instead of %v", i+1, iou, edges(item.Box), edges(box)))
		iou = 1
	case cells != nil:
		if again := maskIoU(detect.Paste(cells, arch.MaskSide, box, want.Width, want.Height), want); again >= maskBound {
			f.notes = append(f.notes, fmt.Sprintf("mask %d has an IoU of %.4f, because its box's edge is cut to another whole pixel; in the reference's box it has %.4f", i+1, iou, again))
			iou = again
		}
	}
	if iou < maskBound {
		f.notes = append(f.notes, fmt.Sprintf("mask %d of %d pixels has an IoU of %.4f; the box is %v, the reference's %v", i+1, want.Area(), iou, item.Box, box))
	}
	f.mask = min(f.mask, iou)
}

// edges returns the whole pixels to which a box is truncated before its mask is
// pasted (expand_boxes in roi_heads.py: larger by 30/28, then truncated).
func edges(b [4]float32) [4]int {
	const scale = float32(arch.MaskSide+2) / arch.MaskSide
	w, h := (b[2]-b[0])*0.5*scale, (b[3]-b[1])*0.5*scale
	x, y := (b[2]+b[0])*0.5, (b[3]+b[1])*0.5
	return [4]int{int(x - w), int(y - h), int(x + w), int(y + h)}
}

// minScore is the score below which detections are dropped, and maxObjects the
// number that is kept: torchvision's defaults.
const (
	minScore   = 0.05
	maxObjects = 100
)

// unpaired counts an object without a match, unless its score is within the bound
// of being dropped.
func (f *difference) unpaired(format string, i, class int, score float32, o objects) {
	text := fmt.Sprintf(format, i+1, class, score)
	edge := math.Abs(float64(score)-minScore) <= scoreBound
	if n := len(o.Scores); n == maxObjects && math.Abs(float64(score-o.Scores[n-1])) <= scoreBound {
		edge = true
	}
	if edge {
		text += ": its score is at the edge, nearer than the bound"
	} else {
		f.other++
	}
	f.notes = append(f.notes, text)
}

// sorted counts the objects in a different order whose scores are not equal within
// rounding.
func (f *difference) sorted(order []int, got *inference.Instances) {
	for i := 1; i < len(order); i++ {
		a, b := order[i-1], order[i]
		if a < b {
			continue
		}
		gap := math.Abs(float64(got.Items[a].Score - got.Items[b].Score))
		if gap > rankBound {
			f.other++
		}
		f.notes = append(f.notes, fmt.Sprintf("objects %d and %d have changed places; their scores are %.1e apart", b+1, a+1, gap))
	}
}

// maskIoU returns the IoU of two masks, 1 for two empty ones.
func maskIoU(a, b rle.Mask) float64 {
	if slices.Equal(a.Counts, b.Counts) || a.Area() == 0 && b.Area() == 0 {
		return 1
	}
	return rle.IoU(a, b)
}
