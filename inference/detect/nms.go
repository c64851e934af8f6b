package detect

import (
	"cmp"
	"slices"
)

// loopAbove is the number of boxes above which torchvision's batched_nms on a CPU
// loops over the classes; up to it, it moves the boxes of each class apart and runs
// once, which rounds differently.
const loopAbove = 1000

// Suppress performs non-maximum suppression within each class
// (torchvision.ops.batched_nms): of boxes of one class that overlap by more than
// threshold (intersection over union), only the one with the highest score is kept.
// It returns the indices of the kept boxes by descending score, equal scores by
// index (torchvision, where it loops over the classes, uses an unstable sort), and
// stops at limit. Classes are small numbers ≥ 0; coordinates are ≥ 0.
func Suppress(boxes []Box, scores []float32, classes []int, threshold float64, limit int) []int {
	order := descending(scores)
	shift := classShift(boxes)
	if len(boxes) > loopAbove {
		shift = 0
	}
	kept := make([]int, 0, min(limit, len(boxes)))
	keptByClass := make(map[int][]shape) // the boxes kept, by class
	for _, i := range order {
		if len(kept) == limit {
			break
		}
		s := newShape(boxes[i], float32(classes[i])*shift)
		if s.suppressedBy(keptByClass[classes[i]], threshold) {
			continue
		}
		keptByClass[classes[i]] = append(keptByClass[classes[i]], s)
		kept = append(kept, i)
	}
	return kept
}

// classShift returns the distance by which the boxes of successive classes are
// moved apart: the highest coordinate of all plus one
// (_batched_nms_coordinate_trick).
func classShift(boxes []Box) float32 {
	if len(boxes) == 0 {
		return 0
	}
	high := boxes[0][0]
	for _, b := range boxes {
		high = max(high, b[0], b[1], b[2], b[3])
	}
	return high + 1
}

// descending returns the indices of scores by descending score; equal scores keep
// their order (torch.sort on a CPU is stable), NaN comes first as it does there.
func descending(scores []float32) []int {
	order := make([]int, len(scores))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return compareDescending(scores[a], scores[b]) })
	return order
}

// compareDescending orders higher numbers first, NaN before all.
func compareDescending(a, b float32) int {
	switch nanA, nanB := a != a, b != b; {
	case nanA && nanB:
		return 0
	case nanA:
		return -1
	case nanB:
		return 1
	}
	return cmp.Compare(b, a)
}

// shape is a box with its area.
type shape struct {
	Box
	size float32
}

// newShape returns the box moved by the same amount in x and y, with its area.
func newShape(b Box, by float32) shape {
	b = Box{b[0] + by, b[1] + by, b[2] + by, b[3] + by}
	return shape{b, b.area()}
}

// suppressedBy reports whether one of others overlaps s by more than threshold. The
// quotient is a float32, compared as a float64 (nms_kernel.cpp).
func (s shape) suppressedBy(others []shape, threshold float64) bool {
	for i := range others {
		o := &others[i]
		w := min(o.Box[2], s.Box[2]) - max(o.Box[0], s.Box[0])
		h := min(o.Box[3], s.Box[3]) - max(o.Box[1], s.Box[1])
		if w <= 0 || h <= 0 {
			continue
		}
		both := float32(w * h)
		if float64(both/(o.size+s.size-both)) > threshold {
			return true
		}
	}
	return false
}
