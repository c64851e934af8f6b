package detect

import "slices"

// Level holds the region proposal network's output for one feature map.
type Level struct {
	Anchors Anchors
	Logits  []float32 // one for each anchor, in the anchors' order
	Deltas  []float32 // four for each anchor: dx, dy, dw, dh
}

// ProposalRule holds the parameters of choosing proposals (RegionProposalNetwork in
// rpn.py).
type ProposalRule struct {
	PerLevel  int     // number of boxes considered in each level, the best
	Total     int     // maximum number of proposals
	Threshold float64 // IoU above which the lower-scoring box of a level is dropped
}

// minProposal is the shortest side of a proposal, in pixels.
const minProposal = 1e-3

// Proposals returns the RPN's boxes for a resized image of width × height pixels
// without padding, by descending score: the best of each level by logit, decoded,
// clipped to the image, without very small boxes, after non-maximum suppression
// within each level.
func Proposals(levels []Level, width, height int, rule ProposalRule) []Box {
	var boxes []Box
	var scores []float32
	var of []int
	for number, level := range levels {
		for _, i := range top(level.Logits[:level.Anchors.Len()], rule.PerLevel) {
			box := RPNCoder.Decode(level.Anchors.At(i), level.Deltas[4*i:]).clip(float32(width), float32(height))
			if score := sigmoid(level.Logits[i]); score >= 0 && !box.small(minProposal) {
				boxes = append(boxes, box)
				scores = append(scores, score)
				of = append(of, number)
			}
		}
	}
	kept := Suppress(boxes, scores, of, rule.Threshold, rule.Total)
	chosen := make([]Box, len(kept))
	for i, k := range kept {
		chosen[i] = boxes[k]
	}
	return chosen
}

// top returns the indices of the k highest scores in descending order, equal ones
// by index (torch.topk does not define their order). It keeps the k best in a heap
// with the lowest at the root, so most scores cost one comparison.
func top(scores []float32, k int) []int {
	k = min(k, len(scores))
	if k <= 0 {
		return nil
	}
	worse := func(a, b int) bool {
		c := compareDescending(scores[a], scores[b])
		return c > 0 || c == 0 && a > b
	}
	heap := make([]int, k)
	sink := func(i int) {
		for {
			child := 2*i + 1
			if child >= k {
				return
			}
			if child+1 < k && worse(heap[child+1], heap[child]) {
				child++
			}
			if !worse(heap[child], heap[i]) {
				return
			}
			heap[i], heap[child] = heap[child], heap[i]
			i = child
		}
	}
	for i := range heap {
		heap[i] = i
	}
	for i := k/2 - 1; i >= 0; i-- {
		sink(i)
	}
	for i := k; i < len(scores); i++ {
		if worse(heap[0], i) {
			heap[0] = i
			sink(0)
		}
	}
	slices.SortFunc(heap, func(a, b int) int {
		if worse(b, a) {
			return -1
		}
		return 1
	})
	return heap
}
