package segment

import (
	"fmt"
	"slices"

	"descry/inference"
	"descry/internal/failure"
)

// The thresholds of detectron2's PANOPTIC_FPN.COMBINE: the minimum score of an
// object, and the maximum part of its mask that other objects may cover.
const (
	LeastScore = 0.5
	maxOverlap = 0.5
)

// mostValues is the number of classes in a map of bytes.
const mostValues = 256

// FromObjects makes a class map from objects with masks, where there is no semantic
// model. Objects are painted by descending score down to LeastScore; one whose mask
// is covered to more than half by those before it is left out, any other gets the
// pixels that are free (detectron2/modeling/meta_arch/panoptic_fpn.py,
// combine_semantic_and_instance_outputs, without its semantic half). A pixel's
// value is the category of its object, 0 if it has none.
//
// Such a map shows things only: sky and grass are unlabelled, as are objects that
// the detector does not know.
func FromObjects(in *inference.Instances) (*inference.Classes, error) {
	labels, err := objectLabels(in)
	if err != nil {
		return nil, err
	}
	c := &inference.Classes{
		Model: in.Model, From: inference.TaskInstances, Width: in.Width, Height: in.Height, Labels: labels,
		Map: make([]byte, in.Width*in.Height), Pixels: make([]int, len(labels)),
	}
	order := make([]int, len(in.Items))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return rising(in.Items[b].Score, in.Items[a].Score) })
	taken := make([]bool, len(c.Map))
	for _, i := range order {
		item := &in.Items[i]
		if item.Score < LeastScore {
			break
		}
		if item.Mask == nil || item.Mask.Width != in.Width || item.Mask.Height != in.Height {
			return nil, failure.New(failure.Model, "run", in.Model, "the objects of this model have no masks, so there are no classes of pixels in them").WithHint("Use a set with a model for classes.")
		}
		paint(c, taken, item)
	}
	c.Pixels[0] = len(c.Map)
	for _, n := range c.Pixels[1:] {
		c.Pixels[0] -= n
	}
	return c, nil
}

func rising(a, b float32) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// paint sets an object's free pixels to its category, unless too few are free.
func paint(c *inference.Classes, taken []bool, item *inference.Instance) {
	x0, y0, x1, y1, ok := item.Mask.Bounds()
	if !ok {
		return
	}
	bits, w := item.Mask.BitmapIn(x0, y0, x1, y1), x1-x0
	area, covered := 0, 0
	for y := y0; y < y1; y++ {
		row := taken[y*c.Width+x0:][:w]
		for x, bit := range bits[(y-y0)*w:][:w] {
			if bit != 0 {
				if area++; row[x] {
					covered++
				}
			}
		}
	}
	if float64(covered)/float64(area) > maxOverlap {
		return
	}
	for y := y0; y < y1; y++ {
		at := y*c.Width + x0
		for x, bit := range bits[(y-y0)*w:][:w] {
			if bit != 0 && !taken[at+x] {
				taken[at+x], c.Map[at+x] = true, byte(item.CategoryID)
			}
		}
	}
	c.Pixels[item.CategoryID] += area - covered
}

// objectLabels returns the labels of the map's values: the categories of the model,
// by their IDs.
func objectLabels(in *inference.Instances) ([]string, error) {
	names, last := map[int]string{}, 0
	add := func(id int, name string) {
		names[id], last = name, max(last, id)
	}
	for _, category := range in.Categories {
		add(category.ID, category.Name)
	}
	for _, item := range in.Items {
		if item.CategoryID < 1 {
			return nil, failure.New(failure.Model, "run", in.Model, "an object has the category %d", item.CategoryID)
		}
		add(item.CategoryID, item.Label)
	}
	if last >= mostValues {
		return nil, failure.New(failure.Model, "run", in.Model, "the model has categories up to %d; a class map holds %d", last, mostValues-1).WithHint("Use a set with a model for classes.")
	}
	labels := make([]string, last+1)
	for id := range labels {
		if labels[id] = names[id]; labels[id] == "" {
			labels[id] = fmt.Sprintf("class %d", id)
		}
	}
	labels[0] = inference.Unlabelled
	return labels, nil
}
